<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Bridge;
use Partageons\Core\Tests\Database;
use Partageons\Core\Tests\Web;
use Partageons\YesWiki\Choices;
use Partageons\YesWiki\Kept;
use PHPUnit\Framework\TestCase;

foreach (['Database', 'Web'] as $class) {
    require_once __DIR__ . "/../../core/tests/$class.php";
}

final class ChoicesTest extends TestCase
{
    private Web $web;
    private Kept $kept;
    private int $now = 1790000000;

    protected function setUp(): void
    {
        $this->web = new Web();
        $this->kept = new Kept(new Database(), 'essai_memory');
        $this->kept->drop();
        $this->kept->create();
    }

    public function testTheyAreKeptAnHourAndServeLongerWhenTheBridgeIsSilent(): void
    {
        $this->web->answers = [Web::json(['facets' => ['theme' => [['value' => 't-haies', 'label' => 'Haies']]]])];
        $said = '{"theme":[["t-haies","Haies"]],"territoire":[],"type":[]}';
        self::assertSame($said, $this->asked());
        $this->now += 3599;
        self::assertSame($said, $this->asked());
        self::assertCount(1, $this->web->asked);
        $this->web->answers = [];
        $this->now += 1;
        self::assertSame([$said, $said], [$this->asked(), $this->asked()]);
        self::assertCount(2, $this->web->asked, 'a silent bridge is left alone for a minute');
        $this->now += 60;
        $this->asked();
        self::assertCount(3, $this->web->asked);
    }

    public function testNothingIsKnownOfASilentBridge(): void
    {
        self::assertSame(['{}', '{}'], [$this->asked(), $this->asked()]);
        self::assertCount(1, $this->web->asked);
        $this->now += 60;
        self::assertSame('{}', $this->asked());
        self::assertCount(2, $this->web->asked);
    }

    public function testAnotherBridgeHasOtherWords(): void
    {
        $this->web->answers = [Web::json(['facets' => []])];
        $this->asked();
        $this->asked('https://autre.fr/');
        self::assertCount(2, $this->web->asked);
        self::assertSame('{}', (new Choices(null, $this->kept))->answer()->body);
    }

    private function asked(string $bridge = 'https://pont.fr/'): string
    {
        $choices = new Choices(new Bridge($bridge, $this->web), $this->kept, fn (): int => $this->now);
        return $choices->answer()->body;
    }
}
