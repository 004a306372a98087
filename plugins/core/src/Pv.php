<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A record in the format `pv`, in the words of the site: `pv.xsd`, whose order of elements this follows. */
final class Pv
{
    public const SPACE = 'https://partageons-vert.org/ns/pv/1.0';

    /** @param string $schema where the schema is. */
    public static function write(Xml $xml, Record $record, string $schema): void
    {
        $xml->open('pv:record', [
            'xmlns:pv' => self::SPACE,
            'xmlns:xsi' => Xml::XSI,
            'xsi:schemaLocation' => self::SPACE . " $schema",
        ]);
        $xml->known('pv:id', $record->id);
        $xml->known('pv:title', self::title($record));
        $xml->known('pv:abstract', $record->abstract);
        $xml->known('pv:content', $record->content);
        $xml->known('pv:type', $record->type);
        foreach ($record->themes as $theme) {
            $xml->known('pv:theme', $theme);
        }
        foreach ($record->keywords as $keyword) {
            $xml->known('pv:keyword', $keyword);
        }
        $xml->known('pv:url', Xml::address($record->url));
        foreach ($record->documents as $document) {
            self::document($xml, $document);
        }
        $xml->known('pv:place-text', $record->place);
        $point = self::point($record);
        if ($point !== null) {
            $xml->leaf('pv:point', '', ['lon' => $point[0], 'lat' => $point[1]]);
        }
        $image = Xml::address($record->image);
        if ($image !== '') {
            $xml->leaf('pv:image', $record->imageCredit, ['url' => $image]);
        }
        $xml->known('pv:licence', $record->licence);
        $xml->known('pv:attribution', $record->attribution);
        $xml->known('pv:language', self::language($record->language));
        $xml->known('pv:created', self::instant($record->created));
        $xml->known('pv:modified', self::instant($record->modified));
        foreach ($record->fields as $field) {
            self::field($xml, $field);
        }
        $xml->close();
    }

    public static function title(Record $record): string
    {
        return trim(Xml::clean($record->title)) === '' ? 'Sans titre' : $record->title;
    }

    /** Two or three letters; empty when it is no language. */
    public static function language(string $language): string
    {
        return preg_match('/\A[a-z]{2,3}(?![a-z])/', strtolower($language), $found) === 1 ? $found[0] : '';
    }

    /** An instant; empty when it is none, like the zeros of databases. */
    public static function instant(string $text): string
    {
        return strlen($text) === 20 && Arguments::isDate($text) ? $text : '';
    }

    /**
     * Where a record is; null when nobody knows. 0, 0 is what forms say when nobody filled them.
     *
     * @return array{0: string, 1: string}|null longitude and latitude, in degrees.
     */
    public static function point(Record $record): ?array
    {
        [$lon, $lat] = [$record->lon, $record->lat];
        // Also false for what is not a number.
        if ($lon === null || $lat === null || !(abs($lon) <= 180 && abs($lat) <= 90) || ($lon == 0 && $lat == 0)) {
            return null;
        }
        // Not the decimal comma of the site's language.
        return [(string) json_encode($lon), (string) json_encode($lat)];
    }

    private static function document(Xml $xml, Document $document): void
    {
        $url = Xml::address($document->url);
        if ($url === '') {
            return;
        }
        $attributes = ['url' => $url];
        if ($document->mediaType !== '') {
            $attributes['media-type'] = $document->mediaType;
        }
        if ($document->size > 0) {
            $attributes['size'] = (string) $document->size;
        }
        $xml->leaf('pv:document', $document->title, $attributes);
    }

    private static function field(Xml $xml, Field $field): void
    {
        if (trim(Xml::clean($field->name)) === '') {
            return;
        }
        $xml->open('pv:source-field', array_filter(
            ['name' => $field->name, 'label' => $field->label, 'type' => $field->type],
            'strlen'
        ));
        foreach ($field->values as $value) {
            if (trim("$value->text$value->key$value->label") !== '') {
                $xml->leaf('pv:value', $value->text, array_filter(
                    ['key' => $value->key, 'label' => $value->label],
                    'strlen'
                ));
            }
        }
        $xml->close();
    }
}
