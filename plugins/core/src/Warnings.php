<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What would cost a record its readers, or would say too much: found before it is shared. */
final class Warnings
{
    private const LATITUDES = ['lat', 'latitude', 'bf_latitude', 'geo_latitude'];
    private const LONGITUDES = ['lon', 'lng', 'long', 'longitude', 'bf_longitude', 'geo_longitude'];

    /**
     * @param bool $untitled what it is made of has no title, whatever the record calls it.
     * @return list<Warning> at most one about each thing.
     */
    public static function of(Record $record, bool $untitled = false): array
    {
        $found = [];
        if ($untitled || trim($record->title) === '') {
            $found[] = new Warning('title');
        }
        $text = self::text($record->content);
        if ($record->abstract === '') {
            $found[] = new Warning($text === '' ? 'text' : 'abstract');
        }
        $found[] = self::position($record);
        if ($record->licence === '') {
            $found[] = new Warning('licence');
        }
        $found[] = self::personal($record, $text);
        return array_values(array_filter($found));
    }

    /** What people read of some HTML. */
    public static function text(string $html): string
    {
        return trim(strip_tags((string) preg_replace('~<(script|style)\b[^>]*>.*?</\1\s*>~is', '', $html)));
    }

    private static function position(Record $record): ?Warning
    {
        $lat = self::number($record, self::LATITUDES, $record->lat);
        $lon = self::number($record, self::LONGITUDES, $record->lon);
        if ($lat === null && $lon === null) {
            return null;
        }
        if ($lat === null || $lon === null) {
            return new Warning('position', 'half');
        }
        if ($lat === 0.0 && $lon === 0.0) {
            return new Warning('position', 'zero');
        }
        return abs($lat) > 90 || abs($lon) > 180 ? new Warning('position', 'off') : null;
    }

    /** @param list<string> $names */
    private static function number(Record $record, array $names, ?float $known): ?float
    {
        foreach ($record->fields as $field) {
            if (in_array(strtolower($field->name), $names, true) && isset($field->values[0])) {
                $text = str_replace(',', '.', trim($field->values[0]->text));
                return is_numeric($text) ? (float) $text : null;
            }
        }
        return $known;
    }

    private static function personal(Record $record, string $text): ?Warning
    {
        $found = PersonalData::inText($record->title . "\n" . $record->abstract . "\n" . $text);
        if ($found !== '') {
            return new Warning('personal', 'found', '', $found);
        }
        foreach ($record->fields as $field) {
            $said = '';
            foreach ($field->values as $value) {
                $said .= $value->text . "\n" . $value->label . "\n";
            }
            $found = PersonalData::inText($said);
            if ($found !== '') {
                return new Warning('personal', 'found', $field->label ?: $field->name, $found);
            }
        }
        if (preg_match('/href\s*=\s*["\']?\s*(?:mailto|tel):([^"\'>\s]+)/i', $record->content, $link) === 1) {
            return new Warning('personal', 'link', '', rawurldecode($link[1]));
        }
        return null;
    }
}
