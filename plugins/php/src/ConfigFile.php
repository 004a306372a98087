<?php

declare(strict_types=1);

namespace Partageons\Module;

/** Reads `partageons-config.php`, and tells in plain sentences all that is wrong with it. */
final class ConfigFile
{
    /** Each key, and what it holds. */
    public const KEYS = [
        'name' => 'text',
        'address' => 'text',
        'email' => 'text',
        'dsn' => 'text',
        'user' => 'text',
        'password' => 'text',
        'encoding' => 'text',
        'timezone' => 'text',
        'table' => 'text',
        'query' => 'text',
        'where' => 'text',
        'deleted' => 'text',
        'id' => 'text',
        'ids' => 'text',
        'record' => 'list',
        'columns' => 'list',
        'terms' => 'list',
        'defaults' => 'list',
        'personal' => 'list',
        'set' => 'text',
        'state' => 'text',
        'refresh' => 'number',
        'rate' => 'number',
        'check' => 'text',
    ];
    /** Elements of a record, and what each holds. */
    public const RECORD = [
        'title' => 'text',
        'abstract' => 'text',
        'content' => 'html',
        'type' => 'text',
        'themes' => 'list',
        'keywords' => 'list',
        'url' => 'url',
        'documents' => 'list',
        'place' => 'text',
        'lat' => 'number',
        'lon' => 'number',
        'image' => 'url',
        'image_credit' => 'text',
        'licence' => 'text',
        'attribution' => 'text',
        'language' => 'text',
        'created' => 'date',
        'modified' => 'date',
    ];
    public const LISTS = ['themes', 'keywords', 'documents'];
    public const DEFAULTS = ['type', 'place', 'image_credit', 'licence', 'attribution', 'language'];
    public const TYPES = ['text', 'html', 'list', 'date', 'number', 'url', 'image', 'geo'];
    private const HOLDS = [
        'text' => 'un texte entre apostrophes',
        'number' => 'un nombre',
        'list' => 'une liste [ … ]',
    ];
    private const NEEDED = ['name', 'address', 'email', 'dsn', 'id', 'state'];
    private const IDENTIFIER = '/^[\p{L}_][\p{L}\p{N}_$]{0,62}$/Du';
    private const TERMS = ['table', 'text', 'id', 'link', 'from', 'to', 'label', 'type'];

    /** @var list<string> */
    private array $wrong = [];

    /**
     * @throws BadConfig
     */
    public static function read(string $file): Config
    {
        if ($file === '' || !is_file($file) || !is_readable($file)) {
            throw new BadConfig("partageons-config.php est introuvable, ou PHP n'a pas le droit de le lire.");
        }
        @ini_set('opcache.validate_timestamps', '1'); // what the webmaster changes counts at once
        @ini_set('opcache.revalidate_freq', '0');
        ob_start(); // a mark that an editor left before <?php is not for visitors
        try {
            $said = (static function (string $file) {
                return require $file;
            })($file);
        } catch (\Throwable $error) {
            throw new BadConfig("Le fichier de configuration n'est pas du PHP valable : " . $error->getMessage() . '.');
        } finally {
            ob_end_clean();
        }
        if (!is_array($said)) {
            throw new BadConfig('Le fichier de configuration doit se terminer par : return [ … ];');
        }
        return self::of($said);
    }

    /**
     * @param array<mixed> $said
     * @throws BadConfig
     */
    public static function of(array $said): Config
    {
        $file = new self();
        $config = $file->config($file->known($said));
        if ($file->wrong !== []) {
            throw new BadConfig(implode("\n", $file->wrong));
        }
        return $config;
    }

