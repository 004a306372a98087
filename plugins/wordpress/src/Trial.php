<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * « Test now »: the feed is asked for from outside, as the network does, through each of its doors; and the network is
 * asked for its own opinion.
 */
final class Trial
{
    /** How the trial calls itself: the bridge's name, so that it meets what the bridge meets; not noted as a visit. */
    public const AGENT = 'partageons-vert/trial';
    private const TIMEOUT = 10;
    private const KEPT = 'partageons_trial';
    private const CLOCKS_APART = 90;
    private const VOCABULARY = 'https://partageons-vert.org/ns/plugin/1.0';

    /** @return array<string, array{name: string, url: string}> the doors, the one that the network uses first. */
    public static function doors(): array
    {
        return [
            'plain' => ['name' => __('the site’s home page', 'partageons'), 'url' => Doors::address()],
            'rest' => ['name' => __('the REST API', 'partageons'), 'url' => rest_url('partageons/v1/oai')],
            'route' => [
                'name' => __('the REST API, without permalinks', 'partageons'),
                'url' => home_url('/?rest_route=/partageons/v1/oai'),
            ],
        ];
    }

    /**
     * Try everything, and keep what was found for the page to show.
     *
     * @return array<string, mixed> what `last()` gives.
     */
    public static function run(): array
    {
        $doors = self::doors();
        $found = array_map(static fn(array $door): Obstacle => self::through($door['url']), $doors);
        if ($found['plain']->code === '') {
            $found['plain'] = self::again($doors['plain']['url']);
        }
        $told = static fn(Obstacle $one): array => ['code' => $one->code, 'says' => $one->says];
        $result = ['at' => time(), 'doors' => array_map($told, $found), 'bridge' => Opinion::ask()];
        set_transient(self::KEPT, $result, DAY_IN_SECONDS);
        return $result;
    }

    /**
     * When it was, what each door said, and what the network said if it was asked.
     *
     * @return array{at: int, doors: array<string, array<string, string>>, bridge: array<string, string>|null}|null
     */
    public static function last(): ?array
    {
        $kept = get_transient(self::KEPT);
        return is_array($kept) ? $kept : null;
    }

    /** What stands in the way of one door. */
    public static function through(string $url): Obstacle
    {
        $answer = self::visit($url);
        return $answer instanceof Obstacle ? $answer : self::judged($answer);
    }

    /** A cache shows when it is asked twice: the second answer must be a new one. */
    private static function again(string $url): Obstacle
    {
        $first = self::visit($url);
        usleep(2100000);
        $second = self::visit($url);
        if ($first instanceof Obstacle || $second instanceof Obstacle) {
            return $second instanceof Obstacle ? $second : self::judged($second);
        }
        $at = self::answeredAt($first['body']);
        if ($at !== 0 && $at === self::answeredAt($second['body'])) {
            return Obstacle::stale(human_time_diff($at));
        }
        return self::judged($second);
    }

    /** @return array{status: int, headers: array<string, string>, body: string}|Obstacle */
    private static function visit(string $url)
    {
        $asked = add_query_arg('verb', 'Identify', $url);
        for ($hop = 0; $hop < 3; $hop++) {
            $answer = wp_remote_get($asked, [
                'timeout' => self::TIMEOUT,
                'redirection' => 0,
                'limit_response_size' => 65536,
                'user-agent' => self::AGENT . ' (+' . home_url('/') . ')',
                'headers' => ['Accept' => 'text/xml'],
                'cookies' => [],
            ]);
            if (is_wp_error($answer)) {
                return Obstacle::unreachable($answer->get_error_message());
            }
            $status = (int) wp_remote_retrieve_response_code($answer);
            $there = wp_remote_retrieve_header($answer, 'location');
            if ($status < 300 || $status >= 400 || !is_string($there) || $there === '') {
                return [
                    'status' => $status,
                    'headers' => self::headers($answer),
                    'body' => (string) wp_remote_retrieve_body($answer),
                ];
            }
            $there = \WP_Http::make_absolute_url($there, $asked);
            if (wp_parse_url($there, PHP_URL_HOST) !== wp_parse_url($asked, PHP_URL_HOST)) {
                return Obstacle::sentTo($there);
            }
            if (strpos($there, 'partageons') === false || strpos($there, 'wp-login') !== false) {
                return Obstacle::sentTo($there);
            }
            $asked = $there;
        }
        return Obstacle::sentTo($asked);
    }

    /** @param array{status: int, headers: array<string, string>, body: string} $answer */
    private static function judged(array $answer): Obstacle
    {
        if ($answer['status'] !== 200 || strpos($answer['body'], '<OAI-PMH') === false) {
            return Obstacle::answered($answer['status'], $answer['headers'], $answer['body']);
        }
        if (strpos($answer['body'], self::VOCABULARY) === false) {
            return Obstacle::other();
        }
        $at = self::answeredAt($answer['body']);
        return abs(time() - $at) > self::CLOCKS_APART ? Obstacle::stale(human_time_diff($at)) : Obstacle::none();
    }

    /**
     * @param array<string, mixed> $answer
     * @return array<string, string>
     */
    private static function headers(array $answer): array
    {
        $headers = [];
        foreach (wp_remote_retrieve_headers($answer) as $name => $value) {
            $headers[strtolower((string) $name)] = is_array($value) ? implode(', ', $value) : (string) $value;
        }
        return $headers;
    }

    private static function answeredAt(string $body): int
    {
        preg_match('~<responseDate>([0-9TZ:-]{20})</responseDate>~', $body, $found);
        return (int) strtotime($found[1] ?? '');
    }
}
