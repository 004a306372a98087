<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\ChangeLog;
use Partageons\Core\Lists;
use Partageons\Core\Pairing;
use Partageons\Core\Pinger;
use Partageons\Core\Reconciler;
use Partageons\Core\Renewal;
use Partageons\Core\Tests\Database;
use Partageons\Core\Tests\FakeSite;
use Partageons\Core\Tests\Web;
use Partageons\YesWiki\Chores;
use Partageons\YesWiki\Comparison;
use Partageons\YesWiki\Due;
use Partageons\YesWiki\ExternalLists;
use Partageons\YesWiki\Kept;
use PHPUnit\Framework\TestCase;

foreach (['Database', 'FakeSite', 'Web'] as $class) {
    require_once __DIR__ . "/../../core/tests/$class.php";
}

/** A wiki that has joined, its bridge, and its cache folder. */
abstract class NetworkCase extends TestCase
{
    protected const KEY = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=';
    protected const SINCE = '2026-11-24T10:00:00Z';

    /** The bridge as pings, lists and the pairing see it. */
    protected Web $pings;
    protected Web $web;
    protected Web $side;
    protected Kept $memory;
    protected Pairing $pairing;
    protected FakeSite $site;
    protected ChangeLog $log;
    protected string $folder;
    protected int $now;

    protected function setUp(): void
    {
        $this->now = time();
        [$this->pings, $this->web, $this->side, $this->site] = [new Web(), new Web(), new Web(), new FakeSite()];
        $db = new Database();
        $this->memory = new Kept($db, 'essai_memory');
        $this->log = new ChangeLog($db, 'log', fn (): int => $this->now);
        $this->memory->drop();
        $this->memory->create();
        $this->log->create();
        $this->pairing = new Pairing(
            $this->memory,
            fn (string $address): Bridge => new Bridge($address, $this->side),
            fn (): int => $this->now
        );
        $this->pings->answers = [Web::json(['state' => 'due'], 202)];
        $this->web->answers = [Web::json(['version' => 1, 'title' => 'Réseau', 'items' => [], 'total' => 0])];
        $this->folder = sys_get_temp_dir() . '/cache-' . bin2hex(random_bytes(6));
        mkdir($this->folder);
    }

    protected function tearDown(): void
    {
        $this->memory->drop();
        $this->log->drop();
        chmod($this->folder, 0700);
        array_map('unlink', glob("$this->folder/*") ?: []);
        rmdir($this->folder);
    }

    protected function join(): void
    {
        $this->side->answers = [Web::json(['pairing' => 'b6f0', 'state' => 'asked'], 202), $this->accepted()];
        $this->pairing->join('https://pont.exemple.fr/', 'https://wiki.exemple.fr/?api/partageons/oai');
        $this->pairing->look();
        $this->side->asked = [];
    }

    protected function accepted(): Answer
    {
        $ping = 'https://pont.exemple.fr/ping/wiki';
        return Web::json(['state' => 'accepted', 'source' => 'wiki', 'ping' => $ping, 'key' => self::KEY]);
    }

    protected function pinger(): Pinger
    {
        return new Pinger($this->memory, $this->pings, $this->pairing, fn (): int => $this->now);
    }

    protected function renewal(): Renewal
    {
        return new Renewal($this->memory, fn (): int => $this->now);
    }

    protected function lists(): Lists
    {
        $bridge = new Bridge('https://pont.exemple.fr/', $this->web);
        return new Lists($this->memory->shelf(), $bridge, fn (): int => $this->now);
    }

    protected function reconciler(): Reconciler
    {
        return new Reconciler($this->site, $this->log, $this->memory, fn (): int => $this->now);
    }

    protected function comparison(): Comparison
    {
        $signature = fn (): string => md5((string) json_encode($this->site->shared));
        return new Comparison($this->reconciler(), $this->memory, $signature, $signature, 3600);
    }

    protected function external(): ExternalLists
    {
        return new ExternalLists($this->folder);
    }

    protected function due(): Due
    {
        return new Due($this->folder);
    }

    protected function chores(bool $shares = true, bool $bridge = true): Chores
    {
        return new Chores(
            $this->pinger(),
            $this->pairing,
            $this->renewal(),
            $this->memory,
            $this->external(),
            fn (): ?Lists => $bridge ? $this->lists() : null,
            fn (): ?Comparison => $shares ? $this->comparison() : null,
            fn (): int => $this->now
        );
    }
}
