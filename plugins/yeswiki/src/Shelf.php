<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Cache;

/** Lists of the network, kept beside the small values of the extension; what is no longer shown is forgotten. */
final class Shelf implements Cache
{
    private const PREFIX = 'shelf_';

    private Kept $kept;

    public function __construct(Kept $kept)
    {
        $this->kept = $kept;
    }

    public function get(string $key): ?array
    {
        return $this->kept->dated(self::name($key));
    }

    public function set(string $key, array $kept): void
    {
        $this->kept->keep(self::name($key), $kept['body'], $kept['at']);
    }

    /**
     * Forgets what was fetched before this.
     *
     * @param int $at seconds since 1970.
     */
    public function forget(int $at): void
    {
        $this->kept->forget(self::PREFIX, $at);
    }

    private static function name(string $key): string
    {
        return self::PREFIX . (preg_match('/\A[A-Za-z0-9_]{1,80}\z/', $key) === 1 ? $key : md5($key));
    }
}
