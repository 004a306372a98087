<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Opinion;
use Partageons\Core\Warning;

/** What the page of the administrators says of what was found, in the language of the wiki: plain text, not HTML. */
final class Words
{
    private const AREA = 'PARTAGEONS_ADMIN_';
    private const UNITS = ['DAY' => 86400, 'HOUR' => 3600, 'MINUTE' => 60];

    /** @var callable(string, array<string, string>): string */
    private $translate;

    /** @param callable(string, array<string, string>): string $translate the wiki's `_t`. */
    public function __construct(callable $translate)
    {
        $this->translate = $translate;
    }

    /** @param array<string, string> $values of `%{name}`. */
    public function say(string $key, array $values = []): string
    {
        return ($this->translate)(self::AREA . $key, $values);
    }

    /**
     * A sentence about a number: the keys end with `_ONE` (0 and 1, as in French) and `_MANY`.
     *
     * @param array<string, string> $values
     */
    public function count(string $key, int $number, array $values = []): string
    {
        return $this->say($key . ($number < 2 ? '_ONE' : '_MANY'), ['n' => $this->number($number)] + $values);
    }

    public function number(int $number): string
    {
        return number_format($number, 0, ',', $this->say('THOUSANDS'));
    }

    /** How long ago, or for how long: « 3 minutes ». */
    public function lasting(int $seconds): string
    {
        foreach (self::UNITS as $unit => $length) {
            if ($seconds >= $length) {
                return $this->count($unit, intdiv($seconds, $length));
            }
        }
        return $this->say('MOMENT');
    }

    /** @param array<string, string> $values what the code needs. */
    public function obstacle(string $code, array $values): string
    {
        $code = $code === 'firewall' && ($values['name'] ?? '') === '' ? 'wall' : $code;
        if ($code === 'stale') {
            $values['age'] = $this->lasting(abs(time() - (int) ($values['at'] ?? 0)));
        }
        return $this->say($code === '' ? 'OPEN' : 'OBSTACLE_' . strtoupper($code), $values);
    }

    public function warning(Warning $warning): string
    {
        $values = ['value' => $warning->value, 'field' => $warning->field];
        $key = $warning->code === 'found' && $warning->field !== '' ? 'FOUND_IN_FIELD' : strtoupper($warning->code);
        return $this->say("WARNING_$key", $values);
    }

    /** @param array{code: string, said: string, live: int} $told by Opinion. */
    public function opinion(array $told): string
    {
        switch ($told['code']) {
            case Opinion::SAID:
                return $told['said'];
            case Opinion::SHOWN:
                return $this->count('OPINION_SHOWN', $told['live']);
            default:
                return $this->say('OPINION_' . strtoupper($told['code']), ['said' => $told['said']]);
        }
    }
}
