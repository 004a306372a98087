<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/**
 * Notices what happens to posts during a request, and writes it to the change log once, at its end.
 *
 * However the request ends (a redirection, `wp_die`, a command of WP-CLI, cron), WordPress says so on `shutdown`.
 */
final class Changes
{
    /** More posts than this at once are left to the reconciler. */
    private const MOST = 500;
    private const IGNORED = [
        'revision', 'nav_menu_item', 'customize_changeset', 'oembed_cache', 'custom_css', 'user_request',
        'wp_global_styles', 'wp_navigation', 'wp_template', 'wp_template_part', 'wp_block', 'wp_font_family',
        'wp_font_face',
    ];

    /** @var array<int, array<string, array<int, true>>> by site: numbers of posts, of terms, of images */
    private static array $seen = [];
    /** @var array<int, true> sites of which nobody knows which posts changed */
    private static array $unknown = [];
    private static bool $waiting = false;

    public static function register(): void
    {
        add_action('transition_post_status', [self::class, 'moved'], 10, 3);
        add_action('post_updated', [self::class, 'touched']);
        add_action('wp_after_insert_post', [self::class, 'touched']);
        add_action('before_delete_post', [self::class, 'touched']);
        add_action('deleted_post', [self::class, 'touched'], 10, 2);
        add_action('clean_post_cache', [self::class, 'touched'], 10, 2);
        add_action('delete_attachment', [self::class, 'unillustrated']);
        foreach (['added', 'updated', 'deleted'] as $done) {
            add_action("{$done}_post_meta", [self::class, 'described'], 10, 3);
        }
        add_action('set_object_terms', [self::class, 'classified'], 10, 6);
        add_action('deleted_term_relationships', [self::class, 'declassified'], 10, 3);
        add_action('edited_term', [self::class, 'renamed'], 10, 3);
        add_action('delete_term', [self::class, 'dissolved'], 10, 5);
    }

    /**
     * @param mixed $new
     * @param mixed $old
     * @param mixed $post
     */
    public static function moved($new, $old, $post): void
    {
        self::touched($post instanceof \WP_Post ? $post->ID : 0, $post);
    }

    /**
     * @param mixed $id
     * @param mixed $post
     */
    public static function touched($id, $post = null): void
    {
        $post = $post instanceof \WP_Post ? $post : get_post((int) $id);
        $type = $post instanceof \WP_Post ? $post->post_type : '';
        if ($type === 'attachment') {
            self::see('images', (int) $id);
        } elseif (!in_array($type, self::IGNORED, true)) {
            self::see('posts', (int) $id);
        }
    }

    /**
     * Before an image is deleted: WordPress then takes it off its posts without saying which.
     *
     * @param mixed $id
     */
    public static function unillustrated($id): void
    {
        if (Parts::settings()->types !== []) {
            self::quietly(static function () use ($id): void {
                $rows = new Rows(Parts::connection(), $GLOBALS['wpdb']);
                foreach ($rows->illustrated([(int) $id], Parts::settings()->types, self::MOST) as $post) {
                    self::see('posts', $post);
                }
            });
        }
    }

    /**
     * @param mixed $meta
     * @param mixed $id   nothing when a meta was taken off all posts.
     * @param mixed $key
     */
    public static function described($meta, $id, $key): void
    {
        if ($key === '_wp_attached_file') {
            self::see('images', (int) $id);
        } elseif (Parts::settings()->types !== [] && in_array($key, self::posts()->keys(), true)) {
            if ((int) $id > 0) {
                self::see('posts', (int) $id);
            } else {
                self::missed();
            }
        }
    }

    /**
     * @param mixed $id
     * @param mixed $terms
     * @param mixed $now
     * @param mixed $taxonomy
     * @param mixed $append
     * @param mixed $before
     */
    public static function classified($id, $terms, $now, $taxonomy, $append, $before): void
    {
        $now = array_map('intval', (array) $now);
        $before = array_map('intval', (array) $before);
        $same = array_diff($now, $before) === [] && ($append || array_diff($before, $now) === []);
        if (!$same && self::speaks($taxonomy)) {
            self::see('posts', (int) $id);
        }
    }

