<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Field;
use Partageons\Core\Record;

if (!defined('ABSPATH')) {
    exit;
}

/** Three real records as the network will see them, each with what could be better; and what is kept back. */
final class Preview
{
    private const RECORDS = 3;
    private const LOOKED_AT = 30;
    private const TEXT = 280;

    /** Prints it; returns what it says in one sentence, for those who do not see it change. */
    public static function show(Settings $settings): string
    {
        if ($settings->types === []) {
            $said = __('Nothing is shared yet: tick a type of content.', 'partageons');
            printf('<p class="pv-empty">%s</p>', esc_html($said));
            return $said;
        }
        $records = self::records($settings);
        if ($records === []) {
            $said = __('Nothing that is published answers to this choice.', 'partageons');
            printf('<p class="pv-empty">%s</p>', esc_html($said));
        } else {
            printf('<p class="description">%s</p><div class="pv-records">', esc_html(sprintf(
                /* translators: %d: how many examples are shown. */
                _n(
                    '%d of your resources, the latest.',
                    '%d of your resources, among the latest.',
                    count($records),
                    'partageons'
                ),
                count($records)
            )));
            $warnings = 0;
            foreach ($records as $record) {
                $warnings += self::record($record);
            }
            echo '</div>';
            $said = sprintf(
                /* translators: 1: a number of records; 2: a number of warnings. */
                __('Preview updated: %1$d resources, %2$d warnings.', 'partageons'),
                count($records),
                $warnings
            );
        }
        self::withheld($settings);
        return $said;
    }

    /**
     * The latest of each type in turn.
     *
     * @return list<Record>
     */
    private static function records(Settings $settings): array
    {
        $latest = [];
        foreach ($settings->types as $type) {
            $latest[] = array_map('strval', get_posts([
                'post_type' => $type,
                'post_status' => 'publish',
                'has_password' => false,
                'numberposts' => self::LOOKED_AT,
                'fields' => 'ids',
                'suppress_filters' => true,
            ]));
        }
        $ids = [];
        for ($rank = 0; $rank < self::LOOKED_AT; $rank++) {
            $ids = array_merge($ids, array_filter(array_column($latest, $rank), 'strlen'));
        }
        $site = new Posts($settings, new Rows(Parts::connection(), $GLOBALS['wpdb']));
        $shared = array_map('strval', array_keys($site->states($ids)));
        $chosen = array_slice(array_values(array_intersect($ids, $shared)), 0, self::RECORDS);
        $records = $site->records($chosen);
        return array_values(array_filter(array_map(static fn(string $id): ?Record => $records[$id] ?? null, $chosen)));
    }

    /** @return int how many warnings it has. */
    private static function record(Record $record): int
    {
        echo '<article class="pv-record">';
        if ($record->image !== '') {
            printf('<img class="pv-image" src="%s" alt="" loading="lazy">', esc_url($record->image));
        }
        if ($record->type !== '') {
            printf('<p class="pv-badge">%s</p>', esc_html($record->type));
        }
        $title = $record->title === '' ? __('(no title)', 'partageons') : $record->title;
        printf(
            '<h3><a href="%s" target="_blank" rel="noopener">%s<span class="screen-reader-text"> %s</span></a></h3>',
            esc_url($record->url),
            esc_html($title),
            esc_html__('(new window)', 'partageons')
        );
        $text = $record->abstract === '' ? wp_strip_all_tags($record->content, true) : $record->abstract;
        if ($text !== '') {
            printf('<p class="pv-text">%s</p>', esc_html(self::short($text)));
        }
        $words = array_merge($record->themes, $record->keywords);
        if ($words !== []) {
            echo '<ul class="pv-words">';
            foreach (array_slice($words, 0, 8) as $word) {
                printf('<li>%s</li>', esc_html($word));
            }
            echo '</ul>';
        }
        self::fields($record);
        $warnings = Warnings::of($record, trim((string) get_post_field('post_title', (int) $record->id)) === '');
        if ($warnings !== []) {
            echo '<ul class="pv-warnings">';
            foreach ($warnings as $about => $sentence) {
                printf('<li data-about="%s">%s</li>', esc_attr($about), esc_html($sentence));
            }
            echo '</ul>';
        }
        echo '</article>';
        return count($warnings);
    }

    private static function fields(Record $record): void
    {
        $rows = [];
        foreach ($record->fields as $field) {
            $rows[] = [$field->label === '' ? $field->name : $field->label, self::short(self::value($field))];
        }
        $rows[] = [
            __('Licence', 'partageons'),
            $record->licence === '' ? __('none', 'partageons') : $record->licence,
        ];
        echo '<dl class="pv-facts">';
        foreach ($rows as [$label, $value]) {
            printf('<div><dt>%s</dt><dd>%s</dd></div>', esc_html($label), esc_html($value));
        }
        echo '</dl>';
    }

    private static function value(Field $field): string
    {
        $values = [];
        foreach ($field->values as $value) {
            $values[] = wp_strip_all_tags($value->text !== '' ? $value->text : ($value->label ?: $value->key), true);
        }
        return implode(', ', $values);
    }

    private static function withheld(Settings $settings): void
    {
        $kept = Withheld::counts($settings);
        if ($kept === []) {
            return;
        }
        printf(
            '<details class="pv-withheld"><summary>%s</summary><ul>',
            esc_html__('What stays on your site', 'partageons')
        );
        foreach ($kept as $sentence) {
            printf('<li>%s</li>', esc_html($sentence));
        }
        echo '</ul></details>';
    }

    private static function short(string $text): string
    {
        return mb_strlen($text) > self::TEXT ? mb_substr($text, 0, self::TEXT - 1) . '…' : $text;
    }
}
