<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * Tells the bridge that something changed, never what: it comes and reads the feed. Changes are noted when they happen,
 * which costs nothing, and told later, many at once. What does not arrive is tried again, for ever.
 */
final class Pinger
{
    /** Pings that may be sent one after the other after a rest; then one a minute. */
    private const BURST = 20;
    private const EACH = 60;
    /** Seconds: 1, 2, 4… minutes after a failure, up to 6 hours. */
    private const FIRST = 60;
    private const LAST = 21600;
    /** Seconds between two askings for a key that may be new. */
    private const KEY_EVERY = 300;
    private const PATIENCE = 10.0;
    private const NEWS = 'changed';
    private const WAY = 'ping';

    private Memory $memory;
    private Http $http;
    private Pairing $pairing;
    /** @var callable(): int */
    private $clock;

    public function __construct(Memory $memory, Http $http, Pairing $pairing, ?callable $clock = null)
    {
        $this->memory = $memory;
        $this->http = $http;
        $this->pairing = $pairing;
        $this->clock = $clock ?? 'time';
    }

    /**
     * Note that something changed; nothing is sent.
     *
     * @param string $since the instant before which nothing did: `YYYY-MM-DDThh:mm:ssZ`.
     */
    public function changed(string $since): void
    {
        $before = $this->news();
        $first = $before === null ? $since : min($before['since'], $since);
        // Another message: the bridge hears each one once, and may have heard the one before already.
        $this->memory->set(self::NEWS, (string) json_encode(['since' => $first, 'message' => Webhook::fresh()]));
    }

    /** Whether a change waits to be told. */
    public function waits(): bool
    {
        return $this->news() !== null;
    }

    /** When something may be told at the earliest, in seconds since 1970: now, or later after failures. */
    public function next(): int
    {
        $at = ($this->clock)();
        $way = $this->way($at);
        return max($at, $way['next'], $at + self::EACH - $way['left']);
    }

    /**
     * Tell what changed, if it is time to.
     *
     * @param bool $now a person asks: what waits after a failure waits no more.
     * @return int when to try again, in seconds since 1970; 0 when there is nothing to do, or nobody to tell.
     */
    public function send(bool $now = false): int
    {
        $news = $this->news();
        if ($news === null || $this->pairing->keys() === [] || $this->pairing->pingAddress() === '') {
            return 0;
        }
        $at = ($this->clock)();
        $way = $this->way($at);
        if ($way['next'] > $at && !$now) {
            return $way['next'];
        }
        if ($way['left'] < self::EACH) {
            return $at + self::EACH - $way['left'];
        }
        $way['left'] -= self::EACH;
        $this->keep($way);
        try {
            $status = $this->tell($news, $way, $at);
        } catch (BridgeError $error) {
            $wait = min(self::FIRST << min($way['failures'], 10), self::LAST);
            $way['next'] = $at + min(max($wait, $error->wait), self::LAST);
            $way['failures'] += 1;
            $way['last'] = ['at' => $at, 'status' => $error->status, 'said' => $error->getMessage()];
            $this->keep($way);
            return $this->pairing->keys() === [] ? 0 : $way['next'];
        }
        $way['next'] = $way['failures'] = 0;
        $way['told'] = $news['message'];
        $way['last'] = ['at' => $at, 'status' => $status, 'said' => ''];
        $this->keep($way);
        return $this->waits() ? $at : 0; // something changed while it was being told
    }

    /**
     * What became of the last try.
     *
     * @return array{at: int, status: int, said: string} seconds since 1970 (0: never tried), HTTP (0: no answer), one
     *   sentence (empty when it was heard).
     */
    public function last(): array
    {
        return $this->way(($this->clock)())['last'];
    }

    /**
     * @param array{since: string, message: string} $news
     * @param array<string, mixed> $way
     * @throws BridgeError
     */
    private function tell(array $news, array &$way, int $at): int
    {
        try {
            return $this->post($news, $at);
        } catch (BridgeError $error) {
            $keys = $this->pairing->keys();
            if ($error->status !== 401 || $at - $way['asked'] < self::KEY_EVERY) {
                throw $error;
            }
            $way['asked'] = $at; // the key may have been changed: the bridge gives the new one to who asks
            $this->pairing->look();
            if ($this->pairing->keys() === [] || $this->pairing->keys() === $keys) {
                throw $error;
            }
        }
        return $this->post($news, $at);
    }

    /**
     * @param array{since: string, message: string} $news
     * @throws BridgeError
     */
    private function post(array $news, int $at): int
    {
        $body = (string) json_encode(['type' => 'changed', 'since' => $news['since']]);
        $headers = Webhook::sign($this->pairing->keys(), $body, $at, $news['message']);
        $url = $this->pairing->pingAddress();
        $told = Reply::of($this->http, 'POST', $url, $body, self::PATIENCE, $headers);
        if (!is_string($told['state'] ?? null)) {
            throw new BridgeError(BridgeError::GARBAGE, 'Ce qui a répondu n’est pas le pont.', 200);
        }
        $this->pairing->tell(Bridge::version($told));
        return 202;
    }

    /**
     * What is not told yet. Only `changed` writes it and only `send` writes the way: neither undoes what the other one
     * does at the same time.
     *
     * @return array{since: string, message: string}|null
     */
    private function news(): ?array
    {
        $held = Plain::json($this->memory->get(self::NEWS));
        [$since, $message] = [$held['since'] ?? null, $held['message'] ?? null];
        if (!is_string($since) || !is_string($message) || $message === $this->way(0)['told']) {
            return null;
        }
        return ['since' => $since, 'message' => $message];
    }

    /**
     * Where the sending stands: what is `left` at the instant `at` (seconds, `EACH` for a ping), the `next` try,
     * `failures` in a row, when a new key was `asked` for, the message that was `told`, what became of the `last`.
     *
     * @return array<string, mixed>
     */
    private function way(int $at): array
    {
        $held = Plain::json($this->memory->get(self::WAY));
        $full = self::BURST * self::EACH;
        $way = ['at' => $at, 'left' => $full];
        foreach (['next', 'failures', 'asked'] as $name) {
            $way[$name] = is_int($held[$name] ?? null) ? max(0, $held[$name]) : 0;
        }
        if (is_int($held['left'] ?? null) && is_int($held['at'] ?? null)) {
            $way['left'] = min(max(0, $held['left']) + max(0, $at - $held['at']), $full);
        }
        $way['next'] = min($way['next'], $at + self::LAST); // a clock that was ahead must not stop it for years
        $way['asked'] = $way['asked'] > $at ? 0 : $way['asked'];
        $way['told'] = is_string($held['told'] ?? null) ? $held['told'] : '';
        $last = is_array($held['last'] ?? null) ? $held['last'] : [];
        $way['last'] = [
            'at' => is_int($last['at'] ?? null) ? $last['at'] : 0,
            'status' => is_int($last['status'] ?? null) ? $last['status'] : 0,
            'said' => is_string($last['said'] ?? null) ? $last['said'] : '',
        ];
        return $way;
    }

    /** @param array<string, mixed> $way */
    private function keep(array $way): void
    {
        $this->memory->set(self::WAY, (string) json_encode($way, JSON_UNESCAPED_UNICODE));
    }
}
