<?php

declare(strict_types=1);

namespace YesWiki\Core\Service;

/**
 * Facts of three parts.
 *
 * Observed: names get a prefix unless empty ones are given; `getOne` and `getAll` remember what they read of a resource
 * until one is written by this class; what is there already is not written twice (3).
 */
class TripleStore
{
    public const TYPE_URI = 'http://outils-reseaux.org/_vocabulary/type';
    public const SOURCE_URL_URI = 'http://outils-reseaux.org/_vocabulary/sourceUrl';

    private DbService $db;
    /** @var array<string, array<string, list<array<string, string>>>> */
    private array $known = [];

    public function __construct(DbService $db)
    {
        $this->db = $db;
    }

    public function getOne($resource, $property, $re_prefix = THISWIKI_PREFIX, $prop_prefix = WIKINI_VOC_PREFIX): ?string
    {
        return $this->getAll($resource, $property, $re_prefix, $prop_prefix)[0]['value'] ?? null;
    }

    public function getAll($resource, $property, $re_prefix = THISWIKI_PREFIX, $prop_prefix = WIKINI_VOC_PREFIX): array
    {
        $of = $re_prefix . $resource;
        if (!isset($this->known[$of])) {
            $this->known[$of] = [];
            foreach ($this->db->loadAll($this->asked($of, null, null)) as $row) {
                $this->known[$of][$row['property']][] = $row;
            }
        }
        return $this->known[$of][$prop_prefix . $property] ?? [];
    }

    public function getMatching($resource = null, $property = null, $value = null, $res_op = 'LIKE', $prop_op = '=', $val_op = '='): array
    {
        $where = ['1 = 1'];
        foreach (['resource' => [$resource, $res_op], 'property' => [$property, $prop_op], 'value' => [$value, $val_op]] as $name => [$text, $operator]) {
            if ($text !== null) {
                $operator = strtoupper($operator) === 'LIKE' ? 'LIKE' : '=';
                $where[] = "$name $operator '{$this->db->escape($text)}'";
            }
        }
        return $this->db->loadAll("SELECT * FROM {$this->db->prefixTable('triples')} WHERE " . implode(' AND ', $where));
    }

    public function exist($resource, $property, $value, $re_prefix = THISWIKI_PREFIX, $prop_prefix = WIKINI_VOC_PREFIX): ?int
    {
        $row = $this->db->loadSingle($this->asked($re_prefix . $resource, $prop_prefix . $property, (string) $value));
        return $row === null ? null : (int) $row['id'];
    }

    public function create($resource, $property, $value, $re_prefix = THISWIKI_PREFIX, $prop_prefix = WIKINI_VOC_PREFIX)
    {
        if ($this->exist($resource, $property, $value, $re_prefix, $prop_prefix) !== null) {
            return 3;
        }
        unset($this->known[$re_prefix . $resource]);
        [$of, $name, $text] = array_map([$this->db, 'escape'], [$re_prefix . $resource, $prop_prefix . $property, $value]);
        $table = $this->db->prefixTable('triples');
        $this->db->query("INSERT INTO $table (resource, property, value) VALUES ('$of', '$name', '$text')");
        return 0;
    }

    public function update($resource, $property, $oldvalue, $newvalue, $re_prefix = THISWIKI_PREFIX, $prop_prefix = WIKINI_VOC_PREFIX)
    {
        $id = $this->exist($resource, $property, $oldvalue, $re_prefix, $prop_prefix);
        if ($id === null) {
            return 2;
        }
        unset($this->known[$re_prefix . $resource]);
        $table = $this->db->prefixTable('triples');
        $this->db->query("UPDATE $table SET value = '{$this->db->escape($newvalue)}' WHERE id = $id");
        return 0;
    }

    public function delete($resource, $property, $value = null, $re_prefix = THISWIKI_PREFIX, $prop_prefix = WIKINI_VOC_PREFIX, $extraSQL = null): bool
    {
        unset($this->known[$re_prefix . $resource]);
        $found = $this->asked($re_prefix . $resource, $prop_prefix . $property, $value);
        $this->db->query(preg_replace('/^SELECT \*/', 'DELETE', $found));
        return true;
    }

    private function asked(string $resource, ?string $property, ?string $value): string
    {
        $sql = "SELECT * FROM {$this->db->prefixTable('triples')} WHERE resource = '{$this->db->escape($resource)}'";
        $sql .= $property === null ? '' : " AND property = '{$this->db->escape($property)}'";
        return $sql . ($value === null ? '' : " AND value = '{$this->db->escape($value)}'");
    }
}
