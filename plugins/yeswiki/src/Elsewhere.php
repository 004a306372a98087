<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Plain;
use Partageons\Core\Similar;
use Partageons\Core\Unavailable;

/**
 * « Existe déjà ailleurs ? »: what resembles a title, asked of the bridge by the wiki's own server.
 *
 * Whoever may write an entry may ask, so that answers are kept a while, and the bridge is asked a few times a minute at
 * most, and left alone for a moment when it does not answer.
 */
final class Elsewhere
{
    private const PREFIX = 'similar_';
    private const ASKED = 'similar_asked';
    /** Seconds that an answer, and silence, are kept. */
    private const FRESH = 600;
    private const SILENT = 30;
    /** Questions a minute, from all who write. */
    private const OFTEN = 40;

    private Similar $similar;
    private Kept $kept;
    /** @var callable(): int */
    private $clock;

    public function __construct(Similar $similar, Kept $kept, ?callable $clock = null)
    {
        $this->similar = $similar;
        $this->kept = $kept;
        $this->clock = $clock ?? 'time';
    }

    /** What is compared of what somebody wrote: one line, without tags. */
    public static function title(string $written): string
    {
        $plain = html_entity_decode(strip_tags(substr($written, 0, 4000)), ENT_QUOTES | ENT_HTML5, 'UTF-8');
        return Plain::line($plain, 300);
    }

    /** Whether a title says enough to be compared. */
    public static function enough(string $title): bool
    {
        return mb_strlen($title) >= Similar::SHORTEST;
    }

    /**
     * @param string $title as `title()` gives it.
     * @param float $patience seconds.
     * @return list<array{title: string, url: string, from: string, why: string}>|null null when nobody answered.
     */
    public function find(string $title, float $patience): ?array
    {
        if (!self::enough($title)) {
            return [];
        }
        $now = ($this->clock)();
        try {
            $name = self::PREFIX . substr(hash('sha256', mb_strtolower($title)), 0, 32);
            $known = $this->kept->dated($name);
            if ($known !== null && $known['at'] <= $now && $now - $known['at'] < self::FRESH) {
                return self::items($known['body']);
            }
            if (!$this->turn($now)) {
                return null;
            }
            $found = $this->similar->find($title, '', $patience);
            if ($found === null) {
                $this->kept->keep(self::ASKED, (string) self::OFTEN, ($this->clock)() + self::SILENT - 60);
                return null;
            }
            $this->kept->keep($name, (string) json_encode($found, JSON_UNESCAPED_SLASHES), $now);
            return $found;
        } catch (Unavailable $not) {
            return null;
        }
    }

    /** One more question in this minute, unless there were too many. */
    private function turn(int $now): bool
    {
        $asked = $this->kept->dated(self::ASKED);
        $begun = $asked['at'] ?? 0;
        if ($begun > $now || $now - $begun >= 60) {
            $this->kept->forget(self::PREFIX, $now - self::FRESH);
            $this->kept->keep(self::ASKED, '1', $now);
            return true;
        }
        $count = (int) ($asked['body'] ?? 0);
        if ($count >= self::OFTEN) {
            return false;
        }
        $this->kept->keep(self::ASKED, (string) ($count + 1), $begun);
        return true;
    }

    /** @return list<array{title: string, url: string, from: string, why: string}> */
    private static function items(string $json): array
    {
        $items = [];
        foreach (Plain::json($json) as $one) {
            if (is_array($one) && isset($one['title'], $one['url'], $one['from'], $one['why'])) {
                $items[] = $one;
            }
        }
        return $items;
    }
}
