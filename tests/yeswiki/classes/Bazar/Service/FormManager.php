<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Service;

use YesWiki\Bazar\Field\BazarField;
use YesWiki\Bazar\Field\Kinds;
use YesWiki\Core\Service\DbService;
use YesWiki\Core\Service\TripleStore;
use YesWiki\Wiki;

/**
 * Forms: a line a field, `***` between its sixteen parts.
 *
 * Observed: a form that does not exist is null; what is read is remembered until the end of the request, even when the
 * form is changed by another class; emptying or deleting a form is SQL alone: nobody is told, and the triples
 * `sourceUrl` of its entries stay.
 */
class FormManager
{
    private Wiki $wiki;
    private DbService $db;
    /** @var array<string, array<string, mixed>> */
    private array $known = [];

    public function __construct(Wiki $wiki, DbService $db)
    {
        $this->wiki = $wiki;
        $this->db = $db;
    }

    public function getOne($formId): ?array
    {
        if (!isset($this->known[$formId])) {
            $table = $this->db->prefixTable('nature');
            $form = $this->db->loadSingle("SELECT * FROM $table WHERE bn_id_nature = '{$this->db->escape($formId)}'");
            if ($form === null) {
                return null;
            }
            $this->known[$formId] = $this->getFromRawData($form);
        }
        if (!empty($this->wiki->config['stand_in_warnings'])) {
            echo "<br />\n<b>Warning</b>:  Undefined array key \"of the wiki\" in <b>FormManager.php</b><br />\n";
        }
        return $this->known[$formId];
    }

    public function getFromRawData($form)
    {
        $form['template'] = $this->parseTemplate($form['bn_template']);
        $form['prepared'] = $this->prepareData($form);
        return $form;
    }

    public function getAll(): array
    {
        $found = [];
        foreach ($this->db->loadAll("SELECT bn_id_nature FROM {$this->db->prefixTable('nature')} ORDER BY bn_label_nature") as $row) {
            $found[$row['bn_id_nature']] = $this->getOne($row['bn_id_nature']);
        }
        return $found;
    }

    public function getMany($formsIds): array
    {
        return array_combine($formsIds, array_map([$this, 'getOne'], $formsIds));
    }

    public function create($data)
    {
        $id = $data['bn_id_nature'] ?? '';
        if ($id === '' || $this->getOne($id) !== null) {
            $id = (int) $this->db->loadSingle("SELECT MAX(bn_id_nature) AS last FROM {$this->db->prefixTable('nature')}")['last'] + 1;
        }
        [$label, $template] = array_map([$this->db, 'escape'], [$data['bn_label_nature'], $data['bn_template']]);
        $table = $this->db->prefixTable('nature');
        return $this->db->query(
            "INSERT INTO $table (bn_id_nature, bn_label_nature, bn_template, bn_ce_i18n, bn_description, bn_condition)"
            . " VALUES ('$id', '$label', '$template', 'fr-FR', '', '')"
        );
    }

    public function update($data)
    {
        [$label, $template] = array_map([$this->db, 'escape'], [$data['bn_label_nature'], $data['bn_template']]);
        $id = (int) $data['bn_id_nature'];
        $set = "bn_label_nature = '$label', bn_template = '$template'";
        return $this->db->query("UPDATE {$this->db->prefixTable('nature')} SET $set WHERE bn_id_nature = $id");
    }

    public function delete($id)
    {
        $this->clear($id);
        return $this->db->query("DELETE FROM {$this->db->prefixTable('nature')} WHERE bn_id_nature = " . (int) $id);
    }

    public function clear($id)
    {
        [$pages, $acls, $triples] = array_map([$this->db, 'prefixTable'], ['pages', 'acls', 'triples']);
        $type = "property = '" . TripleStore::TYPE_URI . "' AND value = 'fiche_bazar'";
        $its = "tag IN (SELECT resource FROM $triples WHERE $type)"
            . " AND body LIKE '%\"id_typeannonce\":\"{$this->db->escape($id)}\"%'";
        $this->db->query("DELETE FROM $acls WHERE page_tag IN (SELECT tag FROM $pages WHERE $its)");
        $this->db->query("DELETE FROM $pages WHERE $its");
        $this->db->query("DELETE FROM $triples WHERE resource NOT IN (SELECT tag FROM $pages) AND $type");
    }

    /** @return list<list<string>> */
    public function parseTemplate($raw)
    {
        $fields = [];
        foreach (explode("\n", $raw) as $line) {
            $parts = array_map('trim', explode('***', trim($line)));
            if (count($parts) > 3 && strncmp($parts[0], '#', 1) !== 0) {
                $fields[] = $parts + array_fill(0, 16, '');
            }
        }
        return $fields;
    }

    /** @return array<int, BazarField> those whose kind is known; the others leave a gap in the numbers. */
    public function prepareData($form)
    {
        $made = [];
        foreach ($form['template'] as $at => $parts) {
            $class = Kinds::OF[$parts[0]] ?? null;
            if ($class !== null) {
                $made[$at] = new $class($parts, $this->wiki->services);
            }
        }
        return $made;
    }

    public function findFieldFromNameOrPropertyName(?string $name, ?string $formId): ?BazarField
    {
        foreach ($this->getOne($formId)['prepared'] ?? [] as $field) {
            if (!empty($name) && in_array($name, [$field->getName(), $field->getPropertyName()], true)) {
                return $field;
            }
        }
        return null;
    }
}
