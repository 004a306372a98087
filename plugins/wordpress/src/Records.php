<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Field;
use Partageons\Core\Record;
use Partageons\Core\Value;
use Partageons\Core\Xml;

if (!defined('ABSPATH')) {
    exit;
}

/** Posts as the feed writes them. Never: authors, and fields that nobody ticked. */
final class Records
{
    private Settings $settings;
    private Fields $fields;

    public function __construct(Settings $settings)
    {
        $this->settings = $settings;
        $this->fields = new Fields();
    }

    /**
     * @param list<int> $ids of posts that are shared: nothing is checked here.
     * @return array<string, Record>
     */
    public function of(array $ids): array
    {
        $posts = $this->primed($ids);
        $contents = (new Rendering())->of($posts);
        $records = [];
        foreach ($posts as $post) {
            $record = $this->record($post, $contents[$post->ID]);
            /**
             * Filters the record of a post, as the network will read it.
             *
             * @param Record   $record What is shared.
             * @param \WP_Post $post   What it was made of.
             */
            $filtered = apply_filters('partageons_record', $record, $post);
            $records[$record->id] = $filtered instanceof Record ? $filtered : $record;
        }
        return $records;
    }

    /**
     * Posts with all that they are made of, in a few queries.
     *
     * @param list<int> $ids
     * @return list<\WP_Post>
     */
    private function primed(array $ids): array
    {
        if (wp_using_ext_object_cache()) {
            // An import or a restored database went behind its back.
            wp_cache_delete_multiple($ids, 'posts');
            wp_cache_delete_multiple($ids, 'post_meta');
            clean_object_term_cache($ids, $this->settings->types);
        }
        _prime_post_caches($ids, true, true);
        $posts = array_values(array_filter(array_map('get_post', $ids)));
        $related = [];
        foreach ($posts as $post) {
            $related[] = (int) get_post_meta($post->ID, '_thumbnail_id', true);
            array_push($related, ...$this->fields->related($post, $this->settings->fields[$post->post_type] ?? []));
        }
        _prime_post_caches(array_values(array_unique(array_filter($related))), false, true);
        cache_users(array_values(array_unique(array_map('intval', array_column($posts, 'post_author')))));
        return $posts;
    }

    private function record(\WP_Post $post, string $content): Record
    {
        $title = self::plain($post->post_title);
        if ($title === '') {
            /* translators: %d: number of a post that has no title. */
            $title = sprintf(__('No. %d', 'partageons'), $post->ID);
        }
        $record = new Record((string) $post->ID, $title);
        $record->abstract = self::plain(strip_shortcodes($post->post_excerpt));
        $record->content = $content;
        if (!in_array($post->post_type, ['post', 'page'], true)) {
            $record->type = self::plain((string) get_post_type_object($post->post_type)->labels->singular_name);
        }
        $record->themes = $this->names($post, 'category');
        $record->keywords = $this->names($post, 'post_tag');
        $record->url = (string) get_permalink($post);
        $this->illustrate($record, (int) get_post_meta($post->ID, '_thumbnail_id', true));
        $record->licence = $this->settings->licence;
        $language = strtolower(substr(get_locale(), 0, 2));
        $record->language = preg_match('/\A[a-z]{2}\z/', $language) === 1 ? $language : '';
        $record->created = self::instant($post->post_date_gmt, $post->post_date);
        $record->modified = self::instant($post->post_modified_gmt, $post->post_modified);
        foreach ($this->settings->taxonomies[$post->post_type] ?? [] as $taxonomy) {
            $record->fields[] = $this->terms($post, $taxonomy);
        }
        foreach ($this->settings->fields[$post->post_type] ?? [] as $key) {
            $record->fields[] = $this->fields->of($post, $key);
        }
        $record->fields = array_values(array_filter($record->fields));
        return $record;
    }

    private function illustrate(Record $record, int $image): void
    {
        $url = $image > 0 ? wp_get_attachment_url($image) : false;
        if (is_string($url) && $url !== '') {
            $record->image = $url;
            $caption = self::plain((string) wp_get_attachment_caption($image));
            // A caption tells what is seen; some begin with whose it is.
            $credit = '/©|\bcrédits?\b|\bphoto\s*(?:graphie)?\s*:/iu';
            $record->imageCredit = preg_match($credit, $caption) === 1 ? $caption : '';
        }
    }

    private function terms(\WP_Post $post, string $name): ?Field
    {
        $taxonomy = get_taxonomy($name);
        $values = [];
        foreach ($taxonomy && is_taxonomy_viewable($taxonomy) ? self::classes($post, $name) : [] as $term) {
            $label = self::plain($term->name);
            $values[] = new Value($label, $term->slug, $label);
        }
        return $values === [] ? null : new Field($name, self::plain((string) $taxonomy->labels->name), 'list', $values);
    }

    /** @return list<string> */
    private function names(\WP_Post $post, string $taxonomy): array
    {
        $names = [];
        foreach (self::classes($post, $taxonomy) as $term) {
            // The category of what has none says nothing.
            $none = $term->term_id === (int) get_option('default_category')
                && in_array($term->slug, ['uncategorized', 'non-classe'], true);
            if (!$none) {
                $names[] = self::plain($term->name);
            }
        }
        return array_values(array_filter($names, 'strlen'));
    }

    /** @return list<\WP_Term> of a type that has this taxonomy: of another one they would be asked for post by post. */
    private static function classes(\WP_Post $post, string $taxonomy): array
    {
        $terms = is_object_in_taxonomy($post->post_type, $taxonomy) ? get_the_terms($post, $taxonomy) : false;
        return is_array($terms) ? array_values($terms) : [];
    }

    /** A text without tags, entities nor line ends of its source. */
    public static function plain(string $text): string
    {
        $text = html_entity_decode(wp_strip_all_tags(Xml::clean($text)), ENT_QUOTES | ENT_HTML5, 'UTF-8');
        return trim((string) preg_replace('/[ \t\x{A0}]+/u', ' ', Xml::clean($text)));
    }

    /** UTC; what was installed before the time zone was set may have local times only. */
    private static function instant(string $gmt, string $local): string
    {
        if ((int) $gmt === 0) {
            $gmt = (int) $local === 0 ? '' : get_gmt_from_date($local);
        }
        return preg_match('/\A(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)\z/', $gmt, $at) === 1 ? "$at[1]T$at[2]Z" : '';
    }
}
