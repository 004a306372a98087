<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Plain;
use Partageons\Core\Unreachable;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * Articles that the bridge delivered here: when a resource is withdrawn from the network, its copy is a draft again,
 * unless somebody edited it here.
 */
final class Copies
{
    /** Of which resource an article is a copy: `<home of the bridge> <id>`, as the bridge sends it. */
    public const ORIGIN = 'partageons_origine';
    /** A hash of the text as it was delivered. */
    private const DELIVERED = '_partageons_delivered';
    /** When it became a draft again. */
    private const WITHDRAWN = '_partageons_withdrawn';
    /** Memory: where the last look stopped, and when. */
    private const LOOK = 'copies';
    private const EVERY = 60;
    private const BATCH = 20;
    private const PATIENCE = 4.0;
    private const SHOWN = "'publish', 'future', 'pending', 'private'";

    public static function register(): void
    {
        add_action('init', [self::class, 'declare']);
        add_action('rest_api_init', [self::class, 'listen']);
        add_action(Schedule::RECONCILE, [self::class, 'look']); // a site may hold copies and show no list
        if (is_admin()) {
            add_filter('display_post_states', [self::class, 'states'], 10, 2);
        }
    }

    /** WordPress keeps the field that comes with a delivery only if it knows it. */
    public static function declare(): void
    {
        register_meta('post', self::ORIGIN, [
            'type' => 'string',
            'single' => true,
            'show_in_rest' => true,
            'description' => __('Resource of the network that this article is a copy of.', 'partageons'),
            'sanitize_callback' => [self::class, 'origin'],
            'auth_callback' => static function ($allowed, $key, $post): bool {
                return current_user_can('edit_post', $post);
            },
        ]);
    }

    /**
     * @param mixed $value
     */
    public static function origin($value): string
    {
        $text = Plain::line($value, 700);
        return preg_match('~\Ahttps?://\S+ \S.*\z~u', $text) === 1 ? $text : '';
    }

    public static function listen(): void
    {
        foreach (get_post_types(['show_in_rest' => true]) as $type) {
            add_action("rest_after_insert_$type", [self::class, 'delivered']);
        }
    }

    /** The text of a copy, as its bridge just wrote it: programs come with an application password, people do not. */
    public static function delivered(\WP_Post $post): void
    {
        if (rest_get_authenticated_app_password() && get_post_meta($post->ID, self::ORIGIN, true) !== '') {
            update_post_meta($post->ID, self::DELIVERED, self::hash(get_post($post->ID)));
            delete_post_meta($post->ID, self::WITHDRAWN);
        }
    }

    /** Ask the bridge about some of the copies, then others the next time; at most once a minute. */
    public static function look(): void
    {
        $bridge = Parts::settings()->bridge;
        $kept = Plain::json(Parts::memory()->get(self::LOOK));
        if ($bridge === '' || abs(time() - (int) ($kept['at'] ?? 0)) < self::EVERY) {
            return;
        }
        $rows = self::some((int) ($kept['after'] ?? 0));
        if ($rows === [] && empty($kept['after'])) {
            return; // the site has no copies
        }
        $last = count($rows) < self::BATCH ? 0 : (int) end($rows)->ID;
        Parts::memory()->set(self::LOOK, (string) wp_json_encode(['at' => time(), 'after' => $last]));
        foreach ($rows as $row) {
            [$home, $id] = explode(' ', (string) $row->meta_value, 2) + ['', ''];
            try {
                if ($home === $bridge && $id !== '' && self::gone($bridge, $id)) {
                    self::back(get_post((int) $row->ID));
                }
            } catch (Unreachable $error) {
                return;
            }
        }
    }

    /**
     * @param array<string, string> $states
     * @param \WP_Post $post
     * @return array<string, string>
     */
    public static function states($states, $post)
    {
        if (is_array($states) && $post->post_status === 'draft' && get_post_meta($post->ID, self::WITHDRAWN, true)) {
            $states['partageons'] = __('withdrawn from the network', 'partageons');
        }
        return $states;
    }

    /** Whether the bridge says in so many words that it was withdrawn: any other answer changes nothing. */
    private static function gone(string $bridge, string $id): bool
    {
        $url = $bridge . 'api/v1/records/' . str_replace(['%3A', '%2F'], [':', '/'], rawurlencode($id));
        $answer = Parts::http()->send('GET', $url, ['Accept' => 'application/json'], '', self::PATIENCE);
        $type = Plain::json($answer->body)['type'] ?? '';
        return $answer->status === 410 && is_string($type) && substr($type, -14) === '#fiche-retiree';
    }

    /** @return list<object> ID and meta_value of copies that are shown, by number */
    private static function some(int $after): array
    {
        global $wpdb;
        $states = self::SHOWN;
        // phpcs:ignore WordPress.DB -- the states are ours.
        return (array) $wpdb->get_results($wpdb->prepare(
            "SELECT p.ID, m.meta_value FROM {$wpdb->posts} p JOIN {$wpdb->postmeta} m ON m.post_id = p.ID
            WHERE m.meta_key = %s AND p.post_status IN ($states) AND p.ID > %d ORDER BY p.ID LIMIT %d",
            self::ORIGIN,
            $after,
            self::BATCH
        ));
    }

    private static function back(?\WP_Post $post): void
    {
        if ($post === null || get_post_meta($post->ID, self::DELIVERED, true) !== self::hash($post)) {
            return;
        }
        // Nobody is logged in here: WordPress would clean the text again, and more than when it was delivered.
        kses_remove_filters();
        wp_update_post(['ID' => $post->ID, 'post_status' => 'draft']);
        kses_init();
        update_post_meta($post->ID, self::WITHDRAWN, gmdate('Y-m-d\TH:i:s\Z'));
    }

    private static function hash(?\WP_Post $post): string
    {
        $texts = $post === null ? [] : [$post->post_title, $post->post_content, $post->post_excerpt];
        return hash('sha256', implode("\n\f\n", $texts));
    }
}
