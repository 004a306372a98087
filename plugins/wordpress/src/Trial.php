<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Answer;
use Partageons\Core\Obstacle as Found;
use Partageons\Core\Trial as Asked;
use Partageons\Core\Unreachable;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * « Test now »: the feed is asked for from outside, as the network does, through each of its doors; and the network is
 * asked for its own opinion.
 */
final class Trial
{
    private const TIMEOUT = 10;
    private const KEPT = 'partageons_trial';

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
        $found = array_map(static fn(array $door): Found => self::through($door['url']), $doors);
        if ($found['plain']->code === '') {
            $found['plain'] = self::asked()->twice($doors['plain']['url']);
        }
        $told = static fn(Found $one): array => ['code' => $one->code, 'says' => Obstacle::says($one)];
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
    public static function through(string $url): Found
    {
        return self::asked()->through($url);
    }

    private static function asked(): Asked
    {
        return new Asked(static function (string $url): Answer {
            $answer = wp_remote_get($url, [
                'timeout' => self::TIMEOUT,
                'redirection' => 0,
                'limit_response_size' => 65536,
                'user-agent' => Asked::AGENT . ' (+' . home_url('/') . ')',
                'headers' => ['Accept' => 'text/xml'],
                'cookies' => [],
            ]);
            if (is_wp_error($answer)) {
                throw new Unreachable($answer->get_error_message());
            }
            $headers = [];
            foreach (wp_remote_retrieve_headers($answer) as $name => $value) {
                $headers[strtolower((string) $name)] = is_array($value) ? implode(', ', $value) : (string) $value;
            }
            $status = (int) wp_remote_retrieve_response_code($answer);
            return new Answer($status, $headers, (string) wp_remote_retrieve_body($answer));
        });
    }
}
