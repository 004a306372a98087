<?php

/** The global functions of YesWiki that the extension and the stand-ins use. */

declare(strict_types=1);

use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Core\Service\PageManager;

/**
 * A text in the language of the page; the key itself when there is none.
 *
 * @param array<string, mixed> $params values of `%{name}`.
 */
function _t($key, $params = []): string
{
    $text = $GLOBALS['translations'][$key] ?? (string) $key;
    foreach ($params as $name => $value) {
        $text = str_replace("%{{$name}}", (string) $value, $text);
    }
    return $text;
}

/** Texts of the page, or of its scripts. */
function load_translations(array $texts, bool $javascript = false): void
{
    $name = $javascript ? 'translations_js' : 'translations';
    $GLOBALS[$name] = array_merge($GLOBALS[$name] ?? [], $texts);
}

/** Everything has been UTF-8 for long: what is left of it gives back what it is given. */
function _convert($text, $from = '', $database = false)
{
    return $text;
}

function testUrlInIframe($url = ''): string
{
    return preg_match('#(/|%2F)(edit)?iframe#i', $url ?: ($_SERVER['REQUEST_URI'] ?? '')) === 1 ? 'iframe' : '';
}

/**
 * The tag of a new entry, from its title: words with a capital, without accents; a number when it is taken, so that a
 * title given twice is never one entry.
 */
function genere_nom_wiki($title): string
{
    $title = (string) preg_replace('/[[:punct:]]/', ' ', (string) $title);
    $plain = (string) transliterator_transliterate('Any-Latin; Latin-ASCII', mb_substr($title, 0, 47));
    $tag = (string) preg_replace('/[^a-zA-Z0-9]/', '', ucwords(strtolower($plain)));
    if (preg_match_all('/[A-Z]/', $tag) < 2) {
        $tag = substr($tag, 0, -1) . ucfirst(substr($tag, -1));
    }
    $pages = $GLOBALS['wiki']->services->get(PageManager::class);
    $free = $tag;
    for ($number = 2; $pages->getOne($free, null, false, true) !== null; $number++) {
        $free = "$tag$number";
    }
    return $free;
}
