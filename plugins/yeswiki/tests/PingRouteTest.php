<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Lists;
use Partageons\Core\PingDoor;
use Partageons\Core\Webhook;
use Partageons\YesWiki\Chores;
use Partageons\YesWiki\PingRoute;

require_once __DIR__ . '/NetworkCase.php';

final class PingRouteTest extends NetworkCase
{
    private const BODY = '{"type":"changed"}';

    private int $soon = 0;
    private string $file;

    protected function setUp(): void
    {
        parent::setUp();
        $this->join();
        $this->file = "$this->folder/ExternalBazarServiceCache_" . str_repeat('b', 64);
        touch($this->file, time() - 5);
        $this->renewal()->remember('q=mare');
        $this->lists()->refresh('q=mare', 1.0);
    }

    private function route(bool $bridge = true): PingRoute
    {
        return new PingRoute(
            new PingDoor($this->pairing, $this->memory, fn (): int => $this->now),
            $this->external(),
            $this->memory,
            fn (): ?Lists => $bridge ? $this->lists() : null,
            function (): void {
                $this->soon++;
            }
        );
    }

    /** @return array<string, string> */
    private function signed(string $body = self::BODY, string $key = self::KEY): array
    {
        $server = ['REQUEST_METHOD' => 'POST', 'HTTP_HOST' => 'wiki.exemple.fr'];
        foreach (Webhook::sign([$key], $body, $this->now, 'msg_1') as $name => $value) {
            $server['HTTP_' . strtoupper(strtr($name, '-', '_'))] = $value;
        }
        return $server;
    }

    private function age(): int
    {
        clearstatcache();
        return time() - (int) filemtime($this->file);
    }

    public function testTheListsAreOldOnceTheBridgeSaysSo(): void
    {
        $this->now += 5;
        self::assertFalse($this->lists()->stale('q=mare'));
        $answer = $this->route()->answer($this->signed(), self::BODY);
        self::assertSame([202, '{"state":"heard"}'], [$answer->status, $answer->body]);
        self::assertSame('no-store', $answer->headers['cache-control']);
        self::assertGreaterThan(86400, $this->age());
        self::assertTrue($this->lists()->stale('q=mare'));
        self::assertGreaterThan(0, (int) $this->memory->get(Chores::EXPIRED));
        self::assertSame(1, $this->soon);
        self::assertSame('{"state":"known"}', $this->route()->answer($this->signed(), self::BODY)->body);
        self::assertSame(1, $this->soon);
    }

    public function testAWikiWithoutAddressOfABridge(): void
    {
        self::assertSame(202, $this->route(false)->answer($this->signed(), self::BODY)->status);
        self::assertGreaterThan(86400, $this->age());
    }

    public function testNobodyElseIsHeard(): void
    {
        $stranger = 'whsec_ICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
        $asked = [
            401 => [$this->signed(self::BODY, $stranger), self::BODY],
            405 => [['REQUEST_METHOD' => 'GET'] + $this->signed(), ''],
            413 => [$this->signed(), str_repeat(' ', PingRoute::BODY)],
        ];
        foreach ($asked as $status => [$server, $body]) {
            self::assertSame($status, $this->route()->answer($server, $body)->status);
        }
        $odd = ['REQUEST_METHOD' => ['POST'], 'HTTP_WEBHOOK_ID' => ['a']];
        self::assertSame(405, $this->route()->answer($odd, self::BODY)->status);
        self::assertSame(401, $this->route()->answer(['REQUEST_METHOD' => 'POST'], self::BODY)->status);
        self::assertSame(401, $this->route()->answer($this->signed(), self::BODY . ' ')->status);
        self::assertSame(0, $this->soon);
        self::assertLessThan(60, $this->age());
    }
}
