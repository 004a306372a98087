<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use Symfony\Component\DependencyInjection\ParameterBag\ParameterBagInterface;
use YesWiki\StandIn\SqliteLink;

/**
 * The database.
 *
 * Observed: MySQL or MariaDB by mysqli, which gives every value as a text; a query that fails throws; the names of
 * tables come with a space on each side; `now()` is of the database's own time zone, which is not PHP's. The stand-in
 * takes SQLite too, when `stand_in_sqlite` names a file, and shows it as the link of a MySQL.
 */
class DbService
{
    private ParameterBagInterface $params;
    private \mysqli $link;
    /** @var list<string> for tests: what was asked, in order. */
    public array $asked = [];

    public function __construct(ParameterBagInterface $params)
    {
        $this->params = $params;
        if ($params->has('stand_in_sqlite')) {
            $this->link = new SqliteLink($params->get('stand_in_sqlite'));
            return;
        }
        mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
        [$host, $port] = explode(':', $params->get('mysql_host') . ':3306');
        $this->link = new \mysqli(
            $host,
            $params->get('mysql_user'),
            $params->get('mysql_password'),
            $params->get('mysql_database'),
            (int) $port
        );
        $this->link->set_charset('utf8mb4');
        $this->link->query("SET time_zone = '+00:00'");
    }

    public function getLink()
    {
        return $this->link;
    }

    public function prefixTable($tableName)
    {
        return " {$this->params->get('table_prefix')}$tableName ";
    }

    public function escape($string)
    {
        return $this->link->real_escape_string((string) $string);
    }

    /** @throws \Exception */
    public function query($query)
    {
        $this->asked[] = $query;
        $result = $this->link->query($query);
        if ($result === false) {
            throw new \Exception("Query failed: $query ({$this->link->error})");
        }
        return $result;
    }

    public function loadSingle($query): ?array
    {
        return $this->loadAll($query)[0] ?? null;
    }

    public function loadAll($query): array
    {
        $result = $this->query($query);
        $rows = [];
        while ($row = $result->fetch_assoc()) {
            $rows[] = $row;
        }
        return $rows;
    }

    public function count($query): int
    {
        return count($this->loadAll($query));
    }

    public function columnExists($table, $column)
    {
        return $this->count("SHOW COLUMNS FROM {$this->prefixTable($table)} LIKE '{$this->escape($column)}'") > 0;
    }

    public function getDbTimeZone(): ?string
    {
        return '+00:00';
    }
}
