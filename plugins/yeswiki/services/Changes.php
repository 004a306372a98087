<?php

declare(strict_types=1);

namespace YesWiki\Partageons\Service;

use Partageons\YesWiki\Entries;
use Partageons\YesWiki\Later;
use Partageons\YesWiki\Rows;
use Partageons\YesWiki\Saved;
use Symfony\Component\EventDispatcher\EventSubscriberInterface;
use YesWiki\Wiki;

/**
 * Notices which entries a request changed, and writes it to the change log once, at its end.
 *
 * Both families of events: those of entries come from HTML forms only, those of pages from everything that saves or
 * deletes one. What neither tells of (an emptied form, SQL) is found by comparing.
 */
final class Changes implements EventSubscriberInterface
{
    /** More at once are left to the comparison. */
    private const MOST = 500;

    private Wiki $wiki;
    private Parts $parts;
    /** @var array<string, bool> names of pages; whether it may be a list that forms choose from */
    private array $seen = [];
    private bool $waiting = false;

    public function __construct(Wiki $wiki, Parts $parts)
    {
        $this->wiki = $wiki;
        $this->parts = $parts;
    }

    /** @return array<string, string|list<array{0: string}>> */
    public static function getSubscribedEvents(): array
    {
        $events = [];
        foreach (['page', 'entry'] as $family) {
            foreach (['created', 'updated', 'deleted'] as $done) {
                $events["$family.$done"] = 'see';
            }
        }
        $events['entry.created'] = $events['entry.updated'] = [['see'], ['saved']];
        return $events;
    }

    /** @param object $event of the wiki: `getData()` gives the page's name, and its text when there is one. */
    public function see(object $event): void
    {
        try {
            $data = $event->getData();
            $tag = is_scalar($data['id'] ?? null) ? (string) $data['id'] : '';
            $body = $data['data']['body'] ?? null;
            // Entries and lists are objects; a page of text is nobody's business here.
            $ours = !is_string($body) || strncmp(ltrim($body), '{"', 2) === 0;
            if ($tag !== '' && $ours && $this->parts->settings()->forms !== []) {
                $entry = !is_string($body) || strpos($body, '"id_typeannonce":') !== false;
                $this->seen[$tag] = !$entry || ($this->seen[$tag] ?? false);
                $this->wait();
            }
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
        }
    }

    /**
     * An entry was saved by a form: the page that follows may say what resembles it.
     *
     * @param object $event
     */
    public function saved(object $event): void
    {
        $entry = $event->getData()['data'] ?? null;
        if (is_array($entry) && $this->parts->bridge() !== null) {
            Saved::note($entry, $this->parts->settings()->forms);
        }
    }

    /** Writes what was noticed. It may never break what a person is doing: a comparison finds what was lost. */
    public function write(): void
    {
        $this->waiting = false;
        $tags = array_map('strval', array_slice(array_keys($this->seen), 0, self::MOST));
        $lists = array_map('strval', array_keys(array_filter($this->seen)));
        $this->seen = [];
        try {
            $this->note($tags, array_slice($lists, 0, self::MOST));
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
        }
    }

    /**
     * @param list<string> $tags
     * @param list<string> $lists those that may be lists.
     */
    private function note(array $tags, array $lists): void
    {
        $since = gmdate('Y-m-d\TH:i:s\Z');
        $ids = array_map([Entries::class, 'id'], $tags);
        $log = $this->parts->log();
        $this->parts->memory(); // their tables are there from now on: to make one would end the transaction
        $db = $this->parts->connection();
        $db->run('BEGIN'); // the log and what is to be told, in one writing to disk
        try {
            $changed = $log->note($ids, $this->parts->site()->states($ids)) !== [];
            $rows = new Rows($db, (string) $this->wiki->config['table_prefix']);
            // A list that has other words changes the entries that chose from it: compared when the bridge comes.
            if ($changed || $rows->lists($lists)) {
                $this->parts->later()->changed($since);
            }
        } catch (\Throwable $failure) {
            $db->run('ROLLBACK');
            throw $failure;
        }
        $db->run('COMMIT');
    }

    private function wait(): void
    {
        if (!$this->waiting) {
            $this->waiting = true;
            $folder = (string) getcwd();
            register_shutdown_function(function () use ($folder): void {
                $folder !== '' && @chdir($folder); // some servers leave it before the end
                Later::answered(); // where that can be, whoever saves has their page before anything is written
                $this->write();
            });
        }
    }
}
