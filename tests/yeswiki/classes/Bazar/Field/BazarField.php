<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;
use YesWiki\Core\Service\AclService;

/**
 * A field of a form, made of the sixteen parts of its line.
 *
 * Observed: its name in the entries is `getPropertyName()`, sometimes another than `getName()`, empty or null for what
 * holds nothing. Commas in its rights become lines. `getValue` falls back on what the address of the page says, then on
 * the default: a page is not the place to ask an entry what it holds. To read with `canRead` is to read as whoever is
 * logged in, and administrators read everything.
 */
class BazarField implements \JsonSerializable
{
    protected ContainerInterface $services;
    /** @var list<string> */
    protected array $parts;
    protected $type;
    protected $name;
    protected $label;
    protected $default;
    protected $propertyName;
    protected $readAccess;
    protected $writeAccess;

    /** @param list<string> $values */
    public function __construct(array $values, ContainerInterface $services)
    {
        $this->services = $services;
        $this->parts = $values;
        [$this->type, $this->name] = $values;
        $this->label = html_entity_decode($values[2]);
        $this->default = $values[5];
        $this->propertyName = $this->name;
        $this->readAccess = str_replace(',', "\n", $values[11]);
        $this->writeAccess = str_replace(',', "\n", $values[12]);
    }

    public function getPropertyName()
    {
        return $this->propertyName;
    }

    public function getType()
    {
        return $this->type;
    }

    public function getName()
    {
        return $this->name;
    }

    public function getLabel()
    {
        return $this->label;
    }

    public function getDefault()
    {
        return $this->default;
    }

    public function isRequired(): bool
    {
        return $this->parts[8] == 1;
    }

    public function getHint()
    {
        return $this->parts[10];
    }

    public function getReadAccess()
    {
        return $this->readAccess;
    }

    public function getWriteAccess()
    {
        return $this->writeAccess;
    }

    public function getSemanticPredicate()
    {
        return $this->parts[14];
    }

    public function canRead($entry, ?string $userNameForRendering = null)
    {
        $acls = $this->services->get(AclService::class);
        return empty($this->readAccess)
            || $acls->check($this->readAccess, $userNameForRendering, true, $entry ? $entry['id_fiche'] : '');
    }

    public function canEdit($entry, bool $isCreation = false)
    {
        [$tag, $mode] = $isCreation ? ['', 'creation'] : [$entry['id_fiche'] ?? '', 'edit'];
        $acls = $this->services->get(AclService::class);
        return empty($this->writeAccess) || $acls->check($this->writeAccess, null, true, $tag, $mode);
    }

    /** @return array<string, mixed> */
    public function formatValuesBeforeSaveIfEditable($entry, bool $isCreation = false)
    {
        return empty($this->propertyName) ? [] : [$this->propertyName => $this->getValue($entry)];
    }

    #[\ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return [
            'id' => $this->propertyName, 'propertyname' => $this->propertyName, 'label' => $this->label,
            'name' => $this->name, 'type' => $this->type, 'required' => $this->isRequired(),
            'read_acl' => $this->readAccess, 'write_acl' => $this->writeAccess,
        ];
    }

    protected function getValue($entry)
    {
        return $entry[$this->propertyName] ?? $_REQUEST[$this->propertyName] ?? $this->default;
    }
}
