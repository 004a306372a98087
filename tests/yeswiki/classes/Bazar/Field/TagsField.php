<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;
use YesWiki\Core\Service\TripleStore;

/** Observed: words with commas between them; the options are those of the whole wiki. */
class TagsField extends EnumField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct(array_replace($values, [1 => '']), $services);
        $this->parts = $values;
        $this->name = $this->propertyName = $values[6] !== '' ? $values[6] : $values[1];
    }

    public function getOptions()
    {
        $found = $this->services->get(TripleStore::class)->getMatching(null, 'http://outils-reseaux.org/_vocabulary/tag');
        return array_column($found, 'value', 'value');
    }
}
