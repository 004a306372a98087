<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\BadSignature;
use Partageons\Core\Webhook;
use PHPUnit\Framework\TestCase;

/** `signatures.json` was signed by the bridge and by another implementation of Standard Webhooks. */
final class WebhookTest extends TestCase
{
    private const BODY = '{"type":"changed","since":"2026-11-24T10:00:00Z"}';

    /** @var array<string, string> */
    private array $keys;
    private int $at;
    /** @var list<array<string, mixed>> */
    private array $messages;

    protected function setUp(): void
    {
        $held = json_decode((string) file_get_contents(__DIR__ . '/signatures.json'), true);
        [$this->keys, $this->at, $this->messages] = [$held['keys'], $held['at'], $held['messages']];
    }

    public function testWhatOthersSignedIsRead(): void
    {
        self::assertCount(15, $this->messages);
        foreach ($this->messages as $message) {
            foreach ([[$this->keys['old']], array_values($this->keys)] as $keys) {
                $id = Webhook::check($keys, $message['headers'], $message['body'], $this->at + 299);
                self::assertSame($message['headers']['webhook-id'], $id);
            }
        }
    }

    public function testTheSameIsSignedAlike(): void
    {
        foreach ($this->messages as $message) {
            $keys = array_map(fn (string $name): string => $this->keys[$name], $message['keys']);
            $signed = Webhook::sign($keys, $message['body'], $this->at, $message['headers']['webhook-id']);
            self::assertSame($message['headers'], $signed);
        }
    }

    public function testAMessageHasAnIdentifierOfItsOwn(): void
    {
        $keys = [$this->keys['old']];
        $first = Webhook::sign($keys, self::BODY, $this->at)['webhook-id'];
        self::assertNotSame($first, Webhook::sign($keys, self::BODY, $this->at)['webhook-id']);
        self::assertMatchesRegularExpression('/\Amsg_[0-9a-f]{32}\z/', $first);
    }

    public function testNamesOfHeadersComeInAnyCase(): void
    {
        $signed = Webhook::sign([$this->keys['old']], self::BODY, $this->at, 'msg_1');
        foreach (['ucwords', 'strtoupper'] as $way) {
            $given = array_combine(array_map($way, array_keys($signed)), $signed);
            self::assertSame('msg_1', Webhook::check([$this->keys['old']], $given, self::BODY, $this->at));
        }
        $given = [];
        foreach ($signed as $name => $value) {
            $given[str_replace('-', '_', $name)] = $value;
        }
        self::assertSame('msg_1', Webhook::check([$this->keys['old']], $given, self::BODY, $this->at));
    }

    /** @return array<string, array{0: callable}> */
    public function spoilt(): array
    {
        $set = static function (string $name, $value): callable {
            return static function (array $headers) use ($name, $value): array {
                return [$name => $value] + $headers;
            };
        };
        $flip = static function (array $headers): array {
            $last = $headers['webhook-signature'];
            $last[10] = $last[10] === 'A' ? 'B' : 'A';
            return ['webhook-signature' => $last] + $headers;
        };
        return [
            'another message' => [$set('webhook-id', 'msg_2')],
            'no message' => [$set('webhook-id', '')],
            'a full stop in it' => [$set('webhook-id', 'msg.1')],
            'a line end in it' => [$set('webhook-id', "msg_1\n")],
            'a long one' => [$set('webhook-id', str_repeat('x', 129))],
            'another instant' => [$set('webhook-timestamp', '1795000001')],
            'no number' => [$set('webhook-timestamp', '1795000000 ')],
            'a sign' => [$set('webhook-timestamp', '+1795000000')],
            'a huge instant' => [$set('webhook-timestamp', '999999999999')],
            'beyond numbers' => [$set('webhook-timestamp', '9999999999999999999999')],
            'no signature' => [$set('webhook-signature', '')],
            'a list' => [$set('webhook-signature', ['v1,AAAA'])],
            'no bytes' => [$set('webhook-signature', 'v1,')],
            'bytes that are no UTF-8' => [$set('webhook-signature', "v1,\xff\xfe")],
            'one bit' => [$flip],
            'asymmetric only' => [static function (array $headers): array {
                return ['webhook-signature' => 'v1a' . substr($headers['webhook-signature'], 2)] + $headers;
            }],
            'the ninth one' => [static function (array $headers): array {
                return ['webhook-signature' => str_repeat('v1,AAAA ', 8) . $headers['webhook-signature']] + $headers;
            }],
            'none at all' => [static function (array $headers): array {
                return [];
            }],
        ];
    }

    /** @dataProvider spoilt */
    public function testWhatIsSpoiltIsRefused(callable $spoil): void
    {
        $signed = Webhook::sign([$this->keys['old']], self::BODY, $this->at, 'msg_1');
        $this->refused([$this->keys['old']], $spoil($signed), self::BODY, $this->at);
    }

    public function testAnotherBodyOrKeyOrHourIsRefused(): void
    {
        $old = [$this->keys['old']];
        $signed = Webhook::sign($old, self::BODY, $this->at, 'msg_1');
        $this->refused($old, $signed, self::BODY . ' ', $this->at);
        $this->refused([$this->keys['new']], $signed, self::BODY, $this->at);
        $this->refused($old, $signed, self::BODY, $this->at + 301);
        $this->refused($old, $signed, self::BODY, $this->at - 301);
        Webhook::check($old, $signed, self::BODY, $this->at - 300);
        $this->refused([], $signed, self::BODY, $this->at);
    }

    public function testAKeyThatIsNoneMakesNothingTrue(): void
    {
        $none = ['', 'whsec_', 'whsec_AAAA', 'whsec_%%%%', str_repeat('A', 44), 'whsec_' . str_repeat('é', 30)];
        foreach ($none as $key) {
            self::assertFalse(Webhook::isKey($key));
            $body = '{}';
            $bytes = (string) base64_decode(substr($key, 6));
            $signature = 'v1,' . base64_encode(hash_hmac('sha256', "m.$this->at.$body", $bytes, true));
            $headers = ['webhook-id' => 'm', 'webhook-timestamp' => "$this->at", 'webhook-signature' => $signature];
            $this->refused([$key], $headers, $body, $this->at);
            try {
                Webhook::sign([$key], $body, $this->at);
                self::fail("« $key » signed.");
            } catch (\InvalidArgumentException $error) {
                self::assertStringNotContainsString('AAAA', $error->getMessage());
            }
        }
    }

    public function testNothingIsSignedWithoutAKeyOrWithAnIdThatIsNone(): void
    {
        foreach ([[[], 'm'], [[$this->keys['old']], 'a.b'], [[$this->keys['old']], 'é']] as [$keys, $id]) {
            try {
                Webhook::sign($keys, '{}', $this->at, $id);
                self::fail('It was signed.');
            } catch (\InvalidArgumentException $error) {
                self::assertNotSame('', $error->getMessage());
            }
        }
    }

    /**
     * @param list<string> $keys
     * @param array<mixed> $headers
     */
    private function refused(array $keys, array $headers, string $body, int $at): void
    {
        try {
            Webhook::check($keys, $headers, $body, $at);
        } catch (BadSignature $error) {
            self::assertStringEndsWith('.', $error->getMessage());
            return;
        }
        self::fail('A message that should not be believed was.');
    }
}
