<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Where lists of the network are kept between two requests: a convenience, which may lose everything at any time. */
interface Cache
{
    /** @return array{body: string, at: int}|null `at` is when it was fetched, in seconds since 1970 */
    public function get(string $key): ?array;

    /** @param array{body: string, at: int} $kept */
    public function set(string $key, array $kept): void;
}
