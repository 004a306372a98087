<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\Places;
use PHPUnit\Framework\TestCase;

final class PlacesTest extends TestCase
{
    /** @return array<string, array{0: array<string, mixed>, 1: array{0: float, 1: float}|null}> */
    public static function entries(): array
    {
        $nested = ['bf_latitude' => '45.7', 'bf_longitude' => '4.8'];
        return [
            'two fields' => [['bf_latitude' => '45.7', 'bf_longitude' => '4.8'], [45.7, 4.8]],
            'one object' => [['geolocation' => $nested], [45.7, 4.8]],
            'as it was' => [['carte_google' => '45.7|4.8'], [45.7, 4.8]],
            'a decimal comma' => [['bf_latitude' => '45,7', 'bf_longitude' => '4,8'], [45.7, 4.8]],
            'twice the latitude' => [
                ['bf_latitude' => '45.7', 'bf_longitude' => '45.7', 'geolocation' => $nested],
                [45.7, 4.8],
            ],
            'nobody filled it' => [['bf_latitude' => '0', 'bf_longitude' => '0'], null],
            'half of it' => [['bf_latitude' => '45.7'], null],
            'no degrees' => [['bf_latitude' => '145.7', 'bf_longitude' => '4.8'], null],
            'no numbers' => [['bf_latitude' => ['x'], 'bf_longitude' => '1e3', 'carte_google' => ['|']], null],
        ];
    }

    /**
     * @dataProvider entries
     * @param array<string, mixed> $entry
     * @param array{0: float, 1: float}|null $place
     */
    public function testWhereItIs(array $entry, ?array $place): void
    {
        self::assertSame($place, Places::of($entry, ['bf_latitude', 'bf_longitude']));
    }
}
