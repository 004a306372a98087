<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\Pairing;
use Partageons\Core\PingDoor;
use Partageons\Core\Webhook;
use PHPUnit\Framework\TestCase;

final class PingDoorTest extends TestCase
{
    private const KEY = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    private const OTHER = 'whsec_ICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    private const BODY = '{"type":"changed","since":"2026-11-24T10:00:00Z"}';

    private Web $web;
    private Kept $memory;
    private Pairing $pairing;
    private int $now = 1795000000;
    /** @var list<string> */
    private array $told = [];

    protected function setUp(): void
    {
        [$this->web, $this->memory] = [new Web(), new Kept()];
        $bridge = fn (string $address): Bridge => new Bridge($address, $this->web);
        $this->pairing = new Pairing($this->memory, $bridge, fn (): int => $this->now);
        $this->web->answers = [Web::json(['pairing' => 'b6', 'state' => 'asked'], 202), $this->accepted(self::KEY)];
        $this->pairing->join('https://pont.exemple.fr/', 'https://a.fr/?partageons=oai');
        $this->pairing->look();
        $this->web->asked = [];
    }

    private function accepted(string $key): Answer
    {
        $ping = 'https://pont.exemple.fr/ping/a';
        return Web::json(['state' => 'accepted', 'source' => 'a', 'ping' => $ping, 'key' => $key]);
    }

    /**
     * @param array<string, string> $headers
     * @return array{0: int, 1: mixed}
     */
    private function post(array $headers, string $body = self::BODY, string $method = 'POST'): array
    {
        $door = new PingDoor($this->pairing, $this->memory, fn (): int => $this->now);
        $answer = $door->answer($method, $headers, $body, function (string $since): void {
            $this->told[] = $since;
        });
        self::assertSame('no-store', $answer->headers['cache-control']);
        self::assertStringNotContainsString('whsec', $answer->body . implode($answer->headers));
        $said = json_decode($answer->body, true);
        self::assertSame($answer->status === 202, isset($said['state']));
        return [$answer->status, $said['state'] ?? $said['error']];
    }

    /** @return array<string, string> */
    private function signed(string $id = 'msg_1', string $body = self::BODY, string $key = self::KEY): array
    {
        return Webhook::sign([$key], $body, $this->now, $id);
    }

    public function testAPingIsHeardOnce(): void
    {
        $headers = $this->signed();
        self::assertSame([202, 'heard'], $this->post($headers));
        self::assertSame(['2026-11-24T10:00:00Z'], $this->told);
        self::assertSame([202, 'known'], $this->post($headers));
        self::assertCount(1, $this->told);
        self::assertSame([202, 'heard'], $this->post($this->signed('msg_2')));
        self::assertCount(2, $this->told);
        self::assertSame([], $this->web->asked);
    }

    public function testAMessageIsRememberedAsLongAsItsSignatureHolds(): void
    {
        $headers = Webhook::sign([self::KEY], self::BODY, $this->now + 299, 'msg_1');
        $this->post($headers);
        $this->now += 598;
        self::assertSame([202, 'known'], $this->post($headers));
        $this->now += 10;
        self::assertSame(401, $this->post($headers)[0]);
        self::assertCount(1, $this->told);
        $this->now += 1000;
        $this->post($this->signed('msg_2'));
        self::assertSame(['msg_2' => $this->now], json_decode($this->memory->values['heard'], true));
    }

    public function testANumberIsAnIdentifierToo(): void
    {
        foreach (['12', '13', '0'] as $id) {
            self::assertSame([202, 'heard'], $this->post($this->signed($id)));
            self::assertSame([202, 'known'], $this->post($this->signed($id)));
        }
    }

    public function testWhatIsRememberedHasAnEnd(): void
    {
        for ($n = 0; $n < 150; $n++) {
            $this->post($this->signed("msg_$n"));
        }
        self::assertCount(100, json_decode($this->memory->values['heard'], true));
        self::assertSame([202, 'known'], $this->post($this->signed('msg_149')));
    }

    public function testOneThatIsCutShortIsHeardWhenItComesAgain(): void
    {
        $door = new PingDoor($this->pairing, $this->memory, fn (): int => $this->now);
        try {
            $door->answer('POST', $this->signed(), self::BODY, static function (): void {
                throw new \RuntimeException('The machine stops here.');
            });
            self::fail('It was not cut short.');
        } catch (\RuntimeException $error) {
            self::assertSame([202, 'heard'], $this->post($this->signed()));
        }
    }

