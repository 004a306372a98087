<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Bridge;
use Partageons\Core\Home;
use Partageons\Core\Similar;
use Partageons\Core\Tests\Database;
use Partageons\Core\Tests\Web;
use Partageons\YesWiki\Elsewhere;
use Partageons\YesWiki\Kept;
use Partageons\YesWiki\SimilarRoute;
use PHPUnit\Framework\TestCase;

foreach (['Database', 'Web'] as $class) {
    require_once __DIR__ . "/../../core/tests/$class.php";
}

final class ElsewhereTest extends TestCase
{
    private Web $web;
    private Database $db;
    private Elsewhere $elsewhere;
    private int $now = 1790000000;

    protected function setUp(): void
    {
        $this->web = new Web();
        $record = ['id' => 'a:1', 'title' => 'Mare <b>', 'url' => 'https://a.fr/1', 'attribution' => 'CPIE'];
        $this->web->answers = [Web::json(['similar' => [['score' => 1, 'reasons' => [], 'record' => $record]]])];
        $this->db = new Database();
        $kept = new Kept($this->db, 'essai_memory');
        $kept->drop();
        $kept->create();
        $this->elsewhere = new Elsewhere(
            new Similar(new Bridge('https://pont.fr/', $this->web), new Home('https://moi.fr/?'), ''),
            $kept,
            fn (): int => $this->now
        );
    }

    public function testAnAnswerIsKeptAWhile(): void
    {
        $found = $this->elsewhere->find('Restaurer une mare', 4.0);
        self::assertSame([['Mare <b>', 'CPIE']], [[$found[0]['title'], $found[0]['from']]]);
        $this->now += 599;
        self::assertSame($found, $this->elsewhere->find('restaurer UNE mare', 4.0));
        self::assertCount(1, $this->web->asked);
        $this->now += 1;
        $this->elsewhere->find('Restaurer une mare', 4.0);
        self::assertCount(2, $this->web->asked);
    }

    public function testTheBridgeIsNotAskedTooOften(): void
    {
        for ($number = 0; $number < 100; $number++) {
            $found[] = $this->elsewhere->find("Restaurer la mare $number", 4.0);
        }
        self::assertCount(40, $this->web->asked);
        self::assertCount(60, array_filter($found, 'is_null'));
        $this->now += 60;
        self::assertNotNull($this->elsewhere->find('Restaurer la mare 99', 4.0));
        $this->now += 6000;
        $this->elsewhere->find('Une autre question', 4.0);
        self::assertCount(2, $this->db->rows('SELECT name FROM essai_memory'), 'what is old is forgotten');
    }

    public function testABridgeInTroubleIsLeftAlone(): void
    {
        $this->web->answers = [];
        self::assertNull($this->elsewhere->find('Restaurer une mare', 4.0));
        $this->now += 29;
        self::assertNull($this->elsewhere->find('Planter une haie', 4.0));
        self::assertCount(1, $this->web->asked);
        $this->now += 1;
        $this->elsewhere->find('Planter une haie', 4.0);
        self::assertCount(2, $this->web->asked);
    }

    public function testABrokenDatabaseIsSilence(): void
    {
        $this->db->broken = true;
        self::assertNull($this->elsewhere->find('Restaurer une mare', 4.0));
    }

    /** @dataProvider titles */
    public function testOnlyTheTextOfATitleIsAsked(string $written, string $title, bool $enough): void
    {
        self::assertSame([$title, $enough], [Elsewhere::title($written), Elsewhere::enough($title)]);
    }

    /** @return list<array{0: string, 1: string, 2: bool}> */
    public function titles(): array
    {
        return [
            ["  L&eacute;tang <b>des</b>\nroches ", 'Létang des roches', true],
            ['<script>x</script>', 'x', false],
            ["\xff\xfe", "\u{fffd}\u{fffd}", false],
            [str_repeat('é', 5000), str_repeat('é', 300), true],
            ['', '', false],
        ];
    }

    /** @dataProvider queries */
    public function testTheRouteAnswersWhateverIsAsked(array $query, int $asked): void
    {
        $answer = (new SimilarRoute($this->elsewhere, static fn(string $key): string => $key))->answer($query);
        self::assertSame(200, $answer->status);
        self::assertSame('no-store', $answer->headers['cache-control']);
        $told = json_decode($answer->body, true);
        self::assertSame(['said', 'seen', 'items'], array_keys($told));
        self::assertSame([$asked > 0, $asked], [$told['seen'], count($this->web->asked)]);
    }

    /** @return list<array{0: array<mixed>, 1: int}> */
    public function queries(): array
    {
        return [
            [['titre' => 'Restaurer une mare'], 1], [['titre' => 'Mare'], 0], [['titre' => ['x']], 0], [[], 0],
            [['titre' => "\xff\xff\xff\xff\xff\xff\xff\xff"], 1],
        ];
    }

    public function testWithoutABridgeTheRouteSaysNothing(): void
    {
        $answer = (new SimilarRoute(null, '_t'))->answer(['titre' => 'Restaurer une mare']);
        self::assertSame('{"said":"","seen":false,"items":[]}', $answer->body);
    }

    public function testASilentBridgeIsNotTold(): void
    {
        $this->web->answers = [];
        $answer = (new SimilarRoute($this->elsewhere, '_t'))->answer(['titre' => 'Restaurer une mare']);
        self::assertSame('{"said":"","seen":false,"items":[]}', $answer->body);
    }

    public function testHowManyThereAre(): void
    {
        $words = static fn(string $key, array $said): string => "$key {$said['number']} l&rsquo;un";
        self::assertSame('PARTAGEONS_SHOW_NOTHING 0 l’un', SimilarRoute::said([], $words));
        self::assertSame('PARTAGEONS_SHOW_ONE 1 l’un', SimilarRoute::said([[]], $words));
        self::assertSame('PARTAGEONS_SHOW_SOME 3 l’un', SimilarRoute::said([[], [], []], $words));
    }
}
