<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\PersonalData;

if (!defined('ABSPATH')) {
    exit;
}

/** The custom fields that a site's contents really have, found in its database, with what is in them. */
final class CustomFields
{
    /** Contents that are looked at, the newest ones: a large site must not wait for this page. */
    private const CONTENTS = 1000;
    private const KEYS = 200;
    private const SAMPLE = 80;
    private const HIDDEN = 12;
    /** Fields of Advanced Custom Fields that are never what they seem. */
    private const ACF = ['email' => 'mail', 'password' => 'secret', 'user' => 'account'];

    /**
     * Those that a person may choose from, in the order of their labels.
     *
     * @param list<string> $ticked keys that are listed even if no content has them now.
     * @return list<array{key: string, label: string, sample: string, kind: string}> `kind` is what it
     *   looks like, see PersonalData.
     */
    public static function of(string $type, array $ticked = []): array
    {
        $found = [];
        foreach (self::keys($type) + array_fill_keys($ticked, []) as $key => $metas) {
            $key = (string) $key;
            if (!is_protected_meta($key, 'post')) {
                $found[] = self::one($type, $key, $metas);
            }
        }
        usort($found, static fn(array $a, array $b): int => strnatcasecmp(
            remove_accents($a['label']),
            remove_accents($b['label'])
        ));
        return $found;
    }

    /**
     * @param list<object> $metas some rows of this key.
     * @return array{key: string, label: string, sample: string, kind: string}
     */
    private static function one(string $type, string $key, array $metas): array
    {
        $label = Fields::label($key, $type);
        $sample = $kind = '';
        $raw = [];
        foreach ($metas as $meta) {
            array_push($raw, ...Fields::texts($meta->meta_value));
            $post = get_post((int) $meta->post_id);
            $definition = $post === null ? null : (new Acf())->definition($post, $key);
            $kind = self::ACF[$definition['type'] ?? ''] ?? $kind;
            $label = Records::plain((string) ($definition['label'] ?? '')) ?: $label;
            $field = $post === null || $sample !== '' ? null : (new Fields())->of($post, $key);
            foreach ($field === null ? [] : $field->values as $value) {
                $sample .= ($sample === '' ? '' : ', ') . ($value->text !== '' ? $value->text : $value->label);
            }
            $sample = $sample === '0' ? '' : $sample; // often what nobody filled in
        }
        return [
            'key' => $key,
            'label' => $label,
            'sample' => self::short(wp_strip_all_tags($sample !== '' ? $sample : ($raw[0] ?? ''), true)),
            'kind' => $kind !== '' ? $kind : PersonalData::ofField($key, $label, array_slice($raw, 0, 20)),
        ];
    }

    /** @return list<string> the keys that WordPress and its extensions keep for themselves: they begin with `_`. */
    public static function hidden(string $type): array
    {
        $keys = array_map('strval', array_keys(self::keys($type)));
        // « _place » beside « place » only says to ACF what that field is.
        $hidden = array_filter($keys, static fn(string $key): bool => is_protected_meta($key, 'post')
            && !in_array(substr($key, 1), $keys, true));
        sort($hidden);
        return array_slice($hidden, 0, self::HIDDEN);
    }

    /**
     * Every key => the last and the first row that has it.
     *
     * @return array<string|int, list<object>>
     */
    private static function keys(string $type): array
    {
        static $kept = [];
        global $wpdb;
        $name = get_current_blog_id() . " $type";
        if (isset($kept[$name])) {
            return $kept[$name];
        }
        $rows = $wpdb->get_results($wpdb->prepare(
            "SELECT m.meta_key AS name, MIN(m.meta_id) AS oldest, MAX(m.meta_id) AS newest FROM {$wpdb->postmeta} m"
            . " INNER JOIN (SELECT ID FROM {$wpdb->posts} WHERE post_type = %s AND post_status = 'publish'"
            . ' ORDER BY ID DESC LIMIT %d) p ON p.ID = m.post_id'
            . " WHERE m.meta_value <> '' GROUP BY m.meta_key ORDER BY COUNT(*) DESC LIMIT %d",
            $type,
            self::CONTENTS,
            self::KEYS
        ));
        $kept[$name] = [];
        foreach (is_array($rows) ? $rows : [] as $row) {
            $ids = array_unique([(int) $row->newest, (int) $row->oldest]);
            $kept[$name][$row->name] = array_values(array_filter(
                array_map(static fn(int $id) => get_metadata_by_mid('post', $id), $ids)
            ));
        }
        return $kept[$name];
    }

    private static function short(string $text): string
    {
        return mb_strlen($text) > self::SAMPLE ? mb_substr($text, 0, self::SAMPLE - 1) . '…' : $text;
    }
}
