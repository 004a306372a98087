<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Record;
use Partageons\Core\Unavailable;
use Partageons\YesWiki\Database;
use Partageons\YesWiki\Entries;
use Partageons\YesWiki\Settings;
use PHPUnit\Framework\TestCase;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Bazar\Service\ListManager;
use YesWiki\Core\Service\AclService;
use YesWiki\Core\Service\DbService;
use YesWiki\StandIn\Fresh;
use YesWiki\Wiki;

/** Entries of a wiki as the feed gives them. */
final class EntriesTest extends TestCase
{
    private const END = '***60***255*** *** ***text***0*** *** *** * *** * *** *** *** ***';
    private const CLOSED = '***60***255*** *** ***text***0*** *** ***@admins*** * *** *** *** ***';

    private Wiki $wiki;

    protected function tearDown(): void
    {
        unset($GLOBALS['wiki']); // its database cannot be handed to a process of another test
    }

    protected function setUp(): void
    {
        $this->wiki = Fresh::wiki(['partageons_forms' => '5, 99', 'partageons_licence' => 'CC BY 4.0']);
        Fresh::login('WikiAdmin'); // whoever asks, it is answered as to nobody
        $this->form();
    }

    /** @param list<string> $more lines */
    private function form(array $more = [], string $label = 'Initiatives'): void
    {
        $this->sql("DELETE FROM {$this->table('nature')}");
        $this->fresh();
        Fresh::form($this->wiki, '5', $label, array_merge(['texte***bf_titre***Titre' . self::END], $more));
    }

    private function site(): Entries
    {
        $db = new Database($this->wiki->services->get(DbService::class));
        return Entries::of($this->wiki, Settings::of($this->wiki->config), $db);
    }

    private function sql(string $query): void
    {
        $this->wiki->services->get(DbService::class)->query($query);
    }

    private function table(string $name): string
    {
        return $this->wiki->config['table_prefix'] . $name;
    }

    /** @param array<string, mixed> $data */
    private function entry(array $data = []): string
    {
        return Fresh::entry($this->wiki, '5', $data + ['bf_titre' => 'La mare']);
    }

    private function record(string $tag): Record
    {
        return $this->site()->records([$tag])[$tag];
    }

    private function fingerprint(string $tag): string
    {
        return $this->site()->states([$tag])[$tag]->fingerprint;
    }

    /** @param array<string, mixed> $values written into what is stored, as an import or SQL would */
    private function write(string $tag, array $values): void
    {
        $db = $this->wiki->services->get(DbService::class);
        $body = $db->loadSingle("SELECT body FROM {$this->table('pages')} WHERE tag = '$tag' AND latest = 'Y'")['body'];
        $body = json_encode($values + json_decode($body, true));
        $now = "tag = '$tag' AND latest = 'Y'";
        $this->sql("UPDATE {$this->table('pages')} SET body = '{$db->escape($body)}' WHERE $now");
    }

    /** @return list<string> */
    private function all(): array
    {
        $site = $this->site();
        $ids = $site->ids('', 100);
        self::assertSame($ids, array_keys($site->states($ids)));
        return $ids;
    }

    public function testAnEntryIsARecord(): void
    {
        $this->form([
            'textelong***bf_chapo***En bref***5***5*** *** ***nohtml***0*** *** *** * *** * *** *** *** ***',
            'textelong***bf_description***Description***5***5*** *** ***html***0*** *** *** * *** * *** *** *** ***',
            'tags*** ***Mots clés*** *** *** ***bf_tags*** ***0*** *** *** * *** * *** *** *** ***',
            'map***bf_latitude***bf_longitude*** *** *** *** *** ***0*** *** *** * *** * *** *** *** ***',
            'image***bf_image***Photo***140***140***600***600***right***0*** *** *** * *** * *** *** *** ***',
            'fichier***bf_rapport***Rapport***2000*** *** *** *** ***0*** *** *** * *** * *** *** *** ***',
            'texte***bf_surface***Surface***60***255*** *** ***number***0*** *** *** * *** * *** *** *** ***',
        ]);
        $tag = $this->entry();
        $this->write($tag, [
            'bf_titre' => 'La mare &amp; <b>le verger</b>', 'bf_chapo' => 'Moins de &lt;5 m²',
            'bf_description' => '<p>Oui <script>x()</script></p>', 'bf_tags' => 'mare, école,a@b.fr',
            'bf_latitude' => '45.74', 'bf_longitude' => '4.85', 'imagebf_image' => 'une photo.jpg',
            'fichierbf_rapport' => "{$tag}_fichierbf_rapport_bilan-2024_20240101120000_20240101120000.pdf_",
            'bf_surface' => '12.5', 'date_creation_fiche' => '2026-07-01 12:00:00',
            'date_maj_fiche' => '2026-01-02 03:04:05',
        ]);
        $record = $this->record($tag);
        self::assertSame(['La mare & le verger', $tag], [$record->title, $record->id]);
        self::assertSame('Moins de <5 m²', $record->abstract);
        self::assertSame('<p>Oui </p>', $record->content);
        self::assertSame(['mare', 'école'], $record->keywords, 'and no address');
        self::assertSame([45.74, 4.85], [$record->lat, $record->lon]);
        self::assertStringEndsWith('/files/une%20photo.jpg', $record->image);
        self::assertSame('bilan-2024.pdf', $record->documents[0]->title);
        self::assertStringContainsString("{$tag}_fichierbf_rapport/download", $record->documents[0]->url);
        self::assertStringEndsWith('20240101120000.pdf_', $record->documents[0]->url);
        self::assertSame($this->wiki->config['base_url'] . $tag, $record->url);
        self::assertSame(['Initiatives', 'CC BY 4.0', 'fr'], [$record->type, $record->licence, $record->language]);
        $zone = new \DateTimeZone(date_default_timezone_get());
        $utc = (new \DateTimeImmutable('2026-07-01 12:00:00', $zone))->setTimezone(new \DateTimeZone('UTC'));
        self::assertSame($utc->format('Y-m-d\TH:i:s\Z'), $record->created);
        self::assertCount(1, $record->fields, 'what an element holds is not repeated');
        self::assertSame(['bf_surface', 'Surface', 'number'], [
            $record->fields[0]->name, $record->fields[0]->label, $record->fields[0]->type,
        ]);
    }

