<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\BridgeError;
use Partageons\Core\Shown;
use PHPUnit\Framework\TestCase;

final class BridgeTest extends TestCase
{
    private const KEY = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';

    private Web $web;
    private Bridge $bridge;

    protected function setUp(): void
    {
        $this->web = new Web();
        $this->bridge = new Bridge('https://pont.exemple.fr', $this->web);
    }

    public function testAskingToJoin(): void
    {
        $this->web->answers = [Web::json(['pairing' => 'b6f0', 'state' => 'asked', 'plugins' => '0.2.0'], 202)];
        $told = $this->bridge->ask('https://a.fr/?partageons=oai', 'défi');
        self::assertSame(['pairing' => 'b6f0', 'plugins' => '0.2.0'], $told);
        $asked = $this->web->asked[0];
        self::assertSame(['POST', 'https://pont.exemple.fr/pairing'], [$asked['method'], $asked['url']]);
        self::assertSame('application/json', $asked['headers']['Content-Type']);
        self::assertSame(['feed' => 'https://a.fr/?partageons=oai', 'challenge' => 'défi'], $this->web->said());
    }

    public function testWhatBecameOfIt(): void
    {
        $this->web->answers = [Web::json(['pairing' => 'b6', 'state' => 'verified', 'autre' => [1]])];
        $told = $this->bridge->state('b6', 'n');
        self::assertSame(['verified', '', ''], [$told['state'], $told['key'], $told['plugins']]);
        self::assertSame('https://pont.exemple.fr/pairing/b6', $this->web->asked[0]['url']);
        $ping = 'https://pont.exemple.fr/ping/a';
        $given = ['state' => 'accepted', 'source' => 'a', 'ping' => $ping, 'key' => self::KEY];
        $this->web->answers = [Web::json($given)];
        self::assertSame([], array_diff_assoc($given, $this->bridge->state('b6', 'n')));
    }

    /** @return array<string, array{0: string}> */
    public function wrongStates(): array
    {
        $ping = 'https://p.fr/ping/a';
        return array_map(static fn ($told): array => [json_encode($told)], [
            'no state' => ['pairing' => 'x'],
            'another state' => ['state' => 'won'],
            'a list' => ['state' => ['accepted']],
            'a number' => ['state' => 0],
            'no key' => ['state' => 'accepted', 'ping' => $ping],
            'a short key' => ['state' => 'accepted', 'ping' => $ping, 'key' => 'whsec_AAAA'],
            'a key that is a list' => ['state' => 'accepted', 'ping' => $ping, 'key' => [self::KEY]],
            'no address' => ['state' => 'accepted', 'key' => self::KEY],
            'another address' => ['state' => 'accepted', 'ping' => 'file:///etc/passwd', 'key' => self::KEY],
        ]);
    }

    /** @dataProvider wrongStates */
    public function testAnAnswerOfAnotherShapeIsNotBelieved(string $body): void
    {
        $this->web->answers = [new Answer(200, [], $body)];
        $this->fails(BridgeError::GARBAGE, 200, fn () => $this->bridge->state('b6', 'n'));
        $this->fails(BridgeError::GARBAGE, 200, fn () => $this->bridge->similar('x', '', 5, '', 1.0));
        $this->fails(BridgeError::GARBAGE, 200, fn () => $this->bridge->resources('', 1.0));
    }

