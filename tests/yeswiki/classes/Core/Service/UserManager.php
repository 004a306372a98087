<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use YesWiki\Core\Controller\AuthController;
use YesWiki\Wiki;

/** Accounts. Observed: groups are triples whose value is a list of rights; a name is looked for as it is written. */
class UserManager
{
    private Wiki $wiki;
    private DbService $db;

    public function __construct(Wiki $wiki, DbService $db)
    {
        $this->wiki = $wiki;
        $this->db = $db;
    }

    /** @return array<string, string>|null */
    public function getOneByName($name)
    {
        $table = $this->db->prefixTable('users');
        return $this->db->loadSingle("SELECT * FROM $table WHERE name = '{$this->db->escape($name)}'");
    }

    /** @return list<array<string, string>> */
    public function getAll($fields = ['name', 'email'])
    {
        return $this->db->loadAll("SELECT name, email FROM {$this->db->prefixTable('users')} ORDER BY name");
    }

    public function isInGroup(string $groupName, ?string $username = null, bool $admincheck = true, array $formerGroups = [])
    {
        $acls = $this->wiki->services->get(AclService::class);
        return $acls->check($this->wiki->GetGroupACL($groupName), $username, $admincheck, '', '', $formerGroups);
    }

    public function getLoggedUser()
    {
        return $this->wiki->services->get(AuthController::class)->getLoggedUser();
    }
}
