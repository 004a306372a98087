<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Http;
use Partageons\Core\Unreachable;

/** Answers what the test decides, and remembers what was asked. */
final class Web implements Http
{
    /** @var list<array{method: string, url: string, headers: array<string, string>, body: string, timeout: float}> */
    public array $asked = [];
    /** @var list<Answer|callable(array<string, mixed>): Answer|null> in turn, the last one again and again */
    public array $answers = [];

    public function send(string $method, string $url, array $headers, string $body, float $timeout): Answer
    {
        $asked = compact('method', 'url', 'headers', 'body', 'timeout');
        $this->asked[] = $asked;
        $answer = count($this->answers) > 1 ? array_shift($this->answers) : ($this->answers[0] ?? null);
        $answer = is_callable($answer) ? $answer($asked) : $answer;
        if ($answer === null) {
            throw new Unreachable('cURL error 28: 10.0.0.1');
        }
        return $answer;
    }

    /**
     * @param mixed $told
     * @param array<string, string> $headers
     */
    public static function json($told, int $status = 200, array $headers = []): Answer
    {
        return new Answer($status, $headers, (string) json_encode($told));
    }

    /** @return array<string, mixed> what was said last */
    public function said(): array
    {
        return json_decode($this->asked[count($this->asked) - 1]['body'], true);
    }
}
