<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Xml;

/**
 * Long texts as HTML, as a visitor sees them, by the wiki's own formatter. Left out: its actions (lists, buttons, other
 * pages), which only the wiki can show, what would ask other sites, and what a page may do but a text may not.
 */
final class Markup
{
    /** Bytes of one text. */
    private const MOST = 300000;
    private const ACTIONS = '/\{\{.*?\}\}/s';
    /** Another wiki's page, fetched while this one is shown. */
    private const INCLUDED = '/\[\[\|.*?\]\]/s';
    private const TIDIED = [
        '#<(script|style|noscript|template|iframe|object|form)\b.*?</\1\s*>#is' => '',
        '#<(?:script|style|iframe|object|embed|form|input|button|link|meta)\b[^>]*>#i' => '',
        '/<!--.*?-->/s' => '',
        '/(<[a-z][^<>]*?)\s(?:src|srcset|href|poster)\s*=\s*(["\'])\s*(?:data|javascript|vbscript):[^"\']*\2/i' => '$1',
        // A page that is still to be written: its name is a word of the text.
        '#<a\b[^<>]*\sdata-missing-tag=[^<>]*>(.*?)</a>#is' => '$1',
        '#(<a\b[^<>]*?)(?:\s(?:track|method|class|data-[a-z-]+)="[^"<>]*")+#i' => '$1',
    ];

    /** @var callable(string, string): string */
    private $format;

    /** @param callable(string, string): string $format the wiki's formatter, for a text of the page of this name. */
    public function __construct(callable $format)
    {
        $this->format = $format;
    }

    /** @param string $syntax `html`, `nohtml`, else the wiki's own. */
    public function html(string $text, string $syntax, string $tag): string
    {
        $text = trim(Xml::clean(mb_strcut(Xml::clean($text), 0, self::MOST, 'UTF-8')));
        if ($text === '') {
            return '';
        }
        if ($syntax === 'nohtml') {
            $plain = html_entity_decode($text, ENT_QUOTES | ENT_HTML5, 'UTF-8');
            return nl2br(htmlspecialchars($plain, ENT_NOQUOTES, 'UTF-8'), false);
        }
        if ($syntax !== 'html') {
            $text = preg_replace([self::ACTIONS, self::INCLUDED], '', $text) ?? '';
            $text = trim(self::decoded($text));
            $text = $text === '' ? '' : ($this->format)($text, $tag);
        } else {
            $text = preg_replace(self::ACTIONS, '', $text) ?? '';
        }
        return $this->tidied(Xml::clean($text));
    }

    private function tidied(string $html): string
    {
        foreach (self::TIDIED as $pattern => $by) {
            $html = preg_replace($pattern, $by, $html) ?? $html;
        }
        while (preg_match('/<[a-z][^<>]*\son[a-z]+\s*=/i', $html) === 1) {
            $less = preg_replace('/(<[a-z][^<>]*?)\son[a-z]+\s*=\s*("[^"]*"|\'[^\']*\'|[^\s>]+)/i', '$1', $html);
            if ($less === null || $less === $html) {
                return htmlspecialchars(Texts::words($html), ENT_NOQUOTES, 'UTF-8');
            }
            $html = $less;
        }
        return trim($html);
    }

    /** Without the entities that the wiki's purifier left in a text of its own syntax; raw HTML stays as it is. */
    private static function decoded(string $text): string
    {
        $pieces = preg_split('/(""(?:.*?)"")/s', $text, -1, PREG_SPLIT_DELIM_CAPTURE) ?: [$text];
        foreach ($pieces as $at => $piece) {
            if ($at % 2 === 0) {
                $pieces[$at] = html_entity_decode($piece, ENT_QUOTES | ENT_HTML5, 'UTF-8');
            }
        }
        return implode('', $pieces);
    }
}
