<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Pairing;
use Partageons\Core\Tests\Web;
use Partageons\YesWiki\Chores;
use Partageons\YesWiki\ExternalLists;

require_once __DIR__ . '/NetworkCase.php';

final class ChoresTest extends NetworkCase
{
    public function testAWikiThatSharesNothingHasNothingToDo(): void
    {
        self::assertSame($this->now + 3600, $this->chores(false, false)->run());
        self::assertSame([], [...$this->pings->asked, ...$this->web->asked, ...$this->side->asked]);
        self::assertFalse($this->chores(false, false)->waits());
    }

    public function testAChangeIsTold(): void
    {
        $this->join();
        $this->pinger()->changed(self::SINCE);
        self::assertTrue($this->chores()->waits());
        $this->chores()->run();
        self::assertSame(self::SINCE, $this->pings->said()['since']);
        self::assertFalse($this->chores()->waits());
    }

    public function testADeadBridgeIsTriedAgainLaterAndLater(): void
    {
        $this->join();
        $this->pings->answers = [null];
        $this->pinger()->changed(self::SINCE);
        foreach ([60, 120, 240] as $wait) {
            self::assertSame($this->now + $wait, $this->chores()->run());
            $asked = count($this->pings->asked);
            self::assertSame($this->now + $wait, $this->chores()->run(), 'not yet');
            self::assertCount($asked, $this->pings->asked);
            $this->now += $wait;
        }
        $this->pings->answers = [Web::json(['state' => 'due'], 202)];
        $this->chores()->run();
        self::assertFalse($this->chores()->waits());
    }

    public function testAReplyIsLookedFor(): void
    {
        $this->side->answers = [Web::json(['pairing' => 'b6f0'], 202), Web::json(['state' => 'asked'])];
        $this->pairing->join('https://pont.exemple.fr/', 'https://wiki.exemple.fr/?api/partageons/oai');
        self::assertSame($this->now + 60, $this->chores(false)->run());
        $this->now += 60;
        $this->side->answers = [Web::json(['state' => 'verified'])];
        self::assertSame($this->now + 60, $this->chores(false)->run());
        self::assertSame(Pairing::VERIFIED, $this->pairing->state());
        $this->now += 60;
        $this->side->answers = [$this->accepted()];
        self::assertSame($this->now + 3600, $this->chores(false)->run());
        self::assertSame(Pairing::ACCEPTED, $this->pairing->state());
    }

    public function testWhatChangedBehindTheEventsIsFoundAndTold(): void
    {
        $this->join();
        $this->site->share('MareDesNoues');
        self::assertSame($this->now + 600, $this->chores()->run());
        self::assertSame(['live' => 1, 'deleted' => 0], $this->log->totals());
        self::assertCount(1, $this->pings->asked, 'in the same run');
        $this->chores()->run();
        self::assertCount(1, $this->pings->asked, 'once');
        $this->site->hide('MareDesNoues');
        $this->now += 600;
        $this->chores()->run();
        self::assertSame(['live' => 0, 'deleted' => 1], $this->log->totals());
        self::assertCount(2, $this->pings->asked);
    }

    public function testWhatIsToBeToldIsToldFirst(): void
    {
        $this->join();
        $this->site->share('MareDesNoues');
        $this->pinger()->changed(self::SINCE);
        $this->chores()->run();
        self::assertCount(1, $this->pings->asked);
        self::assertSame([], $this->site->asked, 'the bridge comes, and compares');
    }

    public function testOldListsAreRenewed(): void
    {
        $this->renewal()->remember('q=mare');
        self::assertSame($this->now + 3600, $this->chores(false)->run());
        self::assertCount(1, $this->web->asked);
        self::assertNotNull($this->lists()->kept('q=mare'));
    }

    public function testTheCacheOfExternalListsIsMadeOldOnceMore(): void
    {
        $file = "$this->folder/ExternalBazarServiceCache_" . str_repeat('a', 64);
        touch($file);
        $this->memory->set(Chores::EXPIRED, (string) $this->now);
        self::assertSame($this->now + ExternalLists::ASKING, $this->chores(false)->run());
        clearstatcache();
        self::assertLessThan(60, time() - filemtime($file));
        $this->now += ExternalLists::ASKING;
        self::assertSame($this->now + 3600, $this->chores(false)->run());
        clearstatcache();
        self::assertGreaterThan(86400, time() - filemtime($file));
        self::assertSame('', $this->memory->get(Chores::EXPIRED));
    }

    public function testWhatFailsStopsNothingElse(): void
    {
        $this->join();
        $this->log->drop();
        $this->site->share('MareDesNoues');
        $log = ini_set('error_log', '/dev/null');
        $next = $this->chores()->run();
        ini_set('error_log', (string) $log);
        self::assertSame($this->now + 600, $next);
        $this->pinger()->changed(self::SINCE);
        $this->chores()->run();
        self::assertCount(1, $this->pings->asked);
    }

    public function testListsThatNobodyLooksAtAreThrownAway(): void
    {
        $shelf = $this->memory->shelf();
        $shelf->set('old', ['body' => 'a', 'at' => $this->now - 366 * 86400]);
        $shelf->set('new', ['body' => 'b', 'at' => $this->now]);
        $this->chores(false, false)->run();
        self::assertNull($shelf->get('old'));
        self::assertSame('b', $shelf->get('new')['body']);
        $shelf->set('old', ['body' => 'a', 'at' => 1]);
        $this->chores(false, false)->run();
        self::assertNotNull($shelf->get('old'), 'once a day');
    }
}
