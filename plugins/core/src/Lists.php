<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * Lists of the network's resources as the site shows them: kept, refreshed aside, and the last good one when the bridge
 * does not answer. A query is that of an address, already encoded (`Bridge::resources`).
 */
final class Lists
{
    /** Seconds that a list is fresh, and before another try after a failure. */
    public const FRESH = 3600;
    public const AGAIN = 60;

    private Cache $cache;
    private Bridge $bridge;
    /** @var callable(): int */
    private $clock;

    public function __construct(Cache $cache, Bridge $bridge, ?callable $clock = null)
    {
        $this->cache = $cache;
        $this->bridge = $bridge;
        $this->clock = $clock ?? 'time';
    }

    /**
     * The last good list, however old; never waits.
     *
     * @return array<string, mixed>|null what `Bridge::resources` gives, and `fetched`, in seconds since 1970.
     */
    public function kept(string $query): ?array
    {
        $kept = $this->cache->get($this->key('list', $query));
        $list = $kept === null ? [] : Plain::json($kept['body']);
        if ($kept === null || !is_array($list['items'] ?? null)) {
            return null;
        }
        return $list + ['fetched' => $kept['at']];
    }

    /** Whether the list is to be asked for again: old, told so by the bridge, or not there; not just after a try. */
    public function stale(string $query): bool
    {
        $now = ($this->clock)();
        $tried = $this->at('tried', $query);
        if ($tried <= $now && $now - $tried < self::AGAIN) {
            return false;
        }
        $fetched = $this->kept($query)['fetched'] ?? 0;
        return $fetched > $now || $now - $fetched >= self::FRESH || $this->at('told') >= $fetched;
    }

    /**
     * Ask the bridge for the list.
     *
     * @param float $timeout seconds.
     * @return bool false when it did not give it: the last good one stays.
     */
    public function refresh(string $query, float $timeout): bool
    {
        $now = ($this->clock)();
        $this->note('tried', $query, $now, ''); // before: others do not try meanwhile, nor if this one is killed
        try {
            $list = $this->bridge->resources($query, $timeout);
        } catch (BridgeError $error) {
            $this->note('tried', $query, ($this->clock)(), $error->getMessage());
            return false;
        }
        $body = (string) json_encode($list, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        $this->note('list', $query, $now, $body);
        $this->note('tried', $query, 0, '');
        return true;
    }

    /** Why the last try failed, in one sentence; empty when it did not. */
    public function trouble(string $query): string
    {
        return $this->cache->get($this->key('tried', $query))['body'] ?? '';
    }

    /** The bridge told that something changed: all lists are stale. */
    public function expire(): void
    {
        $this->note('told', '', ($this->clock)(), '');
    }

    private function at(string $what, string $query = ''): int
    {
        return $this->cache->get($this->key($what, $query))['at'] ?? 0;
    }

    private function note(string $what, string $query, int $at, string $body): void
    {
        $this->cache->set($this->key($what, $query), ['body' => $body, 'at' => $at]);
    }

    private function key(string $what, string $query): string
    {
        return $what . '_' . substr(hash('sha256', $this->bridge->address() . "\n" . $query), 0, 32);
    }
}
