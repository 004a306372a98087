<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Site;
use Partageons\Core\State;

if (!defined('ABSPATH')) {
    exit;
}

/** The posts that the site shares. Their ids are their numbers; their sets, their types. */
final class Posts implements Site
{
    /** Meta by which an author keeps a post to the site. */
    public const PRIVATE = '_partageons_private';
    /** Metas that say that a post was born elsewhere: who made it exports it, not this site. */
    public const IMPORTED = ['partageons_origine', 'syndication_permalink', 'feedzy_item_url', 'wprss_item_permalink'];
    /** Slugs of what the bridge delivers here. */
    private const DELIVERED = '/\Apartageons-[0-9a-f]{16}(?:-\d+)?(?:__trashed)?\z/';

    private Settings $settings;
    private Rows $rows;
    /** @var array<int, array<string, mixed>> what `ids()` just read, for who asks for their states at once */
    private array $read = [];

    public function __construct(Settings $settings, Rows $rows)
    {
        $this->settings = $settings;
        $this->rows = $rows;
    }

    public function ids(string $after, int $limit): array
    {
        $types = $this->types();
        $last = (int) $after;
        $found = [];
        do {
            $numbers = $this->rows->numbers($types, $last, $limit);
            $this->read = $this->shared($numbers);
            array_push($found, ...array_keys($this->read));
            $last = $numbers === [] ? $last : $numbers[count($numbers) - 1];
        } while (count($numbers) === $limit && count($found) < $limit);
        sort($found);
        return array_map('strval', array_slice($found, 0, $limit));
    }

    public function states(array $ids): array
    {
        $posts = $this->just($this->numbers($ids));
        $images = $this->rows->images(array_values(array_unique(array_filter(
            array_map(static fn(array $post): int => (int) ($post['metas']['_thumbnail_id'][0] ?? 0), $posts)
        ))));
        $hashes = array_map(fn(string $type): string => $this->settings->hash($type), array_combine(
            $this->settings->types,
            $this->settings->types
        ));
        $states = [];
        foreach ($posts as $id => $post) {
            $type = (string) $post['post_type'];
            $metas = array_intersect_key($post['metas'], array_flip($this->settings->fields[$type] ?? []));
            ksort($metas);
            $image = $images[(int) ($post['metas']['_thumbnail_id'][0] ?? 0)] ?? '';
            unset($post['metas']);
            $states[(string) $id] = new State($type, md5(serialize([$hashes[$type], $post, $metas, $image])));
        }
        return $states;
    }

    public function records(array $ids): array
    {
        return (new Records($this->settings))->of(array_keys($this->shared($this->numbers($ids))));
    }

    public function sets(): array
    {
        $sets = [];
        foreach ($this->types() as $type) {
            $sets[$type] = (string) get_post_type_object($type)->labels->name;
        }
        return $sets;
    }

    /**
     * The types that are shared and that visitors of the site may still see.
     *
     * @return list<string>
     */
    public function types(): array
    {
        return array_values(array_filter($this->settings->types, 'is_post_type_viewable'));
    }

    /**
     * Those of these posts that are shared, with the metas and the terms that their records are made of.
     *
     * @param list<int> $ids
     * @return array<int, array<string, mixed>>
     */
    private function shared(array $ids): array
    {
        $posts = $this->rows->posts($ids, $this->types());
        $ids = array_keys($posts);
        $metas = $this->rows->metas($ids, $this->keys());
        $terms = $this->rows->terms($ids, $this->taxonomies());
        $categories = $this->categories();
        foreach ($posts as $id => $post) {
            $kept = $metas[$id] ?? [];
            $classified = $terms[$id] ?? [];
            $type = (string) $post['post_type'];
            if ($this->excluded($post, $kept) || !$this->chosen($type, $classified, $categories)) {
                unset($posts[$id]);
                continue;
            }
            $posts[$id] = ['metas' => $kept, 'terms' => $classified] + $post;
        }
        return $posts;
    }

    /**
     * What `shared()` says; what `ids()` read a moment ago is not read again, nor kept.
     *
     * @param list<int> $ids
     * @return array<int, array<string, mixed>>
     */
    private function just(array $ids): array
    {
        [$read, $this->read] = [$this->read, []];
        return array_keys($read) === $ids ? $read : $this->shared($ids);
    }

    /**
     * @param array<string, string|int|null> $post
     * @param array<string, list<string>> $metas
     */
    private function excluded(array $post, array $metas): bool
    {
        if (in_array('1', $metas[self::PRIVATE] ?? [], true)) {
            return true;
        }
        foreach (self::IMPORTED as $key) {
            if (implode('', $metas[$key] ?? []) !== '') {
                return true;
            }
        }
        return preg_match(self::DELIVERED, (string) $post['post_name']) === 1;
    }

    /**
     * Whether a post is in one of the chosen categories; a type that has no categories is shared whole.
     *
     * @param list<array<string, string|int|null>> $terms
     * @param array<int, true> $categories
     */
    private function chosen(string $type, array $terms, array $categories): bool
    {
        if ($categories === [] || !is_object_in_taxonomy($type, 'category')) {
            return true;
        }
        foreach ($terms as $term) {
            if ($term['taxonomy'] === 'category' && isset($categories[(int) $term['term_id']])) {
                return true;
            }
        }
        return false;
    }

    /** @return array<int, true> the chosen categories and all those below them */
    private function categories(): array
    {
        $all = $this->settings->categories;
        foreach ($this->settings->categories as $id) {
            $below = get_term_children($id, 'category');
            $all = array_merge($all, is_array($below) ? array_map('intval', $below) : []);
        }
        return array_fill_keys($all, true);
    }

    /** @return list<string> the metas that decide whether a post is shared, or that its record is made of */
    public function keys(): array
    {
        $fields = array_values(array_intersect_key($this->settings->fields, array_flip($this->settings->types)));
        $keys = array_merge(['_thumbnail_id', self::PRIVATE], self::IMPORTED, ...$fields);
        return array_values(array_unique($keys));
    }

    /** @return list<string> the taxonomies that records are made of */
    public function taxonomies(): array
    {
        $others = array_values(array_intersect_key($this->settings->taxonomies, array_flip($this->settings->types)));
        $names = array_merge(['category', 'post_tag'], ...$others);
        return array_values(array_filter(array_unique($names), 'is_taxonomy_viewable'));
    }

    /**
     * @param list<string> $ids
     * @return list<int>
     */
    private function numbers(array $ids): array
    {
        $own = array_filter($ids, static fn($id): bool => preg_match('/\A[1-9]\d{0,18}\z/', (string) $id) === 1);
        return array_map('intval', array_values($own));
    }
}
