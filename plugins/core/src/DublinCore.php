<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A record as simple Dublin Core (`oai_dc`). */
final class DublinCore
{
    public const SCHEMA = 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd';
    public const SPACE = 'http://www.openarchives.org/OAI/2.0/oai_dc/';

    public static function write(Xml $xml, Record $record, string $identifier): void
    {
        $xml->open('oai_dc:dc', [
            'xmlns:oai_dc' => self::SPACE,
            'xmlns:dc' => 'http://purl.org/dc/elements/1.1/',
            'xmlns:xsi' => Xml::XSI,
            'xsi:schemaLocation' => self::SPACE . ' ' . self::SCHEMA,
        ]);
        foreach (self::elements($record, $identifier) as $name => $values) {
            foreach (array_unique($values) as $value) {
                $xml->known("dc:$name", $value);
            }
        }
        $xml->close();
    }

    /** @return array<string, array<string>> */
    private static function elements(Record $record, string $identifier): array
    {
        $formats = array_map(static fn (Document $document): string => $document->mediaType, $record->documents);
        $files = array_map(static fn (Document $document): string => Xml::address($document->url), $record->documents);
        $dated = Pv::instant($record->created) ?: Pv::instant($record->modified);
        return [
            'title' => [Pv::title($record)],
            'subject' => array_merge($record->themes, $record->keywords),
            'description' => [$record->abstract],
            'date' => [substr($dated, 0, 10)],
            'type' => [$record->type],
            'format' => $formats,
            'identifier' => [Xml::address($record->url), $identifier],
            'language' => [Pv::language($record->language)],
            'relation' => $files,
            'coverage' => [$record->place, self::point($record)],
            'rights' => [$record->licence, $record->attribution],
        ];
    }

    /** The position as a DCMI Point; empty when there is none. */
    private static function point(Record $record): string
    {
        $point = Pv::point($record);
        if ($point === null) {
            return '';
        }
        $name = strtr($record->place, ['\\' => '\\\\', ';' => '\\;', '=' => '\\=']);
        return ($name === '' ? '' : "name=$name; ") . "east=$point[0]; north=$point[1]";
    }
}