    public function testForgedAndOldOnesAreRefusedWithoutAskingAnybody(): void
    {
        $old = $this->signed();
        $this->now += 301;
        $short = ['webhook-signature' => 'v1,AAAA', 'webhook-id' => ''];
        foreach ([[], $old, ['webhook-id' => 'x'], $short] as $headers) {
            self::assertSame(401, $this->post($headers)[0]);
        }
        self::assertSame([], $this->web->asked);
        self::assertSame([], $this->told);
    }

    public function testAWrongKeyMakesTheBridgeAskedNowAndThen(): void
    {
        for ($n = 0; $n < 50; $n++) {
            self::assertSame(401, $this->post($this->signed("msg_$n", self::BODY, self::OTHER))[0]);
            self::assertSame(401, $this->post($this->signed('m', self::BODY), self::BODY . ' ')[0]);
        }
        self::assertCount(1, $this->web->asked);
        $this->now += 300;
        $this->post($this->signed('msg_50', self::BODY, self::OTHER));
        self::assertCount(2, $this->web->asked);
        self::assertSame([], $this->told);
        self::assertSame([202, 'heard'], $this->post($this->signed()));
    }

    public function testAKeyThatTurnedIsLearnt(): void
    {
        $this->web->answers = [$this->accepted(self::OTHER)];
        self::assertSame([202, 'heard'], $this->post($this->signed('msg_1', self::BODY, self::OTHER)));
        self::assertSame([self::OTHER], $this->pairing->keys());
        self::assertSame([202, 'heard'], $this->post(Webhook::sign([self::KEY, self::OTHER], self::BODY, $this->now)));
    }

    public function testWhileTheBridgeCannotBeAskedThePingMayComeAgain(): void
    {
        $this->web->answers = [new Answer(500, [], '')];
        $headers = $this->signed('msg_1', self::BODY, self::OTHER);
        self::assertSame(503, $this->post($headers)[0]);
        $this->now += 300;
        $this->web->answers = [$this->accepted(self::OTHER)];
        self::assertSame([202, 'heard'], $this->post($this->signed('msg_1', self::BODY, self::OTHER)));
    }

    public function testWhoHasNoBridgeHearsNobody(): void
    {
        $this->pairing->leave();
        self::assertSame(401, $this->post($this->signed())[0]);
        $this->web->answers = [Web::json(['pairing' => 'b6', 'state' => 'asked'], 202)];
        $this->pairing->join('https://pont.exemple.fr/', 'https://a.fr/?partageons=oai');
        $asked = count($this->web->asked);
        self::assertSame(401, $this->post($this->signed())[0]);
        self::assertCount($asked, $this->web->asked);
    }

    public function testAKeyThatWasTakenBackOpensNothing(): void
    {
        $this->web->answers = [Web::json(['state' => 'revoked'])];
        $this->pairing->look();
        self::assertSame(401, $this->post($this->signed())[0]);
        self::assertSame([], $this->told);
        $this->now += 300;
        $this->web->answers = [$this->accepted(self::KEY)];
        self::assertSame([202, 'heard'], $this->post($this->signed()), 'it was given back');
    }

    public function testWhatIsNoPing(): void
    {
        foreach (['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', ''] as $method) {
            self::assertSame(405, $this->post($this->signed(), self::BODY, $method)[0]);
        }
        $huge = '{"x": "' . str_repeat('x', 64 << 10) . '"}';
        self::assertSame(413, $this->post($this->signed('m', $huge), $huge)[0]);
        foreach (['x', '{', '3', '[]', "{\"type\": \"\xff\"}", str_repeat('[', 60000)] as $body) {
            self::assertSame(400, $this->post($this->signed('m', $body), $body)[0]);
        }
        self::assertSame([], $this->told);
    }

    public function testWhatIsSaidBesideIsNotBelieved(): void
    {
        $bodies = ['' => [''], '{"since": "hier"}' => [''], '{"type": "autre"}' => [], '{"type": ["changed"]}' => []];
        $bodies['{"type": "changed", "since": ["x"]}'] = [''];
        foreach ($bodies as $body => $told) {
            $this->told = [];
            self::assertSame([202, 'heard'], $this->post($this->signed('m' . md5($body), $body), $body));
            self::assertSame($told, $this->told);
        }
    }
}