    public function testAListGivesItsCodesAndItsLabels(): void
    {
        $lists = $this->wiki->services->get(ListManager::class);
        $list = $lists->create('Étapes', [['id' => '1', 'label' => 'Début &amp; fin', 'children' => []]]);
        $this->form(["checkbox***$list***Étapes*** *** *** ***bf_etapes*** ***0*** *** *** * *** * *** *** *** ***"]);
        $tag = $this->entry();
        $property = $this->site()->forms()->one('5')->fields[0]->property;
        $this->write($tag, [$property => '1,9']);
        $field = $this->record($tag)->fields[0];
        self::assertSame(['bf_etapes', 'Étapes', 'list'], [$field->name, $field->label, $field->type]);
        self::assertSame(['1', 'Début & fin'], [$field->values[0]->key, $field->values[0]->label]);
        self::assertSame(['9', '9'], [$field->values[1]->key, $field->values[1]->text], 'an option that is gone');
        $before = $this->fingerprint($tag);
        $lists->update($list, 'Étapes', [['id' => '1', 'label' => 'Commencement', 'children' => []]]);
        self::assertNotSame($before, $this->fresh()->fingerprint($tag));
    }

    public function testWhatNotEveryoneMayReadStays(): void
    {
        $this->form([
            'texte***bf_note***Note' . self::CLOSED, 'texte***bf_portable***Numéro' . self::END,
            'texte***bf_x***Adresse e-mail' . self::END, 'texte***bf_login***Compte' . self::END,
            'champs_cache***bf_cache***x' . self::END, 'texte***bf_libre***Libre' . self::END,
            'texte***bf_double***Double' . self::END, 'texte***bf_double***Double' . self::CLOSED,
        ]);
        $tag = $this->entry();
        $this->write($tag, [
            'bf_note' => 'SECRET', 'bf_portable' => 'SECRET', 'bf_x' => 'SECRET', 'bf_login' => 'SECRET',
            'bf_cache' => 'SECRET', 'bf_libre' => '06 12 34 56 78', 'bf_ancien' => 'SECRET', 'bf_double' => 'SECRET',
        ]);
        $record = $this->record($tag);
        self::assertSame([], $record->fields);
        self::assertStringNotContainsString('SECRET', serialize($record));
        $before = $this->fingerprint($tag);
        $this->write($tag, ['bf_note' => 'AUTRE', 'date_maj_fiche' => '2030-01-01 00:00:00', 'bf_ancien' => 'AUTRE']);
        self::assertSame($before, $this->fingerprint($tag));
        $this->write($tag, ['bf_libre' => 'dit à tous']);
        self::assertNotSame($before, $this->fingerprint($tag));
    }

    public function testAMapThatIsClosedPlacesNothing(): void
    {
        $axes = ['texte***bf_latitude***Latitude' . self::END, 'texte***bf_longitude***Longitude' . self::END];
        $closed = 'map***bf_latitude***bf_longitude*** *** *** *** *** ***0*** *** ***@admins*** * *** *** *** ***';
        $this->form($axes);
        $tag = $this->entry();
        $this->write($tag, ['bf_latitude' => '45.74', 'bf_longitude' => '4.85', 'carte_google' => '45.74|4.85']);
        self::assertSame(45.74, $this->record($tag)->lat);
        $this->form(array_merge($axes, [$closed]));
        $record = $this->record($tag);
        self::assertNull($record->lat);
        self::assertStringNotContainsString('45.74', serialize($record));
    }

    /** The same wiki at another request: forms are read anew. */
    private function fresh(): self
    {
        $forms = $this->wiki->services->get(FormManager::class);
        $known = new \ReflectionProperty($forms, 'known');
        $known->setAccessible(true);
        $known->setValue($forms, []);
        return $this;
    }

