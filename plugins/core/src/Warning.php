<?php

declare(strict_types=1);

namespace Partageons\Core;

/** Something that a record lacks, or says too much: what it is about, and what a sentence about it needs. */
final class Warning
{
    /** title, abstract, text, position, licence or personal. */
    public string $about;
    /** The same, but for a position: half, zero, off; and for what is personal: found or link. */
    public string $code;
    /** Personal, found: the label of the field that it is in; empty for the text itself. */
    public string $field;
    /** Personal: the address or the number. */
    public string $value;

    public function __construct(string $about, string $code = '', string $field = '', string $value = '')
    {
        $this->about = $about;
        $this->code = $code === '' ? $about : $code;
        $this->field = $field;
        $this->value = $value;
    }
}