    /** @return array<string, array{0: Answer|null, 1: string, 2: int}> */
    public function faults(): array
    {
        $html = '<!DOCTYPE html><html><body><h1>Site en maintenance</h1></body></html>';
        $error = '{"error": {"message": "Non merci.", "remedy": ""}}';
        $many = '{"items": [' . str_repeat('[0],', 400000) . '0], "version": 1}';
        return [
            'nobody' => [null, 'unreachable', 0],
            'a page' => [new Answer(200, [], $html), 'garbage', 200],
            'an empty page' => [new Answer(200, [], ''), 'garbage', 200],
            'nothing' => [new Answer(204, [], ''), 'garbage', 204],
            'half of it' => [new Answer(200, [], '{"items": [{"id"'), 'garbage', 200],
            'null' => [new Answer(200, [], 'null'), 'garbage', 200],
            'a text' => [new Answer(200, [], '"x"'), 'garbage', 200],
            'no UTF-8' => [new Answer(200, [], "{\"items\": [], \"version\": 1, \"title\": \"\xe9\"}"), 'garbage', 200],
            'deep' => [new Answer(200, [], str_repeat('{"a":', 5000) . '1' . str_repeat('}', 5000)), 'garbage', 200],
            'huge' => [new Answer(200, [], '{"items": "' . str_repeat('x', 3 << 20) . '"}'), 'garbage', 200],
            'crowded' => [new Answer(200, [], $many), 'garbage', 200],
            'a redirect' => [new Answer(302, ['location' => 'https://x.fr/'], ''), 'garbage', 302],
            'not here' => [new Answer(404, [], $html), 'garbage', 404],
            'a firewall' => [new Answer(403, [], $html), 'garbage', 403],
            'a server of files' => [new Answer(501, [], $html), 'garbage', 501],
            'a refusal' => [new Answer(400, [], $error), 'refused', 400],
            'broken' => [new Answer(500, [], $html), 'busy', 500],
            'a gateway' => [new Answer(502, [], ''), 'busy', 502],
            'many visitors' => [new Answer(429, [], 'Trop de demandes'), 'busy', 429],
            'later' => [new Answer(503, ['retry-after' => '120'], $error), 'busy', 503],
        ];
    }

    /** @dataProvider faults */
    public function testEveryFaultHasAName(?Answer $answer, string $code, int $status): void
    {
        $this->web->answers = $answer === null ? [] : [$answer];
        $memory = memory_get_usage();
        foreach (
            [
                fn () => $this->bridge->ask('https://a.fr/', 'x'),
                fn () => $this->bridge->state('b6', 'n'),
                fn () => $this->bridge->similar('x', '', 5, '', 1.0),
                fn () => $this->bridge->resources('q=x', 1.0),
            ] as $act
        ) {
            $error = $this->fails($code, $status, $act);
            self::assertSame($status === 503 ? 120 : 0, $error->wait);
            if ($status === 400 || $status === 503) {
                self::assertSame('Non merci.', $error->getMessage());
            }
        }
        self::assertLessThan(1 << 20, memory_get_usage() - $memory);
    }

    public function testAWaitIsBelievedWithinReason(): void
    {
        foreach (['999999999' => 86400, '-5' => 0, 'Wed, 21 Oct 2026 07:28:00 GMT' => 0, '' => 0] as $given => $wait) {
            $this->web->answers = [new Answer(503, ['retry-after' => (string) $given], '')];
            self::assertSame($wait, $this->fails('busy', 503, fn () => $this->bridge->resources('', 1.0))->wait);
        }
    }

    public function testWhatIsWrittenIsSentShortAndWhole(): void
    {
        $this->web->answers = [Web::json(['similar' => []])];
        $title = "L'étang & la « mare »\xff";
        self::assertSame([], $this->bridge->similar($title, str_repeat('é', 9000), 99, 'cpie', 2.5));
        $asked = $this->web->asked[0];
        self::assertSame(['GET', '', 2.5], [$asked['method'], $asked['body'], $asked['timeout']]);
        parse_str((string) parse_url($asked['url'], PHP_URL_QUERY), $query);
        self::assertSame("L'étang & la « mare »\u{fffd}", $query['title']);
        self::assertSame(str_repeat('é', 1500), $query['text']);
        self::assertSame(['20', 'cpie'], [$query['n'], $query['exclude']]);
        self::assertLessThan(16000, strlen($asked['url']));
        $this->bridge->similar('', '', 0, '', 1.0);
        self::assertSame('https://pont.exemple.fr/api/v1/similar?n=1', $this->web->asked[1]['url']);
    }

