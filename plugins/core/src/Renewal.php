<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Which lists of the network pages show, and the asking for those that are old: aside, nobody waits for it. */
final class Renewal
{
    private const KNOWN = 'lists';
    private const MOST = 50;
    /** Days after which a list that no page shows any more is left alone. */
    private const DAYS = 90;
    /** Seconds: for one list, and for all of them. */
    private const PATIENCE = 10.0;
    private const WHOLE = 25.0;
    private const SLOW = 3.0;

    private Memory $memory;
    /** @var callable(): int */
    private $clock;

    public function __construct(Memory $memory, ?callable $clock = null)
    {
        $this->memory = $memory;
        $this->clock = $clock ?? 'time';
    }

    /**
     * A page shows this list. Written once a day at most.
     *
     * @param string $query of an address, already encoded.
     */
    public function remember(string $query): void
    {
        $known = $this->known();
        $today = gmdate('Y-m-d', ($this->clock)());
        if (($known[$query] ?? '') !== $today) {
            $known[$query] = $today;
            asort($known);
            $known = array_slice($known, -self::MOST, null, true);
            $this->memory->set(self::KNOWN, (string) json_encode($known, JSON_UNESCAPED_SLASHES));
        }
    }

    /** Whether a list that pages show is old. */
    public function due(Lists $lists): bool
    {
        foreach (array_keys($this->known()) as $query) {
            if ($lists->stale((string) $query)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Ask for the lists that are old.
     *
     * @return bool false when the bridge is in trouble, or slow: what is left is for another time.
     */
    public function run(Lists $lists): bool
    {
        $begun = microtime(true);
        foreach (array_keys(array_reverse($this->known(), true)) as $query) {
            $now = microtime(true);
            if (!$lists->stale((string) $query)) {
                continue;
            }
            if ($now - $begun > self::WHOLE) {
                return false;
            }
            if (!$lists->refresh((string) $query, self::PATIENCE) && microtime(true) - $now > self::SLOW) {
                return false;
            }
        }
        return true;
    }

    /** @return array<array-key, string> query => day */
    private function known(): array
    {
        $oldest = gmdate('Y-m-d', ($this->clock)() - self::DAYS * 86400);
        return array_filter(
            Plain::json($this->memory->get(self::KNOWN)),
            static fn($day): bool => is_string($day) && $day >= $oldest
        );
    }
}
