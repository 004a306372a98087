<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\Due;

require_once __DIR__ . '/NetworkCase.php';

final class DueTest extends NetworkCase
{
    public function testNobodyKnowsAtFirst(): void
    {
        self::assertSame(0, $this->due()->at());
    }

    public function testTheEarliestOfTwoHolds(): void
    {
        $this->due()->soon(2000);
        self::assertSame(2000, $this->due()->at());
        $this->due()->soon(3000);
        self::assertSame(2000, $this->due()->at());
        $this->due()->soon(1000);
        self::assertSame(1000, $this->due()->at());
        $this->due()->set(4000);
        self::assertSame(4000, $this->due()->at());
        self::assertSame('', file_get_contents("$this->folder/partageons-due"));
    }

    public function testAFolderThatCannotBeWritten(): void
    {
        $gone = new Due("$this->folder/nowhere");
        self::assertSame(PHP_INT_MAX, $gone->at());
        $gone->soon(1000);
        $gone->set(1000);
        self::assertSame(PHP_INT_MAX, $gone->at());
        self::assertTrue($gone->take(), 'no lock there');
        $gone->release();
    }

    public function testOneLookIsEnough(): void
    {
        self::assertTrue(Due::passed($this->folder), 'nobody knows');
        $this->due()->set(time() + 60);
        clearstatcache();
        self::assertFalse(Due::passed($this->folder));
        $this->due()->set(time());
        clearstatcache();
        self::assertTrue(Due::passed($this->folder));
        self::assertFalse(Due::passed("$this->folder/nowhere"));
    }

    public function testOneAtATime(): void
    {
        [$first, $second] = [$this->due(), $this->due()];
        self::assertTrue($first->take());
        self::assertFalse($second->take());
        $second->release();
        self::assertFalse($second->take());
        $first->release();
        self::assertTrue($second->take());
        $second->release();
    }

    public function testNobodyKnocksInVainAtEachRequest(): void
    {
        self::assertTrue($this->due()->knock());
        self::assertFalse($this->due()->knock());
        $this->due()->opened();
        self::assertTrue($this->due()->knock());
        touch("$this->folder/partageons-knock", time() - 61);
        self::assertTrue($this->due()->knock());
        $this->due()->opened();
        $this->due()->opened();
        self::assertFalse((new Due("$this->folder/nowhere"))->knock());
    }
}
