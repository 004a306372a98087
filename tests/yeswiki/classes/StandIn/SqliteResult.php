<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

/** Rows, as they are taken from a mysqli result. */
final class SqliteResult extends \mysqli_result
{
    /** @var list<array<string, ?string>> */
    private array $left;

    /** @param list<array<string, ?string>> $rows */
    public function __construct(array $rows)
    {
        $this->left = $rows;
    }

    #[\ReturnTypeWillChange]
    public function fetch_assoc()
    {
        return array_shift($this->left);
    }

    #[\ReturnTypeWillChange]
    public function fetch_row()
    {
        $row = array_shift($this->left);
        return $row === null ? null : array_values($row);
    }

    #[\ReturnTypeWillChange]
    public function fetch_all(int $mode = MYSQLI_NUM)
    {
        $rows = $mode === MYSQLI_ASSOC ? $this->left : array_map('array_values', $this->left);
        $this->left = [];
        return $rows;
    }

    #[\ReturnTypeWillChange]
    public function free()
    {
        $this->left = [];
    }
}
