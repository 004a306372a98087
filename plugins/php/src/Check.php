<?php

declare(strict_types=1);

namespace Partageons\Module;

use Partageons\Core\PersonalData;
use Partageons\Core\Record;
use Partageons\Core\Unavailable;

/** Tells the webmaster in plain French what the network will read, what stops it, and what could be better. */
final class Check
{
    /** Rows that are looked at. */
    private const LOOKED = 1000;
    private const SHOWN = 3;
    private const SLOW = 1.0;
    /** UTF-8 that was read as Windows-1252. */
    private const BROKEN = '/Ã[©¨ªÂ§´®»\x{a0}]|â€[™œ“]/u';

    private string $folder;
    private string $file;
    private string $version;
    /** @var list<string> */
    private array $lines = [];
    /** @var list<string> what stops the feed */
    private array $wrong = [];
    /** @var list<string> */
    private array $better = [];

    /** @param string $folder where partageons.php is. */
    public function __construct(string $folder, string $file, string $version)
    {
        $this->version = $version;
        $this->folder = $folder;
        $this->file = $file;
    }

    /** Whether the feed works. Known after `report`. */
    public function ready(): bool
    {
        return $this->wrong === [];
    }

    public function report(): string
    {
        $this->lines[] = 'Configuration : ' . $this->file;
        try {
            $config = ConfigFile::read($this->file);
            $this->state($config);
            $this->database($config);
            $this->advert($config);
        } catch (BadConfig $bad) {
            $this->wrong = explode("\n", $bad->getMessage());
        } catch (Unavailable $error) {
            $this->wrong[] = 'La base ne répond pas : ' . $error->getMessage();
        }
        foreach (['À régler, sinon rien ne sort' => $this->wrong, 'À améliorer' => $this->better] as $title => $said) {
            if ($said !== []) {
                $this->lines[] = "\n$title :";
                array_push($this->lines, ...array_map(static fn (string $line): string => "- $line", $said));
            }
        }
        $this->lines[] = $this->wrong === [] ? "\nTout est prêt." : "\nLe flux ne peut pas encore être lu.";
        return implode("\n", $this->lines) . "\n";
    }

    private function state(Config $config): void
    {
        $depth = substr_count($config->path(), '/');
        $site = (string) realpath($depth > 0 ? dirname($this->folder, $depth) : $this->folder) . '/';
        $kept = (string) realpath(dirname($config->state)) . '/';
        if ($kept === '/' && !is_dir(dirname($config->state))) {
            $this->wrong[] = 'Le dossier du fichier d\'état n\'existe pas : ' . dirname($config->state);
        } elseif (!is_writable(is_file($config->state) ? $config->state : dirname($config->state))) {
            $this->wrong[] = "Le fichier d'état ne peut pas être écrit : $config->state";
        } elseif (strncmp($kept, $site, strlen($site)) === 0) {
            $this->better[] = "Le fichier d'état est dans le dossier du site : mettez-le plus haut, hors de portée des "
                . 'visiteurs, ou vérifiez que votre serveur refuse de le donner.';
        }
        if (!in_array('sqlite', \PDO::getAvailableDrivers(), true)) {
            $this->wrong[] = "PHP n'a pas l'extension pdo_sqlite, qu'il faut pour le fichier d'état.";
        }
    }

    private function database(Config $config): void
    {
        $db = new Database($config);
        $this->lines[] = "Base : connexion réussie ($db->driver).";
        $this->columns($config, $db);
        if ($this->wrong !== []) {
            return;
        }
        $rows = new Rows($config, $db);
        $site = new TableSite($config, $rows);
        $began = microtime(true);
        $ids = $rows->ids('', self::LOOKED);
        $slow = microtime(true) - $began > self::SLOW;
        $shared = $site->states($ids);
        $least = count($ids) === self::LOOKED ? ' (les ' . self::LOOKED . ' premières sont regardées)' : '';
        $this->lines[] = 'Lignes lues : ' . count($ids) . $least . '. Fiches partagées : ' . count($shared) . '.';
        if ($shared === []) {
            $this->wrong[] = 'Aucune fiche n\'est partagée : regardez « where », « deleted », « ids » et le titre.';
            return;
        }
        $records = $site->records(array_map('strval', array_keys($shared)));
        foreach (array_slice($records, 0, self::SHOWN) as $record) {
            $this->shown($record);
        }
        $repeated = $rows->repeated();
        if ($repeated > 0) {
            $lines = $repeated > 1 ? 'lignes' : 'ligne';
            $this->better[] = "Identifiant répété, $repeated $lines : une seule de chaque est lue.";
        }
        $this->quality($records);
        $this->raw($config, $rows, $ids);
        $this->server($config, new Server($db), $slow);
    }

