<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Cache;

final class Shelf implements Cache
{
    /** @var array<string, array{body: string, at: int}> */
    public array $kept = [];

    public function get(string $key): ?array
    {
        return $this->kept[$key] ?? null;
    }

    public function set(string $key, array $kept): void
    {
        $this->kept[$key] = $kept;
    }
}
