<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\Opinion;
use Partageons\Core\Pairing;
use Partageons\Core\Pinger;
use PHPUnit\Framework\TestCase;

final class OpinionTest extends TestCase
{
    private const ADDRESS = 'https://pont.exemple.fr/';
    private const KEY = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    private const NOW = 1795000000;

    private Web $web;
    private Kept $memory;
    private Pairing $pairing;
    private int $pauses = 0;

    protected function setUp(): void
    {
        $this->web = new Web();
        $bridge = fn (string $address): Bridge => new Bridge($address, $this->web);
        $this->pairing = new Pairing($this->memory = new Kept(), $bridge, static fn (): int => self::NOW);
    }

    /** @return array{code: string, said: string, live: int}|null */
    private function ask(): ?array
    {
        $clock = static fn (): int => self::NOW;
        $pinger = new Pinger($this->memory, $this->web, $this->pairing, $clock);
        $pause = function (): void {
            $this->pauses++;
        };
        return (new Opinion($this->pairing, $pinger, $this->web, $clock, $pause))->ask();
    }

    /** @param list<Answer|null> $then */
    private function joined(array $then, string $state = 'accepted'): void
    {
        $told = ['state' => $state, 'source' => 'a', 'ping' => self::ADDRESS . 'ping/a', 'key' => self::KEY];
        $this->web->answers = [Web::json(['pairing' => 'b6f0', 'state' => 'asked'], 202), Web::json($told)];
        $this->pairing->join(self::ADDRESS, 'https://a.fr/?partageons=oai');
        $this->pairing->look();
        $this->web->answers = $then;
    }

    /** @param array<string, mixed> $source */
    private function sources(array $source): Answer
    {
        return Web::json(['sources' => [['id' => 'b'], 'x', ['id' => 'a'] + $source]]);
    }

    private function heard(): Answer
    {
        return Web::json(['state' => 'noted'], 202);
    }

    public function testNothingIsAskedOutsideANetwork(): void
    {
        self::assertNull($this->ask());
        self::assertSame([], $this->web->asked);
    }

    public function testARequestWaits(): void
    {
        $this->joined([Web::json(['state' => 'verified'])], 'verified');
        self::assertSame(Opinion::WAITING, $this->ask()['code']);
    }

    public function testARequestIsAnsweredInWords(): void
    {
        $this->joined([Web::json(['state' => 'refused', 'message' => 'Hors sujet.'])], 'verified');
        self::assertSame(['code' => Opinion::SAID, 'said' => 'Hors sujet.', 'live' => 0], $this->ask());
    }

    public function testItDoesNotHear(): void
    {
        $this->joined([null]);
        self::assertSame(
            ['code' => Opinion::UNHEARD, 'said' => 'Le pont ne répond pas.', 'live' => 0],
            $this->ask()
        );
    }

    public function testItCameAndShows(): void
    {
        $at = gmdate('Y-m-d\TH:i:s\Z', self::NOW + 2);
        $came = $this->sources(['last_visit' => $at, 'last_success' => $at, 'live' => 12]);
        $this->joined([$this->heard(), $this->sources(['last_visit' => 'hier']), $came]);
        self::assertSame(['code' => Opinion::SHOWN, 'said' => '', 'live' => 12], $this->ask());
        self::assertSame(2, $this->pauses);
    }

    public function testItCameAndCouldNotRead(): void
    {
        $at = gmdate('Y-m-d\TH:i:s\Z', self::NOW + 2);
        $failed = ['last_visit' => $at, 'last_success' => '2026-01-01T00:00:00Z'];
        $this->joined([$this->heard(), $this->sources($failed)]);
        self::assertSame(Opinion::UNREAD, $this->ask()['code']);
    }

    public function testItIsAboutToCome(): void
    {
        $this->joined([$this->heard(), new Answer(200, [], '<html>')]);
        self::assertSame(Opinion::COMING, $this->ask()['code']);
        self::assertSame(4, $this->pauses);
        $this->joined([$this->heard(), null]);
        self::assertSame(Opinion::COMING, $this->ask()['code']);
    }
}
