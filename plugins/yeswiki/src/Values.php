<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Document;
use Partageons\Core\Field;
use Partageons\Core\PersonalData;
use Partageons\Core\Record;
use Partageons\Core\Value;

/**
 * Entries of a form as the feed writes them: its public fields and nothing else of what is stored.
 *
 * A value that is an e-mail address or a telephone number never leaves, whatever its field is called. What an element
 * of the record holds whole (title, texts, keywords, first image, files, place) is not repeated among the fields.
 */
final class Values
{
    /** Of one field. */
    private const MOST = 200;

    private Settings $settings;
    private string $pages;
    private string $files;
    private string $language;

    /**
     * @param string $pages address to which the name of a page is added.
     * @param string $files address to which the name of a file is added.
     */
    public function __construct(Settings $settings, string $pages, string $files, string $language)
    {
        $this->settings = $settings;
        $this->pages = $pages;
        $this->files = $files;
        $this->language = preg_match('/\A[a-z]{2}\z/', $language) === 1 ? $language : '';
    }

    /**
     * @param array<mixed> $entry what is stored.
     * @param array<string, string> $titles of the entries that it names, those that everyone may read.
     * @param Markup|null $markup none: long texts stay as they are written, enough to know whether they changed.
     */
    public function record(Form $form, string $tag, array $entry, array $titles, ?Markup $markup): Record
    {
        $title = self::text(Texts::line(implode(' ', Texts::all($entry['bf_titre'] ?? ''))));
        $record = new Record(Entries::id($tag), $title !== '' ? $title : $tag);
        $record->type = $form->label;
        $record->url = $this->pages . rawurlencode($tag);
        $record->licence = $this->settings->licence;
        $record->language = $this->language;
        $mapped = false;
        foreach ($form->fields as $field) {
            $mapped = $mapped || $field->kind === FormField::MAP;
            $this->read($record, $form, $field, $tag, $entry, $titles, $markup);
        }
        if (!$mapped) {
            $this->placed($record, $entry);
        }
        $record->keywords = array_values(array_unique($record->keywords));
        return $record;
    }

    /**
     * Names of the entries that an entry names in public lists.
     *
     * @param array<mixed> $entry
     * @return list<string>
     */
    public static function linked(Form $form, array $entry): array
    {
        $tags = [];
        foreach ($form->fields as $field) {
            if ($field->linked) {
                array_push($tags, ...self::codes($field, $entry));
            }
        }
        return $tags;
    }

    /**
     * @param array<mixed> $entry
     * @param array<string, string> $titles
     */
    private function read(
        Record $record,
        Form $form,
        FormField $field,
        string $tag,
        array $entry,
        array $titles,
        ?Markup $markup
    ): void {
        $stored = $entry[$field->property] ?? '';
        switch ($field->kind) {
            case FormField::MAP:
                $place = $record->lat === null ? Places::of($entry, $field->axes) : null;
                [$record->lat, $record->lon] = $place ?? [$record->lat, $record->lon];
                return;
            case FormField::TAGS:
                array_push($record->keywords, ...array_filter(
                    array_map([self::class, 'text'], array_map([Texts::class, 'line'], self::codes($field, $entry))),
                    'strlen'
                ));
                return;
            case FormField::LONG:
                $text = implode("\n", Texts::all($stored));
                $html = $markup === null ? $text : $markup->html($text, $field->syntax, $tag);
                if ($field === $form->text) {
                    $record->content = $html;
                } elseif ($field === $form->summary) {
                    $record->abstract = $markup === null ? $html : Texts::words($html);
                } else {
                    $this->add($record, $field, 'html', PersonalData::never(trim(strip_tags($html))) ? [] : [$html]);
                }
                return;
            case FormField::IMAGE:
                foreach (array_map([$this, 'file'], Texts::all($stored)) as $url) {
                    if ($record->image === '') {
                        $record->image = $url;
                    } else {
                        $this->add($record, $field, 'image', [$url]);
                    }
                }
                return;
            case FormField::FILE:
                foreach (Texts::all($stored) as $name) {
                    $url = $this->document($name, "{$tag}_$field->property");
                    $record->documents[] = new Document($url, self::fileTitle($name, $tag, $field));
                }
                return;
            case FormField::ONE:
            case FormField::MANY:
                $this->chosen($record, $field, $entry, $titles);
                return;
            default:
                $texts = array_map([self::class, 'text'], array_map([Texts::class, 'plain'], Texts::all($stored)));
                // What the wiki writes into a link that nobody filled in.
                $texts = array_diff($texts, ['http://', 'https://']);
                if ($field === $form->summary) {
                    $record->abstract = implode("\n", $texts);
                } else {
                    $this->add($record, $field, $field->kind, $texts);
                }
        }
    }

