<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use YesWiki\Partageons\Service\Parts;

/** « Existe déjà ailleurs ? » under the title of an entry that is being written: the script, and what it says. */
final class Offer
{
    /** In the address to which the form is sent: whoever writes saw the answer already. */
    public const SEEN = 'partageons_vu';
    private const SCRIPT = 'tools/partageons/assets/elsewhere.js';
    private const SHEET = 'tools/partageons/assets/elsewhere.css';

    /** The number of the form that an HTML lets somebody fill in; empty when it shows none. */
    public static function form(string $html): string
    {
        $at = strpos($html, 'id="formulaire"');
        $found = $at === false ? 0 : preg_match(
            '/<input name="id_typeannonce" value="([0-9]{1,9})" type="hidden">/',
            substr($html, $at),
            $number
        );
        return $found === 1 ? $number[1] : '';
    }

    /**
     * Adds them to the page, for a shared form, on a wiki that knows a bridge.
     *
     * @param \YesWiki\Wiki $wiki
     * @param string $form its number.
     */
    public static function on($wiki, string $form): void
    {
        $parts = $wiki->services->get(Parts::class);
        if (!in_array($form, $parts->settings()->forms, true) || $parts->bridge() === null) {
            return;
        }
        $wiki->AddCSSFile(self::SHEET);
        $wiki->AddJavascriptFile(self::SCRIPT);
        // Not a script: nothing of it is run.
        $said = '<script type="application/json" id="partageons-elsewhere">'
            . json_encode(self::said($parts->address('similar')), JSON_HEX_TAG | JSON_UNESCAPED_UNICODE)
            . "</script>\n";
        if (strpos($GLOBALS['js'] ?? '', $said) === false) {
            $GLOBALS['js'] = ($GLOBALS['js'] ?? '') . $said;
        }
    }

    /** @return array<string, string> */
    private static function said(string $address): array
    {
        $words = ['title' => 'ELSEWHERE', 'tab' => 'TAB'];
        $said = array_map(static function (string $key): string {
            return html_entity_decode(_t('PARTAGEONS_SHOW_' . $key), ENT_QUOTES | ENT_HTML5, 'UTF-8');
        }, $words);
        return ['url' => $address, 'seen' => self::SEEN] + $said;
    }
}
