<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Document;
use Partageons\Core\Field;
use Partageons\Core\Record;
use Partageons\Core\Value;
use Partageons\Core\Xml;

/** Records in both formats, whatever they hold. */
final class RecordsTest extends OaiCase
{
    private function written(Record $record, string $prefix = 'pv'): \SimpleXMLElement
    {
        $this->site->shared = [$record->id => $record];
        $this->site->kinds[$record->id] = 'fiche';
        $this->log->note([$record->id], $this->site->states([$record->id]));
        return $this->ask(['verb' => 'ListRecords', 'metadataPrefix' => $prefix]);
    }

    private static function whole(): Record
    {
        $record = new Record('fiche/7', 'Une haie <pour> l’école & « la rue »');
        $record->abstract = 'Résumé';
        $record->content = '<p>Sept mares &amp; haies ]]></p>';
        $record->type = 'Retour';
        $record->themes = ['Haies', 'Mares', ''];
        $record->keywords = ['arbre', 'Haies'];
        $record->url = 'https://asso.fr/fiches/haie?a=1&b=[2]';
        $plan = new Document('https://asso.fr/été.pdf', 'Plan', 'application/pdf', 12);
        $record->documents = [$plan, new Document('x')];
        $record->place = 'Lyon; Rhône';
        $record->lon = 4.8902;
        $record->lat = 45.0;
        $record->image = 'https://asso.fr/a b.jpg';
        $record->imageCredit = '© Ville';
        $record->licence = 'Licence Ouverte 2.0';
        $record->attribution = 'Asso, 2026';
        $record->language = 'fr_FR';
        $record->created = '2026-01-01T10:00:00Z';
        $record->modified = '2026-01-02T10:00:00Z';
        $record->fields = [
            new Field('public', 'Public visé', 'list', [new Value('', '2', 'Scolaires'), new Value('note', '5')]),
            new Field('budget', '', '', []),
            new Field('vide', 'Vide', 'text', [new Value('')]),
            new Field('', 'Sans nom', 'text', [new Value('perdu')]),
        ];
        return $record;
    }

    public function testAllThatARecordHolds(): void
    {
        $written = $this->written(self::whole());
        $said = static fn (string $name): array => self::texts($written, "//pv:$name");
        self::assertSame(['Une haie <pour> l’école & « la rue »'], $said('title'));
        self::assertSame(['<p>Sept mares &amp; haies ]]></p>'], $said('content'));
        self::assertSame(['Haies', 'Mares'], $said('theme'));
        self::assertSame(['https://asso.fr/fiches/haie?a=1&b=%5B2%5D'], $said('url'));
        self::assertSame(['https://asso.fr/%C3%A9t%C3%A9.pdf'], $said('document/@url'));
        self::assertSame([['12'], ['application/pdf']], [$said('document/@size'), $said('document/@media-type')]);
        self::assertSame([['4.8902'], ['45']], [$said('point/@lon'), $said('point/@lat')]);
        self::assertSame([['https://asso.fr/a%20b.jpg'], ['© Ville']], [$said('image/@url'), $said('image')]);
        self::assertSame(['fr'], $said('language'));
        self::assertSame(['public', 'budget', 'vide'], $said('source-field/@name'));
        self::assertSame(['2', '5'], $said('value/@key'));
        self::assertSame(['', 'note'], $said('value'));
        self::assertSame(['Scolaires'], $said('value/@label'));
    }

    public function testAllThatDublinCoreHolds(): void
    {
        $written = $this->written(self::whole(), 'oai_dc');
        $said = static fn (string $name): array => self::texts($written, "//dc:$name");
        self::assertSame(['Haies', 'Mares', 'arbre'], $said('subject'));
        self::assertSame(['2026-01-01'], $said('date'));
        $address = 'https://asso.fr/fiches/haie?a=1&b=%5B2%5D';
        self::assertSame([$address, 'oai:asso.exemple.fr:fiche/7'], $said('identifier'));
        self::assertSame(['Lyon; Rhône', 'name=Lyon\; Rhône; east=4.8902; north=45'], $said('coverage'));
        self::assertSame(['Licence Ouverte 2.0', 'Asso, 2026'], $said('rights'));
        self::assertSame(['application/pdf'], $said('format'));
    }

