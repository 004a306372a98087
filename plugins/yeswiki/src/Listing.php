<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\FranceMap;
use Partageons\Core\Home;
use Partageons\Core\Selection;

/** Resources of the network as `listing.twig` shows them. Plain texts: the template escapes each where it writes it. */
final class Listing
{
    private static int $number = 0;

    private Selection $asked;
    private string $bridge;
    private Home $home;
    private string $language;
    private bool $secure;

    /**
     * @param string $bridge its address.
     * @param string $language of the page, two letters: what is in another one says so.
     * @param bool $secure whether the wiki is under https: no picture is then asked for without it.
     */
    public function __construct(Selection $asked, string $bridge, Home $home, string $language, bool $secure)
    {
        $this->asked = $asked;
        $this->bridge = $bridge;
        $this->home = $home;
        $this->language = strtolower(substr($language, 0, 2));
        $this->secure = $secure;
    }

    /**
     * @param array<string, mixed>|null $list as `Lists::kept` gives it; null when nothing was ever received.
     * @param string $trouble why it was not, empty when it was not asked for yet.
     * @return array<string, mixed>
     */
    public function shown(?array $list, string $trouble = ''): array
    {
        $prefix = 'partageons-' . ++self::$number;
        $items = [];
        foreach ($list['items'] ?? [] as $item) {
            if (count($items) < $this->asked->number && !$this->home->owns($item['url'])) {
                $items[] = $this->item($item, $prefix . '-' . count($items));
            }
        }
        $map = new FranceMap();
        foreach ($this->asked->view === 'carte' ? $items : [] as $item) {
            if (isset($item['point'])) {
                $map->place($item['point']['lon'], $item['point']['lat'], $item['anchor'], $item['title']);
            }
        }
        $missing = $trouble === '' ? 'soon' : 'silent';
        return [
            'state' => $list === null ? $missing : ($items === [] ? 'none' : 'some'),
            'number' => self::$number,
            'view' => $this->asked->view,
            'level' => $this->asked->level,
            'items' => $items,
            'map' => $this->asked->view === 'carte' && $items !== [] ? $map->html() : '',
            'placed' => $map->placed(),
            'more' => $this->asked->address($this->bridge),
            'network' => (string) ($list['title'] ?? ''),
            'french' => $this->lang('fr'),
        ];
    }

    /**
     * @param array<string, mixed> $item
     * @return array<string, mixed>
     */
    private function item(array $item, string $anchor): array
    {
        $picture = $item['image'] ?? null;
        if ($picture !== null && $this->secure && stripos($picture['url'], 'https:') !== 0) {
            $picture = null;
        }
        return [
            'anchor' => $anchor,
            'lang' => $this->lang($item['language'] ?: 'fr'),
            'facts' => array_values(array_filter([$item['type'], $item['place'], $item['period']], 'strlen')),
            'picture' => $picture,
            'attribution' => $item['attribution'] === $item['source'] ? '' : $item['attribution'],
            'page' => $item['page'] === $item['url'] ? '' : $item['page'],
        ] + $item;
    }

    /** The tag of a language, empty for that of the page. */
    private function lang(string $tag): string
    {
        $good = preg_match('/\A[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*\z/', $tag) === 1;
        return !$good || strtolower(substr($tag, 0, 2)) === $this->language ? '' : $tag;
    }
}
