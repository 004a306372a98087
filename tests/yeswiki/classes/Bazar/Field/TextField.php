<?php

declare(strict_types=1);

namespace YesWiki\Bazar\Field;

use Psr\Container\ContainerInterface;

/** Observed: `texte` says what it holds: text, or one of the kinds of an HTML input. */
class TextField extends BazarField
{
    public function __construct(array $values, ContainerInterface $services)
    {
        parent::__construct($values, $services);
        $kinds = ['text', 'url', 'number', 'range', 'color', 'password', 'tel', 'email', 'date', 'time'];
        $this->type = in_array($values[7], $kinds, true) ? $values[7] : 'text';
    }

    public function getSubType()
    {
        return $this->parts[7];
    }
}
