<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * « Rejoindre le réseau »: the site asks, its own feed shows a challenge that proves that it is the site, a person
 * accepts, and both sides hold a key that nobody copied. The site keeps the nonce whose hash the challenge is.
 */
final class Pairing
{
    public const NONE = 'none';
    /** The bridge has not looked at the feed yet, or has not heard of the asking yet. */
    public const ASKED = 'asked';
    /** The bridge knows that it is this site: a person decides. */
    public const VERIFIED = 'verified';
    public const REFUSED = 'refused';
    public const ACCEPTED = 'accepted';
    /** It was accepted, and its key was taken back. */
    public const REVOKED = 'revoked';

    private const NAME = 'pairing';
    private const NEWEST = 'newest';
    /** Seconds between two looks at an asking: at first, after an hour, after a day. */
    private const OFTEN = [60, 600, 3600];
    private const DAILY = 86400;

    private Memory $memory;
    /** @var callable(string): Bridge */
    private $bridge;
    /** @var callable(): int */
    private $clock;

    /** @param callable(string): Bridge $bridge the bridge at an address. */
    public function __construct(Memory $memory, callable $bridge, ?callable $clock = null)
    {
        $this->memory = $memory;
        $this->bridge = $bridge;
        $this->clock = $clock ?? 'time';
    }

    /**
     * Ask to join the network. What the feed shows changes before the bridge is asked: it may look at once.
     *
     * @param string $address of the bridge.
     * @param string $feed the whole address of this site's feed, as the world sees it.
     * @return string the state then. When the bridge does not answer it is « asked », and `look` asks again.
     */
    public function join(string $address, string $feed): string
    {
        $address = Bridge::home($address);
        if ($address === '') {
            $said = 'L’adresse du pont commence par https:// ou http://.';
            $this->keep(['state' => self::REFUSED, 'said' => $said] + self::nothing());
            return self::REFUSED;
        }
        $held = $this->held();
        $same = $held['address'] === $address && $held['feed'] === $feed;
        if ($same && in_array($held['state'], [self::ASKED, self::VERIFIED, self::ACCEPTED], true)) {
            return $this->look();
        }
        $nonce = self::base64url(random_bytes(32));
        $now = ($this->clock)();
        $begun = ['state' => self::ASKED, 'address' => $address, 'feed' => $feed, 'nonce' => $nonce, 'begun' => $now];
        $this->keep($begun + self::nothing());
        return $this->look();
    }

    /** Ask the bridge what became of it; returns the state then. What the bridge cannot say now stays as it was. */
    public function look(): string
    {
        $before = $this->held();
        if ($before['state'] === self::NONE || $before['state'] === self::REFUSED) {
            return $before['state'];
        }
        $told = [];
        try {
            $bridge = ($this->bridge)($before['address']);
            if ($before['id'] === '') {
                $told = $bridge->ask($before['feed'], self::hash($before['nonce']));
                $changed = ['id' => $told['pairing'], 'said' => ''];
            } else {
                $told = $bridge->state($before['id'], $before['nonce']);
                $changed = self::learnt($told);
            }
        } catch (BridgeError $error) {
            $changed = ['said' => $error->getMessage()];
            $gone = $before['id'] === '' || in_array($error->status, [403, 404], true);
            if ($error->code === BridgeError::REFUSED && $gone) { // the bridge itself says that it holds no such asking
                $changed += ['state' => self::REFUSED, 'key' => ''];
            }
            $changed['wait'] = $error->wait;
        }
        $this->tell($told['plugins'] ?? '');
        $now = $this->held();
        if ($now['nonce'] !== $before['nonce']) { // somebody left, or asked anew, meanwhile
            return $now['state'];
        }
        $this->keep($changed + ['looked' => ($this->clock)(), 'wait' => 0] + $now);
        return $this->state();
    }

    /** Forget it all. The bridge keeps what it knows: its team ends it there. */
    public function leave(): void
    {
        $this->memory->set(self::NAME, '');
    }

