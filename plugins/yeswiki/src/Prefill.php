<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Plain;

/**
 * A form filled in beforehand from the address of the page: `&bf_titre=…` as everywhere in the wiki, or names that any
 * form understands.
 */
final class Prefill
{
    /** By friendly name, the kinds of fields and how the property of the likely one is called. */
    private const NAMES = [
        'titre' => [['text', 'texte', 'titre'], '/\Abf_titre\z/'],
        'resume' => [['textarea', 'textelong'], '/resume|description|presentation|chapo|texte/i'],
        'lieu' => [['text', 'texte'], '/lieu|ville|commune|localite|adresse/i'],
        'code_postal' => [['text', 'texte'], '/postal|\Abf_cp\z/i'],
        'url' => [['link', 'lien_internet'], '/./'],
    ];
    private const LONGEST = 5000;

    /**
     * What is put in the fields of a form.
     *
     * @param list<array{0: string, 1: string}> $fields property and kind of each, in the order of the form.
     * @param array<mixed> $query of the address.
     * @return array<string, string|array<string, string>> by property.
     */
    public static function of(array $fields, array $query): array
    {
        $found = [];
        foreach (self::NAMES as $name => [$kinds, $likely]) {
            $value = self::text($query[$name] ?? null);
            $value = $name === 'url' ? Plain::address($value) : $value;
            $property = $value === '' ? '' : self::property($fields, $kinds, $likely);
            if ($property !== '') {
                $found[$property] = $value;
            }
        }
        $found += self::spot($fields, $query);
        foreach ($fields as [$property]) {
            if (is_string($query[$property] ?? null)) { // the wiki's own way, which says more
                $found[$property] = self::text($query[$property]);
            }
        }
        return $found;
    }

    /**
     * @param list<array{0: string, 1: string}> $fields
     * @param list<string> $kinds
     */
    private static function property(array $fields, array $kinds, string $likely): string
    {
        $possible = [];
        foreach ($fields as [$property, $kind]) {
            if (in_array($kind, $kinds, true)) {
                $possible[] = $property;
            }
        }
        $best = array_values(preg_grep($likely, $possible) ?: []);
        return $best[0] ?? (in_array('textarea', $kinds, true) ? $possible[0] ?? '' : '');
    }

    /**
     * Degrees WGS84, for the field of a map.
     *
     * @param list<array{0: string, 1: string}> $fields
     * @param array<mixed> $query
     * @return array<string, array<string, string>>
     */
    private static function spot(array $fields, array $query): array
    {
        $spot = [];
        foreach (['latitude' => 90, 'longitude' => 180] as $name => $most) {
            $degrees = filter_var($query[$name] ?? null, FILTER_VALIDATE_FLOAT);
            if ($degrees === false || abs($degrees) > $most) {
                return [];
            }
            $spot["bf_$name"] = (string) $degrees;
        }
        foreach ($fields as [$property, $kind]) {
            if (in_array($kind, ['map', 'carte_google'], true)) {
                return [$property => $spot];
            }
        }
        return [];
    }

    /** @param mixed $value */
    private static function text($value): string
    {
        if (!is_string($value)) {
            return '';
        }
        $text = Plain::utf8(substr($value, 0, 4 * self::LONGEST));
        return mb_substr(trim((string) preg_replace('/[\x00-\x08\x0b-\x1f\x7f]/', '', $text)), 0, self::LONGEST);
    }
}
