<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Opinion;
use Partageons\Core\Warning;
use Partageons\YesWiki\Words;
use PHPUnit\Framework\TestCase;

/** Every sentence, in both languages. */
final class WordsTest extends TestCase
{
    private const CODES = [
        '', 'dns', 'certificate', 'slow', 'unreachable', 'login', 'moved', 'maintenance', 'closed', 'password',
        'firewall', 'busy', 'absent', 'broken', 'stale', 'other', 'address', 'private',
    ];

    /** @return array<string, string> */
    private static function texts(string $language): array
    {
        return require dirname(__DIR__) . "/lang/partageons_$language.inc.php";
    }

    private static function words(string $language): Words
    {
        $texts = self::texts($language);
        return new Words(static function (string $key, array $values) use ($texts): string {
            $text = $texts[$key];
            foreach ($values as $name => $value) {
                $text = str_replace("%{{$name}}", $value, $text);
            }
            return $text;
        });
    }

    public function testBothLanguagesSayTheSameThingsOfTheSameValues(): void
    {
        [$french, $english] = [self::texts('fr'), self::texts('en')];
        self::assertSame(array_keys($french), array_keys($english));
        foreach ($french as $key => $text) {
            preg_match_all('/%\{\w+\}/', $text, $here);
            preg_match_all('/%\{\w+\}/', $english[$key], $there);
            sort($here[0]);
            sort($there[0]);
            self::assertSame($here[0], $there[0], $key);
        }
    }

    public function testTheTemplatesSayNothingElse(): void
    {
        $texts = self::texts('fr');
        foreach (glob(dirname(__DIR__) . '/templates/admin*.twig') ?: [] as $file) {
            preg_match_all("/'(PARTAGEONS_ADMIN_[A-Z_]+[A-Z])'/", (string) file_get_contents($file), $found);
            foreach ($found[1] as $key) {
                self::assertArrayHasKey($key, $texts, basename($file));
            }
        }
    }

    public function testEveryCodeHasASentence(): void
    {
        foreach (['fr', 'en'] as $language) {
            $words = self::words($language);
            $values = ['name' => 'Wordfence', 'status' => '403', 'there' => 'https://a.fr/', 'at' => (string) time()];
            $values += ['named' => 'a.fr', 'here' => 'b.fr'];
            foreach (self::CODES as $code) {
                self::assertStringNotContainsString('%{', $words->obstacle($code, $values), $code);
            }
            self::assertStringContainsString('403', $words->obstacle('firewall', ['name' => '', 'status' => '403']));
            foreach (['title', 'text', 'abstract', 'half', 'zero', 'off', 'licence', 'found', 'link'] as $code) {
                $said = $words->warning(new Warning('x', $code, '', '06 12 34 56 78'));
                self::assertStringNotContainsString('%{', $said);
            }
            $said = $words->warning(new Warning('personal', 'found', 'Lieu', 'a@b.fr'));
            self::assertStringContainsString('Lieu', $said);
            foreach (['waiting', 'said', 'ping', 'visit', 'coming', 'shown'] as $code) {
                $told = ['code' => $code, 'said' => 'Non.', 'live' => 1200];
                self::assertStringNotContainsString('%{', $words->opinion($told));
            }
        }
        self::assertStringContainsString('1,200', self::words('en')->opinion(
            ['code' => Opinion::SHOWN, 'said' => '', 'live' => 1200]
        ));
    }

    public function testTimePassesInWords(): void
    {
        $words = self::words('fr');
        $said = array_map([$words, 'lasting'], [0, 60, 150, 3600, 90000, 172800]);
        self::assertSame(['moins d’une minute', '1 minute', '2 minutes', '1 heure', '1 jour', '2 jours'], $said);
    }
}
