<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Memory;

/** Values that outlive an object, not a test. */
final class Kept implements Memory
{
    /** @var array<string, string> */
    public array $values = [];

    public function get(string $name): string
    {
        return $this->values[$name] ?? '';
    }

    public function set(string $name, string $value): void
    {
        if ($value === '') {
            unset($this->values[$name]);
        } else {
            $this->values[$name] = $value;
        }
    }
}
