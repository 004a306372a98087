<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\Pairing;
use Partageons\Core\Pinger;
use Partageons\Core\Webhook;
use PHPUnit\Framework\TestCase;

final class PingerTest extends TestCase
{
    private const KEY = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    private const OTHER = 'whsec_ICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    private const SINCE = '2026-11-24T10:00:00Z';

    private Web $web;
    private Web $side;
    private Kept $memory;
    private Pairing $pairing;
    private int $now = 1795000000;

    protected function setUp(): void
    {
        [$this->web, $this->side, $this->memory] = [new Web(), new Web(), new Kept()];
        $bridge = fn (string $address): Bridge => new Bridge($address, $this->side);
        $this->pairing = new Pairing($this->memory, $bridge, fn (): int => $this->now);
        $this->side->answers = [Web::json(['pairing' => 'b6f0', 'state' => 'asked'], 202), $this->accepted(self::KEY)];
        $this->web->answers = [$this->due()];
    }

    private function accepted(string $key): Answer
    {
        $ping = 'https://pont.exemple.fr/ping/a';
        return Web::json(['state' => 'accepted', 'source' => 'a', 'ping' => $ping, 'key' => $key]);
    }

    private function join(): void
    {
        $this->pairing->join('https://pont.exemple.fr/', 'https://a.fr/?partageons=oai');
        $this->pairing->look();
    }

    private function due(): Answer
    {
        return Web::json(['state' => 'due', 'plugins' => '0.4.0'], 202);
    }

    private function refusal(int $status): Answer
    {
        return Web::json(['error' => ['message' => "Refus $status.", 'remedy' => '']], $status);
    }

    private function pinger(): Pinger
    {
        return new Pinger($this->memory, $this->web, $this->pairing, fn (): int => $this->now);
    }

    /** @return list<string> */
    private function ids(): array
    {
        return array_map(static fn (array $asked): string => $asked['headers']['webhook-id'], $this->web->asked);
    }

    public function testAChangeIsToldSignedAndOnce(): void
    {
        $this->join();
        self::assertSame([0, false], [$this->pinger()->send(), $this->pinger()->waits()]);
        self::assertSame(['at' => 0, 'status' => 0, 'said' => ''], $this->pinger()->last());
        $this->pinger()->changed(self::SINCE);
        self::assertTrue($this->pinger()->waits());
        self::assertSame([], $this->web->asked, 'nothing is sent while a page is saved');
        self::assertSame(0, $this->pinger()->send());
        $asked = $this->web->asked[0];
        self::assertSame(['POST', 'https://pont.exemple.fr/ping/a'], [$asked['method'], $asked['url']]);
        self::assertSame('{"type":"changed","since":"2026-11-24T10:00:00Z"}', $asked['body']);
        self::assertSame('application/json', $asked['headers']['Content-Type']);
        Webhook::check([self::KEY], $asked['headers'], $asked['body'], $this->now);
        self::assertSame(['at' => $this->now, 'status' => 202, 'said' => ''], $this->pinger()->last());
        self::assertSame([0, 1, false], [$this->pinger()->send(), count($this->web->asked), $this->pinger()->waits()]);
        self::assertSame('0.4.0', $this->pairing->newest());
    }

    public function testNobodyIsToldBeforeTheSiteIsAccepted(): void
    {
        $this->pinger()->changed(self::SINCE);
        self::assertSame(0, $this->pinger()->send(true));
        self::assertSame([], $this->web->asked);
        $this->join();
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(1, $this->web->asked);
        $this->pinger()->changed(self::SINCE);
        $this->pairing->leave();
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(1, $this->web->asked);
    }

    public function testItIsKnownWhenSomethingMayBeTold(): void
    {
        $this->join();
        self::assertSame($this->now, $this->pinger()->next());
        $this->web->answers = [null];
        $this->pinger()->changed(self::SINCE);
        $next = $this->pinger()->send();
        self::assertSame([$this->now + 60, $next], [$next, $this->pinger()->next()]);
        $this->web->answers = [$this->due()];
        for ($n = 0; $n < 30; $n++) {
            $this->pinger()->changed(self::SINCE);
            $next = $this->pinger()->send(true);
        }
        self::assertSame([$this->now + 60, $next], [$next, $this->pinger()->next()]);
        self::assertCount(20, $this->web->asked);
    }

