<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\YesWiki\AdminPage;
use YesWiki\Core\YesWikiHandler;

/** `?PartageonsVert/partageons`: the page of the administrators, which needs no wiki page to be shown. */
class PartageonsHandler extends YesWikiHandler
{
    public function run()
    {
        if (!$this->wiki->UserIsAdmin()) {
            return $this->renderInSquelette('@partageons/admin-closed.twig');
        }
        $page = new AdminPage($this->wiki, $this->wiki->Href(AdminPage::HANDLER, AdminPage::TAG, null, false));
        return $this->renderInSquelette('@partageons/admin-page.twig', $page->data($_POST));
    }
}