    /** When to look again, in seconds since 1970; 0 when there is nothing to look at. */
    public function next(): int
    {
        $held = $this->held();
        if ($held['state'] === self::NONE || $held['state'] === self::REFUSED) {
            return 0;
        }
        $now = ($this->clock)();
        $pause = self::DAILY;
        if ($held['state'] === self::ASKED || $held['state'] === self::VERIFIED) {
            $age = $now - $held['begun'];
            $pause = self::OFTEN[$age < 3600 ? 0 : ($age < self::DAILY ? 1 : 2)];
        }
        $next = $held['looked'] + max($pause, $held['wait']);
        return min($next, $now + self::DAILY); // a clock that was ahead must not stop it for years
    }

    /** One of the constants above. */
    public function state(): string
    {
        return $this->held()['state'];
    }

    /** What hinders it, in one sentence; empty when nothing does. */
    public function said(): string
    {
        return $this->held()['said'];
    }

    /** What the feed shows while the bridge is to see it; empty at other times. */
    public function challenge(): string
    {
        $held = $this->held();
        $asking = $held['state'] === self::ASKED || $held['state'] === self::VERIFIED;
        return $asking ? self::hash($held['nonce']) : '';
    }

    /** The name of this site's source at the bridge; empty until it is accepted. */
    public function source(): string
    {
        return $this->held()['source'];
    }

    /** Where the bridge is told that something changed; empty until it is accepted. */
    public function pingAddress(): string
    {
        return $this->held()['ping'];
    }

    /**
     * What this site signs with, and knows the bridge by: the newest key; none until it is accepted.
     *
     * @return list<string>
     */
    public function keys(): array
    {
        $held = $this->held();
        return $held['state'] === self::ACCEPTED && $held['key'] !== '' ? [$held['key']] : [];
    }

    /** Of the bridge that was asked; empty when none was. */
    public function address(): string
    {
        return $this->held()['address'];
    }

    /** When the bridge was last asked, in seconds since 1970; 0 when it never was. */
    public function looked(): int
    {
        return $this->held()['looked'];
    }

    /** The newest version of the plugins that the bridge told of; empty when it never did. */
    public function newest(): string
    {
        return $this->memory->get(self::NEWEST);
    }

    /** Remember what the bridge says the newest version of the plugins is; an empty text changes nothing. */
    public function tell(string $version): void
    {
        if ($version !== '' && $version !== $this->newest()) {
            $this->memory->set(self::NEWEST, $version);
        }
    }

    /**
     * @param array{state: string, message: string, source: string, ping: string, key: string} $told
     * @return array<string, string>
     */
    private static function learnt(array $told): array
    {
        $changed = ['state' => $told['state'], 'said' => $told['message']];
        if ($told['state'] === self::ACCEPTED) {
            $changed += ['source' => $told['source'], 'ping' => $told['ping'], 'key' => $told['key']];
        } elseif ($told['state'] !== self::ASKED && $told['state'] !== self::VERIFIED) {
            $changed['key'] = '';
        }
        return $changed;
    }

    /** @return array<string, string|int> */
    private static function nothing(): array
    {
        $texts = ['address', 'feed', 'id', 'nonce', 'said', 'source', 'ping', 'key'];
        return ['state' => self::NONE, 'begun' => 0, 'looked' => 0, 'wait' => 0] + array_fill_keys($texts, '');
    }

    /** @return array<string, string|int> */
    private function held(): array
    {
        $nothing = self::nothing();
        $held = array_intersect_key(Plain::json($this->memory->get(self::NAME)), $nothing);
        foreach ($held as $name => $value) {
            if (gettype($value) !== gettype($nothing[$name])) {
                return $nothing;
            }
        }
        $held += $nothing;
        $whole = $held['nonce'] !== '' && $held['address'] !== '';
        return $whole || $held['state'] === self::REFUSED ? $held : $nothing;
    }

    /** @param array<string, string|int> $held */
    private function keep(array $held): void
    {
        $this->memory->set(self::NAME, (string) json_encode($held, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE));
    }

    private static function hash(string $nonce): string
    {
        return self::base64url(hash('sha256', $nonce, true));
    }

    private static function base64url(string $bytes): string
    {
        return rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    }
}
