<?php

declare(strict_types=1);

namespace YesWiki\StandIn;

use YesWiki\Core\Service\DbService;
use YesWiki\Core\Service\EventDispatcher;
use YesWiki\Wiki;

/** The tables and the first pages of a new wiki, with an administrator « WikiAdmin » (« motdepasse ») and a member « Membre ». */
final class Tables
{
    private const TABLES = [
        'pages' => 'tag VARCHAR(191) NOT NULL, time DATETIME NOT NULL, body LONGTEXT NOT NULL, body_r TEXT NOT NULL,'
            . ' owner VARCHAR(191) NOT NULL, user VARCHAR(191) NOT NULL, latest CHAR(1) NOT NULL,'
            . " handler VARCHAR(30) NOT NULL DEFAULT 'page', comment_on VARCHAR(191) NOT NULL DEFAULT ''",
        'triples' => 'resource VARCHAR(255) NOT NULL, property VARCHAR(255) NOT NULL, value TEXT NOT NULL',
    ];

    private const PAGES = ['PagePrincipale' => 'Bienvenue.', 'BazaR' => '{{bazar}}', 'SeConnecter' => '{{login}}'];

    public static function create(Wiki $wiki): void
    {
        $db = $wiki->services->get(DbService::class);
        $sqlite = $db->getLink() instanceof SqliteLink;
        $id = $sqlite ? 'id INTEGER PRIMARY KEY AUTOINCREMENT' : 'id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY';
        $end = $sqlite ? '' : ' CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci';
        foreach (self::TABLES as $name => $columns) {
            $db->query("CREATE TABLE {$db->prefixTable($name)} ($id, $columns)$end");
            $column = $name === 'pages' ? 'tag' : 'resource';
            $db->query("CREATE INDEX idx_$name ON {$db->prefixTable($name)} ($column)");
        }
        $db->query(
            "CREATE TABLE {$db->prefixTable('acls')} (page_tag VARCHAR(191) NOT NULL, privilege VARCHAR(20) NOT NULL,"
            . " list TEXT NOT NULL, PRIMARY KEY (page_tag, privilege))$end"
        );
        $db->query(
            "CREATE TABLE {$db->prefixTable('users')} (name VARCHAR(80) NOT NULL PRIMARY KEY,"
            . " password VARCHAR(256) NOT NULL, email VARCHAR(191) NOT NULL)$end"
        );
        $db->query(
            "CREATE TABLE {$db->prefixTable('nature')} (bn_id_nature INTEGER NOT NULL PRIMARY KEY,"
            . ' bn_label_nature VARCHAR(255), bn_description TEXT, bn_condition TEXT, bn_template TEXT NOT NULL,'
            . " bn_ce_i18n VARCHAR(5) NOT NULL)$end"
        );
        foreach (['WikiAdmin' => 'motdepasse', 'Membre' => 'secret'] as $name => $password) {
            $kept = md5($password);
            $mail = strtolower($name) . '@exemple.org';
            $db->query("INSERT INTO {$db->prefixTable('users')} (name, password, email) VALUES ('$name', '$kept', '$mail')");
        }
        $db->query(
            "INSERT INTO {$db->prefixTable('triples')} (resource, property, value)"
            . " VALUES ('ThisWikiGroup:admins', '" . WIKINI_VOC_ACLS_URI . "', 'WikiAdmin')"
        );
        foreach (self::PAGES as $tag => $body) {
            $wiki->SavePage($tag, $body, '', true);
        }
        $wiki->services->get(EventDispatcher::class)->told = [];
    }
}