    public function testWhatResembles(): void
    {
        $record = ['id' => 'a:1', 'title' => 'Mare', 'url' => 'javascript:x'];
        $record['links'] = ['page' => 'https://p.fr/fiche/a:1'];
        $reasons = [['kind' => 'title', 'label' => 'Même titre'], 'x', []];
        $one = ['score' => 0.5, 'reasons' => $reasons, 'record' => $record];
        $this->web->answers = [Web::json(['similar' => [$one, ['score' => 'x'], 3, ['record' => ['id' => 'a:2']]]])];
        $found = $this->bridge->similar('x', '', 5, '', 1.0);
        self::assertCount(1, $found);
        [$url, $score, $reasons] = [$found[0]['url'], $found[0]['score'], $found[0]['reasons']];
        self::assertSame(['https://p.fr/fiche/a:1', 0.5, ['Même titre']], [$url, $score, $reasons]);
        self::assertSame(['', ''], [$found[0]['source'], $found[0]['licence']]);
    }

    public function testAList(): void
    {
        $item = ['id' => 'a:1', 'url' => 'https://a.fr/1', 'title' => 'Mare', 'excerpt' => "Une\nmare"];
        $item['secret'] = 'x';
        $item += ['documents' => [['url' => 'data:x'], ['url' => 'https://a.fr/x.pdf', 'title' => 'X', 'y' => 1]]];
        $item += ['image' => ['url' => 'javascript:x', 'credit' => 'Y'], 'themes' => ['Mares', 3, '']];
        $item += ['datestamp' => 'hier'];
        $image = ['id' => 'a:2', 'image' => ['url' => 'https://a.fr/i.jpg', 'credit' => []]] + $item;
        $others = [['url' => 'javascript:alert(1)'] + $item, ['title' => ''] + $item, ['id' => 3] + $item];
        $others = array_merge($others, ['x', null, []]);
        $told = ['version' => 1, 'title' => 'Réseau', 'home' => 'https://p.fr/', 'updated' => '2026-11-24T10:00:00Z'];
        $told += ['items' => array_merge([$item, $image], $others), 'withdrawn' => ['a:9', []], 'more' => [1]];
        $this->web->answers = [Web::json($told)];
        $list = $this->bridge->resources('q=mare&theme=t-haies', 3.0);
        $keys = ['version', 'title', 'home', 'url', 'updated', 'total', 'items', 'withdrawn'];
        self::assertSame($keys, array_keys($list));
        self::assertSame(['a:1', 'a:2'], array_column($list['items'], 'id'));
        self::assertSame(['a:9'], $list['withdrawn']);
        [$one, $two] = $list['items'];
        self::assertArrayNotHasKey('secret', $one);
        self::assertArrayNotHasKey('image', $one);
        self::assertSame(['url' => 'https://a.fr/i.jpg', 'credit' => ''], $two['image']);
        self::assertSame(['Une mare', ['Mares']], [$one['excerpt'], $one['themes']]);
        self::assertSame(['', ''], [$one['datestamp'], $one['place']]);
        self::assertSame([['url' => 'https://a.fr/x.pdf', 'title' => 'X', 'type' => '']], $one['documents']);
        $asked = $this->web->asked[0];
        self::assertSame('https://pont.exemple.fr/feed.wordpress.json?q=mare&theme=t-haies&limite=200', $asked['url']);
    }

