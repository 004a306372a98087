-- L'exemple du module : une base comme celle d'un concours de villes pour la biodiversité. SQLite.
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
    date_debut TEXT NULL,
    date_fin TEXT NULL,
    image VARCHAR(200) NULL,
    courriel_referent VARCHAR(200) NULL,
    publie SMALLINT NOT NULL DEFAULT 0,
    cree_le TEXT NULL,
    modifie_le TEXT NULL
);

CREATE TABLE themes (
    id INTEGER NOT NULL PRIMARY KEY,
    nom VARCHAR(120) NOT NULL
);

CREATE TABLE initiative_theme (
    initiative_id INTEGER NOT NULL,
    theme_id INTEGER NOT NULL,
    PRIMARY KEY (initiative_id, theme_id)
);
