<?php

declare(strict_types=1);

namespace YesWiki\Core;

use Symfony\Component\DependencyInjection\ParameterBag\ParameterBagInterface;
use YesWiki\Core\Service\DbService;
use YesWiki\Wiki;

/**
 * What an extension does once in a wiki.
 *
 * Observed: the class has no namespace and is named as its file without the digits; `run` is called once by the update
 * page of the administrators, or by `./yeswicli migrate`, never by unzipping; a triple remembers that it was.
 */
abstract class YesWikiMigration
{
    protected $wiki;
    protected $params;
    protected $dbService;

    public function setWiki(Wiki $wiki): void
    {
        $this->wiki = $wiki;
    }

    public function setParams(ParameterBagInterface $params): void
    {
        $this->params = $params;
    }

    public function setDbService(DbService $dbService): void
    {
        $this->dbService = $dbService;
    }

    protected function getService(string $className)
    {
        return $this->wiki->services->get($className);
    }
}