    /** @param list<string> $texts */
    private function add(Record $record, FormField $field, string $type, array $texts): void
    {
        $texts = array_slice(array_values(array_filter($texts, 'strlen')), 0, self::MOST);
        if ($texts !== []) {
            $values = array_map(static fn(string $text): Value => new Value($text), $texts);
            $record->fields[] = new Field($field->name, $field->label, $type, $values);
        }
    }

    /**
     * @param array<mixed> $entry
     * @param array<string, string> $titles
     */
    private function chosen(Record $record, FormField $field, array $entry, array $titles): void
    {
        $values = [];
        foreach (array_slice(self::codes($field, $entry), 0, self::MOST) as $code) {
            $label = $field->linked ? ($titles[$code] ?? '') : ($field->options[$code] ?? $code);
            $label = self::text($label !== '' || $field->linked ? $label : $code);
            if ($label !== '' && !PersonalData::never($code)) {
                $values[] = new Value($label, $code, $label);
            }
        }
        if ($values !== []) {
            $record->fields[] = new Field($field->name, $field->label, 'list', $values);
        }
    }

    /**
     * @param array<mixed> $entry
     * @return list<string>
     */
    private static function codes(FormField $field, array $entry): array
    {
        $stored = $entry[$field->property] ?? '';
        $codes = Texts::all($stored);
        if ($field->kind !== FormField::ONE) {
            $codes = explode(',', implode(',', $codes));
        }
        return array_values(array_unique(array_filter(array_map([Texts::class, 'plain'], $codes), 'strlen')));
    }

    /**
     * A form without a map may ask for the two numbers.
     *
     * @param array<mixed> $entry
     */
    private function placed(Record $record, array $entry): void
    {
        $names = array_map(static fn(Field $field): string => $field->name, $record->fields);
        $axes = ['bf_latitude', 'bf_longitude'];
        if (array_diff($axes, $names) === []) {
            $place = Places::of(array_intersect_key($entry, array_flip($axes)), $axes);
            [$record->lat, $record->lon] = $place ?? [null, null];
            $record->fields = array_values(array_filter(
                $record->fields,
                static fn(Field $field): bool => !in_array($field->name, $axes, true)
            ));
        }
    }

    private function file(string $name): string
    {
        $name = trim($name);
        return preg_match('~\Ahttps?://~i', $name) === 1 ? $name : $this->files . rawurlencode($name);
    }

    /** What a server might run has a « _ » at the end of its name: the wiki's own page gives it, under the first name. */
    private function document(string $name, string $page): string
    {
        $name = trim($name);
        if (substr($name, -1) !== '_' || preg_match('~\Ahttps?://~i', $name) === 1) {
            return $this->file($name);
        }
        $address = $this->pages . rawurlencode($page) . '/download';
        return $address . (strpos($address, '?') === false ? '?' : '&') . 'file=' . rawurlencode($name);
    }

    /** The name under which a file was given: the wiki puts the page's, the field's and two dates around it. */
    private static function fileTitle(string $name, string $tag, FormField $field): string
    {
        $title = rtrim(basename(trim($name)), '_');
        foreach (["{$tag}_", "{$field->property}_"] as $before) {
            if (strncmp($title, $before, strlen($before)) === 0) {
                $title = substr($title, strlen($before));
            }
        }
        return Texts::line((string) preg_replace('/(?:_\d{14}){1,2}(?=\.[a-z0-9]+\z)/i', '', $title));
    }

    private static function text(string $text): string
    {
        return PersonalData::never($text) ? '' : $text;
    }
}
