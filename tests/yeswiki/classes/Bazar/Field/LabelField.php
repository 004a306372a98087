<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** What is only shown: it has neither a name nor a label. */
class LabelField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->name = $this->label = $this->propertyName = null;
    }

    #[\ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return ['type' => $this->type];
    }
}
