<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Answer;
use Partageons\Core\Http;
use Partageons\Core\Memory;
use Partageons\Core\Opinion;
use Partageons\Core\Plain;
use Partageons\Core\Trial;

/** « Tester maintenant »: the feed is asked for as the network does, then the network for its opinion. */
final class FeedTrial
{
    private const NAME = 'trial';
    private const TIMEOUT = 10.0;

    private Memory $memory;
    private Http $http;
    private string $feed;

    /** @param string $feed the whole address of the feed, as the world is told it. */
    public function __construct(Memory $memory, Http $http, string $feed)
    {
        $this->memory = $memory;
        $this->http = $http;
        $this->feed = $feed;
    }

    /**
     * Takes up to a minute, and keeps what was found for the page to show.
     *
     * @param string $host by which the administrator reaches the wiki: it must be the one that the network is told.
     */
    public function run(Opinion $opinion, string $host, ?Trial $trial = null): void
    {
        $trial ??= new Trial(fn(string $url): Answer => $this->http->send('GET', $url, [
            'User-Agent' => Trial::AGENT,
            'Accept' => 'text/xml',
        ], '', self::TIMEOUT));
        $found = $trial->twice($this->feed);
        $said = parse_url($this->feed);
        $port = isset($said['port']) ? ":{$said['port']}" : '';
        $named = strtolower(($said['host'] ?? '') . $port);
        $this->memory->set(self::NAME, (string) json_encode([
            'at' => time(),
            'code' => $found->code,
            'values' => $found->values,
            'named' => $host === '' || strtolower($host) === $named ? '' : $named,
            'here' => Plain::line($host, 200),
            'opinion' => $found->code === '' ? $opinion->ask() : null,
        ], JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE));
    }

    /**
     * @return array{at: int, code: string, values: array<string, string>, named: string, here: string,
     *   opinion: array{code: string, said: string, live: int}|null}|null null when it was never tried. `named`: the
     *   name in the wiki's own address, where it is not the one of who tried, `here`.
     */
    public function last(): ?array
    {
        $kept = Plain::json($this->memory->get(self::NAME));
        $values = is_array($kept['values'] ?? null) ? array_filter($kept['values'], 'is_string') : [];
        if (!is_int($kept['at'] ?? null) || !is_string($kept['code'] ?? null)) {
            return null;
        }
        $told = is_array($kept['opinion'] ?? null) ? $kept['opinion'] : [];
        $whole = is_string($told['code'] ?? null) && is_string($told['said'] ?? null) && is_int($told['live'] ?? null);
        return [
            'at' => $kept['at'],
            'code' => $kept['code'],
            'values' => $values,
            'named' => is_string($kept['named'] ?? null) ? $kept['named'] : '',
            'here' => is_string($kept['here'] ?? null) ? $kept['here'] : '',
            'opinion' => $whole ? ['code' => $told['code'], 'said' => $told['said'], 'live' => $told['live']] : null,
        ];
    }
}
