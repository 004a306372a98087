<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Connection;
use Partageons\Core\Record;
use Partageons\Core\Site;
use Partageons\Core\State;
use YesWiki\Bazar\Service\FormManager;
use YesWiki\Wiki;

/** The entries that the wiki shares. Their ids are the names of their pages; their sets, their forms. */
final class Entries implements Site
{
    /** A field by which an author keeps an entry to the wiki. */
    public const PRIVATE = 'partageons_prive';
    /** Fields that say that an entry was born elsewhere: who made it exports it, not this wiki. */
    public const IMPORTED = ['partageons_origine', 'partageons_origin'];
    /** Names of what the bridge delivers here. */
    private const DELIVERED = '/\AFiche.*X[0-9a-f]{16}\z/s';
    private const LONGEST = 150;
    /** Another number stamps every entry anew: what records say of the same values changed. */
    private const EDITION = 1;

    private Forms $forms;
    private Rows $rows;
    private Visitor $visitor;
    private Values $values;
    private Markup $markup;
    /** @var array<string, array{form: Form, tag: string, entry: array<mixed>}> what `ids()` just read */
    private array $read = [];

    public function __construct(Forms $forms, Rows $rows, Visitor $visitor, Values $values, Markup $markup)
    {
        $this->forms = $forms;
        $this->rows = $rows;
        $this->visitor = $visitor;
        $this->values = $values;
        $this->markup = $markup;
    }

    public static function of(Wiki $wiki, Settings $settings, Connection $db): self
    {
        $config = $wiki->config;
        $files = trim((string) ($config['attach_config']['upload_path'] ?? 'files'), '/');
        $language = (string) ($config['default_language'] ?? $config['lang'] ?? 'fr');
        return new self(
            new Forms(
                $settings->forms,
                static fn(string $id): ?array => $wiki->services->get(FormManager::class)->getOne($id)
            ),
            new Rows($db, (string) $config['table_prefix']),
            new Visitor((string) ($config['default_read_acl'] ?? '*')),
            new Values(
                $settings,
                (string) $config['base_url'],
                $wiki->getBaseUrl() . '/' . ($files !== '' ? $files : 'files') . '/',
                strtolower(substr($language, 0, 2))
            ),
            new Markup(static function (string $text, string $tag) use ($wiki): string {
                [$before, $page] = [$wiki->tag, $wiki->page];
                [$wiki->tag, $wiki->page] = [$tag, ['tag' => $tag, 'body' => $text, 'time' => '', 'owner' => '']];
                try {
                    return (string) $wiki->Format($text);
                } finally {
                    [$wiki->tag, $wiki->page] = [$before, $page];
                }
            })
        );
    }

    /** The id of the entry that has this name: itself, unless it has letters that an identifier cannot hold. */
    public static function id(string $tag): string
    {
        return rawurlencode($tag);
    }

    public function ids(string $after, int $limit): array
    {
        $forms = array_map('strval', array_keys($this->forms->all()));
        $last = rawurldecode($after);
        $this->read = [];
        do {
            $rows = $this->rows->entries($forms, $last, $limit);
            $this->read += $this->shared($rows);
            $last = $rows === [] ? $last : $rows[count($rows) - 1]['tag'];
        } while (count($rows) === $limit && count($this->read) < $limit);
        return array_map('strval', array_slice(array_keys($this->read), 0, $limit));
    }

    public function states(array $ids): array
    {
        $entries = $this->just($ids);
        $titles = $this->titles($entries);
        $states = [];
        foreach ($entries as $id => $one) {
            $record = $this->values->record($one['form'], $one['tag'], $one['entry'], $titles, null);
            $states[$id] = new State($one['form']->kind(), md5(self::EDITION . serialize($record)));
        }
        return $states;
    }

    public function records(array $ids): array
    {
        $entries = $this->found($ids);
        $titles = $this->titles($entries);
        $births = $this->rows->births(array_column($entries, 'tag'));
        $records = [];
        foreach ($entries as $id => $one) {
            $record = $this->values->record($one['form'], $one['tag'], $one['entry'], $titles, $this->markup);
            $this->date($record, $one['entry'], $births[$one['tag']] ?? null);
            $records[(string) $id] = $record;
        }
        return $records;
    }

    public function sets(): array
    {
        $sets = [];
        foreach ($this->forms->all() as $form) {
            $sets[$form->kind()] = $form->label !== '' ? $form->label : $form->kind();
        }
        return $sets;
    }

    public function forms(): Forms
    {
        return $this->forms;
    }

