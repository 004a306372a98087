<?php

declare(strict_types=1);

namespace Partageons\Module;

/** How many requests each visitor made this minute: nobody wears the database out. Addresses are not kept. */
final class Pace
{
    private const VISITORS = 500;

    private string $file;
    private int $most;
    private string $salt;
    /** @var callable(): int */
    private $clock;

    /**
     * @param string $file where the counts of this minute are, and nothing else.
     * @param int $most requests a minute; 0: no limit.
     * @param (callable(): int)|null $clock seconds since 1970.
     */
    public function __construct(string $file, int $most, string $salt, ?callable $clock = null)
    {
        $this->file = $file;
        $this->most = $most;
        $this->salt = $salt;
        $this->clock = $clock ?? 'time';
    }

    /** Counts a request, and tells whether it is one too many. Where nothing can be counted, nobody is refused. */
    public function exceeds(string $visitor): bool
    {
        $file = $this->most === 0 ? false : @fopen($this->file, 'c+');
        if ($file === false) {
            return false;
        }
        flock($file, LOCK_EX);
        $kept = json_decode((string) stream_get_contents($file, 65536), true);
        $minute = intdiv(($this->clock)(), 60);
        $counts = is_array($kept) && ($kept['minute'] ?? 0) === $minute ? $kept['counts'] : [];
        $who = substr(hash_hmac('sha256', $visitor, "$this->salt $minute"), 0, 12);
        $count = ($counts[$who] ?? 0) + 1;
        $counts = [$who => $count] + array_slice($counts, 0, self::VISITORS);
        ftruncate($file, 0);
        rewind($file);
        fwrite($file, (string) json_encode(['minute' => $minute, 'counts' => $counts]));
        fclose($file);
        return $count > $this->most;
    }
}
