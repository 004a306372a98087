<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Tests\Web;
use Partageons\YesWiki\Later;
use YesWiki\Partageons\Service\Parts;

require_once __DIR__ . '/NetworkCase.php';
require_once __DIR__ . '/../services/Parts.php';

/** The end of a request, as a command sees it; servers are seen on a wiki that runs. */
final class LaterTest extends NetworkCase
{
    private function later(): Later
    {
        $class = new \ReflectionClass(Parts::class);
        $parts = $class->newInstanceWithoutConstructor();
        $made = $class->getProperty('made');
        $made->setAccessible(true);
        $made->setValue($parts, [
            'pairing' => $this->pairing,
            'pinger' => $this->pinger(),
            'chores' => $this->chores(),
        ]);
        return new Later($parts, $this->due());
    }

    public function testAChangeWaitsForTheEndOfTheRequest(): void
    {
        $this->join();
        $this->due()->set(time() + 3600);
        $this->later()->changed(self::SINCE);
        self::assertLessThanOrEqual(time(), $this->due()->at());
        self::assertSame([], $this->pings->asked);
        $this->later()->afterwards();
        self::assertSame(self::SINCE, $this->pings->said()['since']);
        self::assertGreaterThan(time() + 3000, $this->due()->at());
        $this->later()->afterwards();
        self::assertCount(1, $this->pings->asked);
    }

    public function testNobodyIsToTellBeforeTheWikiIsAccepted(): void
    {
        $this->due()->set(time() + 3600);
        $this->later()->changed(self::SINCE);
        self::assertGreaterThan(time(), $this->due()->at());
        self::assertFalse($this->pinger()->waits());
    }

    public function testAnEmptiedCacheFolderLosesNothing(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        $this->later()->afterwards();
        self::assertCount(1, $this->pings->asked);
    }

    public function testTwoDoNotWorkAtOnce(): void
    {
        $this->join();
        $this->later()->changed(self::SINCE);
        $other = $this->due();
        self::assertTrue($other->take());
        $this->later()->afterwards();
        self::assertSame([], $this->pings->asked);
        $other->release();
        $this->later()->afterwards();
        self::assertCount(1, $this->pings->asked);
    }

    public function testWhatChangesMeanwhileIsToldToo(): void
    {
        $this->join();
        $told = 0;
        $this->pings->answers = [function () use (&$told) {
            if ($told++ === 0) {
                $this->later()->changed('2026-11-24T11:00:00Z');
            }
            return Web::json(['state' => 'due'], 202);
        }];
        $this->later()->changed(self::SINCE);
        $this->later()->afterwards();
        self::assertCount(2, $this->pings->asked);
        self::assertFalse($this->pinger()->waits());
    }

    public function testADeadBridgeIsNotTriedAtEachRequest(): void
    {
        $this->join();
        $this->pings->answers = [null];
        $this->later()->changed(self::SINCE);
        $this->later()->afterwards();
        self::assertCount(1, $this->pings->asked);
        self::assertGreaterThan(time() + 50, $this->due()->at());
        $this->later()->changed(self::SINCE);
        $this->later()->afterwards();
        self::assertCount(1, $this->pings->asked);
    }
}
