<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\Prefill;
use PHPUnit\Framework\TestCase;

final class PrefillTest extends TestCase
{
    private const FIELDS = [
        ['bf_titre', 'text'], ['bf_chapeau', 'textarea'], ['bf_description', 'textarea'], ['bf_ville', 'text'],
        ['bf_code_postal', 'text'], ['bf_mail', 'email'], ['bf_site', 'link'], ['geolocation', 'map'],
        ['bf_statut', 'select'],
    ];

    public function testFriendlyNamesFindTheirFields(): void
    {
        self::assertSame(
            [
                'bf_titre' => 'Une mare', 'bf_description' => "Un résumé\nen deux lignes", 'bf_ville' => 'Lyon',
                'bf_code_postal' => '69001', 'bf_site' => 'https://a.fr/1',
                'geolocation' => ['bf_latitude' => '45.76', 'bf_longitude' => '4.84'],
            ],
            Prefill::of(self::FIELDS, [
                'titre' => ' Une mare ', 'resume' => "Un résumé\nen deux lignes", 'lieu' => 'Lyon',
                'code_postal' => '69001', 'url' => 'https://a.fr/1', 'latitude' => '45.76', 'longitude' => '4.84',
            ])
        );
    }

    public function testTheWikisOwnNamesSayMore(): void
    {
        $found = Prefill::of(self::FIELDS, [
            'titre' => 'A', 'bf_titre' => 'B', 'bf_statut' => 'encours', 'bf_inconnu' => 'x', 'id' => '7',
        ]);
        self::assertSame(['bf_titre' => 'B', 'bf_statut' => 'encours'], $found);
    }

    /** @dataProvider oddities */
    public function testWhatIsNoTextIsLeftOut(array $query): void
    {
        self::assertSame([], Prefill::of(self::FIELDS, $query));
    }

    /** @return list<array{0: array<mixed>}> */
    public function oddities(): array
    {
        return [
            [['titre' => ['x'], 'bf_titre' => ['y']]], [['url' => 'javascript:alert(1)']], [['titre' => "\0 \x07"]],
            [['latitude' => '45.7']], [['latitude' => 'x', 'longitude' => '4']],
            [['latitude' => '99', 'longitude' => '4']],
            [['resume' => '']], [[]],
        ];
    }

    public function testAFormWithoutTheFieldIsLeftAlone(): void
    {
        $query = ['titre' => 'x', 'resume' => 'y', 'url' => 'https://a.fr/'];
        self::assertSame([], Prefill::of([['bf_nom', 'text']], $query));
        self::assertSame(['bf_suite' => 'y'], Prefill::of([['bf_suite', 'textarea']], ['resume' => 'y']));
    }

    public function testALongTextIsCut(): void
    {
        $found = Prefill::of(self::FIELDS, ['titre' => str_repeat('é', 90000) . "\xff"]);
        self::assertSame(5000, mb_strlen($found['bf_titre']));
    }
}
