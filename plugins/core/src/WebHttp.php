<?php

declare(strict_types=1);

namespace Partageons\Core;

/** PHP's own client of the web: curl, else its streams. Redirections are not followed. */
final class WebHttp implements Http
{
    /** Bytes. */
    private const LARGEST = 2097152;

    public function send(string $method, string $url, array $headers, string $body, float $timeout): Answer
    {
        if (preg_match('/^https?:\/\//i', $url) !== 1) {
            throw new Unreachable("Ce n'est pas une adresse du web.");
        }
        $lines = [];
        foreach ($headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        return function_exists('curl_init') ? $this->curl($method, $url, $lines, $body, $timeout)
            : $this->stream($method, $url, $lines, $body, $timeout);
    }

    /** @param list<string> $lines */
    private function curl(string $method, string $url, array $lines, string $body, float $timeout): Answer
    {
        $said = '';
        $heard = [];
        $curl = curl_init($url);
        curl_setopt_array($curl, [
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_POSTFIELDS => $body,
            CURLOPT_HTTPHEADER => $lines,
            CURLOPT_TIMEOUT_MS => (int) ($timeout * 1000),
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$heard): int {
                $heard[] = $line;
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function ($curl, string $part) use (&$said): int {
                $said .= $part;
                return strlen($said) > self::LARGEST ? 0 : strlen($part);
            },
        ]);
        $done = curl_exec($curl);
        if ($done === false && strlen($said) <= self::LARGEST) {
            throw new Unreachable(curl_error($curl));
        }
        $status = (int) curl_getinfo($curl, CURLINFO_RESPONSE_CODE);
        return new Answer($status, self::named($heard), substr($said, 0, self::LARGEST));
    }

    /** @param list<string> $lines */
    private function stream(string $method, string $url, array $lines, string $body, float $timeout): Answer
    {
        $options = [
            'method' => $method,
            'header' => $lines,
            'content' => $body,
            'timeout' => $timeout,
            'follow_location' => 0,
            'ignore_errors' => true,
        ];
        $stream = @fopen($url, 'r', false, stream_context_create(['http' => $options]));
        if ($stream === false) {
            throw new Unreachable((string) (error_get_last()['message'] ?? ''));
        }
        $heard = (array) (stream_get_meta_data($stream)['wrapper_data'] ?? []);
        $said = (string) stream_get_contents($stream, self::LARGEST);
        fclose($stream);
        $status = preg_match('/^HTTP\/\S+ (\d{3})/', (string) ($heard[0] ?? ''), $found) === 1 ? (int) $found[1] : 0;
        return new Answer($status, self::named($heard), $said);
    }

    /**
     * @param array<mixed> $lines
     * @return array<string, string>
     */
    private static function named(array $lines): array
    {
        $named = [];
        foreach ($lines as $line) {
            $parts = explode(':', (string) $line, 2);
            if (count($parts) === 2) {
                $named[strtolower(trim($parts[0]))] = trim($parts[1]);
            }
        }
        return $named;
    }
}
