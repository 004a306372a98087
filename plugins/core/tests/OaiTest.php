<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Identity;

final class OaiTest extends OaiCase
{
    private const LIST = ['verb' => 'ListIdentifiers', 'metadataPrefix' => 'oai_dc'];
    private const RECORDS = ['verb' => 'ListRecords', 'metadataPrefix' => 'pv'];

    public function testItSaysWhatItIs(): void
    {
        $this->fill(4);
        $this->now = self::START + 100;
        $said = $this->ask(['verb' => 'Identify']);
        self::assertSame('2026-01-01T00:01:38Z', (string) $said->responseDate);
        $is = $said->Identify;
        self::assertSame(['Asso & amis', self::BASE], [(string) $is->repositoryName, (string) $is->baseURL]);
        self::assertSame('2026-01-01T00:00:00Z', (string) $is->earliestDatestamp);
        self::assertSame(['persistent', '2.0'], [(string) $is->deletedRecord, (string) $is->protocolVersion]);
        self::assertSame('contact@asso.exemple.fr', (string) $is->adminEmail);
        self::assertSame(['oai:asso.exemple.fr:1'], self::texts($said, '//*[local-name()="sampleIdentifier"]'));
        $plugin = $said->xpath('//*[local-name()="partageons"]')[0];
        self::assertSame('https://partageons-vert.org/ns/plugin/1.0', $plugin->getNamespaces()['']);
        self::assertSame(['0.1.0', null, null], [
            (string) $plugin['version'], $plugin['challenge'], $plugin['ping'],
        ]);
        $this->identity->challenge = 'abc';
        $this->identity->ping = 'https://asso.exemple.fr/?partageons=ping';
        $plugin = $this->ask(['verb' => 'Identify'])->xpath('//*[local-name()="partageons"]')[0];
        self::assertSame(['abc', 'https://asso.exemple.fr/?partageons=ping'], [
            (string) $plugin['challenge'], (string) $plugin['ping'],
        ]);
    }

    public function testAnEmptyOne(): void
    {
        $this->identity->email = '';
        $said = $this->ask(['verb' => 'Identify']);
        self::assertSame('2025-12-31T23:59:58Z', (string) $said->Identify->earliestDatestamp);
        self::assertSame('webmaster@asso.exemple.fr', (string) $said->Identify->adminEmail);
        self::assertSame(['noRecordsMatch'], self::codes($this->ask(self::LIST)));
        $this->site->sets = [];
        self::assertSame(['noSetHierarchy'], self::codes($this->ask(['verb' => 'ListSets'])));
    }

    public function testFormatsAndSets(): void
    {
        $this->fill(1);
        $formats = $this->ask(['verb' => 'ListMetadataFormats']);
        self::assertSame(['oai_dc', 'pv'], self::texts($formats, '//o:metadataPrefix'));
        self::assertSame(self::BASE . '&schema=pv', self::texts($formats, '//o:schema')[1]);
        $one = ['verb' => 'ListMetadataFormats', 'identifier' => 'oai:asso.exemple.fr:1'];
        self::assertCount(2, $this->ask($one)->xpath('//o:metadataFormat'));
        $one['identifier'] .= '2';
        self::assertSame(['idDoesNotExist'], self::codes($this->ask($one)));
        $sets = $this->ask(['verb' => 'ListSets']);
        self::assertSame(['fiche', 'page'], self::texts($sets, '//o:setSpec'));
        self::assertSame(['Fiches', 'Pages & co'], self::texts($sets, '//o:setName'));
        $more = $this->ask(['verb' => 'ListSets', 'resumptionToken' => 'x']);
        self::assertSame(['badResumptionToken'], self::codes($more));
    }

    public function testOneRecord(): void
    {
        $this->fill(2);
        $this->site->hide('2');
        $this->note('2');
        $get = ['verb' => 'GetRecord', 'identifier' => 'oai:asso.exemple.fr:1', 'metadataPrefix' => 'pv'];
        $record = $this->ask($get);
        self::assertSame([['1'], ['Fiche n° 1']], [self::ids($record), self::texts($record, '//pv:title')]);
        self::assertSame(['fiche'], self::texts($record, '//o:setSpec'));
        $dublin = $this->ask(['metadataPrefix' => 'oai_dc'] + $get);
        $identifiers = self::texts($dublin, '//dc:identifier');
        self::assertSame(['https://asso.exemple.fr/?p=1', 'oai:asso.exemple.fr:1'], $identifiers);
        $gone = $this->ask(['identifier' => 'oai:asso.exemple.fr:2'] + $get);
        self::assertSame([['-2'], []], [self::ids($gone), $gone->xpath('//o:metadata')]);
        $ours = 'oai:asso.exemple.fr';
        foreach (['1', "$ours:9", 'oai:autre.fr:1', "$ours:%31", "$ours:", "$ours:1/", "$ours:" . str_repeat('9', 151)] as $no) {
            self::assertSame(['idDoesNotExist'], self::codes($this->ask(['identifier' => $no] + $get)), $no);
        }
        self::assertSame(['cannotDisseminateFormat'], self::codes($this->ask(['metadataPrefix' => 'marc'] + $get)));
    }

