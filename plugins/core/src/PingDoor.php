<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Where the bridge tells that its lists changed: signed with the key that both hold, each message heard once. */
final class PingDoor
{
    private const BODY_MAX = 64 << 10;
    /** Seconds: longer than a signature holds, one clock five minutes ahead and the other five minutes behind. */
    private const REMEMBERED = 660;
    private const HEARD_MAX = 100;
    /** Seconds between two askings for a key that may be new. */
    private const KEY_EVERY = 300;
    private const HEARD = 'heard';
    private const ASKED = 'door_asked';

    private Pairing $pairing;
    private Memory $memory;
    /** @var callable(): int */
    private $clock;

    public function __construct(Pairing $pairing, Memory $memory, ?callable $clock = null)
    {
        $this->pairing = $pairing;
        $this->memory = $memory;
        $this->clock = $clock ?? 'time';
    }

    /**
     * Answer a request.
     *
     * @param array<mixed> $headers names in any case, with hyphens or underscores.
     * @param callable(string): void|null $changed called once for each message, with the instant since when there is
     *   something new (empty when it is not said).
     */
    public function answer(string $method, array $headers, string $body, ?callable $changed = null): Answer
    {
        if (strtoupper($method) !== 'POST') {
            return self::says(405, ['error' => 'Cette adresse ne reçoit que des envois (POST).'], ['allow' => 'POST']);
        }
        if (strlen($body) > self::BODY_MAX) {
            return self::says(413, ['error' => 'Ce message est trop gros.']);
        }
        $now = ($this->clock)();
        try {
            $message = $this->check($headers, $body, $now);
        } catch (BadSignature $error) {
            return self::says(401, ['error' => $error->getMessage()]);
        } catch (Unreachable $error) {
            return self::says(503, ['error' => 'Réessayez dans une minute.'], ['retry-after' => '60']);
        }
        $told = Plain::json($body);
        if ($told === [] && $body !== '') {
            return self::says(400, ['error' => 'Un objet JSON était attendu.']);
        }
        $heard = $this->heard($now);
        if (isset($heard[$message])) {
            return self::says(202, ['state' => 'known']);
        }
        if ($changed !== null && ($told['type'] ?? 'changed') === 'changed') {
            $since = $told['since'] ?? null;
            $dated = is_string($since) && preg_match('/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/', $since) === 1;
            $changed($dated ? $since : '');
        }
        // Remembered last: should this one be cut short, the bridge sends it again.
        $heard[$message] = $now;
        $this->memory->set(self::HEARD, (string) json_encode(array_slice($heard, -self::HEARD_MAX, null, true)));
        return self::says(202, ['state' => 'heard']);
    }

    /**
     * The identifier of a message of the bridge. When its key is not known, the bridge is asked for it, now and then.
     *
     * @param array<mixed> $headers
     * @throws BadSignature
     * @throws Unreachable when the bridge could not be asked.
     */
    private function check(array $headers, string $body, int $now): string
    {
        $keys = $this->pairing->keys();
        try {
            return Webhook::check($keys, $headers, $body, $now);
        } catch (BadSignature $error) {
            $asked = (int) $this->memory->get(self::ASKED);
            $lately = $asked <= $now && $now - $asked < self::KEY_EVERY;
            if ($lately || !$this->wasAccepted() || !Webhook::fits($headers, $now)) {
                throw $error;
            }
            $this->memory->set(self::ASKED, (string) $now);
            $this->pairing->look();
            if ($this->pairing->keys() === $keys && $this->pairing->said() !== '') {
                throw new Unreachable('The bridge could not be asked for its key.');
            }
            return Webhook::check($this->pairing->keys(), $headers, $body, $now);
        }
    }

    private function wasAccepted(): bool
    {
        return in_array($this->pairing->state(), [Pairing::ACCEPTED, Pairing::REVOKED], true);
    }

    /** @return array<string, int> the messages that were heard lately, and when */
    private function heard(int $now): array
    {
        $found = [];
        foreach (Plain::json($this->memory->get(self::HEARD)) as $message => $at) {
            if (is_int($at) && abs($now - $at) < self::REMEMBERED) {
                $found[(string) $message] = $at;
            }
        }
        return $found;
    }

    /**
     * @param array<string, string> $told
     * @param array<string, string> $headers
     */
    private static function says(int $status, array $told, array $headers = []): Answer
    {
        $headers += ['content-type' => 'application/json; charset=utf-8', 'cache-control' => 'no-store'];
        return new Answer($status, $headers, (string) json_encode($told, JSON_UNESCAPED_UNICODE));
    }
}
