<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\FranceMap;
use PHPUnit\Framework\TestCase;

final class FranceMapTest extends TestCase
{
    public function testEachIsWhereItIs(): void
    {
        $map = new FranceMap();
        $spots = ['Lyon' => [4.84, 45.76], 'Villeurbanne' => [4.88, 45.77], 'Cayenne' => [-52.33, 4.93]];
        foreach ($spots as $name => [$lon, $lat]) {
            self::assertTrue($map->place($lon, $lat, 'a-' . strtolower($name), $name));
        }
        self::assertFalse($map->place(166.45, -22.27, 'a-noumea', 'Nouméa'));
        self::assertSame(3, $map->placed());
        $drawn = $this->read($map);
        $titles = array_map('strval', $drawn->xpath('//a/title'));
        self::assertSame(["Lyon\nVilleurbanne", 'Cayenne'], $titles);
        self::assertSame(['#a-lyon', '#a-cayenne'], array_map('strval', $drawn->xpath('//a/@href')));
        self::assertSame('2', (string) $drawn->xpath('//a/text')[0]);
        [$lyon, $cayenne] = array_map('floatval', $drawn->xpath('//circle/@cx'));
        self::assertTrue($lyon > 200 && $lyon < 400 && $cayenne > 163 && $cayenne < 237);
    }

    public function testTitlesAreEscaped(): void
    {
        $map = new FranceMap();
        $title = '"><script>alert(1)</script> & \'mare\'' . "\xff";
        $map->place(2.35, 48.85, '"><b', $title);
        $drawn = $this->read($map);
        self::assertSame([], $drawn->xpath('//script'));
        self::assertStringContainsString('<script>', (string) $drawn->xpath('//a/title')[0]);
    }

    public function testManyInOnePlaceAreOneDot(): void
    {
        $map = new FranceMap();
        for ($number = 1; $number <= 60; $number++) {
            $map->place(2.35, 48.85, "a-$number", "Ressource $number");
        }
        $drawn = $this->read($map);
        self::assertCount(1, $drawn->xpath('//circle'));
        self::assertStringEndsWith('…', (string) $drawn->xpath('//a/title')[0]);
        self::assertSame('60', (string) $drawn->xpath('//a/text')[0]);
    }

    private function read(FranceMap $map): \SimpleXMLElement
    {
        $html = $map->html();
        self::assertStringNotContainsString('xmlns', $html);
        return new \SimpleXMLElement($html);
    }
}
