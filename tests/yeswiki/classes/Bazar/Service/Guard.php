<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Service;

use YesWiki\Bazar\Field\BazarField;
use YesWiki\Core\Controller\AuthController;
use YesWiki\Wiki;

/** Observed: what one may not read of an entry is empty in it; its owner and administrators read everything. */
class Guard
{
    private Wiki $wiki;
    private FormManager $forms;
    private AuthController $auth;

    public function __construct(Wiki $wiki, FormManager $forms, AuthController $auth)
    {
        $this->wiki = $wiki;
        $this->forms = $forms;
        $this->auth = $auth;
    }

    public function checkAcls($page, $tag, ?string $userNameForCheckingACL = null)
    {
        $name = $userNameForCheckingACL ?: ($this->auth->getLoggedUser() ? $this->auth->getLoggedUserName() : null);
        if ($this->wiki->UserIsAdmin($userNameForCheckingACL) || ($name !== null && $page['owner'] === $name)) {
            return $page;
        }
        $entry = json_decode($page['body'] ?? '', true);
        $form = $entry ? $this->forms->getOne($entry['id_typeannonce']) : null;
        $hidden = false;
        foreach ($form['prepared'] ?? [] as $field) {
            if ($field instanceof BazarField && !$field->canRead(['id_fiche' => $tag], $userNameForCheckingACL)) {
                $entry[$field->getPropertyName()] = '';
                $hidden = true;
            }
        }
        if ($hidden) {
            $page['body'] = json_encode($entry);
        }
        return $page;
    }

    public function isAllowed($action = 'saisie_fiche', $ownerId = ''): bool
    {
        $owner = $ownerId === '' || $ownerId === $this->auth->getLoggedUserName();
        $each = ['saisie_fiche' => true, 'modif_fiche' => true, 'voir_champ' => $owner, 'supp_fiche' => $ownerId !== '' && $owner];
        return $this->wiki->UserIsAdmin() || ($each[$action] ?? false);
    }
}
