<?php

declare(strict_types=1);

namespace Partageons\Core\Tests;

use Partageons\Core\Record;
use Partageons\Core\Site;
use Partageons\Core\State;

/** A site in memory, which counts how often it is asked. */
final class FakeSite implements Site
{
    /** @var array<string, Record> what is shared */
    public array $shared = [];
    /** @var array<string, string> id => set */
    public array $kinds = [];
    /** @var array<string, string> */
    public array $sets = ['fiche' => 'Fiches', 'page' => 'Pages & co'];
    /** @var list<string> ids whose record cannot be made, though they are shared */
    public array $unreadable = [];
    /** @var list<string> */
    public array $asked = [];

    public function share(string $id, string $title = '', string $kind = 'fiche'): Record
    {
        $record = new Record($id, $title === '' ? "Fiche n° $id" : $title);
        $record->url = "https://asso.exemple.fr/?p=$id";
        $this->shared[$id] = $record;
        $this->kinds[$id] = $kind;
        return $record;
    }

    public function hide(string $id): void
    {
        unset($this->shared[$id]);
    }

    public function ids(string $after, int $limit): array
    {
        $this->asked[] = "ids $after";
        $ids = array_map('strval', array_keys($this->shared));
        sort($ids, SORT_STRING);
        $left = array_filter($ids, static fn (string $id): bool => strcmp($id, $after) > 0);
        return array_slice(array_values($left), 0, $limit);
    }

    public function states(array $ids): array
    {
        $this->asked[] = 'states';
        $states = [];
        foreach (array_intersect_key($this->shared, array_flip($ids)) as $id => $record) {
            $states[$id] = new State($this->kinds[$id], hash('sha256', serialize($record)));
        }
        return $states;
    }

    public function records(array $ids): array
    {
        $this->asked[] = 'records';
        return array_intersect_key($this->shared, array_flip(array_diff($ids, $this->unreadable)));
    }

    public function sets(): array
    {
        return $this->sets;
    }
}
