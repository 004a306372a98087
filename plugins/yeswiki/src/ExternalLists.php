<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

/**
 * The wiki's own cache of other sites' lists, as `{{bazarliste id="https://…|7"}}` shows them. Alone, it looks for what
 * was deleted there once its files are a day old, and each change makes them young again: deletions take days to show.
 *
 * Here its files are made old, never written nor taken away: the next view asks what changed and what is gone, and
 * goes on showing what is there when nobody answers. Their names are hashes: all lists are, for it costs little.
 */
final class ExternalLists
{
    private const PREFIX = 'ExternalBazarServiceCache_';
    /** Seconds after which the wiki looks for deletions, where its parameters say nothing else. */
    private const DAY = 86400;
    /** Seconds after which the wiki throws its files away. */
    private const THROWN = 864000;
    private const MARGIN = 3600;
    /** Seconds that an asking of the wiki may last: one that began before may end after, with an old answer. */
    public const ASKING = 66;

    private string $folder;
    private int $age;

    /**
     * @param string $folder of the wiki's cache, without a slash at its end.
     * @param mixed $parameters `baz_external_service` of the wiki.
     */
    public function __construct(string $folder, $parameters = null)
    {
        $this->folder = $folder;
        $age = self::DAY;
        foreach (['cache_time_to_check_deletion', 'cache_time_to_check_changes', 'cache_time_to_refresh_forms'] as $name) {
            $set = is_array($parameters) ? $parameters[$name] ?? 0 : 0;
            $age = max($age, is_numeric($set) ? (int) min((float) $set, (float) self::THROWN) : 0);
        }
        $this->age = min($age + self::MARGIN, self::THROWN - self::MARGIN);
    }

    /** Has the next view of each list ask what changed and what is gone; how many there are. */
    public function expire(): int
    {
        $now = time();
        $expired = 0;
        foreach (glob("$this->folder/" . self::PREFIX . '*') ?: [] as $file) {
            $name = substr(basename($file), strlen(self::PREFIX));
            // Not where a site's pages are (`Details_…`), nor the marks of what is being written (`…_updating`).
            if (preg_match('/\A[0-9a-f]{64}\z/', $name) !== 1) {
                continue;
            }
            clearstatcache(true, $file);
            $made = @filemtime($file);
            if ($made === false) {
                continue; // the wiki took it away meanwhile
            }
            if ($now - $made >= $this->age) {
                $expired++;
            } elseif (is_writable($file) && @touch($file, $now - $this->age)) {
                $expired++;
            }
        }
        return $expired;
    }
}
