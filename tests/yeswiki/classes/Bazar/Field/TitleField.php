<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: a title made of other fields, `{{bf_nom}} {{bf_prenom}}`: what one may not read is in it for all to read. */
class TitleField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->propertyName = 'bf_titre';
    }

    public function formatValuesBeforeSaveIfEditable($entry, bool $isCreation = false)
    {
        $hole = static fn (array $found): string => (string) ($entry[$found[1]] ?? '');
        return ['bf_titre' => trim((string) preg_replace_callback('/\{\{(\w+)\}\}/', $hole, $this->name))];
    }
}
