<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Pairing;

if (!defined('ABSPATH')) {
    exit;
}

/** What Tools → Site Health says of the plugin, in the words of an administrator. */
final class Health
{
    public static function register(): void
    {
        add_filter('site_status_tests', [self::class, 'tests']);
        add_filter('debug_information', [self::class, 'information']);
        add_action('wp_ajax_health-check-partageons-feed', [self::class, 'answer']);
    }

    /**
     * @param array<string, array<string, mixed>> $tests
     * @return array<string, array<string, mixed>>
     */
    public static function tests(array $tests): array
    {
        $direct = ['joined' => __('The network of Partageons vert', 'partageons')];
        if (Settings::read()->types !== []) {
            $direct['reconcile'] = __('Check of what is shared', 'partageons');
            // It asks this very site: the page does not wait for it.
            $tests['async']['partageons_feed'] = [
                'label' => __('The feed of Partageons vert', 'partageons'),
                'test' => 'partageons_feed',
                'has_rest' => false,
                'async_direct_test' => [self::class, 'feed'],
            ];
        }
        if (Parts::pairing()->state() === Pairing::ACCEPTED) {
            $direct['ping'] = __('Announcements to the network', 'partageons');
        }
        foreach ($direct as $name => $label) {
            $tests['direct']["partageons_$name"] = ['label' => $label, 'test' => [self::class, $name]];
        }
        return $tests;
    }

    public static function answer(): void
    {
        check_ajax_referer('health-check-site-status');
        if (!current_user_can('view_site_health_checks')) {
            wp_send_json_error(null, 403);
        }
        wp_send_json_success(self::feed());
    }

    /** @return array<string, mixed> */
    public static function feed(): array
    {
        $found = Trial::through(Doors::address());
        $says = Obstacle::says($found);
        return $found->code === ''
            ? self::told('feed', 'good', __('The network can read your resources', 'partageons'), $says)
            : self::told('feed', 'critical', __('The network cannot read your resources', 'partageons'), $says);
    }

    /** @return array<string, mixed> */
    public static function joined(): array
    {
        $state = Parts::pairing()->state();
        if ($state === Pairing::ACCEPTED) {
            return self::told('joined', 'good', __('This site is in the network', 'partageons'), sprintf(
                /* translators: %s: the name of this site in the network. */
                __('It is known there as “%s”.', 'partageons'),
                Parts::pairing()->source()
            ));
        }
        if ($state === Pairing::ASKED || $state === Pairing::VERIFIED) {
            return self::told('joined', 'good', __('The network has not answered yet', 'partageons'), __(
                'The request of this site waits for a person’s answer. There is nothing to do.',
                'partageons'
            ));
        }
        return self::told('joined', 'recommended', __('This site is not in the network', 'partageons'), __(
            'Its resources do not reach it: see step 3 of the settings page.',
            'partageons'
        ));
    }

    /** @return array<string, mixed> */
    public static function ping(): array
    {
        $last = Parts::pinger()->last();
        if ($last['said'] === '') {
            return self::told('ping', 'good', __('The network hears this site', 'partageons'), __(
                'Changes are announced to it within seconds.',
                'partageons'
            ));
        }
        return self::told('ping', 'recommended', __('The network does not hear this site', 'partageons'), sprintf(
            /* translators: %s: a sentence. */
            __('%s Announcements are kept and sent again; your pages do not wait for them.', 'partageons'),
            $last['said']
        ));
    }

    /** @return array<string, mixed> */
    public static function reconcile(): array
    {
        [, $says, $level] = StatusPanel::reconcile();
        return $level === 'bad'
            ? self::told('reconcile', 'recommended', __('What is shared is no longer checked', 'partageons'), $says)
            : self::told('reconcile', 'good', __('What is shared is checked every day', 'partageons'), sprintf(
                /* translators: %s: when, such as “in 3 hours”. */
                __('Next check: %s.', 'partageons'),
                $says
            ));
    }

    /**
     * @param array<string, mixed> $information
     * @return array<string, mixed>
     */
    public static function information(array $information): array
    {
        $settings = Settings::read();
        $fields = [
            'version' => ['label' => __('Version', 'partageons'), 'value' => PARTAGEONS_VERSION],
            'state' => ['label' => __('State in the network', 'partageons'), 'value' => Parts::pairing()->state()],
            'bridge' => ['label' => __('Address of the network', 'partageons'), 'value' => $settings->bridge ?: '-'],
            'feed' => ['label' => __('Address of the feed', 'partageons'), 'value' => Doors::address()],
            'types' => ['label' => __('What is shared', 'partageons'), 'value' => implode(', ', $settings->types)],
        ];
        foreach (StatusPanel::facts() as $number => [$label, $value]) {
            $fields["fact$number"] = ['label' => $label, 'value' => $value];
        }
        $information['partageons'] = ['label' => __('Partageons vert', 'partageons'), 'fields' => $fields];
        return $information;
    }

    /** @return array<string, mixed> as Site Health wants it. */
    private static function told(string $test, string $status, string $label, string $sentence): array
    {
        return [
            'label' => $label,
            'status' => $status,
            'badge' => ['label' => __('Partageons vert', 'partageons'), 'color' => 'green'],
            'description' => '<p>' . esc_html($sentence) . '</p>',
            'actions' => '<p><a href="' . esc_url(Admin::url('status')) . '">'
                . esc_html__('Settings of Partageons vert', 'partageons') . '</a></p>',
            'test' => "partageons_$test",
        ];
    }
}
