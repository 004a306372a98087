<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Pairing;
use Partageons\YesWiki\AdminActs;
use Partageons\YesWiki\ConfigFile;
use Partageons\YesWiki\Settings;
use YesWiki\Core\Service\ConfigurationService;

require_once __DIR__ . '/AdminCase.php';

/** What the buttons do. */
final class AdminActsTest extends AdminCase
{
    private const SENT = ['partageons_forms' => ['5'], 'partageons_licence' => 'CC BY 4.0'];

    /**
     * @param array<string, mixed> $sent
     * @return array{part: string, level: string, said: string}
     */
    private function done(string $act, array $sent = []): array
    {
        $file = new ConfigFile($this->wiki->services->get(ConfigurationService::class));
        return (new AdminActs($this->wiki, $this->parts(), $file))->done($act, $sent, ['5', '6'], 'wiki.exemple.fr');
    }

    public function testSavingSharesAtOnce(): void
    {
        $this->entry(['bf_titre' => 'La mare']);
        $this->entry(['bf_titre' => 'Jeanne'], '6');
        $told = $this->done('save', self::SENT + ['partageons_email' => ' contact@exemple.fr ']);
        self::assertSame(['top', 'success', 'SAVED'], array_values($told));
        self::assertSame('5', $this->written()['partageons_forms']);
        self::assertSame('contact@exemple.fr', $this->written()['partageons_email']);
        self::assertSame(['5'], $this->parts()->settings()->forms);
        self::assertSame(['live' => 1, 'deleted' => 0], $this->parts()->log()->totals());

        $this->done('save', ['partageons_forms' => ['6']] + self::SENT);
        self::assertSame(['live' => 1, 'deleted' => 1], $this->parts()->log()->totals());
        $this->done('save', ['partageons_forms' => 'x'] + self::SENT);
        self::assertArrayNotHasKey('partageons_forms', $this->written());
        self::assertSame(['live' => 0, 'deleted' => 2], $this->parts()->log()->totals());
    }

    public function testOnlyFormsThatExistAndKnownLicencesAreKept(): void
    {
        $before = Settings::of(['partageons_licence' => 'Licence maison']);
        $sent = ['partageons_forms' => ['6', '99', ['5'], '5; DROP'], 'partageons_licence' => '<script>'];
        $chosen = AdminActs::chosen($sent, ['5', '6'], $before);
        self::assertSame(['6'], $chosen->forms);
        self::assertSame('Licence maison', $chosen->licence);
        self::assertSame('', AdminActs::chosen(['partageons_licence' => ''], [], $before)->licence);
        self::assertSame('', AdminActs::chosen(['partageons_email' => ['x']], [], $before)->email);
    }

    public function testAMistakenAddressKeepsTheOneBefore(): void
    {
        $this->done('save', self::SENT + ['partageons_email' => 'contact@exemple.fr']);
        $told = $this->done('save', self::SENT + ['partageons_email' => 'contact chez exemple']);
        self::assertSame(['top', 'warning', 'SAVED_BUT_EMAIL'], array_values($told));
        self::assertSame('contact@exemple.fr', $this->written()['partageons_email']);
    }

    public function testAFileThatCannotBeWrittenIsSaidAndNothingChanges(): void
    {
        unlink('wakka.config.php');
        self::assertSame('UNWRITABLE', $this->done('save', self::SENT)['said']);
        self::assertSame([], $this->parts()->settings()->forms);
    }

    public function testJoiningNeedsAnAddressAndAForm(): void
    {
        self::assertSame('NO_ADDRESS', $this->done('join', ['partageons_bridge' => 'pas une adresse'])['said']);
        self::assertSame('NO_FORM', $this->done('join', ['partageons_bridge' => 'https://pont.exemple.fr'])['said']);
        self::assertArrayNotHasKey('partageons_bridge', $this->written());
        self::assertSame(Pairing::NONE, $this->parts()->pairing()->state());
    }

    public function testJoiningKeepsTheAddressAndLeavingForgetsTheRequest(): void
    {
        $this->done('save', self::SENT);
        // Nobody listens there: the request waits, and is made again later.
        self::assertSame(['join', '', ''], array_values($this->done('join', ['partageons_bridge' => '127.0.0.1:9'])));
        self::assertSame('https://127.0.0.1:9/', $this->written()['partageons_bridge']);
        self::assertSame(Pairing::ASKED, $this->parts()->pairing()->state());
        self::assertSame('', $this->done('look')['said']);
        self::assertSame('LEFT', $this->done('leave')['said']);
        self::assertSame(Pairing::NONE, $this->parts()->pairing()->state());
    }

    public function testAnUnknownButtonDoesNothing(): void
    {
        self::assertSame(['top', '', ''], array_values($this->done('constructor')));
    }
}
