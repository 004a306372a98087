<?php

/**
 * Read at every request, before the services exist: loads the classes of the extension and of the core when they are
 * first used.
 *
 * @license AGPL-3.0-or-later
 */

declare(strict_types=1);

if (!defined('WIKINI_VERSION')) {
    exit('accès direct interdit');
}

// In the zip the core is in the extension; in the sources it is beside it.
require_once is_file(__DIR__ . '/core/autoload.php')
    ? __DIR__ . '/core/autoload.php' : dirname(__DIR__) . '/core/autoload.php';

spl_autoload_register(
    static function (string $class): void {
        if (strncmp($class, 'Partageons\\YesWiki\\', 19) === 0) {
            $file = __DIR__ . '/src/' . str_replace('\\', '/', substr($class, 19)) . '.php';
            if (is_file($file)) {
                require $file;
            }
        }
    }
);

// A client may have written the address of the feed in its own way.
if (isset($wiki) && preg_match('~partageons(?:/|%2F)oai|[?&]verb=~i', (string) ($_SERVER['REQUEST_URI'] ?? '')) === 1) {
    \Partageons\YesWiki\Entrance::lead($wiki, $_SERVER);
}

// What is due is done at the end of this request, once the answer has left.
if (isset($wiki)) {
    \Partageons\YesWiki\Later::look($wiki);
}
