<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Connection;
use Partageons\Core\Unavailable;

/** The module's own SQLite file: when each row last changed, what is no longer there, and a few values. No content. */
final class StateFile implements Connection
{
    /** Seconds. */
    private const BUSY = 10;

    private string $file;
    private \PDO $pdo;

    /**
     * @param string $file made where there is none, for this account only.
     * @throws Unavailable
     */
    public function __construct(string $file)
    {
        $this->file = $file;
        $fresh = !is_file($file) || filesize($file) === 0;
        $mask = umask(0077);
        try {
            $this->pdo = new \PDO("sqlite:$file", null, null, [
                \PDO::ATTR_ERRMODE => \PDO::ERRMODE_EXCEPTION,
                \PDO::ATTR_DEFAULT_FETCH_MODE => \PDO::FETCH_ASSOC,
                \PDO::ATTR_TIMEOUT => self::BUSY,
            ]);
            if ($fresh) {
                $this->run('CREATE TABLE IF NOT EXISTS memory (name VARCHAR(64) PRIMARY KEY, value TEXT NOT NULL)');
                chmod($file, 0600);
            }
        } catch (\PDOException $error) {
            throw $this->unavailable($error);
        } finally {
            umask($mask);
        }
    }

    public function rows(string $sql, array $values = []): array
    {
        try {
            $asked = $this->pdo->prepare($sql);
            $asked->execute($values);
            return $asked->fetchAll();
        } catch (\PDOException $error) {
            throw $this->unavailable($error);
        }
    }

    public function run(string $sql, array $values = []): void
    {
        try {
            $this->pdo->prepare($sql)->execute($values);
        } catch (\PDOException $error) {
            throw $this->unavailable($error);
        }
    }

    /**
     * Does something whose writes are kept all, or not at all; unless another request is doing it.
     *
     * @param callable(): void $work
     * @return bool whether it was done.
     * @throws Unavailable
     */
    public function alone(callable $work): bool
    {
        $lock = @fopen("$this->file.lock", 'c') ?: @fopen("$this->file.lock", 'r');
        if ($lock === false || !flock($lock, LOCK_EX | LOCK_NB)) {
            return false;
        }
        try {
            $this->run('BEGIN IMMEDIATE');
            try {
                $work();
                $this->run('COMMIT');
            } catch (\Throwable $error) {
                $this->run('ROLLBACK');
                throw $error;
            }
        } finally {
            fclose($lock);
        }
        return true;
    }

    private function unavailable(\PDOException $error): Unavailable
    {
        return new Unavailable("Le fichier d'état ($this->file) : " . $error->getMessage());
    }
}
