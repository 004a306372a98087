<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Trial;
use Partageons\Core\Visits;
use PHPUnit\Framework\TestCase;

final class VisitsTest extends TestCase
{
    private Kept $memory;
    private int $now = 1795000000;

    protected function setUp(): void
    {
        $this->memory = new Kept();
    }

    private function visits(): Visits
    {
        return new Visits($this->memory, fn (): int => $this->now);
    }

    public function testWhoHarvestsIsNotedByItsName(): void
    {
        self::assertNull($this->visits()->last());
        $this->visits()->note('verb=ListRecords&metadataPrefix=pv', 'partageons-vert/0.1 (+https://pont.fr; a@b.fr)');
        self::assertSame(['at' => $this->now, 'by' => 'partageons-vert/0.1'], $this->visits()->last());
        $this->now += 30;
        $this->visits()->note('verb=ListIdentifiers', 'partageons-vert/0.1');
        self::assertSame($this->now - 30, $this->visits()->last()['at']);
        $this->visits()->note('verb=ListIdentifiers', "\u{e9}(x)");
        self::assertSame(['at' => $this->now, 'by' => '(x)'], $this->visits()->last());
    }

    public function testALookOrATrialIsNone(): void
    {
        $this->visits()->note('verb=Identify', 'x');
        $this->visits()->note('a=verb=ListRecords', 'x');
        $this->visits()->note('verb=ListRecords', Trial::AGENT . ' (+https://a.fr/)');
        self::assertNull($this->visits()->last());
    }

    public function testWhatIsNotOneIsForgotten(): void
    {
        $this->memory->values['harvested'] = '{"at": "hier", "by": 3}';
        self::assertNull($this->visits()->last());
    }
}
