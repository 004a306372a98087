"""The names that partners give to our fields: columns, keys of an API, labels of a form; in French and in English.

Names are compared by ``plain``: no case, accent, little word, nor the prefix of a software (YesWiki ``bf_``, Drupal
``field_``, Advanced Custom Fields ``acf``, Dublin Core ``dc:`` and ``dcterms:``, schema.org).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from bridge.meaning.text import fold

_THINGS = ("fiche", "projet", "action", "initiative", "ressource", "document", "expérience", "réalisation", "opération")
_NAMED_THINGS = ", ".join(f"{noun} {thing}" for thing in _THINGS for noun in ("titre", "intitulé", "nom", "libellé"))
_TOLD_THINGS = ", ".join(f"{noun} {thing}" for thing in _THINGS for noun in ("résumé", "présentation", "description"))
_PERIODS = ", ".join(
    f"{noun} {thing}"
    for thing in ("action", "projet", "opération", "travaux", "événement", "réalisation", "mise en œuvre")
    for noun in ("dates", "date", "date début", "date fin", "début", "fin", "durée", "période", "calendrier", "année")
)
NAMES: Mapping[str, str] = {
    "title": f"titre, title, intitule, nom, name, libelle, headline, {_NAMED_THINGS}, projet, action, "
    "intitulé du site, nom du site, quel est le titre de votre projet, alternate name, titre court, titre long, "
    "opération, initiative",
    "abstract": "resume, abstract, chapo, chapeau, accroche, summary, excerpt, description courte, description, "
    "descriptif, presentation, description projet, resume projet, contenu, content, content html, content text, "
    f"texte, body, detail, details, {_TOLD_THINGS}, objectifs, objectif, en bref, en résumé, synthèse, l'essentiel, "
    "introduction, description générale, description détaillée, short description, descriptif court, "
    "décrivez votre projet, contexte et objectifs, de quoi s'agit-il, corps de texte",
    "url": "url, lien, link, permalink, href, landing page, url fiche, lien fiche, lien page, lien web, site web, "
    "website, source url, adresse web, lien internet, site internet, origin url, page web, adresse du site, "
    "lien externe, lien vers la fiche, lien vers la ressource, en savoir plus, same as, main entity of page",
    "type": "type, type ressource, type document, type fiche, nature, nature ressource, additional type, "
    "type de contenu, type d'action, type d'opération, type de projet, nature du document, resource type, "
    "type d'événement, nature de l'action, post type",
    "themes": "theme, themes, thematique, thematiques, categorie, categories, category, sujet, sujets, subject, "
    "subjects, domaine, domaines, about, sous-thématique, thème principal, thématique principale, thèmes abordés, "
    "enjeux, enjeu, axe, axe stratégique, axe de travail, rubrique, rubriques, champ d'action, topics, topic, "
    "à quelle thématique se rattache votre action, quels sont les thèmes de l'action, article section, volet",
    "keywords": "mots cles, mot cle, mots clefs, tags, tag, keywords, keyword, etiquettes, descripteurs, "
    "indexation, mots-clés libres, hashtags",
    "insee": "code insee, insee, insee commune, code commune, code insee commune, insee com, com insee, citycode, "
    "commune code, depcom, codgeo, code géographique, numéro insee, code officiel géographique",
    "postcode": "code postal, cp, postcode, postal code, zip, zipcode, zip code, code postal de la commune",
    "commune": "commune, communes, ville, city, municipality, nom commune, commune nom, address locality, localite, "
    "town, communes concernées, commune concernée, libellé commune, quelle commune, nom de la ville, nom com",
    "departement": "departement, departements, dept, dep, code departement, nom departement, num departement, "
    "numéro de département, n° département, libellé département, département concerné, code dept",
    "region": "region, regions, nom region, code region, address region, libellé région, région concernée",
    "epci": "epci, intercommunalite, nom epci, code epci, siren epci, communauté de communes, libellé epci",
    "place": "lieu, lieux, localisation, place, location, territoire, territoires, lieu action, "
    "situation geographique, spatial, spatial coverage, coverage, content location, zone géographique, périmètre, "
    "perimeter, lieu du projet, territoire concerné, secteur géographique, où, où se situe l'action, "
    "bassin versant, massif, localisation du projet, lieu de réalisation, lieu de l'événement, zone d'intervention, "
    "emplacement",
    "lon": "lon, lng, long, longitude, coord x, lon wgs84, x wgs84, coordonnée x, x longitude, xlong, map lng",
    "lat": "lat, latitude, coord y, lat wgs84, y wgs84, coordonnée y, y latitude, ylat, map lat",
    "point": "geo point 2d, geopoint, geo point, point, coordonnees, coordonnees geographiques, coordinates, "
    "geolocalisation, latlon, lat lon, latlng, coordonnées gps, gps, geofield, carte google, géocodage",
    "period": f"periode, dates, annee, annees, calendrier, {_PERIODS}, temporal coverage, temporal, date de début, "
    "date de fin, début, fin, start date, end date, durée, démarrage, quand, date de démarrage, "
    "date de réalisation, années de réalisation, date de lancement, échéance, quand a eu lieu votre action, "
    "date prévue, date réelle, annee debut, annee fin, event date",
    "published": "date publication, date published, publication date, annee publication, date parution, parution, "
    "publie le, pub date, issued, année de parution, année d'édition, date d'édition",
    "status": "statut, status, etat, avancement, etat avancement, statut projet, statut de l'action, "
    "creative work status, stade, stade d'avancement, phase, où en est votre projet, niveau d'avancement, "
    "event status, action status, état du projet, progression, statut de l'initiative",
    "leads": "porteur, porteurs, porteur projet, structure, structure porteuse, organisme, organisation, "
    "organization, maitre ouvrage, maitrise ouvrage, collectivite, nom structure, pilote, "
    "organisme en charge de la mise en œuvre, porteur de l'action, porteur de l'initiative, organisme porteur, "
    "acteur porteur, pilotage, structure responsable, collectivité porteuse, qui porte le projet, qui, moa, "
    "nom de la collectivité, nom de l'organisme, bénéficiaire, gestionnaire, lauréat, entreprise, association, "
    "acteur, acteurs, opérateur, chef de file",
    "department": "service, services, direction, service de la collectivité associé, service porteur, "
    "service pilote, service référent, service instructeur, department, service associé, service en charge, pôle",
    "partners": "partenaire, partenaires, partners, partenaires projet, partenaires techniques, "
    "partenaires associés, maître d'œuvre, maîtrise d'œuvre, prestataires, partenariat, partenariats, avec qui, "
    "acteurs associés, moe, partenaires institutionnels",
    "funders": "financeur, financeurs, funders, funder, partenaires financiers, financement, financements, "
    "cofinanceurs, cofinancement, sponsor, source de financement, subvention, subventions, soutien financier, "
    "comment avez-vous financé l'action, qui a financé l'action, aides obtenues, plan de financement, "
    "aide financière, financers, funding, modalités de financement, financement obtenu",
    "budget": "budget, cout, cout total, couts, montant, budget total, montant total, cost, cout projet, "
    "coût de l'action, coût de l'opération, coût global, budget prévisionnel, budget de l'action, "
    "montant de l'opération, montant ht, montant ttc, quel a été le coût de l'action, montant estimé, dépenses, "
    "enveloppe, enveloppe financière, amount, combien ça coûte",
    "budget_text": "moyens financiers, détail du budget, détail des coûts, commentaire sur le budget",
    "area_ha": "surface, superficie, surface ha, superficie ha, area, surface concernée, hectares, surface totale, "
    "surface m2, superficie totale",
    "length_m": "lineaire, longueur, lineaire m, longueur m, ml, mètres linéaires, linéaire planté, "
    "linéaire de haies, linéaire de cours d'eau",
    "habitats": "milieu, milieux, habitat, habitats, type milieu, types milieux, milieux concernes, "
    "milieux naturels, type d'habitat, habitat naturel, écosystème, écosystèmes",
    "audiences": "public, publics, cible, cibles, public cible, publics cibles, audience, public visé, "
    "publics visés, pour qui, destinataires, target audience, targeted audiences, public concerné, "
    "public bénéficiaire, à qui est destinée la ressource, typical age range, type de public",
    "scale": "echelle, echelle territoriale, echelle action, échelle d'intervention, échelle géographique, "
    "niveau territorial, perimeter scale, à quelle échelle, échelle de travail",
    "actor_types": "type acteur, types acteurs, type acteurs, type structure, type d'organisme, catégorie d'acteur, "
    "type de porteur, statut juridique, forme juridique, type de collectivité, type d'organisation, "
    "nature du porteur",
    "recognitions": "label, labels, reconnaissance, reconnaissances, distinction, prix, label obtenu, "
    "labellisation, reconnu ten, ten, award, trophées, reconnu acteur engagé, acteur engagé",
    "documents": "document, documents, fichier, fichiers, pdf, piece jointe, pieces jointes, telechargement, "
    "document joint, documents joints, télécharger le document, associated media, encoding, content url, enclosure, "
    "enclosures, ressources jointes, annexes, documentation, télécharger la fiche, attachments, attachment, média",
    "image": "image, photo, photos, images, vignette, illustration, visuel, thumbnail, picture, url image, "
    "url photo, image principale, photo principale, thumbnail url, featured image, image à la une, logo, galerie, "
    "photographie, affiche, cover, bandeau, featured media",
    "licence": "licence, license, droits, rights, licence d'utilisation, conditions d'utilisation, droits d'usage, "
    "conditions de réutilisation, access rights",
    "language": "langue, language, lang, in language, langcode, langue du document",
    "created": "date creation, created, created at, date created, cree le, date de saisie, date d'ajout, "
    "date_creation_fiche, date de création de la fiche, date de dépôt, date submitted, creation date, ajouté le",
    "modified": "date modification, modified, updated, updated at, maj, date maj, mise jour, date mise jour, "
    "derniere modification, date modified, changed, last modified, modifie le, date_maj_fiche, "
    "dernière mise à jour, date de mise à jour de la fiche, date updated, date de modification, modified gmt, "
    "lastmod, mis à jour le",
    "lessons": "enseignements, lecons, retour experience, facteurs reussite, points vigilance, résultats, bilan, "
    "résultat, résultats et enseignements, difficultés, freins et leviers, leviers, freins, "
    "ce que nous avons appris, les clés de la réussite, points forts, quels résultats, perspectives, "
    "si c'était à refaire, points forts et points faibles, recommandations",
    "sdgs": "odd, sdg, sdgs, objectifs developpement durable, sustainable development goals",
    "taxa": "espece, especes, taxon, taxons, taxa, species, especes cibles, espèces concernées, nom scientifique, "
    "essence, nom vernaculaire, espèces visées, scientific name, essences, faune et flore concernées",
    "identifiers": "isbn, issn, doi, ean, numéro isbn, isbn issn",
    "publishers": "editeur, editeurs, publisher, publishers, maison d'édition, édité par, éditions",
    "edition": "édition, numéro d'édition, bibliographic citation, book edition",
}
"""Ours -> theirs, separated by commas, the likeliest first: the order of a fallback list."""

_PREFIXES = frozenset(
    {"bf", "field", "acf", "dc", "dcterms", "dct", "schema", "fieldset", "tax", "taxonomy", "meta", "wpcf"}
)
_LITTLE = frozenset(
    {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les", "of", "s", "sur", "the"}
)
# Objects that only hold the values of others.
_WRAPPERS = frozenset(
    {"attributes", "properties", "fields", "acf", "meta", "geo", "address", "location", "sections", "schema", "select"}
    | {"rendered", "value", "raw", "processed", "fr", "relationships", "data"}
)
_PATH = re.compile(r'(?:[A-Za-z_]\w*|"(?:[^"\\]|\\.)*")(?:\.(?:[A-Za-z_]\w*|"(?:[^"\\]|\\.)*"))+')
_STEP = re.compile(r'"(?:[^"\\]|\\.)*"|[^."]+')
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_WORD = re.compile(r"[a-z0-9]+")
_LONGEST = 200

_PERSONAL = re.compile(
    r"^responsable(?! rse)|(?:^| )(?:e ?mails?|mails?|mel|courriels?|electronique|tel|telephones?|phones?|portable|"
    r"mobile|gsm|fax|contacts?|prenoms?|first ?names?|given ?names?|family ?names?|last ?names?|surname|createurs?|"
    r"creatrice|owner|users?|username|login|referente?s?|redacteurs?|redactrice|interlocuteurs?|interlocutrice|"
    r"correspondante?s?|animateurs?|animatrice|civilite|auteur fiche|(?<!qui )adresse|saisi par|modified by|created by|"
    r"charge(?: ?e)? (?:mission|projet)|intervenante?s?|conservateurs?|conservatrice|nom (?:agriculteur|personne)|"
    r"personnes? ressources?)(?: |$)"
)
_WEB_ADDRESS = re.compile(r"(?:^| )(?:web|internet|url|site)(?: |$)")
_BODY = re.compile(r"^(?:service|direction|structure|organisme|collectivite|pole)s? ")
IDS = (
    "id", "identifiant", "uuid", "uid", "id fiche", "identifier", "identifiant unique", "code fiche", "num fiche",
    "numero fiche", "reference", "ref", "slug", "numero", "gid", "fid", "objectid", "code action", "id action",
    "id projet", "code projet", "num dossier", "numero dossier", "guid", "nid", "identifiant fiche",
)  # fmt: skip
"""Plain names of columns that tell rows apart, the likeliest first."""


def plain(key: str) -> str:
    """What counts in ``bf_titre``, ``datePublication``, ``Code INSEE de la commune`` or ``attributes.title.value``."""
    key = key[:_LONGEST]
    holder, dot, inside = key.partition(".")
    if dot and holder in _WRAPPERS and not _PATH.fullmatch(key):  # as it is listed to people: fields.Maître d'ouvrage
        key = inside
    parts = [step.strip('"') for step in _STEP.findall(key)] if _PATH.fullmatch(key) else [key.strip('"')]
    parts = [part for part in parts if part not in _WRAPPERS] or parts[-1:]
    words = _WORD.findall(fold(_CAMEL.sub(" ", " ".join(parts))))
    if len(words) > 1 and words[0] in _PREFIXES:
        words = words[1:]
    return " ".join([word for word in words if word not in _LITTLE] or words)


def is_personal(key: str) -> bool:
    """Whether this key holds a person: a name, an e-mail address, a telephone number, a postal address."""
    name = plain(key)
    return bool(_PERSONAL.search(name)) and not _WEB_ADDRESS.search(name) and not _BODY.match(name)


def named(key: str) -> tuple[str, int]:
    """Our field of this very name and the rank of the name among those of the field; ``("", 0)`` when it is unknown."""
    return _OURS.get(plain(key), ("", 0))


def all_named() -> Mapping[str, tuple[str, int]]:
    """Every name that is known, plain: our field and the rank of the name."""
    return _OURS


def _ours() -> dict[str, tuple[str, int]]:
    """A name that stands under two fields belongs to the first."""
    found: dict[str, tuple[str, int]] = {}
    for ours, names in NAMES.items():
        for rank, name in enumerate(names.split(", ")):
            found.setdefault(plain(name), (ours, rank))
    return found


_OURS = _ours()
