<?php

declare(strict_types=1);

namespace YesWiki\Core\Controller;

use YesWiki\Bazar\Controller\EntryController;
use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Core\Service\PageManager;
use YesWiki\Core\YesWikiController;

/** Observed: the button « Supprimer » and the API end here; an entry is deleted as one, another page as a page. */
class PageController extends YesWikiController
{
    public function delete(string $tag): bool
    {
        if ($this->getService(EntryManager::class)->isEntry($tag)) {
            return $this->getService(EntryController::class)->delete($tag);
        }
        $this->getService(PageManager::class)->deleteOrphaned($tag);
        $this->wiki->LogAdministrativeAction($this->wiki->GetUserName(), 'Suppression de la page ->""' . $tag . '""');
        return true;
    }
}
