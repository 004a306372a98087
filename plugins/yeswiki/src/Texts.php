<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Xml;

/** Texts of a wiki, made plain. */
final class Texts
{
    /** Bytes of one value. */
    private const MOST = 100000;

    /** A text as it is read: the wiki's purifier leaves entities in it. */
    public static function plain(string $text): string
    {
        $text = Xml::clean(mb_strcut(Xml::clean($text), 0, self::MOST, 'UTF-8'));
        return trim(html_entity_decode($text, ENT_QUOTES | ENT_HTML5, 'UTF-8'));
    }

    /** The same on one line, without tags. */
    public static function line(string $text): string
    {
        // « moins de <5 ha » is no tag.
        $text = self::plain((string) preg_replace('~</?[a-z][^<>]*>~i', '', Xml::clean($text)));
        return trim((string) preg_replace('/[\s\x{A0}]+/u', ' ', $text));
    }

    /** The words of HTML. */
    public static function words(string $html): string
    {
        return self::line((string) preg_replace('~<(?:br|/p|/div|/li|/h[1-6]|/tr|/td)\b[^>]*>~i', ' ', $html));
    }

    /**
     * The texts of a value of any shape; of boxes that were posted, the names of the ticked ones.
     *
     * @param mixed $value
     * @return list<string>
     */
    public static function all($value): array
    {
        if (is_scalar($value)) {
            return trim((string) $value) === '' ? [] : [(string) $value];
        }
        $texts = [];
        foreach (is_array($value) ? $value : [] as $key => $one) {
            if (is_string($key) && in_array($one, [1, '1', true, 'true'], true)) {
                $texts[] = $key;
            } elseif (is_string($key) && in_array($one, [0, '0', 'false'], true)) {
                continue;
            } elseif (is_scalar($one) && trim((string) $one) !== '' && !is_bool($one)) {
                $texts[] = (string) $one;
            }
        }
        return $texts;
    }
}
