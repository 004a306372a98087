<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\Entrance;
use PHPUnit\Framework\TestCase;

final class EntranceTest extends TestCase
{
    /** @return array<string, array{0: string, 1: string}> address as it came, what is asked of the feed */
    public static function ours(): array
    {
        return [
            'as it is' => ['/?api/partageons/oai&verb=Identify', 'verb=Identify'],
            'nothing asked' => ['/?api/partageons/oai', ''],
            'another question mark' => ['/?api/partageons/oai?verb=Identify', 'verb=Identify'],
            'an empty value' => ['/?api/partageons/oai=&verb=Identify', 'verb=Identify'],
            'escaped' => ['/?api%2Fpartageons%2Foai&verb=Identify', 'verb=Identify'],
            'rewritten' => ['/wiki/api/partageons/oai?verb=Identify&x=1', 'verb=Identify&x=1'],
            'by its old name' => ['/wakka.php?wiki=api/partageons/oai&verb=Identify', 'verb=Identify'],
            'its schema' => ['/?api/partageons/oai&schema=pv', 'schema=pv'],
            'its query lost' => ['/?verb=Identify', 'verb=Identify'],
            'its query lost, in a folder' => [
                '/wiki/?verb=ListRecords&metadataPrefix=pv',
                'verb=ListRecords&metadataPrefix=pv',
            ],
        ];
    }

    /** @dataProvider ours */
    public function testTheFeedIsFound(string $uri, string $asked): void
    {
        self::assertSame($asked, Entrance::asked($uri));
    }

    /** @return list<array{0: string}> */
    public static function others(): array
    {
        return [
            ['/'], ['/?PagePrincipale'], ['/?PagePrincipale&verb=Identify'], ['/?verb=identify'], ['/?verb=Autre'],
            ['/?verb=IdentifyX'], ['/?x=1&verb=Identify'], ['/?api/partageons/oai/suite'], ['/?api/partageons/oaix'],
            ['/?api/partageons/ping'], ['/PagePrincipale?verb=Identify'], ['/?Page/api/partageons/oai'],
            ['/?verb=Identify' . str_repeat('x', 9000)],
        ];
    }

    /** @dataProvider others */
    public function testNothingElseIs(string $uri): void
    {
        self::assertNull(Entrance::asked($uri));
    }

    public function testTheRequestBecomesOneForTheRoute(): void
    {
        $wiki = (object) ['tag' => 'verb', 'method' => ''];
        $server = ['REQUEST_URI' => '/?verb=Identify', 'QUERY_STRING' => 'verb=Identify'];
        Entrance::lead($wiki, $server);
        self::assertSame(['api', 'partageons/oai'], [$wiki->tag, $wiki->method]);
        self::assertSame('api/partageons/oai&verb=Identify', $server['QUERY_STRING']);
    }
}
