<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** What is this site's own among the resources of the network. */
final class Here
{
    public static function owns(string $url): bool
    {
        return strpos(self::place($url), self::place(home_url('/'))) === 0;
    }

    /** What tells two sites apart in an address: its host, its port, its folder. */
    private static function place(string $url): string
    {
        $parts = (array) wp_parse_url($url);
        $host = strtolower((string) ($parts['host'] ?? ''));
        $host = strpos($host, 'www.') === 0 ? substr($host, 4) : $host;
        return $host . ':' . ($parts['port'] ?? '') . ($parts['path'] ?? '/');
    }
}
