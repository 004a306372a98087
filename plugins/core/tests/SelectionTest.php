<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Selection;
use PHPUnit\Framework\TestCase;

final class SelectionTest extends TestCase
{
    public function testWhatAPageAsksFor(): void
    {
        $asked = Selection::read([
            'q' => ' mare & haie ', 'theme' => 't-haies, t-tvb,,t-haies', 'territoire' => 'region/84',
            'type' => 'r-guide', 'nombre' => '3', 'vue' => 'CARTES', 'niveau' => '2', 'autre' => 'x',
        ]);
        self::assertSame([3, 'cartes', 2], [$asked->number, $asked->view, $asked->level]);
        $pairs = 'q=mare%20%26%20haie&territoire=region%2F84&theme=t-haies&theme=t-tvb&type=r-guide';
        self::assertSame("$pairs&limite=26", $asked->query());
        self::assertSame("https://pont.exemple.fr/?$pairs", $asked->address('https://pont.exemple.fr/'));
        self::assertSame('https://pont.exemple.fr/', Selection::read('')->address('https://pont.exemple.fr'));
    }

    /** @dataProvider oddities */
    public function testWhateverIsGivenSomethingSoundComesOut($given): void
    {
        $asked = Selection::read($given);
        self::assertContains($asked->view, Selection::VIEWS);
        self::assertTrue($asked->number >= 1 && $asked->number <= Selection::MOST);
        self::assertTrue($asked->level >= 2 && $asked->level <= 4);
        self::assertMatchesRegularExpression('~\A([a-z]+=[A-Za-z0-9%._/\~-]*&)*limite=[0-9]{2,3}\z~', $asked->query());
        self::assertSame(1, substr_count($asked->query(), 'limite='));
        self::assertLessThan(100000, strlen($asked->query()));
    }

    /** @return array<string, array{0: mixed}> */
    public function oddities(): array
    {
        return [
            'nothing' => [''],
            'null' => [null],
            'arrays' => [['q' => ['x'], 'theme' => [['y']], 'nombre' => []]],
            'other values' => [['nombre' => '-3', 'vue' => '<script>', 'niveau' => '9', 'theme' => ',,,']],
            'large' => [['nombre' => '1e9', 'q' => str_repeat('é', 5000), 'theme' => implode(',', range(1, 500))]],
            'smuggled' => [['q' => '&limite=9999&x=', 'type' => "a&b=c\r\nHost: x", 'territoire' => '#?']],
            'no UTF-8' => [['q' => "\xff\xfe\0", 'vue' => "liste\0"]],
            'types' => [['q' => true, 'nombre' => 3.7, 'niveau' => 2]],
        ];
    }
}
