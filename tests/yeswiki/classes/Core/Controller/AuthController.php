<?php

declare(strict_types=1);

namespace YesWiki\Core\Controller;

use YesWiki\Core\Service\UserManager;
use YesWiki\Core\YesWikiController;
use YesWiki\Wiki;

/** Who is logged in. Observed: the session knows; without one, the name is the address of the visitor. */
class AuthController extends YesWikiController
{
    public function __construct(Wiki $wiki)
    {
        $this->wiki = $wiki;
    }

    /** @param array<string, mixed>|\ArrayAccess<string, mixed> $user */
    public function login($user, $remember = 0)
    {
        $_SESSION['user'] = ['name' => $user['name']];
    }

    public function logout()
    {
        unset($_SESSION['user']);
    }

    public function getLoggedUser()
    {
        return $_SESSION['user'] ?? '';
    }

    public function getLoggedUserName(): string
    {
        return $_SESSION['user']['name'] ?? $_SERVER['REMOTE_ADDR'] ?? '127.0.0.1';
    }

    public function checkPassword(string $plainTextPassword, $user)
    {
        return hash_equals($user['password'], md5($plainTextPassword));
    }

    /** The user of this name and this password, logged in; else nothing happens. */
    public function connect(string $name, string $password): bool
    {
        $user = $this->getService(UserManager::class)->getOneByName($name);
        if ($user === null || !$this->checkPassword($password, $user)) {
            return false;
        }
        $this->login($user);
        return true;
    }
}
