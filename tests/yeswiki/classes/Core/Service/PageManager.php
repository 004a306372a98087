<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

use YesWiki\Bazar\Service\EntryManager;
use YesWiki\Bazar\Service\Guard;
use YesWiki\Core\Controller\AuthController;
use YesWiki\Security\Controller\SecurityController;
use YesWiki\Wiki;

/**
 * Pages, which entries and lists are too.
 *
 * Observed: a page saved tells `page.created` or `page.updated`, whoever saves it and whatever it is, after its row is
 * written and before that of its type; a page deleted tells `page.deleted` with its tag alone, once its rows, its
 * rights and its type are gone. What is read goes through `Guard` unless rights are bypassed. `time` is the database's.
 */
class PageManager
{
    private Wiki $wiki;
    private DbService $db;
    private AclService $acls;
    private EventDispatcher $events;
    private AuthController $auth;
    private SecurityController $security;
    /** @var array<string, ?array<string, mixed>> */
    private array $known = [];
    /** @var array<string, ?string> */
    private array $owners = [];

    public function __construct(
        Wiki $wiki,
        DbService $db,
        AclService $acls,
        EventDispatcher $events,
        AuthController $auth,
        SecurityController $security
    ) {
        $this->wiki = $wiki;
        $this->db = $db;
        $this->acls = $acls;
        $this->events = $events;
        $this->auth = $auth;
        $this->security = $security;
    }

    public function getOne($tag, $time = null, $cache = true, $bypassAcls = false, ?string $userNameForCheckingACL = null): ?array
    {
        $plain = !$bypassAcls && !$time && !$userNameForCheckingACL;
        if ($plain && $cache && array_key_exists((string) $tag, $this->known)) {
            return $this->known[$tag];
        }
        $when = $time ? "time = '{$this->db->escape($time)}'" : "latest = 'Y'";
        $table = $this->db->prefixTable('pages');
        $page = $this->db->loadSingle("SELECT * FROM $table WHERE tag = '{$this->db->escape($tag)}' AND $when LIMIT 1");
        $this->cacheOwner($page);
        if ($page !== null) {
            $page['metadatas'] = $this->getMetadata($tag);
            if (!$bypassAcls && !$this->wiki->UserIsAdmin($userNameForCheckingACL) && $this->isEntry($page['tag'])) {
                $page = $this->wiki->services->get(Guard::class)->checkAcls($page, $page['tag'], $userNameForCheckingACL);
            }
        }
        if (!$bypassAcls && !$time) {
            $this->known[$tag] = $page;
        }
        return $page;
    }

    public function cacheOwner($page)
    {
        if (!empty($page['tag']) && isset($page['owner'])) {
            $this->owners[$page['tag']] = $page['owner'];
        }
    }

    public function getOwner($tag = '', $time = '')
    {
        $tag = trim((string) $tag) ?: $this->wiki->GetPageTag();
        if (!isset($this->owners[$tag])) {
            $table = $this->db->prefixTable('pages');
            $found = $this->db->loadSingle("SELECT owner FROM $table WHERE tag = '{$this->db->escape($tag)}' AND latest = 'Y'");
            $this->owners[$tag] = $found['owner'] ?? null;
        }
        return $this->owners[$tag];
    }

    public function setOwner($tag, $user)
    {
        $table = $this->db->prefixTable('pages');
        [$page, $name] = array_map([$this->db, 'escape'], [$tag, $user]);
        $this->db->query("UPDATE $table SET owner = '$name' WHERE tag = '$page' AND latest = 'Y'");
        $this->owners[$tag] = $user;
    }

    public function getMetadata($tag): ?array
    {
        $found = $this->wiki->services->get(TripleStore::class)
            ->getOne($tag, 'http://outils-reseaux.org/_vocabulary/metadata', '', '');
        return $found === null ? null : json_decode($found, true);
    }

    public function getCreateTime($pageTag)
    {
        $table = $this->db->prefixTable('pages');
        $asked = "SELECT time FROM $table WHERE tag = '{$this->db->escape($pageTag)}' ORDER BY time LIMIT 1";
        return $this->db->loadSingle($asked)['time'] ?? null;
    }

    /** @return int 0: done; 1: not allowed. */
    public function save($tag, $body, $comment_on = '', $bypass_acls = false)
    {
        if ($this->security->isWikiHibernated()) {
            throw new \Exception(_t('WIKI_IN_HIBERNATION'));
        }
        if (!$bypass_acls && !$this->acls->hasAccess($comment_on ? 'comment' : 'write', $comment_on ?: $tag)) {
            return 1;
        }
        $user = $this->auth->getLoggedUserName();
        $before = $this->getOne($tag);
        if ($before === null) {
            foreach (['write', 'read', 'comment'] as $privilege) {
                $this->acls->save($tag, $privilege, $this->acls->load($tag, $privilege, true)['list']);
            }
        }
        $owner = $before === null ? ($this->auth->getLoggedUser() ? $user : '') : $before['owner'];
        $table = $this->db->prefixTable('pages');
        [$page, $on, $his, $by, $text] = array_map([$this->db, 'escape'], [$tag, $comment_on, $owner, $user, chop($body)]);
        $this->db->query("UPDATE $table SET latest = 'N' WHERE tag = '$page'");
        $this->db->query(
            "INSERT INTO $table (tag, comment_on, time, owner, user, latest, body, body_r)"
            . " VALUES ('$page', '$on', now(), '$his', '$by', 'Y', '$text', '')"
        );
        unset($this->known[$tag]);
        $this->owners[$tag] = $owner;
        $data = ['tag' => $tag, 'body' => $body, 'comment_on' => $comment_on, 'owner' => $owner, 'user' => $user];
        $this->events->yesWikiDispatch($before === null ? 'page.created' : 'page.updated', ['id' => $tag, 'data' => $data]);
        return 0;
    }

    public function deleteOrphaned($tag)
    {
        if ($this->security->isWikiHibernated()) {
            throw new \Exception(_t('WIKI_IN_HIBERNATION'));
        }
        unset($this->owners[$tag], $this->known[$tag]);
        $page = $this->db->escape($tag);
        $this->db->query("DELETE FROM {$this->db->prefixTable('pages')} WHERE tag = '$page' OR comment_on = '$page'");
        $this->db->query("DELETE FROM {$this->db->prefixTable('acls')} WHERE page_tag = '$page'");
        $this->db->query(
            "DELETE FROM {$this->db->prefixTable('triples')} WHERE resource = '$page'"
            . " AND property = '" . TripleStore::TYPE_URI . "' AND value = '" . EntryManager::TRIPLES_ENTRY_ID . "'"
        );
        $this->events->yesWikiDispatch('page.deleted', ['id' => $tag]);
    }

    private function isEntry(string $tag): bool
    {
        return $this->wiki->services->get(EntryManager::class)->isEntry($tag);
    }
}