    public function testAWholeListInPages(): void
    {
        $this->fill(250);
        $this->now += 60;
        foreach ([self::LIST, self::RECORDS] as $first) {
            $answer = $this->ask($first);
            $held = self::ids($answer);
            $token = $answer->xpath('//o:resumptionToken')[0];
            self::assertSame(['250', '0'], [(string) $token['completeListSize'], (string) $token['cursor']]);
            self::assertSame('2026-01-08T00:02:23Z', (string) $token['expirationDate']);
            $pages = 1;
            while (self::token($answer) !== '') {
                $answer = $this->ask(['verb' => $first['verb'], 'resumptionToken' => self::token($answer)]);
                array_push($held, ...self::ids($answer));
                $pages++;
            }
            $expected = array_map('strval', range(1, 250));
            sort($held, SORT_NUMERIC);
            self::assertSame([3, $expected], [$pages, $held]);
            $token = $answer->xpath('//o:resumptionToken')[0];
            self::assertSame(['250', '200'], [(string) $token['completeListSize'], (string) $token['cursor']]);
        }
    }

    public function testAListOfOnePageHasNoToken(): void
    {
        $this->fill(100);
        self::assertSame([], $this->ask(self::LIST)->xpath('//o:resumptionToken'));
    }

    public function testAPageAsksOnceForAll(): void
    {
        $this->fill(250);
        $this->db->asked = $this->site->asked = [];
        $this->ask(self::RECORDS);
        self::assertSame(['records'], $this->site->asked);
        self::assertLessThanOrEqual(3, count($this->db->asked));
    }

    public function testWhatChangesMeanwhileIsForTheNextHarvest(): void
    {
        $this->fill(150);
        $this->now += 60;
        $first = $this->ask(self::RECORDS);
        $this->now += 5;
        $this->site->share('140', 'Changée');
        $this->site->share('nouvelle');
        $this->site->hide('150');
        $this->note('140', 'nouvelle', '150');
        $second = $this->ask(['verb' => 'ListRecords', 'resumptionToken' => self::token($first)]);
        self::assertCount(48, self::ids($second));
        $next = $this->ask(['from' => (string) $first->responseDate] + self::RECORDS);
        self::assertSame(['140', '-150', 'nouvelle'], self::ids($next));
    }

    public function testAListWhoseRestChangedEnds(): void
    {
        $this->fill(101);
        $token = self::token($this->ask(self::RECORDS));
        $this->now += 60;
        $this->site->share('99', 'Changée'); // The last one: 100 and 101 are of the same second.
        $this->note('99');
        $last = $this->ask(['verb' => 'ListRecords', 'resumptionToken' => $token], false);
        self::assertSame([[], []], [self::codes($last), self::ids($last)]);
        self::assertCount(1, $last->xpath('//o:resumptionToken'));
    }

    public function testBoundsAreIncluded(): void
    {
        $this->now = self::START + 86399;
        $this->site->share('a');
        $this->note('a');
        $this->now++;
        $this->site->share('b');
        $this->note('b');
        $asked = fn (array $bounds): array => self::ids($this->ask(self::LIST + $bounds));
        self::assertSame(['a', 'b'], $asked(['from' => '2026-01-01T23:59:59Z', 'until' => '2026-01-02T00:00:00Z']));
        self::assertSame(['a'], $asked(['until' => '2026-01-01T23:59:59Z']));
        self::assertSame(['b'], $asked(['from' => '2026-01-02T00:00:00Z']));
        self::assertSame(['a'], $asked(['from' => '2026-01-01', 'until' => '2026-01-01']));
        self::assertSame(['b'], $asked(['from' => '2026-01-02']));
        self::assertSame(['a', 'b'], $asked(['until' => '2026-01-02']));
        self::assertSame([], $asked(['from' => '2026-01-03']));
        self::assertSame([], $asked(['until' => '2025-12-31']));
    }