    public function testWhatIsNoValueIsNotSaid(): void
    {
        $record = new Record('1', " \x0B ");
        $record->url = 'javascript:alert(1)';
        $record->image = '/wp-content/a.jpg';
        $record->language = 'français';
        $record->created = '0000-00-00T00:00:00Z';
        $record->modified = '2026-01-01 10:00:00';
        $record->themes = ['', "\x01", ' '];
        [$record->lon, $record->lat] = [0.0, 0.0];
        $written = $this->written($record);
        self::assertSame(['Sans titre'], self::texts($written, '//pv:title'));
        self::assertSame(['id', 'title'], array_map(
            static fn (\SimpleXMLElement $one): string => $one->getName(),
            $written->xpath('//pv:record/*')
        ));
        self::assertCount(2, $this->written($record, 'oai_dc')->xpath('//dc:*'), 'Title and identifier.');
    }

    /** @dataProvider points */
    public function testPoints(float $lon, float $lat, ?string $expected): void
    {
        $record = new Record('1', 'Ici');
        [$record->lon, $record->lat] = [$lon, $lat];
        $written = $this->written($record);
        self::assertSame((array) $expected, self::texts($written, '//pv:point/@lon'));
    }

    public function points(): array
    {
        return [[-180.0, 90.0, '-180'], [180.1, 0.0, null], [1.0, -91.0, null], [NAN, 1.0, null], [INF, 1.0, null],
            [0.0, 48.0, '0'], [1.0E-7, 1.0, '1.0e-7']];
    }

    public function testTheDecimalCommaOfTheSiteDoesNotCount(): void
    {
        $before = setlocale(LC_NUMERIC, '0');
        setlocale(LC_NUMERIC, 'fr_FR.UTF-8', 'fr_FR', 'de_DE.UTF-8');
        try {
            self::assertSame(['4.8902'], self::texts($this->written(self::whole()), '//pv:point/@lon'));
        } finally {
            setlocale(LC_NUMERIC, (string) $before);
        }
    }

    public function testAnyBytesAreWritten(): void
    {
        mt_srand(11);
        for ($i = 0; $i < 60; $i++) {
            $text = '';
            $pieces = ['é', '€', "\u{1F422}", "\u{FFFF}", '<![CDATA['];
            for ($n = mt_rand(1, 60); $n > 0; $n--) {
                $text .= mt_rand(0, 2) ? chr(mt_rand(0, 255)) : $pieces[mt_rand(0, 4)];
            }
            $record = self::whole();
            foreach (['title', 'abstract', 'content', 'type', 'place', 'licence', 'attribution'] as $name) {
                $record->$name = $text;
            }
            $record->url = $record->image = "https://a.fr/$text";
            $record->language = $text;
            $record->created = $text;
            $record->keywords = $record->themes = [$text];
            $record->documents = [new Document("https://$text", $text, $text, -1)];
            $record->fields = [new Field($text, $text, $text, [new Value($text, $text, $text)])];
            $this->written($record);
            $this->written($record, 'oai_dc');
        }
    }

    /** @dataProvider texts_ */
    public function testTextsAreRepaired(string $text, string $expected): void
    {
        self::assertSame($expected, Xml::clean($text));
    }

    public function texts_(): array
    {
        return [
            ["a\x00b\x0Bc\x1Fd\te\n", "abcd\te\n"],
            ["caf\xE9 \x80 \x92", 'café € ’'],
            ["été \xE9", 'été '],
            ["\xC3", 'Ã'],
            ["\u{FFFE}\u{FFFF}x", 'x'],
            ["\xED\xA0\x80é", 'é'],
            ['', ''],
            ["\u{1F422}", "\u{1F422}"],
        ];
    }

    /** @dataProvider addresses */
    public function testAddresses(string $url, string $expected): void
    {
        self::assertSame($expected, Xml::address($url));
    }

    public function addresses(): array
    {
        return [
            [' https://a.fr ', 'https://a.fr'],
            ['HTTPS://a.fr/é?b=%41%zz#c#d', 'HTTPS://a.fr/%C3%A9?b=%41%25zz#c%23d'],
            ['https://été.fr/', 'https://été.fr/'],
            ["https://a.fr/\n<\"", 'https://a.fr/%0A%3C%22'],
            ['https://', ''],
            ['https:///a', ''],
            ['https://a.fr:bc/', ''],
            ['//a.fr/', ''],
            ['ftp://a.fr/', ''],
            ['mailto:a@b.fr', ''],
            ['https://a b.fr/', ''],
            ['https://moi:secret@a.fr/', ''],
            ['https://[::1]:80/a', 'https://[::1]:80/a'],
            ['https://a.fr?b', 'https://a.fr?b'],
        ];
    }
}
