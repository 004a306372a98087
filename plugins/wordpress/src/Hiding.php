<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Plain;

if (!defined('ABSPATH')) {
    exit;
}

/** Resources of the network that this site does not want to show, and the buttons of who decides of it. */
final class Hiding
{
    public const OPTION = 'partageons_hidden';
    public const ACTION = 'partageons_hide';
    private const RIGHT = 'edit_others_posts';
    /** Ids that are kept, the newest ones. */
    private const MOST = 500;

    public static function register(): void
    {
        add_action('admin_post_' . self::ACTION, [self::class, 'decide']);
    }

    /** @return list<string> */
    public static function ids(): array
    {
        $kept = get_option(self::OPTION, []);
        return is_array($kept) ? array_values(array_filter($kept, 'is_string')) : [];
    }

    /**
     * « Hide here », for who may.
     *
     * @param array<string, mixed> $item
     */
    public static function button(array $item): string
    {
        return self::form($item, 'hide', __('Hide here', 'partageons'));
    }

    /**
     * What was hidden of a list, for who may show it again.
     *
     * @param list<array<string, mixed>> $items
     */
    public static function undo(array $items): string
    {
        if ($items === [] || !self::may()) {
            return '';
        }
        $rows = '';
        foreach ($items as $item) {
            $rows .= '<li>' . esc_html($item['title']) . ' ' . self::form($item, 'show', __('Show again', 'partageons'))
                . '</li>';
        }
        /* translators: %d: number of resources. */
        $said = _n('%d resource hidden here', '%d resources hidden here', count($items), 'partageons');
        return '<details class="partageons-undo"><summary>' . esc_html(sprintf($said, count($items)))
            . '</summary><ul>' . $rows . '</ul></details>';
    }

    /** A button was pressed. */
    public static function decide(): void
    {
        check_admin_referer(self::ACTION);
        if (!self::may()) {
            wp_die(esc_html__('You may not choose what this site shows.', 'partageons'), '', ['response' => 403]);
        }
        // An identifier is any text: `sanitize_text_field` would take away its percents.
        $id = isset($_POST['id']) ? Plain::line(wp_unslash($_POST['id']), 200) : '';
        $act = isset($_POST['act']) ? sanitize_key(wp_unslash($_POST['act'])) : '';
        if ($id !== '') {
            $left = array_values(array_diff(self::ids(), [$id]));
            update_option(self::OPTION, $act === 'hide' ? array_slice(array_merge($left, [$id]), -self::MOST) : $left);
        }
        wp_safe_redirect(wp_get_referer() ?: home_url('/'));
        exit;
    }

    private static function may(): bool
    {
        // What an editor previews is not the page yet: no button there.
        $page = !(defined('REST_REQUEST') && REST_REQUEST) && !is_feed();
        return $page && current_user_can(self::RIGHT);
    }

    /** @param array<string, mixed> $item */
    private static function form(array $item, string $act, string $label): string
    {
        if (!self::may()) {
            return '';
        }
        $values = [
            'action' => self::ACTION,
            'act' => $act,
            'id' => $item['id'],
            '_wpnonce' => wp_create_nonce(self::ACTION),
            '_wp_http_referer' => esc_url_raw(wp_unslash($_SERVER['REQUEST_URI'] ?? '')),
        ];
        $fields = '';
        foreach ($values as $name => $value) {
            $fields .= sprintf('<input type="hidden" name="%s" value="%s">', esc_attr($name), esc_attr($value));
        }
        return sprintf(
            '<form class="partageons-hide" method="post" action="%s">%s'
                . '<button type="submit">%s<span class="partageons-hidden"> (%s)</span></button></form>',
            esc_url(admin_url('admin-post.php')),
            $fields,
            esc_html($label),
            esc_html($item['title'])
        );
    }
}
