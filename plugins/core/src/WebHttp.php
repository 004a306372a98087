<?php

declare(strict_types=1);

namespace Partageons\Core;

/** PHP's own client of the web: curl, else its streams. Redirections are not followed. */
final class WebHttp implements Http
{
    /** Bytes. */
    private const LARGEST = 2097152;
    private const PART = 65536;

    private string $agent;
    private bool $curl;

    /**
     * @param string $agent how it is named, where the request names nobody.
     * @param bool|null $curl whether curl is used; where it is when it is not said.
     */
    public function __construct(string $agent = 'partageons', ?bool $curl = null)
    {
        $this->agent = $agent;
        $this->curl = $curl ?? function_exists('curl_init');
    }

    public function send(string $method, string $url, array $headers, string $body, float $timeout): Answer
    {
        if (preg_match('/\Ahttps?:\/\/[^\s\x00-\x1f]+\z/i', $url) !== 1) {
            throw new Unreachable("Ce n'est pas une adresse du web.");
        }
        $headers = array_change_key_case($headers) + ['user-agent' => $this->agent];
        $lines = [];
        foreach ($headers as $name => $value) {
            $lines[] = "$name: " . preg_replace('/[\x00-\x1f\x7f]+/', ' ', $value);
        }
        return $this->curl ? $this->curl($method, $url, $lines, $body, $timeout)
            : $this->stream($method, $url, $lines, $body, $timeout);
    }

    /** @param list<string> $lines */
    private function curl(string $method, string $url, array $lines, string $body, float $timeout): Answer
    {
        $said = '';
        $heard = [];
        $curl = curl_init();
        $options = [
            CURLOPT_URL => $url,
            CURLOPT_CUSTOMREQUEST => $method,
            CURLOPT_HTTPHEADER => $lines,
            CURLOPT_NOSIGNAL => true, // else a wait of less than a second is none
            CURLOPT_TIMEOUT_MS => max(1, (int) ($timeout * 1000)),
            CURLOPT_PROTOCOLS => CURLPROTO_HTTP | CURLPROTO_HTTPS,
            CURLOPT_FOLLOWLOCATION => false,
            CURLOPT_HEADERFUNCTION => static function ($curl, string $line) use (&$heard): int {
                $heard[] = $line;
                return strlen($line);
            },
            CURLOPT_WRITEFUNCTION => static function ($curl, string $part) use (&$said): int {
                $said .= $part;
                return strlen($said) > self::LARGEST ? 0 : strlen($part);
            },
        ];
        if ($method === 'HEAD') {
            $options[CURLOPT_NOBODY] = true;
        } elseif ($body !== '' || $method !== 'GET') {
            $options[CURLOPT_POSTFIELDS] = $body;
        }
        curl_setopt_array($curl, $options);
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
        $end = microtime(true) + $timeout;
        $options = [
            'method' => $method,
            'header' => [...$lines, 'connection: close'],
            'content' => $body,
            'timeout' => $timeout,
            'follow_location' => 0,
            'protocol_version' => 1.1,
            'ignore_errors' => true,
        ];
        $stream = @fopen($url, 'r', false, stream_context_create(['http' => $options]));
        if ($stream === false) {
            throw new Unreachable((string) (error_get_last()['message'] ?? ''));
        }
        $heard = (array) (stream_get_meta_data($stream)['wrapper_data'] ?? []);
        $said = '';
        // PHP waits as long for each part as for all of them.
        while (strlen($said) < self::LARGEST && !feof($stream)) {
            $left = $end - microtime(true);
            if ($left > 0) {
                stream_set_timeout($stream, (int) $left, (int) (fmod($left, 1.0) * 1000000));
                $said .= (string) fread($stream, self::PART);
            }
            if ($left <= 0 || (stream_get_meta_data($stream)['timed_out'] ?? false) === true) {
                fclose($stream);
                throw new Unreachable('It takes too long.');
            }
        }
        fclose($stream);
        $status = preg_match('/^HTTP\/\S+ (\d{3})/', (string) ($heard[0] ?? ''), $found) === 1 ? (int) $found[1] : 0;
        return new Answer($status, self::named($heard), substr($said, 0, self::LARGEST));
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