    public function testEntriesThatAreNotSharedHaveNoState(): void
    {
        $kept = $this->entry(['bf_titre' => 'Partagée']);
        $closed = $this->entry(['bf_titre' => 'Fermée']);
        $this->wiki->services->get(AclService::class)->save($closed, 'read', '@admins');
        $waiting = $this->entry(['bf_titre' => 'En attente']);
        $this->write($waiting, ['statut_fiche' => '0']);
        $withheld = $this->entry(['bf_titre' => 'Gardée']);
        $this->write($withheld, ['partageons_prive' => 'Oui']);
        $born = $this->entry(['bf_titre' => 'Reçue']);
        $this->write($born, ['partageons_origine' => 'https://ailleurs.fr/1']);
        $copied = Fresh::entry($this->wiki, '5', ['bf_titre' => 'Copiée'], 'https://ailleurs.fr/?Fiche');
        $delivered = $this->entry(['bf_titre' => 'x', 'id_fiche' => 'FicheMareX0123456789abcdef']);
        Fresh::form($this->wiki, '6', 'Interne', ['texte***bf_titre***Titre' . self::END]);
        $other = Fresh::entry($this->wiki, '6', ['bf_titre' => 'Autre formulaire']);
        self::assertSame([$kept], $this->all());
        $all = [$kept, $closed, $waiting, $withheld, $born, $copied, $delivered, $other, 'PagePrincipale'];
        self::assertSame([$kept], array_keys($this->site()->states($all)));
        self::assertSame([$kept], array_keys($this->site()->records($all)));
        foreach (['', '0', 'non', 'NON'] as $no) {
            $this->write($withheld, ['partageons_prive' => $no]);
            self::assertContains($withheld, $this->all(), "« $no »");
        }
    }

    public function testAWikiThatIsClosedSharesNothing(): void
    {
        $tag = $this->entry();
        $this->sql("DELETE FROM {$this->table('acls')} WHERE page_tag = '$tag'");
        self::assertSame([$tag], $this->all());
        $this->wiki->config['default_read_acl'] = '+';
        self::assertSame([], $this->all());
    }

    public function testTheyComeInOrderInBatches(): void
    {
        $tags = array_map(fn (int $i): string => $this->entry(['bf_titre' => "Fiche n° $i"]), range(1, 9));
        $this->write($tags[3], ['partageons_prive' => '1']);
        unset($tags[3]);
        sort($tags);
        $site = $this->site();
        for ($found = [], $after = ''; ($ids = $site->ids($after, 3)) !== []; $after = end($ids)) {
            array_push($found, ...$ids);
            self::assertCount(3, $site->states($ids) + array_fill(0, 3 - count($ids), 0));
        }
        self::assertSame($tags, $found);
    }

    public function testANameWithAccentsHasAnIdWithout(): void
    {
        $tag = $this->entry();
        foreach (['pages' => 'tag', 'triples' => 'resource', 'acls' => 'page_tag'] as $table => $column) {
            $this->sql("UPDATE {$this->table($table)} SET $column = 'ÉcoleVerte' WHERE $column = '$tag'");
        }
        self::assertSame(['%C3%89coleVerte'], $this->all());
        self::assertStringEndsWith('%C3%89coleVerte', $this->record('%C3%89coleVerte')->url);
    }

    public function testAFormThatNobodyHasIsSaidAndNothingElseSuffers(): void
    {
        self::assertSame(['99'], $this->site()->forms()->missing());
        self::assertSame(['formulaire-5' => 'Initiatives'], $this->site()->sets());
        $this->wiki->config['partageons_forms'] = '99';
        self::assertSame([], $this->site()->sets());
        self::assertSame([], $this->site()->ids('', 10));
    }

    public function testAFormThatIsRenamedChangesItsEntries(): void
    {
        $tag = $this->entry();
        $before = $this->fingerprint($tag);
        $this->form([], 'Actions');
        self::assertNotSame($before, $this->fingerprint($tag));
        self::assertSame('Actions', $this->record($tag)->type);
    }

    public function testStoredThingsOfAnyShapeAreNoFault(): void
    {
        $this->form([
            'texte***bf_a***A' . self::END,
            'tags*** ***T*** *** *** ***bf_t*** ***0*** *** *** * *** * *** *** *** ***',
        ]);
        $tag = $this->entry();
        $this->write($tag, [
            'bf_titre' => ['x' => ['y']], 'bf_a' => ['1', ['2'], null, true], 'bf_t' => ['a' => '1', 'b' => '0'],
            'statut_fiche' => ['1'], 'date_creation_fiche' => [], 'date_maj_fiche' => '0000-00-00 00:00:00',
        ]);
        $record = $this->record($tag);
        self::assertSame([$tag, ''], [$record->title, $record->modified]);
        self::assertSame(['a'], $record->keywords);
        $this->sql("UPDATE {$this->table('pages')} SET body = 'plus une fiche' WHERE tag = '$tag'");
        self::assertSame([], $this->all());
    }

    public function testADatabaseOutOfOrderIsSaid(): void
    {
        $this->sql("DROP TABLE {$this->table('triples')}");
        $this->expectException(Unavailable::class);
        $this->site()->ids('', 10);
    }
}
