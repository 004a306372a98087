<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Unavailable;

/** The rows that are shared, as they are in the database: only the columns that the configuration names are read. */
final class Rows
{
    /** Enters each fingerprint: another number when records are written otherwise from the same rows. */
    public const RENDERING = 1;
    /** Rows in memory at once. */
    private const READ = 100;
    private const ID = 'partageons_id';
    private const LEGAL = '/^[A-Za-z0-9._~\/-]{1,150}$/D';
    /** The largest id of each type of PostgreSQL, which answers an error to a larger one. */
    private const LARGEST = ['int2' => '32767', 'int4' => '2147483647'];

    private Config $config;
    private Database $db;
    private string $source;
    private string $type = '';

    public function __construct(Config $config, Database $db)
    {
        $this->config = $config;
        $this->db = $db;
        $this->source = $config->table !== '' ? $db->name($config->table) : "($config->query) AS partageons_source";
    }

    /**
     * Ids of rows, in order. Some may not be shared.
     *
     * @return list<string> fewer than $limit only at the end
     * @throws Unavailable
     */
    public function ids(string $after, int $limit): array
    {
        $id = $this->db->name($this->config->id);
        $found = [];
        do {
            $where = "$id IS NOT NULL" . ($after === '' ? '' : " AND $id > ?");
            $rows = $this->db->rows(
                "SELECT DISTINCT $id AS " . self::ID . " FROM $this->source WHERE {$this->and($where)}"
                . " ORDER BY $id LIMIT $limit",
                $after === '' ? [] : [$this->value($after)]
            );
            foreach ($rows as $row) {
                $after = (string) $row[self::ID];
                if ($this->legal($after)) {
                    $found[] = $after;
                }
            }
        } while (count($rows) === $limit && count($found) < $limit);
        return $found;
    }

    /**
     * The rows of these ids that are shared, a few at a time: column => UTF-8 text, with the terms under their names.
     *
     * @param list<string> $ids
     * @return iterable<string, array<string, string|list<array{0: string, 1: string}>>>
     * @throws Unavailable
     */
    public function of(array $ids): iterable
    {
        $select = $this->db->name($this->config->id) . ' AS ' . self::ID;
        foreach ($this->columns() as $column) {
            $select .= ", {$this->db->name($column)} AS {$this->db->name($column)}";
        }
        foreach (array_chunk(array_values(array_filter($ids, [$this, 'legal'])), self::READ) as $some) {
            [$among, $values] = $this->among($this->config->id, $some);
            $rows = [];
            $sql = "SELECT $select FROM $this->source WHERE {$this->and($among)}";
            foreach ($this->db->rows($sql, $values) as $row) {
                $id = (string) $row[self::ID];
                // Databases find 12 when 012 is asked for, ABC for abc: only the very id is one.
                if (in_array($id, $some, true) && !isset($rows[$id]) && !$this->deleted($row)) {
                    unset($row[self::ID]);
                    foreach ($row as $name => $value) {
                        $rows[$id][$name] = Texts::utf8((string) $value, $this->config->encoding);
                    }
                }
            }
            $rows = $rows === [] ? [] : $this->withTerms($rows);
            foreach ($rows as $id => $row) {
                yield (string) $id => $row;
            }
        }
    }

    /**
     * How many rows have the id of another one: of these, one is read, and it may be another one next time.
     *
     * @throws Unavailable
     */
    public function repeated(): int
    {
        $id = $this->db->name($this->config->id);
        $sql = "SELECT COUNT($id) - COUNT(DISTINCT $id) AS partageons_n FROM $this->source";
        return (int) $this->db->rows("$sql WHERE {$this->and("$id IS NOT NULL")}")[0]['partageons_n'];
    }

    /** @return list<string> the columns that are read, id apart */
    public function columns(): array
    {
        $columns = $this->config->deleted === '' ? [] : [$this->config->deleted];
        foreach (array_merge(array_values($this->config->record), array_values($this->config->columns)) as $column) {
            if ($this->config->shares($column)) {
                $columns = array_merge($columns, $column->columns());
            }
        }
        return array_values(array_unique($columns));
    }

