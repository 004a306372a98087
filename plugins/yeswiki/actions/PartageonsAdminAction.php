<?php

declare(strict_types=1);

namespace YesWiki\Partageons;

use Partageons\YesWiki\AdminPage;
use YesWiki\Core\YesWikiAction;

/** `{{partageonsadmin}}`: what is shared, the network, a preview and how it goes. For administrators. */
class PartageonsAdminAction extends YesWikiAction
{
    public function run()
    {
        if (!$this->wiki->UserIsAdmin()) {
            return $this->render('@partageons/admin-closed.twig');
        }
        $page = new AdminPage($this->wiki, $this->wiki->Href('', '', null, false));
        return $this->render('@partageons/admin.twig', $page->data($_POST));
    }
}
