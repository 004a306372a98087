<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\ChangeLog;
use Partageons\Core\Reconciler;
use Partageons\Core\Unavailable;
use PHPUnit\Framework\TestCase;

final class ReconcilerTest extends TestCase
{
    private Database $db;
    private FakeSite $site;
    private ChangeLog $log;
    private Kept $memory;
    private int $now = 1767225600;

    protected function setUp(): void
    {
        $this->db = new Database();
        $this->site = new FakeSite();
        $this->memory = new Kept();
        $this->log = new ChangeLog($this->db, 'log', fn (): int => $this->now);
        $this->log->create();
    }

    private function reconciler(): Reconciler
    {
        return new Reconciler($this->site, $this->log, $this->memory, fn (): int => $this->now);
    }

    private function share(int $count): void
    {
        for ($i = 0; $i < $count; $i++) {
            $this->site->share((string) $i);
        }
    }

    public function testTheFirstPassFillsTheLog(): void
    {
        $this->share(1234);
        self::assertTrue($this->reconciler()->due(86400));
        self::assertTrue($this->reconciler()->step(10));
        self::assertSame(['live' => 1234, 'deleted' => 0], $this->log->totals());
        self::assertTrue($this->reconciler()->changed());
        self::assertFalse($this->reconciler()->due(86400));
        self::assertTrue($this->reconciler()->step(10));
        self::assertFalse($this->reconciler()->changed());
    }

    public function testAnEmptySiteIsDoneAtOnce(): void
    {
        self::assertFalse($this->reconciler()->changed());
        $this->reconciler()->step(0);
        self::assertTrue($this->reconciler()->step(0));
        self::assertFalse($this->reconciler()->changed());
    }

    public function testAPassIsResumedByWhoeverComes(): void
    {
        $this->share(1200);
        $steps = 1;
        while (!$this->reconciler()->step(0)) {
            self::assertTrue($this->reconciler()->due(PHP_INT_MAX), 'One is under way.');
            $steps++;
        }
        self::assertSame(6, $steps, 'Three batches of the site, three of the log.');
        self::assertSame(['live' => 1200, 'deleted' => 0], $this->log->totals());
    }

    public function testWhatChangedBehindTheHooksIsFound(): void
    {
        $this->share(1200);
        $this->reconciler()->step(10);
        $this->now += 86400;
        self::assertTrue($this->reconciler()->due(86400));
        $this->site->hide('7');
        $this->site->share('8', 'Changée');
        $this->site->share('x');
        self::assertTrue($this->reconciler()->step(10));
        self::assertTrue($this->reconciler()->changed());
        self::assertSame(['live' => 1200, 'deleted' => 1], $this->log->totals());
        $changed = $this->log->list('2026-01-02T00:00:00Z', '', '', null, 10);
        self::assertSame(['7', '8', 'x'], array_column($changed, 'id'));
    }

    public function testADatabaseThatGoesAwayIsGoneOnWithLater(): void
    {
        $this->share(1200);
        $this->reconciler()->step(0);
        $this->db->broken = true;
        try {
            $this->reconciler()->step(10);
            self::fail('The database is broken.');
        } catch (Unavailable $expected) {
            $this->db->broken = false;
        }
        $this->site->asked = [];
        self::assertTrue($this->reconciler()->step(10));
        self::assertNotContains('ids ', $this->site->asked, 'Not from the beginning.');
        self::assertSame(1200, $this->log->totals()['live']);
    }

    public function testNewSettingsBeginItAnew(): void
    {
        $this->share(600);
        $this->reconciler()->step(10);
        $this->reconciler()->restart();
        self::assertTrue($this->reconciler()->due(PHP_INT_MAX));
        $this->site->shared = array_slice($this->site->shared, 0, 100, true);
        self::assertTrue($this->reconciler()->step(10));
        self::assertSame(['live' => 100, 'deleted' => 500], $this->log->totals());
    }

    public function testAClockSetBackDoesNotPutItOffForEver(): void
    {
        $this->reconciler()->step(10);
        $this->now -= 999999;
        self::assertTrue($this->reconciler()->due(86400));
    }

    /** @dataProvider garbage */
    public function testAMemoryThatIsGarbageBeginsAnew(string $kept): void
    {
        $this->share(3);
        $this->memory->set('reconcile', $kept);
        self::assertTrue($this->reconciler()->due(10));
        self::assertTrue($this->reconciler()->step(10));
        self::assertSame(3, $this->log->totals()['live']);
    }

    public function garbage(): array
    {
        return [['{'], ['null'], ['[]'], ['{"phase":"x","after":7}']];
    }
}
