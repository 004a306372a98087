<?php

declare(strict_types=1);

namespace Partageons\Core;

/** The address of a site, which tells its own resources among those of the network. */
final class Home
{
    private string $place;

    /** @param string $address of its first page; what comes after a `?` does not count. */
    public function __construct(string $address)
    {
        $this->place = self::place($address);
    }

    public function owns(string $url): bool
    {
        return strpos(self::place($url), $this->place) === 0;
    }

    /** What tells two sites apart in an address: its host, its port, its folder. */
    private static function place(string $url): string
    {
        $parts = (array) parse_url($url);
        $host = strtolower((string) ($parts['host'] ?? ''));
        $host = strpos($host, 'www.') === 0 ? substr($host, 4) : $host;
        return $host . ':' . ($parts['port'] ?? '') . ($parts['path'] ?? '/');
    }
}
