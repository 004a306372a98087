<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Opinion;
use Partageons\Core\Pairing;
use Partageons\Core\Plain;
use Partageons\Core\Unavailable;
use Partageons\Core\Visits;
use YesWiki\Partageons\Service\Parts;

/** How it goes, for the page of the administrators: what is shared, who came, what was told, what stands in the way. */
final class Status
{
    private Parts $parts;
    private Words $words;

    public function __construct(Parts $parts, Words $words)
    {
        $this->parts = $parts;
        $this->words = $words;
    }

    /** @return list<array{label: string, says: string, level: string}> `level`: good, bad or nothing. */
    public function facts(): array
    {
        try {
            $totals = $this->parts->log()->totals();
            $many = $this->words->count('SHARED', $totals['live']);
            if ($totals['deleted'] > 0) {
                $many .= ', ' . $this->words->count('WITHDRAWN', $totals['deleted']);
            }
            return [
                $this->fact('ENTRIES', $many),
                $this->fact('VISIT', $this->visit()),
                $this->ping(),
                $this->fact('COMPARISON', $this->comparison($totals['live'])),
            ];
        } catch (Unavailable $broken) {
            return [$this->fact('ENTRIES', $this->words->say('NO_DATABASE'), 'bad')];
        }
    }

    /**
     * @param bool $closed a form is shared, and visitors may read nothing of it.
     * @return array{at: string, open: bool, found: list<array<string, string>>}|null `found`: level, code, name, says;
     *   null when it was never tried.
     */
    public function trial(bool $closed): ?array
    {
        $last = self::made($this->parts)->last();
        if ($last === null) {
            return null;
        }
        $open = $last['code'] === '';
        $says = $this->words->obstacle($last['code'], $last['values']);
        $found = [$this->found($open ? 'good' : 'bad', $last['code'], 'FEED', $says)];
        if ($last['named'] !== '') {
            $values = ['named' => $last['named'], 'here' => $last['here']];
            $found[] = $this->found('doubt', 'address', 'ADDRESS', $this->words->say('OBSTACLE_ADDRESS', $values));
        }
        if ($closed) {
            $found[] = $this->found('doubt', 'private', 'READERS', $this->words->say('OBSTACLE_PRIVATE'));
        }
        if ($last['opinion'] !== null) {
            $code = $last['opinion']['code'];
            $well = in_array($code, [Opinion::COMING, Opinion::SHOWN], true);
            $level = $well ? 'good' : ($code === Opinion::WAITING ? 'doubt' : 'bad');
            $found[] = $this->found($level, $code, 'NETWORK', $this->words->opinion($last['opinion']));
        }
        return ['at' => $this->ago($last['at']), 'open' => $open, 'found' => $found];
    }

    public static function made(Parts $parts): FeedTrial
    {
        return new FeedTrial($parts->memory(), $parts->http(), $parts->address('oai'));
    }

    private function visit(): string
    {
        $last = (new Visits($this->parts->memory()))->last();
        if ($last === null) {
            return $this->words->say('NOBODY');
        }
        $by = $last['by'] === '' ? $this->words->say('UNNAMED') : $last['by'];
        return $this->words->say('VISITED', ['ago' => $this->ago($last['at']), 'by' => $by]);
    }

    /** @return array{label: string, says: string, level: string} */
    private function ping(): array
    {
        $last = $this->parts->pinger()->last();
        if ($last['at'] === 0) {
            $joined = $this->parts->pairing()->state() === Pairing::ACCEPTED;
            return $this->fact('PING', $this->words->say($joined ? 'NO_PING_YET' : 'NO_PING'));
        }
        $values = ['ago' => $this->ago($last['at']), 'said' => $last['said']];
        return $last['said'] === '' ? $this->fact('PING', $this->words->say('HEARD', $values), 'good')
            : $this->fact('PING', $this->words->say('UNHEARD', $values), 'bad');
    }

    private function comparison(int $live): string
    {
        $pass = Plain::json($this->parts->memory()->get('reconcile'));
        $done = is_int($pass['done'] ?? null) ? $pass['done'] : 0;
        if (($pass['phase'] ?? '') !== '') {
            return $this->words->count('COMPARING', $live);
        }
        return $done === 0 ? $this->words->say('NOT_COMPARED')
            : $this->words->say('COMPARED', ['ago' => $this->ago($done)]);
    }

    /** @return array{label: string, says: string, level: string} */
    private function fact(string $key, string $says, string $level = ''): array
    {
        return ['label' => $this->words->say("FACT_$key"), 'says' => $says, 'level' => $level];
    }

    /** @return array{level: string, code: string, name: string, says: string} */
    private function found(string $level, string $code, string $key, string $says): array
    {
        return ['level' => $level, 'code' => $code, 'name' => $this->words->say("TRIED_$key"), 'says' => $says];
    }

    private function ago(int $at): string
    {
        return $this->words->say('AGO', ['time' => $this->words->lasting(max(0, time() - $at))]);
    }
}
