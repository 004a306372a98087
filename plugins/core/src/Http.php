<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A client of the web, the CMS's own where it has one: it knows the proxy and the certificates. */
interface Http
{
    /**
     * @param array<string, string> $headers
     * @param float $timeout seconds, for the whole exchange.
     * @throws Unreachable when there is no answer. An error status is an answer.
     */
    public function send(string $method, string $url, array $headers, string $body, float $timeout): Answer;
}
