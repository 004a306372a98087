<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What the bridge answered: the JSON object of a success, or why there is none. */
final class Reply
{
    /** Bytes of an answer that are looked at. */
    public const LONGEST = 2 << 20;
    /** Lists and objects in it: a short text may hold so many that they fill the memory. */
    private const PARTS = 50000;
    /** Seconds: nothing makes a site wait longer. */
    private const WAIT_MAX = 86400;

    /**
     * Ask the bridge.
     *
     * @param array<mixed>|string $body an array is sent as JSON, a text as it is.
     * @param array<string, string> $headers
     * @param float $timeout seconds.
     * @return array<mixed>
     * @throws BridgeError
     */
    public static function of(
        Http $http,
        string $method,
        string $url,
        $body,
        float $timeout,
        array $headers = []
    ): array {
        $headers['Accept'] = 'application/json';
        if ($method === 'POST') {
            $headers['Content-Type'] = 'application/json';
        }
        $sent = is_array($body) ? (string) json_encode($body, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE) : $body;
        try {
            return self::read($http->send($method, $url, $headers, $sent, $timeout));
        } catch (Unreachable $error) {
            throw new BridgeError(BridgeError::UNREACHABLE, 'Le pont ne répond pas.');
        }
    }

    /**
     * @return array<mixed>
     * @throws BridgeError
     */
    public static function read(Answer $answer): array
    {
        $status = $answer->status;
        $body = $answer->body;
        $parts = substr_count($body, '[') + substr_count($body, '{');
        $told = strlen($body) > self::LONGEST || $parts > self::PARTS ? [] : Plain::json($body);
        if ($status >= 200 && $status < 300) {
            if ($told === []) {
                throw new BridgeError(BridgeError::GARBAGE, 'Ce qui a répondu n’est pas le pont.', $status);
            }
            return $told;
        }
        $error = is_array($told['error'] ?? null) ? $told['error'] : [];
        $said = Plain::line($error['message'] ?? '', 300);
        if ($status === 429 || ($status >= 500 && $status !== 501)) {
            $said = $said === '' ? 'Le pont est occupé ou en panne.' : $said;
            throw new BridgeError(BridgeError::BUSY, $said, $status, self::wait($answer));
        }
        if ($said !== '') {
            throw new BridgeError(BridgeError::REFUSED, $said, $status);
        }
        throw new BridgeError(BridgeError::GARBAGE, "Ce qui a répondu n’est pas le pont (HTTP $status).", $status);
    }

    private static function wait(Answer $answer): int
    {
        $given = $answer->headers['retry-after'] ?? '';
        if (preg_match('/\A[0-9]{1,9}\z/', $given) !== 1) {
            return 0;
        }
        return min((int) $given, self::WAIT_MAX);
    }
}
