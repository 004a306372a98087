<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\ConfigFile;
use YesWiki\Core\Service\ConfigurationService;

require_once __DIR__ . '/AdminCase.php';

/** `wakka.config.php`, which the whole wiki lives on. */
final class ConfigFileTest extends AdminCase
{
    private function config(): ConfigFile
    {
        return new ConfigFile($this->wiki->services->get(ConfigurationService::class));
    }

    public function testOnlyWhatIsGivenChanges(): void
    {
        self::assertTrue($this->config()->write(['partageons_forms' => '5,6', 'partageons_licence' => "l'une"]));
        self::assertEquals([
            'base_url' => 'https://wiki.exemple.fr/?',
            'mysql_database' => 'x',
            'kept' => ['a' => true],
            'partageons_forms' => '5,6',
            'partageons_licence' => "l'une",
        ], $this->written());
        self::assertTrue($this->config()->write(['partageons_forms' => '']));
        self::assertArrayNotHasKey('partageons_forms', $this->written());
        self::assertSame("l'une", $this->written()['partageons_licence']);
    }

    public function testAFileThatIsNotTheWikisIsLeftAlone(): void
    {
        foreach (['<?php ', '<?php $wakkaConfig = ["base_url" => "x"];', '<?php $other = 1;'] as $broken) {
            file_put_contents('wakka.config.php', $broken);
            self::assertFalse($this->config()->write(['partageons_forms' => '5']));
            self::assertSame($broken, file_get_contents('wakka.config.php'));
        }
    }

    public function testWithoutAFileNothingIsWritten(): void
    {
        unlink('wakka.config.php');
        self::assertFalse($this->config()->writable());
        self::assertFalse($this->config()->write(['partageons_forms' => '5']));
        self::assertFileDoesNotExist('wakka.config.php');
    }
}
