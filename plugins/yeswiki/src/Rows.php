<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Connection;
use Partageons\Core\Unavailable;

/** Rows of the wiki's tables, straight and many at once: its own search reads everything, for who is logged in. */
final class Rows
{
    private const TYPE = 'http://outils-reseaux.org/_vocabulary/type';
    private const SOURCE = 'http://outils-reseaux.org/_vocabulary/sourceUrl';

    private Connection $db;
    private string $prefix;

    /** @param string $prefix of the wiki's tables: letters, digits and `_`. */
    public function __construct(Connection $db, string $prefix)
    {
        if (preg_match('/\A[A-Za-z0-9_]{0,60}\z/', $prefix) !== 1) {
            throw new \InvalidArgumentException('Ce préfixe de tables n’est pas possible.');
        }
        $this->db = $db;
        $this->prefix = $prefix;
    }

    /**
     * Entries of these forms that were born here, as they are now, in the order of their names.
     *
     * @param list<string> $forms
     * @return list<array{tag: string, body: string, readers: string|null}> `readers`: who may read it, as the page says
     * @throws Unavailable
     */
    public function entries(array $forms, string $after, int $limit): array
    {
        if ($forms === []) {
            return [];
        }
        $form = implode(' OR ', array_fill(0, count($forms), 'p.body LIKE ?'));
        $like = array_map(static fn(string $id): string => '%"id_typeannonce":"' . $id . '"%', $forms);
        return $this->read(
            "p.tag > ? AND p.tag IN (SELECT t.resource FROM {$this->table('triples')} t WHERE t.property = ?"
            . " AND t.value = 'fiche_bazar') AND ($form)",
            array_merge([$after, self::TYPE], $like),
            "ORDER BY p.tag LIMIT $limit"
        );
    }

    /**
     * Those of these entries that exist and were born here.
     *
     * @param list<string> $tags
     * @return list<array{tag: string, body: string, readers: string|null}>
     * @throws Unavailable
     */
    public function of(array $tags): array
    {
        if ($tags === []) {
            return [];
        }
        return $this->read(
            "p.tag IN ({$this->marks($tags)}) AND EXISTS (SELECT 1 FROM {$this->table('triples')} t"
            . " WHERE t.resource = p.tag AND t.property = ? AND t.value = 'fiche_bazar')",
            array_merge($tags, [self::TYPE]),
            'ORDER BY p.tag'
        );
    }

    /**
     * What these entries say, wherever they were born, and who may read them.
     *
     * @param list<string> $tags
     * @return array<string, array{body: string, readers: string|null}> by name
     * @throws Unavailable
     */
    public function pages(array $tags): array
    {
        $pages = [];
        foreach (array_chunk($tags, 500) as $some) {
            $rows = $this->db->rows(
                "SELECT p.tag, p.body, a.list AS readers FROM {$this->table('pages')} p"
                . " LEFT JOIN {$this->table('acls')} a ON a.page_tag = p.tag AND a.privilege = 'read'"
                . " WHERE p.tag IN ({$this->marks($some)}) AND p.latest = 'Y' AND p.comment_on = ''",
                $some
            );
            foreach ($rows as $row) {
                $readers = $row['readers'] === null ? null : (string) $row['readers'];
                $pages[(string) $row['tag']] = ['body' => (string) $row['body'], 'readers' => $readers];
            }
        }
        return $pages;
    }

    /**
     * When the oldest kept version of each page was written.
     *
     * @param list<string> $tags
     * @return array<string, array{text: string, at: int}> as the database writes it, and in seconds since 1970
     * @throws Unavailable
     */
    public function births(array $tags): array
    {
        $rows = $tags === [] ? [] : $this->db->rows(
            'SELECT p.tag, MIN(p.time) AS first, UNIX_TIMESTAMP(MIN(p.time)) AS at'
            . " FROM {$this->table('pages')} p WHERE p.tag IN ({$this->marks($tags)}) GROUP BY p.tag",
            $tags
        );
        $births = [];
        foreach ($rows as $row) {
            $births[(string) $row['tag']] = ['text' => (string) $row['first'], 'at' => (int) $row['at']];
        }
        return $births;
    }

    /**
     * Whether one of these pages is a list that forms may choose from.
     *
     * @param list<string> $tags
     * @throws Unavailable
     */
    public function lists(array $tags): bool
    {
        return $tags !== [] && $this->db->rows(
            "SELECT 1 FROM {$this->table('triples')} WHERE resource IN ({$this->marks($tags)}) AND property = ?"
            . " AND value = 'liste' LIMIT 1",
            array_merge($tags, [self::TYPE])
        ) !== [];
    }

    /**
     * What changes when any page, form or right does, whoever changed it: a few numbers, cheap to read.
     *
     * @throws Unavailable
     */
    public function glance(): string
    {
        return $this->summed(
            "SELECT COUNT(*) AS many, MAX(id) AS last, SUM(id) AS whole FROM {$this->table('pages')} WHERE latest = 'Y'"
        );
    }

    /**
     * What changes when entries, lists, forms or rights do, and not with other pages.
     *
     * @throws Unavailable
     */
    public function signature(): string
    {
        return $this->summed(
            "SELECT COUNT(*) AS many, MAX(p.id) AS last, SUM(p.id) AS whole FROM {$this->table('triples')} t"
            . " JOIN {$this->table('pages')} p ON p.tag = t.resource AND p.latest = 'Y'"
            . " WHERE t.property = '" . self::TYPE . "' AND t.value IN ('fiche_bazar', 'liste')"
        );
    }

    /** @throws Unavailable */
    private function summed(string $pages): string
    {
        $others = $this->db->rows(
            "SELECT (SELECT CONCAT_WS(' ', COUNT(*), SUM(CRC32(CONCAT_WS('|', page_tag, list))))"
            . " FROM {$this->table('acls')} WHERE privilege = 'read') AS rights,"
            . " (SELECT CONCAT_WS(' ', COUNT(*),"
            . " SUM(CRC32(CONCAT_WS('|', bn_id_nature, bn_label_nature, bn_template))))"
            . " FROM {$this->table('nature')}) AS forms,"
            . " (SELECT CONCAT_WS(' ', COUNT(*), SUM(id)) FROM {$this->table('triples')}"
            . ' WHERE property IN (?, ?)) AS kinds',
            [self::TYPE, self::SOURCE]
        );
        return md5((string) json_encode([$this->db->rows($pages), $others]));
    }

    /**
     * @param list<string|int> $values
     * @return list<array{tag: string, body: string, readers: string|null}>
     */
    private function read(string $where, array $values, string $order): array
    {
        $rows = $this->db->rows(
            "SELECT p.tag, p.body, a.list AS readers FROM {$this->table('pages')} p"
            . " LEFT JOIN {$this->table('acls')} a ON a.page_tag = p.tag AND a.privilege = 'read'"
            . " WHERE $where AND p.latest = 'Y' AND p.comment_on = '' AND NOT EXISTS (SELECT 1 FROM"
            . " {$this->table('triples')} s WHERE s.resource = p.tag AND s.property = ? AND s.value <> '') $order",
            array_merge($values, [self::SOURCE])
        );
        return array_map(static fn(array $row): array => [
            'tag' => (string) $row['tag'],
            'body' => (string) $row['body'],
            'readers' => $row['readers'] === null ? null : (string) $row['readers'],
        ], $rows);
    }

    private function table(string $name): string
    {
        return "`$this->prefix$name`";
    }

    /** @param list<string> $values */
    private function marks(array $values): string
    {
        return implode(',', array_fill(0, count($values), '?'));
    }
}
