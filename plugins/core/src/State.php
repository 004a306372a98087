<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What the change log keeps of something shared: the set it is in, and a hash of all that its record is made of. */
final class State
{
    public string $kind;
    public string $fingerprint;

    /** @param string $fingerprint at most 64 characters; another one means that the record changed. */
    public function __construct(string $kind, string $fingerprint)
    {
        $this->kind = $kind;
        $this->fingerprint = $fingerprint;
    }
}
