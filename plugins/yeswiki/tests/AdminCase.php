<?php

declare(strict_types=1);

namespace Partageons\YesWiki\Tests;

use PHPUnit\Framework\TestCase;
use YesWiki\Core\Service\DbService;
use YesWiki\Partageons\Service\Parts;
use YesWiki\StandIn\Fresh;
use YesWiki\Wiki;

/** A wiki of two forms, whose parameters are in its file as in a real one. */
abstract class AdminCase extends TestCase
{
    protected const END = '***60***255*** *** ***text***0*** *** *** * *** * *** *** *** ***';
    protected const CLOSED = '***60***255*** *** ***text***0*** *** ***%s*** * *** *** *** ***';

    protected Wiki $wiki;

    protected function setUp(): void
    {
        $this->wiki = Fresh::wiki(['base_url' => 'https://wiki.exemple.fr/?', 'wakka_name' => 'Wiki']);
        $this->file(['base_url' => 'https://wiki.exemple.fr/?', 'mysql_database' => 'x', 'kept' => ['a' => true]]);
        Fresh::login('WikiAdmin');
        Fresh::form($this->wiki, '5', 'Initiatives', [
            'texte***bf_titre***Titre' . self::END,
            'textelong***bf_description***Description***5***5*** *** ***html***0*** *** *** * *** * *** *** *** ***',
            'map***bf_latitude***bf_longitude*** *** ***',
            'champs_mail***bf_mail***Courriel' . self::END,
            'texte***bf_interne***Notes internes' . sprintf(self::CLOSED, '@admins'),
            'texte***bf_equipe***Pour l’équipe' . sprintf(self::CLOSED, '+'),
            'texte***bf_sien***Pour soi' . sprintf(self::CLOSED, '%'),
            'texte***bf_telephone***Téléphone' . self::END,
            'texte***partageons_prive***Ne pas partager' . self::END,
        ]);
        Fresh::form($this->wiki, '6', 'Membres', [
            'texte***bf_titre***Titre' . self::END,
            'texte***bf_nom***Nom' . self::END,
            'texte***bf_prenom***Prénom' . self::END,
        ]);
    }

    protected function tearDown(): void
    {
        unset($GLOBALS['wiki']);
    }

    protected function parts(): Parts
    {
        return $this->wiki->services->get(Parts::class);
    }

    /** @param array<string, mixed> $values */
    protected function file(array $values): void
    {
        file_put_contents('wakka.config.php', '<?php $wakkaConfig = ' . var_export($values, true) . ';');
    }

    /** @return array<string, mixed> */
    protected function written(): array
    {
        $wakkaConfig = [];
        eval(substr((string) file_get_contents('wakka.config.php'), 5));
        return $wakkaConfig;
    }

    /** @param list<string> $values */
    protected function sql(string $query, array $values = []): void
    {
        $this->parts()->connection()->run(
            str_replace('{}', (string) $this->wiki->config['table_prefix'], $query),
            $values
        );
    }

    /** @param array<string, mixed> $data */
    protected function entry(array $data, string $form = '5', ?string $source = null): string
    {
        return Fresh::entry($this->wiki, $form, $data, $source);
    }

    /** Written into what is stored, as an import would. */
    protected function stored(string $tag, string $name, string $value): void
    {
        $db = $this->wiki->services->get(DbService::class);
        $table = $this->wiki->config['table_prefix'] . 'pages';
        $row = $db->loadSingle("SELECT body FROM $table WHERE tag = '$tag' AND latest = 'Y'");
        $body = json_encode([$name => $value] + json_decode($row['body'], true));
        $this->sql("UPDATE {}pages SET body = ? WHERE tag = ? AND latest = 'Y'", [$body, $tag]);
    }
}
