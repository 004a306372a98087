<?php

declare(strict_types=1);

namespace Partageons\WordPress;

use Partageons\Core\Connection;
use Partageons\Core\Unavailable;

if (!defined('ABSPATH')) {
    exit;
}

/** The site's database, through WordPress. */
final class Wpdb implements Connection
{
    private \wpdb $db;

    public function __construct(\wpdb $db)
    {
        $this->db = $db;
    }

    public function rows(string $sql, array $values = []): array
    {
        $shown = $this->db->suppress_errors(true);
        try {
            $rows = $this->db->get_results($this->prepared($sql, $values), ARRAY_A);
            $this->check();
        } finally {
            $this->db->suppress_errors($shown);
        }
        return is_array($rows) ? $rows : [];
    }

    public function run(string $sql, array $values = []): void
    {
        $shown = $this->db->suppress_errors(true);
        try {
            $done = $this->db->query($this->prepared($sql, $values));
            if ($done === false) {
                throw new Unavailable($this->db->last_error);
            }
            $this->check();
        } finally {
            $this->db->suppress_errors($shown);
        }
    }

    /** @param list<string|int> $values */
    private function prepared(string $sql, array $values): string
    {
        if ($values === []) {
            return $sql;
        }
        $parts = explode('?', str_replace('%', '%%', $sql));
        if (count($parts) !== count($values) + 1) {
            throw new Unavailable('placeholders and values do not agree');
        }
        $format = (string) array_shift($parts);
        foreach ($values as $at => $value) {
            $format .= (is_int($value) ? '%d' : '%s') . $parts[$at];
        }
        return (string) $this->db->prepare($format, $values);
    }

    private function check(): void
    {
        if ($this->db->last_error !== '') {
            throw new Unavailable($this->db->last_error);
        }
    }
}
