<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\PersonalData;
use Partageons\Core\Record;

if (!defined('ABSPATH')) {
    exit;
}

/** What would cost a record its readers, or would say too much: told before it is shared, with what to do. */
final class Warnings
{
    private const LATITUDES = ['lat', 'latitude', 'bf_latitude', 'geo_latitude'];
    private const LONGITUDES = ['lon', 'lng', 'long', 'longitude', 'bf_longitude', 'geo_longitude'];

    /**
     * @param bool $untitled the post itself has no title, whatever the record calls it.
     * @return array<string, string> title, abstract, text, position, licence or personal => a sentence.
     */
    public static function of(Record $record, bool $untitled = false): array
    {
        $found = [];
        if ($untitled || trim($record->title) === '') {
            $found['title'] = __('It has no title: nobody will find it.', 'partageons');
        }
        $text = trim(wp_strip_all_tags($record->content));
        if ($record->abstract === '' && $text === '') {
            $found['text'] = __('There is nothing but a title: write a summary, or some text.', 'partageons');
        } elseif ($record->abstract === '') {
            $found['abstract'] = __(
                'No summary: fill in its “Excerpt”. Without it, the beginning of the text is shown.',
                'partageons'
            );
        }
        $position = self::position($record);
        if ($position !== '') {
            $found['position'] = $position;
        }
        if ($record->licence === '') {
            $found['licence'] = __(
                'No licence: choose one in step 2, or readers will be told to ask you first.',
                'partageons'
            );
        }
        $personal = self::personal($record, $text);
        if ($personal !== '') {
            $found['personal'] = $personal;
        }
        return $found;
    }

    private static function position(Record $record): string
    {
        $lat = self::number($record, self::LATITUDES, $record->lat);
        $lon = self::number($record, self::LONGITUDES, $record->lon);
        if ($lat === null && $lon === null) {
            return '';
        }
        if ($lat === null || $lon === null) {
            return __('Its position is half filled in: a latitude and a longitude are needed.', 'partageons');
        }
        if ($lat === 0.0 && $lon === 0.0) {
            return __(
                'Its position is (0, 0), in the sea off Africa: it was never filled in. It will be ignored.',
                'partageons'
            );
        }
        if (abs($lat) > 90 || abs($lon) > 180) {
            return __('Its position is not on Earth: check the latitude and the longitude.', 'partageons');
        }
        return '';
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

    private static function personal(Record $record, string $text): string
    {
        $links = preg_match('/href\s*=\s*["\']?\s*(?:mailto|tel):([^"\'>\s]+)/i', $record->content, $link) === 1;
        $places = [__('the text', 'partageons') => $record->title . "\n" . $record->abstract . "\n" . $text];
        foreach ($record->fields as $field) {
            $values = [];
            foreach ($field->values as $value) {
                $values[] = $value->text . "\n" . $value->label;
            }
            /* translators: %s: the name of a field. */
            $places[
                sprintf(__('the field “%s”', 'partageons'), $field->label ?: $field->name)
            ] = implode("\n", $values);
        }
        foreach ($places as $place => $said) {
            $found = PersonalData::inText($said);
            if ($found !== '') {
                return sprintf(
                    /* translators: 1: where it is, such as “the text”; 2: an e-mail address or a telephone number. */
                    __(
                        'In %1$s, “%2$s” looks like somebody’s address or number: the network will blank it out.',
                        'partageons'
                    ),
                    $place,
                    $found
                );
            }
        }
        if ($links) {
            return sprintf(
                /* translators: %s: an e-mail address or a telephone number. */
                __('The text has a link to “%s”: the network will blank it out.', 'partageons'),
                rawurldecode($link[1])
            );
        }
        return '';
    }
}
