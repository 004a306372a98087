<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: an account is made with the entry; its name is kept as `nomwiki`. */
class UserField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->propertyName = 'nomwiki';
        $this->label = 'NomWiki';
        $this->default = null;
    }
}
