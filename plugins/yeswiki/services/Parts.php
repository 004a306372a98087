<?php

declare(strict_types=1);

namespace YesWiki\Partageons\Service;

use Partageons\Core\Bridge;
use Partageons\Core\ChangeLog;
use Partageons\Core\Connection;
use Partageons\Core\Door;
use Partageons\Core\Home;
use Partageons\Core\Http;
use Partageons\Core\Identity;
use Partageons\Core\Lists;
use Partageons\Core\Memory;
use Partageons\Core\Oai;
use Partageons\Core\Pairing;
use Partageons\Core\Pinger;
use Partageons\Core\Reconciler;
use Partageons\Core\Renewal;
use Partageons\Core\Similar;
use Partageons\Core\Site;
use Partageons\Core\WebHttp;
use Partageons\YesWiki\Chores;
use Partageons\YesWiki\Comparison;
use Partageons\YesWiki\Database;
use Partageons\YesWiki\Elsewhere;
use Partageons\YesWiki\Entrance;
use Partageons\YesWiki\Entries;
use Partageons\YesWiki\ExternalLists;
use Partageons\YesWiki\Kept;
use Partageons\YesWiki\Later;
use Partageons\YesWiki\Rows;
use Partageons\YesWiki\Settings;
use YesWiki\Core\Service\DbService;
use YesWiki\Wiki;

/** What the extension is made of, each part made when it is first asked for. */
final class Parts
{
    public const VERSION = '0.1.0';
    /** Seconds between two comparisons of the log with the wiki, where nothing hints at a change. */
    private const COMPARED = 3600;

    private Wiki $wiki;
    /** @var array<string, object> */
    private array $made = [];

    public function __construct(Wiki $wiki)
    {
        $this->wiki = $wiki;
    }

    public function settings(): Settings
    {
        return $this->once('settings', fn(): Settings => Settings::of($this->wiki->config));
    }

    /** Its tables exist from then on: an extension that was unzipped by hand has run no migration. */
    public function connection(): Connection
    {
        return $this->once(
            'connection',
            fn(): Connection => new Database($this->wiki->services->get(DbService::class))
        );
    }

    public function log(): ChangeLog
    {
        return $this->once('log', function (): ChangeLog {
            $log = new ChangeLog($this->connection(), $this->table('log'));
            $log->create();
            return $log;
        });
    }

    public function site(): Site
    {
        return $this->once('site', fn(): Site => Entries::of($this->wiki, $this->settings(), $this->connection()));
    }

    public function memory(): Memory
    {
        return $this->kept();
    }

    /** Small values and lists: a table of our own, for a wiki lets every member read its triples. */
    public function kept(): Kept
    {
        return $this->once('kept', function (): Kept {
            $kept = new Kept($this->connection(), $this->table('memory'));
            $kept->create();
            return $kept;
        });
    }

    public function http(): Http
    {
        return $this->once('http', static fn(): Http => new WebHttp());
    }

    public function identity(): Identity
    {
        return $this->once('identity', function (): Identity {
            $home = (array) parse_url((string) $this->wiki->config['base_url']);
            // Some addresses name a file: `https://exemple.fr/wiki/wakka.php?wiki=`.
            $folder = (string) preg_replace('~[^/]*\z~', '', (string) ($home['path'] ?? '/'));
            $node = (string) ($home['host'] ?? 'localhost');
            $settings = $this->settings();
            $identity = new Identity(
                html_entity_decode((string) $this->wiki->config['wakka_name'], ENT_QUOTES | ENT_HTML5, 'UTF-8'),
                $this->address('oai'),
                $settings->email !== '' ? $settings->email : "webmaster@$node",
                $node,
                self::VERSION,
                ltrim($folder, '/')
            );
            $identity->ping = $this->address('ping');
            $identity->add = $this->addition();
            $identity->challenge = $this->pairing()->challenge();
            return $identity;
        });
    }

    /** Address of one of our routes: `https://wiki.exemple.fr/?api/partageons/oai`. */
    public function address(string $route): string
    {
        return $this->wiki->config['base_url'] . "api/partageons/$route";
    }

    /** Address where a visitor adds an entry; empty as long as nothing is shared. */
    public function addition(): string
    {
        $base = (string) $this->wiki->config['base_url'];
        $forms = $this->settings()->forms;
        $one = count($forms) === 1 ? "&action=saisir_fiche&id=$forms[0]" : '';
        return $forms === [] ? '' : $base . 'BazaR' . (strpos($base, '?') === false ? '?' : '&') . "vue=saisir$one";
    }

