<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A database as the change log uses it: MySQL, MariaDB or SQLite. Values: strings or integers; placeholders: `?`. */
interface Connection
{
    /**
     * @param list<string|int> $values
     * @return list<array<string, string|int|null>>
     * @throws Unavailable when the database cannot be read.
     */
    public function rows(string $sql, array $values = []): array;

    /**
     * @param list<string|int> $values
     * @throws Unavailable when the database cannot be written.
     */
    public function run(string $sql, array $values = []): void;
}
