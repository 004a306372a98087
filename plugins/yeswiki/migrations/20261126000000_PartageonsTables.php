<?php

declare(strict_types=1);

use YesWiki\Core\YesWikiMigration;
use YesWiki\Partageons\Service\Parts;

/** The log of what changed and what is gone, and what the extension keeps between two requests. */
class PartageonsTables extends YesWikiMigration
{
    public function run(): void
    {
        $parts = $this->getService(Parts::class);
        $parts->log();
        $parts->kept();
    }
}
