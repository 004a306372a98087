<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

/** A prepared query, as mysqli's are used: values are bound, then it is run, then its rows are taken. */
final class SqliteStatement extends \mysqli_stmt
{
    private SqliteLink $link;
    private string $sql;
    /** @var list<mixed> */
    private array $values = [];
    /** @var SqliteResult|bool */
    private $result = false;

    public function __construct(SqliteLink $link, string $sql)
    {
        $this->link = $link;
        $this->sql = $sql;
    }

    #[\ReturnTypeWillChange]
    public function bind_param(string $types, &...$vars)
    {
        if (strlen($types) !== count($vars)) {
            throw new \ArgumentCountError('The number of types does not match that of the values');
        }
        $this->values = &$vars;
        return true;
    }

    #[\ReturnTypeWillChange]
    public function execute(?array $params = null)
    {
        $this->result = $this->link->ran($this->sql, $params ?? $this->values);
        return true;
    }

    #[\ReturnTypeWillChange]
    public function get_result()
    {
        return is_bool($this->result) ? false : $this->result;
    }

    #[\ReturnTypeWillChange]
    public function close()
    {
        return true;
    }
}