    /**
     * @param array<mixed> $said
     * @return array<string, mixed>
     */
    private function known(array $said): array
    {
        $kept = [];
        foreach ($said as $key => $value) {
            $kind = self::KEYS[$key] ?? '';
            $number = is_int($value) && $value >= 0;
            $fits = ['text' => is_string($value), 'number' => $number, 'list' => is_array($value)];
            if ($kind === '') {
                $this->wrong[] = "« $key » n'est pas une clé de la configuration.";
            } elseif (!$fits[$kind]) {
                $this->wrong[] = "« $key » doit être " . self::HOLDS[$kind] . '.';
            } else {
                $kept[(string) $key] = $kind === 'text' && $key !== 'password' ? trim($value) : $value;
            }
        }
        foreach (self::NEEDED as $key) {
            if (($kept[$key] ?? '') === '') {
                $this->wrong[] = "« $key » manque.";
            }
        }
        return $kept;
    }

    /** @param array<string, mixed> $said */
    private function config(array $said): Config
    {
        $config = new Config();
        foreach ($said as $key => $value) {
            if (self::KEYS[$key] !== 'list' && $key !== 'timezone') {
                $config->$key = $value;
            }
        }
        try {
            $config->timezone = new \DateTimeZone($said['timezone'] ?? 'Europe/Paris');
        } catch (\Exception $error) {
            $this->wrong[] = '« timezone » doit être un fuseau horaire, par exemple Europe/Paris.';
            $config->timezone = new \DateTimeZone('UTC');
        }
        $this->addresses($config);
        $this->selection($config);
        foreach ($said['record'] ?? [] as $name => $value) {
            if (!isset(self::RECORD[$name])) {
                $names = implode(', ', array_keys(self::RECORD));
                $this->wrong[] = "« record » : « $name » n'existe pas ; mettez-le dans « columns ». Il y a : $names.";
            } else {
                $config->record[$name] = $this->column((string) $name, $value, self::RECORD[$name], 'record');
            }
        }
        foreach ($said['columns'] ?? [] as $name => $value) {
            $name = is_int($name) && is_string($value) ? $value : (string) $name;
            $config->columns[$name] = $this->column($name, $value, 'text', 'columns');
        }
        foreach ($said['terms'] ?? [] as $name => $value) {
            $this->terms($config, (string) $name, $value);
        }
        if (!isset($config->record['title'])) {
            $this->wrong[] = '« record » doit dire dans quelle colonne est le titre (title).';
        }
        foreach ($said['defaults'] ?? [] as $name => $value) {
            if (!in_array($name, self::DEFAULTS, true) || !is_string($value)) {
                $this->wrong[] = "« defaults » : « $name » n'a pas de valeur par défaut possible.";
            } else {
                $config->defaults[$name] = trim($value);
            }
        }
        $config->personal = array_values(array_filter($said['personal'] ?? [], 'is_string'));
        return $config;
    }

    private function addresses(Config $config): void
    {
        $parts = parse_url($config->address);
        $http = is_array($parts) && in_array($parts['scheme'] ?? '', ['http', 'https'], true);
        if ($config->address !== '' && (!$http || ($parts['host'] ?? '') === '' || isset($parts['query']))) {
            $this->wrong[] = "« address » doit être l'adresse de partageons.php, en entier : https://…/partageons.php";
        }
        if ($config->email !== '' && filter_var($config->email, FILTER_VALIDATE_EMAIL) === false) {
            $this->wrong[] = "« email » n'est pas une adresse électronique.";
        }
        if ($config->dsn !== '' && preg_match('/^(mysql|pgsql|sqlite):./', $config->dsn) !== 1) {
            $this->wrong[] = '« dsn » doit commencer par mysql:, pgsql: ou sqlite:';
        }
        if ($config->check !== '' && strlen($config->check) < 16) {
            $this->wrong[] = '« check » est un mot de passe : seize caractères au moins.';
        }
        if (!Texts::knows($config->encoding)) {
            $this->wrong[] = '« encoding » doit être UTF-8, Windows-1252, ISO-8859-1 ou ISO-8859-15.';
        }
    }

