<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\BridgeError;
use Partageons\Core\Plain;

/** The themes, places and kinds of the network, for who chooses among them in the editor; kept an hour. */
final class Choices
{
    private const NAME = 'words';
    private const FRESH = 3600;
    private const AGAIN = 60;
    private const PATIENCE = 4.0;

    private ?Bridge $bridge;
    private Kept $kept;
    /** @var callable(): int */
    private $clock;

    /** @param Bridge|null $bridge none as long as the wiki has no address of one. */
    public function __construct(?Bridge $bridge, Kept $kept, ?callable $clock = null)
    {
        $this->bridge = $bridge;
        $this->kept = $kept;
        $this->clock = $clock ?? 'time';
    }

    /** As JSON: pairs of a code and a label, by parameter; nothing when the bridge does not answer. */
    public function answer(): Answer
    {
        $words = $this->bridge === null ? [] : $this->words($this->bridge);
        $body = json_encode((object) $words, JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE);
        $headers = ['content-type' => 'application/json; charset=utf-8', 'cache-control' => 'no-store'];
        return new Answer(200, $headers, (string) $body);
    }

    /** @return array<mixed> */
    private function words(Bridge $bridge): array
    {
        $now = ($this->clock)();
        $kept = $this->kept->dated(self::NAME);
        $known = Plain::json($kept['body'] ?? '');
        $same = ($known['of'] ?? '') === $bridge->address();
        $words = $same && is_array($known['words'] ?? null) ? $known['words'] : [];
        $for = $words === [] ? self::AGAIN : self::FRESH;
        if ($same && $kept['at'] <= $now && $now - $kept['at'] < $for) {
            return $words;
        }
        try {
            $words = $bridge->words(self::PATIENCE);
        } catch (BridgeError $error) {
            $now -= $words === [] ? 0 : self::FRESH - self::AGAIN; // what was known serves a little longer
        }
        $body = json_encode(['of' => $bridge->address(), 'words' => $words], JSON_UNESCAPED_UNICODE);
        $this->kept->keep(self::NAME, (string) $body, $now);
        return $words;
    }
}
