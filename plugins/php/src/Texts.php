<?php

declare(strict_types=1);

namespace Partageons\Module;

/** What a database holds, as the feed writes it: UTF-8 texts, HTML, lists, UTC instants, degrees. Pure. */
final class Texts
{
    /** Bytes that are kept of a value. */
    private const LONG = 524288;
    private const ENCODINGS = ['UTF-8', 'WINDOWS-1252', 'ISO-8859-1', 'ISO-8859-15'];
    private const DATE = '/^(\d{4})-(\d\d)-(\d\d)'
        . '(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?)?$/D';
    private const FRENCH = '/^(\d\d)\/(\d\d)\/(\d{4})(?:[ T]+(?:à )?(\d\d)[:h](\d\d)(?::(\d\d))?)?$/Du';
    private const COMPACT = '/^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d))?$/D';

    public static function knows(string $encoding): bool
    {
        return in_array(strtoupper($encoding), self::ENCODINGS, true);
    }

    /** UTF-8, whatever the bytes: what is not UTF-8 although it should be is taken for Windows-1252. */
    public static function utf8(string $bytes, string $encoding): string
    {
        $bytes = substr($bytes, 0, self::LONG);
        if (strtoupper($encoding) === 'UTF-8') {
            if (preg_match('//u', $bytes) === 1) {
                return $bytes;
            }
            $cut = (string) preg_replace('/[\xC0-\xFF][\x80-\xBF]{0,2}$/D', '', $bytes);
            if (strlen($bytes) === self::LONG && preg_match('//u', $cut) === 1) {
                return $cut;
            }
            $encoding = 'Windows-1252';
        }
        if (function_exists('mb_convert_encoding')) {
            return (string) mb_convert_encoding($bytes, 'UTF-8', $encoding);
        }
        return (string) @iconv($encoding, 'UTF-8//IGNORE', $bytes);
    }

    /** A plain text: HTML that was kept in a text column is taken out, control characters too. */
    public static function text(string $value): string
    {
        if (preg_match('/<[a-z\/!]|&#?[a-z0-9]{2,8};/i', $value) === 1) {
            $value = self::harmless($value);
            $value = (string) preg_replace('/<(?:br|\/p|\/li|\/h[1-6]|\/div)\b[^>]*>/i', "\n", $value);
            $value = html_entity_decode(strip_tags($value), ENT_QUOTES | ENT_HTML5, 'UTF-8');
        }
        $value = (string) preg_replace('/[\x00-\x08\x0B-\x1F\x7F]+/', ' ', str_replace("\r\n", "\n", $value));
        $value = (string) preg_replace(['/[ \t]+/', '/ ?\n ?/', '/\n{3,}/'], [' ', "\n", "\n\n"], $value);
        return trim($value);
    }

    /** A line of text. */
    public static function line(string $value): string
    {
        return trim((string) preg_replace('/\s+/u', ' ', self::text($value)));
    }

    /** HTML; a plain text becomes paragraphs. */
    public static function html(string $value): string
    {
        if (preg_match('/<[a-z][^<>]*>/i', $value) === 1) {
            return trim(self::harmless($value));
        }
        $paragraphs = preg_split('/\n\s*\n/', self::text($value), -1, PREG_SPLIT_NO_EMPTY);
        $html = '';
        foreach ($paragraphs === false ? [] : $paragraphs as $paragraph) {
            $html .= '<p>' . nl2br(htmlspecialchars(trim($paragraph), ENT_NOQUOTES, 'UTF-8'), false) . '</p>';
        }
        return $html;
    }

    /** @return list<string> */
    public static function items(string $value, string $separator = ''): array
    {
        $value = self::text($value);
        if ($separator !== '') {
            $parts = explode($separator, $value);
        } else {
            $parts = preg_split(preg_match('/[;|\n]/', $value) === 1 ? '/[;|\n]/' : '/,/', $value);
        }
        $items = array_filter(array_map([self::class, 'line'], $parts === false ? [] : $parts), 'strlen');
        return array_values(array_unique($items));
    }

    /** A UTC instant `YYYY-MM-DDThh:mm:ssZ`; empty when there is none: NULL, `0000-00-00`, words. */
    public static function instant(string $value, \DateTimeZone $local): string
    {
        $parts = self::date(trim($value));
        if ($parts === [] && preg_match('/^\d{9,10}$/D', trim($value)) === 1) {
            return gmdate('Y-m-d\TH:i:s\Z', (int) $value);
        }
        if ($parts === []) {
            return '';
        }
        [$year, $month, $day, $hour, $minute, $second, $zone] = $parts;
        try {
            $found = new \DateTimeImmutable("$year-$month-{$day}T$hour:$minute:$second$zone", $local);
        } catch (\Exception $error) {
            return '';
        }
        return $found->setTimezone(new \DateTimeZone('UTC'))->format('Y-m-d\TH:i:s\Z');
    }

    /** A date as the site says it, `YYYY-MM-DD` or with an hour; else its own words; empty for 0000-00-00. */
    public static function day(string $value): string
    {
        $parts = self::date(trim($value));
        if ($parts === []) {
            return preg_match('/^0000-00-00/', trim($value)) === 1 ? '' : self::line($value);
        }
        $time = implode(':', array_slice($parts, 3, 3));
        return implode('-', array_slice($parts, 0, 3)) . ($time === '00:00:00' ? '' : "T$time$parts[6]");
    }

    /** @return array{}|array{string, string, string, string, string, string, string} year to second, zone */
    private static function date(string $value): array
    {
        if (preg_match(self::FRENCH, $value, $found) === 1) {
            [$found[1], $found[3]] = [$found[3], $found[1]];
        } elseif (preg_match(self::DATE, $value, $found) !== 1 && preg_match(self::COMPACT, $value, $found) !== 1) {
            return [];
        }
        $parts = [$found[1], $found[2], $found[3]];
        foreach ([4, 5, 6] as $at) {
            $parts[] = ($found[$at] ?? '') === '' ? '00' : $found[$at];
        }
        $there = checkdate((int) $parts[1], (int) $parts[2], (int) $parts[0]) && (int) $parts[0] >= 1000;
        return $there && $parts[3] < '24' && $parts[4] < '60' ? array_merge($parts, [$found[7] ?? '']) : [];
    }

    /** Degrees; null when it is no number between minus and plus this. */
    public static function degrees(string $value, float $most): ?float
    {
        $value = str_replace([',', ' ', "\u{a0}"], ['.', '', ''], trim($value));
        if (preg_match('/^[+-]?\d{1,3}(?:\.\d+)?$/D', $value) !== 1 || abs((float) $value) > $most) {
            return null;
        }
        return (float) $value;
    }

    /** An address of the web; empty for anything else. */
    public static function url(string $value): string
    {
        $value = trim($value);
        return preg_match('/^https?:\/\/[^\s<>"\x00-\x20]{3,2000}$/iD', $value) === 1 ? $value : '';
    }

    private static function harmless(string $html): string
    {
        $tags = 'script|style|iframe|object|template|noscript';
        return (string) preg_replace("/<($tags)\\b.*?<\\/\\1\\s*>|<!--.*?-->|<(?:$tags)\\b[^>]*>/is", '', $html);
    }
}
