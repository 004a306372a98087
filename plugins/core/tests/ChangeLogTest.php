<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\ChangeLog;
use Partageons\Core\Entry;
use Partageons\Core\Unavailable;
use PHPUnit\Framework\TestCase;

final class ChangeLogTest extends TestCase
{
    private const START = 1767225600; // 2026-01-01T00:00:00Z

    private Database $db;
    private FakeSite $site;
    private ChangeLog $log;
    private int $now = self::START;

    protected function setUp(): void
    {
        $this->db = new Database();
        $this->site = new FakeSite();
        $this->log = new ChangeLog($this->db, 'log', fn (): int => $this->now);
        $this->log->create();
    }

    /** @return list<string> */
    private function note(string ...$ids): array
    {
        return $this->log->note($ids, $this->site->states($ids));
    }

    private function row(string $id): string
    {
        $entry = $this->log->get($id);
        return $entry === null ? '' : ($entry->deleted ? 'deleted' : 'live') . " $entry->changed";
    }

    /** @return list<string> */
    private function listed(string $set, ?array $after = null, int $limit = 100): array
    {
        $entries = $this->log->list('', '', $set, $after, $limit);
        return array_map(static fn (Entry $one): string => ($one->deleted ? '-' : '') . $one->id, $entries);
    }

    public function testTheTableIsMadeOnceAndDropped(): void
    {
        $this->site->share('1');
        $this->note('1');
        $this->log->create();
        self::assertSame('live 2026-01-01T00:00:00Z', $this->row('1'));
        $this->log->drop();
        $this->log->drop();
        $this->expectException(Unavailable::class);
        $this->log->get('1');
    }

    public function testANameOfTableIsNoSql(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        new ChangeLog($this->db, 'a`; DROP TABLE b');
    }

    public function testTheLifeOfAResource(): void
    {
        self::assertSame([], $this->note('1'), 'A draft leaves no row.');
        self::assertSame('', $this->row('1'));
        $record = $this->site->share('1');
        self::assertSame(['1'], $this->note('1'), 'Published.');
        self::assertSame('live 2026-01-01T00:00:00Z', $this->row('1'));
        $this->now += 60;
        self::assertSame([], $this->note('1'), 'Saved as it was.');
        self::assertSame('live 2026-01-01T00:00:00Z', $this->row('1'));
        $record->keywords = ['mare'];
        self::assertSame(['1'], $this->note('1'), 'Edited.');
        self::assertSame('live 2026-01-01T00:01:00Z', $this->row('1'));
        $this->now += 60;
        $this->site->hide('1');
        self::assertSame(['1'], $this->note('1'), 'A password was set.');
        self::assertSame('deleted 2026-01-01T00:02:00Z', $this->row('1'));
        $this->now += 60;
        self::assertSame([], $this->note('1'), 'Deleted for good: the row stays.');
        self::assertSame('deleted 2026-01-01T00:02:00Z', $this->row('1'));
        $this->site->share('1');
        self::assertSame(['1'], $this->note('1'), 'Restored.');
        self::assertSame('live 2026-01-01T00:03:00Z', $this->row('1'));
        self::assertSame(['live' => 1, 'deleted' => 0], $this->log->totals());
    }

    public function testWhatWasRestoredAsItWasIsBack(): void
    {
        $record = $this->site->share('1');
        $this->note('1');
        $this->site->hide('1');
        $this->note('1');
        $this->site->shared['1'] = $record;
        self::assertSame(['1'], $this->note('1'));
        self::assertSame([], $this->note('1'));
    }

    public function testDatestampsNeverGoBackwards(): void
    {
        $this->site->share('1');
        $this->note('1');
        $this->now -= 3600;
        $this->site->share('2');
        $this->note('2');
        self::assertSame('live 2026-01-01T00:00:00Z', $this->row('2'));
        self::assertSame(['1', '2'], $this->listed(''));
        $this->now += 3605;
        $this->site->share('3');
        $this->note('3');
        self::assertSame('2026-01-01T00:00:05Z', $this->log->latest());
        self::assertSame('2026-01-01T00:00:00Z', $this->log->earliest());
    }