    /** Names each column and each table that is not there. */
    private function columns(Config $config, Database $db): void
    {
        $rows = new Rows($config, $db);
        $source = $config->table !== '' ? $db->name($config->table) : "($config->query) AS partageons_source";
        $from = preg_replace('/ AS partageons_source$/', '', $source);
        $asked = array_fill_keys(array_merge([$config->id], $rows->columns()), [$from, '']);
        foreach ($config->terms as $name => $terms) {
            $asked["$name $terms->text"] = [$db->name($terms->table), $terms->text];
            $link = $db->name($terms->link === '' ? $terms->table : $terms->link);
            $asked["$name $terms->from"] = [$link, $terms->from];
            if ($terms->link !== '') {
                $asked["$name $terms->id"] = [$db->name($terms->table), $terms->id];
                $asked["$name $terms->to"] = [$link, $terms->to];
            }
        }
        try {
            $db->rows("SELECT 1 AS one FROM $source WHERE " . ($config->where ?: '1 = 1') . ' LIMIT 1');
        } catch (Unavailable $error) {
            $this->wrong[] = 'La table, la requête ou la condition « where » ne peut pas être lue : '
                . $error->getMessage();
            return;
        }
        foreach ($asked as $column => [$from, $name]) {
            $name = $name === '' ? (string) $column : $name;
            try {
                // By an alias: SQLite takes a quoted name that it does not know for a text.
                $db->rows("SELECT partageons_t.{$db->name($name)} FROM $from AS partageons_t LIMIT 1");
            } catch (Unavailable $error) {
                $this->wrong[] = "La colonne « $name » ne peut pas être lue : " . $error->getMessage();
            }
        }
        $this->refused($config);
    }

    private function refused(Config $config): void
    {
        $columns = array_merge(array_values($config->record), array_values($config->columns));
        foreach ($config->terms as $terms) {
            $columns[] = $terms->column();
        }
        foreach ($columns as $column) {
            if (!$config->shares($column)) {
                $this->better[] = "« $column->name » n'est pas partagé : son nom est celui d'une donnée personnelle. "
                    . "Si ce n'en est pas une, ajoutez '$column->name' à « personal ».";
            }
        }
    }

    private function shown(Record $record): void
    {
        $this->lines[] = "\n[$record->id] $record->title";
        $point = $record->lat === null ? '' : "$record->lat, $record->lon";
        $said = [
            'Résumé' => $record->abstract, 'Texte' => strip_tags($record->content), 'Type' => $record->type,
            'Thèmes' => implode(' ; ', $record->themes), 'Mots clés' => implode(' ; ', $record->keywords),
            'Lieu' => $record->place, 'Position' => $point, 'Page' => $record->url, 'Image' => $record->image,
            'Licence' => $record->licence, 'Créée' => $record->created, 'Modifiée' => $record->modified,
        ];
        foreach ($record->fields as $field) {
            $texts = [];
            foreach ($field->values as $value) {
                $texts[] = $value->label === '' ? $value->text : $value->label;
            }
            $said[$field->label] = implode(' ; ', $texts);
        }
        foreach ($said as $label => $text) {
            if ($text !== '') {
                $text = Texts::line($text);
                $cut = preg_match('/^.{0,150}/u', $text, $start) === 1 ? $start[0] : '';
                $this->lines[] = "  $label : " . ($cut === $text ? $text : "$cut…");
            }
        }
    }

