<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** The box « do not share » beside each content of the types that are shared, in both editors. */
final class PostBox
{
    private const NONCE = 'partageons_private';

    public static function register(): void
    {
        if (!is_admin()) {
            return;
        }
        add_action('add_meta_boxes', [self::class, 'add'], 10, 2);
        add_action('save_post', [self::class, 'save'], 10, 2);
    }

    /**
     * @param string $type
     * @param mixed $post a post, or a link or a comment on their own screens.
     */
    public static function add($type, $post): void
    {
        if ($post instanceof \WP_Post && in_array($type, Parts::settings()->types, true)) {
            add_meta_box(
                'partageons-private',
                __('Partageons vert', 'partageons'),
                [self::class, 'show'],
                $type,
                'side'
            );
        }
    }

    public static function show(\WP_Post $post): void
    {
        wp_nonce_field(self::NONCE . "_{$post->ID}", 'partageons_private_nonce', false);
        if (self::imported($post->ID)) {
            printf(
                '<p>%s</p>',
                esc_html__('It came from another site, which shares it itself: yours does not share it.', 'partageons')
            );
            return;
        }
        printf(
            '<p><label><input type="checkbox" name="partageons_private" value="1" %s '
                . 'aria-describedby="partageons-private-says"> %s</label></p>',
            checked(get_post_meta($post->ID, Posts::PRIVATE, true), '1', false),
            esc_html__('Do not share with the network', 'partageons')
        );
        printf('<p class="description" id="partageons-private-says">%s</p>', esc_html__(
            'The network then withdraws it, if it shows it already. Your own site does not change.',
            'partageons'
        ));
    }

    /** @param int $id */
    public static function save($id, \WP_Post $post): void
    {
        $nonce = isset($_POST['partageons_private_nonce']) ? sanitize_key(
            wp_unslash($_POST['partageons_private_nonce'])
        ) : '';
        if ($nonce === '' || !wp_verify_nonce($nonce, self::NONCE . "_$id")) {
            return;
        }
        if (
            (
                defined('DOING_AUTOSAVE') && DOING_AUTOSAVE
            ) || wp_is_post_revision($id) || !current_user_can('edit_post', $id)
        ) {
            return;
        }
        if (isset($_POST['partageons_private'])) {
            update_post_meta($id, Posts::PRIVATE, '1');
        } else {
            delete_post_meta($id, Posts::PRIVATE);
        }
    }

    private static function imported(int $id): bool
    {
        foreach (Posts::IMPORTED as $key) {
            if ((string) get_post_meta($id, $key, true) !== '') {
                return true;
            }
        }
        return false;
    }
}
