<?php

declare(strict_types=1);

namespace Partageons\Core;

/** « Test now »: a site asks for its own feed from outside, as the network does, and sees what stands in the way. */
final class Trial
{
    /** How the trial calls itself: the bridge's name, so that it meets what the bridge meets; not noted as a visit. */
    public const AGENT = 'partageons-vert/trial';
    /** What the addresses of a site's doors have in common, whatever leads from one to another. */
    private const MARK = 'partageons';
    private const VOCABULARY = 'https://partageons-vert.org/ns/plugin/1.0';
    private const CLOCKS_APART = 90;
    private const HOPS = 3;
    /** Microseconds between the two questions that show a cache: the feed tells the second of its answer. */
    private const PAUSE = 2100000;

    /** @var callable(string): Answer */
    private $get;
    /** @var callable(): int */
    private $clock;
    /** @var callable(int): void */
    private $pause;

    /**
     * @param callable(string): Answer $get asks for an address, as `AGENT`, without a cookie; follows no redirection;
     *   throws Unreachable when nobody answers.
     * @param (callable(int): void)|null $pause waits for so many microseconds.
     */
    public function __construct(callable $get, ?callable $clock = null, ?callable $pause = null)
    {
        $this->get = $get;
        $this->clock = $clock ?? 'time';
        $this->pause = $pause ?? 'usleep';
    }

    /** What stands in the way of one door. */
    public function through(string $url): Obstacle
    {
        $answer = $this->visit($url);
        return $answer instanceof Obstacle ? $answer : $this->judged($answer);
    }

    /** The same, of a door that a cache may stand before: it is asked twice, and must answer anew. */
    public function twice(string $url): Obstacle
    {
        $first = $this->visit($url);
        ($this->pause)(self::PAUSE);
        $second = $this->visit($url);
        if ($first instanceof Obstacle || $second instanceof Obstacle) {
            return $second instanceof Obstacle ? $second : $this->judged($second);
        }
        $at = self::answeredAt($first->body);
        if ($at !== 0 && $at === self::answeredAt($second->body)) {
            return Obstacle::stale($at);
        }
        return $this->judged($second);
    }

    /** @return Answer|Obstacle */
    private function visit(string $url)
    {
        $asked = $url . (strpos($url, '?') === false ? '?' : '&') . 'verb=Identify';
        for ($hop = 0; $hop < self::HOPS; $hop++) {
            try {
                $answer = ($this->get)($asked);
            } catch (Unreachable $silent) {
                return Obstacle::unreachable($silent->getMessage());
            }
            $there = $answer->headers['location'] ?? '';
            if ($answer->status < 300 || $answer->status >= 400 || $there === '') {
                return $answer;
            }
            $there = self::whole($there, $asked);
            $same = parse_url($there, PHP_URL_HOST) === parse_url($asked, PHP_URL_HOST);
            if (!$same || strpos($there, self::MARK) === false || strpos($there, 'wp-login') !== false) {
                return Obstacle::sentTo($there);
            }
            $asked = $there;
        }
        return Obstacle::sentTo($asked);
    }

    /** Where a redirection leads. */
    private static function whole(string $there, string $from): string
    {
        if (preg_match('~\A[a-z][a-z0-9+.-]*:~i', $there) === 1) {
            return $there;
        }
        preg_match('~\A([a-z]+:)(//[^/?#]*)([^?#]*)~i', $from, $of);
        if (strncmp($there, '//', 2) === 0) {
            return $of[1] . $there;
        }
        if (strncmp($there, '/', 1) === 0) {
            return $of[1] . $of[2] . $there;
        }
        $folder = $there[0] === '?' ? $of[3] : (string) preg_replace('~[^/]*\z~', '', $of[3]);
        return $of[1] . $of[2] . ($folder === '' ? '/' : $folder) . $there;
    }

    private function judged(Answer $answer): Obstacle
    {
        if ($answer->status !== 200 || strpos($answer->body, '<OAI-PMH') === false) {
            return Obstacle::answered($answer);
        }
        if (strpos($answer->body, self::VOCABULARY) === false) {
            return Obstacle::other();
        }
        $at = self::answeredAt($answer->body);
        return abs(($this->clock)() - $at) > self::CLOCKS_APART ? Obstacle::stale($at) : Obstacle::none();
    }

    private static function answeredAt(string $body): int
    {
        preg_match('~<responseDate>([0-9TZ:-]{20})</responseDate>~', $body, $found);
        return (int) strtotime($found[1] ?? '');
    }
}
