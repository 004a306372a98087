<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

final class TokenTest extends OaiCase
{
    private const LIST = ['verb' => 'ListIdentifiers', 'metadataPrefix' => 'oai_dc'];

    private string $sealed;

    protected function setUp(): void
    {
        parent::setUp();
        $this->fill(150);
        $this->now = self::START + 1000;
        $this->sealed = self::token($this->ask(self::LIST));
    }

    private function refused(string $token, string $verb = 'ListIdentifiers'): bool
    {
        return self::codes($this->ask(['verb' => $verb, 'resumptionToken' => $token])) === ['badResumptionToken'];
    }

    public function testItIsGoodAsOftenAsOneLikes(): void
    {
        self::assertFalse($this->refused($this->sealed));
        self::assertFalse($this->refused($this->sealed));
    }

    public function testItExpires(): void
    {
        $this->now += 7 * 86400;
        self::assertFalse($this->refused($this->sealed));
        $this->now++;
        self::assertTrue($this->refused($this->sealed));
    }

    public function testItIsForOneVerbAndOneRepository(): void
    {
        self::assertTrue($this->refused($this->sealed, 'ListRecords'));
        $this->identity->baseUrl = 'https://autre.fr/oai';
        self::assertTrue($this->refused($this->sealed));
    }

    public function testAnotherSecretDoesNotOpenIt(): void
    {
        $answer = $this->oai('autre')->respond([['verb', 'ListIdentifiers'], ['resumptionToken', $this->sealed]]);
        self::assertStringContainsString('badResumptionToken', $answer);
    }

    public function testNobodyMakesOne(): void
    {
        for ($i = 0; $i < strlen($this->sealed); $i += 3) {
            $forged = $this->sealed;
            $forged[$i] = $forged[$i] === 'x' ? 'y' : 'x';
            $known = self::codes($this->ask(['verb' => 'ListIdentifiers', 'resumptionToken' => $forged], false));
            // The last character of base64 has bits that mean nothing.
            self::assertTrue($known === ['badResumptionToken'] || $i === strlen($this->sealed) - 1, $forged);
        }
        $plain = str_repeat('a', 16) . '["pv","","9","","","",0,0,9999999999]';
        $plain = rtrim(strtr(base64_encode($plain), '+/', '-_'), '=');
        foreach (['', 'x', '0', '=', '%00', 'é', "\n", str_repeat('A', 60000), "$this->sealed=", $plain] as $token) {
            self::assertTrue($this->refused($token), substr($token, 0, 80));
        }
    }
}
