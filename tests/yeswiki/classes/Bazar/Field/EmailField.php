<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: public unless its rights or the form of contact (`form`) hide it. */
class EmailField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->type = 'email';
    }

    public function getShowContactForm()
    {
        return $this->parts[6] === 'form';
    }

    public function canRead($entry, ?string $userNameForRendering = null)
    {
        return parent::canRead($entry, $userNameForRendering) && !$this->getShowContactForm();
    }
}
