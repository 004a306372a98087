<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * What a site shares, now. A CMS implements these four functions; everything else of the feed is in the core.
 *
 * An id is the site's own, a string of 1 to 150 characters of `A-Z a-z 0-9 - _ . ~ /`, that never changes.
 */
interface Site
{
    /**
     * The ids of everything that is shared, in an order of the site's own that never changes.
     *
     * @param string $after the last id of the previous batch; empty for the first one.
     * @return list<string> at most $limit; fewer means that it was the last batch.
     */
    public function ids(string $after, int $limit): array;

    /**
     * Those of these ids that are shared, and in which state each is. Cheap: nothing is rendered.
     *
     * @param list<string> $ids
     * @return array<string, State>
     */
    public function states(array $ids): array;

    /**
     * Those of these ids that are shared, whole.
     *
     * @param list<string> $ids
     * @return array<string, Record>
     */
    public function records(array $ids): array;

    /**
     * The sets of the feed: one for each kind of a State.
     *
     * @return array<string, string> setSpec (letters, digits, `-_.`) => name
     */
    public function sets(): array;
}
