<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Connection;
use Partageons\Core\Unavailable;

/**
 * A database in memory, or the one that the environment names (`TEST_DSN`, emptied first).
 *
 * It counts what it is asked, and breaks when it is told to.
 */
final class Database implements Connection
{
    public bool $broken = false;
    /** Whether it writes instants its own way, as WordPress on SQLite does. */
    public bool $rewriting = false;
    /** @var list<string> */
    public array $asked = [];
    private \PDO $pdo;

    public function __construct()
    {
        $this->pdo = new \PDO(getenv('TEST_DSN') ?: 'sqlite::memory:', getenv('TEST_USER') ?: null, null, [
            \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
        ]);
        $this->pdo->exec('DROP TABLE IF EXISTS log');
    }

    public function rows(string $sql, array $values = []): array
    {
        return $this->done($sql, $values)->fetchAll(\PDO::FETCH_ASSOC);
    }

    public function run(string $sql, array $values = []): void
    {
        $this->done($sql, $values);
    }

    /** @param list<string|int> $values */
    private function done(string $sql, array $values): \PDOStatement
    {
        $this->asked[] = $sql;
        if ($this->broken) {
            throw new Unavailable('secret://root:motdepasse@base');
        }
        if ($this->rewriting) {
            $values = preg_replace('/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)Z$/', '$1 $2', $values);
        }
        try {
            $statement = $this->pdo->prepare($sql);
            $statement->execute($values);
            return $statement;
        } catch (\PDOException $error) {
            throw new Unavailable($error->getMessage());
        }
    }
}
