<?php

declare(strict_types=1);

namespace Partageons\Core;

/** A field of the site, under its own name (`source-field` of `pv.xsd`). */
final class Field
{
    public string $name;
    public string $label;
    /** What the site says that it is: text, html, list, date, number, url, image, geo… */
    public string $type;
    /** @var list<Value> */
    public array $values;

    /** @param list<Value> $values */
    public function __construct(string $name, string $label, string $type, array $values)
    {
        $this->name = $name;
        $this->label = $label;
        $this->type = $type;
        $this->values = $values;
    }
}
