<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Answer;

/** What the script of a form is answered: a sentence, and the resources that resemble the title. */
final class SimilarRoute
{
    private const PATIENCE = 4.0;

    private ?Elsewhere $elsewhere;
    /** @var callable(string, array<string, string>): string */
    private $words;

    /**
     * @param Elsewhere|null $elsewhere none without a bridge.
     * @param callable(string, array<string, string>): string $words the wiki's `_t`.
     */
    public function __construct(?Elsewhere $elsewhere, callable $words)
    {
        $this->elsewhere = $elsewhere;
        $this->words = $words;
    }

    /**
     * As JSON: `said`, a sentence, maybe empty; `seen`, whether whoever writes knows now; `items`.
     *
     * @param array<mixed> $query of the address.
     */
    public function answer(array $query): Answer
    {
        $title = Elsewhere::title(is_string($query['titre'] ?? null) ? $query['titre'] : '');
        $asked = $this->elsewhere !== null && Elsewhere::enough($title);
        $items = $asked ? $this->elsewhere->find($title, self::PATIENCE) : null;
        $body = json_encode([
            'said' => $items === null ? '' : self::said($items, $this->words),
            'seen' => $items !== null,
            'items' => $items ?? [],
        ], JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE);
        $headers = ['content-type' => 'application/json; charset=utf-8', 'cache-control' => 'no-store'];
        return new Answer(200, $headers, (string) $body);
    }

    /**
     * How many there are, in one sentence.
     *
     * @param list<array<string, string>> $items
     * @param callable(string, array<string, string>): string $words
     */
    public static function said(array $items, callable $words): string
    {
        $size = count($items);
        $key = ['PARTAGEONS_SHOW_NOTHING', 'PARTAGEONS_SHOW_ONE'][$size] ?? 'PARTAGEONS_SHOW_SOME';
        return html_entity_decode($words($key, ['number' => (string) $size]), ENT_QUOTES | ENT_HTML5, 'UTF-8');
    }
}
