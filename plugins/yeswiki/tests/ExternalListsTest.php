<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\YesWiki\ExternalLists;
use PHPUnit\Framework\TestCase;

/** What the wiki keeps of other sites' lists, as its `ExternalBazarService` names and dates its files. */
final class ExternalListsTest extends TestCase
{
    private const PREFIX = 'ExternalBazarServiceCache_';
    private string $folder;

    protected function setUp(): void
    {
        $this->folder = sys_get_temp_dir() . '/external-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
    }

    protected function tearDown(): void
    {
        array_map('unlink', glob("$this->folder/*") ?: []);
        rmdir($this->folder);
    }

    private function kept(string $name, string $body = '{"Mare": {"id_fiche": "Mare"}}', int $age = 5): string
    {
        $file = "$this->folder/$name";
        file_put_contents($file, $body);
        touch($file, time() - $age);
        return $file;
    }

    private function listOf(string $url): string
    {
        return self::PREFIX . hash('sha256', $url);
    }

    private static function age(string $file): int
    {
        clearstatcache();
        return time() - (int) filemtime($file);
    }

    public function testTheNextViewLooksForDeletions(): void
    {
        $bridge = $this->kept($this->listOf('https://pont.exemple.org/?api/forms/7/entries'));
        $near = $this->kept($this->listOf('http://localhost:8765/?api/forms/7/entries&query=bf_theme=mare'));
        $form = $this->kept($this->listOf('https://pont.exemple.org/?Page/json&demand=forms&id=7'), '[{}]');
        self::assertSame(3, (new ExternalLists($this->folder))->expire());
        foreach ([$bridge, $near, $form] as $file) {
            self::assertGreaterThan(86400, self::age($file), 'the wiki looks for deletions');
            self::assertLessThan(864000, self::age($file), 'the wiki does not throw it away');
        }
        self::assertSame('{"Mare": {"id_fiche": "Mare"}}', file_get_contents($bridge), 'shown if nobody answers');
    }

    public function testNothingElseIsTouched(): void
    {
        $others = [
            $this->kept(self::PREFIX . 'Details_' . hash('sha256', 'https://pont.exemple.org/')),
            $this->kept($this->listOf('https://a.exemple.org/') . '_updating', date('Y-m-d H:i:s')),
            $this->kept('tmp_to_delete_a1b2c3'),
            $this->kept('partageons-due'),
            $this->kept(self::PREFIX . 'autre'),
        ];
        self::assertSame(0, (new ExternalLists($this->folder))->expire());
        foreach ($others as $file) {
            self::assertLessThan(60, self::age($file), $file);
        }
    }

    public function testWhatIsOldStaysAsItIs(): void
    {
        $file = $this->kept($this->listOf('https://pont.exemple.org/'), '{}', 800000);
        (new ExternalLists($this->folder))->expire();
        self::assertGreaterThanOrEqual(800000, self::age($file));
    }

    public function testTheWikiMayLookForDeletionsLater(): void
    {
        $file = $this->kept($this->listOf('https://pont.exemple.org/'));
        (new ExternalLists($this->folder, ['cache_time_to_check_deletion' => '400000']))->expire();
        self::assertGreaterThan(400000, self::age($file));
        $file = $this->kept($this->listOf('https://pont.exemple.org/'));
        (new ExternalLists($this->folder, ['cache_time_to_check_deletion' => 99999999999999, 'x' => []]))->expire();
        self::assertLessThan(864000, self::age($file));
        self::assertGreaterThan(800000, self::age($file));
    }

    public function testOddParametersAndNoFolder(): void
    {
        $file = $this->kept($this->listOf('https://pont.exemple.org/'));
        self::assertSame(1, (new ExternalLists($this->folder, ['cache_time_to_check_deletion' => ['a']]))->expire());
        self::assertGreaterThan(86400, self::age($file));
        self::assertSame(1, (new ExternalLists($this->folder, 'rien'))->expire());
        self::assertSame(0, (new ExternalLists("$this->folder/nowhere"))->expire());
    }
}
