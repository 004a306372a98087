<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\YesWiki\Offer;
use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Core\YesWikiHandler;

/** Before an entry is edited: « Existe déjà ailleurs ? » under its title, if its form is shared. */
class __EditHandler extends YesWikiHandler
{
    public function run()
    {
        $tag = $this->wiki->GetPageTag();
        $entries = $this->getService(EntryManager::class);
        if ($entries->isEntry($tag) && $this->wiki->HasAccess('write')) {
            Offer::on($this->wiki, (string) ($entries->getOne($tag)['id_typeannonce'] ?? ''));
        }
    }
}
