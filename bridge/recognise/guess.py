"""A first guess of ``[fields]`` from the names of columns: a person looks at it before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bridge.meaning.text import fold

_THINGS = ("fiche", "projet", "action", "initiative", "ressource", "document", "experience", "realisation", "operation")
_NAMED_THINGS = ", ".join(f"{noun} {thing}" for thing in _THINGS for noun in ("titre", "intitule", "nom", "libelle"))
# Ours <- theirs, folded, without little words; the order is that of the fallback list.
_NAMES: Mapping[str, str] = {
    "title": f"titre, title, intitule, nom, name, libelle, headline, {_NAMED_THINGS}, projet, action",
    "abstract": "resume, abstract, chapo, chapeau, accroche, summary, excerpt, description courte, description, "
    "descriptif, presentation, description projet, resume projet, contenu, content, content html, content text, texte, "
    "body, detail, details",
    "url": "url, lien, link, permalink, href, landing page, url fiche, lien fiche, lien page, lien web, site web, "
    "website, source url, adresse web, lien internet",
    "type": "type, type ressource, type document, type fiche, nature, nature ressource",
    "themes": "theme, themes, thematique, thematiques, categorie, categories, category, sujet, sujets, subject, "
    "subjects, domaine, domaines",
    "keywords": "mots cles, mot cle, mots clefs, tags, tag, keywords, keyword, etiquettes",
    "insee": "code insee, insee, insee commune, code commune, code insee commune, insee com, com insee, citycode, "
    "commune code, depcom, codgeo",
    "postcode": "code postal, cp, postcode, postal code, zip, zipcode, zip code",
    "commune": "commune, communes, ville, city, municipality, nom commune, commune nom, address locality, localite",
    "departement": "departement, departements, dept, dep, code departement, nom departement, num departement",
    "region": "region, regions, nom region, code region",
    "epci": "epci, intercommunalite, nom epci, code epci, siren epci",
    "place": "lieu, lieux, localisation, place, location, territoire, territoires, lieu action, situation geographique",
    "lon": "lon, lng, long, longitude, coord x, lon wgs84, x wgs84",
    "lat": "lat, latitude, coord y, lat wgs84, y wgs84",
    "point": "geo point 2d, geopoint, geo point, point, coordonnees, coordonnees geographiques, coordinates, "
    "geolocalisation, latlon, lat lon, latlng",
    "period": "periode, dates, annee, annees, calendrier, periode realisation, annee realisation, date realisation, "
    "temporal coverage",
    "published": "date publication, date published, publication date, annee publication, date parution, parution, "
    "publie le, pub date",
    "status": "statut, status, etat, avancement, etat avancement, statut projet",
    "leads": "porteur, porteurs, porteur projet, structure, structure porteuse, organisme, organisation, organization, "
    "maitre ouvrage, maitrise ouvrage, collectivite, nom structure, pilote",
    "partners": "partenaire, partenaires, partners, partenaires projet, partenaires techniques",
    "funders": "financeur, financeurs, funders, funder, partenaires financiers",
    "budget": "budget, cout, cout total, couts, montant, budget total, montant total, cost, cout projet",
    "area_ha": "surface, superficie, surface ha, superficie ha, area",
    "length_m": "lineaire, longueur, lineaire m, longueur m",
    "habitats": "milieu, milieux, habitat, habitats, type milieu, types milieux, milieux concernes",
    "audiences": "public, publics, cible, cibles, public cible, publics cibles, audience",
    "scale": "echelle, echelle territoriale, echelle action",
    "actor_types": "type acteur, types acteurs, type structure",
    "documents": "document, documents, fichier, fichiers, pdf, piece jointe, pieces jointes, telechargement",
    "image": "image, photo, photos, images, vignette, illustration, visuel, thumbnail, picture, url image, url photo",
    "licence": "licence, license, droits, rights",
    "language": "langue, language, lang",
    "created": "date creation, created, created at, date created, cree le",
    "modified": "date modification, modified, updated, updated at, maj, date maj, mise jour, date mise jour, "
    "derniere modification, date modified, changed, last modified, modifie le",
    "lessons": "enseignements, lecons, retour experience, facteurs reussite, points vigilance",
    "sdgs": "odd, sdg, sdgs, objectifs developpement durable",
    "taxa": "espece, especes, taxon, taxons, taxa, species, especes cibles",
    "identifiers": "isbn, issn, doi",
    "publishers": "editeur, editeurs, publisher, publishers",
}
_OURS: Mapping[str, tuple[str, int]] = {
    name.strip(): (ours, rank) for ours, names in _NAMES.items() for rank, name in enumerate(names.split(","))
}
_ONE_ONLY = frozenset({"lon", "lat"})
_LITTLE = frozenset({"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "of", "sur", "the"})
_PREFIXES = frozenset({"bf", "field", "acf", "dc", "dcterms", "schema"})
_PERSONAL = re.compile(
    r"^responsable|(?:^| )(?:e ?mails?|mails?|mel|courriels?|tel|telephones?|phones?|portable|mobile|gsm|fax|contacts?|"
    r"prenoms?|first ?names?|last ?names?|surname|createurs?|owner|users?|username|login|referente?s?|redacteurs?|"
    r"redactrice|interlocuteurs?|interlocutrice|animateurs?|animatrice|civilite|auteur fiche|adresse)(?: |$)"
)
_IDS = ("id", "identifiant", "uuid", "uid", "id fiche", "identifier", "identifiant unique", "code fiche", "num fiche",
        "numero fiche", "reference", "ref", "slug", "numero", "gid", "fid", "objectid")  # fmt: skip
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
# Objects that only hold the values of others.
_WRAPPERS = frozenset(
    {"attributes", "properties", "fields", "acf", "meta", "geo", "address", "location"}
    | {"rendered", "value", "raw", "processed", "fr"}
)
_WEB_ADDRESS = re.compile(r"(?:^| )(?:web|internet|url)(?: |$)")


def guess(keys: Iterable[str]) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """``[fields]`` and ``ignore`` for these keys (column names, or paths as ``paths`` gives them).

    Columns of people, e-mail addresses and telephone numbers are never mapped: they are in ``ignore``.
    """
    names = {key: _plain(key) for key in keys}
    found: dict[str, list[tuple[int, str]]] = {}
    ignored: list[str] = []
    first_names = any("prenom" in name.split() for name in names.values())
    for key, name in names.items():
        if _PERSONAL.search(name) and not _WEB_ADDRESS.search(name) or (first_names and name == "nom"):
            ignored.append(key)
        elif name in _OURS:
            ours, rank = _OURS[name]
            found.setdefault(ours, []).append((rank, key))
    fields = {ours: [key for _, key in sorted(ranked)] for ours, ranked in found.items()}
    return {ours: fields[ours][:1] if ours in _ONE_ONLY else fields[ours] for ours in _NAMES if ours in fields}, tuple(
        ignored
    )


def id_key(rows: Sequence[Mapping[str, Any]]) -> str:
    """The key whose values look like identifiers: a usual name, never empty, never twice; empty when there is none."""
    names = {_plain(key): key for row in rows[:1] for key in row}
    for name in _IDS:
        if key := names.get(name):
            values = [str(row.get(key) or "") for row in rows]
            if all(values) and len(set(values)) == len(values):
                return key
    return ""


def paths(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys of these objects and of the objects inside them (``geo.lat``), as JMESPath, in order of appearance."""
    found: dict[str, None] = {}
    for row in rows:
        for key, value in row.items():
            if isinstance(value, dict):
                found |= {f"{_quoted(key)}.{_quoted(inner)}": None for inner in value}
            else:
                found[key] = None
    return list(found)


def _quoted(key: str) -> str:
    return key if _BARE.fullmatch(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _plain(key: str) -> str:
    """What counts in ``bf_titre``, ``datePublication``, ``Code INSEE de la commune`` or ``attributes.title.value``."""
    parts = key.split(".") if _PATH.fullmatch(key) else [key]
    parts = [part for part in parts if part not in _WRAPPERS] or parts[-1:]
    words = re.findall(r"[a-z0-9]+", fold(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", " ".join(parts))))
    if len(words) > 1 and words[0] in _PREFIXES:
        words = words[1:]
    return " ".join([word for word in words if word not in _LITTLE] or words)
