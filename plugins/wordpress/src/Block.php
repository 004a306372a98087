<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Selection;

if (!defined('ABSPATH')) {
    exit;
}

/** Resources of the network in a page: the block `partageons/resources` and the shortcode `[partageons]`. */
final class Block
{
    public const NAME = 'partageons/resources';
    public const SHORTCODE = 'partageons';
    private const STYLE = 'partageons';
    private const SCRIPT = 'partageons-block';
    /** Seconds that whoever edits may wait for a list that was never received. */
    private const PATIENCE = 4.0;

    public static function register(): void
    {
        add_action('init', [self::class, 'declare']);
        add_action('wp_enqueue_scripts', [self::class, 'style']);
        add_action('enqueue_block_editor_assets', [self::class, 'words']);
        add_action('save_post', [self::class, 'saved'], 10, 2);
        Refresh::register();
        Words::register();
    }

    public static function declare(): void
    {
        $css = 'core/assets/listing.css';
        wp_register_style(self::STYLE, plugins_url($css, PARTAGEONS_FILE), [], PARTAGEONS_VERSION);
        // Where it is: a small sheet may then be written in the page itself.
        wp_style_add_data(self::STYLE, 'path', dirname(PARTAGEONS_FILE) . "/$css");
        if (is_admin()) { // elsewhere nobody edits, and WordPress need not list all its scripts
            wp_register_script(
                self::SCRIPT,
                plugins_url('blocks/resources/editor.js', PARTAGEONS_FILE),
                ['wp-blocks', 'wp-block-editor', 'wp-components', 'wp-element', 'wp-server-side-render'],
                PARTAGEONS_VERSION,
                true
            );
        }
        register_block_type(dirname(__DIR__) . '/blocks/resources', ['render_callback' => [self::class, 'block']]);
        add_shortcode(self::SHORTCODE, [self::class, 'shortcode']);
    }

    /** In the head when the page is known to need it; a block elsewhere adds it by itself. */
    public static function style(): void
    {
        $post = is_singular() ? get_post() : null;
        if ($post !== null && self::in($post->post_content)) {
            wp_enqueue_style(self::STYLE);
        }
    }

    /** What the script of the editor says. */
    public static function words(): void
    {
        $said = [
            'ajax' => admin_url('admin-ajax.php'),
            'nonce' => wp_create_nonce(Words::ACTION),
            'action' => Words::ACTION,
            'which' => __('Which resources', 'partageons'),
            'q' => __('Words to look for', 'partageons'),
            'theme' => __('Themes', 'partageons'),
            'territoire' => __('Places', 'partageons'),
            'type' => __('Kinds of resource', 'partageons'),
            'how' => __('How they are shown', 'partageons'),
            'nombre' => __('How many at most', 'partageons'),
            'vue' => __('View', 'partageons'),
            'liste' => __('List', 'partageons'),
            'cartes' => __('Cards with pictures', 'partageons'),
            'carte' => __('Map and list', 'partageons'),
            'niveau' => __('Level of their titles', 'partageons'),
            'help' => __('Without any choice, the newest resources of the network.', 'partageons'),
            'codes' => __('The bridge does not answer: write its codes, or come back later.', 'partageons'),
        ];
        $said = 'var partageonsBlock = ' . wp_json_encode($said, JSON_HEX_TAG) . ';';
        wp_add_inline_script(self::SCRIPT, $said, 'before');
    }

    /**
     * @param array<string, mixed> $attributes
     */
    public static function block(array $attributes): string
    {
        $html = self::html(Selection::read($attributes));
        return $html === '' ? '' : '<div ' . get_block_wrapper_attributes() . ">$html</div>";
    }

    /** @param array<string, string>|string $attributes */
    public static function shortcode($attributes): string
    {
        return self::html(Selection::read($attributes));
    }

    /** Whoever visits never waits for the bridge. */
    private static function html(Selection $asked): string
    {
        $lists = Parts::lists();
        if ($lists === null) {
            return !current_user_can('edit_posts') ? '' : '<p class="partageons">' . esc_html__(
                'Resources of the network will be shown here once this site knows the address of a bridge (settings).',
                'partageons'
            ) . '</p>';
        }
        $query = $asked->query();
        $list = $lists->kept($query);
        if ($lists->stale($query)) {
            if ($list === null && current_user_can('edit_posts') && $lists->refresh($query, self::PATIENCE)) {
                $list = $lists->kept($query);
            } else {
                Refresh::soon();
            }
            Refresh::remember($query);
        }
        wp_enqueue_style(self::STYLE);
        return (new Listing($asked, Parts::settings()->bridge))->html($list);
    }

    /**
     * A post was saved: its lists are asked for at once, so that its first visitor finds them.
     *
     * @param int $id
     * @param \WP_Post $post
     */
    public static function saved($id, $post): void
    {
        $lists = wp_is_post_revision($id) || wp_is_post_autosave($id) || !self::in($post->post_content)
            ? null
            : Parts::lists();
        foreach ($lists === null ? [] : self::selections($post->post_content) as $asked) {
            if ($lists->stale($asked->query())) {
                Refresh::remember($asked->query());
                Refresh::soon();
            }
        }
    }

    private static function in(string $content): bool
    {
        return has_block(self::NAME, $content) || has_shortcode($content, self::SHORTCODE);
    }

    /** @return list<Selection> */
    private static function selections(string $content): array
    {
        $found = [];
        $blocks = has_blocks($content) ? parse_blocks($content) : [];
        while ($blocks !== []) {
            $block = array_shift($blocks);
            if ($block['blockName'] === self::NAME) {
                $found[] = Selection::read($block['attrs']);
            }
            $blocks = array_merge($blocks, $block['innerBlocks']);
        }
        preg_match_all('/' . get_shortcode_regex([self::SHORTCODE]) . '/', $content, $codes);
        foreach ($codes[3] as $attributes) {
            $found[] = Selection::read(shortcode_parse_atts($attributes));
        }
        return $found;
    }
}
