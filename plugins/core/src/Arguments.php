<?php

declare(strict_types=1);

namespace Partageons\Core;

/** The arguments of a request: read, or refused with all that is wrong with them. */
final class Arguments
{
    private const SELECTION = ['from', 'until', 'set', 'resumptionToken'];
    /** For each verb, the arguments that it needs, then those that it may have. */
    private const VERBS = [
        'Identify' => [[], []],
        'ListMetadataFormats' => [[], ['identifier']],
        'ListSets' => [[], ['resumptionToken']],
        'GetRecord' => [['identifier', 'metadataPrefix'], []],
        'ListIdentifiers' => [['metadataPrefix'], self::SELECTION],
        'ListRecords' => [['metadataPrefix'], self::SELECTION],
    ];
    private const NAME = "[A-Za-z0-9_.!~*'()-]+";
    /** Characters of what somebody sent that an error repeats. */
    private const QUOTED = 80;

    /** @var array<string, string> by name, `verb` first; empty when there is no such verb */
    public array $values = [];
    /** @var list<array{0: string, 1: string}> the OAI-PMH code, and what a person reads */
    public array $errors = [];

    /** @param list<array{0: string, 1: string}> $pairs decoded, in order, repeated ones kept. */
    public function __construct(array $pairs)
    {
        $verbs = array_values(array_filter($pairs, static fn (array $pair): bool => $pair[0] === 'verb'));
        $verb = $verbs[0][1] ?? '';
        if (count($verbs) !== 1 || !isset(self::VERBS[$verb])) {
            $among = implode(', ', array_keys(self::VERBS));
            $this->errors[] = ['badVerb', "L'argument « verb » est attendu une fois, parmi : $among."];
            return;
        }
        $this->values['verb'] = $verb;
        $wrong = array_merge($this->take($verb, $pairs), $this->ill($verb), $this->dates());
        foreach (array_unique($wrong) as $message) {
            $this->errors[] = ['badArgument', $message];
        }
    }

    /** Whether a text is a UTC date or instant as the protocol writes them. */
    public static function isDate(string $text): bool
    {
        $shape = '/\A([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T([0-9]{2}):([0-9]{2}):([0-9]{2})Z)?\z/';
        return preg_match($shape, $text, $is) === 1 && checkdate((int) $is[2], (int) $is[3], (int) $is[1])
            && (int) ($is[4] ?? 0) < 24 && (int) ($is[5] ?? 0) < 60 && (int) ($is[6] ?? 0) < 60;
    }

    public static function isSet(string $text): bool
    {
        return preg_match('/\A' . self::NAME . '(?::' . self::NAME . ')*\z/', $text) === 1;
    }

    /**
     * @param list<array{0: string, 1: string}> $pairs
     * @return list<string> what is unknown or repeated
     */
    private function take(string $verb, array $pairs): array
    {
        $wrong = [];
        $legal = array_merge(['verb'], ...self::VERBS[$verb]);
        foreach ($pairs as [$name, $value]) {
            if (!in_array($name, $legal, true)) {
                $wrong[] = '« ' . $this->quoted($name) . " » n'est pas un argument de $verb.";
            } elseif ($name !== 'verb' && isset($this->values[$name])) {
                $wrong[] = "L'argument « $name » est répété.";
            } else {
                $this->values[$name] = $value;
            }
        }
        return $wrong;
    }

    /** @return list<string> what is missing, too much, or made of characters that cannot be */
    private function ill(string $verb): array
    {
        $wrong = [];
        if (isset($this->values['resumptionToken'])) {
            if (count($this->values) > 2) {
                $wrong[] = "« resumptionToken » ne s'accompagne d'aucun autre argument.";
            }
        } else {
            foreach (array_diff(self::VERBS[$verb][0], array_keys($this->values)) as $name) {
                $wrong[] = "L'argument « $name » manque.";
            }
        }
        $prefix = $this->values['metadataPrefix'] ?? 'pv';
        if (preg_match('/\A' . self::NAME . '\z/', $prefix) !== 1) {
            $wrong[] = '« metadataPrefix » contient des caractères interdits.';
        }
        if (!self::isSet($this->values['set'] ?? 'set')) {
            $wrong[] = '« set » contient des caractères interdits.';
        }
        return $wrong;
    }

    /** @return list<string> */
    private function dates(): array
    {
        $wrong = [];
        $dates = array_values(array_intersect_key($this->values, ['from' => '', 'until' => '']));
        foreach ($dates as $date) {
            if (!self::isDate($date)) {
                $wrong[] = '« ' . $this->quoted($date) . " » n'est ni une date AAAA-MM-JJ, ni AAAA-MM-JJThh:mm:ssZ.";
            }
        }
        if (count($dates) === 2 && strlen($dates[0]) !== strlen($dates[1])) {
            $wrong[] = '« from » et « until » doivent avoir la même précision.';
        } elseif (count($dates) === 2 && strcmp($this->values['from'], $this->values['until']) > 0) {
            $wrong[] = '« from » est après « until ».';
        }
        return $wrong;
    }

    private function quoted(string $text): string
    {
        return preg_match('/\A.{0,' . self::QUOTED . '}/us', Xml::clean($text), $start) === 1 ? $start[0] : '';
    }
}
