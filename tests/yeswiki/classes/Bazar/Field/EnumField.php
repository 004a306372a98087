<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;
use YesWiki\Bazar\Service\ListManager;

/**
 * A choice among the options of a list.
 *
 * Observed: the list is in the second part of the line, the name in the seventh: a field without a name has an empty
 * one. Versions until 4.4.4 put the kind and the list before it (`checkboxListeTypebf_type`), and forms made then keep
 * it. Options are code => label, those of a tree with their parents' labels before theirs; none for a list that is gone.
 */
class EnumField extends BazarField
{
    /** @var array<string, string>|null */
    protected $options = [];

    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->name = $this->propertyName = $values[6];
        $list = $values[1] === '' ? null : $services->get(ListManager::class)->getOne($values[1]);
        $this->read($list['nodes'] ?? [], '');
    }

    public function getOptions()
    {
        return $this->options;
    }

    public function getLinkedObjectName()
    {
        return $this->parts[1];
    }

    public function isEnumEntryField(): bool
    {
        return false;
    }

    #[\ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return parent::jsonSerialize() + ['linkedObjectName' => $this->parts[1], 'options' => $this->getOptions()];
    }

    private function read(array $nodes, string $before): void
    {
        foreach ($nodes as $node) {
            $this->options[$node['id']] = $before . $node['label'];
            $this->read($node['children'] ?? [], "$before {$node['label']} ➤ ");
        }
    }
}
