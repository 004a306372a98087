<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** What an administrator is told on the few screens where it matters, until it is put away. */
final class Notices
{
    private const ACTION = 'partageons_dismiss';
    private const DISMISSED = 'partageons_dismissed';

    public static function register(): void
    {
        if (is_admin()) {
            add_action('admin_notices', [self::class, 'show']);
            add_action('admin_post_' . self::ACTION, [self::class, 'dismiss']);
        }
    }

    public static function show(): void
    {
        $screen = get_current_screen();
        $here = $screen === null ? '' : $screen->id;
        if (
            !current_user_can(Admin::CAPABILITY) || !in_array(
                $here,
                ['plugins', 'update-core', 'settings_page_partageons'],
                true
            )
        ) {
            return;
        }
        if ($here === 'plugins' && Settings::read()->types === []) {
            self::tell(
                'welcome',
                __('Partageons vert is ready: choose what you share, and join the network.', 'partageons'),
                Admin::url(),
                __('Choose', 'partageons')
            );
        }
        $newest = Parts::pairing()->newest();
        if ($newest !== '' && version_compare($newest, PARTAGEONS_VERSION, '>')) {
            $bridge = Parts::pairing()->address();
            self::tell("version-$newest", sprintf(
                /* translators: 1: a version number; 2: another one. */
                __('Version %1$s of Partageons vert is available; this site has %2$s.', 'partageons'),
                $newest,
                PARTAGEONS_VERSION
            ), $bridge, __('Where to find it', 'partageons'));
        }
    }

    public static function dismiss(): void
    {
        $about = isset($_GET['about']) ? sanitize_key(str_replace('.', '-', wp_unslash($_GET['about']))) : '';
        check_admin_referer(self::ACTION . $about);
        if (!current_user_can(Admin::CAPABILITY)) {
            wp_die(esc_html__('You are not allowed to do this.', 'partageons'), '', ['response' => 403]);
        }
        $kept = array_slice(array_diff(self::dismissed(), [$about]), -9);
        update_user_meta(get_current_user_id(), self::DISMISSED, array_merge($kept, [$about]));
        wp_safe_redirect(wp_get_referer() ?: admin_url());
        exit;
    }

    private static function tell(string $about, string $sentence, string $url, string $link): void
    {
        $about = sanitize_key(str_replace('.', '-', $about));
        if (in_array($about, self::dismissed(), true)) {
            return;
        }
        $away = wp_nonce_url(
            admin_url('admin-post.php?action=' . self::ACTION . "&about=$about"),
            self::ACTION . $about
        );
        printf('<div class="notice notice-info" data-partageons="%s"><p>%s', esc_attr($about), esc_html($sentence));
        if ($url !== '') {
            printf(' <a href="%s">%s</a>', esc_url($url), esc_html($link));
        }
        printf(
            ' <a class="partageons-away" href="%s">%s</a></p></div>',
            esc_url($away),
            esc_html__('Do not tell again', 'partageons')
        );
    }

    /** @return list<string> */
    private static function dismissed(): array
    {
        $kept = get_user_meta(get_current_user_id(), self::DISMISSED, true);
        return is_array($kept) ? array_values(array_filter($kept, 'is_string')) : [];
    }
}
