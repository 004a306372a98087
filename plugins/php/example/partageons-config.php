<?php

// La configuration de la base d'exemple, sur MySQL ou MariaDB. Pour PostgreSQL et SQLite, seul « dsn » change.
return [
    'name' => 'Villes pour la biodiversité',
    'address' => 'https://www.exemple.fr/partageons/partageons.php',
    'email' => 'contact@exemple.fr',

    'dsn' => 'mysql:host=localhost;dbname=essai;charset=utf8mb4',
    'user' => 'lecture',
    'password' => 'à changer',

    'table' => 'initiatives',
    'id' => 'id',
    'where' => 'publie = 1',

    'record' => [
        'title' => 'titre',
        'abstract' => 'resume',
        'url' => 'https://www.exemple.fr/initiatives/{id}',
        'place' => '{commune} ({departement})',
        'lat' => 'latitude',
        'lon' => 'longitude',
        'image' => 'https://www.exemple.fr/images/{image}',
        'created' => 'cree_le',
        'modified' => 'modifie_le',
    ],
    'columns' => [
        'porteur' => ['label' => 'Porteur du projet'],
        'service' => ['label' => 'Service porteur'],
        'partenaires' => ['label' => 'Partenaires', 'type' => 'list', 'separator' => ';'],
        'budget' => ['label' => 'Budget'],
        'date_debut' => ['label' => 'Date de début', 'type' => 'date'],
        'date_fin' => ['label' => 'Date de fin', 'type' => 'date'],
        'objectifs' => ['label' => 'Objectifs'],
    ],
    'terms' => [
        'themes' => [
            'table' => 'themes',
            'id' => 'id',
            'text' => 'nom',
            'link' => 'initiative_theme',
            'from' => 'initiative_id',
            'to' => 'theme_id',
        ],
    ],
    'defaults' => [
        'type' => "Retour d'expérience",
        'licence' => 'Licence Ouverte 2.0',
        'language' => 'fr',
    ],

    'state' => dirname(__DIR__) . '/partageons-etat.sqlite',
];
