<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\Pairing;
use PHPUnit\Framework\TestCase;

final class PairingTest extends TestCase
{
    private const ADDRESS = 'https://pont.exemple.fr/';
    private const FEED = 'https://a.fr/?partageons=oai';
    private const KEY = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    private const OTHER = 'whsec_ICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

    private Web $web;
    private Kept $memory;
    private int $now = 1795000000;

    protected function setUp(): void
    {
        $this->web = new Web();
        $this->memory = new Kept();
    }

    private function pairing(): Pairing
    {
        $bridge = fn (string $address): Bridge => new Bridge($address, $this->web);
        return new Pairing($this->memory, $bridge, fn (): int => $this->now);
    }

    /** @param array<string, string> $told */
    private function told(array $told, int $status = 200): Answer
    {
        return Web::json(['pairing' => 'b6f0', 'plugins' => '0.3.0'] + $told, $status);
    }

    private function accepted(string $key = self::KEY): Answer
    {
        return $this->told(['state' => 'accepted', 'source' => 'a', 'ping' => self::ADDRESS . 'ping/a', 'key' => $key]);
    }

    private function gone(int $status = 404): Answer
    {
        return Web::json(['error' => ['message' => 'Cette demande n’existe pas, ou plus.', 'remedy' => '']], $status);
    }

    private function join(): Pairing
    {
        $this->web->answers = [$this->told(['state' => 'asked'], 202), $this->accepted()];
        $pairing = $this->pairing();
        $pairing->join(self::ADDRESS, self::FEED);
        $pairing->look();
        return $this->pairing();
    }

    public function testNothingAtFirst(): void
    {
        $pairing = $this->pairing();
        self::assertSame(['none', 'none', 0], [$pairing->state(), $pairing->look(), $pairing->next()]);
        self::assertSame(['', '', '', '', '', ''], [$pairing->said(), $pairing->challenge(), $pairing->source(),
            $pairing->pingAddress(), $pairing->address(), $pairing->newest()]);
        self::assertSame([], $pairing->keys());
        self::assertSame([], $this->web->asked);
    }

    public function testTheWholeWay(): void
    {
        $shown = '';
        $this->web->answers = [
            function (array $asked) use (&$shown): Answer {
                $shown = $this->pairing()->challenge(); // the bridge may read the feed before it answers
                return $this->told(['state' => 'asked'], 202);
            },
            $this->told(['state' => 'asked']),
            $this->told(['state' => 'verified']),
            $this->accepted(),
        ];
        self::assertSame('asked', $this->pairing()->join('pont.exemple.fr', self::FEED));
        self::assertSame(['feed' => self::FEED, 'challenge' => $shown], $this->web->said());
        self::assertMatchesRegularExpression('/\A[A-Za-z0-9_-]{43}\z/', $shown);
        self::assertSame([self::ADDRESS, $shown], [$this->pairing()->address(), $this->pairing()->challenge()]);
        self::assertSame('asked', $this->pairing()->look());
        self::assertSame('verified', $this->pairing()->look());
        $nonce = $this->web->said()['nonce'];
        self::assertSame($shown, rtrim(strtr(base64_encode(hash('sha256', $nonce, true)), '+/', '-_'), '='));
        self::assertSame($shown, $this->pairing()->challenge());
        self::assertSame('accepted', $this->pairing()->look());
        $pairing = $this->pairing();
        self::assertSame([[self::KEY], 'a', self::ADDRESS . 'ping/a', '', '', '0.3.0'], [$pairing->keys(),
            $pairing->source(), $pairing->pingAddress(), $pairing->challenge(), $pairing->said(), $pairing->newest()]);
        self::assertSame($this->now + 86400, $pairing->next());
    }

