<?php

/** Runs code in a wiki, as another extension or a person with a database would: `php code.php FOLDER < code`. */

declare(strict_types=1);

chdir($argv[1]);
require __DIR__ . '/load.php';

$_SERVER += ['REQUEST_URI' => '/', 'REMOTE_ADDR' => '127.0.0.1'];
$_SESSION = [];
include 'wakka.config.php';
/** @var array<string, mixed> $wakkaConfig */
$wiki = new YesWiki\Wiki($wakkaConfig, 'PagePrincipale', 'show');
if (($argv[2] ?? '') !== '') {
    $_SESSION['user'] = ['name' => $argv[2]];
}
eval((string) stream_get_contents(STDIN));
