<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** The settings page, Settings → Partageons vert: for administrators, and nothing of it is loaded on other pages. */
final class Admin
{
    public const PAGE = 'partageons';
    public const CAPABILITY = 'manage_options';
    private const HOOK = 'settings_page_' . self::PAGE;

    public static function register(): void
    {
        if (!is_admin()) {
            return;
        }
        add_action('admin_menu', [self::class, 'menu']);
        add_action('admin_init', [self::class, 'setting']);
        add_action('admin_enqueue_scripts', [self::class, 'assets']);
        add_filter('plugin_action_links_' . plugin_basename(PARTAGEONS_FILE), [self::class, 'link']);
        AdminActions::register();
    }

    /** The address of the page. */
    public static function url(string $part = ''): string
    {
        return admin_url('options-general.php?page=' . self::PAGE) . ($part === '' ? '' : "#$part");
    }

    public static function menu(): void
    {
        $title = __('Partageons vert', 'partageons');
        add_options_page($title, $title, self::CAPABILITY, self::PAGE, [self::class, 'page']);
    }

    public static function setting(): void
    {
        register_setting('partageons', 'partageons', [
            'type' => 'array',
            'sanitize_callback' => [self::class, 'clean'],
            'show_in_rest' => false,
        ]);
    }

    /**
     * What is kept of what was sent: the form of the page says nothing of the bridge, which stays as it is.
     *
     * @param mixed $sent
     * @return array<string, mixed>
     */
    public static function clean($sent): array
    {
        $sent = is_array($sent) ? $sent : [];
        if (!isset($sent['bridge'])) {
            $sent['bridge'] = Settings::read()->toArray()['bridge'];
        }
        return Sharing::cleaned($sent);
    }

    /**
     * @param array<string, string> $links
     * @return array<string, string>
     */
    public static function link(array $links): array
    {
        $text = esc_html__('Settings', 'partageons');
        return ['settings' => '<a href="' . esc_url(self::url()) . '">' . $text . '</a>'] + $links;
    }

    public static function assets(string $hook): void
    {
        if ($hook !== self::HOOK) {
            return;
        }
        wp_enqueue_style('partageons-admin', plugins_url('assets/admin.css', PARTAGEONS_FILE), [], PARTAGEONS_VERSION);
        wp_enqueue_script(
            'partageons-admin',
            plugins_url('assets/admin.js', PARTAGEONS_FILE),
            [],
            PARTAGEONS_VERSION,
            true
        );
        wp_localize_script('partageons-admin', 'partageonsAdmin', [
            'ajax' => admin_url('admin-ajax.php'),
            'nonce' => wp_create_nonce(AdminActions::NONCE),
            'looking' => in_array(Parts::pairing()->state(), ['asked', 'verified'], true),
            'words' => [
                'failed' => __('The preview could not be made. Save, and look again.', 'partageons'),
                'loading' => __('Updating the preview…', 'partageons'),
                'testing' => __('Testing… this takes up to a minute.', 'partageons'),
                'testFailed' => __('The test itself could not be made. Try again in a minute.', 'partageons'),
                'unsaved' => __('You have changes that are not saved yet.', 'partageons'),
                'all' => __('Tick all', 'partageons'),
                'none' => __('Untick all', 'partageons'),
            ],
        ]);
    }

    public static function page(): void
    {
        if (!current_user_can(self::CAPABILITY)) {
            return;
        }
        $settings = Settings::read();
        echo '<div class="wrap pv">';
        printf('<h1>%s</h1>', esc_html__('Partageons vert', 'partageons'));
        printf(
            '<p class="pv-lead">%s</p>',
            esc_html__(
                'Your resources on biodiversity, found by the whole network, in your words and under your name.',
                'partageons'
            )
        );
        self::said();
        echo '<div class="pv-columns"><div class="pv-main">';
        (new SharingForm($settings))->show();
        JoinPanel::show();
        echo '</div><div class="pv-side">';
        printf(
            '<section class="pv-card pv-preview" id="preview" aria-labelledby="pv-preview-title">'
                . '<h2 id="pv-preview-title">%s</h2>',
            esc_html__('As the network will see them', 'partageons')
        );
        echo '<p class="screen-reader-text" id="pv-preview-said" aria-live="polite"></p><div id="pv-preview">';
        Preview::show($settings);
        echo '</div></section></div></div>';
        StatusPanel::show();
        HiddenList::show();
        echo '</div>';
    }

    /** What the last button pressed led to. */
    private static function said(): void
    {
        $said = AdminActions::said();
        if ($said !== null) {
            printf(
                '<div class="notice notice-%s is-dismissible"><p>%s</p></div>',
                esc_attr($said['level']),
                esc_html($said['text'])
            );
        }
    }
}
