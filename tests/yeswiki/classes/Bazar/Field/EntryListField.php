<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;
use YesWiki\Bazar\Service\EntryManager;

/** Observed: the options are the entries of another form, tag => title, searched when they are first asked for. */
class EntryListField extends EnumField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct(array_replace($values, [1 => '']), $services);
        $this->parts = $values;
        $this->options = null;
    }

    public function getOptions()
    {
        if ($this->options === null) {
            $found = $this->services->get(EntryManager::class)->search(['formsIds' => $this->parts[1]], true, true);
            $this->options = array_column($found, 'bf_titre', 'id_fiche');
        }
        return $this->options;
    }

    public function isEnumEntryField(): bool
    {
        return true;
    }
}
