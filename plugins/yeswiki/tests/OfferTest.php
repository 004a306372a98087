<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\Offer;
use Partageons\YesWiki\Saved;
use PHPUnit\Framework\TestCase;

final class OfferTest extends TestCase
{
    private const FORM = '<form action="" method="post" name="formulaire" id="formulaire" enctype="x">'
        . '<input name="id_typeannonce" value="%s" type="hidden"></form>';

    protected function tearDown(): void
    {
        unset($_SESSION['partageons_saved'], $_GET[Offer::SEEN]);
        if (session_status() === PHP_SESSION_ACTIVE) {
            session_abort();
        }
    }

    public function testTheFormOfAPage(): void
    {
        self::assertSame('5', Offer::form('<p>Avant</p>' . sprintf(self::FORM, '5')));
        self::assertSame('', Offer::form('<p>Aucun formulaire</p>'));
        self::assertSame('', Offer::form(sprintf(self::FORM, '5"><script>')));
        self::assertSame('', Offer::form('<input name="id_typeannonce" value="5" type="hidden">'));
    }

    /** @runInSeparateProcess */
    public function testASaveLeavesOneMark(): void
    {
        $this->session();
        Saved::note(['id_fiche' => 'UneMare', 'id_typeannonce' => '5'], ['5', '7']);
        self::assertSame('UneMare', Saved::take());
        self::assertSame('', Saved::take());
        Saved::note(['id_fiche' => 'UneMare', 'id_typeannonce' => 7], ['5', '7']);
        self::assertSame('UneMare', Saved::take());
    }

    /** @runInSeparateProcess */
    public function testNoMarkForWhatIsNotSharedNorForWhoSawIt(): void
    {
        $this->session();
        Saved::note(['id_fiche' => 'UneMare', 'id_typeannonce' => '6'], ['5', '7']);
        Saved::note(['tag' => 'UnePage', 'body' => 'x'], ['5', '7']);
        Saved::note(['id_fiche' => ['x'], 'id_typeannonce' => '5'], ['5', '7']);
        $_GET[Offer::SEEN] = '1';
        Saved::note(['id_fiche' => 'UneMare', 'id_typeannonce' => '5'], ['5', '7']);
        self::assertSame('', Saved::take());
    }

    /** @runInSeparateProcess */
    public function testAnOldMarkIsAnotherStory(): void
    {
        $this->session();
        $old = ['tag' => 'UneMare', 'at' => time() - 121];
        foreach ([$old, 'x', ['tag' => ['x'], 'at' => time()], ['at' => 'x']] as $mark) {
            $_SESSION['partageons_saved'] = $mark;
            self::assertSame('', Saved::take());
            self::assertArrayNotHasKey('partageons_saved', $_SESSION);
        }
    }

    public function testAPageThatFollowsNoSaveIsUntouched(): void
    {
        self::assertSame('<p>Page</p>', Saved::shown(new \stdClass(), '<p>Page</p>'));
    }

    private function session(): void
    {
        session_save_path(sys_get_temp_dir());
        session_start();
    }
}
