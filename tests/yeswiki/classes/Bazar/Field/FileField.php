<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: an image or a file is kept under its kind and its name (`imagebf_image`): the name of a file of `files/`. */
class FileField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->propertyName = $this->type . $this->name;
    }
}
