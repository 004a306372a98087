<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Document;
use Partageons\Core\Field;
use Partageons\Core\PersonalData;
use Partageons\Core\Record;
use Partageons\Core\Site;
use Partageons\Core\State;
use Partageons\Core\Value;

/** A table (or a query) of a database is a site that shares its rows. A row without a title is not shared. */
final class TableSite implements Site
{
    /** Elements of the configuration whose property has another name. */
    private const PROPERTIES = ['image_credit' => 'imageCredit'];

    private Config $config;
    private Rows $rows;
    private string $fingerprint;

    public function __construct(Config $config, Rows $rows)
    {
        $this->config = $config;
        $this->rows = $rows;
        $this->fingerprint = $config->fingerprint();
    }

    public function ids(string $after, int $limit): array
    {
        return $this->rows->ids($after, $limit);
    }

    public function states(array $ids): array
    {
        $states = [];
        foreach ($this->rows->of($ids) as $id => $row) {
            if ($this->one('title', $row) !== '') {
                $hash = hash('sha256', $this->fingerprint . json_encode($row, JSON_INVALID_UTF8_SUBSTITUTE));
                $states[$id] = new State($this->config->kind(), $hash);
            }
        }
        return $states;
    }

    public function records(array $ids): array
    {
        $records = [];
        foreach ($this->rows->of($ids) as $id => $row) {
            $title = $this->one('title', $row);
            if ($title !== '') {
                $records[$id] = $this->record((string) $id, $title, $row);
            }
        }
        return $records;
    }

    public function sets(): array
    {
        return [$this->config->kind() => $this->config->set === '' ? $this->config->name : $this->config->set];
    }

    /** @param array<string, string|list<array{0: string, 1: string}>> $row */
    private function record(string $id, string $title, array $row): Record
    {
        $record = new Record($id, $title);
        foreach (ConfigFile::RECORD as $name => $type) {
            $property = self::PROPERTIES[$name] ?? $name;
            if (!in_array($name, ['title', 'lat', 'lon', 'documents'], true)) {
                $record->$property = $type === 'list' ? $this->several($name, $row) : $this->one($name, $row);
            }
        }
        foreach ($this->several('documents', $row) as $url) {
            if (Texts::url($url) !== '') {
                $record->documents[] = new Document(Texts::url($url));
            }
        }
        $lat = Texts::degrees($this->one('lat', $row), 90.0);
        $lon = Texts::degrees($this->one('lon', $row), 180.0);
        if ($lat !== null && $lon !== null && ($lat !== 0.0 || $lon !== 0.0)) {
            [$record->lat, $record->lon] = [$lat, $lon];
        }
        foreach ($this->config->columns as $column) {
            $values = $this->values($column, $row);
            if ($values !== []) {
                $label = $column->label === '' ? self::words($column->name) : $column->label;
                $record->fields[] = new Field($column->name, $label, $column->type, $values);
            }
        }
        foreach ($this->config->terms as $name => $terms) {
            $ours = isset(ConfigFile::RECORD[$name]) || !$this->config->shares($terms->column());
            $values = $ours ? [] : $this->terms($terms, $row);
            if ($values !== []) {
                $label = $terms->label === '' ? self::words($name) : $terms->label;
                $record->fields[] = new Field($name, $label, $terms->type === '' ? 'list' : $terms->type, $values);
            }
        }
        return $record;
    }

    /** @param array<string, string|list<array{0: string, 1: string}>> $row */
    private function one(string $name, array $row): string
    {
        $column = $this->config->record[$name] ?? null;
        $found = $column === null ? '' : $this->value($column, $this->raw($column, $row));
        return $found === '' ? ($this->config->defaults[$name] ?? '') : $found;
    }

    /**
     * @param array<string, string|list<array{0: string, 1: string}>> $row
     * @return list<string>
     */
    private function several(string $name, array $row): array
    {
        $column = $this->config->record[$name] ?? null;
        if ($column !== null) {
            $items = Texts::items($this->raw($column, $row), $column->separator);
        } else {
            $items = array_map([Texts::class, 'line'], array_column($row["terms.$name"] ?? [], 1));
        }
        return array_values(array_filter(
            array_unique($items),
            static fn (string $item): bool => !PersonalData::never($item)
        ));
    }

    /**
     * @param array<string, string|list<array{0: string, 1: string}>> $row
     * @return list<Value>
     */
    private function values(Column $column, array $row): array
    {
        $raw = $this->raw($column, $row);
        $texts = $column->type === 'list' ? Texts::items($raw, $column->separator) : [$this->value($column, $raw)];
        $values = [];
        foreach ($texts as $text) {
            if ($text !== '' && !PersonalData::never($text)) {
                $values[] = new Value($text);
            }
        }
        return $values;
    }

    /**
     * @param array<string, string|list<array{0: string, 1: string}>> $row
     * @return list<Value>
     */
    private function terms(Terms $terms, array $row): array
    {
        $values = [];
        foreach ($row["terms.$terms->name"] ?? [] as [$key, $text]) {
            $text = in_array($terms->type, ['url', 'image'], true) ? Texts::url($text) : Texts::line($text);
            if ($text !== '' && !PersonalData::never($text)) {
                $values[] = $key === '' ? new Value($text) : new Value('', $key, $text);
            }
        }
        return $values;
    }

    private function value(Column $column, string $raw): string
    {
        if ($raw === '' || PersonalData::never($raw)) {
            return '';
        }
        $ours = ($this->config->record[$column->name] ?? null) === $column;
        switch ($column->type) {
            case 'html':
                return Texts::html($raw);
            case 'date':
                return $ours ? Texts::instant($raw, $this->config->timezone) : Texts::day($raw);
            case 'url':
            case 'image':
                return Texts::url($raw);
            case 'text':
                $long = !$ours || in_array($column->name, ['abstract', 'attribution'], true);
                return $long ? Texts::text($raw) : Texts::line($raw);
            default:
                return Texts::line($raw);
        }
    }

    /**
     * What the row holds for a column or a template.
     *
     * @param array<string, string|list<array{0: string, 1: string}>> $row
     */
    private function raw(Column $column, array $row): string
    {
        if (!$this->config->shares($column)) {
            return '';
        }
        if ($column->template === '') {
            return trim((string) ($row[$column->column] ?? ''));
        }
        $address = preg_match('/^https?:/i', $column->template) === 1;
        $values = [];
        foreach ($column->columns() as $name) {
            $value = trim((string) ($row[$name] ?? ''));
            if ($address && ($value === '' || preg_match('/^https?:\/\//i', $value) === 1)) {
                return $value; // nothing to point at, or an address that is whole already
            }
            $values['{' . $name . '}'] = $address ? str_replace('%2F', '/', rawurlencode($value)) : $value;
        }
        $text = implode('', $values) === '' ? '' : strtr($column->template, $values);
        return $address ? $text : (string) preg_replace('/\s*\(\s*\)/', '', $text); // « Sète () »
    }

    private static function words(string $name): string
    {
        return ucfirst(trim(str_replace('_', ' ', $name)));
    }
}
