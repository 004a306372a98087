<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * Where resources are: dots on a small drawing of France, without tiles, without JavaScript, without anybody else.
 *
 * The drawing is `assets/france.svg`; one unit of it is about three kilometres.
 */
final class FranceMap
{
    /** West and north in degrees, units per degree of latitude, then the box: x, y, width, height. */
    private const FRAMES = [
        [-5.6, 51.2, 36.5, 0, 0, 400, 368],
        [-61.91, 16.6, 65.0, 0, 376, 74, 74],
        [-61.47, 15.0, 82.0, 81, 376, 75, 74],
        [-55.05, 5.95, 18.0, 163, 376, 74, 74],
        [55.08, -20.72, 82.0, 244, 376, 75, 74],
        [44.87, -12.55, 130.0, 326, 376, 74, 74],
    ];
    private const WIDTH = 400;
    private const HEIGHT = 464;
    /** Units between two dots, under which they are one. */
    private const NEAR = 13.0;
    /** Titles told of one dot. */
    private const TOLD = 6;

    /** @var list<array{x: float, y: float, at: list<array{anchor: string, title: string}>}> */
    private array $dots = [];
    private int $placed = 0;

    /** @return bool whether it lies on the drawing. */
    public function place(float $lon, float $lat, string $anchor, string $title): bool
    {
        foreach (self::FRAMES as [$west, $north, $scale, $left, $top, $width, $height]) {
            $narrowing = cos(deg2rad($north - $height / $scale / 2));
            $x = ($lon - $west) * $scale * $narrowing;
            $y = ($north - $lat) * $scale;
            if ($x >= 0 && $x <= $width && $y >= 0 && $y <= $height) {
                $this->add($left + $x, $top + $y, ['anchor' => $anchor, 'title' => $title]);
                return true;
            }
        }
        return false;
    }

    public function placed(): int
    {
        return $this->placed;
    }

    /**
     * The drawing. Whoever cannot see it misses nothing: the list that follows says where each resource is, so that
     * its links are for the mouse only.
     */
    public function html(): string
    {
        $land = (string) file_get_contents(dirname(__DIR__) . '/assets/france.svg');
        $land = preg_replace('~^<svg[^>]*>|<!--.*?-->|</svg>\s*$~s', '', $land);
        $drawn = sprintf(
            '<svg class="partageons-map" viewBox="0 0 %1$d %2$d" width="%1$d" height="%2$d" aria-hidden="true" '
                . 'focusable="false">',
            self::WIDTH,
            self::HEIGHT
        );
        $drawn .= '<g class="partageons-land">' . $land . '</g><g class="partageons-dots">';
        // The largest first, so that none is covered.
        usort($this->dots, static function (array $one, array $other): int {
            return count($other['at']) <=> count($one['at']);
        });
        foreach ($this->dots as $dot) {
            $drawn .= self::dot($dot['x'], $dot['y'], $dot['at']);
        }
        return $drawn . '</g></svg>';
    }

    /** @param array{anchor: string, title: string} $resource */
    private function add(float $x, float $y, array $resource): void
    {
        $this->placed++;
        foreach ($this->dots as $number => $dot) {
            if (hypot($dot['x'] - $x, $dot['y'] - $y) < self::NEAR) {
                $this->dots[$number]['at'][] = $resource;
                return;
            }
        }
        $this->dots[] = ['x' => $x, 'y' => $y, 'at' => [$resource]];
    }

    /** @param non-empty-list<array{anchor: string, title: string}> $at */
    private static function dot(float $x, float $y, array $at): string
    {
        $size = count($at);
        $radius = $size === 1 ? 5.0 : min(8.5 + 1.2 * sqrt($size - 2), 14.0);
        $titles = array_column(array_slice($at, 0, self::TOLD), 'title');
        $told = implode("\n", $titles) . ($size > self::TOLD ? "\n…" : '');
        $number = $size === 1 ? '' : sprintf('<text x="%.1F" y="%.1F">%d</text>', $x, $y + 3.6, $size);
        return sprintf(
            '<a href="#%s" tabindex="-1"><title>%s</title><circle cx="%.1F" cy="%.1F" r="%.1F"/>%s</a>',
            self::escaped($at[0]['anchor']),
            self::escaped($told),
            $x,
            $y,
            $radius,
            $number
        );
    }

    private static function escaped(string $text): string
    {
        return htmlspecialchars($text, ENT_QUOTES | ENT_SUBSTITUTE, 'UTF-8');
    }
}
