<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Connection;
use Partageons\Core\Unavailable;

/** How many entries each form of the wiki has, how many a visitor may read, how many were copied from elsewhere. */
final class FormCounts
{
    private const TYPE = 'http://outils-reseaux.org/_vocabulary/type';
    private const SOURCE = 'http://outils-reseaux.org/_vocabulary/sourceUrl';
    /** The name that the network gives to what it delivers. */
    private const DELIVERED = '/\AFiche[A-Za-z0-9]*X[0-9a-f]{16}\z/';

    private Connection $db;
    private string $prefix;
    private Visitor $visitor;

    /** @param string $prefix of the wiki's tables: letters, digits and `_`. */
    public function __construct(Connection $db, string $prefix, Visitor $visitor)
    {
        if (preg_match('/\A[A-Za-z0-9_]{0,60}\z/', $prefix) !== 1) {
            throw new \InvalidArgumentException('Ce préfixe de tables n’est pas possible.');
        }
        $this->db = $db;
        $this->prefix = $prefix;
        $this->visitor = $visitor;
    }

    /**
     * @return array<string, array{entries: int, readable: int, came: int, hidden: int}> by number of the form, of those
     *   that have an entry: all; those that everyone may read; of these, those born elsewhere, and those that somebody
     *   ticked « ne pas partager ».
     * @throws Unavailable
     */
    public function all(): array
    {
        // The numbers are the lengths of what is looked for: what follows it is the value.
        $rows = $this->db->rows(
            "SELECT p.tag, SUBSTR(p.body, INSTR(p.body, '\"id_typeannonce\":\"') + 18, 12) AS form,"
            . " CASE WHEN INSTR(p.body, '\"partageons_prive\":\"') > 0"
            . " THEN SUBSTR(p.body, INSTR(p.body, '\"partageons_prive\":\"') + 20, 5) ELSE '\"' END AS hidden,"
            . " CASE WHEN INSTR(p.body, '\"partageons_origine\":\"') > INSTR(p.body, '\"partageons_origine\":\"\"')"
            . " OR EXISTS (SELECT 1 FROM {$this->table('triples')} s WHERE s.resource = p.tag AND s.property = ?"
            . " AND s.value <> '') THEN 1 ELSE 0 END AS came, a.list AS readers FROM {$this->table('pages')} p"
            . " LEFT JOIN {$this->table('acls')} a ON a.page_tag = p.tag AND a.privilege = 'read'"
            . " WHERE p.latest = 'Y' AND p.comment_on = '' AND INSTR(p.body, '\"id_typeannonce\":\"') > 0 AND p.tag IN"
            . " (SELECT t.resource FROM {$this->table('triples')} t WHERE t.property = ? AND t.value = 'fiche_bazar')",
            [self::SOURCE, self::TYPE]
        );
        $counts = [];
        foreach ($rows as $row) {
            $form = (string) (int) $row['form'];
            $counts[$form] ??= ['entries' => 0, 'readable' => 0, 'came' => 0, 'hidden' => 0];
            $counts[$form]['entries']++;
            if (!$this->visitor->readsPage($row['readers'] === null ? null : (string) $row['readers'])) {
                continue;
            }
            $counts[$form]['readable']++;
            if ((int) $row['came'] === 1 || preg_match(self::DELIVERED, (string) $row['tag']) === 1) {
                $counts[$form]['came']++;
            } elseif (!in_array(strtolower(trim(explode('"', (string) $row['hidden'])[0])), ['', '0', 'non'], true)) {
                $counts[$form]['hidden']++;
            }
        }
        return $counts;
    }

    /**
     * The entries of a form that changed last.
     *
     * @return array<string, string> name => body
     * @throws Unavailable
     */
    public function latest(string $form, int $limit): array
    {
        $rows = $this->db->rows(
            "SELECT p.tag, p.body FROM {$this->table('pages')} p WHERE p.latest = 'Y' AND p.comment_on = ''"
            . " AND p.body LIKE ? AND p.tag IN (SELECT t.resource FROM {$this->table('triples')} t"
            . " WHERE t.property = ? AND t.value = 'fiche_bazar') ORDER BY p.time DESC, p.tag LIMIT $limit",
            ['%"id\\_typeannonce":"' . $form . '"%', self::TYPE]
        );
        $latest = [];
        foreach ($rows as $row) {
            $latest[(string) $row['tag']] = (string) $row['body'];
        }
        return $latest;
    }

    private function table(string $name): string
    {
        return "`$this->prefix$name`";
    }
}
