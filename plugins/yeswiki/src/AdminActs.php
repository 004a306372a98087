<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

use Partageons\Core\Bridge;
use Partageons\Core\Licences;
use Partageons\Core\Opinion;
use Partageons\Core\Pairing;
use YesWiki\Partageons\Service\Parts;
use YesWiki\Wiki;

/** What the buttons of the administrators' page do. Who may press them, and from where, is looked at before. */
final class AdminActs
{
    /** Seconds of the first comparison after another choice. */
    private const STEP = 2.0;

    private Wiki $wiki;
    private Parts $parts;
    private ConfigFile $file;

    public function __construct(Wiki $wiki, Parts $parts, ConfigFile $file)
    {
        $this->wiki = $wiki;
        $this->parts = $parts;
        $this->file = $file;
    }

    /**
     * @param array<mixed> $sent the form, as it came.
     * @param list<string> $forms numbers of the forms of the wiki.
     * @param string $host by which the wiki was reached.
     * @return array{part: string, level: string, said: string} where to look, a level of Bootstrap's alerts, the key of
     *   a sentence; empty when what there is to see says it all.
     */
    public function done(string $act, array $sent, array $forms, string $host): array
    {
        switch ($act) {
            case 'save':
                return $this->save(self::chosen($sent, $forms, $this->parts->settings()), $sent);
            case 'join':
                return $this->join(self::text($sent, 'bridge'));
            case 'look':
                $this->parts->pairing()->look();
                return self::told('join');
            case 'leave':
                $this->parts->pairing()->leave();
                return self::told('join', 'success', 'LEFT');
            case 'trial':
                $pairing = $this->parts->pairing();
                $opinion = new Opinion($pairing, $this->parts->pinger(), $this->parts->http());
                Status::made($this->parts)->run($opinion, $host);
                return self::told('status');
            default:
                return self::told('top');
        }
    }

    /**
     * What is chosen in a form that was sent, whether it may be kept or not.
     *
     * @param array<mixed> $sent
     * @param list<string> $forms numbers of the forms of the wiki.
     */
    public static function chosen(array $sent, array $forms, Settings $before): Settings
    {
        $ticked = is_array($sent['partageons_forms'] ?? null) ? $sent['partageons_forms'] : [];
        $ticked = array_map('strval', array_filter($ticked, 'is_scalar'));
        $licence = self::text($sent, 'licence');
        $known = isset(Licences::OFFERED[$licence]) || $licence === $before->licence;
        return Settings::of([
            'partageons_forms' => implode(',', array_intersect($forms, $ticked)),
            'partageons_licence' => $known ? $licence : $before->licence,
            'partageons_email' => self::text($sent, 'email'),
            'partageons_bridge' => $before->bridge,
        ]);
    }

    /**
     * @param array<mixed> $sent
     * @return array{part: string, level: string, said: string}
     */
    private function save(Settings $chosen, array $sent): array
    {
        $before = $this->parts->settings();
        $mistaken = self::text($sent, 'email') !== '' && $chosen->email === '';
        $written = $this->write([
            'partageons_forms' => implode(',', $chosen->forms),
            'partageons_licence' => $chosen->licence,
            'partageons_email' => $mistaken ? $before->email : $chosen->email,
        ]);
        if (!$written) {
            return self::told('top', 'danger', 'UNWRITABLE');
        }
        $asIs = $this->parts->settings();
        if ($asIs->forms !== $before->forms || $asIs->licence !== $before->licence) {
            $this->parts->reconciler()->restart();
            $this->parts->comparison()->step(self::STEP);
            $this->parts->later()->soon();
            $this->parts->later()->changed(gmdate('Y-m-d\TH:i:s\Z'));
        }
        return $mistaken ? self::told('top', 'warning', 'SAVED_BUT_EMAIL') : self::told('top', 'success', 'SAVED');
    }

    /** @return array{part: string, level: string, said: string} */
    private function join(string $typed): array
    {
        $address = Bridge::home($typed);
        if ($address === '') {
            return self::told('join', 'danger', 'NO_ADDRESS');
        }
        if ($this->parts->settings()->forms === []) {
            return self::told('join', 'danger', 'NO_FORM');
        }
        if ($address !== $this->parts->settings()->bridge && !$this->write(['partageons_bridge' => $address])) {
            return self::told('join', 'danger', 'UNWRITABLE');
        }
        $state = $this->parts->pairing()->join($address, $this->parts->address('oai'));
        if ($state === Pairing::ASKED || $state === Pairing::VERIFIED) {
            $this->parts->later()->soon(); // it asks again, whoever comes by
        }
        return self::told('join');
    }

    /** @param array<string, string> $values parameters of the wiki. */
    private function write(array $values): bool
    {
        if (!$this->file->write($values)) {
            return false;
        }
        foreach ($values as $name => $value) {
            $this->wiki->config[$name] = $value;
        }
        $this->parts->forget();
        return true;
    }

    /** @param array<mixed> $sent */
    private static function text(array $sent, string $name): string
    {
        $text = $sent["partageons_$name"] ?? '';
        return is_string($text) ? trim($text) : '';
    }

    /** @return array{part: string, level: string, said: string} */
    private static function told(string $part, string $level = '', string $said = ''): array
    {
        return ['part' => $part, 'level' => $level, 'said' => $said];
    }
}
