<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** What the types that are shared have, and that is not: so that nobody looks for it in vain, or fears for it. */
final class Withheld
{
    /** @return list<string> sentences. */
    public static function counts(Settings $settings): array
    {
        global $wpdb;
        $private = $locked = $unticked = $came = 0;
        foreach ($settings->types as $type) {
            $counts = (array) wp_count_posts($type);
            foreach (['draft', 'pending', 'private', 'future'] as $status) {
                $private += (int) ($counts[$status] ?? 0);
            }
            $locked += (int) $wpdb->get_var($wpdb->prepare(
                "SELECT COUNT(*) FROM {$wpdb->posts} WHERE post_type = %s"
                . " AND post_status = 'publish' AND post_password <> ''",
                $type
            ));
            $unticked += self::marked($type, [Posts::PRIVATE]);
            $came += self::marked($type, Posts::IMPORTED);
        }
        /* translators: %s: a number of contents. */
        $sentences = [
            [
                $private,
                _n(
                    '%s draft, private or planned content',
                    '%s drafts, private or planned contents',
                    $private,
                    'partageons'
                )
            ],
            [$locked, _n('%s content with a password', '%s contents with a password', $locked, 'partageons')],
            [
                $unticked,
                _n(
                    '%s content that somebody ticked “do not share”',
                    '%s contents that somebody ticked “do not share”',
                    $unticked,
                    'partageons'
                )
            ],
            [
                $came,
                _n(
                    '%s content that came from another site',
                    '%s contents that came from another site',
                    $came,
                    'partageons'
                )
            ],
        ];
        $said = [];
        foreach ($sentences as [$count, $sentence]) {
            if ($count > 0) {
                $said[] = sprintf($sentence, number_format_i18n($count));
            }
        }
        return $said;
    }

    /** @param list<string> $keys */
    private static function marked(string $type, array $keys): int
    {
        global $wpdb;
        $in = implode(', ', array_fill(0, count($keys), '%s'));
        return (int) $wpdb->get_var($wpdb->prepare(
            "SELECT COUNT(DISTINCT p.ID) FROM {$wpdb->posts} p INNER JOIN {$wpdb->postmeta} m ON m.post_id = p.ID"
            . " WHERE p.post_type = %s AND p.post_status = 'publish' AND m.meta_key IN ($in)"
            . " AND m.meta_value NOT IN ('', '0')",
            array_merge([$type], $keys)
        ));
    }
}
