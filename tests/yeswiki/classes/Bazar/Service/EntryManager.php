<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Service;

use YesWiki\Bazar\Field\BazarField;
use YesWiki\Bazar\Field\TitleField;
use YesWiki\Core\Controller\AuthController;
use YesWiki\Core\Service\AclService;
use YesWiki\Core\Service\DbService;
use YesWiki\Core\Service\PageManager;
use YesWiki\Core\Service\TripleStore;
use YesWiki\Wiki;

/**
 * Entries: pages whose body is JSON, with a triple that says so.
 *
 * Observed: nothing here tells `entry.*`; what is told is what `PageManager` tells. `create` with an `id_fiche` that
 * exists writes over it, whoever owns it; a title given twice makes two entries. `date_maj_fiche` is PHP's time,
 * `date_creation_fiche` too for a new entry and the database's afterwards, neither with a zone. `delete` erases rows
 * and triples, then writes a line in the journal, which is a page. `search` asks the database for a piece of JSON.
 */
class EntryManager
{
    public const TRIPLES_ENTRY_ID = 'fiche_bazar';

    private Wiki $wiki;
    private PageManager $pages;
    private TripleStore $triples;
    private AclService $acls;
    private DbService $db;
    private AuthController $auth;

    public function __construct(
        Wiki $wiki,
        PageManager $pages,
        TripleStore $triples,
        AclService $acls,
        DbService $db,
        AuthController $auth
    ) {
        $this->wiki = $wiki;
        $this->pages = $pages;
        $this->triples = $triples;
        $this->acls = $acls;
        $this->db = $db;
        $this->auth = $auth;
    }

    public function isEntry($tag): bool
    {
        return $this->triples->exist($tag, TripleStore::TYPE_URI, self::TRIPLES_ENTRY_ID, '', '') !== null;
    }

    public function getAllEntriesTags(): array
    {
        $found = $this->triples->getMatching(null, TripleStore::TYPE_URI, self::TRIPLES_ENTRY_ID);
        return array_column($found, 'resource');
    }

    public function getOne($tag, $semantic = false, $time = null, $cache = true, $bypassAcls = false, ?string $userNameForCheckingACL = null): ?array
    {
        if (!$this->isEntry($tag)) {
            return null;
        }
        return $this->data($this->pages->getOne($tag, $time ?: null, $cache, $bypassAcls, $userNameForCheckingACL));
    }

    /** @return array<string, array<string, mixed>> by tag */
    public function search($params = [], bool $filterOnReadACL = false, bool $useGuard = false): array
    {
        $triples = $this->db->prefixTable('triples');
        $entries = "SELECT resource FROM $triples WHERE value = 'fiche_bazar' AND property = '" . TripleStore::TYPE_URI . "'";
        $sql = "SELECT * FROM {$this->db->prefixTable('pages')} WHERE latest = 'Y' AND comment_on = '' AND tag IN ($entries)";
        $forms = array_filter((array) ($params['formsIds'] ?? []), 'is_scalar');
        if ($forms !== []) {
            $pieces = array_map(fn ($id): string => "body LIKE '%\"id_typeannonce\":\"{$this->db->escape($id)}\"%'", $forms);
            $sql .= ' AND (' . implode(' OR ', $pieces) . ')';
        }
        foreach (['minDate' => 'time >=', 'user' => 'owner ='] as $name => $condition) {
            $sql .= empty($params[$name]) ? '' : " AND $condition '{$this->db->escape($params[$name])}'";
        }
        if ($filterOnReadACL && !$this->wiki->UserIsAdmin()) {
            $sql .= $this->acls->updateRequestWithACL();
        }
        $found = [];
        foreach ($this->db->loadAll($sql) as $page) {
            $this->pages->cacheOwner($page);
            if ($useGuard && !$this->wiki->UserIsAdmin()) {
                $page = $this->wiki->services->get(Guard::class)->checkAcls($page, $page['tag']);
            }
            $entry = $this->data($page);
            if ($this->matches($entry, (array) ($params['queries'] ?? []))) {
                $found[$entry['id_fiche']] = $entry;
            }
        }
        return $found;
    }

    public function create($formId, $data, $semantic = false, $sourceUrl = null)
    {
        $data['id_typeannonce'] = (string) $formId;
        $this->validate($data);
        $data = $this->formatDataBeforeSave($data, true);
        unset($data['sendmail']);
        if ($this->pages->save($data['id_fiche'], json_encode($data), '', true) === 0) {
            $this->triples->create($data['id_fiche'], TripleStore::TYPE_URI, self::TRIPLES_ENTRY_ID, '', '');
        }
        if ($sourceUrl) {
            $this->triples->create($data['id_fiche'], TripleStore::SOURCE_URL_URI, $sourceUrl, '', '');
        }
        return $data;
    }

