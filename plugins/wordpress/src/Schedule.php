<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Background;

if (!defined('ABSPATH')) {
    exit;
}

/** What is done when nobody waits: filling and checking the change log, telling the bridge, hearing its answer. */
final class Schedule
{
    public const SEND = 'partageons_send';
    public const RECONCILE = 'partageons_reconcile';
    public const LOOK = 'partageons_look';
    public const EVENTS = [self::SEND, self::RECONCILE, self::LOOK, 'partageons_refresh'];
    /** Loaded by every page, so that asking for it costs none. */
    private const VERSION = 'partageons_version';
    /** An event of its own, beside the daily one. */
    private const MORE = ['more'];
    /** Sites of a network made ready at once; the others are at their first request. */
    private const SITES = 100;

    public static function register(): void
    {
        register_activation_hook(PARTAGEONS_FILE, [self::class, 'activated']);
        register_deactivation_hook(PARTAGEONS_FILE, [self::class, 'deactivated']);
        add_action('init', [self::class, 'ready'], 99);
        add_action(self::RECONCILE, [self::class, 'reconcile']);
        add_action(self::SEND, [self::class, 'send']);
        add_action(self::LOOK, [self::class, 'look']);
        foreach (['add', 'update', 'delete'] as $done) {
            add_action("{$done}_option_" . Settings::OPTION, [self::class, 'chosen']);
            add_action("{$done}_option_" . Options::PREFIX . 'pairing', [self::class, 'joined']);
        }
        foreach (['home', 'permalink_structure', 'WPLANG'] as $option) {
            add_action("update_option_$option", [self::class, 'chosen']);
        }
        add_filter('wpmu_drop_tables', [self::class, 'dropped']);
    }

    /** @param mixed $network whether it is for all sites of a network. */
    public static function activated($network): void
    {
        if (!is_multisite() || !$network) {
            self::install();
            return;
        }
        foreach (get_sites(['fields' => 'ids', 'number' => self::SITES]) as $site) {
            switch_to_blog((int) $site);
            self::install();
            restore_current_blog();
        }
    }

    /** @param mixed $network */
    public static function deactivated($network): void
    {
        $sites = is_multisite() && $network ? get_sites(['fields' => 'ids', 'number' => 0]) : [get_current_blog_id()];
        foreach ($sites as $site) {
            $elsewhere = (int) $site !== get_current_blog_id();
            $elsewhere && switch_to_blog((int) $site);
            array_map('wp_unschedule_hook', self::EVENTS);
            delete_option(self::VERSION);
            $elsewhere && restore_current_blog();
        }
    }

    /** Makes the site ready when it is new on its network, or the plugin newer than what it was made ready for. */
    public static function ready(): void
    {
        if (get_option(self::VERSION) !== PARTAGEONS_VERSION) {
            self::install();
        }
    }

    /** The table, and the daily check; safe to do again. */
    private static function install(): void
    {
        try {
            Parts::log()->create();
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
        }
        update_option(self::VERSION, PARTAGEONS_VERSION, true);
        if (!wp_next_scheduled(self::RECONCILE)) {
            wp_schedule_event(time() + DAY_IN_SECONDS, 'daily', self::RECONCILE);
        }
        self::restart();
    }

    /** After a change of what is shared, or of all addresses. */
    public static function chosen(): void
    {
        Parts::forget();
        self::restart();
    }

    /** Has all that is shared looked at again, as soon as somebody has time. */
    public static function restart(): void
    {
        Parts::reconciler()->restart();
        self::soon(self::RECONCILE, time(), self::MORE);
    }

    /** Goes on with the check for as long as a cron request may, and later if that is not enough. */
    public static function reconcile(): void
    {
        $allowed = (int) ini_get('max_execution_time');
        try {
            Parts::log()->create();
            $done = Parts::reconciler()->step($allowed > 0 ? min(20.0, $allowed / 2) : 20.0);
        } catch (\Throwable $failure) {
            error_log('partageons: ' . $failure->getMessage());
            return;
        }
        if (!$done) {
            self::soon(self::RECONCILE, time(), self::MORE);
        } elseif (Parts::reconciler()->changed()) {
            self::changed(gmdate('Y-m-d\TH:i:s\Z'));
        }
    }

    /**
     * The bridge will be told that something changed, after this request: when there is one.
     *
     * @param string $since UTC.
     */
    public static function changed(string $since): void
    {
        if (Parts::pairing()->pingAddress() === '') {
            return;
        }
        Parts::pinger()->changed($since);
        if (wp_doing_cron()) {
            self::send();
        } else {
            self::soon(self::SEND, time());
        }
    }

    /** Tells it; again later when it could not be told, or when it was told often. */
    public static function send(): void
    {
        $next = Parts::pinger()->send();
        if ($next > 0) {
            self::soon(self::SEND, $next);
        }
    }

    /** Asks the bridge what became of the site's asking to join, or whether its key still holds. */
    public static function look(): void
    {
        Parts::pairing()->look();
        self::joined();
    }

    /** Whenever the asking changes: the next look is planned. */
    public static function joined(): void
    {
        $next = Parts::pairing()->next();
        if ($next > 0) {
            wp_clear_scheduled_hook(self::LOOK);
            wp_schedule_single_event(max($next, time() + 1), self::LOOK);
        }
    }

    /**
     * Plans an event, unless it is planned; one that is due is begun at the end of this request.
     *
     * @param list<string> $arguments
     */
    public static function soon(string $event, int $at, array $arguments = []): void
    {
        $planned = wp_next_scheduled($event, $arguments);
        if ($planned === false) {
            wp_schedule_single_event($at, $event, $arguments);
            $planned = $at;
        }
        if ($planned <= time() && !wp_doing_cron() && !wp_installing()) {
            add_action('shutdown', [self::class, 'begin'], PHP_INT_MAX);
        }
    }

    /**
     * Begins what is due, at the end of a request, and nobody waits for it: what was asked is answered before where PHP
     * can do that; elsewhere WordPress's own way would wait for the whole start of another request.
     */
    public static function begin(): void
    {
        remove_action('shutdown', [self::class, 'begin'], PHP_INT_MAX);
        if (Background::answered()) {
            spawn_cron();
        } else {
            Background::knock(site_url('wp-cron.php')); // as a host's own timer does
        }
    }

    /**
     * The tables of a site that is taken off its network.
     *
     * @param mixed $tables
     * @return mixed
     */
    public static function dropped($tables)
    {
        if (is_array($tables)) {
            $tables[] = Parts::table();
        }
        return $tables;
    }
}
