<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Trial;
use Partageons\Core\Unreachable;
use PHPUnit\Framework\TestCase;

final class TrialTest extends TestCase
{
    private const DOOR = 'https://a.fr/w/?api/partageons/oai';
    private const NOW = 1795000000;

    /** @var list<string> */
    private array $asked = [];
    private int $waited = 0;

    /** @param list<Answer|string> $answers in turn; a text: nobody answers, and why. */
    private function trial(array $answers): Trial
    {
        $get = function (string $url) use (&$answers): Answer {
            $this->asked[] = $url;
            $answer = array_shift($answers);
            if (!$answer instanceof Answer) {
                throw new Unreachable((string) $answer);
            }
            return $answer;
        };
        return new Trial($get, static fn (): int => self::NOW, function (int $microseconds): void {
            $this->waited += $microseconds;
        });
    }

    private function feed(int $late = 0): Answer
    {
        $at = gmdate('Y-m-d\TH:i:s\Z', self::NOW - $late);
        $ours = '<partageons xmlns="https://partageons-vert.org/ns/plugin/1.0"/>';
        return new Answer(200, [], "<OAI-PMH><responseDate>$at</responseDate>$ours</OAI-PMH>");
    }

    private function to(string $there): Answer
    {
        return new Answer(302, ['location' => $there], '');
    }

    public function testAFeedAnswers(): void
    {
        self::assertSame('', $this->trial([$this->feed()])->through(self::DOOR)->code);
        self::assertSame('', $this->trial([$this->feed()])->through('https://a.fr/partageons')->code);
        self::assertSame([self::DOOR . '&verb=Identify', 'https://a.fr/partageons?verb=Identify'], $this->asked);
    }

    public function testNobodyAnswers(): void
    {
        self::assertSame('dns', $this->trial(['Could not resolve host'])->through(self::DOOR)->code);
    }

    /** @return list<array{0: string, 1: string}> */
    public static function here(): array
    {
        return [
            ['/w/?api/partageons/oai&x', 'https://a.fr/w/?api/partageons/oai&x'],
            ['?api/partageons/oai&x', 'https://a.fr/w/?api/partageons/oai&x'],
            ['partageons/oai', 'https://a.fr/w/partageons/oai'],
            ['//a.fr/partageons', 'https://a.fr/partageons'],
            ['http://a.fr/partageons', 'http://a.fr/partageons'],
        ];
    }

    /** @dataProvider here */
    public function testARedirectionToTheFeedIsFollowed(string $there, string $asked): void
    {
        self::assertSame('', $this->trial([$this->to($there), $this->feed()])->through(self::DOOR)->code);
        self::assertSame($asked, $this->asked[1]);
    }

    /** @return list<array{0: string, 1: string}> */
    public static function away(): array
    {
        return [
            ['moved', 'https://www.a.fr/?api/partageons/oai'],
            ['moved', '/?PagePrincipale'],
            ['login', '/wp-login.php?redirect_to=partageons'],
            ['login', '/?PageLogin'],
        ];
    }

    /** @dataProvider away */
    public function testARedirectionElsewhereIsNot(string $code, string $there): void
    {
        self::assertSame($code, $this->trial([$this->to($there)])->through(self::DOOR)->code);
    }

    public function testRedirectionsInACircleEnd(): void
    {
        $here = $this->to('/partageons');
        self::assertSame('moved', $this->trial([$here, $here, $here, $here])->through(self::DOOR)->code);
        self::assertCount(3, $this->asked);
    }

    public function testAnotherFeedIsNotOurs(): void
    {
        $other = new Answer(200, [], '<OAI-PMH></OAI-PMH>');
        self::assertSame('other', $this->trial([$other])->through(self::DOOR)->code);
        self::assertSame('absent', $this->trial([new Answer(404, [], '')])->through(self::DOOR)->code);
    }

    public function testAnOldCopyIsNoAnswer(): void
    {
        $found = $this->trial([$this->feed(7200)])->through(self::DOOR);
        self::assertSame(['stale', (string) (self::NOW - 7200)], [$found->code, $found->values['at']]);
    }

    public function testAYoungCopyShowsWhenAskedTwice(): void
    {
        self::assertSame('stale', $this->trial([$this->feed(5), $this->feed(5)])->twice(self::DOOR)->code);
        self::assertGreaterThan(2000000, $this->waited);
        self::assertSame('', $this->trial([$this->feed(2), $this->feed()])->twice(self::DOOR)->code);
        self::assertSame('slow', $this->trial([$this->feed(2), 'timed out'])->twice(self::DOOR)->code);
        $busy = new Answer(429, [], '');
        self::assertSame('busy', $this->trial([$busy, $busy])->twice(self::DOOR)->code);
    }
}