    /**
     * @param mixed $id
     * @param mixed $terms
     * @param mixed $taxonomy
     */
    public static function declassified($id, $terms, $taxonomy): void
    {
        if (self::speaks($taxonomy)) {
            self::see('posts', (int) $id);
        }
    }

    /**
     * @param mixed $term
     * @param mixed $number
     * @param mixed $taxonomy
     */
    public static function renamed($term, $number, $taxonomy): void
    {
        if (self::speaks($taxonomy)) {
            self::see('terms', (int) $number);
            // What is below it may be shared because of where it is.
            if ($taxonomy === 'category' && Parts::settings()->categories !== []) {
                self::missed();
            }
        }
    }

    /**
     * @param mixed $term
     * @param mixed $number
     * @param mixed $taxonomy
     * @param mixed $deleted
     * @param mixed $ids
     */
    public static function dissolved($term, $number, $taxonomy, $deleted, $ids): void
    {
        if (self::speaks($taxonomy)) {
            foreach ((array) $ids as $id) {
                self::see('posts', (int) $id);
            }
        }
    }

    /** Writes what was noticed, on each site of the network that this request changed. */
    public static function write(): void
    {
        self::$waiting = false;
        [$seen, $unknown] = [self::$seen, self::$unknown];
        [self::$seen, self::$unknown] = [[], []];
        foreach (array_keys($seen + $unknown) as $site) {
            $elsewhere = $site !== get_current_blog_id();
            $elsewhere && switch_to_blog($site);
            // The disk is waited for once, not for each of the few rows that are written.
            $GLOBALS['wpdb']->query('START TRANSACTION');
            self::quietly(static fn() => self::note($seen[$site] ?? [], isset($unknown[$site])));
            $GLOBALS['wpdb']->query('COMMIT');
            $elsewhere && restore_current_blog();
        }
    }

    /** @param array<string, array<int, true>> $seen */
    private static function note(array $seen, bool $unknown): void
    {
        $settings = Parts::settings();
        if ($settings->types === []) {
            return;
        }
        $rows = new Rows(Parts::connection(), $GLOBALS['wpdb']);
        $images = array_keys($seen['images'] ?? []);
        $terms = array_keys($seen['terms'] ?? []);
        $ids = array_merge(
            array_keys($seen['posts'] ?? []),
            $rows->illustrated($images, $settings->types, self::MOST + 1),
            $rows->classified($terms, $settings->types, self::MOST + 1)
        );
        $ids = array_map('strval', array_values(array_unique($ids)));
        if ($unknown || (count($ids) > self::MOST && !wp_doing_cron() && !self::commanded())) {
            Schedule::restart();
        }
        $since = gmdate('Y-m-d\TH:i:s\Z');
        $changed = false;
        foreach (array_chunk(self::commanded() ? $ids : array_slice($ids, 0, self::MOST), self::MOST) as $some) {
            $changed = Parts::log()->note($some, Parts::site()->states($some)) !== [] || $changed;
        }
        if ($changed) {
            Schedule::changed($since);
        }
    }

    private static function see(string $what, int $number): void
    {
        if ($number > 0 && Parts::settings()->types !== []) {
            self::$seen[get_current_blog_id()][$what][$number] = true;
            self::wait();
        }
    }

    /** All posts may have changed. */
    private static function missed(): void
    {
        self::$unknown[get_current_blog_id()] = true;
        self::wait();
    }

    private static function wait(): void
    {
        if (!self::$waiting) {
            self::$waiting = true;
            add_action('shutdown', [self::class, 'write'], 1000);
        }
    }

    /** @param mixed $taxonomy */
    private static function speaks($taxonomy): bool
    {
        return Parts::settings()->types !== [] && in_array($taxonomy, self::posts()->taxonomies(), true);
    }

    private static function posts(): Posts
    {
        return new Posts(Parts::settings(), new Rows(Parts::connection(), $GLOBALS['wpdb']));
    }

    private static function commanded(): bool
    {
        return defined('WP_CLI') && WP_CLI;
    }

    /** Nothing of this may ever break what a person is doing: the reconciler finds what was lost. */
    private static function quietly(callable $do): void
    {
        try {
            $do();
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
        }
    }
}
