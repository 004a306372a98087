<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Bridge;
use Partageons\Core\Home;
use Partageons\Core\Similar;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/Web.php';

final class SimilarTest extends TestCase
{
    public function testTheClosestOfTheOthers(): void
    {
        $web = new Web();
        $told = [];
        $urls = ['https://www.a.fr/1', 'https://moi.fr/wiki/?Mare', 'https://moi.fr/blog/2', 'https://b.fr/3'];
        foreach ($urls as $url) {
            $record = ['id' => "x:$url", 'title' => "Mare $url", 'url' => $url];
            $reasons = [['label' => 'Même titre'], ['label' => 'Même lieu']];
            $told[] = ['score' => 0.5] + compact('record', 'reasons');
        }
        $told[3]['record']['publishers'] = [['name' => 'CPIE <b>']];
        $told[2]['record']['attribution'] = 'Le blog';
        $web->answers = [Web::json(['similar' => array_merge($told, $told, $told)])];
        $similar = new Similar(new Bridge('https://pont.fr/', $web), new Home('https://moi.fr/wiki/?'), 'moi');
        $found = $similar->find('Mare', '', 1.5);
        self::assertSame(['a.fr', 'Le blog', 'CPIE <b>', 'a.fr', 'Le blog'], array_column($found, 'from'));
        self::assertSame('Même titre · Même lieu', $found[0]['why']);
        self::assertSame(1.5, $web->asked[0]['timeout']);
        self::assertStringContainsString('exclude=moi', $web->asked[0]['url']);
    }

    public function testABridgeThatDoesNotAnswer(): void
    {
        $similar = new Similar(new Bridge('https://pont.fr/', new Web()), new Home('https://moi.fr/'), '');
        self::assertNull($similar->find('Mare', '', 1.0));
    }

    public function testWordsToChooseFrom(): void
    {
        $web = new Web();
        $told = [
            'theme' => [
                ['value' => 't-haies', 'label' => "Haies\n"], ['value' => 'a,b'], ['label' => 'x'], 3, ['value' => 'z'],
            ],
            'type' => 'x',
        ];
        $web->answers = [Web::json(['facets' => $told]), Web::json(['facets' => 3]), Web::json(['x' => 1])];
        $bridge = new Bridge('https://pont.fr/', $web);
        self::assertSame(
            ['theme' => [['t-haies', 'Haies'], ['z', 'z']], 'territoire' => [], 'type' => []],
            $bridge->words(1.0)
        );
        self::assertSame('https://pont.fr/api/v1/facets', $web->asked[0]['url']);
        foreach ([1, 2] as $turn) {
            self::assertSame(['theme' => [], 'territoire' => [], 'type' => []], $bridge->words(1.0));
        }
    }

    /** @dataProvider homes */
    public function testWhatIsAtHome(string $home, string $url, bool $owned): void
    {
        self::assertSame($owned, (new Home($home))->owns($url));
    }

    /** @return list<array{0: string, 1: string, 2: bool}> */
    public function homes(): array
    {
        return [
            ['https://moi.fr/', 'http://www.MOI.fr/2026/03/mare/', true],
            ['https://www.moi.fr', 'https://moi.fr', true],
            ['https://moi.fr/wiki/?', 'https://moi.fr/wiki/?Mare', true],
            ['https://moi.fr/wiki/?', 'https://moi.fr/autre/?Mare', false],
            ['http://localhost:8186/?', 'http://localhost:8187/?Mare', false],
            ['https://moi.fr/', 'https://moi.fr.exemple.org/', false],
            ['https://moi.fr/', 'https://ailleurs.fr/?https://moi.fr/', false],
        ];
    }
}
