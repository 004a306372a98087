<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Unavailable;

/** What the server of the database says of itself: indexes, and what our account may do. */
final class Server
{
    private const WRITES = '/\b(ALL PRIVILEGES|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|SUPER)\b/';
    private const INDEXED = [
        'mysql' => 'SELECT 1 AS there FROM information_schema.statistics WHERE seq_in_index = 1'
            . ' AND table_schema = COALESCE(?, DATABASE()) AND table_name = ? AND column_name = ?',
        'pgsql' => 'SELECT 1 AS there FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid'
            . ' AND a.attnum = i.indkey[0] WHERE i.indrelid = CAST(? AS regclass) AND a.attname = ?',
        'sqlite' => "SELECT 1 AS there FROM pragma_table_info(?) WHERE name = ? AND pk = 1",
        'sqlite others' => 'SELECT 1 AS there FROM pragma_index_list(?) l, pragma_index_info(l.name) i'
            . ' WHERE i.seqno = 0 AND i.name = ?',
    ];

    private Database $db;

    public function __construct(Database $db)
    {
        $this->db = $db;
    }

    /** Whether rows are found by this column without reading the whole table. True for a view, which has none. */
    public function indexed(string $table, string $column): bool
    {
        if ($this->view($table)) {
            return true;
        }
        [$schema, $name] = array_pad(array_slice(explode('.', ".$table"), -2), 2, '');
        if ($this->db->driver === 'pgsql') {
            return $this->db->rows(self::INDEXED['pgsql'], [$this->db->name($table), $column]) !== [];
        }
        if ($this->db->driver === 'sqlite') {
            return $this->db->rows(self::INDEXED['sqlite'], [$name, $column]) !== []
                || $this->db->rows(self::INDEXED['sqlite others'], [$name, $column]) !== [];
        }
        $sql = $schema === '' ? str_replace('COALESCE(?, DATABASE())', 'DATABASE()', self::INDEXED['mysql'])
            : self::INDEXED['mysql'];
        return $this->db->rows($sql, $schema === '' ? [$name, $column] : [$schema, $name, $column]) !== [];
    }

    /** Whether our account may change something. SQLite has no accounts. */
    public function writable(): bool
    {
        if ($this->db->driver === 'mysql') {
            foreach ($this->db->rows('SHOW GRANTS') as $grant) {
                if (preg_match(self::WRITES, (string) preg_replace('/ ON .*/s', '', (string) current($grant))) === 1) {
                    return true;
                }
            }
            return false;
        }
        return $this->db->driver === 'pgsql' && $this->db->rows(
            'SELECT 1 AS there FROM pg_roles WHERE rolname = current_user AND rolsuper'
            . " UNION SELECT 1 FROM pg_class WHERE relkind IN ('r', 'p', 'v') AND relnamespace IN"
            . " (SELECT oid FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname <> 'information_schema')"
            . " AND has_table_privilege(oid, 'INSERT, UPDATE, DELETE, TRUNCATE')"
        ) !== [];
    }

    private function view(string $table): bool
    {
        $name = (string) substr(".$table", strrpos(".$table", '.') + 1);
        $sql = $this->db->driver === 'sqlite' ? "SELECT 1 AS there FROM sqlite_master WHERE type = 'view' AND name = ?"
            : 'SELECT 1 AS there FROM information_schema.views WHERE table_name = ?';
        try {
            return $this->db->rows($sql, [$name]) !== [];
        } catch (Unavailable $error) {
            return false;
        }
    }
}
