<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Bridge;
use Partageons\Core\Http;
use Partageons\Core\Memory;
use Partageons\Core\Pairing;
use Partageons\Core\Pinger;

/** « Rejoindre le réseau », and telling the bridge that something changed. */
final class Network
{
    private const WORDS = [
        Pairing::NONE => "Ce site n'a pas demandé à rejoindre le réseau : php partageons.php join https://…",
        Pairing::ASKED => 'La demande est envoyée. Le pont vient lire le flux : recommencez dans une minute.',
        Pairing::VERIFIED => 'Le pont a vérifié que la demande vient bien de ce site. Une personne va l\'accepter.',
        Pairing::REFUSED => 'La demande est refusée.',
        Pairing::ACCEPTED => 'Ce site fait partie du réseau.',
        Pairing::REVOKED => 'Ce site a fait partie du réseau ; sa clé a été retirée.',
    ];

    private Memory $memory;
    private Pairing $pairing;
    private Pinger $pinger;
    private string $feed;

    /** @param string $feed the address of ours. */
    public function __construct(Memory $memory, Http $http, string $feed)
    {
        $this->memory = $memory;
        $this->feed = $feed;
        $bridge = static fn (string $address): Bridge => new Bridge($address, $http);
        $this->pairing = new Pairing($memory, $bridge);
        $this->pinger = new Pinger($memory, $http, $this->pairing);
    }

    /** What the feed shows while a request to join is under way. */
    public function challenge(): string
    {
        return $this->pairing->challenge();
    }

    /** Asks to join, or what became of it. */
    public function join(string $address): string
    {
        $this->pairing->join($address, $this->feed);
        return $this->words();
    }

    /**
     * Tells the bridge what changed since it was last told, if it did.
     *
     * @param string $latest the newest datestamp of the change log.
     */
    public function tell(string $latest): string
    {
        if ($this->pairing->next() !== 0 && $this->pairing->next() <= time()) {
            $this->pairing->look();
        }
        $told = $this->memory->get('told');
        if ($latest !== $told) {
            $this->pinger->changed($told === '' ? $latest : $told);
            $this->memory->set('told', $latest);
        }
        if ($this->pairing->keys() === []) {
            return $this->words();
        }
        $next = $this->pinger->send();
        $last = $this->pinger->last()['said'];
        return $next === 0 ? 'Le pont sait tout ce qui a changé.' : "Le pont n'a pas pu être prévenu : $last";
    }

    /** Where it stands, in a sentence. */
    public function words(): string
    {
        return trim(self::WORDS[$this->pairing->state()] . ' ' . $this->pairing->said());
    }
}
