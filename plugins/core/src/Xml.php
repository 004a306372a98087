<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Writes XML that always parses, whatever the texts hold. */
final class Xml
{
    public const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

    private const ILLEGAL = '/[^\x09\x0A\x0D\x20-\x{D7FF}\x{E000}-\x{FFFD}\x{10000}-\x{10FFFF}]+/u';
    /** A UTF-8 sequence of several bytes; else (captured) a byte that belongs to none. */
    private const SEQUENCES = '/[\xC2-\xDF][\x80-\xBF]|\xE0[\xA0-\xBF][\x80-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]{2}'
        . '|\xED[\x80-\x9F][\x80-\xBF]|\xF0[\x90-\xBF][\x80-\xBF]{2}|[\xF1-\xF3][\x80-\xBF]{3}'
        . '|\xF4[\x80-\x8F][\x80-\xBF]{2}|([\x80-\xFF])/';
    /** Scheme, host in any language and port; then the rest. Nobody's password. */
    private const ADDRESS = '~\A(https?://(?:(?:[A-Za-z0-9._-]|[^\x00-\x7F])+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)'
        . '([/?#].*)?\z~is';
    /** What the bytes 0x80 to 0x9F mean in Windows-1252. */
    private const WINDOWS = [
        '€', '', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '', 'Ž', '',
        '', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '', 'ž', 'Ÿ',
    ];

    private \XMLWriter $writer;

    public function __construct()
    {
        $this->writer = new \XMLWriter();
        $this->writer->openMemory();
        $this->writer->startDocument('1.0', 'UTF-8');
    }

    /**
     * A text without what XML 1.0 cannot hold. Bytes that are not UTF-8 are read as Windows-1252 when nothing in the
     * text is; else they are the remains of a character that was cut, and left out.
     */
    public static function clean(string $text): string
    {
        $illegal = preg_match(self::ILLEGAL, $text);
        if ($illegal === 0) {
            return $text;
        }
        if ($illegal === false) {
            $text = self::repaired($text);
        }
        return (string) preg_replace(self::ILLEGAL, '', $text);
    }

    /** An address of the web as XML Schema wants it; empty when it is none. */
    public static function address(string $url): string
    {
        $url = trim(self::clean($url));
        if (preg_match(self::ADDRESS, $url, $is) !== 1 || parse_url($url) === false) {
            return '';
        }
        [$path, $fragment] = array_pad(explode('#', $is[2] ?? '', 2), 2, null);
        $rest = $path . ($fragment === null ? '' : '#' . str_replace('#', '%23', $fragment));
        $escaped = preg_replace_callback(
            '~%(?![0-9A-Fa-f]{2})|[^A-Za-z0-9._\~:/?#@!$&\'()*+,;=%-]~',
            static fn (array $byte): string => rawurlencode($byte[0]),
            $rest
        );
        return $is[1] . $escaped;
    }

    /** @param array<string, string> $attributes */
    public function open(string $name, array $attributes = []): void
    {
        $this->writer->startElement($name);
        foreach ($attributes as $attribute => $value) {
            $this->writer->writeAttribute($attribute, self::clean($value));
        }
    }

    public function close(): void
    {
        $this->writer->endElement();
    }

    /** @param array<string, string> $attributes */
    public function leaf(string $name, string $text, array $attributes = []): void
    {
        $this->open($name, $attributes);
        if ($text !== '') {
            $this->writer->text(self::clean($text));
        }
        $this->writer->endElement();
    }

    /** The same, unless there is nothing to say. */
    public function known(string $name, string $text): void
    {
        $text = self::clean($text);
        if (trim($text) !== '') {
            $this->writer->startElement($name);
            $this->writer->text($text);
            $this->writer->endElement();
        }
    }

    /** The whole document. */
    public function written(): string
    {
        $this->writer->endDocument();
        return $this->writer->outputMemory();
    }

    private static function repaired(string $text): string
    {
        preg_match_all(self::SEQUENCES, $text, $found);
        $windows = count(array_filter($found[1], static fn (string $byte): bool => $byte === '')) === 0;
        $repair = static function (array $is) use ($windows): string {
            if (!isset($is[1])) {
                return $is[0];
            }
            $byte = ord($is[1]);
            return !$windows ? '' : ($byte < 0xA0 ? self::WINDOWS[$byte - 0x80]
                : chr(0xC0 | $byte >> 6) . chr(0x80 | $byte & 0x3F));
        };
        return (string) preg_replace_callback(self::SEQUENCES, $repair, $text);
    }
}
