<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Core\Service\TemplateEngine;
use YesWiki\Partageons\Service\Parts;

/**
 * « Existe déjà ailleurs ? » without JavaScript: on the page that follows the save of an entry, once.
 *
 * The save itself only leaves a mark in the session of whoever wrote: it asks nobody.
 */
final class Saved
{
    private const MARK = 'partageons_saved';
    /** Seconds after which the page that follows is another story. */
    private const RECENT = 120;
    private const PATIENCE = 1.5;

    /**
     * An entry was saved by a form.
     *
     * @param array<mixed> $entry
     * @param list<string> $forms that are shared.
     */
    public static function note(array $entry, array $forms): void
    {
        $tag = $entry['id_fiche'] ?? '';
        $form = $entry['id_typeannonce'] ?? '';
        if (!is_string($tag) || $tag === '' || !in_array((string) $form, $forms, true)) {
            return;
        }
        if (session_status() === PHP_SESSION_ACTIVE && !isset($_GET[Offer::SEEN])) {
            $_SESSION[self::MARK] = ['tag' => $tag, 'at' => time()];
        }
    }

    /** The entry that was just saved, once: its tag; else empty. */
    public static function take(): string
    {
        if (!isset($_SESSION[self::MARK])) {
            return '';
        }
        $mark = $_SESSION[self::MARK];
        unset($_SESSION[self::MARK]);
        $recent = is_array($mark) && is_int($mark['at'] ?? null) && abs(time() - $mark['at']) <= self::RECENT;
        return $recent && is_string($mark['tag'] ?? null) ? $mark['tag'] : '';
    }

    /**
     * A page with what resembles the entry that was just saved, when something does.
     *
     * @param \YesWiki\Wiki $wiki
     * @param string $page whole.
     */
    public static function shown($wiki, string $page): string
    {
        $tag = self::take();
        if ($tag === '') {
            return $page;
        }
        try {
            $panel = self::panel($wiki, $tag);
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
            return $page;
        }
        // Below what the wiki says of the save; else at the end of the page.
        $places = [
            '~<div class="BAZ_cadre_fiche\b[^>]*>'
                . '(\s*<div class="alert alert-success">.*?<div class="clearfix"></div>\s*</div>)?~s',
            '~(?=<hr class="hr_clear")~',
        ];
        foreach ($panel === '' ? [] : $places as $place) {
            $add = static fn(array $found): string => $found[0] . $panel;
            $placed = preg_replace_callback($place, $add, $page, 1, $count);
            if ($placed !== null && $count === 1) {
                return $placed;
            }
        }
        return $page;
    }

    /** @param \YesWiki\Wiki $wiki */
    private static function panel($wiki, string $tag): string
    {
        $parts = $wiki->services->get(Parts::class);
        $elsewhere = $parts->elsewhere();
        // Only of what everybody may read.
        if ($elsewhere === null || $parts->site()->states([Entries::id($tag)]) === []) {
            return '';
        }
        $entry = $wiki->services->get(EntryManager::class)->getOne($tag);
        $title = Elsewhere::title((string) ($entry['bf_titre'] ?? ''));
        $items = $elsewhere->find($title, self::PATIENCE);
        return $items === null || $items === [] ? '' : $wiki->services->get(TemplateEngine::class)->render(
            '@partageons/elsewhere.twig',
            ['items' => $items, 'said' => SimilarRoute::said($items, '_t')]
        );
    }
}