    public function testAChangeIsListedAtOnce(): void
    {
        $this->site->share('a');
        $this->note('a');
        $answer = $this->ask(self::LIST);
        self::assertSame(['a'], self::ids($answer));
        self::assertSame(['a'], self::ids($this->ask(self::LIST + ['from' => (string) $answer->responseDate])));
    }

    public function testAClockSetBackHidesNothing(): void
    {
        $this->fill(150);
        $this->now -= 7200;
        $this->site->share('apres');
        $this->note('apres');
        $since = '';
        foreach ([0, 1] as $harvest) {
            $first = $this->ask(self::LIST + array_filter(['from' => $since]));
            $second = $this->ask(['verb' => 'ListIdentifiers', 'resumptionToken' => self::token($first)]);
            $held = array_merge(self::ids($first), self::ids($second));
            self::assertCount(151, array_unique($held), "Harvest $harvest");
            self::assertContains('apres', $held);
            $since = (string) $first->responseDate;
        }
    }

    public function testSets(): void
    {
        $this->site->share('a');
        $this->site->share('b', '', 'page');
        $this->note('a', 'b');
        $asked = fn (string $set): array => self::ids($this->ask(['set' => $set] + self::RECORDS));
        self::assertSame([['a'], ['b']], [$asked('fiche'), $asked('page')]);
        self::assertSame(['noRecordsMatch'], self::codes($this->ask(self::LIST + ['set' => 'rien'])));
        $this->site->kinds['a'] = 'page';
        $this->note('a');
        self::assertSame([['-a'], ['a', 'b']], [$asked('fiche'), $asked('page')]);
        $this->site->hide('b');
        $this->note('b');
        self::assertSame(['a', '-b'], $asked('page'));
    }

    public function testWhatCannotBeReadAnyMoreIsNotedAsGone(): void
    {
        $this->fill(3);
        $this->site->unreadable = ['2'];
        $this->now += 60;
        $listed = $this->ask(self::RECORDS);
        self::assertSame(['1', '-2', '3'], self::ids($listed));
        self::assertSame('deleted', $this->log->totals()['deleted'] === 1 ? 'deleted' : '');
        self::assertSame(['-2'], self::ids($this->ask(self::RECORDS + ['from' => '2026-01-01T00:00:30Z'])));
        $this->site->unreadable = ['3'];
        $get = ['verb' => 'GetRecord', 'identifier' => 'oai:asso.exemple.fr:3', 'metadataPrefix' => 'pv'];
        $gone = $this->ask($get);
        self::assertSame(['-3'], self::ids($gone));
        self::assertSame('2026-01-01T00:01:01Z', self::texts($gone, '//o:datestamp')[0]);
    }

    /** @dataProvider hosts */
    public function testAnyHostMakesIdentifiersOfTheScheme(string $host, string $path, string $expected): void
    {
        $this->identity = new Identity('Asso', self::BASE, 'a@b', $host, '0', $path);
        $this->site->share('fiche/7~a');
        $this->note('fiche/7~a');
        $listed = $this->ask(self::LIST);
        self::assertSame([$expected . 'fiche/7~a'], self::texts($listed, '//o:identifier'));
        $get = ['verb' => 'GetRecord', 'metadataPrefix' => 'pv', 'identifier' => $expected . 'fiche/7~a'];
        self::assertSame([], self::codes($this->ask($get)));
        $this->ask(['verb' => 'Identify']);
    }

    public function hosts(): array
    {
        return [
            ['asso.fr', '', 'oai:asso.fr:'],
            ['asso.fr', 'blog/', 'oai:asso.fr:blog/'],
            ['ASSO.fr:8080', '~é/', 'oai:asso.fr:~%C3%A9/'],
            ['localhost', '', 'oai:localhost.invalid:'],
            ['127.0.0.1:8080', '', 'oai:x-127.x-0.x-0.x-1.invalid:'],
            ['1jardin.asso.fr', '', 'oai:x-1jardin.asso.fr:'],
            ['xn--fort-9ra.fr', '', 'oai:xn--fort-9ra.fr:'],
            ['forêt.fr', '', 'oai:for-t.fr:'],
            ['[::1]', '', 'oai:x--1-.invalid:'],
            ['', '', 'oai:site.invalid:'],
        ];
    }
}
