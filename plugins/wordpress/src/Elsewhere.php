<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Similar;
use Partageons\Core\Xml;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * « Does it already exist elsewhere? »: while somebody writes, the resources of the network that resemble it.
 *
 * The browser asks this site, by `admin-ajax.php`: security plugins close the REST API more often.
 */
final class Elsewhere
{
    public const ACTION = 'partageons_similar';
    private const PAGE = 'partageons_similar_page';
    private const HANDLE = 'partageons-elsewhere';
    private const KEPT = 'partageons_similar_';
    private const PATIENCE = 4.0;
    private const LONGEST = 50000;

    public static function register(): void
    {
        if (is_admin()) {
            add_action('wp_ajax_' . self::ACTION, [self::class, 'answer']);
            add_action('wp_ajax_' . self::PAGE, [self::class, 'page']);
            add_action('add_meta_boxes', [self::class, 'box']);
            add_action('admin_enqueue_scripts', [self::class, 'scripts']);
        }
    }

    /** To the script: what resembles the draft that it sends. */
    public static function answer(): void
    {
        check_ajax_referer(self::ACTION);
        if (!current_user_can('edit_posts')) {
            wp_send_json_error(null, 403);
        }
        // The text of a draft is looked at, never kept nor shown: tags are taken away below.
        $title = isset($_POST['title']) && is_string($_POST['title']) ? wp_unslash($_POST['title']) : '';
        $text = isset($_POST['text']) && is_string($_POST['text']) ? wp_unslash($_POST['text']) : '';
        wp_send_json_success(self::similar($title, $text));
    }

    /** Without JavaScript: a small page about a post as it is saved, in a frame of the box. */
    public static function page(): void
    {
        check_ajax_referer(self::ACTION);
        $id = isset($_GET['post']) ? absint($_GET['post']) : 0;
        $post = get_post($id);
        if ($post === null || !current_user_can('edit_post', $id)) {
            wp_die('', '', ['response' => 403]);
        }
        $found = self::similar($post->post_title, $post->post_content);
        header('Content-Type: text/html; charset=utf-8');
        printf(
            '<!doctype html><html lang="%s"><head><meta charset="utf-8"><title>%s</title>'
                . '<link rel="stylesheet" href="%s"></head><body class="partageons-elsewhere"><p>%s</p><ul>',
            esc_attr(get_bloginfo('language')),
            esc_html(self::title()),
            esc_url(self::sheet()),
            esc_html($found['said'])
        );
        foreach ($found['items'] as $item) {
            printf(
                '<li><a href="%s" target="_blank" rel="noopener">%s</a> <span>%s</span><small>%s</small></li>',
                esc_url($item['url'], ['http', 'https']),
                esc_html($item['title']),
                esc_html($item['from']),
                esc_html($item['why'])
            );
        }
        echo '</ul></body></html>';
        exit;
    }

    /** @param string $type */
    public static function box($type): void
    {
        if (in_array($type, Parts::settings()->types, true) && Parts::bridge() !== null) {
            // The block editor has a panel of its own.
            $here = ['__back_compat_meta_box' => true];
            add_meta_box(self::HANDLE, self::title(), [self::class, 'show'], $type, 'side', 'high', $here);
        }
    }

    public static function show(\WP_Post $post): void
    {
        echo '<div class="partageons-elsewhere" data-partageons-elsewhere><p role="status">'
            . esc_html__('Write a title: what resembles it in the network is shown here.', 'partageons') . '</p></div>';
        if ($post->post_status !== 'auto-draft') {
            $url = add_query_arg(
                ['action' => self::PAGE, 'post' => $post->ID, '_wpnonce' => wp_create_nonce(self::ACTION)],
                admin_url('admin-ajax.php')
            );
            printf(
                '<noscript><iframe class="partageons-elsewhere" src="%s" title="%s"></iframe></noscript>',
                esc_url($url),
                esc_attr(self::title())
            );
        }
    }

