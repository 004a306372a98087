<?php
// SPIP without a page: its functions, for what a test wants to change.
chdir(getenv('SITE_FOLDER'));
require 'vendor/autoload.php';
require 'ecrire/inc_version.php';
include_spip('base/abstract_sql');
include_spip('inc/meta');
include_spip('inc/rubriques');

function forget(): void {
    calculer_rubriques();
    exec('rm -rf ' . escapeshellarg(getenv('SITE_FOLDER') . '/tmp/cache'));
    ecrire_meta('derniere_modif', (string) time());
}
