<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\Visitor;
use PHPUnit\Framework\TestCase;
use YesWiki\Core\Service\AclService;
use YesWiki\StandIn\Fresh;

final class VisitorTest extends TestCase
{
    private const PIECES = [
        '*', '+', '%', '@admins', '@autre', 'WikiAdmin', 'Inconnu', '', '#note', '@', ' +', 'comments-closed', '*x',
    ];

    /** @return array<string, array{0: string, 1: bool, 2: bool}> text, whether a page, a field is open */
    public static function lists(): array
    {
        return [
            'everyone' => ['*', true, true],
            'members' => ['+', false, false],
            'an owner' => ['%', false, false],
            'a group' => ['@admins', false, false],
            'a name' => ['WikiAdmin', false, false],
            'all but members' => ['!+', true, true],
            'all but its owner' => ['!%', false, true],
            'nobody' => ['!*', false, false],
            'one open line is enough' => ["@admins\n*", true, true],
            'lines of Windows' => ["@admins\r\n*", true, true],
            'names between commas' => ['@admins,*', false, true],
            'a remark' => ['# *', false, false],
            'nothing' => ['', false, true],
        ];
    }

    /** @dataProvider lists */
    public function testWhatNobodyMayRead(string $list, bool $page, bool $field): void
    {
        self::assertSame($page, (new Visitor('*'))->readsPage($list));
        self::assertSame($field, Visitor::readsField($list));
    }

    public function testAPageThatSaysNothingIsAsTheWikiIs(): void
    {
        self::assertTrue((new Visitor('*'))->readsPage(null));
        self::assertFalse((new Visitor('+'))->readsPage(null));
    }

    /** Also on a real wiki: 1060 texts, where a person is logged in and where nobody is. */
    public function testItSaysWhatTheWikiSaysToNobody(): void
    {
        $wiki = Fresh::wiki();
        $own = $wiki->services->get(AclService::class);
        foreach (self::PIECES as $one) {
            foreach (self::PIECES as $other) {
                foreach ([$one, "!$one", "$one\n$other", "!$one\n!$other"] as $list) {
                    $said = empty($list) || $own->check($list, null, true, 'PagePrincipale');
                    self::assertSame($said, Visitor::readsField($list), (string) json_encode($list));
                }
            }
        }
        unset($GLOBALS['wiki']); // its database cannot be handed to a process of another test
    }
}
