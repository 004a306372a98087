<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Memory;
use Partageons\Core\Reconciler;
use Partageons\Core\Unavailable;

/**
 * When the log is compared with the wiki: at once where a few numbers say that something changed (an emptied form, a
 * restored database, an option that has another name), else from time to time.
 */
final class Comparison
{
    /** Memory: the numbers of the last whole comparison, and of the one under way. */
    private const DONE = 'compared';
    private const BEGUN = 'comparing';

    private Reconciler $reconciler;
    private Memory $memory;
    /** @var callable(): string */
    private $glance;
    /** @var callable(): string */
    private $signature;
    private int $every;
    private bool $found = false;

    /**
     * @param callable(): string $glance another one means that something may have changed; as cheap as can be.
     * @param callable(): string $signature another one means that something changed; read after another glance only.
     * @param int $every seconds between two comparisons of a wiki where nothing seems to change.
     */
    public function __construct(
        Reconciler $reconciler,
        Memory $memory,
        callable $glance,
        callable $signature,
        int $every
    ) {
        $this->glance = $glance;
        $this->reconciler = $reconciler;
        $this->memory = $memory;
        $this->signature = $signature;
        $this->every = $every;
    }

    /**
     * Compares when there is reason to.
     *
     * @param float $seconds how long it may take: it is gone on with at the next occasion.
     * @return bool whether nothing is left to compare.
     * @throws Unavailable
     */
    public function step(float $seconds): bool
    {
        $this->found = false;
        $begun = $this->memory->get(self::BEGUN);
        if ($begun === '') {
            $glance = ($this->glance)();
            [$before, $signature] = array_pad(explode(' ', $this->memory->get(self::DONE), 2), 2, '');
            $due = $this->reconciler->due($this->every);
            if (!$due && $glance === $before) {
                return true;
            }
            // Read before the pass: what changes during it makes another one.
            $now = ($this->signature)();
            if (!$due && $now === $signature) {
                $this->memory->set(self::DONE, "$glance $signature");
                return true;
            }
            $begun = "$glance $now";
            $this->memory->set(self::BEGUN, $begun);
            $this->reconciler->restart();
        }
        $whole = $this->reconciler->step($seconds);
        $this->found = $this->reconciler->changed();
        if (!$whole) {
            return false;
        }
        $this->memory->set(self::DONE, $begun);
        $this->memory->set(self::BEGUN, '');
        return true;
    }

    /** Whether the comparison of the last step, or one that it went on with, found a change. */
    public function found(): bool
    {
        return $this->found;
    }
}
