<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: its default is public, its name is not told. */
class HiddenField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->type = 'hidden';
        $this->label = $this->propertyName;
    }

    #[\ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return ['type' => $this->type, 'default' => $this->default];
    }
}