    public function update($tag, $data, $semantic = false, $replace = false)
    {
        if (!$this->acls->hasAccess('write', $tag)) {
            throw new \Exception(_t('BAZ_ERROR_EDIT_UNAUTHORIZED'));
        }
        $before = $this->getOne($tag, false, null, false, true);
        $data = ['id_fiche' => $tag, 'id_typeannonce' => $before['id_typeannonce']] + $data;
        foreach ($this->form($data)['prepared'] as $field) {
            $name = $field->getPropertyName();
            if (empty($name)) {
                continue;
            }
            if (!$field->canEdit($data, false)) {
                unset($data[$name]);
            }
            if (!isset($data[$name]) && isset($before[$name]) && (!$replace || !$field->canEdit($data, false))) {
                $data[$name] = $before[$name];
            }
        }
        $this->validate($data);
        $data = $this->formatDataBeforeSave($data, false);
        unset($data['sendmail']);
        $this->pages->save($tag, json_encode($data), '');
        return $data;
    }

    public function delete($tag, bool $forceEvenIfNotOwner = false)
    {
        if (!$forceEvenIfNotOwner && !$this->wiki->UserIsAdmin() && !$this->wiki->UserIsOwner($tag)) {
            throw new \Exception(_t('DELETEPAGE_NOT_DELETED'));
        }
        if (empty($this->getOne($tag, false, null, true, $forceEvenIfNotOwner))) {
            throw new \Exception("Not existing entry : $tag");
        }
        $this->pages->deleteOrphaned($tag);
        $this->triples->delete($tag, TripleStore::TYPE_URI, null, '', '');
        $this->triples->delete($tag, TripleStore::SOURCE_URL_URI, null, '', '');
        $this->wiki->LogAdministrativeAction($this->auth->getLoggedUserName(), 'Suppression de la page ->""' . $tag . '""');
    }

    /** @throws \Exception */
    public function validate($data)
    {
        if (empty($data['antispam']) || !isset($data['bf_titre'], $data['id_typeannonce'])) {
            throw new \Exception(_t('BAZ_FICHE_NON_SAUVEE_PAS_DE_TITRE'));
        }
    }

    public function decode($body)
    {
        return json_decode($body, true);
    }

    public function formatDataBeforeSave($data, bool $isCreation = false)
    {
        $form = $this->form($data);
        foreach ($form['prepared'] as $field) {
            if ($field instanceof TitleField) {
                $data = array_merge($data, $field->formatValuesBeforeSaveIfEditable($data, $isCreation));
            }
        }
        $data['id_fiche'] = $data['id_fiche'] ?? genere_nom_wiki($data['bf_titre']);
        if ($data['id_fiche'] === '') {
            throw new \Exception('id_fiche is empty');
        }
        $table = $this->db->prefixTable('pages');
        $first = $this->db->loadSingle("SELECT MIN(time) AS first FROM $table WHERE tag = '{$this->db->escape($data['id_fiche'])}'");
        $data['date_creation_fiche'] = $first['first'] ?? date('Y-m-d H:i:s');
        $data['statut_fiche'] = '1';
        foreach ($form['prepared'] as $field) {
            $given = $field instanceof BazarField ? $field->formatValuesBeforeSaveIfEditable($data, $isCreation) : [];
            $data = array_merge(array_diff_key($data, array_flip($given['fields-to-remove'] ?? [])), $given);
            unset($data['fields-to-remove']);
        }
        $data['date_maj_fiche'] = date('Y-m-d H:i:s');
        $hidden = ['valider', 'MAX_FILE_SIZE', 'antispam', 'html_data', 'url', 'incomingurl', 'owner', 'user'];
        return array_diff_key($data, array_flip($hidden));
    }

    /** @return array<string, mixed> */
    private function form(array $data): array
    {
        $form = $this->wiki->services->get(FormManager::class)->getOne($data['id_typeannonce']);
        if ($form === null) {
            throw new \Exception(_t('BAZ_NO_FORMS_FOUND'));
        }
        return $form;
    }

    /** @return array<string, mixed> */
    private function data(?array $page): array
    {
        $data = $this->decode($page['body'] ?? '');
        if (!is_array($data)) {
            return [];
        }
        $data += ['id_fiche' => $page['tag']];
        $data['user'] = $page['user'] ?? null;
        $data['owner'] = $page['owner'] ?? null;
        $data['html_data'] = '';
        return $data + ['url' => $this->wiki->Href('', $data['id_fiche'])];
    }

    /** @param array<string, string> $queries name (with `!` for not) => values between commas; empty: has none. */
    private function matches(array $entry, array $queries): bool
    {
        foreach ($queries as $name => $asked) {
            $wanted = substr((string) $name, -1) !== '!';
            $held = $entry[rtrim((string) $name, '!')] ?? '';
            $held = is_string($held) ? explode(',', $held) : [];
            $found = in_array($asked, ['', null], true) ? implode('', $held) === ''
                : array_intersect(explode(',', $asked), $held) !== [];
            if ($found !== $wanted) {
                return false;
            }
        }
        return true;
    }
}
