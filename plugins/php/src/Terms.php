<?php

declare(strict_types=1);

namespace Partageons\Module;

/** Several values of a record, one a row of another table; through a link table when rows are shared by records. */
final class Terms
{
    public string $name;
    public string $label;
    public string $type;
    public string $table;
    /** The column of what people read. */
    public string $text;
    /** The column of the value's own code, that the link table points at; empty without a link table. */
    public string $id;
    /** The link table; empty when each row of `table` belongs to one record. */
    public string $link;
    /** The column that holds the record's id: of the link table, or of `table` without one. */
    public string $from;
    /** The column of the link table that holds the value's code. */
    public string $to;

    /** @param array<string, string> $said the keys of the configuration, defaults filled in */
    public function __construct(string $name, array $said)
    {
        $this->name = $name;
        $this->label = $said['label'];
        $this->type = $said['type'];
        $this->table = $said['table'];
        $this->text = $said['text'];
        $this->id = $said['id'];
        $this->link = $said['link'];
        $this->from = $said['from'];
        $this->to = $said['to'];
    }

    /** The same as a column: what is known of it by its names. */
    public function column(): Column
    {
        return new Column($this->name, $this->text, $this->label);
    }
}
