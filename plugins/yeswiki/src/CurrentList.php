<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Lists;
use Partageons\Core\Renewal;

/** The list that a page shows now: the last good one; if it is old, it is asked for again once the page has left. */
final class CurrentList
{
    private Lists $lists;
    private Renewal $renewal;
    /** @var callable(): void */
    private $soon;

    /** @param callable(): void $soon has what is due done at the end of this request. */
    public function __construct(Lists $lists, Renewal $renewal, callable $soon)
    {
        $this->lists = $lists;
        $this->renewal = $renewal;
        $this->soon = $soon;
    }

    /**
     * @param float $patience seconds to wait for a list that was never received: of a visitor, none.
     * @return array<string, mixed>|null as `Lists::kept` gives it.
     */
    public function get(string $query, float $patience = 0.0): ?array
    {
        $list = $this->lists->kept($query);
        if ($this->lists->stale($query)) {
            if ($list === null && $patience > 0 && $this->lists->refresh($query, $patience)) {
                $list = $this->lists->kept($query);
            } else {
                ($this->soon)();
            }
            $this->renewal->remember($query);
        }
        return $list;
    }

    /** Why the last asking failed, in one sentence; empty when it did not. */
    public function trouble(string $query): string
    {
        return $this->lists->trouble($query);
    }
}
