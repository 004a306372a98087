<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Bridge;
use Partageons\Core\ChangeLog;
use Partageons\Core\Connection;
use Partageons\Core\Door;
use Partageons\Core\Http;
use Partageons\Core\Identity;
use Partageons\Core\Lists;
use Partageons\Core\Memory;
use Partageons\Core\Oai;
use Partageons\Core\Pairing;
use Partageons\Core\Pinger;
use Partageons\Core\Reconciler;
use Partageons\Core\Site;

if (!defined('ABSPATH')) {
    exit;
}

/** What the plugin is made of, each part made when it is first asked for, once for each site of a network. */
final class Parts
{
    /** @var array<string, object> */
    private static array $made = [];

    public static function settings(): Settings
    {
        return self::once('settings', static fn(): Settings => Settings::read());
    }

    public static function connection(): Connection
    {
        return self::once('connection', static fn(): Connection => new Wpdb($GLOBALS['wpdb']));
    }

    public static function log(): ChangeLog
    {
        return self::once('log', static fn(): ChangeLog => new ChangeLog(self::connection(), self::table()));
    }

    /** Name of the change log's table on this site. */
    public static function table(): string
    {
        return $GLOBALS['wpdb']->prefix . 'partageons_log';
    }

    public static function site(): Site
    {
        return self::once(
            'site',
            static fn(): Site => new Posts(self::settings(), new Rows(self::connection(), $GLOBALS['wpdb']))
        );
    }

    public static function memory(): Memory
    {
        return self::once('memory', static fn(): Memory => new Options());
    }

    public static function http(): Http
    {
        return self::once('http', static fn(): Http => new Client());
    }

    /** Its address is the door that nothing closes. */
    public static function identity(): Identity
    {
        return self::once('identity', static function (): Identity {
            $home = (array) wp_parse_url(home_url('/'));
            $node = (string) ($home['host'] ?? 'localhost');
            $identity = new Identity(
                html_entity_decode((string) get_option('blogname'), ENT_QUOTES | ENT_HTML5, 'UTF-8'),
                Doors::address(),
                self::settings()->email !== '' ? self::settings()->email : "webmaster@$node",
                $node,
                PARTAGEONS_VERSION,
                ltrim((string) ($home['path'] ?? ''), '/')
            );
            $identity->ping = home_url('/?partageons=ping');
            $identity->challenge = self::pairing()->challenge();
            return $identity;
        });
    }

    public static function oai(): Oai
    {
        return self::once('oai', static fn(): Oai => new Oai(
            self::site(),
            self::log(),
            self::identity(),
            hash_hmac('sha256', 'partageons-oai', wp_salt())
        ));
    }

    /** It looks for what went unnoticed first, when nobody did for an hour, and never for longer than two seconds. */
    public static function door(): Door
    {
        return self::once('door', static fn(): Door => new Door(static function (): Oai {
            if (self::reconciler()->due(HOUR_IN_SECONDS)) {
                self::reconciler()->step(2.0);
            }
            return self::oai();
        }));
    }

    public static function reconciler(): Reconciler
    {
        return self::once(
            'reconciler',
            static fn(): Reconciler => new Reconciler(self::site(), self::log(), self::memory())
        );
    }

    public static function pairing(): Pairing
    {
        return self::once('pairing', static fn(): Pairing => new Pairing(
            self::memory(),
            static fn(string $address): Bridge => new Bridge($address, self::http())
        ));
    }

    public static function pinger(): Pinger
    {
        return self::once(
            'pinger',
            static fn(): Pinger => new Pinger(self::memory(), self::http(), self::pairing())
        );
    }

    /** None as long as the site has no address of a bridge. */
    public static function bridge(): ?Bridge
    {
        $address = self::settings()->bridge;
        return $address === '' ? null : self::once('bridge', static fn(): Bridge => new Bridge($address, self::http()));
    }

    public static function lists(): ?Lists
    {
        $bridge = self::bridge();
        $make = static fn(): Lists => new Lists(new Transients(), $bridge);
        return $bridge === null ? null : self::once('lists', $make);
    }

    /** After a change of the settings, or of what the site is called: each part is made anew. */
    public static function forget(): void
    {
        self::$made = [];
    }

    /**
     * @template T of object
     * @param callable(): T $make
     * @return T
     */
    private static function once(string $name, callable $make): object
    {
        $key = get_current_blog_id() . " $name";
        return self::$made[$key] ??= $make();
    }
}