    /** Only where something of a shared type is written. */
    public static function scripts(): void
    {
        $screen = get_current_screen();
        $shared = $screen !== null && $screen->base === 'post'
            && in_array($screen->post_type, Parts::settings()->types, true);
        if (!$shared || Parts::bridge() === null) {
            return;
        }
        $needs = ['wp-plugins', 'wp-edit-post', 'wp-editor', 'wp-data', 'wp-element', 'wp-components'];
        $block = $screen->is_block_editor();
        $file = plugins_url('assets/elsewhere.js', PARTAGEONS_FILE);
        wp_enqueue_script(self::HANDLE, $file, $block ? $needs : [], PARTAGEONS_VERSION, true);
        wp_enqueue_style(self::HANDLE, self::sheet(), [], PARTAGEONS_VERSION);
        $said = [
            'ajax' => admin_url('admin-ajax.php'),
            'action' => self::ACTION,
            'nonce' => wp_create_nonce(self::ACTION),
            'shortest' => Similar::SHORTEST,
            'title' => self::title(),
            'empty' => __('Write a title: what resembles it in the network is shown here.', 'partageons'),
            'looking' => __('Looking in the network…', 'partageons'),
            'trouble' => __('This site did not answer. Your work is not affected.', 'partageons'),
            'tab' => __('(opens in a new tab)', 'partageons'),
        ];
        $said = 'var partageonsElsewhere = ' . wp_json_encode($said, JSON_HEX_TAG) . ';';
        wp_add_inline_script(self::HANDLE, $said, 'before');
    }

    /**
     * @return array{said: string, items: list<array{title: string, url: string, from: string, why: string}>}
     */
    private static function similar(string $title, string $text): array
    {
        $title = mb_substr(self::plain($title), 0, 300);
        $text = mb_substr(self::plain(substr($text, 0, self::LONGEST)), 0, 1500);
        $bridge = Parts::bridge();
        if ($bridge === null || mb_strlen($title) < Similar::SHORTEST) {
            return [
                'said' => __('Write a title: what resembles it in the network is shown here.', 'partageons'),
                'items' => [],
            ];
        }
        $key = self::KEPT . md5($bridge->address() . "\n$title\n$text");
        $found = get_transient($key);
        if (!is_array($found)) {
            $asked = new Similar($bridge, Here::home(), Parts::pairing()->source());
            $found = ['items' => $asked->find($title, $text, self::PATIENCE)];
            set_transient($key, $found, $found['items'] === null ? 30 : 5 * MINUTE_IN_SECONDS);
        }
        return ['said' => self::said($found['items']), 'items' => $found['items'] ?? []];
    }

    /** @param list<array<string, string>>|null $items */
    private static function said(?array $items): string
    {
        if ($items === null) {
            return __('The network does not answer for now. Your work is not affected.', 'partageons');
        }
        if ($items === []) {
            return __('Nothing like this in the network: yours will be the first.', 'partageons');
        }
        $said = _n(
            /* translators: %d: number of resources. */
            '%d resource of the network resembles it:',
            '%d resources of the network resemble it:',
            count($items),
            'partageons'
        );
        return sprintf($said, count($items));
    }

    /** A draft as plain text; the addresses that it links to are kept, since they tell more than words. */
    private static function plain(string $html): string
    {
        $html = Xml::clean($html);
        preg_match_all('~\bhref=["\'](https?://[^"\'\s<>]+)~i', $html, $links);
        $text = wp_strip_all_tags(strip_shortcodes($html), true);
        $text = html_entity_decode($text, ENT_QUOTES | ENT_HTML5, 'UTF-8');
        return trim(mb_substr($text, 0, 1000) . ' ' . implode(' ', array_slice($links[1], 0, 10)));
    }

    private static function sheet(): string
    {
        return plugins_url('assets/elsewhere.css', PARTAGEONS_FILE);
    }

    private static function title(): string
    {
        return __('Does it already exist elsewhere?', 'partageons');
    }
}
