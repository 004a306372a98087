<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * When each thing of a site last changed, and what is no longer shared: a CMS forgets both. No content is kept.
 *
 * Datestamps never go backwards: who has read up to one misses nothing that is written later.
 */
final class ChangeLog
{
    /** Rows read at once; SQLite once took no more than 999 values in a statement. */
    private const READ = 500;
    private const WRITTEN = 100;
    private const FORMER = 200;

    private Connection $db;
    private string $table;
    /** @var callable(): int */
    private $clock;

    /**
     * @param string $table letters, digits and `_`.
     * @param (callable(): int)|null $clock seconds since 1970.
     */
    public function __construct(Connection $db, string $table, ?callable $clock = null)
    {
        if (preg_match('/\A[A-Za-z0-9_]{1,64}\z/', $table) !== 1) {
            throw new \InvalidArgumentException('Ce nom de table n’est pas possible.');
        }
        $this->db = $db;
        $this->table = "`$table`";
        $this->clock = $clock ?? 'time';
    }

    /**
     * Makes the table where there is none.
     *
     * @throws Unavailable
     */
    public function create(): void
    {
        $id = 'VARCHAR(150)';
        $ascii = ' CHARACTER SET ascii COLLATE ascii_bin';
        $others = static fn (string $charset): string => "kind VARCHAR(64)$charset NOT NULL,"
            . " former VARCHAR(200)$charset NOT NULL, status VARCHAR(8)$charset NOT NULL,"
            . " changed VARCHAR(20)$charset NOT NULL, fingerprint VARCHAR(64)$charset NOT NULL";
        try {
            $this->db->run(
                "CREATE TABLE IF NOT EXISTS $this->table (id $id$ascii NOT NULL, {$others($ascii)},"
                . ' PRIMARY KEY (id), KEY changed_id (changed, id))'
            );
        } catch (Unavailable $not) {
            $this->db->run(
                "CREATE TABLE IF NOT EXISTS $this->table (id $id NOT NULL PRIMARY KEY, {$others('')})"
            );
            $index = '`' . trim($this->table, '`') . '_changed_id`';
            $this->db->run("CREATE INDEX IF NOT EXISTS $index ON $this->table (changed, id)");
        }
    }

    /** @throws Unavailable */
    public function drop(): void
    {
        $this->db->run("DROP TABLE IF EXISTS $this->table");
    }

    /**
     * Notes in which state these are now: what is new, changed, gone or back is stamped, the rest stays as it was.
     *
     * What was never shared leaves no row.
     *
     * @param list<string> $ids
     * @param array<string, State> $states what `Site::states($ids)` says; an id that is not there is not shared.
     * @return list<string> the ids whose visible state changed.
     * @throws Unavailable
     */
    public function note(array $ids, array $states): array
    {
        $changed = [];
        foreach (array_chunk(array_unique(array_map('strval', $ids)), self::READ) as $some) {
            $known = $this->known($some);
            $rows = [];
            foreach ($some as $id) {
                $row = $this->noted($id, $states[$id] ?? null, $known[$id] ?? null);
                if ($row !== null) {
                    $rows[] = $row;
                }
            }
            foreach (array_chunk($rows, self::WRITTEN) as $written) {
                $this->write($written);
                array_push($changed, ...array_column($written, 0));
            }
        }
        return $changed;
    }

    /** @throws Unavailable */
    public function get(string $id): ?Entry
    {
        $rows = $this->db->rows("SELECT id, kind, status, changed FROM $this->table WHERE id = ?", [$id]);
        return $rows === [] ? null : $this->entry($rows[0], '');
    }

    /**
     * What changed within these bounds, by (datestamp, id).
     *
     * @param string $from UTC, included; empty: from the beginning.
     * @param string $until UTC, included; empty: to the end.
     * @param string $set empty: all; else what has this kind, and as deleted what had it.
     * @param array{0: string, 1: string}|null $after the datestamp and the id of the last one that was given.
     * @return list<Entry> fewer than $limit only at the end.
     * @throws Unavailable
     */
    public function list(string $from, string $until, string $set, ?array $after, int $limit): array
    {
        [$where, $values] = $this->within($after === null ? $from : max($from, $after[0]), $until, $set);
        if ($after !== null) {
            $where .= ' AND (changed > ? OR id > ?)';
            array_push($values, (string) $after[0], (string) $after[1]);
        }
        $rows = $this->db->rows(
            "SELECT id, kind, status, changed FROM $this->table WHERE $where ORDER BY changed, id LIMIT $limit",
            $values
        );
        return array_map(fn (array $row): Entry => $this->entry($row, $set), $rows);
    }

    /** @throws Unavailable */
    public function count(string $from, string $until, string $set): int
    {
        [$where, $values] = $this->within($from, $until, $set);
        return (int) $this->one("SELECT COUNT(*) AS one FROM $this->table WHERE $where", $values);
    }

    /**
     * The oldest datestamp; empty when there is none.
     *
     * @throws Unavailable
     */
    public function earliest(): string
    {
        return self::instant($this->one("SELECT MIN(changed) AS one FROM $this->table"));
    }

