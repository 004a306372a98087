<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Lists;
use Partageons\Core\Pairing;
use Partageons\Core\Pinger;
use Partageons\Core\Renewal;

/** What is done when nobody waits: telling the bridge, hearing its answer, renewing lists, comparing. */
final class Chores
{
    /** Seconds in which all of it is done, at most. */
    public const WHOLE = 90;
    /** Memory: when the wiki's cache of other sites' lists was last made old; it is once more a little later. */
    public const EXPIRED = 'expired';
    /** Memory: the day when lists that nobody looks at were last thrown away. */
    private const SWEPT = 'swept';
    /** Seconds that a list is kept for when the bridge does not answer. */
    private const SHOWN = 31536000;
    /** Seconds between two of them. */
    public const OFTEN = 60;
    private const IDLE = 3600;
    /** Seconds between two looks at whether something changed that no event told of. */
    private const COMPARED = 600;
    private const STEP = 5.0;

    private Pinger $pinger;
    private Pairing $pairing;
    private Renewal $renewal;
    private Kept $memory;
    private ExternalLists $external;
    /** @var callable(): ?Lists */
    private $lists;
    /** @var callable(): ?Comparison */
    private $comparison;
    /** @var callable(): int */
    private $clock;

    /**
     * @param callable(): ?Lists $lists none without a bridge.
     * @param callable(): ?Comparison $comparison none as long as nothing is shared.
     */
    public function __construct(
        Pinger $pinger,
        Pairing $pairing,
        Renewal $renewal,
        Kept $memory,
        ExternalLists $external,
        callable $lists,
        callable $comparison,
        ?callable $clock = null
    ) {
        $this->pinger = $pinger;
        $this->pairing = $pairing;
        $this->renewal = $renewal;
        $this->memory = $memory;
        $this->external = $external;
        $this->lists = $lists;
        $this->comparison = $comparison;
        $this->clock = $clock ?? 'time';
    }

    /** Whether a change waits to be told, and can be. */
    public function waits(): bool
    {
        return $this->pinger->waits() && $this->pairing->keys() !== [];
    }

    /** Does what is due, each whatever becomes of the others; when to come again, in seconds since 1970. */
    public function run(): int
    {
        $now = ($this->clock)();
        $next = [$now + self::IDLE];
        foreach (['look', 'compare', 'tell', 'renew', 'expire'] as $chore) {
            try {
                $next[] = $this->$chore($now);
            } catch (\Throwable $failure) {
                error_log('partageons: ' . $failure->getMessage());
                $next[] = $now + self::OFTEN * 10;
            }
        }
        return max(min(array_filter($next)), ($this->clock)() + 1);
    }

    private function look(int $now): int
    {
        $next = $this->pairing->next();
        if ($next > 0 && $next <= $now) {
            $this->pairing->look();
            $next = $this->pairing->next();
        }
        return $next;
    }

    /** What no event told of; not when a change is to be told anyway, for the bridge's visit compares too. */
    private function compare(int $now): int
    {
        $comparison = $this->waits() ? null : ($this->comparison)();
        if ($comparison === null) {
            return 0;
        }
        $whole = $comparison->step(self::STEP);
        if ($comparison->found() && $this->pairing->keys() !== []) {
            $this->pinger->changed(gmdate('Y-m-d\TH:i:s\Z', $now));
        }
        return $whole ? $now + self::COMPARED : $now + 1;
    }

    private function tell(): int
    {
        return $this->pinger->send();
    }

    private function renew(int $now): int
    {
        $lists = ($this->lists)();
        $today = gmdate('Y-m-d', $now);
        if ($this->memory->get(self::SWEPT) !== $today) {
            $this->memory->set(self::SWEPT, $today);
            $this->memory->shelf()->forget($now - self::SHOWN);
        }
        return $lists === null || $this->renewal->run($lists) ? 0 : $now + self::OFTEN;
    }

    /** An asking of the wiki that began before the bridge's ping may have ended after it, with what was old. */
    private function expire(int $now): int
    {
        $at = (int) $this->memory->get(self::EXPIRED);
        if ($at <= 0) {
            return 0;
        }
        if ($at <= $now && $now - $at < ExternalLists::ASKING) {
            return $at + ExternalLists::ASKING;
        }
        $this->external->expire();
        $this->memory->set(self::EXPIRED, '');
        return 0;
    }
}
