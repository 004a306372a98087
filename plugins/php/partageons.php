<?php

/**
 * Le flux OAI-PMH d'une base de données, pour le réseau Partageons vert. Ne se modifie pas : tout se règle dans
 * partageons-config.php. Sur une ligne de commande : php partageons.php check
 *
 * Licence : GPL-2.0-or-later.
 */

declare(strict_types=1);

ini_set('display_errors', '0'); // what goes wrong is for the log of the server, not for visitors

if (PHP_VERSION_ID < 70400) {
    header('HTTP/1.1 503 Service Unavailable');
    header('Content-Type: text/plain; charset=utf-8');
    exit("Ce module demande PHP 7.4 ou plus récent.\n");
}

const PARTAGEONS_VERSION = '0.1.0';

require __DIR__ . '/autoload.php';

exit(Partageons\Module\Entrance::open(__DIR__, PARTAGEONS_VERSION, PHP_SAPI === 'cli' ? array_slice($argv, 1) : null));
