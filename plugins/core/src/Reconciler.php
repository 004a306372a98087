<?php

declare(strict_types=1);

namespace Partageons\Core;

/**
 * Compares the change log with what the site shares: imports and restored databases change a site behind its hooks.
 *
 * A pass walks all that is shared (the first one fills the log), then all that the log believes shared. It is made in
 * steps, each going on from where the last one was, whoever makes it and whatever stopped it.
 */
final class Reconciler
{
    private const BATCH = 500;
    private const MEMORY = 'reconcile';

    private Site $site;
    private ChangeLog $log;
    private Memory $memory;
    /** @var callable(): int */
    private $clock;

    /** @param (callable(): int)|null $clock seconds since 1970. */
    public function __construct(Site $site, ChangeLog $log, Memory $memory, ?callable $clock = null)
    {
        $this->site = $site;
        $this->log = $log;
        $this->memory = $memory;
        $this->clock = $clock ?? 'time';
    }

    /**
     * Goes on with the pass under way, or begins one. At least one batch is done.
     *
     * @param float $seconds how long it may take: no batch is begun later.
     * @return bool whether the pass is finished.
     * @throws Unavailable
     */
    public function step(float $seconds): bool
    {
        $end = microtime(true) + $seconds;
        $at = $this->at();
        do {
            $found = $at['phase'] === 'log' ? $this->log->live($at['after'], self::BATCH)
                : $this->site->ids($at['after'], self::BATCH);
            $found = array_map('strval', $found);
            if ($found !== [] && $this->log->note($found, $this->site->states($found)) !== []) {
                $at['changed'] = true;
            }
            $last = $found === [] ? '' : $found[count($found) - 1];
            if (count($found) >= self::BATCH && $last !== $at['after']) {
                $at['after'] = $last;
            } elseif ($at['phase'] === 'site') {
                $at['phase'] = 'log';
                $at['after'] = '';
            } else {
                $at = ['phase' => '', 'after' => '', 'changed' => $at['changed'], 'done' => ($this->clock)()];
            }
            $this->memory->set(self::MEMORY, (string) json_encode($at));
        } while ($at['phase'] !== '' && microtime(true) < $end);
        return $at['phase'] === '';
    }

    /** Whether a pass is under way, or the last one ended at least this long ago. */
    public function due(int $seconds): bool
    {
        $at = $this->read();
        $ago = ($this->clock)() - $at['done'];
        return $at['phase'] !== '' || $ago >= $seconds || $ago < 0;
    }

    /** Begins a pass anew: other things may be shared from now on. */
    public function restart(): void
    {
        $this->memory->set(
            self::MEMORY,
            (string) json_encode(['phase' => 'site', 'after' => '', 'changed' => false, 'done' => 0])
        );
    }

    /** Whether the last pass found something that changed; the one under way, if there is one. */
    public function changed(): bool
    {
        return $this->read()['changed'];
    }

    /** @return array{phase: string, after: string, changed: bool, done: int} where to go on from */
    private function at(): array
    {
        $at = $this->read();
        return $at['phase'] !== '' ? $at : ['phase' => 'site', 'after' => '', 'changed' => false] + $at;
    }

    /** @return array{phase: string, after: string, changed: bool, done: int} `phase` empty: none is under way */
    private function read(): array
    {
        $kept = json_decode($this->memory->get(self::MEMORY), true);
        $kept = is_array($kept) ? $kept : [];
        $phase = $kept['phase'] ?? '';
        return [
            'phase' => in_array($phase, ['site', 'log'], true) ? $phase : '',
            'after' => (string) ($kept['after'] ?? ''),
            'changed' => (bool) ($kept['changed'] ?? false),
            'done' => (int) ($kept['done'] ?? 0),
        ];
    }
}
