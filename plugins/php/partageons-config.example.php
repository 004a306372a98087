<?php

/*
 * La configuration du module Partageons vert, à remplir puis à renommer partageons-config.php.
 * Mettez-la de préférence au-dessus du dossier du module : il l'y cherche d'abord.
 * Chaque clé est expliquée dans docs/partenaire-php.md. Ensuite : php partageons.php check
 */

return [
    // Qui vous êtes.
    'name' => 'Nom de votre site',
    'address' => 'https://www.exemple.fr/partageons/partageons.php', // celle du flux : ne la changez plus ensuite
    'email' => 'contact@exemple.fr', // une adresse de service : elle est publique

    // Où est la base : mysql:host=…;dbname=…  ou  pgsql:host=…;dbname=…  ou  sqlite:/chemin/vers/base.sqlite
    'dsn' => 'mysql:host=localhost;dbname=nom_de_la_base',
    'user' => 'un_compte_qui_ne_fait_que_lire',
    'password' => '',

    // Ce qui est partagé.
    'table' => 'fiches',
    'id' => 'id',
    'where' => 'publie = 1',

    // De quoi chaque fiche est faite : notre nom => votre colonne. Un texte avec {colonne} en compose une.
    'record' => [
        'title' => 'titre',
        'abstract' => 'resume',
        'url' => 'https://www.exemple.fr/fiches/{id}',
        'place' => 'commune',
        'lat' => 'latitude',
        'lon' => 'longitude',
        'modified' => 'modifie_le',
    ],

    // Vos autres colonnes à partager, sous leurs noms.
    'columns' => [
        'porteur' => ['label' => 'Porteur du projet'],
        'budget' => ['label' => 'Budget'],
    ],

    // Ce que dit une fiche qui ne le dit pas elle-même.
    'defaults' => [
        'licence' => 'Licence Ouverte 2.0',
        'language' => 'fr',
    ],

    // Un fichier que le module crée lui-même, hors du dossier du site.
    'state' => dirname(__DIR__) . '/partageons-etat.sqlite',
];
