<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use Symfony\Component\DependencyInjection\ParameterBag\ParameterBagInterface;
use YesWiki\Core\Controller\AuthController;
use YesWiki\Wiki;

/**
 * Who may do what.
 *
 * Observed: a list of lines, of which one that says yes is enough: `*` all, `+` who has an account, `%` the owner,
 * `@group`, a name; `!` turns a line round, so that `!@admins` says yes to a stranger. An empty name, and none, are
 * those of whoever is logged in, and the owner is always looked for among them: to ask as a visitor, a name that
 * nobody has must be given, or nobody be logged in. Administrators may all unless told otherwise. A page without a
 * list of its own has the wiki's.
 */
class AclService
{
    private Wiki $wiki;
    private DbService $db;
    private ParameterBagInterface $params;
    private AuthController $auth;
    /** @var array<string, array<string, array<string, string>>> */
    private array $known = [];

    public function __construct(Wiki $wiki, DbService $db, ParameterBagInterface $params, AuthController $auth)
    {
        $this->wiki = $wiki;
        $this->db = $db;
        $this->params = $params;
        $this->auth = $auth;
    }

    public function load($tag, $privilege, $useDefaults = true): ?array
    {
        if ($useDefaults && isset($this->known[$tag][$privilege])) {
            return $this->known[$tag][$privilege];
        }
        $this->known[$tag] = [];
        foreach ($useDefaults ? ['read', 'write', 'comment'] : [] as $each) {
            $list = $this->params->get("default_{$each}_acl");
            $this->known[$tag][$each] = ['page_tag' => $tag, 'privilege' => $each, 'list' => $list];
        }
        $asked = "SELECT * FROM {$this->db->prefixTable('acls')} WHERE page_tag = '{$this->db->escape($tag)}'";
        foreach ($this->db->loadAll($asked) as $row) {
            $this->known[$tag][$row['privilege']] = $row;
        }
        return $this->known[$tag][$privilege] ?? null;
    }

    public function save($tag, $privilege, $list, $appendAcl = false)
    {
        $list = trim((string) preg_replace('/\s*,\s*/', "\n", str_replace("\r", '', (string) $list)));
        $before = $this->load($tag, $privilege, false);
        if ($before !== null && $appendAcl) {
            $list = "{$before['list']}\n$list";
        }
        $table = $this->db->prefixTable('acls');
        [$page, $right, $kept] = array_map([$this->db, 'escape'], [$tag, $privilege, $list]);
        $this->db->query("REPLACE INTO $table (page_tag, privilege, list) VALUES ('$page', '$right', '$kept')");
        $this->known[$tag][$privilege] = ['page_tag' => $tag, 'privilege' => $privilege, 'list' => $list];
    }

    public function delete($tag, $privileges = ['read', 'write', 'comment'])
    {
        foreach ((array) $privileges as $privilege) {
            [$page, $right] = array_map([$this->db, 'escape'], [$tag, $privilege]);
            $table = $this->db->prefixTable('acls');
            $this->db->query("DELETE FROM $table WHERE page_tag = '$page' AND privilege = '$right'");
        }
        unset($this->known[$tag]);
    }

    public function hasAccess($privilege, $tag = '', $user = '')
    {
        $tag = trim((string) $tag) ?: $this->wiki->GetPageTag();
        $user = $user ?: ($this->auth->getLoggedUser()['name'] ?? '');
        $list = $this->load($tag, $privilege)['list'] ?? null;
        if ($list === null || $list === 'comments-closed' || ($list === '*' && $privilege === 'comment' && !$user)) {
            return false;
        }
        return $this->wiki->UserIsOwner($tag) || $this->check($list, $user);
    }

    public function check($acl, $user = null, $adminCheck = true, $tag = '', $mode = '', $formerGroups = [])
    {
        $name = $user ?: ($this->auth->getLoggedUser()['name'] ?? null) ?: null;
        if ($adminCheck && $name !== null && $this->wiki->UserIsAdmin($name)) {
            return true;
        }
        $acl = str_replace(["\r\n", "\r"], "\n", is_string($acl) ? trim($acl) : '');
        foreach (explode("\n", $acl) as $line) {
            $line = trim($line);
            $wanted = strncmp($line, '!', 1) !== 0;
            $line = $wanted ? $line : substr($line, 1);
            // A name « 0 » is no name, and a space after `!` makes a name of what follows.
            if (!empty($line) && $line[0] !== '#' && $this->said($line, $wanted, $name, $tag, $mode, $formerGroups)) {
                return true;
            }
        }
        return false;
    }

    /** A condition of a query on `pages`: what whoever is logged in may read. */
    public function updateRequestWithACL(): string
    {
        $user = $this->auth->getLoggedUser();
        $names = ['*'];
        if ($user) {
            array_push($names, '+', $user['name']);
            foreach ($this->wiki->GetGroupsList() as $group) {
                if ($this->wiki->UserIsInGroup($group, $user['name'], true)) {
                    $names[] = "@$group";
                }
            }
        }
        $names = array_map([$this->db, 'escape'], $names);
        $yes = implode(' OR ', array_map(static fn (string $name): string => "list LIKE '%$name%'", $names));
        $no = implode(' AND ', array_map(static fn (string $name): string => "list NOT LIKE '%!$name%'", $names));
        $acls = $this->db->prefixTable('acls');
        $among = "tag IN (SELECT page_tag FROM $acls WHERE privilege = 'read' AND ($yes) AND $no)";
        if ($user) {
            $own = "SELECT page_tag FROM $acls WHERE privilege = 'read' AND list LIKE '%|%%' ESCAPE '|'";
            $among .= " OR (owner = '{$this->db->escape($user['name'])}' AND tag IN ($own))";
        }
        $default = $this->check($this->params->get('default_read_acl'));
        $without = $default ? "tag NOT IN (SELECT page_tag FROM $acls WHERE privilege = 'read') OR " : '';
        return " AND ($without$among)";
    }

    private function said(string $line, bool $wanted, ?string $name, $tag, $mode, array $groups): bool
    {
        switch ($line[0]) {
            case '*':
                return $wanted;
            case '+':
                $found = $name !== null && $this->users()->getOneByName($name) !== null;
                break;
            case '%':
                if ($mode !== 'creation' && $tag == '') {
                    return false;
                }
                $found = $mode === 'creation' || $this->wiki->UserIsOwner($tag);
                break;
            case '@':
                $group = substr($line, 1);
                if (empty($group) || in_array($group, $groups, true)) {
                    return false;
                }
                $found = $name !== null && $this->users()->isInGroup($group, $name, false, [...$groups, $group]);
                break;
            default:
                $found = $name !== null && $line == $name;
        }
        return $found === $wanted;
    }

    private function users(): UserManager
    {
        return $this->wiki->services->get(UserManager::class);
    }
}
