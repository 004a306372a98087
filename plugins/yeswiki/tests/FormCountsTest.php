<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\FormCounts;
use Partageons\YesWiki\Visitor;

require_once __DIR__ . '/AdminCase.php';

/** What the page says of each form before anything is shared. */
final class FormCountsTest extends AdminCase
{
    private function counts(string $default = '*'): FormCounts
    {
        $prefix = (string) $this->wiki->config['table_prefix'];
        return new FormCounts($this->parts()->connection(), $prefix, new Visitor($default));
    }

    public function testEachFormIsCountedAsAVisitorSeesIt(): void
    {
        $this->entry(['bf_titre' => 'La mare']);
        $this->entry(['bf_titre' => 'Gardée', 'partageons_prive' => 'Oui']);
        $this->entry(['bf_titre' => 'Pas gardée', 'partageons_prive' => 'Non']);
        $this->entry(['bf_titre' => 'Copie'], '5', 'https://voisin.exemple.fr/?Copie');
        $closed = $this->entry(['bf_titre' => 'Fermée']);
        $this->sql("REPLACE INTO {}acls (page_tag, privilege, list) VALUES (?, 'read', '@admins')", [$closed]);
        $came = $this->entry(['bf_titre' => 'Venue']);
        $this->stored($came, 'partageons_origine', 'https://voisin.exemple.fr/2');
        $this->entry(['bf_titre' => 'Jeanne'], '6');

        self::assertEquals([
            '5' => ['entries' => 6, 'readable' => 5, 'came' => 2, 'hidden' => 1],
            '6' => ['entries' => 1, 'readable' => 1, 'came' => 0, 'hidden' => 0],
        ], $this->counts()->all());
    }

    public function testWhatTheNetworkDeliversCameFromElsewhere(): void
    {
        $tag = $this->entry(['bf_titre' => 'Livrée']);
        $name = 'FicheMareX0123456789abcdef';
        $this->sql('UPDATE {}pages SET tag = ? WHERE tag = ?', [$name, $tag]);
        $this->sql('UPDATE {}triples SET resource = ? WHERE resource = ?', [$name, $tag]);
        self::assertSame(1, $this->counts()->all()['5']['came']);
    }

    public function testAWikiOfMembersShowsNothingToVisitors(): void
    {
        $open = $this->entry(['bf_titre' => 'Ouverte']);
        $this->entry(['bf_titre' => 'La mare']);
        $this->sql("DELETE FROM {}acls");
        $this->sql("REPLACE INTO {}acls (page_tag, privilege, list) VALUES (?, 'read', '*')", [$open]);
        self::assertSame(1, $this->counts('+')->all()['5']['readable']);
    }

    public function testTheLatestAreThoseOfTheForm(): void
    {
        $first = $this->entry(['bf_titre' => 'Ancienne']);
        $last = $this->entry(['bf_titre' => 'Nouvelle']);
        $this->entry(['bf_titre' => 'Jeanne'], '6');
        $this->sql("UPDATE {}pages SET time = '2026-01-01 00:00:00' WHERE tag = ?", [$first]);
        self::assertSame([$last, $first], array_keys($this->counts()->latest('5', 30)));
        self::assertCount(1, $this->counts()->latest('5', 1));
        self::assertSame([], $this->counts()->latest('55', 30));
    }
}
