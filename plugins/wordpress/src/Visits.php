<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Visits as Noted;

if (!defined('ABSPATH')) {
    exit;
}

/** Who read the feed last. */
final class Visits
{
    public static function note(string $query, string $agent): void
    {
        (new Noted(Parts::memory()))->note($query, $agent);
    }

    /** @return array{at: int, by: string}|null seconds since 1970; an empty name when it gave none. */
    public static function last(): ?array
    {
        return (new Noted(Parts::memory()))->last();
    }
}
