<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

/**
 * SQLite behind what is used of a mysqli link: queries, prepared ones, escaping, errors that are thrown.
 *
 * What MySQL writes its own way is written SQLite's: `INSERT … SET`, `SHOW TABLES LIKE`, `now()`.
 */
final class SqliteLink extends \mysqli
{
    public \PDO $pdo;
    private int $changed = 0;

    public function __construct(string $file)
    {
        $this->pdo = new \PDO("sqlite:$file", null, null, [
            \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
            \PDO::ATTR_STRINGIFY_FETCHES => true,
            \PDO::ATTR_TIMEOUT => 20,
        ]);
        $this->pdo->sqliteCreateFunction('now', static fn (): string => gmdate('Y-m-d H:i:s'), 0);
        $this->pdo->sqliteCreateFunction('unix_timestamp', static fn ($text) => strtotime("$text UTC"), 1);
        $this->pdo->sqliteCreateFunction('md5', 'md5', 1);
        $this->pdo->sqliteCreateFunction('crc32', 'crc32', 1);
        $this->pdo->sqliteCreateFunction('concat', static fn (...$parts): string => implode('', $parts), -1);
        $this->pdo->sqliteCreateFunction(
            'concat_ws',
            static fn ($between, ...$parts): string => implode($between, array_filter($parts, 'is_scalar')),
            -1
        );
        $this->pdo->sqliteCreateFunction('like', [self::class, 'like'], 2);
        $this->pdo->sqliteCreateFunction(
            'regexp',
            static fn ($pattern, $text): int => (int) preg_match("\x01$pattern\x01iu", (string) $text),
            2
        );
    }

    /** @return SqliteResult|bool */
    #[\ReturnTypeWillChange]
    public function query(string $query, int $result_mode = MYSQLI_STORE_RESULT)
    {
        return $this->ran($query, []);
    }

    /** @return SqliteStatement */
    #[\ReturnTypeWillChange]
    public function prepare(string $query)
    {
        return new SqliteStatement($this, $query);
    }

    /**
     * @param list<mixed> $values
     * @return SqliteResult|bool true for what gives no rows.
     */
    public function ran(string $sql, array $values)
    {
        try {
            $statement = $this->pdo->prepare($this->translated($sql));
            foreach (array_values($values) as $at => $value) {
                $statement->bindValue($at + 1, $value, is_int($value) ? \PDO::PARAM_INT : \PDO::PARAM_STR);
            }
            $statement->execute();
        } catch (\PDOException $error) {
            throw new \mysqli_sql_exception($error->getMessage());
        }
        $this->changed = $statement->rowCount();
        return $statement->columnCount() > 0 ? new SqliteResult($statement->fetchAll(\PDO::FETCH_ASSOC)) : true;
    }

    public function changed(): int
    {
        return $this->changed;
    }

    #[\ReturnTypeWillChange]
    public function real_escape_string(string $string)
    {
        return str_replace("'", "''", $string);
    }

    #[\ReturnTypeWillChange]
    public function set_charset(string $charset)
    {
        return true;
    }

    #[\ReturnTypeWillChange]
    public function begin_transaction(int $flags = 0, ?string $name = null)
    {
        return $this->pdo->beginTransaction();
    }

    #[\ReturnTypeWillChange]
    public function commit(int $flags = 0, ?string $name = null)
    {
        return $this->pdo->commit();
    }

    #[\ReturnTypeWillChange]
    public function rollback(int $flags = 0, ?string $name = null)
    {
        return $this->pdo->rollBack();
    }

    /** As MySQL's: a backslash before what means itself. */
    public static function like($pattern, $text): int
    {
        preg_match_all('/\\\\.|./su', (string) $pattern, $pieces);
        $means = ['%' => '.*', '_' => '.'];
        $piece = static fn (string $each): string => $means[$each]
            ?? preg_quote(strlen($each) > 1 && $each[0] === '\\' ? substr($each, 1) : $each, '/');
        return (int) preg_match('/\A' . implode('', array_map($piece, $pieces[0])) . '\z/siu', (string) $text);
    }

    private function translated(string $sql): string
    {
        if (preg_match('/^\s*SHOW\s+TABLES\s+LIKE\s+(.*)$/is', $sql, $said) === 1) {
            return "SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE $said[1]";
        }
        if (preg_match('/^\s*SHOW\s+COLUMNS\s+FROM\s+`?(\w+)`?\s+LIKE\s+(.*?);?$/is', $sql, $said) === 1) {
            return "SELECT name FROM pragma_table_info('$said[1]') WHERE name LIKE $said[2]";
        }
        return $sql;
    }
}
