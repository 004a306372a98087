<?php

declare(strict_types=1);

use Partageons\YesWiki\AdminPage;
use YesWiki\Core\Service\AclService;
use YesWiki\Core\Service\PageManager;
use YesWiki\Core\YesWikiMigration;

/** Makes the page of the administrators where there is none; `?PartageonsVert/partageons` shows the same without it. */
class PartageonsAdminPage extends YesWikiMigration
{
    public function run()
    {
        $pages = $this->getService(PageManager::class);
        if ($pages->getOne(AdminPage::TAG) !== null) {
            return;
        }
        $nav = '{{nav links="GererSite, GererDroits, GererThemes, GererUtilisateurs, GererConfig, GererMisesAJour,'
            . ' GererSauvegardes" titles="Gestion du site, Droits, Look, Utilisateurices, Fichier de conf,'
            . ' MAJ / extensions, Sauvegardes"}}';
        $pages->save(AdminPage::TAG, "$nav\n\n{{partageonsadmin}}", '', true);
        foreach (['read', 'write', 'comment'] as $privilege) {
            $this->getService(AclService::class)->save(AdminPage::TAG, $privilege, '@admins');
        }
    }
}
