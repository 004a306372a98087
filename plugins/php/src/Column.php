<?php

declare(strict_types=1);

namespace Partageons\Module;

/** Something to share, and where it is read: a column, or a text with `{columns}` in it. */
final class Column
{
    /** The name it has in the feed. */
    public string $name;
    public string $label;
    /** text, html, list, date, number, url, image or geo. */
    public string $type;
    /** Empty when there is a template. */
    public string $column;
    /** `https://…/{id}`; empty when there is a column. */
    public string $template;
    /** What separates the items of a list; empty: semicolons, bars and new lines, or commas when there are none. */
    public string $separator;

    public function __construct(
        string $name,
        string $source,
        string $label = '',
        string $type = 'text',
        string $separator = ''
    ) {
        $templated = strpos($source, '{') !== false;
        $this->name = $name;
        $this->column = $templated ? '' : $source;
        $this->template = $templated ? $source : '';
        $this->label = $label;
        $this->type = $type;
        $this->separator = $separator;
    }

    /** @return list<string> the columns that are read for it */
    public function columns(): array
    {
        if ($this->template === '') {
            return [$this->column];
        }
        preg_match_all('/\{([^{}]+)\}/', $this->template, $found);
        return $found[1];
    }
}
