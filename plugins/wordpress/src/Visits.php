<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** Who read the feed last: the name that a program gives itself, and when. No address of a visitor is kept. */
final class Visits
{
    private const MEMORY = 'harvested';
    /** Seconds between two notes of the same visitor: a harvest is many requests. */
    private const EVERY = 60;
    private const NAME = 60;

    /** Notes a harvest; a look at who the site is, and our own trials, are none. */
    public static function note(string $query, string $agent): void
    {
        if (preg_match('/(?:\A|&)verb=(?:ListRecords|ListIdentifiers)(?:&|\z)/', $query) !== 1) {
            return;
        }
        if (strncmp($agent, Trial::AGENT, strlen(Trial::AGENT)) === 0) {
            return;
        }
        $name = self::short($agent);
        $last = self::last();
        if ($last === null || $last['by'] !== $name || abs(time() - $last['at']) >= self::EVERY) {
            Parts::memory()->set(self::MEMORY, (string) wp_json_encode(['at' => time(), 'by' => $name]));
        }
    }

    /** @return array{at: int, by: string}|null seconds since 1970; an empty name when it gave none. */
    public static function last(): ?array
    {
        $kept = json_decode(Parts::memory()->get(self::MEMORY), true);
        $sound = is_array($kept) && is_int($kept['at'] ?? null) && is_string($kept['by'] ?? null);
        return $sound ? ['at' => $kept['at'], 'by' => $kept['by']] : null;
    }

    /** The program and its version, without what it says of itself besides. */
    private static function short(string $agent): string
    {
        $agent = trim((string) preg_replace('/[^\x20-\x7e]+/', ' ', $agent));
        return substr(trim(explode('(', $agent, 2)[0]) ?: $agent, 0, self::NAME);
    }
}
