<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use Symfony\Component\EventDispatcher\EventDispatcher as RealDispatcher;
use YesWiki\Core\Entity\Event;
use YesWiki\Wiki;

/** Observed: what a subscriber throws stops those after it, is told to administrators, and never stops what happened. */
class EventDispatcher extends RealDispatcher
{
    /** @var list<array{0: string, 1: array<string, mixed>}> for tests: what was told, in order. */
    public array $told = [];
    private Wiki $wiki;

    public function __construct(Wiki $wiki)
    {
        parent::__construct();
        $this->wiki = $wiki;
    }

    public function yesWikiDispatch(string $eventName, array $data = []): array
    {
        $this->told[] = [$eventName, $data];
        try {
            $this->dispatch(new Event($data), $eventName);
            return [];
        } catch (\Throwable $error) {
            return $this->wiki->UserIsAdmin() ? ['exception' => ['message' => $error->getMessage()]] : [];
        }
    }
}
