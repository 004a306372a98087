<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A few small values that outlive a request: what is under way, and secrets that nobody sees. */
interface Memory
{
    /** Empty when it was never set. */
    public function get(string $name): string;

    /** An empty value forgets it. */
    public function set(string $name, string $value): void;
}
