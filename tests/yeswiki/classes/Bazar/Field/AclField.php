<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;
use YesWiki\Core\Service\AclService;

/** Observed: once in a form, it gives each entry its own rights when it is saved: who reads, writes, comments. */
class AclField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->name = $this->propertyName = $values[6] !== '' ? $values[6] : null;
    }

    public function formatValuesBeforeSaveIfEditable($entry, bool $isCreation = false)
    {
        foreach (['read' => '*', 'write' => '%', 'comment' => 'comments-closed'] as $privilege => $default) {
            $list = $this->parts[['read' => 1, 'write' => 2, 'comment' => 3][$privilege]] ?: $default;
            $this->services->get(AclService::class)->save($entry['id_fiche'], $privilege, $list);
        }
        return [];
    }
}
