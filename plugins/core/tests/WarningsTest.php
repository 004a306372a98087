<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Field;
use Partageons\Core\Record;
use Partageons\Core\Value;
use Partageons\Core\Warning;
use Partageons\Core\Warnings;
use PHPUnit\Framework\TestCase;

final class WarningsTest extends TestCase
{
    private function record(): Record
    {
        $record = new Record('a', 'Mare de Tulle');
        $record->abstract = 'Une mare.';
        $record->licence = 'CC BY 4.0';
        return $record;
    }

    private function field(string $name, string ...$texts): Field
    {
        $values = array_map(static fn (string $one): Value => new Value($one), $texts);
        return new Field($name, "« $name »", 'text', $values);
    }

    /** @return array<string, string> about => code */
    private function codes(Record $record, bool $untitled = false): array
    {
        $found = Warnings::of($record, $untitled);
        return array_column(array_map(static fn (Warning $one): array => (array) $one, $found), 'code', 'about');
    }

    public function testNothingToSay(): void
    {
        $record = $this->record();
        [$record->lat, $record->lon] = [45.2, 1.7];
        self::assertSame([], $this->codes($record));
    }

    public function testATitle(): void
    {
        self::assertSame(['title' => 'title'], $this->codes($this->record(), true));
        $record = $this->record();
        $record->title = ' ';
        self::assertSame(['title' => 'title'], $this->codes($record));
    }

    public function testASummaryOrAText(): void
    {
        $record = $this->record();
        $record->abstract = '';
        $record->content = '<style>p{}</style> <p></p>';
        self::assertSame(['text' => 'text'], $this->codes($record));
        $record->content = '<p>Deux ans.</p>';
        self::assertSame(['abstract' => 'abstract'], $this->codes($record));
    }

    public function testALicence(): void
    {
        $record = $this->record();
        $record->licence = '';
        self::assertSame(['licence' => 'licence'], $this->codes($record));
    }

    /** @return list<array{0: string, 1: array<string, string>}> */
    public static function positions(): array
    {
        return [
            ['', ['bf_latitude' => '45,2', 'bf_longitude' => '1.7']],
            ['half', ['bf_latitude' => '45.2']],
            ['half', ['bf_latitude' => '45.2', 'bf_longitude' => '']],
            ['half', ['lat' => 'nord', 'lon' => '2']],
            ['zero', ['Latitude' => '0', 'Longitude' => '0.0']],
            ['off', ['lat' => '1.7', 'lng' => '190']],
        ];
    }

    /**
     * @dataProvider positions
     * @param array<string, string> $values
     */
    public function testAPosition(string $code, array $values): void
    {
        $record = $this->record();
        foreach ($values as $name => $value) {
            $record->fields[] = $this->field($name, $value);
        }
        self::assertSame($code === '' ? [] : ['position' => $code], $this->codes($record));
    }

    public function testAPersonInATextAFieldOrALink(): void
    {
        $record = $this->record();
        $record->content = '<p>Appeler le 06 12 34 56 78.</p>';
        self::assertSame(['personal' => 'found'], $this->codes($record));
        self::assertSame(['', '06 12 34 56 78'], [Warnings::of($record)[0]->field, Warnings::of($record)[0]->value]);

        $record = $this->record();
        $record->fields = [$this->field('lieu', 'Tulle'), $this->field('suite', 'Voir', 'a.b@exemple.org, ou rien')];
        [$found] = Warnings::of($record);
        self::assertSame(['« suite »', 'a.b@exemple.org'], [$found->field, $found->value]);

        $record = $this->record();
        $record->content = '<a href="mailto:a%40exemple.org">nous</a>';
        [$found] = Warnings::of($record);
        self::assertSame(['link', 'a@exemple.org'], [$found->code, $found->value]);
    }
}
