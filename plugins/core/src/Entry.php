<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What the change log knows of something that is shared, or was. */
final class Entry
{
    public string $id;
    public string $kind;
    /** Not shared any more, or no longer in the set that was asked for. */
    public bool $deleted;
    /** UTC, `YYYY-MM-DDThh:mm:ssZ`. */
    public string $changed;

    public function __construct(string $id, string $kind, bool $deleted, string $changed)
    {
        $this->id = $id;
        $this->kind = $kind;
        $this->deleted = $deleted;
        $this->changed = $changed;
    }
}
