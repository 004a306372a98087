<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use PHPUnit\Framework\TestCase;
use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Core\Entity\Event;
use YesWiki\Core\Service\DbService;
use YesWiki\Core\Service\PageManager;
use YesWiki\Partageons\Service\Changes;
use YesWiki\Partageons\Service\Parts;
use YesWiki\StandIn\Fresh;
use YesWiki\Wiki;

/** What the change log holds at the end of a request, and what the next comparison adds. */
final class ChangesTest extends TestCase
{
    private const FORM = [
        'texte***bf_titre***Titre***60***255*** *** ***text***0*** *** *** * *** * *** *** *** ***',
        'texte***bf_note***Note***60***255*** *** ***text***0*** *** ***@admins*** * *** *** *** ***',
    ];

    private Wiki $wiki;

    protected function tearDown(): void
    {
        unset($GLOBALS['wiki']); // its database cannot be handed to a process of another test
    }

    protected function setUp(): void
    {
        $this->wiki = Fresh::wiki(['partageons_forms' => '5']);
        Fresh::login('WikiAdmin');
        Fresh::form($this->wiki, '5', 'Initiatives', self::FORM);
        $this->parts()->log();
        $this->parts()->kept();
    }

    private function parts(): Parts
    {
        return $this->wiki->services->get(Parts::class);
    }

    private function end(): void
    {
        $this->wiki->services->get(Changes::class)->write();
    }

    private function status(string $tag): string
    {
        $this->end();
        $entry = $this->parts()->log()->get($tag);
        return $entry === null ? '' : ($entry->deleted ? 'deleted' : 'live');
    }

    private function fingerprint(string $tag): string
    {
        $this->end();
        $table = $this->wiki->config['table_prefix'] . 'partageons_log';
        $rows = $this->parts()->connection()->rows("SELECT fingerprint FROM $table WHERE id = ?", [$tag]);
        return (string) $rows[0]['fingerprint'];
    }

    public function testBothFamiliesAreListenedTo(): void
    {
        $events = array_keys(Changes::getSubscribedEvents());
        sort($events);
        self::assertSame(
            ['entry.created', 'entry.deleted', 'entry.updated', 'page.created', 'page.deleted', 'page.updated'],
            $events
        );
    }

    public function testAnEntryThatNoFormSent(): void
    {
        $tag = Fresh::entry($this->wiki, '5', ['bf_titre' => 'La mare']);
        self::assertSame('live', $this->status($tag));
        $this->wiki->services->get(EntryManager::class)->delete($tag);
        self::assertSame('deleted', $this->status($tag));
    }

    public function testADeletionThatOnlyTheFormTellsOf(): void
    {
        $tag = Fresh::entry($this->wiki, '5', ['bf_titre' => 'La mare']);
        $this->end();
        $db = $this->wiki->services->get(DbService::class);
        $db->query("DELETE FROM {$this->wiki->config['table_prefix']}pages WHERE tag = '$tag'");
        $this->wiki->services->get(Changes::class)->see(new Event(['id' => $tag, 'data' => ['id_fiche' => $tag]]));
        self::assertSame('deleted', $this->status($tag));
    }

    public function testAPrivateValueIsNoChange(): void
    {
        $tag = Fresh::entry($this->wiki, '5', ['bf_titre' => 'La mare', 'bf_note' => 'avant']);
        $before = $this->fingerprint($tag);
        $entries = $this->wiki->services->get(EntryManager::class);
        $entries->update($tag, ['bf_titre' => 'La mare', 'bf_note' => 'après', 'antispam' => 1]);
        self::assertSame($before, $this->fingerprint($tag));
        $entries->update($tag, ['bf_titre' => 'Le verger', 'bf_note' => 'après', 'antispam' => 1]);
        self::assertNotSame($before, $this->fingerprint($tag));
    }

    public function testWhatWasNeverSharedLeavesNothing(): void
    {
        $tag = Fresh::entry($this->wiki, '5', ['bf_titre' => 'Reçue'], 'https://ailleurs.fr/?Fiche');
        self::assertSame('', $this->status($tag));
        $this->wiki->services->get(EntryManager::class)->delete($tag);
        self::assertSame('', $this->status($tag));
    }

    public function testAPageOfTextCostsNothing(): void
    {
        $db = $this->wiki->services->get(DbService::class);
        $this->wiki->services->get(PageManager::class)->save('UnePage', 'Un texte {"id_typeannonce":"5"}');
        $before = count($db->asked);
        $this->end();
        self::assertCount($before, $db->asked);
        self::assertSame('', $this->status('UnePage'));
    }

    public function testNothingIsNoticedWhereNothingIsShared(): void
    {
        $this->wiki->config['partageons_forms'] = '';
        $this->parts()->forget();
        self::assertSame('', $this->status(Fresh::entry($this->wiki, '5', ['bf_titre' => 'La mare'])));
    }

    public function testAFaultNeverReachesWhoSaves(): void
    {
        $log = ini_set('error_log', '/dev/null');
        $db = $this->wiki->services->get(DbService::class);
        $tag = Fresh::entry($this->wiki, '5', ['bf_titre' => 'La mare']);
        $db->query("DROP TABLE {$this->wiki->config['table_prefix']}partageons_log");
        $this->end();
        $changes = $this->wiki->services->get(Changes::class);
        $changes->see(new Event([]));
        $changes->see(new Event(['id' => ['x'], 'data' => ['body' => ['y']]]));
        $changes->see(new class () {
            public function getData(): array
            {
                throw new \RuntimeException('x');
            }
        });
        $this->end();
        ini_set('error_log', (string) $log);
        $this->parts()->forget();
        $this->parts()->comparison()->step(2.0);
        self::assertSame('live', $this->status($tag), 'and the comparison finds it');
    }

    public function testWhatNobodyTellsOfIsFoundAtTheNextVisit(): void
    {
        $tags = [];
        foreach (['Un', 'Deux', 'Trois'] as $title) {
            $tags[] = Fresh::entry($this->wiki, '5', ['bf_titre' => "Fiche $title"]);
        }
        $this->end();
        $this->parts()->comparison()->step(2.0);
        $db = $this->wiki->services->get(DbService::class);
        $pages = $this->wiki->config['table_prefix'] . 'pages';
        $db->query("DELETE FROM $pages WHERE tag = '$tags[0]'");
        $this->parts()->comparison()->step(2.0);
        self::assertSame('deleted', $this->status($tags[0]));
        $this->wiki->services->get(FormManager::class)->clear('5');
        $this->parts()->comparison()->step(2.0);
        self::assertSame(['live' => 0, 'deleted' => 3], $this->parts()->log()->totals());
    }

    public function testTheFeedIsReadThroughItsRoute(): void
    {
        $tag = Fresh::entry($this->wiki, '5', ['bf_titre' => 'La mare', 'bf_note' => 'SECRET']);
        $answer = $this->parts()->door()->answer(
            'GET',
            'api/partageons/oai&verb=GetRecord&metadataPrefix=pv&identifier=oai:wiki.exemple.fr:' . $tag,
            '',
            ''
        );
        self::assertSame(200, $answer->status);
        self::assertStringContainsString('<pv:title>La mare</pv:title>', $answer->body);
        self::assertStringNotContainsString('SECRET', $answer->body);
        $said = $this->parts()->door()->answer('GET', 'api/partageons/oai&verb=Identify', '', '')->body;
        self::assertStringContainsString('BazaR&amp;vue=saisir&amp;action=saisir_fiche&amp;id=5"', $said);
    }
}
