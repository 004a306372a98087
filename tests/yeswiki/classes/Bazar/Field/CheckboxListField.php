<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

/** Observed: several codes, sent as an array of which each key is a code, kept with commas between them. */
class CheckboxListField extends EnumField
{
    public function formatValuesBeforeSaveIfEditable($entry, bool $isCreation = false)
    {
        $value = $this->getValue($entry);
        return [$this->propertyName => is_array($value) ? implode(',', array_keys($value)) : $value];
    }
}
