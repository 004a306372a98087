<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\PersonalData;

if (!defined('ABSPATH')) {
    exit;
}

/** What a site has that could be shared, and what may never be, whoever asks for it. */
final class Sharing
{
    private const ALREADY = ['category', 'post_tag', 'post_format'];

    /** @return list<\WP_Post_Type> the types whose contents everyone may read, pages last. */
    public static function types(): array
    {
        $types = array_filter(
            get_post_types(['public' => true], 'objects'),
            static fn(\WP_Post_Type $type): bool => $type->name !== 'attachment' && is_post_type_viewable($type)
        );
        $pages = ['page' => $types['page'] ?? null];
        unset($types['page']);
        return array_values(array_filter($types + $pages));
    }

    /** @return list<\WP_Taxonomy> those of a type that everyone may read, besides its categories and tags. */
    public static function taxonomies(string $type): array
    {
        return array_values(array_filter(
            get_object_taxonomies($type, 'objects'),
            static fn(\WP_Taxonomy $one): bool => is_taxonomy_viewable($one) && !in_array(
                $one->name,
                self::ALREADY,
                true
            )
        ));
    }

    /**
     * Settings as they may be kept: without types that are not public, and without fields that look like e-mail
     * addresses, telephone numbers or passwords.
     *
     * @param mixed $sent unslashed.
     * @return array<string, mixed>
     */
    public static function cleaned($sent): array
    {
        $cleaned = Settings::clean($sent);
        foreach ($cleaned['fields'] as $type => $keys) {
            $fields = CustomFields::of($type, $keys);
            $never = array_filter(
                $fields,
                static fn(array $field): bool => in_array($field['kind'], PersonalData::NEVER, true)
            );
            $cleaned['fields'][$type] = array_values(array_filter(
                array_diff($keys, array_column($never, 'key')),
                static fn(string $key): bool => !is_protected_meta($key, 'post')
            ));
        }
        $cleaned['fields'] = array_filter($cleaned['fields']);
        return $cleaned;
    }
}
