<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Background;
use Partageons\Core\Renewal;

if (!defined('ABSPATH')) {
    exit;
}

/** The lists that pages show are asked for again aside, after a page is sent: nobody waits for them. */
final class Refresh
{
    public const EVENT = 'partageons_refresh';
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
        self::renewal()->remember($query);
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
        $gone = Background::answered();
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
        if ($lists === null || self::renewal()->run($lists)) {
            Copies::look();
        }
    }

    private static function renewal(): Renewal
    {
        return new Renewal(Parts::memory());
    }
}
