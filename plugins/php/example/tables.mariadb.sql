-- L'exemple du module : une base comme celle d'un concours de villes pour la biodiversité. MySQL et MariaDB.
-- Ensuite : fiches.sql. Tout y est inventé, sauf les noms des communes.

CREATE TABLE initiatives (
    id INTEGER NOT NULL PRIMARY KEY,
    titre VARCHAR(250) NOT NULL,
    resume TEXT NULL,
    objectifs TEXT NULL,
    commune VARCHAR(120) NULL,
    departement VARCHAR(60) NULL,
    latitude DECIMAL(9, 6) NULL,
    longitude DECIMAL(9, 6) NULL,
    porteur VARCHAR(200) NULL,
    service VARCHAR(200) NULL,
    partenaires TEXT NULL,
    budget VARCHAR(100) NULL,
    date_debut DATE NULL,
    date_fin DATE NULL,
    image VARCHAR(200) NULL,
    courriel_referent VARCHAR(200) NULL,
    publie SMALLINT NOT NULL DEFAULT 0,
    cree_le DATETIME NULL,
    modifie_le DATETIME NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE themes (
    id INTEGER NOT NULL PRIMARY KEY,
    nom VARCHAR(120) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE initiative_theme (
    initiative_id INTEGER NOT NULL,
    theme_id INTEGER NOT NULL,
    PRIMARY KEY (initiative_id, theme_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;
