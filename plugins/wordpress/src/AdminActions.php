<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** What the buttons of the settings page do. Each works by a plain form, and some by a script too. */
final class AdminActions
{
    public const NONCE = 'partageons_admin';
    private const SAID = 'partageons_said_';

    public static function register(): void
    {
        foreach (['join', 'look', 'leave', 'trial'] as $act) {
            add_action("admin_post_partageons_$act", [self::class, $act]);
        }
        add_action('wp_ajax_partageons_preview', [self::class, 'preview']);
        add_action('wp_ajax_partageons_panel', [self::class, 'panel']);
        add_action('wp_ajax_partageons_try', [self::class, 'tryNow']);
    }

    /** The hidden fields and the beginning of a form for one of these acts. */
    public static function open(string $act, string $class = ''): void
    {
        printf('<form method="post" action="%s" class="%s">', esc_url(admin_url('admin-post.php')), esc_attr($class));
        printf('<input type="hidden" name="action" value="%s">', esc_attr("partageons_$act"));
        wp_nonce_field(self::NONCE . "_$act", '_wpnonce', false);
    }

    public static function join(): void
    {
        self::guard('join');
        $typed = isset($_POST['bridge']) ? sanitize_text_field(wp_unslash($_POST['bridge'])) : '';
        $settings = Settings::read()->toArray();
        $cleaned = Settings::clean(['bridge' => $typed] + $settings);
        if ($cleaned['bridge'] === '') {
            self::back(
                'join',
                'error',
                __('This is not an address. It looks like https://bridge.example.org/.', 'partageons')
            );
        }
        if ($cleaned['types'] === []) {
            self::back('join', 'error', __('First choose what to share, in step 1, and save.', 'partageons'));
        }
        update_option('partageons', $cleaned);
        Parts::forget();
        Parts::pairing()->join($cleaned['bridge'], Doors::address());
        self::back('join');
    }

    public static function look(): void
    {
        self::guard('look');
        Parts::pairing()->look();
        self::back('join');
    }

    public static function leave(): void
    {
        self::guard('leave');
        Parts::pairing()->leave();
        self::back(
            'join',
            'success',
            __(
                'This site has left. To have what was shared removed from the network too, write to its team.',
                'partageons'
            )
        );
    }

    public static function trial(): void
    {
        self::guard('trial');
        Trial::run();
        self::back('status');
    }

    public static function preview(): void
    {
        self::guardScript();
        $sent = isset($_POST['partageons']) ? Sharing::cleaned(wp_unslash($_POST['partageons'])) : [];
        ob_start();
        $said = Preview::show(Settings::of($sent));
        wp_send_json_success(['html' => ob_get_clean(), 'said' => $said]);
    }

    /** Step « Join », once more: what became of the request. */
    public static function panel(): void
    {
        self::guardScript();
        Parts::pairing()->look();
        ob_start();
        JoinPanel::inside();
        $waits = in_array(Parts::pairing()->state(), ['asked', 'verified'], true);
        wp_send_json_success(['html' => ob_get_clean(), 'looking' => $waits]);
    }

    public static function tryNow(): void
    {
        self::guardScript();
        Trial::run();
        ob_start();
        StatusPanel::inside();
        wp_send_json_success(['html' => ob_get_clean()]);
    }

    /**
     * What the last act of this person led to, told once.
     *
     * @return array{level: string, text: string}|null
     */
    public static function said(): ?array
    {
        $name = self::SAID . get_current_user_id();
        $said = get_transient($name);
        delete_transient($name);
        return is_array($said) ? $said : null;
    }

    private static function guard(string $act): void
    {
        check_admin_referer(self::NONCE . "_$act");
        if (!current_user_can(Admin::CAPABILITY)) {
            wp_die(esc_html__('You are not allowed to do this.', 'partageons'), '', ['response' => 403]);
        }
    }

    private static function guardScript(): void
    {
        check_ajax_referer(self::NONCE);
        if (!current_user_can(Admin::CAPABILITY)) {
            wp_send_json_error(null, 403);
        }
    }

    /** @return never */
    private static function back(string $part, string $level = '', string $text = ''): void
    {
        if ($level !== '') {
            set_transient(self::SAID . get_current_user_id(), ['level' => $level, 'text' => $text], MINUTE_IN_SECONDS);
        }
        wp_safe_redirect(Admin::url($part));
        exit;
    }
}
