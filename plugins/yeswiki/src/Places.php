<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

/** Where an entry is: versions of the wiki wrote it in several ways, and old entries keep theirs. */
final class Places
{
    /**
     * @param array<mixed> $entry
     * @param array{0: string, 1: string} $axes the names of its latitude and of its longitude.
     * @return array{0: float, 1: float}|null latitude and longitude, in degrees
     */
    public static function of(array $entry, array $axes): ?array
    {
        $nested = is_array($entry['geolocation'] ?? null) ? $entry['geolocation'] : [];
        $old = is_string($entry['carte_google'] ?? null) ? $entry['carte_google'] : '';
        $pairs = [
            [$entry[$axes[0]] ?? '', $entry[$axes[1]] ?? ''],
            [$nested[$axes[0]] ?? '', $nested[$axes[1]] ?? ''],
            array_pad(explode('|', $old, 2), 2, ''),
        ];
        $found = null;
        foreach ($pairs as [$latitude, $longitude]) {
            [$latitude, $longitude] = [self::degrees($latitude, 90.0), self::degrees($longitude, 180.0)];
            if ($latitude === null || $longitude === null || ($latitude === 0.0 && $longitude === 0.0)) {
                continue;
            }
            if ($latitude !== $longitude) {
                return [$latitude, $longitude];
            }
            // A version of the wiki wrote the latitude twice when who saved could not see the map.
            $found = $found ?? [$latitude, $longitude];
        }
        return $found;
    }

    /** @param mixed $value */
    private static function degrees($value, float $most): ?float
    {
        $text = is_scalar($value) ? str_replace(',', '.', trim((string) $value)) : '';
        if (preg_match('/\A[+-]?\d{1,3}(?:\.\d+)?\z/', $text) !== 1) {
            return null;
        }
        return abs((float) $text) <= $most ? (float) $text : null;
    }
}
