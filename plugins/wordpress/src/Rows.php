<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Connection;
use Partageons\Core\Unavailable;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * Rows of posts, straight from the tables and many at once: what an object cache holds may be older, after an import.
 */
final class Rows
{
    /** What makes a post visible to everyone; `p` is the table of posts. */
    private const PUBLIC = "p.post_status = 'publish' AND p.post_password = ''";

    private Connection $db;
    private string $posts;
    private string $meta;
    private string $relations;
    private string $taxonomies;
    private string $terms;

    public function __construct(Connection $db, \wpdb $names)
    {
        $this->db = $db;
        $this->posts = $names->posts;
        $this->meta = $names->postmeta;
        $this->relations = $names->term_relationships;
        $this->taxonomies = $names->term_taxonomy;
        $this->terms = $names->terms;
    }

    /**
     * Numbers of public posts of these types, in order.
     *
     * @param list<string> $types
     * @return list<int>
     * @throws Unavailable
     */
    public function numbers(array $types, int $after, int $limit): array
    {
        $rows = $types === [] ? [] : $this->db->rows(
            "SELECT p.ID FROM $this->posts p WHERE p.ID > ? AND p.post_type IN ({$this->marks($types)}) AND "
            . self::PUBLIC . " ORDER BY p.ID LIMIT $limit",
            array_merge([$after], $types)
        );
        return array_map('intval', array_column($rows, 'ID'));
    }

    /**
     * Those of these posts that are public and of these types.
     *
     * @param list<int> $ids
     * @param list<string> $types
     * @return array<int, array<string, string|int|null>> by number; `digest` stands for the text
     * @throws Unavailable
     */
    public function posts(array $ids, array $types): array
    {
        $rows = $ids === [] || $types === [] ? [] : $this->db->rows(
            'SELECT p.ID, p.post_type, p.post_name, p.post_title, p.post_excerpt, p.post_parent, p.post_date_gmt,'
            . " p.post_modified_gmt, MD5(p.post_content) AS digest FROM $this->posts p"
            . " WHERE p.ID IN ({$this->marks($ids)}) AND p.post_type IN ({$this->marks($types)}) AND " . self::PUBLIC,
            array_merge($ids, $types)
        );
        return array_column($rows, null, 'ID');
    }

    /**
     * @param list<int> $ids
     * @param list<string> $keys
     * @return array<int, array<string, list<string>>> values as they are stored, by post and key
     * @throws Unavailable
     */
    public function metas(array $ids, array $keys): array
    {
        $rows = $ids === [] || $keys === [] ? [] : $this->db->rows(
            "SELECT m.post_id, m.meta_key, m.meta_value FROM $this->meta m WHERE m.post_id IN ({$this->marks($ids)})"
            . " AND m.meta_key IN ({$this->marks($keys)}) ORDER BY m.post_id, m.meta_id",
            array_merge($ids, $keys)
        );
        $metas = [];
        foreach ($rows as $row) {
            // Databases compare keys without their capitals.
            if (in_array($row['meta_key'], $keys, true)) {
                $metas[(int) $row['post_id']][(string) $row['meta_key']][] = (string) $row['meta_value'];
            }
        }
        return $metas;
    }

    /**
     * @param list<int> $ids
     * @param list<string> $taxonomies
     * @return array<int, list<array<string, string|int|null>>> by post, always in the same order
     * @throws Unavailable
     */
    public function terms(array $ids, array $taxonomies): array
    {
        $rows = $ids === [] || $taxonomies === [] ? [] : $this->db->rows(
            "SELECT r.object_id, t.term_id, x.taxonomy, t.name, t.slug FROM $this->relations r"
            . " JOIN $this->taxonomies x ON x.term_taxonomy_id = r.term_taxonomy_id"
            . " JOIN $this->terms t ON t.term_id = x.term_id"
            . " WHERE r.object_id IN ({$this->marks($ids)}) AND x.taxonomy IN ({$this->marks($taxonomies)})"
            . ' ORDER BY r.object_id, x.taxonomy, t.term_id',
            array_merge($ids, $taxonomies)
        );
        $terms = [];
        foreach ($rows as $row) {
            $terms[(int) $row['object_id']][] = $row;
        }
        return $terms;
    }

    /**
     * File and caption of images.
     *
     * @param list<int> $ids of attachments.
     * @return array<int, string> what changes when one of them is replaced
     * @throws Unavailable
     */
    public function images(array $ids): array
    {
        $rows = $ids === [] ? [] : $this->db->rows(
            "SELECT p.ID, p.post_excerpt, m.meta_value FROM $this->posts p"
            . " LEFT JOIN $this->meta m ON m.post_id = p.ID AND m.meta_key = '_wp_attached_file'"
            . " WHERE p.ID IN ({$this->marks($ids)}) AND p.post_type = 'attachment'",
            $ids
        );
        $images = [];
        foreach ($rows as $row) {
            $images[(int) $row['ID']] = "{$row['meta_value']} {$row['post_excerpt']}";
        }
        return $images;
    }

    /**
     * Public posts of these types that have one of these images as their own.
     *
     * @param list<int> $images
     * @param list<string> $types
     * @return list<int>
     * @throws Unavailable
     */
    public function illustrated(array $images, array $types, int $limit): array
    {
        $rows = $images === [] || $types === [] ? [] : $this->db->rows(
            "SELECT p.ID FROM $this->meta m JOIN $this->posts p ON p.ID = m.post_id WHERE m.meta_key = '_thumbnail_id'"
            . " AND m.meta_value IN ({$this->marks($images)}) AND p.post_type IN ({$this->marks($types)}) AND "
            . self::PUBLIC . " ORDER BY p.ID LIMIT $limit",
            array_merge(array_map('strval', $images), $types)
        );
        return array_map('intval', array_column($rows, 'ID'));
    }

    /**
     * Public posts of these types that have one of these terms.
     *
     * @param list<int> $terms numbers of `term_taxonomy`.
     * @param list<string> $types
     * @return list<int>
     * @throws Unavailable
     */
    public function classified(array $terms, array $types, int $limit): array
    {
        $rows = $terms === [] || $types === [] ? [] : $this->db->rows(
            "SELECT DISTINCT p.ID FROM $this->relations r JOIN $this->posts p ON p.ID = r.object_id"
            . " WHERE r.term_taxonomy_id IN ({$this->marks($terms)}) AND p.post_type IN ({$this->marks($types)}) AND "
            . self::PUBLIC . " ORDER BY p.ID LIMIT $limit",
            array_merge($terms, $types)
        );
        return array_map('intval', array_column($rows, 'ID'));
    }

    /** @param list<string|int> $values */
    private function marks(array $values): string
    {
        return implode(',', array_fill(0, count($values), '?'));
    }
}