    /**
     * Those of these rows that are shared, by id.
     *
     * @param list<array{tag: string, body: string, readers: string|null}> $rows
     * @return array<string, array{form: Form, tag: string, entry: array<mixed>}>
     */
    private function shared(array $rows): array
    {
        $shared = [];
        foreach ($rows as $row) {
            $tag = $row['tag'];
            $id = self::id($tag);
            if ($tag === '' || strlen($id) > self::LONGEST || preg_match(self::DELIVERED, $tag) === 1) {
                continue;
            }
            $entry = $this->visitor->readsPage($row['readers']) ? json_decode($row['body'], true) : null;
            if (!is_array($entry) || self::withheld($entry) || self::imported($entry)) {
                continue;
            }
            $number = $entry['id_typeannonce'] ?? '';
            $form = is_scalar($number) ? $this->forms->one((string) $number) : null;
            if ($form !== null) {
                $shared[$id] = ['form' => $form, 'tag' => $tag, 'entry' => $entry];
            }
        }
        return $shared;
    }

    /**
     * Whether an entry waits for approval, or its author keeps it to the wiki.
     *
     * @param array<mixed> $entry
     */
    private static function withheld(array $entry): bool
    {
        $status = $entry['statut_fiche'] ?? '1';
        if (is_scalar($status) && !in_array((string) $status, ['1', ''], true)) {
            return true;
        }
        $said = array_map(
            static fn(string $value): string => mb_strtolower(trim($value), 'UTF-8'),
            Texts::all($entry[self::PRIVATE] ?? '')
        );
        return array_diff($said, ['', '0', 'non']) !== [];
    }

    /** @param array<mixed> $entry */
    private static function imported(array $entry): bool
    {
        foreach (self::IMPORTED as $name) {
            if (Texts::all($entry[$name] ?? '') !== []) {
                return true;
            }
        }
        return false;
    }

    /**
     * @param list<string> $ids
     * @return array<string, array{form: Form, tag: string, entry: array<mixed>}>
     */
    private function found(array $ids): array
    {
        $tags = array_map('rawurldecode', $ids);
        $shared = $this->shared($this->rows->of($tags));
        // Databases compare names without their capitals and accents.
        return array_intersect_key($shared, array_flip($ids));
    }

    /**
     * The same; what `ids()` read a moment ago is not read again, nor kept.
     *
     * @param list<string> $ids
     * @return array<string, array{form: Form, tag: string, entry: array<mixed>}>
     */
    private function just(array $ids): array
    {
        [$read, $this->read] = [$this->read, []];
        $kept = array_intersect_key($read, array_flip($ids));
        return $read !== [] && count($kept) === count($ids) ? $kept : $this->found($ids);
    }

    /**
     * Titles of the entries that these name, those that everyone may read.
     *
     * @param array<string, array{form: Form, tag: string, entry: array<mixed>}> $entries
     * @return array<string, string>
     */
    private function titles(array $entries): array
    {
        $tags = [];
        foreach ($entries as $one) {
            array_push($tags, ...Values::linked($one['form'], $one['entry']));
        }
        $titles = [];
        foreach ($this->rows->pages(array_values(array_unique($tags))) as $tag => $page) {
            $entry = $this->visitor->readsPage($page['readers']) ? json_decode($page['body'], true) : null;
            $title = is_array($entry) && !self::withheld($entry) ? ($entry['bf_titre'] ?? '') : '';
            $titles[(string) $tag] = is_scalar($title) ? Texts::line((string) $title) : '';
        }
        return $titles;
    }

    /**
     * The wiki writes its dates in PHP's time zone; when it saves an entry again, that of its birth in the database's.
     *
     * @param array<mixed> $entry
     * @param array{text: string, at: int}|null $birth
     */
    private function date(Record $record, array $entry, ?array $birth): void
    {
        $stored = $entry['date_creation_fiche'] ?? '';
        $stored = is_scalar($stored) ? (string) $stored : '';
        $known = $birth !== null && $birth['at'] > 0;
        if ($known && ($stored === $birth['text'] || self::instant($stored) === '')) {
            $record->created = gmdate('Y-m-d\TH:i:s\Z', $birth['at']);
        } else {
            $record->created = self::instant($stored);
        }
        $changed = $entry['date_maj_fiche'] ?? '';
        $record->modified = self::instant(is_scalar($changed) ? (string) $changed : '');
    }

    /** UTC; empty for what is no local time. */
    private static function instant(string $local): string
    {
        if (preg_match('/\A(\d{4})-(\d\d)-(\d\d) \d\d:\d\d:\d\d\z/', $local, $at) !== 1) {
            return '';
        }
        $time = checkdate((int) $at[2], (int) $at[3], (int) $at[1]) ? strtotime($local) : false;
        return $time === false ? '' : gmdate('Y-m-d\TH:i:s\Z', $time);
    }
}
