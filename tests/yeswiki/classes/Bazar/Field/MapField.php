<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: kept twice, as `geolocation` and as two texts of their own names; nothing is kept unless both are given. */
class MapField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $this->propertyName = $this->label = 'geolocation';
    }

    public function getLatitudeField()
    {
        return $this->parts[1];
    }

    public function getLongitudeField()
    {
        return $this->parts[2];
    }

    public function formatValuesBeforeSaveIfEditable($entry, bool $isCreation = false)
    {
        $axes = [$this->parts[1] => $entry[$this->parts[1]] ?? '', $this->parts[2] => $entry[$this->parts[2]] ?? ''];
        if (empty($axes[$this->parts[1]]) || empty($axes[$this->parts[2]])) {
            return ['fields-to-remove' => ['geolocation', $this->parts[1], $this->parts[2]]];
        }
        return $axes + ['geolocation' => $axes];
    }

    #[\ReturnTypeWillChange]
    public function jsonSerialize()
    {
        return parent::jsonSerialize() + ['latitudeField' => $this->parts[1], 'longitudeField' => $this->parts[2]];
    }
}
