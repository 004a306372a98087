<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A protocol error, which is an answer too: its OAI-PMH code, and as message what a person reads. */
final class Refused extends \RuntimeException
{
    public string $error;

    public function __construct(string $error, string $message)
    {
        parent::__construct($message);
        $this->error = $error;
    }
}
