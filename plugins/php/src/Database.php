<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Unavailable;

/** The partner's database, only ever read: MySQL, MariaDB, PostgreSQL or SQLite. */
final class Database
{
    /** Seconds. */
    private const CONNECTING = 5;
    private const READING = 20;
    /** Run at the beginning of each session; where a server does not know one, the others still hold. */
    private const SESSION = [
        'mysql' => [
            'SET SESSION TRANSACTION READ ONLY',
            'SET SESSION max_statement_time=' . self::READING,
            'SET SESSION max_execution_time=' . self::READING . '000',
        ],
        'pgsql' => [
            'SET default_transaction_read_only = on',
            'SET statement_timeout = ' . self::READING . '000',
        ],
        'sqlite' => ['PRAGMA query_only = ON'],
    ];

    /** mysql, pgsql or sqlite. */
    public string $driver;
    private \PDO $pdo;

    /**
     * @throws Unavailable
     */
    public function __construct(Config $config)
    {
        $this->driver = (string) strstr($config->dsn, ':', true);
        if (!in_array($this->driver, \PDO::getAvailableDrivers(), true)) {
            throw new Unavailable("PHP n'a pas l'extension pdo_{$this->driver} : demandez-la à votre hébergeur.");
        }
        if ($this->driver === 'sqlite' && !is_file(substr($config->dsn, 7))) {
            throw new Unavailable("Le fichier SQLite n'existe pas."); // connecting would make an empty one
        }
        try {
            $this->pdo = new \PDO($this->dsn($config), $config->user, $config->password, [
                \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
                \PDO::ATTR_DEFAULT_FETCH_MODE => \PDO::FETCH_ASSOC,
                \PDO::ATTR_EMULATE_PREPARES => false,
                \PDO::ATTR_STRINGIFY_FETCHES => true,
                \PDO::ATTR_TIMEOUT => self::CONNECTING,
            ]);
        } catch (\PDOException $error) {
            throw new Unavailable(self::said($error));
        }
        $session = self::SESSION[$this->driver];
        if ($this->driver === 'pgsql' && strtoupper($config->encoding) === 'UTF-8') {
            $session[] = "SET client_encoding TO 'UTF8'";
        }
        foreach ($session as $sql) {
            try {
                $this->pdo->exec($sql);
            } catch (\PDOException $error) {
                continue;
            }
        }
    }

    /**
     * @param list<string|int> $values
     * @return list<array<string, string|null>>
     * @throws Unavailable
     */
    public function rows(string $sql, array $values = []): array
    {
        try {
            $asked = $this->asked($sql, $values);
            $rows = [];
            foreach ($asked as $row) {
                foreach ($row as $name => $value) {
                    // Binary columns of PostgreSQL are streams: they hold nothing that is read.
                    $row[$name] = is_scalar($value) ? (string) $value : null;
                }
                $rows[] = $row;
            }
            return $rows;
        } catch (\PDOException $error) {
            throw new Unavailable(self::said($error));
        }
    }

    /**
     * The type of the first column of a query that gives one row at least, in the server's words, lower case.
     *
     * @throws Unavailable
     */
    public function type(string $sql): string
    {
        try {
            $asked = $this->asked($sql, []);
            $asked->fetch();
            $meta = $asked->getColumnMeta(0);
        } catch (\PDOException $error) {
            throw new Unavailable(self::said($error));
        }
        return strtolower((string) ($meta['native_type'] ?? ''));
    }

    /** A name of the configuration, as SQL writes it; a schema may be before it. */
    public function name(string $name): string
    {
        $mark = $this->driver === 'mysql' ? '`' : '"';
        $parts = str_replace($mark, $mark . $mark, explode('.', $name));
        return $mark . implode("$mark.$mark", $parts) . $mark;
    }

    /** @param list<string|int> $values */
    private function asked(string $sql, array $values): \PDOStatement
    {
        $asked = $this->pdo->prepare($sql);
        foreach ($values as $at => $value) {
            $asked->bindValue($at + 1, $value, is_int($value) ? \PDO::PARAM_INT : \PDO::PARAM_STR);
        }
        $asked->execute();
        return $asked;
    }

    /** Texts come in the encoding that is expected, whatever the server is set to. */
    private function dsn(Config $config): string
    {
        if ($this->driver !== 'mysql' || stripos($config->dsn, 'charset=') !== false) {
            return $config->dsn;
        }
        // What MySQL calls latin1 is Windows-1252.
        $charset = strtoupper($config->encoding) === 'UTF-8' ? 'utf8mb4' : 'latin1';
        return rtrim($config->dsn, ';') . ";charset=$charset";
    }

    private static function said(\PDOException $error): string
    {
        return Texts::line(Texts::utf8($error->getMessage(), 'UTF-8'));
    }
}
