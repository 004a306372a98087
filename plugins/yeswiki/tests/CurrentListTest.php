<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Bridge;
use Partageons\Core\Lists;
use Partageons\Core\Renewal;
use Partageons\Core\Tests\Database;
use Partageons\Core\Tests\Web;
use Partageons\YesWiki\CurrentList;
use Partageons\YesWiki\Kept;
use PHPUnit\Framework\TestCase;

foreach (['Database', 'Web'] as $class) {
    require_once __DIR__ . "/../../core/tests/$class.php";
}

final class CurrentListTest extends TestCase
{
    private const QUERY = 'q=mare&limite=40';

    private Web $web;
    private Lists $lists;
    private Renewal $renewal;
    private CurrentList $current;
    private int $now = 1790000000;
    private int $soon = 0;

    protected function setUp(): void
    {
        $this->web = new Web();
        $item = ['id' => 'a:1', 'title' => 'Mare', 'url' => 'https://a.fr/1'];
        $this->web->answers = [Web::json(['version' => 1, 'title' => 'Réseau', 'items' => [$item]])];
        $kept = new Kept(new Database(), 'essai_memory');
        $kept->drop();
        $kept->create();
        $clock = fn (): int => $this->now;
        $this->lists = new Lists($kept->shelf(), new Bridge('https://pont.fr/', $this->web), $clock);
        $this->renewal = new Renewal($kept, $clock);
        $this->current = new CurrentList($this->lists, $this->renewal, function (): void {
            $this->soon++;
        });
    }

    public function testAVisitorNeverWaits(): void
    {
        self::assertNull($this->current->get(self::QUERY));
        self::assertSame([0, 1], [count($this->web->asked), $this->soon]);
        self::assertTrue($this->renewal->due($this->lists));
        $this->renewal->run($this->lists);
        self::assertSame('Mare', $this->current->get(self::QUERY)['items'][0]['title']);
        self::assertSame(1, $this->soon, 'nothing to do for a fresh list');
    }

    public function testAnOldListIsShownWhileItIsAskedForAgain(): void
    {
        $this->lists->refresh(self::QUERY, 1.0);
        $this->now += Lists::FRESH;
        $this->web->answers = [];
        self::assertSame('Mare', $this->current->get(self::QUERY, 4.0)['items'][0]['title']);
        self::assertSame([1, 1], [count($this->web->asked), $this->soon]);
        $this->renewal->run($this->lists);
        self::assertNotNull($this->current->get(self::QUERY));
        self::assertNotSame('', $this->current->trouble(self::QUERY));
    }

    public function testWhoeverEditsWaitsForAListThatWasNeverReceived(): void
    {
        self::assertSame('Mare', $this->current->get(self::QUERY, 4.0)['items'][0]['title']);
        self::assertSame([4.0, 0], [$this->web->asked[0]['timeout'], $this->soon]);
    }
}
