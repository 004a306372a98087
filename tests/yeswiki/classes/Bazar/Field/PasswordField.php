<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: for its owner alone unless its rights say another who, never for all; kept as MD5. */
class PasswordField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->type = 'password';
        $this->readAccess = empty($this->readAccess) ? '%' : str_replace(['!*', '*'], '%', $this->readAccess);
    }

    public function formatValuesBeforeSaveIfEditable($entry, bool $isCreation = false)
    {
        return [$this->propertyName => md5((string) $this->getValue($entry))];
    }
}
