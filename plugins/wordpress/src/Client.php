<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Answer;
use Partageons\Core\Http;
use Partageons\Core\Unreachable;

if (!defined('ABSPATH')) {
    exit;
}

/** WordPress's own client: it knows the proxy and the certificates of the site. */
final class Client implements Http
{
    private const BYTES = 2097152;

    public function send(string $method, string $url, array $headers, string $body, float $timeout): Answer
    {
        $answer = wp_remote_request($url, [
            'method' => $method,
            'headers' => $headers,
            'body' => $body === '' ? null : $body,
            'timeout' => $timeout,
            'redirection' => $method === 'GET' ? 3 : 0,
            'limit_response_size' => self::BYTES,
            'user-agent' => 'partageons-wordpress/' . PARTAGEONS_VERSION,
        ]);
        if (is_wp_error($answer)) {
            throw new Unreachable($answer->get_error_message());
        }
        $names = [];
        foreach (wp_remote_retrieve_headers($answer) as $name => $value) {
            $names[strtolower((string) $name)] = is_array($value) ? implode(', ', $value) : (string) $value;
        }
        return new Answer(
            (int) wp_remote_retrieve_response_code($answer),
            $names,
            substr(wp_remote_retrieve_body($answer), 0, self::BYTES)
        );
    }
}
