<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Tests\Database;
use Partageons\Core\Unavailable;
use Partageons\YesWiki\Kept;
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/../../core/tests/Database.php';

final class KeptTest extends TestCase
{
    private Database $db;
    private Kept $kept;

    protected function setUp(): void
    {
        $this->db = new Database();
        $this->kept = new Kept($this->db, 'essai_partageons_memory');
        $this->kept->drop();
        $this->kept->create();
    }

    protected function tearDown(): void
    {
        $this->kept->drop();
    }

    public function testItsTableMayBeMadeAgain(): void
    {
        $this->kept->set('pairing', 'une valeur');
        $this->kept->create();
        self::assertSame('une valeur', $this->kept->get('pairing'));
    }

    public function testAValueOutlivesTheObject(): void
    {
        $value = "L’été, « 100 % » des mares 🐸 \\ ' \" \0 ; DROP TABLE x -- ?";
        $this->kept->set('pairing', $value);
        self::assertSame($value, (new Kept($this->db, 'essai_partageons_memory'))->get('pairing'));
        $this->kept->set('pairing', 'autre');
        self::assertSame('autre', $this->kept->get('pairing'));
        self::assertSame('', $this->kept->get('Pairing'));
    }

    public function testAnEmptyValueIsForgotten(): void
    {
        $this->kept->set('pairing', 'une valeur');
        $this->kept->set('pairing', '');
        self::assertSame('', $this->kept->get('pairing'));
        self::assertNull($this->kept->dated('pairing'));
        self::assertSame([], $this->db->rows('SELECT * FROM essai_partageons_memory'));
    }

    public function testALongListIsKeptWhole(): void
    {
        $shelf = $this->kept->shelf();
        $list = ['body' => str_repeat('é', 1 << 20), 'at' => 1790000000];
        $shelf->set('list_' . str_repeat('a', 32), $list);
        self::assertSame($list, $shelf->get('list_' . str_repeat('a', 32)));
        self::assertNull($shelf->get('list_autre'));
    }

    public function testWhatIsTriedMayHaveNothingToSay(): void
    {
        $shelf = $this->kept->shelf();
        $shelf->set('tried_a', ['body' => '', 'at' => 0]);
        self::assertSame(['body' => '', 'at' => 0], $shelf->get('tried_a'));
    }

    public function testAListIsNotASmallValue(): void
    {
        $this->kept->set('pairing', 'secret');
        $shelf = $this->kept->shelf();
        self::assertNull($shelf->get('pairing'));
        $shelf->set('pairing', ['body' => 'liste', 'at' => 1]);
        $shelf->set("n'importe ? quoi %_" . str_repeat('é', 200), ['body' => 'autre', 'at' => 1]);
        self::assertSame('secret', $this->kept->get('pairing'));
        self::assertSame('autre', $shelf->get("n'importe ? quoi %_" . str_repeat('é', 200))['body']);
    }

    public function testListsThatNobodyLooksAtAreForgotten(): void
    {
        $this->kept->set('shelfX', 'reste');
        $shelf = $this->kept->shelf();
        $shelf->set('old', ['body' => 'a', 'at' => 100]);
        $shelf->set('new', ['body' => 'b', 'at' => 200]);
        $shelf->forget(200);
        self::assertNull($shelf->get('old'));
        self::assertSame('b', $shelf->get('new')['body']);
        self::assertSame('reste', $this->kept->get('shelfX'));
    }

    public function testNoDatabase(): void
    {
        $this->db->broken = true;
        try {
            $this->kept->get('pairing');
            self::fail('it was read');
        } catch (Unavailable $error) {
            $this->db->broken = false;
            self::assertSame('', $this->kept->get('pairing'));
        }
    }

    public function testATableHasAName(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        new Kept($this->db, 'a`; DROP TABLE b');
    }
}