    public function oai(): Oai
    {
        return $this->once('oai', fn(): Oai => new Oai($this->site(), $this->log(), $this->identity(), $this->secret()));
    }

    public function door(): Door
    {
        return $this->once('door', fn(): Door => new Door(function (): Oai {
            $this->comparison()->step(2.0);
            return $this->oai();
        }, Entrance::OWN));
    }

    /** What finds changes that no event told of. */
    public function comparison(): Comparison
    {
        return $this->once('comparison', function (): Comparison {
            $rows = new Rows($this->connection(), (string) $this->wiki->config['table_prefix']);
            $chosen = json_encode([
                $this->settings()->forms,
                $this->settings()->licence,
                $this->wiki->config['base_url'],
                $this->wiki->config['default_read_acl'] ?? '',
                self::VERSION,
            ]);
            return new Comparison(
                $this->reconciler(),
                $this->memory(),
                static fn(): string => md5($rows->glance() . $chosen),
                static fn(): string => md5($rows->signature() . $chosen),
                self::COMPARED
            );
        });
    }

    public function reconciler(): Reconciler
    {
        return $this->once(
            'reconciler',
            fn(): Reconciler => new Reconciler($this->site(), $this->log(), $this->memory())
        );
    }

    public function pairing(): Pairing
    {
        return $this->once('pairing', fn(): Pairing => new Pairing(
            $this->memory(),
            fn(string $address): Bridge => new Bridge($address, $this->http())
        ));
    }

    public function pinger(): Pinger
    {
        return $this->once('pinger', fn(): Pinger => new Pinger($this->memory(), $this->http(), $this->pairing()));
    }

    /** None as long as the wiki has no address of a bridge. */
    public function bridge(): ?Bridge
    {
        $address = $this->settings()->bridge;
        return $address === '' ? null : $this->once('bridge', fn(): Bridge => new Bridge($address, $this->http()));
    }

    public function lists(): ?Lists
    {
        $bridge = $this->bridge();
        return $bridge === null ? null : $this->once('lists', fn(): Lists => new Lists($this->kept()->shelf(), $bridge));
    }

    /** What tells the wiki's own resources among those of the network. */
    public function home(): Home
    {
        return $this->once('home', fn(): Home => new Home((string) $this->wiki->config['base_url']));
    }

    /** « Existe déjà ailleurs ? »; none without a bridge. */
    public function elsewhere(): ?Elsewhere
    {
        $bridge = $this->bridge();
        return $bridge === null ? null : $this->once('elsewhere', fn(): Elsewhere => new Elsewhere(
            new Similar($bridge, $this->home(), $this->pairing()->source()),
            $this->kept()
        ));
    }

    public function renewal(): Renewal
    {
        return $this->once('renewal', fn(): Renewal => new Renewal($this->memory()));
    }

    public function external(): ExternalLists
    {
        $parameters = $this->wiki->config['baz_external_service'] ?? null;
        return $this->once('external', static fn(): ExternalLists => new ExternalLists(Later::folder(), $parameters));
    }

    public function chores(): Chores
    {
        return $this->once('chores', fn(): Chores => new Chores(
            $this->pinger(),
            $this->pairing(),
            $this->renewal(),
            $this->kept(),
            $this->external(),
            fn(): ?Lists => $this->lists(),
            fn(): ?Comparison => $this->settings()->forms === [] && $this->pairing()->keys() === []
                ? null : $this->comparison()
        ));
    }

    /** What must not make anybody wait: pings, replies to wait for, lists to renew, comparisons. */
    public function later(): Later
    {
        return $this->once('later', fn(): Later => new Later($this));
    }

    /** After a change of the settings: each part is made anew. */
    public function forget(): void
    {
        $this->made = [];
    }

    private function table(string $name): string
    {
        return trim($this->wiki->services->get(DbService::class)->prefixTable("partageons_$name"));
    }

    /** Signs the tokens of the feed. */
    private function secret(): string
    {
        $secret = $this->memory()->get('secret');
        if ($secret === '') {
            $secret = bin2hex(random_bytes(32));
            $this->memory()->set('secret', $secret);
        }
        return $secret;
    }

    /**
     * @template T of object
     * @param callable(): T $make
     * @return T
     */
    private function once(string $name, callable $make): object
    {
        return $this->made[$name] ??= $make();
    }
}
