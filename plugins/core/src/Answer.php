<?php

declare(strict_types=1);

namespace Partageons\Core;

/** An HTTP answer, at most 2 MiB of it. */
final class Answer
{
    public int $status;
    /** @var array<string, string> names in lower case */
    public array $headers;
    public string $body;

    /** @param array<string, string> $headers */
    public function __construct(int $status, array $headers, string $body)
    {
        $this->status = $status;
        $this->headers = $headers;
        $this->body = $body;
    }
}
