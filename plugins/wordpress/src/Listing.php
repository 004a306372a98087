<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\FranceMap;
use Partageons\Core\Selection;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * Resources of the network as HTML. Their texts come from the bridge: each is escaped here, where it is written.
 *
 * Source and licence are always there: it is what the owners of these resources ask for.
 */
final class Listing
{
    private Selection $asked;
    private string $bridge;
    private string $anchor;
    /** The language of the page: what is in another one says so. */
    private string $language;

    /** @param string $bridge its address. */
    public function __construct(Selection $asked, string $bridge)
    {
        $this->asked = $asked;
        $this->bridge = $bridge;
        $this->anchor = wp_unique_id('partageons-');
        $this->language = strtolower(substr(determine_locale(), 0, 2));
    }

    /** @param array<string, mixed>|null $list as `Lists::kept` gives it; null when nothing was ever received. */
    public function html(?array $list): string
    {
        if ($list === null) {
            $said = __('The resources of the network will soon be shown here.', 'partageons');
            return $this->section('<p>' . esc_html($said) . ' ' . $this->more('') . '</p>');
        }
        [$shown, $hidden] = $this->sorted($list['items']);
        if ($shown === []) {
            $said = __('No resource of the network is to be shown here yet.', 'partageons');
            $body = '<p>' . esc_html($said) . ' ' . $this->more($list['title']) . '</p>';
            return $this->section($body . Hiding::undo($hidden));
        }
        $map = $this->asked->view === 'carte' ? $this->map($shown) : '';
        $items = '';
        foreach ($shown as $number => $item) {
            $items .= $this->item($item, "$this->anchor-$number");
        }
        // Said again to who listens: some readers do not tell a list whose marks are not drawn.
        $body = $map . '<ul class="partageons-list" role="list">' . $items . '</ul>';
        return $this->section($body . '<p class="partageons-more">' . $this->more($list['title']) . '</p>'
            . Hiding::undo($hidden));
    }

    /**
     * What is shown, and what is hidden here. This site's own resources are neither.
     *
     * @param list<array<string, mixed>> $items
     * @return array{0: list<array<string, mixed>>, 1: list<array<string, mixed>>}
     */
    private function sorted(array $items): array
    {
        $unwanted = array_flip(Hiding::ids());
        $shown = $hidden = [];
        foreach ($items as $item) {
            if (isset($unwanted[$item['id']])) {
                $hidden[] = $item;
            } elseif (!Here::owns($item['url'])) {
                $shown[] = $item;
            }
        }
        return [array_slice($shown, 0, $this->asked->number), $hidden];
    }

    private function section(string $body): string
    {
        return sprintf(
            '<section class="partageons partageons-%s" aria-label="%s">%s</section>',
            esc_attr($this->asked->view),
            esc_attr__('Resources of the network', 'partageons'),
            $body
        );
    }

    /** @param array<string, mixed> $item */
    private function item(array $item, string $anchor): string
    {
        $lang = $this->lang($item['language'] ?: 'fr');
        $title = sprintf(
            '<h%1$d class="partageons-title"%4$s><a href="%2$s">%3$s</a></h%1$d>',
            $this->asked->level,
            esc_url($item['url'], ['http', 'https']),
            esc_html($item['title']),
            $lang
        );
        $facts = array_filter([$item['type'], $item['place'], $item['period']], 'strlen');
        $told = $facts === [] ? '' : sprintf(
            '<ul class="partageons-facts" role="list"%s><li>%s</li></ul>',
            $this->lang('fr'),
            implode('</li><li>', array_map('esc_html', $facts))
        );
        $excerpt = $item['excerpt'] === '' ? '' : sprintf(
            '<p class="partageons-excerpt"%s>%s</p>',
            $lang,
            esc_html($item['excerpt'])
        );
        return sprintf(
            '<li class="partageons-item" id="%s">%s<div class="partageons-text">%s%s%s%s%s</div></li>',
            esc_attr($anchor),
            $this->asked->view === 'cartes' ? $this->image($item) : '',
            $title,
            $told,
            $excerpt,
            $this->origin($item),
            Hiding::button($item)
        );
    }

