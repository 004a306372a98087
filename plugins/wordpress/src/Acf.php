<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Value;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * Fields of Advanced Custom Fields, and of Secure Custom Fields: their labels, and their values as people read them.
 *
 * Values come from the metas; ACF is only asked what a field is.
 */
final class Acf
{
    /** Persons, secrets, and fields that only hold others, which have metas of their own. */
    private const SILENT = [
        'email', 'password', 'user', 'message', 'tab', 'accordion', 'group', 'repeater', 'flexible_content', 'clone',
    ];
    private const POSTS = ['post_object', 'relationship', 'page_link'];
    private const FILES = ['image', 'file', 'gallery'];
    private const CHOICES = ['select', 'checkbox', 'radio', 'button_group'];
    private const PLAIN = [
        'number' => 'number', 'range' => 'number', 'url' => 'url', 'oembed' => 'url', 'wysiwyg' => 'html',
    ];

    /** @return array<string, mixed>|null what ACF knows of a meta; null when it is not one of its fields. */
    public function definition(\WP_Post $post, string $key): ?array
    {
        $reference = get_post_meta($post->ID, "_$key", true);
        if (!is_string($reference) || strncmp($reference, 'field_', 6) !== 0 || !function_exists('acf_get_field')) {
            return null;
        }
        $found = acf_get_field($reference);
        return is_array($found) && is_string($found['type'] ?? null) ? $found : null;
    }

    /** @param array<string, mixed> $definition */
    public function isRelation(array $definition): bool
    {
        return in_array($definition['type'], array_merge(self::POSTS, self::FILES), true);
    }

    /**
     * @param array<string, mixed> $definition
     * @param list<mixed> $stored
     * @return array{0: string, 1: list<Value>} the type of the field, empty when its values tell; and its values
     */
    public function values(array $definition, array $stored): array
    {
        $type = (string) $definition['type'];
        if (in_array($type, self::SILENT, true)) {
            return ['text', []];
        }
        if ($type === 'link') {
            return ['url', array_map([self::class, 'link'], array_filter($stored, 'is_array'))];
        }
        if ($type === 'google_map') {
            return ['geo', array_map([self::class, 'place'], array_filter($stored, 'is_array'))];
        }
        $texts = Fields::texts($stored);
        if (in_array($type, self::CHOICES, true)) {
            $choices = self::choices($definition['choices'] ?? []);
            return ['list', array_map(static fn(string $key): Value => self::choice($key, $choices), $texts)];
        }
        if ($type === 'taxonomy') {
            return ['list', self::present(array_map([self::class, 'term'], $texts))];
        }
        if (in_array($type, self::POSTS, true)) {
            return ['list', self::present(array_map([self::class, 'post'], $texts))];
        }
        if (in_array($type, self::FILES, true)) {
            return [$type === 'file' ? 'url' : 'image', self::present(array_map([self::class, 'file'], $texts))];
        }
        if ($type === 'true_false') {
            return ['list', array_map([self::class, 'truth'], $texts)];
        }
        if ($type === 'date_picker' || $type === 'date_time_picker') {
            return ['date', array_map(static fn(string $text): Value => new Value(self::date($text)), $texts)];
        }
        $values = array_map(static fn(string $text): Value => new Value($text), $texts);
        return [self::PLAIN[$type] ?? '', $values];
    }

    /**
     * @param list<Value|null> $values
     * @return list<Value>
     */
    private static function present(array $values): array
    {
        return array_values(array_filter($values));
    }

    /**
     * Choices, those of groups among the others.
     *
     * @param mixed $choices
     * @return array<string, string>
     */
    private static function choices($choices): array
    {
        $flat = [];
        foreach (is_array($choices) ? $choices : [] as $key => $label) {
            if (is_array($label)) {
                $flat += self::choices($label);
            } elseif (is_scalar($label)) {
                $flat[(string) $key] = (string) $label;
            }
        }
        return $flat;
    }

    /** @param array<string, string> $choices */
    private static function choice(string $key, array $choices): Value
    {
        $label = Records::plain($choices[$key] ?? $key);
        return new Value($label, $key, $label);
    }

    private static function truth(string $text): Value
    {
        $yes = in_array(strtolower($text), ['1', 'true', 'yes', 'on'], true);
        $label = $yes ? __('Yes', 'partageons') : __('No', 'partageons');
        return new Value($label, $yes ? '1' : '0', $label);
    }

    private static function term(string $id): ?Value
    {
        $term = get_term((int) $id);
        if (!$term instanceof \WP_Term || !is_taxonomy_viewable($term->taxonomy)) {
            return null;
        }
        $label = Records::plain($term->name);
        return new Value($label, $term->slug, $label);
    }

    /** The title of a post that everyone may read; an address stays one. */
    private static function post(string $id): ?Value
    {
        if (!is_numeric($id)) {
            return preg_match('#\Ahttps?://#i', $id) === 1 ? new Value($id) : null;
        }
        $post = get_post((int) $id);
        $open = $post instanceof \WP_Post && $post->post_password === '' && is_post_publicly_viewable($post);
        return $open ? new Value(Records::plain($post->post_title), $id, Records::plain($post->post_title)) : null;
    }

    private static function file(string $id): ?Value
    {
        $url = is_numeric($id) ? wp_get_attachment_url((int) $id) : $id;
        return is_string($url) && preg_match('#\Ahttps?://#i', $url) === 1 ? new Value($url) : null;
    }

    /** @param array<mixed> $link */
    private static function link(array $link): Value
    {
        $url = is_string($link['url'] ?? null) ? $link['url'] : '';
        $title = is_string($link['title'] ?? null) ? Records::plain($link['title']) : '';
        return new Value($url, '', $url === '' ? '' : $title);
    }

    /** @param array<mixed> $place */
    private static function place(array $place): Value
    {
        $sound = is_numeric($place['lat'] ?? null) && is_numeric($place['lng'] ?? null)
            && ((float) $place['lat'] !== 0.0 || (float) $place['lng'] !== 0.0);
        $address = is_string($place['address'] ?? null) ? Records::plain($place['address']) : '';
        return new Value($sound ? ((float) $place['lat']) . ',' . ((float) $place['lng']) : '', '', $address);
    }

    /** ISO 8601 for what ACF keeps as digits; an hour is the site's own. */
    private static function date(string $text): string
    {
        if (preg_match('/\A(\d{4})(\d\d)(\d\d)\z/', $text, $at) === 1) {
            return "$at[1]-$at[2]-$at[3]";
        }
        return str_replace(' ', 'T', $text);
    }
}
