<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\PersonalData;

/** What `partageons-config.php` says, checked by `ConfigFile`. */
final class Config
{
    public string $name = '';
    public string $address = '';
    public string $email = '';
    public string $dsn = '';
    public string $user = '';
    public string $password = '';
    /** Of the texts, as the connection gives them. */
    public string $encoding = 'UTF-8';
    public \DateTimeZone $timezone;
    /** Empty when there is a query. */
    public string $table = '';
    public string $query = '';
    public string $where = '';
    public string $deleted = '';
    public string $id = '';
    /** What an id looks like, with its delimiters; empty: what the core takes. */
    public string $ids = '';
    /** @var array<string, Column> what a Record has a property for */
    public array $record = [];
    /** @var array<string, Column> the site's other fields */
    public array $columns = [];
    /** @var array<string, Terms> */
    public array $terms = [];
    /** @var array<string, string> what a record has when it has none of its own */
    public array $defaults = [];
    /** @var list<string> fields that are shared although their names are those of personal data */
    public array $personal = [];
    public string $set = '';
    public string $state = '';
    /** Seconds. */
    public int $refresh = 300;
    /** Requests a minute from one visitor; 0: no limit. */
    public int $rate = 300;
    /** Empty: the report is not shown on the web. */
    public string $check = '';

    /** The site's domain. */
    public function node(): string
    {
        return strtolower((string) parse_url($this->address, PHP_URL_HOST));
    }

    /** The folder of `partageons.php` on the site, with a slash after it; empty at the root. */
    public function path(): string
    {
        $folder = trim(str_replace('\\', '/', dirname((string) parse_url($this->address, PHP_URL_PATH))), '/.');
        return $folder === '' ? '' : $folder . '/';
    }

    /** The set of all records: letters, digits, `-_.`. */
    public function kind(): string
    {
        $name = preg_replace('/[^A-Za-z0-9_.-]+/', '-', $this->table);
        return $name === null || trim($name, '-') === '' ? 'ressources' : trim($name, '-');
    }

    /** Whether a field is shared: its name is not that of personal data, or the webmaster answers for it. */
    public function shares(Column $column): bool
    {
        $names = array_merge([$column->name], $column->columns());
        return array_intersect($names, $this->personal) !== []
            || array_filter(array_merge($names, [$column->label]), [PersonalData::class, 'named']) === [];
    }

    /** Another one when what is shared, or the way it is written, is another one. No secret enters it. */
    public function fingerprint(): string
    {
        $all = [$this->dsn, $this->encoding, $this->timezone->getName(), $this->table, $this->query, $this->where];
        $all[] = [$this->deleted, $this->id, $this->ids, $this->record, $this->columns, $this->terms];
        $all[] = [$this->defaults, $this->personal, Rows::RENDERING];
        return hash('sha256', (string) json_encode($all, JSON_INVALID_UTF8_SUBSTITUTE));
    }
}
