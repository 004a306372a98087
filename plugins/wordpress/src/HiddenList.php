<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** The resources of the network that somebody hid on this site, with a button to show each again. */
final class HiddenList
{
    public static function show(): void
    {
        $ids = Hiding::ids();
        if ($ids === []) {
            return;
        }
        $bridge = Settings::read()->bridge;
        printf('<section class="pv-card" id="hidden"><h2>%s</h2>', esc_html__('Hidden on your site', 'partageons'));
        printf('<p>%s</p><ul class="pv-hidden">', esc_html__(
            'These resources of other members are not shown in your pages. They stay in the network.',
            'partageons'
        ));
        foreach ($ids as $id) {
            printf('<li><form method="post" action="%s" class="pv-inline">', esc_url(admin_url('admin-post.php')));
            printf('<input type="hidden" name="action" value="%s">', esc_attr(Hiding::ACTION));
            printf(
                '<input type="hidden" name="act" value="show"><input type="hidden" name="id" value="%s">',
                esc_attr($id)
            );
            wp_nonce_field(Hiding::ACTION);
            if ($bridge === '') {
                printf('<code>%s</code> ', esc_html($id));
            } else {
                printf('<a href="%s">%s</a> ', esc_url($bridge . 'fiche/' . rawurlencode($id)), esc_html($id));
            }
            printf(
                '<button type="submit" class="button button-small">%s<span class="screen-reader-text"> %s</span>'
                    . '</button></form></li>',
                esc_html__('Show again', 'partageons'),
                esc_html($id)
            );
        }
        echo '</ul></section>';
    }
}
