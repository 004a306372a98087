<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Cache;

if (!defined('ABSPATH')) {
    exit;
}

/** Lists of the network in transients: an old one stays a year, for when the bridge does not answer. */
final class Transients implements Cache
{
    private const PREFIX = 'partageons_';

    public function get(string $key): ?array
    {
        $kept = get_transient(self::name($key));
        $sound = is_array($kept) && is_string($kept['body'] ?? null) && is_int($kept['at'] ?? null);
        return $sound ? ['body' => $kept['body'], 'at' => $kept['at']] : null;
    }

    public function set(string $key, array $kept): void
    {
        set_transient(self::name($key), $kept, YEAR_IN_SECONDS);
    }

    private static function name(string $key): string
    {
        return self::PREFIX . md5($key);
    }
}
