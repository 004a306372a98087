<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Connection;
use Partageons\Core\Memory;
use Partageons\Core\Unavailable;

/**
 * Small values that outlive a request, in a table of our own: keys of the network are among them, and the wiki shows
 * its triples to every member, its parameters to every administrator.
 */
final class Kept implements Memory
{
    private Connection $db;
    private string $table;

    /** @param string $table letters, digits and `_`. */
    public function __construct(Connection $db, string $table)
    {
        if (preg_match('/\A[A-Za-z0-9_]{1,64}\z/', $table) !== 1) {
            throw new \InvalidArgumentException('Ce nom de table n’est pas possible.');
        }
        $this->db = $db;
        $this->table = "`$table`";
    }

    /**
     * Makes the table where there is none.
     *
     * @throws Unavailable
     */
    public function create(): void
    {
        $name = 'name VARCHAR(100)';
        try {
            $this->db->run(
                "CREATE TABLE IF NOT EXISTS $this->table ($name CHARACTER SET ascii COLLATE ascii_bin NOT NULL,"
                . ' value MEDIUMTEXT CHARACTER SET utf8mb4 NOT NULL, at BIGINT NOT NULL, PRIMARY KEY (name))'
            );
        } catch (Unavailable $not) {
            $this->db->run(
                "CREATE TABLE IF NOT EXISTS $this->table ($name NOT NULL PRIMARY KEY,"
                . ' value TEXT NOT NULL, at BIGINT NOT NULL)'
            );
        }
    }

    /** @throws Unavailable */
    public function drop(): void
    {
        $this->db->run("DROP TABLE IF EXISTS $this->table");
    }

    /** @throws Unavailable */
    public function get(string $name): string
    {
        return $this->dated($name)['body'] ?? '';
    }

    /** @throws Unavailable */
    public function set(string $name, string $value): void
    {
        if ($value === '') {
            $this->db->run("DELETE FROM $this->table WHERE name = ?", [$name]);
        } else {
            $this->keep($name, $value, time());
        }
    }

    /**
     * A value and the instant that was written beside it.
     *
     * @return array{body: string, at: int}|null seconds since 1970.
     * @throws Unavailable
     */
    public function dated(string $name): ?array
    {
        $row = $this->db->rows("SELECT value, at FROM $this->table WHERE name = ?", [$name])[0] ?? null;
        return $row === null ? null : ['body' => (string) $row['value'], 'at' => (int) $row['at']];
    }

    /**
     * @param int $at seconds since 1970.
     * @throws Unavailable
     */
    public function keep(string $name, string $value, int $at): void
    {
        $this->db->run(
            "REPLACE INTO $this->table (name, value, at) VALUES (?, ?, ?)",
            [$name, $value, $at]
        );
    }

    /** The same table as a shelf of lists. */
    public function shelf(): Shelf
    {
        return new Shelf($this);
    }

    /**
     * Forgets what begins like this and is older.
     *
     * @param int $at seconds since 1970.
     * @throws Unavailable
     */
    public function forget(string $prefix, int $at): void
    {
        $this->db->run(
            "DELETE FROM $this->table WHERE name LIKE ? ESCAPE '!' AND at < ?",
            [strtr($prefix, ['!' => '!!', '%' => '!%', '_' => '!_']) . '%', $at]
        );
    }
}
