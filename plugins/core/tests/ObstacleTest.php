<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Obstacle;
use PHPUnit\Framework\TestCase;

final class ObstacleTest extends TestCase
{
    /** @return array<string, array{0: string, 1: Obstacle, 2?: array<string, string>}> */
    public static function found(): array
    {
        $answer = static fn (int $status, string $body = '', array $headers = []): Obstacle
            => Obstacle::answered(new Answer($status, $headers, $body));
        $basic = ['www-authenticate' => 'Basic realm="chantier"'];
        return [
            'nothing' => ['', Obstacle::none()],
            'no name' => ['dns', Obstacle::unreachable('cURL error 6: Could not resolve host: a.fr')],
            'no name, by streams' => ['dns', Obstacle::unreachable('php_network_getaddrinfo failed')],
            'self-signed' => ['certificate', Obstacle::unreachable('SSL certificate problem: self-signed')],
            'too slow' => ['slow', Obstacle::unreachable('Operation timed out after 10001 milliseconds')],
            'refused' => ['unreachable', Obstacle::unreachable('Failed to connect to a.fr port 80')],
            'login' => ['login', Obstacle::sentTo('https://a.fr/?PageLogin')],
            'elsewhere' => ['moved', Obstacle::sentTo('https://www.a.fr/'), ['there' => 'https://www.a.fr/']],
            'maintenance' => ['maintenance', $answer(503, 'x')],
            'soon' => ['maintenance', $answer(200, '<html><title>Bientôt en ligne</title>')],
            'works' => ['maintenance', $answer(200, '<HTML>Site en construction')],
            'closed' => ['closed', $answer(401, ' {"error": "x"}', $basic)],
            'password' => ['password', $answer(401, 'non', $basic)],
            'wall' => ['firewall', $answer(403, '<html>maintenance'), ['name' => '', 'status' => '403']],
            'known wall' => [
                'firewall',
                $answer(406, '', ['server' => 'Mod_Security']),
                ['name' => 'ModSecurity', 'status' => '406'],
            ],
            'busy' => ['busy', $answer(429)],
            'absent' => ['absent', $answer(404, '<html>?')],
            'gone' => ['absent', $answer(410)],
            'broken' => ['broken', $answer(500), ['status' => '500']],
            'asks who it is' => ['login', $answer(200, '<form><input type="password">')],
            'any page of a wiki' => ['other', $answer(200, '<a>YesWiki</a><input type="password">')],
            'something else' => ['other', $answer(200, '<html>Bonjour')],
            'nothing at all' => ['other', $answer(200)],
            'old' => ['stale', Obstacle::stale(1795000000), ['at' => '1795000000']],
        ];
    }

    /**
     * @dataProvider found
     * @param array<string, string> $values
     */
    public function testEachHasItsCode(string $code, Obstacle $found, array $values = []): void
    {
        self::assertSame($code, $found->code);
        self::assertSame($values, $found->values);
    }

    public function testOnlyTheBeginningOfAHugeAnswerIsRead(): void
    {
        $huge = '<html>' . str_repeat('x', 70000) . 'type="password"';
        self::assertSame('other', Obstacle::answered(new Answer(200, [], $huge))->code);
    }
}
