<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Service;

use YesWiki\Core\Service\PageManager;
use YesWiki\Core\Service\TripleStore;

/** Lists: pages whose body is JSON, `{title, nodes: [{id, label, children}]}`, with a triple that says so. */
class ListManager
{
    public const TRIPLES_LIST_ID = 'liste';

    private PageManager $pages;
    private TripleStore $triples;

    public function __construct(PageManager $pages, TripleStore $triples)
    {
        $this->pages = $pages;
        $this->triples = $triples;
    }

    public function getOne($id): ?array
    {
        if ($this->triples->exist($id, TripleStore::TYPE_URI, self::TRIPLES_LIST_ID, '', '') === null) {
            return null;
        }
        $list = json_decode($this->pages->getOne($id)['body'], true);
        if (isset($list['titre_liste'])) { // as they were written before 2024
            $nodes = array_map(null, array_keys($list['label']), $list['label']);
            $node = static fn (array $node): array => ['id' => (string) $node[0], 'label' => $node[1]];
            $list = ['title' => $list['titre_liste'], 'nodes' => array_map($node, $nodes)];
        }
        return $list + ['id' => $id];
    }

    public function create($title, $nodes)
    {
        $id = genere_nom_wiki("List$title");
        $this->pages->save($id, json_encode(['title' => $title, 'nodes' => $nodes]));
        $this->triples->create($id, TripleStore::TYPE_URI, self::TRIPLES_LIST_ID, '', '');
        return $id;
    }

    public function update($id, $title, $nodes)
    {
        $this->pages->save($id, json_encode(['title' => $title, 'nodes' => $nodes]));
    }
}
