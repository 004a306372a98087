<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\ChangeLog;
use Partageons\Core\Reconciler;
use Partageons\Core\Tests\Database;
use Partageons\Core\Tests\FakeSite;
use Partageons\Core\Tests\Kept;
use Partageons\YesWiki\Comparison;
use PHPUnit\Framework\TestCase;

foreach (['Database', 'FakeSite', 'Kept'] as $class) {
    require_once __DIR__ . "/../../core/tests/$class.php";
}

final class ComparisonTest extends TestCase
{
    private FakeSite $site;
    private ChangeLog $log;
    private Kept $memory;
    private string $glance = 'a';
    private string $signature = 'A';
    private int $read = 0;
    private int $now = 1790000000;

    protected function setUp(): void
    {
        $this->site = new FakeSite();
        $this->memory = new Kept();
        $this->log = new ChangeLog(new Database(), 'log', fn (): int => $this->now);
        $this->log->create();
    }

    private function comparison(): Comparison
    {
        $clock = fn (): int => $this->now;
        return new Comparison(
            new Reconciler($this->site, $this->log, $this->memory, $clock),
            $this->memory,
            fn (): string => $this->glance,
            function (): string {
                $this->read++;
                return $this->signature;
            },
            3600
        );
    }

    public function testTheFirstOneFillsTheLog(): void
    {
        $this->site->share('a');
        $comparison = $this->comparison();
        self::assertTrue($comparison->step(2.0));
        self::assertTrue($comparison->found());
        self::assertSame(['live' => 1, 'deleted' => 0], $this->log->totals());
    }

    public function testAWikiThatDoesNotChangeIsGlancedAt(): void
    {
        $this->comparison()->step(2.0);
        $this->read = 0;
        $this->site->share('a');
        self::assertTrue($this->comparison()->step(2.0));
        self::assertSame(0, $this->read);
        self::assertSame(0, $this->log->totals()['live']);
    }

    public function testAnotherPageIsNoReasonToCompare(): void
    {
        $this->comparison()->step(2.0);
        $this->site->share('a');
        $this->glance = 'b';
        self::assertTrue($this->comparison()->step(2.0));
        self::assertSame(0, $this->log->totals()['live']);
        $this->read = 0;
        $this->comparison()->step(2.0);
        self::assertSame(0, $this->read, 'its glance is known now');
    }

    public function testAChangeIsSeenAtOnce(): void
    {
        $this->comparison()->step(2.0);
        $this->site->share('a');
        [$this->glance, $this->signature] = ['b', 'B'];
        $comparison = $this->comparison();
        self::assertTrue($comparison->step(2.0));
        self::assertTrue($comparison->found());
        $this->site->hide('a');
        [$this->glance, $this->signature] = ['c', 'C'];
        $this->comparison()->step(2.0);
        self::assertSame(['live' => 0, 'deleted' => 1], $this->log->totals());
    }

    public function testWhatNothingHintsAtIsSeenInAnHour(): void
    {
        $this->comparison()->step(2.0);
        $this->site->share('a');
        $this->now += 3600;
        $this->comparison()->step(2.0);
        self::assertSame(1, $this->log->totals()['live']);
    }

    public function testWhatChangesDuringALongOneMakesAnother(): void
    {
        foreach (range(1, 1200) as $number) {
            $this->site->share("n$number");
        }
        self::assertFalse($this->comparison()->step(0.0), 'one batch');
        [$this->glance, $this->signature] = ['b', 'B'];
        for ($steps = 0; !$this->comparison()->step(0.0); $steps++) {
            self::assertLessThan(20, $steps);
        }
        self::assertSame(1200, $this->log->totals()['live']);
        $this->read = 0;
        $this->comparison()->step(2.0);
        self::assertSame(1, $this->read);
    }
}