    /**
     * @param array<string, array<string, string>> $rows
     * @return array<string, array<string, string|list<array{0: string, 1: string}>>>
     */
    private function withTerms(array $rows): array
    {
        foreach ($this->config->terms as $name => $terms) {
            foreach (array_keys($rows) as $id) {
                $rows[$id]["terms.$name"] = [];
            }
            [$sql, $values] = $this->termsOf($terms, array_map('strval', array_keys($rows)));
            foreach ($this->db->rows($sql, $values) as $row) {
                $id = (string) $row[self::ID];
                $text = Texts::utf8((string) $row['partageons_text'], $this->config->encoding);
                if (isset($rows[$id]) && trim($text) !== '') {
                    $key = Texts::utf8((string) ($row['partageons_key'] ?? ''), $this->config->encoding);
                    $rows[$id]["terms.$name"][] = [$key, $text];
                }
            }
        }
        return $rows;
    }

    /**
     * One row a value: no list that the server may cut.
     *
     * @param list<string> $ids
     * @return array{0: string, 1: list<string|int>}
     */
    private function termsOf(Terms $terms, array $ids): array
    {
        $name = [$this->db, 'name'];
        if ($terms->link === '') {
            [$among, $values] = $this->among($terms->from, $ids);
            $select = "{$name($terms->from)} AS " . self::ID . ", {$name($terms->text)} AS partageons_text";
            return ["SELECT $select FROM {$name($terms->table)} WHERE $among ORDER BY 2", $values];
        }
        [$among, $values] = $this->among($terms->from, $ids, 'l.');
        $select = "l.{$name($terms->from)} AS " . self::ID . ", t.{$name($terms->text)} AS partageons_text,"
            . " t.{$name($terms->id)} AS partageons_key";
        $from = "{$name($terms->link)} l JOIN {$name($terms->table)} t"
            . " ON t.{$name($terms->id)} = l.{$name($terms->to)}";
        return ["SELECT $select FROM $from WHERE $among ORDER BY 3, 2", $values];
    }

    /**
     * @param list<string> $ids
     * @return array{0: string, 1: list<string|int>}
     */
    private function among(string $column, array $ids, string $of = ''): array
    {
        $marks = implode(',', array_fill(0, count($ids), '?'));
        return ["$of{$this->db->name($column)} IN ($marks)", array_map([$this, 'value'], $ids)];
    }

    private function and(string $condition): string
    {
        return $this->config->where === '' ? $condition : "({$this->config->where}) AND $condition";
    }

    /** @param array<string, string|null> $row */
    private function deleted(array $row): bool
    {
        $mark = $this->config->deleted === '' ? '' : strtolower(trim((string) $row[$this->config->deleted]));
        return !in_array($mark, ['', '0', 'f', 'false', 'n', 'non', 'no'], true) && strncmp($mark, '0000-00', 7) !== 0;
    }

    /** Whether a text can be an id here: it is never sent to the database otherwise. */
    private function legal(string $id): bool
    {
        if (preg_match(self::LEGAL, $id) !== 1) {
            return false;
        }
        if ($this->config->ids !== '' && preg_match($this->config->ids, $id) !== 1) {
            return false;
        }
        if (!$this->numbered()) {
            return $this->type() !== 'uuid' || preg_match('/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/D', $id) === 1;
        }
        $largest = self::LARGEST[$this->type()] ?? '999999999999999999';
        $shorter = strlen($id) < strlen($largest);
        return preg_match('/^(0|[1-9][0-9]{0,17})$/D', $id) === 1
            && ($shorter || (strlen($id) === strlen($largest) && strcmp($id, $largest) <= 0));
    }

    /** @return string|int */
    private function value(string $id)
    {
        return $this->numbered() ? (int) $id : $id;
    }

    private function numbered(): bool
    {
        $whole = ['int2', 'int4', 'int8', 'tiny', 'short', 'int24', 'long', 'longlong', 'integer'];
        return in_array($this->type(), $whole, true);
    }

    private function type(): string
    {
        if ($this->type === '') {
            $id = $this->db->name($this->config->id);
            $this->type = $this->db->type("SELECT $id FROM $this->source WHERE $id IS NOT NULL LIMIT 1") ?: '?';
        }
        return $this->type;
    }
}
