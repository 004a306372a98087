<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Memory;

/** Small values, in the state file. */
final class StateMemory implements Memory
{
    private StateFile $file;

    public function __construct(StateFile $file)
    {
        $this->file = $file;
    }

    public function get(string $name): string
    {
        return (string) ($this->file->rows('SELECT value FROM memory WHERE name = ?', [$name])[0]['value'] ?? '');
    }

    public function set(string $name, string $value): void
    {
        if ($value === '') {
            $this->file->run('DELETE FROM memory WHERE name = ?', [$name]);
        } else {
            $this->file->run('REPLACE INTO memory (name, value) VALUES (?, ?)', [$name, $value]);
        }
    }
}
