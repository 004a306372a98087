<?php

/** A site as small as can be: the core, and files in a folder ($SITE_FOLDER); it is served at $SITE_URL. */

declare(strict_types=1);

namespace Partageons\Test;

use Partageons\Core\Answer;
use Partageons\Core\Bridge;
use Partageons\Core\Cache;
use Partageons\Core\ChangeLog;
use Partageons\Core\Connection;
use Partageons\Core\Http;
use Partageons\Core\Identity;
use Partageons\Core\Lists;
use Partageons\Core\Memory;
use Partageons\Core\Oai;
use Partageons\Core\Pairing;
use Partageons\Core\PingDoor;
use Partageons\Core\Pinger;
use Partageons\Core\Record;
use Partageons\Core\Site;
use Partageons\Core\State;
use Partageons\Core\Unreachable;

require __DIR__ . '/../../../plugins/core/autoload.php';

/** The text of a file, and its replacement in one go. */
function kept(string $name): string
{
    $file = getenv('SITE_FOLDER') . "/$name";
    return is_file($file) ? (string) file_get_contents($file) : '';
}

function keep(string $name, string $text): void
{
    $file = getenv('SITE_FOLDER') . "/$name";
    file_put_contents("$file.new", $text);
    rename("$file.new", $file);
}

final class Notes implements Memory
{
    public function get(string $name): string
    {
        return kept("memory-$name");
    }

    public function set(string $name, string $value): void
    {
        keep("memory-$name", $value);
    }
}

final class Shelf implements Cache
{
    public function get(string $key): ?array
    {
        return json_decode(kept("cache-$key"), true);
    }

    public function set(string $key, array $kept): void
    {
        keep("cache-$key", (string) json_encode($kept));
    }
}

final class Streams implements Http
{
    public function send(string $method, string $url, array $headers, string $body, float $timeout): Answer
    {
        $lines = ['Connection: close'];
        foreach ($headers as $name => $value) {
            $lines[] = "$name: $value";
        }
        $http = ['method' => $method, 'header' => $lines, 'content' => $body, 'timeout' => $timeout];
        $http += ['ignore_errors' => true, 'follow_location' => 0];
        $found = @file_get_contents($url, false, stream_context_create(['http' => $http]), 0, 2 << 20);
        if ($found === false) {
            throw new Unreachable(error_get_last()['message'] ?? '');
        }
        $told = [];
        foreach (array_slice($http_response_header, 1) as $line) {
            [$name, $value] = explode(':', $line, 2) + ['', ''];
            $told[strtolower($name)] = trim($value);
        }
        return new Answer((int) explode(' ', $http_response_header[0])[1], $told, $found);
    }
}

final class Sqlite implements Connection
{
    private \PDO $pdo;

    public function __construct()
    {
        $this->pdo = new \PDO('sqlite:' . getenv('SITE_FOLDER') . '/log.sqlite');
        $this->pdo->setAttribute(\PDO::ATTR_ERRMODE, \PDO::ERRMODE_EXCEPTION);
    }

    public function rows(string $sql, array $values = []): array
    {
        try {
            $statement = $this->pdo->prepare($sql);
            $statement->execute($values);
            return $statement->fetchAll(\PDO::FETCH_ASSOC);
        } catch (\PDOException $error) {
            throw new \Partageons\Core\Unavailable($error->getMessage());
        }
    }

    public function run(string $sql, array $values = []): void
    {
        $this->rows($sql, $values);
    }
}

/** What `items.json` holds: id => title. */
final class Items implements Site
{
    /** @return array<string, string> */
    private function all(): array
    {
        return json_decode(kept('items.json'), true) ?: [];
    }

    public function ids(string $after, int $limit): array
    {
        $ids = array_map('strval', array_keys($this->all()));
        return array_slice(array_values(array_filter($ids, fn ($id) => strcmp($id, $after) > 0)), 0, $limit);
    }

    public function states(array $ids): array
    {
        $items = array_intersect_key($this->all(), array_flip($ids));
        return array_map(fn (string $title): State => new State('fiche', sha1($title)), $items);
    }

    public function records(array $ids): array
    {
        $records = [];
        foreach (array_intersect_key($this->all(), array_flip($ids)) as $id => $title) {
            $records[$id] = new Record((string) $id, $title);
            $records[$id]->abstract = "Une ressource sur $title, pour les communes.";
            $records[$id]->url = getenv('SITE_URL') . "/fiches/$id";
        }
        return $records;
    }

    public function sets(): array
    {
        return ['fiche' => 'Fiches'];
    }
}

function log(): ChangeLog
{
    $log = new ChangeLog(new Sqlite(), 'log');
    $log->create();
    return $log;
}

function pairing(): Pairing
{
    return new Pairing(new Notes(), fn (string $address): Bridge => new Bridge($address, new Streams()));
}

function pinger(): Pinger
{
    return new Pinger(new Notes(), new Streams(), pairing());
}

function lists(): Lists
{
    return new Lists(new Shelf(), new Bridge(pairing()->address(), new Streams()));
}

function oai(): Oai
{
    $site = (string) getenv('SITE_URL');
    $host = str_replace(':', '-', (string) parse_url($site, PHP_URL_HOST));
    $identity = new Identity('Site d’essai', "$site/?partageons=oai", 'contact@exemple.org', $host, '0.0.9');
    $identity->ping = "$site/?partageons=ping";
    $identity->challenge = pairing()->challenge();
    return new Oai(new Items(), log(), $identity, 'un secret du site');
}

function pingDoor(): PingDoor
{
    return new PingDoor(pairing(), new Notes());
}