    /**
     * The newest datestamp; empty when there is none.
     *
     * @throws Unavailable
     */
    public function latest(): string
    {
        return self::instant($this->one("SELECT MAX(changed) AS one FROM $this->table"));
    }

    /**
     * The ids of what is shared as far as the log knows, in order.
     *
     * @return list<string>
     * @throws Unavailable
     */
    public function live(string $after, int $limit): array
    {
        $rows = $this->db->rows(
            "SELECT id FROM $this->table WHERE status = 'live' AND id > ? ORDER BY id LIMIT $limit",
            [$after]
        );
        return array_map('strval', array_column($rows, 'id'));
    }

    /**
     * @return array{live: int, deleted: int}
     * @throws Unavailable
     */
    public function totals(): array
    {
        $rows = $this->db->rows("SELECT status, COUNT(*) AS total FROM $this->table GROUP BY status");
        $totals = array_map('intval', array_column($rows, 'total', 'status'));
        return ['live' => $totals['live'] ?? 0, 'deleted' => $totals['deleted'] ?? 0];
    }

    /**
     * @param list<string> $ids
     * @return array<string, array<string, string|int|null>>
     */
    private function known(array $ids): array
    {
        $marks = implode(',', array_fill(0, count($ids), '?'));
        $rows = $this->db->rows(
            "SELECT id, kind, former, status, fingerprint FROM $this->table WHERE id IN ($marks)",
            array_values($ids)
        );
        return array_column($rows, null, 'id');
    }

    /**
     * @param array<string, string|int|null>|null $known
     * @return array{0: string, 1: string, 2: string, 3: string, 4: string}|null the new row, without its datestamp;
     *         null when nothing that people see changed.
     */
    private function noted(string $id, ?State $state, ?array $known): ?array
    {
        if ($state === null) {
            $gone = $known === null || $known['status'] !== 'live';
            return $gone ? null : [$id, (string) $known['kind'], (string) $known['former'], 'deleted', ''];
        }
        $kind = substr($state->kind, 0, 64);
        $fingerprint = substr($state->fingerprint, 0, 64);
        if ($known === null) {
            return [$id, $kind, '', 'live', $fingerprint];
        }
        $same = $known['status'] === 'live' && (string) $known['kind'] === $kind
            && (string) $known['fingerprint'] === $fingerprint;
        return $same ? null : [$id, $kind, $this->former($known, $kind), 'live', $fingerprint];
    }

    /**
     * The sets that something was in before: those who harvest one of them are told that it left.
     *
     * @param array<string, string|int|null> $known
     */
    private function former(array $known, string $kind): string
    {
        $before = preg_split('/ /', "{$known['former']} {$known['kind']}", -1, PREG_SPLIT_NO_EMPTY) ?: [];
        $before = array_values(array_diff(array_unique($before), [$kind]));
        while ($before !== [] && strlen(implode(' ', $before)) > self::FORMER - 2) {
            array_shift($before);
        }
        return $before === [] ? '' : ' ' . implode(' ', $before) . ' ';
    }

    /** @param list<array{0: string, 1: string, 2: string, 3: string, 4: string}> $rows */
    private function write(array $rows): void
    {
        $stamp = max(gmdate('Y-m-d\TH:i:s\Z', ($this->clock)()), $this->latest());
        $values = [];
        foreach ($rows as $row) {
            array_push($values, ...$row);
            $values[] = $stamp;
        }
        $marks = implode(', ', array_fill(0, count($rows), '(?, ?, ?, ?, ?, ?)'));
        $this->db->run(
            "REPLACE INTO $this->table (id, kind, former, status, fingerprint, changed) VALUES $marks",
            $values
        );
    }

    /** @return array{0: string, 1: list<string>} a condition, and its values */
    private function within(string $from, string $until, string $set): array
    {
        $where = 'changed >= ?';
        $values = [$from];
        if ($until !== '') {
            $where .= ' AND changed <= ?';
            $values[] = $until;
        }
        if ($set !== '') {
            $where .= ' AND (kind = ? OR former LIKE ?)';
            array_push($values, $set, "% $set %");
        }
        return [$where, $values];
    }

    /** @param array<string, string|int|null> $row */
    private function entry(array $row, string $set): Entry
    {
        $left = $set !== '' && (string) $row['kind'] !== $set;
        $deleted = $row['status'] !== 'live' || $left;
        $changed = self::instant((string) $row['changed']);
        return new Entry((string) $row['id'], (string) $row['kind'], $deleted, $changed);
    }

    /** WordPress on SQLite writes `YYYY-MM-DD hh:mm:ss` for every instant that it finds in a query. */
    private static function instant(string $kept): string
    {
        return strlen($kept) === 19 ? str_replace(' ', 'T', $kept) . 'Z' : $kept;
    }

    /** @param list<string> $values */
    private function one(string $sql, array $values = []): string
    {
        return (string) ($this->db->rows($sql, $values)[0]['one'] ?? '');
    }
}
