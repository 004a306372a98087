<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * Signed messages between a site and the bridge, in both directions: Standard Webhooks, symmetric signatures
 * (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).
 *
 * A key is `whsec_` and base64, as the bridge gives it.
 */
final class Webhook
{
    /** Seconds that a message's instant and ours may be apart: a signature seen on the way is soon worth nothing. */
    public const TOLERANCE = 300;

    private const ID = 'webhook-id';
    private const INSTANT = 'webhook-timestamp';
    private const SIGNATURE = 'webhook-signature';
    private const SIGNATURES_MAX = 8;
    /** Bytes of a secret: under a shorter one, anybody could sign. */
    private const SHORTEST = 16;

    /**
     * The three headers of a message, signed by each key so that the receiver may know the old one or the new one.
     *
     * @param list<string> $keys
     * @param int $at seconds since 1970.
     * @param string $id the same at each new try of the same message; a fresh one when empty.
     * @return array<string, string>
     * @throws \InvalidArgumentException when there is no key, or one is none.
     */
    public static function sign(array $keys, string $body, int $at, string $id = ''): array
    {
        $id = $id === '' ? self::fresh() : $id;
        $signatures = [];
        foreach ($keys as $key) {
            $secret = self::secret($key);
            if ($secret === '') {
                throw new \InvalidArgumentException('Une clé « whsec_… » est attendue.');
            }
            $signatures[] = 'v1,' . self::signature($secret, $id, (string) $at, $body);
        }
        if ($signatures === [] || !self::isId($id)) {
            throw new \InvalidArgumentException('Une clé et un identifiant de message sont attendus.');
        }
        return [self::ID => $id, self::INSTANT => (string) $at, self::SIGNATURE => implode(' ', $signatures)];
    }

    /**
     * The identifier of a message that one of these keys signed, at most `TOLERANCE` seconds from `$at`.
     *
     * @param list<string> $keys
     * @param array<mixed> $headers names in any case, with hyphens or underscores.
     * @param int $at now, in seconds since 1970.
     * @throws BadSignature
     */
    public static function check(array $keys, array $headers, string $body, int $at): string
    {
        [$id, $instant, $signature] = self::read($headers, $at);
        $good = false;
        foreach (array_filter(array_map([self::class, 'secret'], $keys)) as $secret) {
            $expected = 'v1,' . self::signature($secret, $id, $instant, $body);
            foreach (array_slice(explode(' ', $signature), 0, self::SIGNATURES_MAX) as $offered) {
                $good = hash_equals($expected, $offered) || $good;
            }
        }
        if (!$good) {
            throw new BadSignature('La signature de ce message n’est pas la bonne.');
        }
        return $id;
    }

    /**
     * Whether a message says well, and of now, that it is signed: only its key may be wrong.
     *
     * @param array<mixed> $headers
     * @param int $at now, in seconds since 1970.
     */
    public static function fits(array $headers, int $at): bool
    {
        try {
            self::read($headers, $at);
            return true;
        } catch (BadSignature $error) {
            return false;
        }
    }

    /** An identifier that no other message has. */
    public static function fresh(): string
    {
        return 'msg_' . bin2hex(random_bytes(16));
    }

    /** Whether this may be a key. */
    public static function isKey(string $key): bool
    {
        return self::secret($key) !== '';
    }

    /** No full stop in it: that separates what is signed, and one signature would do for two messages. */
    private static function isId(string $id): bool
    {
        return preg_match('~\A[!-\-/-\~]{1,128}\z~', $id) === 1;
    }

    /** The bytes of a key; empty when it is none. */
    private static function secret(string $key): string
    {
        if (strncmp($key, 'whsec_', 6) !== 0) {
            return '';
        }
        $secret = base64_decode(substr($key, 6), true);
        return $secret === false || strlen($secret) < self::SHORTEST ? '' : $secret;
    }

    private static function signature(string $secret, string $id, string $instant, string $body): string
    {
        return base64_encode(hash_hmac('sha256', $id . '.' . $instant . '.' . $body, $secret, true));
    }

    /**
     * The identifier of a message, its instant, its signatures.
     *
     * @param array<mixed> $headers
     * @return array{0: string, 1: string, 2: string}
     * @throws BadSignature
     */
    private static function read(array $headers, int $at): array
    {
        $given = [self::ID => '', self::INSTANT => '', self::SIGNATURE => ''];
        foreach ($headers as $name => $value) {
            $name = str_replace('_', '-', strtolower((string) $name));
            if (isset($given[$name]) && is_string($value)) {
                $given[$name] = $value;
            }
        }
        [$id, $instant, $signature] = array_values($given);
        if (!self::isId($id) || preg_match('/\A[0-9]{1,12}\z/', $instant) !== 1 || $signature === '') {
            throw new BadSignature('Ce message n’est pas signé comme il le faudrait (Standard Webhooks).');
        }
        if (abs($at - (int) $instant) > self::TOLERANCE) {
            throw new BadSignature('La signature de ce message date de plus de 5 minutes de l’heure de ce site.');
        }
        return [$id, $instant, $signature];
    }
}
