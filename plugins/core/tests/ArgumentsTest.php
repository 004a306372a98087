<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

final class ArgumentsTest extends OaiCase
{
    /** @dataProvider wrong */
    public function testWhatIsWrongIsTold(string $query, string $code, int $count = 1): void
    {
        $this->fill(3);
        $pairs = [];
        foreach ($query === '' ? [] : explode('&', $query) as $piece) {
            [$name, $value] = array_pad(explode('=', $piece, 2), 2, '');
            $pairs[] = [urldecode($name), urldecode($value)];
        }
        $answer = $this->asked($pairs);
        self::assertSame(array_fill(0, $count, $code), self::codes($answer));
        self::assertCount(0, $answer->request->attributes());
        self::assertSame(self::BASE, (string) $answer->request);
    }

    public function wrong(): array
    {
        $list = 'verb=ListRecords&metadataPrefix=pv';
        return [
            ['', 'badVerb'],
            ['verb=', 'badVerb'],
            ['verb=identify', 'badVerb'],
            ['verb=Identify%00', 'badVerb'],
            ['verb=Identify&verb=Identify', 'badVerb'],
            ['metadataPrefix=pv', 'badVerb'],
            ['verb=Identify&x=1', 'badArgument'],
            ['verb=Identify&%00%FF=1', 'badArgument'],
            ['verb=Identify&x=1&y=2', 'badArgument', 2],
            ['verb=Identify&set=a', 'badArgument'],
            ['verb=ListSets&set=a', 'badArgument'],
            ['verb=ListMetadataFormats&metadataPrefix=pv', 'badArgument'],
            ['verb=GetRecord', 'badArgument', 2],
            ['verb=GetRecord&identifier=a', 'badArgument'],
            ['verb=GetRecord&identifier=a&identifier=a&metadataPrefix=pv', 'badArgument'],
            ['verb=ListRecords', 'badArgument'],
            ["$list&metadataPrefix=pv", 'badArgument'],
            ["$list&from=2026-01-01&from=2026-01-01", 'badArgument'],
            ["$list&resumptionToken=a", 'badArgument'],
            ['verb=ListRecords&resumptionToken=a&resumptionToken=a', 'badArgument'],
            ['verb=ListRecords&resumptionToken=a&set=fiche', 'badArgument'],
            ['verb=ListRecords&metadataPrefix=', 'badArgument'],
            ['verb=ListRecords&metadataPrefix=p%20v', 'badArgument'],
            ['verb=ListRecords&metadataPrefix=pv%0A', 'badArgument'],
            ["$list&set=", 'badArgument'],
            ["$list&set=a::b", 'badArgument'],
            ["$list&set=%C3%A9", 'badArgument'],
            ["$list&set=a'%3B--%20", 'badArgument'],
            ["$list&from=", 'badArgument'],
            ["$list&from=2026", 'badArgument'],
            ["$list&from=2026-01", 'badArgument'],
            ["$list&from=2026-02-30", 'badArgument'],
            ["$list&from=0000-01-01", 'badArgument'],
            ["$list&from=2026-01-01T24:00:00Z", 'badArgument'],
            ["$list&from=2026-01-01T00:60:00Z", 'badArgument'],
            ["$list&from=2026-01-01T00:00:60Z", 'badArgument'],
            ["$list&from=2026-01-01T00:00:00", 'badArgument'],
            ["$list&from=2026-01-01T00:00Z", 'badArgument'],
            ["$list&from=2026-01-01%2000:00:00Z", 'badArgument'],
            ["$list&from=2026-01-01T00:00:00%2B01:00", 'badArgument'],
            ["$list&from=2026-01-01T00:00:00.0Z", 'badArgument'],
            ["$list&from=2026-01-01%0A", 'badArgument'],
            ["$list&until=%FF%00%D9%A0", 'badArgument'],
            ["$list&from=" . str_repeat('9', 5000), 'badArgument'],
            ["$list&from=2026-01-01&until=2026-01-02T00:00:00Z", 'badArgument'],
            ["$list&from=2026-01-02&until=2026-01-01", 'badArgument'],
            ["$list&from=2026-01-01T00:00:01Z&until=2026-01-01T00:00:00Z", 'badArgument'],
            ["verb=ListRecords&from=x&until=y", 'badArgument', 3],
        ];
    }

    public function testARequestIsRepeatedWhenItIsUnderstood(): void
    {
        $asked = ['verb' => 'GetRecord', 'identifier' => "oai:x\x01\xE9", 'metadataPrefix' => 'pv'];
        $answer = $this->ask($asked);
        self::assertSame(['idDoesNotExist'], self::codes($answer));
        self::assertSame('GetRecord', (string) $answer->request['verb']);
        self::assertSame('oai:xé', (string) $answer->request['identifier']);
    }

    public function testAnythingHasAnAnswer(): void
    {
        mt_srand(7);
        $this->fill(3);
        $names = ['verb', 'identifier', 'metadataPrefix', 'from', 'until', 'set', 'resumptionToken', 'x', "\xFF", ''];
        $values = ['Identify', 'ListRecords', 'GetRecord', 'ListSets', 'ListIdentifiers', 'ListMetadataFormats', 'pv',
            'oai_dc', 'oai:asso.exemple.fr:1', '2026-01-01', '2026-01-01T00:00:00Z', 'fiche', '', "\x00", '1 OR 1=1',
            "'", '%', '_', "\u{FFFE}", '<&>"', str_repeat('é', 3000)];
        for ($i = 0; $i < 3000; $i++) {
            $pairs = mt_rand(0, 3) ? [['verb', $values[mt_rand(0, 5)]]] : [];
            for ($n = mt_rand(0, 4); $n > 0; $n--) {
                $pairs[] = [$names[mt_rand(0, 9)], $values[mt_rand(0, count($values) - 1)]];
            }
            $this->asked($pairs, $i % 30 === 0);
        }
    }
}
