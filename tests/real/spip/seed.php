<?php
// Writes the content of a partner's SPIP, and prints the numbers of what a test wants to name.
require __DIR__ . '/load.php';

ecrire_meta('nom_site', 'Réseau des communes vivantes');
ecrire_meta('adresse_site', rtrim(getenv('SITE_URL'), '/'));
ecrire_meta('articles_mots', 'oui');

$author = sql_insertq('spip_auteurs', array('nom' => 'Éléonore Vautrin', 'email' => 'eleonore@exemple.org',
    'login' => 'eleonore', 'statut' => '1comite'));

function section(string $title, int $parent = 0): int {
    $number = sql_insertq('spip_rubriques', array('titre' => $title, 'id_parent' => $parent, 'statut' => 'publie',
        'date' => '2026-01-01 10:00:00', 'maj' => '2026-01-01 10:00:00', 'lang' => 'fr'));
    sql_updateq('spip_rubriques', array('id_secteur' => $parent ?: $number), "id_rubrique=$number");
    return $number;
}

function article(int $section, string $title, string $lead, string $text, string $date, string $state = 'publie'): int {
    $number = sql_insertq('spip_articles', array('titre' => $title, 'id_rubrique' => $section, 'id_secteur' => $section,
        'chapo' => $lead, 'texte' => $text, 'date' => $date, 'date_modif' => $date, 'statut' => $state, 'lang' => 'fr'));
    global $author;
    sql_insertq('spip_auteurs_liens', array('id_auteur' => $author, 'objet' => 'article', 'id_objet' => $number));
    return $number;
}

$ids = array('resources' => section("Retours d'expérience"), 'news' => section('Actualités'));
$ids['empty'] = section('Rubrique sans rien');
$group = sql_insertq('spip_groupes_mots', array('titre' => 'Thèmes', 'tables_liees' => 'articles'));
$words = array();
foreach (array('Pollinisateurs', 'Trame verte et bleue', 'Zones humides') as $word) {
    $words[] = sql_insertq('spip_mots', array('titre' => $word, 'id_groupe' => $group, 'type' => 'Thèmes'));
}
$communes = array('Lyon', 'Besançon', 'Quimper', 'Nantes', 'Grenoble', 'Rennes', 'Lille', 'Nancy', 'Pau', 'Dijon', 'Metz');
foreach ($communes as $place => $commune) {
    $date = sprintf('2025-%02d-10 10:00:00', $place + 1);
    $text = "{{{Contexte}}}\n\nLa mare de $commune était comblée depuis vingt ans ; la haie voisine avait disparu.\n\n"
        . "{{{Actions menées}}}\n\n- Curage de la mare\n- Plantation de 300 m de haies\n\n"
        . "{{Commune :}} $commune\n\n{{Porteur :}} Ville de $commune\n\n{{Budget :}} 12 500 €";
    $number = article($ids['resources'], sprintf('%02d. Mare et haie de %s', $place + 1, $commune),
        "La ville de $commune a rouvert une mare et replanté une haie.", $text, $date);
    $ids[$commune] = $number;
    sql_insertq('spip_mots_liens', array('id_mot' => $words[$place % 3], 'objet' => 'article', 'id_objet' => $number));
}
foreach (array('Assemblée générale', 'Nouveau site', 'Offre de stage') as $title) {
    article($ids['news'], $title, '', 'Une nouvelle du réseau, qui n’est pas une ressource.', '2026-02-01 10:00:00');
}
$ids['draft'] = article($ids['resources'], 'Brouillon SECRET-1', '', 'Rien encore.', '2026-03-01 10:00:00', 'prepa');
calculer_langues_rubriques();
forget();
echo json_encode($ids);
