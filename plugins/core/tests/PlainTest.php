<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Bridge;
use Partageons\Core\Plain;
use PHPUnit\Framework\TestCase;

final class PlainTest extends TestCase
{
    public function testATextBecomesOneLineOfUtf8(): void
    {
        self::assertSame('Une mare', Plain::line(" Une\r\n\t mare\0\u{85} ", 100));
        self::assertSame("Qui\u{a0}?", Plain::line("Qui\u{a0}?", 100));
        self::assertSame("\u{fffd}tang <b>&amp; \"é\"", Plain::line("\xe9tang <b>&amp; \"é\"", 100));
        self::assertSame('éé', Plain::line('ééé', 2));
        self::assertSame('🌿', Plain::line('🌿🌿', 1));
        self::assertSame(200, strlen(Plain::line(str_repeat('x', 5000000), 200)));
        foreach ([null, 3, 1.5, true, [], ['x']] as $other) {
            self::assertSame('', Plain::line($other, 10));
        }
    }

    /** @return list<array{0: mixed}> */
    public function noAddresses(): array
    {
        return array_map(static fn ($value): array => [$value], [
            '', null, [], 3, 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', ' https://a.fr/', "https://a.fr/\n",
            'data:text/html,x', 'ftp://a.fr/', '//a.fr/', '/x', 'a.fr', 'https:', 'https://', 'https:///x',
            'https://a.fr/"onload="x', "https://a.fr/'x", 'https://a.fr/<b>', 'https://a.fr/ x', "https://a.fr/\u{a0}x",
            'https://u:p@a.fr/', 'https://u@a.fr/', "https://a.fr/\xff", "java\nscript:alert(1)", 'https://a.fr/\\x',
            'https://' . str_repeat('a', 2000), 'vbscript:x', 'https://[::1', 'https://a.fr:99999/',
            "\x01https://a.fr/",
        ]);
    }

    /**
     * @param mixed $value
     * @dataProvider noAddresses
     */
    public function testWhatIsNoAddressOfTheWebIsNone($value): void
    {
        self::assertSame('', Plain::address($value));
    }

    public function testAddresses(): void
    {
        $urls = ['https://a.fr/', 'http://a.fr:8080/x?y=z&t=1#h', 'HTTPS://A.FR/é/été.pdf', 'https://étang.fr/'];
        foreach ($urls as $url) {
            self::assertSame($url, Plain::address($url));
        }
    }

    public function testTheAddressOfABridgeAsItIsTyped(): void
    {
        $home = 'https://pont.exemple.fr/';
        foreach (['pont.exemple.fr', ' https://pont.exemple.fr ', 'https://pont.exemple.fr//'] as $typed) {
            self::assertSame($home, Bridge::home($typed));
        }
        self::assertSame('http://127.0.0.1:5000/', Bridge::home('http://127.0.0.1:5000'));
        self::assertSame('https://localhost:5000/pont/', Bridge::home('localhost:5000/pont'));
        $others = ['', 'javascript:alert(1)', 'ftp://a.fr', 'https://a.fr/?x', 'https://a.fr/#x', 'un pont', '://'];
        foreach ($others as $typed) {
            self::assertSame('', Bridge::home($typed), $typed);
        }
    }

    public function testAnObjectOrNothing(): void
    {
        self::assertSame(['a' => 1], Plain::json('{"a": 1}'));
        foreach (['', 'x', '3', '"x"', 'null', '{"a": ' , "{\"a\": \"\xff\"}", str_repeat('[', 100000)] as $text) {
            self::assertSame([], Plain::json($text));
        }
        self::assertSame([], Plain::json(str_repeat('[', 17) . str_repeat(']', 17)));
    }
}
