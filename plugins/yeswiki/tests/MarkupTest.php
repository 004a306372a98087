<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\Markup;
use PHPUnit\Framework\TestCase;

final class MarkupTest extends TestCase
{
    /** What the wiki's formatter is given. */
    private string $given = '';

    private function html(string $text, string $syntax, string $formatted = ''): string
    {
        $markup = new Markup(function (string $text, string $tag) use ($formatted): string {
            self::assertSame('MaFiche', $tag);
            $this->given = $text;
            return $formatted !== '' ? $formatted : $text;
        });
        return $markup->html($text, $syntax, 'MaFiche');
    }

    public function testActionsAndOtherWikisPagesAreLeftOut(): void
    {
        $this->html("Avant {{attach file=\"x.jpg\"\n class=\"a\"}} [[|http://autre.fr Page]] après", 'wiki-textarea');
        self::assertSame('Avant   après', $this->given);
        self::assertSame('<p>a  b</p>', $this->html('<p>a {{bazarliste id="1"}} b</p>', 'html'));
    }

    public function testNothingIsFormattedWhenNothingIsLeft(): void
    {
        self::assertSame('', $this->html('{{bazarliste id="1"}}', 'wiki-textarea'));
        self::assertSame('', $this->given);
    }

    public function testEntitiesOfThePurifierAreTextAgain(): void
    {
        $this->html('[[https://x.fr/?a=1&amp;b=2 là]] ""<b>1 &lt; 2</b>"" &eacute;', '');
        self::assertSame('[[https://x.fr/?a=1&b=2 là]] ""<b>1 &lt; 2</b>"" é', $this->given);
    }

    public function testATextWithoutMarkupIsEscaped(): void
    {
        self::assertSame("1 &lt; 2<br>\n&amp; fin", $this->html("1 &lt; 2\n& fin", 'nohtml'));
    }

    /** @return array<string, array{0: string, 1: string}> */
    public static function dirty(): array
    {
        return [
            'script' => ['<p>a<script>x()</script></p>', '<p>a</p>'],
            'open script' => ['<p>a</p><script>', '<p>a</p>'],
            'handler' => ['<p onclick="x()" ONLOAD=y>a</p>', '<p>a</p>'],
            'address' => ['<a href="javascript:x()">a</a>', '<a>a</a>'],
            'written image' => ['<img alt="a" src="data:image/png;base64,xx">', '<img alt="a">'],
            'frame' => ['<iframe src="https://x.fr"></iframe>a', 'a'],
            'page to be written' => ['<a href="?X/edit" data-missing-tag="true">PageAbsente</a>.', 'PageAbsente.'],
            'attributes of the wiki' => [
                '<a href="?X" class="forced-link" data-tag="X" data-method="show">x</a>',
                '<a href="?X">x</a>',
            ],
        ];
    }

    /** @dataProvider dirty */
    public function testWhatATextMayNotDo(string $formatted, string $expected): void
    {
        self::assertSame($expected, $this->html('x', '', $formatted));
    }

    public function testALongTextIsCutBetweenCharacters(): void
    {
        $html = $this->html(str_repeat('é', 400000), 'nohtml');
        self::assertSame(300000, strlen($html));
        self::assertSame(1, preg_match('//u', $html));
    }

    public function testAHostileTextIsQuick(): void
    {
        $start = microtime(true);
        $this->html(str_repeat('{{', 50000) . str_repeat('<a onx=', 5000) . str_repeat('""', 20000), '');
        self::assertLessThan(3.0, microtime(true) - $start);
    }
}
