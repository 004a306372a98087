<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Xml;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * The texts of posts as visitors read them: blocks and shortcodes rendered, without what would write to the site, ask
 * others, or show the network's own resources again.
 */
final class Rendering
{
    /** What `setup_postdata()` writes. */
    private const GLOBALS = [
        'post', 'id', 'authordata', 'currentday', 'currentmonth', 'page', 'pages', 'multipage', 'more', 'numpages',
    ];

    /**
     * @param list<\WP_Post> $posts
     * @return array<int, string> HTML by post; of a post whose rendering fails, its own text without what failed
     */
    public function of(array $posts): array
    {
        $before = array_intersect_key($GLOBALS, array_flip(self::GLOBALS));
        $removed = $this->prepare();
        $contents = [];
        try {
            foreach ($posts as $post) {
                $contents[$post->ID] = $this->content($post);
            }
        } finally {
            $this->restore($removed, $before);
        }
        return $contents;
    }

    private function content(\WP_Post $post): string
    {
        $text = (string) preg_replace('/<!--(?:more.*?|noteaser|nextpage)-->/s', '', Xml::clean($post->post_content));
        // Embedding asks other sites, and writes what they say into the post: an address stays an address.
        $text = (string) preg_replace('#\[embed[^\]]*\]\s*(https?://[^\s\[<]+)\s*\[/embed\]#i', "\n\$1\n", $text);
        $level = ob_get_level();
        ob_start();
        try {
            $GLOBALS['post'] = $post;
            setup_postdata($post);
            $html = apply_filters('the_content', $text);
            $html = is_string($html) ? $html : '';
        } catch (\Throwable $failure) {
            $names = implode('|', array_map('preg_quote', array_keys($GLOBALS['shortcode_tags'] ?? [])));
            $plain = (string) preg_replace('/<!--.*?-->/s', '', $text);
            $html = wpautop(preg_replace("~\\[/?(?:$names)(?:[\\s/][^\\]]*)?\\]~", '', $plain) ?? $plain);
        } finally {
            while (ob_get_level() > $level) {
                ob_end_clean();
            }
        }
        return $this->tidied(Xml::clean($html));
    }

    /** Without scripts, comments and files written in the text; lone addresses are links. */
    private function tidied(string $html): string
    {
        $steps = [
            '#<(script|style|noscript|template)\b.*?</\1\s*>#is' => '',
            '/<!--.*?-->/s' => '',
            '/\s(?:src|srcset|href|poster)\s*=\s*(["\'])\s*data:[^"\']*\1/i' => '',
            '#(<(?:p|div)(?:\s[^>]*)?>\s*)(https?://[^\s<>"]+)(\s*</(?:p|div)>)#i' => '$1<a href="$2">$2</a>$3',
        ];
        foreach ($steps as $pattern => $by) {
            $html = preg_replace($pattern, $by, $html) ?? $html;
        }
        return trim($html);
    }

    /** @return list<array{0: string, 1: callable|string|array<mixed>, 2: int}> the filters that were taken off */
    private function prepare(): array
    {
        add_filter('pre_do_shortcode_tag', [self::class, 'silenceShortcode'], 0, 2);
        add_filter('pre_render_block', [self::class, 'silenceBlock'], 0, 2);
        $embed = $GLOBALS['wp_embed'] ?? null;
        $removed = [];
        foreach ([[$embed, 'autoembed'], [$embed, 'run_shortcode'], 'wp_filter_content_tags'] as $filter) {
            $priority = is_array($filter) && $filter[0] === null ? false : has_filter('the_content', $filter);
            if ($priority !== false && remove_filter('the_content', $filter, $priority)) {
                $removed[] = ['the_content', $filter, $priority];
            }
        }
        return $removed;
    }

    /**
     * @param list<array{0: string, 1: callable|string|array<mixed>, 2: int}> $removed
     * @param array<string, mixed> $before
     */
    private function restore(array $removed, array $before): void
    {
        foreach ($removed as $filter) {
            add_filter(...$filter);
        }
        remove_filter('pre_do_shortcode_tag', [self::class, 'silenceShortcode'], 0);
        remove_filter('pre_render_block', [self::class, 'silenceBlock'], 0);
        foreach (self::GLOBALS as $name) {
            unset($GLOBALS[$name]);
            if (array_key_exists($name, $before)) {
                $GLOBALS[$name] = $before[$name];
            }
        }
    }

    /**
     * The network's resources are not this post's.
     *
     * @param mixed $output
     * @param mixed $tag
     * @return mixed
     */
    public static function silenceShortcode($output, $tag)
    {
        return $tag === 'partageons' ? '' : $output;
    }

    /**
     * @param mixed $output
     * @param mixed $block
     * @return mixed
     */
    public static function silenceBlock($output, $block)
    {
        $name = is_array($block) ? (string) ($block['blockName'] ?? '') : '';
        return strncmp($name, 'partageons/', 11) === 0 ? '' : $output;
    }
}
