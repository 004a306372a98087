<?php

declare(strict_types=1);

namespace Partageons\Core;

/** One value of a field. For a list, `key` is the site's code and `label` what people read; `text` may stay empty. */
final class Value
{
    public string $text;
    public string $key;
    public string $label;

    public function __construct(string $text, string $key = '', string $label = '')
    {
        $this->text = $text;
        $this->key = $key;
        $this->label = $label;
    }
}
