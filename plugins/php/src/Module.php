<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\Answer;
use Partageons\Core\ChangeLog;
use Partageons\Core\Door;
use Partageons\Core\Identity;
use Partageons\Core\Oai;
use Partageons\Core\Reconciler;
use Partageons\Core\Unavailable;
use Partageons\Core\WebHttp;

/** The parts of the module put together: a configuration becomes a feed. */
final class Module
{
    /** Seconds that the comparison with the table may take during a visit; longer when there is nothing to show yet. */
    private const COMPARING = 3.0;
    private const FIRST = 15.0;
    private const ALONE = 600.0;

    private Config $config;
    private string $version;

    public function __construct(Config $config, string $version)
    {
        $this->config = $config;
        $this->version = $version;
    }

    /** Where the configuration is: the environment's `PARTAGEONS_CONFIG`, else outside the site, else beside. */
    public static function configuration(string $folder): string
    {
        $told = (string) getenv('PARTAGEONS_CONFIG');
        $outside = dirname($folder) . '/partageons-config.php';
        return $told !== '' ? $told : (is_file($outside) ? $outside : $folder . '/partageons-config.php');
    }

    /** The answer to a visitor of the feed. */
    public function answer(string $method, string $query, string $body, string $contentType, string $visitor): Answer
    {
        $oai = function () use ($visitor): Oai {
            $memory = new StateMemory(new StateFile($this->config->state));
            $secret = self::secret($memory);
            if ((new Pace($this->config->state . '.pace', $this->config->rate, $secret))->exceeds($visitor)) {
                throw new Unavailable('Trop de demandes en une minute.');
            }
            return $this->oai($secret);
        };
        return (new Door($oai, []))->answer($method, $query, $body, $contentType);
    }

    /**
     * Asks a bridge to join its network, or what became of that; tells where it stands.
     *
     * @throws Unavailable
     */
    public function join(string $address): string
    {
        return $this->network(new StateMemory($this->ours()))->join($address);
    }

    /**
     * Compares with the table, and tells the bridge if something changed: what a scheduled task does.
     *
     * @throws Unavailable
     */
    public function tell(): string
    {
        $state = $this->ours();
        $log = $this->compared($this->site(), $state, self::ALONE);
        return $this->network(new StateMemory($state))->tell($log->latest());
    }

    /** Where joining the network stands; empty while nothing was ever kept. */
    public function standing(): string
    {
        return is_file($this->config->state)
            ? $this->network(new StateMemory(new StateFile($this->config->state)))->words() : '';
    }

    /**
     * The state file, for a command: one that the web server made, and that it can go on writing.
     *
     * @throws Unavailable
     */
    private function ours(): StateFile
    {
        $file = $this->config->state;
        if (!is_file($file)) {
            throw new Unavailable("ouvrez d'abord {$this->config->address} dans un navigateur.");
        }
        if (function_exists('posix_geteuid') && posix_geteuid() !== fileowner($file)) {
            throw new Unavailable('lancez cette commande sous le compte du serveur web.');
        }
        return new StateFile($file);
    }

    /** @throws Unavailable */
    private function oai(string $secret): Oai
    {
        $state = new StateFile($this->config->state);
        $site = $this->site();
        $log = $this->compared($site, $state, 0.0);
        return new Oai($site, $log, $this->identity(new StateMemory($state)), $secret);
    }

    /** @throws Unavailable */
    private function site(): TableSite
    {
        return new TableSite($this->config, new Rows($this->config, new Database($this->config)));
    }

    /**
     * The change log, brought up to date when that is due.
     *
     * @param float $seconds that this may take; 0: what a visitor may wait, and only when it is due.
     * @throws Unavailable
     */
    private function compared(TableSite $site, StateFile $state, float $seconds): ChangeLog
    {
        $memory = new StateMemory($state);
        $log = new ChangeLog($state, 'changes');
        if ($state->rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = 'changes'") === []) {
            $log->create();
        }
        $reconciler = new Reconciler($site, $log, $memory);
        $filled = $memory->get('filled') !== '';
        $now = $this->config->fingerprint();
        $other = $memory->get('configuration') !== $now;
        if ($other || $seconds > 0.0 || $reconciler->due($this->config->refresh)) {
            $state->alone(function () use ($reconciler, $memory, $now, $seconds, &$filled): void {
                if ($memory->get('configuration') !== $now) {
                    $reconciler->restart();
                    $memory->set('configuration', $now);
                }
                if ($reconciler->step($seconds ?: ($filled ? self::COMPARING : self::FIRST))) {
                    $filled = true;
                    $memory->set('filled', '1');
                }
            });
        }
        if (!$filled) {
            throw new Unavailable("La première lecture de la table n'est pas finie.");
        }
        return $log;
    }

    private function identity(StateMemory $memory): Identity
    {
        $config = $this->config;
        $identity = new Identity(
            $config->name,
            $config->address,
            $config->email,
            $config->node(),
            $this->version,
            $config->path()
        );
        $identity->challenge = $this->network($memory)->challenge();
        return $identity;
    }

    private function network(StateMemory $memory): Network
    {
        return new Network($memory, new WebHttp(), $this->config->address);
    }

    /** @throws Unavailable */
    private static function secret(StateMemory $memory): string
    {
        $secret = $memory->get('secret');
        if ($secret === '') {
            $secret = bin2hex(random_bytes(32));
            $memory->set('secret', $secret);
        }
        return $secret;
    }
}