    public function testToAskTwiceIsToAskOnce(): void
    {
        $this->web->answers = [$this->told(['state' => 'asked'], 202), $this->told(['state' => 'verified'])];
        $this->pairing()->join(self::ADDRESS, self::FEED);
        $challenge = $this->pairing()->challenge();
        self::assertSame('verified', $this->pairing()->join(self::ADDRESS, self::FEED));
        self::assertSame($challenge, $this->pairing()->challenge());
        self::assertSame(self::ADDRESS . 'pairing/b6f0', $this->web->asked[1]['url']);
    }

    public function testABridgeThatDoesNotAnswerIsAskedAgain(): void
    {
        self::assertSame('asked', $this->pairing()->join(self::ADDRESS, self::FEED));
        self::assertSame('Le pont ne répond pas.', $this->pairing()->said());
        $challenge = $this->pairing()->challenge();
        self::assertSame($this->now + 60, $this->pairing()->next());
        $this->web->answers = [$this->told(['state' => 'asked'], 202), $this->told(['state' => 'verified'])];
        self::assertSame('asked', $this->pairing()->look());
        self::assertSame(['', $challenge], [$this->pairing()->said(), $this->web->said()['challenge']]);
        self::assertSame('verified', $this->pairing()->look());
    }

    public function testABusyBridgeSaysWhenToComeBack(): void
    {
        $told = ['error' => ['message' => 'Une demande de ce site est déjà en cours.', 'remedy' => 'Réessayez.']];
        $this->web->answers = [Web::json($told, 429, ['retry-after' => '900'])];
        self::assertSame('asked', $this->pairing()->join(self::ADDRESS, self::FEED));
        self::assertSame('Une demande de ce site est déjà en cours.', $this->pairing()->said());
        self::assertSame($this->now + 900, $this->pairing()->next());
    }

    public function testABridgeThatRefusesIsNotAskedAgain(): void
    {
        $this->web->answers = [$this->gone(400)];
        self::assertSame('refused', $this->pairing()->join(self::ADDRESS, self::FEED));
        $pairing = $this->pairing();
        self::assertSame(['refused', 0, ''], [$pairing->look(), $pairing->next(), $pairing->challenge()]);
        self::assertCount(1, $this->web->asked);
        $this->web->answers = [$this->told(['state' => 'asked'], 202)];
        self::assertSame('asked', $this->pairing()->join(self::ADDRESS, self::FEED), 'a person may ask again');
        self::assertSame('', $this->pairing()->said());
    }

    public function testARefusalSaysWhy(): void
    {
        $why = 'Le flux de ce site ne montre aucune demande.';
        $refused = $this->told(['state' => 'refused', 'message' => $why]);
        $this->web->answers = [$this->told(['state' => 'asked'], 202), $refused];
        $this->pairing()->join(self::ADDRESS, self::FEED);
        self::assertSame(['refused', $why], [$this->pairing()->look(), $this->pairing()->said()]);
        self::assertSame(0, $this->pairing()->next());
    }

    public function testAnAddressThatIsNone(): void
    {
        self::assertSame('refused', $this->pairing()->join('javascript:alert(1)', self::FEED));
        self::assertStringContainsString('https://', $this->pairing()->said());
        self::assertSame([], $this->web->asked);
    }

    public function testAnotherBridgeIsAnotherAsking(): void
    {
        $pairing = $this->join();
        $this->web->answers = [$this->told(['state' => 'asked'], 202)];
        $pairing->join('https://autre.fr', self::FEED);
        $now = ['asked', [], '', 'https://autre.fr/'];
        self::assertSame($now, [$pairing->state(), $pairing->keys(), $pairing->pingAddress(), $pairing->address()]);
    }

    public function testAKeyThatTurnsIsLearntAndOneThatEndsIsForgotten(): void
    {
        $pairing = $this->join();
        $revoked = $this->told(['state' => 'revoked']);
        $this->web->answers = [$this->accepted(self::OTHER), $revoked, $this->accepted(self::KEY)];
        $pairing->look();
        self::assertSame([self::OTHER], $pairing->keys());
        self::assertSame(['revoked', []], [$pairing->look(), $pairing->keys()]);
        self::assertNotSame(0, $pairing->next(), 'it may be given back');
        self::assertSame(['accepted', [self::KEY]], [$pairing->look(), $pairing->keys()]);
        self::assertStringNotContainsString(self::OTHER, implode($this->memory->values));
    }

