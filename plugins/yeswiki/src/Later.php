<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Answer;
use Partageons\Core\Background;
use Partageons\Core\Unavailable;
use YesWiki\Partageons\Service\Parts;

/** What nobody should wait for is done once the answer has left, by whichever request finds that it is due. */
final class Later
{
    /** What changes while it is being told, and what is not finished, is gone on with at once this many times. */
    private const ROUNDS = 3;

    /** Whether something is to be done at the end of this request. */
    private static bool $expected = false;

    private Parts $parts;
    private Due $due;

    public function __construct(Parts $parts, ?Due $due = null)
    {
        $this->parts = $parts;
        $this->due = $due ?? new Due(self::folder());
    }

    /**
     * At each request, before the services exist: has the end of the request do what is due.
     *
     * @param mixed $wiki
     */
    public static function look($wiki): void
    {
        // Somebody empties a form, or changes its fields: no event tells of it.
        $form = ($_SERVER['REQUEST_METHOD'] ?? '') === 'POST' && ($_REQUEST['vue'] ?? '') === 'formulaire';
        if ($form) {
            (new Due(self::folder()))->soon(time());
        }
        if ($form || Due::passed(self::folder())) {
            self::expect(static fn(): Later => $wiki->services->get(Parts::class)->later());
        }
    }

    /**
     * Something changed: the bridge is told once the answer has left, when there is one.
     *
     * @param string $since the instant before which nothing did: `YYYY-MM-DDThh:mm:ssZ`.
     * @throws Unavailable
     */
    public function changed(string $since): void
    {
        if ($this->parts->pairing()->pingAddress() !== '') {
            $this->parts->pinger()->changed($since);
            $this->soon($this->parts->pinger()->next());
        }
    }

    /**
     * There is something to do: at the end of this request.
     *
     * @param int $at seconds since 1970: not before.
     */
    public function soon(int $at = 0): void
    {
        $this->due->soon(max($at, time()));
        self::expect(fn(): Later => $this);
    }

    /** At the end of a request, nobody waits for it: the answer leaves before, or another request of ours does it. */
    public function afterwards(): void
    {
        if ($this->due->at() > time()) {
            return;
        }
        if (self::answered()) {
            $this->work();
        } elseif ($this->due->knock()) {
            Background::knock($this->parts->address('later'));
        }
    }

    /**
     * The route that asks for it: for everybody, so it says nothing, and does only what is due.
     */
    public function route(): Answer
    {
        ignore_user_abort(true); // nobody waits for the answer
        $this->work();
        return new Answer(204, ['cache-control' => 'no-store'], '');
    }

    /** Does what is due, unless another request is doing it. */
    public function work(): void
    {
        $this->due->opened();
        for ($round = 0; $round < self::ROUNDS && $this->due->at() <= time() + 1 && $this->due->take(); $round++) {
            try {
                $this->due->set(time() + Chores::WHOLE); // others do not try meanwhile
                $chores = $this->parts->chores();
                $next = $chores->run();
                $this->due->set($next);
                if ($chores->waits() && $next > $this->parts->pinger()->next()) {
                    $this->due->set(time()); // something changed after it was looked at
                }
            } finally {
                $this->due->release();
            }
        }
    }

    /**
     * At the very end: what is noted at the end of the request, by whom registered it later, is there then.
     *
     * @param callable(): Later $later
     */
    private static function expect(callable $later): void
    {
        if (self::$expected) {
            return;
        }
        self::$expected = true;
        $folder = (string) getcwd();
        $end = static function () use ($later, $folder): void {
            self::$expected = false;
            try {
                $folder !== '' && @chdir($folder); // some servers leave it before the end
                $later()->afterwards();
            } catch (\Throwable $failure) {
                error_log('partageons: ' . $failure->getMessage());
            }
        };
        register_shutdown_function(static function () use ($end): void {
            register_shutdown_function($end);
        });
    }

    /** Whether nobody waits for the end of this request: whoever runs a command does not, nor whoever has their page. */
    public static function answered(): bool
    {
        return in_array(PHP_SAPI, ['cli', 'phpdbg'], true) || Background::answered();
    }

    /** Where the wiki keeps what it can do without. */
    public static function folder(): string
    {
        return (string) getcwd() . '/cache';
    }
}