    public function testAnEmptyLogHasNoBounds(): void
    {
        self::assertSame(['', ''], [$this->log->earliest(), $this->log->latest()]);
        self::assertSame([[], [], 0], [$this->log->live('', 5), $this->listed(''), $this->log->count('', '', '')]);
        self::assertSame(['live' => 0, 'deleted' => 0], $this->log->totals());
        self::assertSame([], $this->log->note([], []));
    }

    public function testTheSetThatSomethingLeftIsTold(): void
    {
        $this->site->share('1');
        $this->note('1');
        foreach (['page', 'outil', 'page', 'fiche', 'page'] as $kind) {
            $this->site->kinds['1'] = $kind;
            self::assertSame(['1'], $this->note('1'));
        }
        self::assertSame([['-1'], ['1'], ['-1']], array_map([$this, 'listed'], ['fiche', 'page', 'outil']));
        self::assertSame([['1'], []], [$this->listed(''), $this->listed('pag')]);
        self::assertSame(1, $this->log->count('', '', 'outil'));
        $this->site->hide('1');
        $this->note('1');
        self::assertSame(['-1'], $this->listed('page'), 'A tombstone stays in its set.');
    }

    public function testADatabaseMayWriteInstantsItsOwnWay(): void
    {
        $this->db->rewriting = true;
        $this->testPagesFollowDatestampsThenIds();
        self::assertSame('2026-01-01T00:00:00Z', $this->log->earliest());
        self::assertSame('2026-01-01T00:00:01Z', $this->log->latest());
        self::assertSame('live 2026-01-01T00:00:01Z', $this->row('b'));
        $this->now -= 3600;
        $this->site->share('d');
        $this->note('d');
        self::assertSame('live 2026-01-01T00:00:01Z', $this->row('d'));
    }

    public function testManySetsDoNotOverflow(): void
    {
        $this->site->share('1');
        for ($i = 10; $i < 40; $i++) {
            $this->site->kinds['1'] = "un-ensemble-au-nom-assez-long-$i";
            $this->note('1');
        }
        self::assertSame(['-1'], $this->listed('un-ensemble-au-nom-assez-long-38'));
        self::assertSame([], $this->listed('un-ensemble-au-nom-assez-long-10'));
    }

    public function testPagesFollowDatestampsThenIds(): void
    {
        foreach (['c', 'a', 'b'] as $id) {
            $this->site->share($id);
        }
        $this->note('c', 'a');
        $this->now++;
        $this->note('b');
        self::assertSame(['a', 'c', 'b'], $this->listed(''));
        self::assertSame(['c'], $this->listed('', ['2026-01-01T00:00:00Z', 'a'], 1));
        self::assertSame(['b'], $this->listed('', ['2026-01-01T00:00:00Z', 'c']));
        self::assertSame([], $this->listed('', ['2026-01-01T00:00:01Z', 'b']));
        $until = $this->log->list('2026-01-01T00:00:00Z', '2026-01-01T00:00:00Z', '', null, 9);
        self::assertCount(2, $until, 'Both bounds are included.');
        self::assertSame(1, $this->log->count('2026-01-01T00:00:01Z', '2026-01-01T00:00:01Z', ''));
        self::assertSame(['a', 'b', 'c'], $this->log->live('', 3));
        self::assertSame(['b'], $this->log->live('a', 1));
    }

    public function testNumbersArePlainIds(): void
    {
        foreach (['9', '10', '010', 'A', 'a'] as $id) {
            $this->site->share($id);
        }
        self::assertSame(['9', '10', '010', 'A', 'a', '9'][0], $this->note('9', '10', '010', 'A', 'a', '9')[0]);
        self::assertSame(['010', '10', '9', 'A', 'a'], $this->log->live('', 9));
    }

    public function testManyAreWrittenTogether(): void
    {
        for ($i = 0; $i < 1000; $i++) {
            $this->site->share((string) $i);
        }
        $ids = $this->site->ids('', 1000);
        $this->db->asked = [];
        self::assertCount(1000, $this->note(...$ids));
        self::assertLessThan(30, count($this->db->asked));
        $this->db->asked = [];
        self::assertSame([], $this->note(...$ids));
        self::assertCount(2, $this->db->asked);
    }
}
