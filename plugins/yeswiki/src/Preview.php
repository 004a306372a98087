<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Field;
use Partageons\Core\Record;
use Partageons\Core\Site;
use Partageons\Core\Unavailable;
use Partageons\Core\Value;
use Partageons\Core\Warnings;

/** Three real entries of a form as the network will see them, each with what could be better. */
final class Preview
{
    private const SHOWN = 3;
    private const LOOKED_AT = 60;
    private const LONG = 280;
    private const WORDS = 8;

    private Site $site;
    private FormCounts $counts;
    private Words $words;

    /** @param Site $site that shares these forms, whatever the wiki shares today. */
    public function __construct(Site $site, FormCounts $counts, Words $words)
    {
        $this->site = $site;
        $this->counts = $counts;
        $this->words = $words;
    }

    /**
     * The latest that are shared.
     *
     * @return list<array<string, mixed>> as the template shows them.
     * @throws Unavailable
     */
    public function of(Form $form): array
    {
        $bodies = [];
        foreach ($this->counts->latest($form->id, self::LOOKED_AT) as $tag => $body) {
            $bodies[Entries::id((string) $tag)] = $body;
        }
        $ids = array_map('strval', array_keys($bodies));
        $shared = array_map('strval', array_keys($this->site->states($ids)));
        $chosen = array_slice(array_values(array_intersect($ids, $shared)), 0, self::SHOWN);
        $records = $this->site->records($chosen);
        $cards = [];
        foreach ($chosen as $id) {
            if (isset($records[$id])) {
                $body = json_decode($bodies[$id], true);
                $cards[] = $this->card($records[$id], is_array($body) ? $body : [], $form);
            }
        }
        return $cards;
    }

    /**
     * @param array<string, mixed> $body the entry, as the wiki keeps it.
     * @return array<string, mixed>
     */
    private function card(Record $record, array $body, Form $form): array
    {
        $fields = [];
        foreach ($record->fields as $field) {
            $value = self::value($field);
            if ($value !== '') {
                $fields[] = ['label' => $field->label === '' ? $field->name : $field->label, 'value' => $value];
            }
        }
        $title = $body['bf_titre'] ?? '';
        $warnings = [];
        foreach (Warnings::of(self::positioned($record, $body, $form), trim((string) $title) === '') as $warning) {
            $warnings[] = ['about' => $warning->about, 'says' => $this->words->warning($warning)];
        }
        $text = $record->abstract === '' ? Texts::words($record->content) : $record->abstract;
        return [
            'title' => $record->title,
            'url' => $record->url,
            'image' => $record->image,
            'type' => $record->type,
            'text' => self::short($text),
            'words' => array_slice(array_merge($record->themes, $record->keywords), 0, self::WORDS),
            'place' => $record->place,
            'position' => $record->lat === null || $record->lon === null ? ''
                : sprintf('%.4F, %.4F', $record->lat, $record->lon),
            'fields' => $fields,
            'licence' => $record->licence,
            'warnings' => $warnings,
        ];
    }

    /**
     * With its coordinates as somebody wrote them: what is half filled in, or nowhere, is not in a record.
     *
     * @param array<string, mixed> $body
     */
    private static function positioned(Record $record, array $body, Form $form): Record
    {
        foreach ($form->fields as $field) {
            if ($field->kind === FormField::MAP) {
                $said = clone $record;
                foreach (['bf_latitude', 'bf_longitude'] as $number => $name) {
                    $value = $body[$field->axes[$number]] ?? '';
                    $value = is_scalar($value) ? trim((string) $value) : '';
                    $said->fields[] = new Field($name, $name, 'geo', $value === '' ? [] : [new Value($value)]);
                }
                return $said;
            }
        }
        return $record;
    }

    private static function value(Field $field): string
    {
        $values = [];
        foreach ($field->values as $value) {
            $text = $value->text !== '' ? $value->text : ($value->label === '' ? $value->key : $value->label);
            $values[] = Texts::words($text);
        }
        return self::short(implode(', ', array_filter($values, 'strlen')));
    }

    private static function short(string $text): string
    {
        return mb_strlen($text) > self::LONG ? mb_substr($text, 0, self::LONG - 1) . '…' : $text;
    }
}
