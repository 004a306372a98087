<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Who read the feed last: the name that a program gives itself, and when. No address of a visitor is kept. */
final class Visits
{
    private const NAME = 'harvested';
    /** Seconds between two notes of the same visitor: a harvest is many requests. */
    private const EVERY = 60;
    private const LENGTH = 60;

    private Memory $memory;
    /** @var callable(): int */
    private $clock;

    public function __construct(Memory $memory, ?callable $clock = null)
    {
        $this->memory = $memory;
        $this->clock = $clock ?? 'time';
    }

    /**
     * Notes a harvest; a look at who the site is, and its own trials, are none.
     *
     * @param string $query the arguments of the protocol, as they came in the address or in a form.
     */
    public function note(string $query, string $agent): void
    {
        if (preg_match('/(?:\A|&)verb=(?:ListRecords|ListIdentifiers)(?:&|\z)/', $query) !== 1) {
            return;
        }
        if (strncmp($agent, Trial::AGENT, strlen(Trial::AGENT)) === 0) {
            return;
        }
        $name = self::short($agent);
        $now = ($this->clock)();
        $last = $this->last();
        if ($last === null || $last['by'] !== $name || abs($now - $last['at']) >= self::EVERY) {
            $this->memory->set(self::NAME, (string) json_encode(['at' => $now, 'by' => $name]));
        }
    }

    /** @return array{at: int, by: string}|null seconds since 1970; an empty name when it gave none. */
    public function last(): ?array
    {
        $kept = Plain::json($this->memory->get(self::NAME));
        $sound = is_int($kept['at'] ?? null) && is_string($kept['by'] ?? null);
        return $sound ? ['at' => $kept['at'], 'by' => $kept['by']] : null;
    }

    /** The program and its version, without what it says of itself besides. */
    private static function short(string $agent): string
    {
        $agent = trim((string) preg_replace('/[^\x20-\x7e]+/', ' ', $agent));
        return substr(trim(explode('(', $agent, 2)[0]) ?: $agent, 0, self::LENGTH);
    }
}