    public function testAListIsNeverLong(): void
    {
        $items = [];
        for ($n = 0; $n < 500; $n++) {
            $items[] = ['id' => "a:$n", 'url' => "https://a.fr/$n", 'title' => str_repeat('x', 900)];
        }
        $this->web->answers = [Web::json(['version' => 1, 'items' => $items, 'total' => 500])];
        self::assertCount(200, $this->bridge->resources('limite=9999', 1.0)['items']);
        self::assertStringEndsWith('?limite=200', $this->web->asked[0]['url']);
        $list = $this->bridge->resources('limite=3&q=x', 1.0);
        self::assertSame([3, 500, 500], [count($list['items']), $list['total'], strlen($list['items'][0]['title'])]);
        self::assertStringEndsWith('?q=x&limite=3', $this->web->asked[1]['url']);
        self::assertCount(200, $this->bridge->resources('limite=0', 1.0)['items']);
    }

    public function testAQueryCannotLeaveItsPlace(): void
    {
        $this->web->answers = [Web::json(['version' => 1, 'items' => []])];
        $this->bridge->resources("q=a b&x=\r\nHost: y&#z&bbox=1,2,3,4&territoire=commune/69266&&", 1.0);
        $url = 'https://pont.exemple.fr/feed.wordpress.json?bbox=1,2,3,4&territoire=commune/69266&limite=200';
        self::assertSame($url, $this->web->asked[0]['url']);
        $this->fails(BridgeError::REFUSED, 0, fn () => $this->bridge->resources('q=' . str_repeat('x', 3000), 1.0));
        self::assertCount(1, $this->web->asked);
    }

    public function testAnotherVersionOfAListIsNotGuessed(): void
    {
        foreach ([2, '1', null, [1]] as $version) {
            $this->web->answers = [Web::json(['version' => $version, 'items' => []])];
            $this->fails(BridgeError::GARBAGE, 200, fn () => $this->bridge->resources('', 1.0));
        }
    }

    public function testShapesOfAnyKindAreHarmless(): void
    {
        $strange = [null, true, 0, -1.5, 'x', [], ['x'], [['x']], ['url' => []], "\u{202e}", str_repeat('x', 100000)];
        $keys = ['excerpt', 'themes', 'documents', 'image', 'place', 'territories', 'datestamp', 'licence_url'];
        foreach ($strange as $value) {
            $item = array_fill_keys($keys, $value) + ['id' => 'a:1', 'url' => 'https://a.fr/', 'title' => 'x'];
            $told = ['items' => [$item], 'withdrawn' => $value, 'total' => $value, 'title' => $value, 'home' => $value];
            $list = Shown::listing($told, 10);
            self::assertCount(1, $list['items']);
            self::assertGreaterThanOrEqual(1, $list['total']);
            self::assertIsString($list['title']);
            $record = ['id' => 'a:1', 'title' => 'x', 'url' => 'https://a.fr/'];
            $record += ['abstract' => $value, 'links' => $value];
            $found = Shown::similar([['record' => $record, 'score' => $value, 'reasons' => $value], $value]);
            self::assertIsFloat($found[0]['score']);
            self::assertLessThan(10000, strlen((string) json_encode([$list, $found])));
        }
    }

    public function testAnAddressThatIsNoneIsNoBridge(): void
    {
        $this->expectException(\InvalidArgumentException::class);
        new Bridge('javascript:alert(1)', $this->web);
    }

    public function testAVersionThatIsNoneIsNotTold(): void
    {
        foreach (['<b>', '1.0 beta', ['1'], 2, 'x', str_repeat('1', 41), "1.0\n"] as $version) {
            self::assertSame('', Bridge::version(['plugins' => $version]));
        }
        self::assertSame('1.2.0-rc.1', Bridge::version(['plugins' => '1.2.0-rc.1']));
    }

    private function fails(string $code, int $status, callable $act): BridgeError
    {
        try {
            $act();
        } catch (BridgeError $error) {
            self::assertSame([$code, $status], [$error->code, $error->status]);
            self::assertMatchesRegularExpression('/\A\S.*\.\z/u', $error->getMessage());
            self::assertStringNotContainsString('10.0.0.1', $error->getMessage());
            return $error;
        }
        self::fail('It did not fail.');
    }
}