    /**
     * The picture, in a box of one shape, so that nothing moves when it comes; its owner is not told who looks.
     *
     * @param array<string, mixed> $item
     */
    private function image(array $item): string
    {
        $url = isset($item['image']) ? esc_url($item['image']['url'], ['http', 'https']) : '';
        if ($url === '' || (is_ssl() && stripos($url, 'https:') !== 0)) {
            return '<div class="partageons-picture partageons-none" aria-hidden="true"></div>';
        }
        $credit = $item['image']['credit'] === '' ? '' : sprintf(
            '<figcaption>%s</figcaption>',
            esc_html($item['image']['credit'])
        );
        return sprintf(
            '<figure class="partageons-picture"><img src="%s" alt="" width="600" height="400" loading="lazy" '
                . 'decoding="async" referrerpolicy="no-referrer">%s</figure>',
            $url,
            $credit
        );
    }

    /** @param array<string, mixed> $item */
    private function origin(array $item): string
    {
        $parts = [];
        if ($item['source'] !== '') {
            $source = '<cite>' . esc_html($item['source']) . '</cite>';
            /* translators: %s: name of the organisation a resource comes from. */
            $parts[] = sprintf(esc_html__('Source: %s', 'partageons'), $source);
        }
        $licence = $item['licence'] === '' ? __('licence not stated', 'partageons') : $item['licence'];
        $parts[] = $item['licence_url'] === '' ? esc_html($licence) : sprintf(
            '<a rel="license" href="%s">%s</a>',
            esc_url($item['licence_url'], ['http', 'https']),
            esc_html($licence)
        );
        if ($item['attribution'] !== '' && $item['attribution'] !== $item['source']) {
            $parts[] = esc_html($item['attribution']);
        }
        if ($item['page'] !== '' && $item['page'] !== $item['url']) {
            $parts[] = sprintf(
                '<a href="%s">%s<span class="partageons-hidden"> (%s)</span></a>',
                esc_url($item['page'], ['http', 'https']),
                esc_html__('resource of the network', 'partageons'),
                esc_html($item['title'])
            );
        }
        return '<ul class="partageons-origin" role="list"><li>' . implode('</li><li>', $parts) . '</li></ul>';
    }

    /** @param list<array<string, mixed>> $items */
    private function map(array $items): string
    {
        $map = new FranceMap();
        foreach ($items as $number => $item) {
            if (isset($item['point'])) {
                $map->place($item['point']['lon'], $item['point']['lat'], "$this->anchor-$number", $item['title']);
            }
        }
        $size = count($items);
        $said = sprintf(
            /* translators: 1: how many resources are on the map, 2: how many are listed. */
            _n(
                '%1$d resource of %2$d is on the map; all are in the list below.',
                '%1$d resources of %2$d are on the map; all are in the list below.',
                $map->placed(),
                'partageons'
            ),
            $map->placed(),
            $size
        );
        if ($map->placed() === 0) {
            $said = __('None of these resources says where it is on a map.', 'partageons');
        }
        $said = esc_html($said) . ' <small>' . esc_html__('Background: Natural Earth.', 'partageons') . '</small>';
        return '<figure class="partageons-where">' . $map->html() . "<figcaption>$said</figcaption></figure>";
    }

    private function more(string $network): string
    {
        return sprintf(
            '<a href="%s">%s</a>',
            esc_url($this->asked->address($this->bridge), ['http', 'https']),
            esc_html__('See all the resources of the network', 'partageons')
        ) . ($network === '' ? '' : ' <span' . $this->lang('fr') . '>(' . esc_html($network) . ')</span>');
    }

    /** ` lang="…"` for what is not in the language of the page. */
    private function lang(string $tag): string
    {
        $good = preg_match('/\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\z/', $tag) === 1;
        return !$good || strtolower(substr($tag, 0, 2)) === $this->language ? '' : ' lang="' . esc_attr($tag) . '"';
    }
}
