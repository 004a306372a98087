<?php

declare(strict_types=1);

namespace Partageons\YesWiki;

/** A field of a form that everyone may read. */
final class FormField
{
    public const TEXT = 'text';
    public const NUMBER = 'number';
    public const DATE = 'date';
    public const URL = 'url';
    public const LONG = 'long';
    public const ONE = 'one';
    public const MANY = 'many';
    public const TAGS = 'tags';
    public const IMAGE = 'image';
    public const FILE = 'file';
    public const MAP = 'map';

    /** Its name in the feed: the short one, which versions of the wiki do not change. */
    public string $name;
    /** Its name in the entries. */
    public string $property;
    public string $label;
    /** One of the constants. */
    public string $kind;
    /** @var array<string, string> code => label, of a list */
    public array $options = [];
    /** Whether its codes are names of other entries of the wiki. */
    public bool $linked = false;
    /** What a long text is written in: `html`, `nohtml`, else the wiki's own. */
    public string $syntax = '';
    /** @var array{0: string, 1: string} where the latitude and the longitude of a map are in the entries */
    public array $axes = ['', ''];

    public function __construct(string $name, string $property, string $label, string $kind)
    {
        $this->name = $name;
        $this->property = $property;
        $this->label = $label;
        $this->kind = $kind;
    }
}
