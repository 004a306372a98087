<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

/** Observed: written in the wiki's own way, in HTML, or as plain text (`nohtml`). */
class TextareaField extends BazarField
{
    public function getSyntax()
    {
        return $this->parts[7] !== '' ? $this->parts[7] : 'wiki';
    }
}
