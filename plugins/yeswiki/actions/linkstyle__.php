<?php

/**
 * After an action that every theme calls in the head of its pages: names the feed there, so that the wiki's address is
 * enough to find it.
 *
 * @license AGPL-3.0-or-later
 */

declare(strict_types=1);

use YesWiki\Partageons\Service\Parts;

if (!defined('WIKINI_VERSION')) {
    exit('accès direct interdit');
}

$parts = $this->services->get(Parts::class);
if ($parts->settings()->forms !== []) {
    printf(
        '  <link rel="alternate" type="text/xml" title="OAI-PMH" href="%s" />' . "\n",
        htmlspecialchars($parts->address('oai'), ENT_QUOTES, 'UTF-8')
    );
}
