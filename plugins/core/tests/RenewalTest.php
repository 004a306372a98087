<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\Lists;
use Partageons\Core\Renewal;
use PHPUnit\Framework\TestCase;

final class RenewalTest extends TestCase
{
    private Web $web;
    private Kept $memory;
    private Shelf $cache;
    private int $now = 1795000000;

    protected function setUp(): void
    {
        [$this->web, $this->memory, $this->cache] = [new Web(), new Kept(), new Shelf()];
        $this->web->answers = [$this->good()];
    }

    private function good(): Answer
    {
        return Web::json(['version' => 1, 'title' => 'Réseau', 'items' => [], 'total' => 0]);
    }

    private function lists(): Lists
    {
        $bridge = new Bridge('https://pont.exemple.fr/', $this->web);
        return new Lists($this->cache, $bridge, fn (): int => $this->now);
    }

    private function renewal(): Renewal
    {
        return new Renewal($this->memory, fn (): int => $this->now);
    }

    public function testWhatPagesShowIsAskedForOnceItIsOld(): void
    {
        self::assertFalse($this->renewal()->due($this->lists()));
        self::assertTrue($this->renewal()->run($this->lists()));
        self::assertSame([], $this->web->asked, 'no page shows any');
        $this->renewal()->remember('q=mare');
        $this->renewal()->remember('42');
        self::assertTrue($this->renewal()->due($this->lists()));
        self::assertTrue($this->renewal()->run($this->lists()));
        self::assertCount(2, $this->web->asked);
        self::assertFalse($this->renewal()->due($this->lists()));
        self::assertTrue($this->renewal()->run($this->lists()));
        self::assertCount(2, $this->web->asked);
        $this->now += 10;
        $this->lists()->expire();
        self::assertTrue($this->renewal()->due($this->lists()));
        self::assertTrue($this->renewal()->run($this->lists()));
        self::assertCount(4, $this->web->asked);
    }

    public function testItIsWrittenOnceADayAndForgottenAfterASeason(): void
    {
        $this->renewal()->remember('q=mare');
        $this->memory->values['lists'] = str_replace('{', '{ ', $this->memory->values['lists']);
        $this->renewal()->remember('q=mare');
        self::assertStringStartsWith('{ ', $this->memory->values['lists'], 'not written again');
        $this->now += 91 * 86400;
        self::assertTrue($this->renewal()->run($this->lists()));
        self::assertSame([], $this->web->asked);
        $this->renewal()->remember('q=haie');
        self::assertSame(['q=haie'], array_keys(json_decode($this->memory->values['lists'], true)));
    }

    public function testOnlySoManyAreRemembered(): void
    {
        for ($n = 0; $n < 80; $n++) {
            $this->renewal()->remember("q=$n");
        }
        self::assertCount(50, json_decode($this->memory->values['lists'], true));
        self::assertStringContainsString('q=79', $this->memory->values['lists']);
    }

    public function testABrokenNoteIsNone(): void
    {
        foreach (['{', '[]', '"a"', '{"q=a": 5, "q=b": null}'] as $broken) {
            $this->memory->values['lists'] = $broken;
            self::assertTrue($this->renewal()->run($this->lists()));
        }
        self::assertSame([], $this->web->asked);
    }

    public function testAQuickRefusalStopsNothing(): void
    {
        $this->renewal()->remember('q=mare');
        $this->renewal()->remember('q=haie');
        $this->web->answers = [Web::json(['error' => ['message' => 'Non.']], 400), $this->good()];
        self::assertTrue($this->renewal()->run($this->lists()));
        self::assertCount(2, $this->web->asked);
    }
}