    public function testWhatTheBridgeCannotSayNowChangesNothing(): void
    {
        $pairing = $this->join();
        $html = '<html>404</html>';
        $wrong = Web::json(['error' => ['message' => 'Un objet JSON était attendu.']], 415);
        $answers = [null, new Answer(500, [], $html), new Answer(404, [], $html), new Answer(200, [], $html), $wrong];
        foreach ([...$answers, Web::json(['state' => 'accepted', 'key' => 'x'])] as $answer) {
            $this->web->answers = [$answer];
            self::assertSame('accepted', $pairing->look());
            self::assertSame([self::KEY], $pairing->keys());
            self::assertNotSame('', $pairing->said());
        }
        $this->web->answers = [$this->accepted()];
        $pairing->look();
        self::assertSame('', $pairing->said());
    }

    public function testABridgeThatForgotTheSiteIsBelieved(): void
    {
        foreach ([403, 404] as $status) {
            $pairing = $this->join();
            $this->web->answers = [$this->gone($status)];
            self::assertSame(['refused', []], [$pairing->look(), $pairing->keys()]);
            self::assertSame('Cette demande n’existe pas, ou plus.', $pairing->said());
        }
    }

    public function testWhoLeavesMeanwhileStaysOut(): void
    {
        $pairing = $this->join();
        $this->web->answers = [function (): Answer {
            $this->pairing()->leave();
            return $this->accepted(self::OTHER);
        }];
        self::assertSame(['none', []], [$pairing->look(), $pairing->keys()]);
        self::assertStringNotContainsString('whsec', implode($this->memory->values));
    }

    public function testWhoAsksAnewMeanwhileIsNotUndone(): void
    {
        $this->join();
        $this->web->answers = [function (): Answer {
            $this->web->answers = [$this->told(['state' => 'asked'], 202)];
            $this->pairing()->join('https://autre.fr/', self::FEED);
            return $this->accepted(self::OTHER);
        }];
        self::assertSame('asked', $this->pairing()->look());
        self::assertSame('https://autre.fr/', $this->pairing()->address());
    }

    public function testItIsLookedAtLessAndLess(): void
    {
        $this->web->answers = [$this->told(['state' => 'asked'], 202), $this->told(['state' => 'verified'])];
        $this->pairing()->join(self::ADDRESS, self::FEED);
        foreach ([0 => 60, 3599 => 60, 3600 => 600, 86399 => 600, 86400 => 3600, 900000 => 3600] as $age => $pause) {
            $this->now = 1795000000 + $age;
            $this->pairing()->look();
            self::assertSame($this->now + $pause, $this->pairing()->next());
        }
        $this->now -= 10 * 365 * 86400;
        self::assertLessThanOrEqual($this->now + 86400, $this->pairing()->next(), 'a clock that was ahead');
    }

    public function testAMemoryThatIsSpoiltIsNone(): void
    {
        $held = ['state' => 'accepted', 'key' => 3, 'nonce' => 'x', 'address' => 'y'];
        foreach (['x', '{}', '[1]', '{"state": "accepted"}', json_encode($held), str_repeat('[', 1000)] as $value) {
            $this->memory->values['pairing'] = (string) $value;
            self::assertSame(['none', [], 'none', 0], [$this->pairing()->state(), $this->pairing()->keys(),
                $this->pairing()->look(), $this->pairing()->next()]);
        }
    }

    public function testTheNewestVersionIsRemembered(): void
    {
        $pairing = $this->pairing();
        $pairing->tell('1.2.0');
        $pairing->tell('');
        self::assertSame('1.2.0', $pairing->newest());
    }
}
