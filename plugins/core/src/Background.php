<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Work that nobody waits for: done once the answer has left or, where PHP cannot do that, by another request. */
final class Background
{
    /** Seconds that asking for it may take: what is lost is asked for again. */
    private const KNOCK = 0.05;

    /** @var resource|null */
    private static $knocked = null;

    /** Gives whoever asked their whole answer now, where PHP can before the end of a request: whether it did. */
    public static function answered(): bool
    {
        foreach (['fastcgi_finish_request', 'litespeed_finish_request'] as $finish) {
            if (function_exists($finish)) {
                if (session_status() === PHP_SESSION_ACTIVE) {
                    session_write_close(); // the next page of the same person would wait for it
                }
                $finish();
                return true;
            }
        }
        return false;
    }

    /** Asks for an address of the site itself, and does not wait for its answer. */
    public static function knock(string $address): void
    {
        $url = (array) parse_url($address);
        $tls = ($url['scheme'] ?? '') === 'https';
        $host = (string) ($url['host'] ?? '');
        $port = (int) ($url['port'] ?? ($tls ? 443 : 80));
        if ($host === '' || !function_exists('stream_socket_client')) {
            return;
        }
        // The site's own certificate may be for another name than the one by which it reaches itself.
        $context = stream_context_create(['ssl' => ['verify_peer' => false, 'verify_peer_name' => false]]);
        $there = ($tls ? 'tls' : 'tcp') . "://$host:$port";
        $socket = @stream_socket_client($there, $code, $why, self::KNOCK, STREAM_CLIENT_CONNECT, $context);
        if ($socket === false) {
            return;
        }
        $named = isset($url['port']) ? "$host:$port" : $host;
        $path = ($url['path'] ?? '/') . (isset($url['query']) ? "?{$url['query']}" : '');
        stream_set_timeout($socket, 0, (int) (self::KNOCK * 1000000));
        fwrite($socket, "GET $path HTTP/1.1\r\nHost: $named\r\nUser-Agent: partageons\r\nConnection: close\r\n\r\n");
        // Open until the process ends: a server that sees it closed at once may drop what it has not begun.
        self::$knocked = $socket;
    }
}
