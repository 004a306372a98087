<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Connection;
use Partageons\Core\Unavailable;
use YesWiki\Core\Service\DbService;

/** The wiki's database, through its own link: what has values is prepared, never written into the text of a query. */
final class Database implements Connection
{
    private \mysqli $link;

    public function __construct(DbService $db)
    {
        $this->link = $db->getLink();
    }

    public function rows(string $sql, array $values = []): array
    {
        $result = $this->done($sql, $values);
        if (!$result instanceof \mysqli_result) {
            return [];
        }
        $rows = $result->fetch_all(MYSQLI_ASSOC);
        $result->free();
        return $rows;
    }

    public function run(string $sql, array $values = []): void
    {
        $result = $this->done($sql, $values);
        if ($result instanceof \mysqli_result) {
            $result->free();
        }
    }

    /**
     * @param list<string|int> $values
     * @return \mysqli_result|bool
     * @throws Unavailable
     */
    private function done(string $sql, array $values)
    {
        try {
            if ($values === []) {
                $result = $this->link->query($sql);
                if ($result === false) {
                    throw new Unavailable($this->link->error);
                }
                return $result;
            }
            $statement = $this->link->prepare($sql);
            if ($statement === false) {
                throw new Unavailable($this->link->error);
            }
            $types = implode('', array_map(static fn($value): string => is_int($value) ? 'i' : 's', $values));
            if (!$statement->bind_param($types, ...$values) || !$statement->execute()) {
                throw new Unavailable($statement->error);
            }
            $result = $statement->get_result();
            $statement->close();
            return $result;
        } catch (Unavailable $failure) {
            throw $failure;
        } catch (\Throwable $failure) {
            // PHP 8 throws what PHP 7 returns; wrong numbers of values throw in both.
            throw new Unavailable($failure->getMessage(), 0, $failure);
        }
    }
}