    private function selection(Config $config): void
    {
        if (($config->table === '') === ($config->query === '')) {
            $this->wrong[] = 'Il faut « table » ou « query », et pas les deux.';
        }
        foreach (explode('.', $config->table) as $part) {
            if ($config->table !== '' && preg_match(self::IDENTIFIER, $part) !== 1) {
                $this->wrong[] = "« table » n'est pas un nom de table.";
            }
        }
        $config->query = rtrim($config->query, "; \n\r\t");
        if ($config->query !== '' && preg_match('/^(SELECT|WITH)\b/i', $config->query) !== 1) {
            $this->wrong[] = '« query » doit commencer par SELECT : le module ne fait que lire.';
        }
        foreach (['query', 'where'] as $key) {
            if (strpos($config->$key, ';') !== false) {
                $this->wrong[] = "« $key » ne doit pas contenir de point-virgule.";
            }
        }
        foreach (['id', 'deleted'] as $key) {
            if ($config->$key !== '' && preg_match(self::IDENTIFIER, $config->$key) !== 1) {
                $this->wrong[] = "« $key » n'est pas un nom de colonne.";
            }
        }
        if ($config->ids !== '' && @preg_match($config->ids, '') === false) {
            $this->wrong[] = '« ids » doit être une expression régulière, par exemple /^[0-9]+$/D';
        }
    }

    /** @param mixed $value a column's name, a template, or an array of what is known of it */
    private function column(string $name, $value, string $type, string $where): Column
    {
        $said = is_array($value) ? $value : ['column' => $value];
        $texts = array_filter($said, 'is_string');
        $strange = array_diff(array_keys($said), ['column', 'label', 'type', 'separator']);
        if ($strange !== [] || count($texts) < count($said)) {
            $this->wrong[] = "« $where », « $name » : seuls column, label, type et separator sont compris.";
        }
        $kind = $where === 'record' ? $type : ($texts['type'] ?? $type);
        if (!in_array($kind, self::TYPES, true)) {
            $this->wrong[] = "« $where », « $name » : « type » est un de : " . implode(', ', self::TYPES) . '.';
        }
        $source = $texts['column'] ?? (is_array($value) ? $name : '');
        $column = new Column($name, $source, $texts['label'] ?? '', $kind, $texts['separator'] ?? '');
        foreach ($column->columns() as $each) {
            if (preg_match(self::IDENTIFIER, $each) !== 1) {
                $this->wrong[] = "« $where », « $name » : « $each » n'est pas un nom de colonne.";
            }
        }
        return $column;
    }

    /** @param mixed $value */
    private function terms(Config $config, string $name, $value): void
    {
        $said = is_array($value) ? array_filter($value, 'is_string') : [];
        $ours = isset(self::RECORD[$name]);
        if (!is_array($value) || $said !== $value || array_diff(array_keys($said), self::TERMS) !== []) {
            $this->wrong[] = "« terms », « $name » : seuls " . implode(', ', self::TERMS) . ' sont compris.';
        } elseif ($ours && !in_array($name, self::LISTS, true)) {
            $this->wrong[] = "« terms » : « $name » n'a qu'une valeur par fiche.";
        } elseif (isset($config->columns[$name]) || isset($config->record[$name])) {
            $this->wrong[] = "« terms » : « $name » est déjà une colonne.";
        } elseif (!in_array($said['type'] ?? 'list', self::TYPES, true)) {
            $this->wrong[] = "« terms », « $name » : « type » est un de : " . implode(', ', self::TYPES) . '.';
        } else {
            $linked = ($said['link'] ?? '') !== '';
            foreach ($linked ? ['table', 'text', 'id', 'link', 'from', 'to'] : ['table', 'text', 'from'] as $key) {
                $table = in_array($key, ['table', 'link'], true);
                $parts = $table ? explode('.', $said[$key] ?? '') : [$said[$key] ?? ''];
                if (preg_grep(self::IDENTIFIER, $parts, PREG_GREP_INVERT) !== []) {
                    $this->wrong[] = "« terms », « $name » : « $key » n'est pas un nom de table ou de colonne.";
                }
            }
            $config->terms[$name] = new Terms($name, $said + array_fill_keys(self::TERMS, ''));
        }
    }
}