    /** @param array<string, Record> $records */
    private function quality(array $records): void
    {
        $faults = [
            ['Sans résumé', "les lecteurs n'en verront que le titre", fn (Record $it): bool => $it->abstract === ''],
            [
                'Sans licence',
                'les lecteurs devront vous demander ; « defaults » peut en donner une à toutes',
                fn (Record $it): bool => $it->licence === '',
            ],
            ['Sans adresse de page', 'le réseau ne peut renvoyer à vous', fn (Record $it): bool => $it->url === ''],
            ['Sans lieu ni position', 'absentes des cartes', fn (Record $it): bool => "$it->place$it->lat" === ''],
            [
                'Accents abîmés',
                '« encoding » est à régler',
                fn (Record $it): bool => preg_match(self::BROKEN, "$it->title $it->abstract $it->place") === 1,
            ],
        ];
        foreach ($faults as [$what, $so, $is]) {
            $this->count($what, count(array_filter($records, $is)), $so);
        }
    }

    private function count(string $what, int $count, string $so): void
    {
        if ($count > 0) {
            $this->better[] = "$what, $count fiche" . ($count > 1 ? 's' : '') . " : $so.";
        }
    }

    /** @param list<string> $ids */
    private function raw(Config $config, Rows $rows, array $ids): void
    {
        [$zero, $untitled, $undated, $dropped, $seen] = [0, 0, 0, [], 0];
        $known = $config->record;
        $column = static fn (string $name): string => isset($known[$name]) ? $known[$name]->column : '';
        foreach ($rows->of($ids) as $row) {
            $seen++;
            $untitled += Texts::line((string) ($row[$column('title')] ?? 'x')) === '' ? 1 : 0;
            $lat = Texts::degrees((string) ($row[$column('lat')] ?? ''), 90.0);
            $lon = Texts::degrees((string) ($row[$column('lon')] ?? ''), 180.0);
            $zero += $lat === 0.0 && $lon === 0.0 ? 1 : 0;
            $date = (string) ($row[$column('modified')] ?? '');
            $unread = $date !== '' && strncmp($date, '0000-00', 7) !== 0;
            $undated += $unread && Texts::instant($date, $config->timezone) === '' ? 1 : 0;
            foreach ($row as $name => $value) {
                $dropped[$name] = ($dropped[$name] ?? 0) + (is_string($value) && PersonalData::never($value) ? 1 : 0);
            }
        }
        $this->count('Position (0, 0)', $zero, "c'est celle d'un formulaire jamais rempli, elle n'est pas donnée");
        $this->count('Sans titre', $untitled, 'non partagées');
        $this->count('Date de modification illisible', $undated, 'elle n\'est pas donnée');
        foreach (array_filter($dropped) as $name => $count) {
            $this->better[] = "La colonne « $name » contient des courriels ou des téléphones ($count), jamais donnés. "
                . 'Retirez-la de « columns » si elle ne contient que cela.';
        }
    }

    private function server(Config $config, Server $server, bool $slow): void
    {
        $keys = $config->table === '' ? [] : [[$config->table, $config->id]];
        foreach ($config->terms as $terms) {
            $keys[] = [$terms->link === '' ? $terms->table : $terms->link, $terms->from];
        }
        try {
            foreach ($keys as [$table, $column]) {
                if (!$server->indexed($table, $column)) {
                    $this->better[] = "La colonne « $column » de « $table » n'a pas d'index : la lecture sera lente.";
                }
            }
            if ($server->writable()) {
                $this->better[] = 'Le compte de la base peut écrire : donnez au module un compte qui ne fait que lire.';
            }
        } catch (Unavailable $error) {
            $this->better[] = "Les index et les droits n'ont pas pu être vérifiés : " . $error->getMessage();
        }
        if ($slow) {
            $this->better[] = 'La lecture est lente : simplifiez « query », ou ajoutez des index.';
        }
    }

    private function advert(Config $config): void
    {
        $address = htmlspecialchars($config->address, ENT_QUOTES, 'UTF-8');
        $this->lines[] = "\nAdresse du flux : $config->address";
        $this->lines[] = 'À coller entre <head> et </head> dans la page d\'accueil du site :';
        $this->lines[] = "  <link rel=\"alternate\" type=\"text/xml\" title=\"OAI-PMH\" href=\"$address\">";
        $standing = $this->wrong === [] ? (new Module($config, $this->version))->standing() : '';
        if ($standing !== '') {
            $this->lines[] = "Réseau : $standing";
        }
        if (strncmp($config->address, 'https:', 6) !== 0) {
            $this->better[] = '« address » commence par http : préférez https si votre site l\'a.';
        }
    }
}
