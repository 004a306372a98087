<?php

declare(strict_types=1);

namespace Partageons\WordPress;

if (!defined('ABSPATH')) {
    exit;
}

/** The lists that pages show are asked for again aside, after a page is sent: nobody waits for them. */
final class Refresh
{
    public const EVENT = 'partageons_refresh';
    /** Memory: which lists pages show, and the day when one of them was last seen to be old. */
    private const KNOWN = 'lists';
    private const MOST = 50;
    /** Seconds: for one list, and for all of them. */
    private const PATIENCE = 10.0;
    private const WHOLE = 25.0;
    private const SLOW = 3.0;
    /** Seconds after which the site's own clock is believed not to run. */
    private const LATE = 600;

    private static bool $asked = false;

    public static function register(): void
    {
        add_action(self::EVENT, [self::class, 'run']);
    }

    /** A page shows this list. Written once a day at most. */
    public static function remember(string $query): void
    {
        $known = self::known();
        $today = gmdate('Y-m-d');
        if (($known[$query] ?? '') !== $today) {
            $known[$query] = $today;
            asort($known);
            Parts::memory()->set(self::KNOWN, (string) wp_json_encode(array_slice($known, -self::MOST, null, true)));
        }
    }

    /** Once the page is sent. */
    public static function soon(): void
    {
        if (self::$asked) {
            return;
        }
        self::$asked = true;
        add_action('shutdown', [self::class, 'spawn'], PHP_INT_MAX);
    }

    /**
     * Start the site's clock in another process; where it does not run, in this one if its visitor is gone already.
     */
    public static function spawn(): void
    {
        self::$asked = false;
        $gone = Schedule::answered();
        $due = wp_next_scheduled(self::EVENT);
        if ($due === false) {
            wp_schedule_single_event(time(), self::EVENT);
        }
        if ($gone && $due !== false && $due < time() - self::LATE) {
            wp_clear_scheduled_hook(self::EVENT);
            self::run();
        } elseif (!wp_doing_cron()) {
            Schedule::begin();
        }
    }

    /** Ask for the lists that are old, then look after what was copied here. */
    public static function run(): void
    {
        $lists = Parts::lists();
        $begun = microtime(true);
        foreach ($lists === null ? [] : array_keys(array_reverse(self::known())) as $query) {
            $now = microtime(true);
            if ($now - $begun > self::WHOLE || !$lists->stale($query)) {
                continue;
            }
            if (!$lists->refresh($query, self::PATIENCE) && microtime(true) - $now > self::SLOW) {
                return; // a bridge in trouble is left alone: what is left is asked for another time
            }
        }
        Copies::look();
    }

    /** @return array<string, string> query => day */
    private static function known(): array
    {
        $known = json_decode(Parts::memory()->get(self::KNOWN), true);
        $oldest = gmdate('Y-m-d', time() - 90 * DAY_IN_SECONDS);
        return array_filter(is_array($known) ? $known : [], static function ($day) use ($oldest): bool {
            return is_string($day) && $day >= $oldest;
        });
    }
}