    public function testChangesAreToldTogetherSinceTheFirst(): void
    {
        $this->join();
        foreach (['2026-11-24T10:00:05Z', self::SINCE, '2026-11-24T10:00:09Z'] as $since) {
            $this->pinger()->changed($since);
        }
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(1, $this->web->asked);
        self::assertSame(self::SINCE, $this->web->said()['since']);
        $this->pinger()->changed('2026-11-24T10:01:00Z');
        $this->pinger()->send();
        self::assertSame('2026-11-24T10:01:00Z', $this->web->said()['since'], 'what was told is not told again');
    }

    public function testAChangeDuringThePingIsToldToo(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [function (): Answer {
            $this->pinger()->changed('2026-11-24T10:02:00Z');
            return $this->due();
        }, $this->due()];
        self::assertSame($this->now, $this->pinger()->send());
        self::assertTrue($this->pinger()->waits());
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(2, array_unique($this->ids()));
    }

    public function testEachTryOfOneChangeHasOneIdentifierAndANewChangeAnother(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [null];
        $this->now = $this->pinger()->send();
        $this->now = $this->pinger()->send();
        $this->pinger()->changed('2026-11-24T11:00:00Z'); // the bridge, which may have heard the first, hears it once
        $this->web->answers = [$this->due()];
        self::assertSame(0, $this->pinger()->send());
        $ids = $this->ids();
        self::assertSame($ids[0], $ids[1]);
        self::assertNotSame($ids[1], $ids[2]);
        self::assertSame(self::SINCE, $this->web->said()['since']);
        [$first, $second] = $this->web->asked;
        self::assertNotSame($first['headers'], $second['headers'], 'signed at its own instant');
    }

    public function testAPingThatIsCutShortIsSentAgainAsTheSame(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [function (): Answer {
            throw new \RuntimeException('The machine stops here.');
        }, $this->due()];
        try {
            $this->pinger()->send();
            self::fail('It was not cut short.');
        } catch (\RuntimeException $error) {
            self::assertTrue($this->pinger()->waits());
        }
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(1, array_unique($this->ids()));
    }

    public function testFailuresAreTriedAgainLaterAndLaterAndForEver(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [null];
        $minutes = [];
        for ($n = 0; $n < 14; $n++) {
            $next = $this->pinger()->send();
            $minutes[] = ($next - $this->now) / 60;
            self::assertSame($next, $this->pinger()->send(), 'not before');
            $this->now = $next;
        }
        self::assertSame([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360, 360, 360, 360], $minutes);
        self::assertCount(14, $this->web->asked);
        $last = $this->pinger()->last();
        self::assertSame([0, 'Le pont ne répond pas.'], [$last['status'], $last['said']]);
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [$this->due(), null];
        self::assertSame(0, $this->pinger()->send());
        $this->pinger()->changed(self::SINCE);
        self::assertSame($this->now + 60, $this->pinger()->send(), 'a success begins anew');
    }

    public function testAPersonNeedNotWait(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [null, $this->due()];
        $this->pinger()->send();
        self::assertSame(0, $this->pinger()->send(true));
        self::assertCount(2, $this->web->asked);
    }

    /** @return array<string, array{0: Answer, 1: int, 2: int}> */
    public function faults(): array
    {
        $html = '<html>Maintenance</html>';
        return [
            'an error' => [new Answer(500, [], $html), 500, 60],
            'later' => [new Answer(503, ['retry-after' => '900'], ''), 503, 900],
            'much later' => [new Answer(503, ['retry-after' => '999999'], ''), 503, 21600],
            'a page' => [new Answer(200, [], $html), 200, 60],
            'a page of 202' => [new Answer(202, [], '[]'), 202, 60],
            'another shape' => [Web::json(['state' => ['due']]), 200, 60],
            'another object' => [Web::json(['ok' => true]), 200, 60],
            'unknown' => [$this->refusal(404), 404, 60],
            'refused' => [$this->refusal(401), 401, 60],
            'moved' => [new Answer(301, ['location' => 'https://x.fr'], ''), 301, 60],
        ];
    }

