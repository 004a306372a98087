<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What the network itself says of a site: it is told to come, then asked how its last visit went. */
final class Opinion
{
    /** It has not answered the request to join yet. */
    public const WAITING = 'waiting';
    /** It says something of the request: `said`. */
    public const SAID = 'said';
    /** It does not hear this site: `said` tells why. */
    public const UNHEARD = 'ping';
    /** It came, and could not read the feed. */
    public const UNREAD = 'visit';
    /** It heard, and has not come yet. */
    public const COMING = 'coming';
    /** It came, and shows `live` resources. */
    public const SHOWN = 'shown';

    private const TIMEOUT = 8.0;
    /** How often, and how far apart (microseconds), it is asked whether it has come. */
    private const LOOKS = 4;
    private const PAUSE = 1500000;

    private Pairing $pairing;
    private Pinger $pinger;
    private Http $http;
    /** @var callable(): int */
    private $clock;
    /** @var callable(int): void */
    private $pause;

    /** @param (callable(int): void)|null $pause waits for so many microseconds. */
    public function __construct(
        Pairing $pairing,
        Pinger $pinger,
        Http $http,
        ?callable $clock = null,
        ?callable $pause = null
    ) {
        $this->pairing = $pairing;
        $this->pinger = $pinger;
        $this->http = $http;
        $this->clock = $clock ?? 'time';
        $this->pause = $pause ?? 'usleep';
    }

    /** @return array{code: string, said: string, live: int}|null nothing when this site is not in a network. */
    public function ask(): ?array
    {
        if ($this->pairing->state() === Pairing::NONE) {
            return null;
        }
        if ($this->pairing->state() !== Pairing::ACCEPTED) {
            $this->pairing->look();
        }
        if ($this->pairing->state() !== Pairing::ACCEPTED) {
            $said = $this->pairing->said();
            return self::told($said === '' ? self::WAITING : self::SAID, $said);
        }
        $since = gmdate('Y-m-d\TH:i:s\Z', ($this->clock)());
        $this->pinger->changed($since);
        $this->pinger->send(true);
        $said = $this->pinger->last()['said'];
        return $said === '' ? $this->visit($since) : self::told(self::UNHEARD, $said);
    }

    /** @return array{code: string, said: string, live: int} */
    private function visit(string $since): array
    {
        $source = [];
        for ($look = 0; $look < self::LOOKS; $look++) {
            ($this->pause)(self::PAUSE);
            $source = $this->source();
            if (self::instant($source, 'last_visit') >= $since) {
                break;
            }
        }
        $visit = self::instant($source, 'last_visit');
        if ($visit > self::instant($source, 'last_success')) {
            return self::told(self::UNREAD);
        }
        if ($visit === '' || $visit < $since) {
            return self::told(self::COMING);
        }
        return self::told(self::SHOWN, '', is_int($source['live'] ?? null) ? $source['live'] : 0);
    }

    /** @return array<string, mixed> what the bridge says of this source, as it comes. */
    private function source(): array
    {
        try {
            $url = $this->pairing->address() . 'api/v1/sources';
            $answer = $this->http->send('GET', $url, [], '', self::TIMEOUT);
        } catch (Unreachable $silent) {
            return [];
        }
        $told = Plain::json($answer->body);
        foreach (is_array($told['sources'] ?? null) ? $told['sources'] : [] as $source) {
            if (is_array($source) && ($source['id'] ?? null) === $this->pairing->source()) {
                return $source;
            }
        }
        return [];
    }

    /** @param array<string, mixed> $source */
    private static function instant(array $source, string $name): string
    {
        $value = $source[$name] ?? '';
        return is_string($value) && preg_match('/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/', $value) === 1 ? $value : '';
    }

    /** @return array{code: string, said: string, live: int} */
    private static function told(string $code, string $said = '', int $live = 0): array
    {
        return ['code' => $code, 'said' => $said, 'live' => $live];
    }
}
