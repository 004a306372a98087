<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\Lists;
use PHPUnit\Framework\TestCase;

final class ListsTest extends TestCase
{
    private const QUERY = 'q=mare&limite=10';

    private Web $web;
    private Shelf $cache;
    private Lists $lists;
    private int $now = 1795000000;

    protected function setUp(): void
    {
        [$this->web, $this->cache] = [new Web(), new Shelf()];
        $this->lists = $this->of('https://pont.exemple.fr/');
    }

    private function of(string $address): Lists
    {
        return new Lists($this->cache, new Bridge($address, $this->web), fn (): int => $this->now);
    }

    private function good(string $title = 'Mare'): Answer
    {
        $item = ['id' => 'a:1', 'url' => 'https://a.fr/1', 'title' => $title];
        return Web::json(['version' => 1, 'title' => 'Réseau', 'items' => [$item], 'total' => 1]);
    }

    public function testAListIsAskedForOnceAnHour(): void
    {
        self::assertSame([null, true], [$this->lists->kept(self::QUERY), $this->lists->stale(self::QUERY)]);
        self::assertSame([], $this->web->asked, 'nothing waits');
        $this->web->answers = [$this->good()];
        self::assertTrue($this->lists->refresh(self::QUERY, 4.0));
        self::assertSame(4.0, $this->web->asked[0]['timeout']);
        $kept = $this->lists->kept(self::QUERY);
        self::assertSame(['Mare', $this->now], [$kept['items'][0]['title'], $kept['fetched']]);
        foreach ([0 => false, 3599 => false, 3600 => true] as $age => $stale) {
            $this->now = 1795000000 + $age;
            self::assertSame($stale, $this->lists->stale(self::QUERY));
        }
        self::assertNotNull($this->lists->kept(self::QUERY), 'the last good list stays');
        self::assertNull($this->lists->kept('q=haie'));
        self::assertNull($this->of('https://autre.fr/')->kept(self::QUERY));
    }

    /** @return list<array{0: Answer|null}> */
    public function faults(): array
    {
        return [
            [null],
            [new Answer(500, [], '')],
            [new Answer(200, [], '<html>')],
            [Web::json(['version' => 2, 'items' => []])],
            [Web::json(['items' => 'x', 'version' => 1])],
        ];
    }

    /** @dataProvider faults */
    public function testTheLastGoodListStaysWhileTheBridgeFails(?Answer $answer): void
    {
        $this->web->answers = [$this->good()];
        $this->lists->refresh(self::QUERY, 4.0);
        self::assertSame('', $this->lists->trouble(self::QUERY));
        $this->now += 4000;
        $this->web->answers = [$answer];
        self::assertFalse($this->lists->refresh(self::QUERY, 4.0));
        self::assertSame('Mare', $this->lists->kept(self::QUERY)['items'][0]['title']);
        self::assertMatchesRegularExpression('/\A\S.*\.\z/u', $this->lists->trouble(self::QUERY));
        self::assertFalse($this->lists->stale(self::QUERY), 'not just after a failure');
        $this->now += 59;
        self::assertFalse($this->lists->stale(self::QUERY));
        $this->now += 1;
        self::assertTrue($this->lists->stale(self::QUERY));
        $this->web->answers = [$this->good('Autre')];
        self::assertTrue($this->lists->refresh(self::QUERY, 4.0));
        self::assertSame('Autre', $this->lists->kept(self::QUERY)['items'][0]['title']);
        self::assertSame('', $this->lists->trouble(self::QUERY));
    }

    public function testAListThatNeverCameIsNotAskedForAtEachPage(): void
    {
        self::assertFalse($this->lists->refresh(self::QUERY, 4.0));
        self::assertSame([null, false], [$this->lists->kept(self::QUERY), $this->lists->stale(self::QUERY)]);
        self::assertTrue($this->lists->stale('q=haie'), 'each list has its own');
    }

    public function testOthersDoNotAskWhileOneIsBeingFetchedNorIfThatOneIsKilled(): void
    {
        $this->web->answers = [function (): Answer {
            self::assertFalse($this->lists->stale(self::QUERY));
            throw new \RuntimeException('The machine stops here.');
        }];
        try {
            $this->lists->refresh(self::QUERY, 4.0);
        } catch (\RuntimeException $error) {
            self::assertFalse($this->lists->stale(self::QUERY));
        }
        $this->now += 60;
        self::assertTrue($this->lists->stale(self::QUERY));
    }

    public function testAPingMakesAllOfThemStale(): void
    {
        $this->web->answers = [$this->good()];
        foreach ([self::QUERY, 'q=haie'] as $query) {
            $this->lists->refresh($query, 4.0);
        }
        $this->now += 10;
        $this->lists->expire();
        foreach ([self::QUERY, 'q=haie'] as $query) {
            self::assertTrue($this->lists->stale($query));
            self::assertNotNull($this->lists->kept($query));
        }
        $this->now += 1;
        $this->lists->refresh(self::QUERY, 4.0);
        self::assertFalse($this->lists->stale(self::QUERY));
        self::assertTrue($this->lists->stale('q=haie'));
    }

    public function testAPingDuringTheFetchIsNotLost(): void
    {
        $this->web->answers = [function (): Answer {
            $this->lists->expire();
            return $this->good();
        }];
        self::assertTrue($this->lists->refresh(self::QUERY, 4.0));
        self::assertTrue($this->lists->stale(self::QUERY));
    }

    public function testACacheThatLosesOrSpoilsIsSurvived(): void
    {
        $this->web->answers = [$this->good()];
        $this->lists->refresh(self::QUERY, 4.0);
        foreach (['', 'x', '{"items": 3}', "\xff"] as $body) {
            foreach (array_keys($this->cache->kept) as $key) {
                $this->cache->kept[$key]['body'] = $body;
            }
            self::assertNull($this->lists->kept(self::QUERY));
            self::assertTrue($this->lists->stale(self::QUERY));
        }
        $this->cache->kept = [];
        self::assertSame([null, true, ''], [$this->lists->kept(self::QUERY), $this->lists->stale(self::QUERY),
            $this->lists->trouble(self::QUERY)]);
    }

    public function testAClockThatWasAheadStopsNothing(): void
    {
        $this->web->answers = [$this->good()];
        $this->now += 86400 * 365;
        $this->lists->refresh(self::QUERY, 4.0);
        $this->now -= 86400 * 365;
        self::assertTrue($this->lists->stale(self::QUERY));
    }
}
