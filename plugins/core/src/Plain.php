<?php

declare(strict_types=1);

namespace Partageons\Core;

/** What strangers write, made fit to be kept: one line of valid UTF-8, an address of the web. Not escaped for HTML. */
final class Plain
{
    private const ADDRESS = '~\Ahttps?://[a-z0-9\x{80}-\x{10ffff}][^\s<>"\'`\\\\{}|^\x00-\x20\x7f]*\z~iu';
    private const ADDRESS_MAX = 2000;

    /**
     * A text on one line without control characters, at most `$most` characters of it; empty for what is no text.
     *
     * @param mixed $value
     */
    public static function line($value, int $most): string
    {
        if (!is_string($value)) {
            return '';
        }
        $text = self::utf8(substr($value, 0, 4 * $most + 4000));
        $text = trim((string) preg_replace('/[ \x00-\x1f\x{7f}-\x{9f}\x{2028}\x{2029}]+/u', ' ', $text));
        return rtrim(preg_match('/\A.{0,' . $most . '}/us', $text, $found) === 1 ? $found[0] : '');
    }

    /** A text whose bytes that are no UTF-8 are replaced. */
    public static function utf8(string $text): string
    {
        if (preg_match('//u', $text) === 1) {
            return $text;
        }
        $safe = htmlspecialchars($text, ENT_NOQUOTES | ENT_SUBSTITUTE, 'UTF-8');
        return htmlspecialchars_decode($safe, ENT_NOQUOTES);
    }

    /**
     * An http or https address, without a password in it; empty for anything else.
     *
     * @param mixed $value
     */
    public static function address($value): string
    {
        if (!is_string($value) || strlen($value) > self::ADDRESS_MAX || preg_match(self::ADDRESS, $value) !== 1) {
            return '';
        }
        $parts = parse_url($value);
        $named = is_array($parts) && ($parts['host'] ?? '') !== '' && !isset($parts['user']) && !isset($parts['pass']);
        return $named ? $value : '';
    }

    /**
     * The object that a JSON text holds; empty when it holds none, or one deeper than `$deep`.
     *
     * @return array<mixed>
     */
    public static function json(string $text, int $deep = 16): array
    {
        $found = $text === '' ? null : json_decode($text, true, $deep);
        return is_array($found) ? $found : [];
    }
}