    /** @dataProvider faults */
    public function testEveryFaultIsKeptInWordsAndTriedAgain(Answer $answer, int $status, int $wait): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [$answer];
        self::assertSame($this->now + $wait, $this->pinger()->send());
        $last = $this->pinger()->last();
        self::assertSame([$this->now, $status], [$last['at'], $last['status']]);
        self::assertMatchesRegularExpression('/\A\S.*\.\z/u', $last['said']);
        self::assertStringNotContainsString('whsec', implode(array_diff_key($this->memory->values, ['pairing' => 1])));
        if ($status === 404 || $status === 401) {
            self::assertSame("Refus $status.", $last['said']);
        }
        $this->web->answers = [$this->due()];
        $this->now += $wait;
        self::assertSame([0, ''], [$this->pinger()->send(), $this->pinger()->last()['said']]);
    }

    public function testAKeyThatIsRefusedIsAskedForAndUsedAtOnce(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->side->answers = [$this->accepted(self::OTHER)];
        $this->web->answers = [$this->refusal(401), $this->due()];
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(1, array_unique($this->ids()));
        $asked = $this->web->asked[1];
        Webhook::check([self::OTHER], $asked['headers'], $asked['body'], $this->now);
        self::assertSame([self::OTHER], $this->pairing->keys());
    }

    public function testTheKeyIsNotAskedForAtEachTry(): void
    {
        $this->join();
        $before = count($this->side->asked);
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [$this->refusal(401)];
        for ($n = 0; $n < 5; $n++) {
            $this->pinger()->send(true);
            $this->now += 70;
        }
        self::assertSame($before + 1, count($this->side->asked));
        self::assertCount(5, $this->web->asked);
        $this->now += 300;
        $this->pinger()->send(true);
        self::assertSame($before + 2, count($this->side->asked));
    }

    public function testAKeyThatWasTakenBackEndsIt(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->side->answers = [Web::json(['state' => 'revoked'])];
        $this->web->answers = [$this->refusal(401)];
        self::assertSame(0, $this->pinger()->send());
        self::assertSame(['revoked', 401], [$this->pairing->state(), $this->pinger()->last()['status']]);
        self::assertSame(0, $this->pinger()->send(true));
        self::assertCount(1, $this->web->asked);
    }

    public function testTwentyAtOnceThenOneAMinute(): void
    {
        $this->join();
        for ($n = 0; $n < 20; $n++) {
            $this->pinger()->changed(self::SINCE);
            self::assertSame(0, $this->pinger()->send());
        }
        $this->pinger()->changed(self::SINCE);
        self::assertSame($this->now + 60, $this->pinger()->send());
        self::assertSame($this->now + 60, $this->pinger()->send(true), 'whoever asks');
        $this->now += 59;
        self::assertSame($this->now + 1, $this->pinger()->send());
        $this->now += 1;
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(21, $this->web->asked);
        $this->now += 86400 * 365;
        for ($n = 0; $n < 21; $n++) {
            $this->pinger()->changed(self::SINCE);
            $this->pinger()->send();
        }
        self::assertCount(41, $this->web->asked, 'a rest gives twenty, not more');
    }

    public function testAClockThatWasAheadStopsNothing(): void
    {
        $this->join();
        $this->now += 10 * 365 * 86400;
        $this->pinger()->changed(self::SINCE);
        $this->web->answers = [null];
        $this->pinger()->send();
        $this->now -= 10 * 365 * 86400;
        self::assertSame($this->now + 21600, $this->pinger()->send());
        $this->web->answers = [$this->due()];
        self::assertSame(0, $this->pinger()->send(true));
    }

    public function testAMemoryThatIsSpoiltIsNone(): void
    {
        $this->join();
        $way = '{"next": "x", "failures": -9, "left": "y", "last": 3}';
        foreach (['x', '[]', '{"since": 3, "message": []}', $way] as $value) {
            $this->memory->values['changed'] = $value;
            $this->memory->values['ping'] = $value;
            self::assertSame([0, ''], [$this->pinger()->send(), $this->pinger()->last()['said']]);
        }
        $this->pinger()->changed(self::SINCE);
        self::assertSame(0, $this->pinger()->send());
        self::assertCount(1, $this->web->asked);
    }
}
