"""Every address of the bridge that a machine may read, and what each is for."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from bridge.store.search import Query
from bridge.web.current import absolute, collective, to
from bridge.web.oai import search_set
from bridge.web.selection import Selection
from bridge.writers import WRITERS, spip

if TYPE_CHECKING:
    from bridge.meaning.target import Target

# extension of a writer -> the section of the page it is in, what it is for
PURPOSES = {
    "atom": ("site", _l("Le flux complet, pour un agrégateur ou un site (Drupal, SPIP, TYPO3…).")),
    "rss": ("site", _l("Le même pour les outils qui ne lisent que le RSS, comme WordPress.")),
    "json": ("site", _l("Le même pour un développeur web, sans XML.")),
    "geojson": ("map", _l("Les ressources, situées ou non, pour Leaflet ou QGIS.")),
    "spip.rss": ("site", _l("Pour « référencer un site » dans SPIP : un article par ressource, mille au plus.")),
    "wordpress.json": ("site", _l("Ce que notre extension WordPress montre dans une page.")),
    "wxr.xml": ("site", _l("Pour l’importateur de WordPress, une fois : des brouillons à relire puis à publier.")),
    "umap.geojson": ("map", _l("Une couche distante d’une carte uMap : les ressources situées et leur source.")),
    "gogocarto.json": ("map", _l("Un import dynamique d’une carte GoGoCarto : les ressources situées.")),
    "csv": ("work", _l("S’ouvre dans LibreOffice ou Excel, une ligne par ressource.")),
    "xlsx": ("work", _l("Le même en classeur : de vrais nombres, de vraies dates, des filtres.")),
    "flat.json": ("work", _l("Une liste d’objets simples, pour un tableau de bord ou un script.")),
    "jsonld": ("work", _l("Les mêmes décrites avec schema.org, pour les moteurs et les catalogues.")),
    "dcat.jsonld": ("work", _l("Un jeu de données par source, pour un portail : data.gouv.fr, CKAN.")),
    "dcat.ttl": ("work", _l("Le même catalogue, pour qui lit du RDF.")),
    "dcat.rdf": ("work", _l("Le même catalogue, pour les portails qui veulent du XML.")),
    "dc.xml": ("library", _l("Quinze champs que toutes les bibliothèques connaissent.")),
    "ics": ("work", _l("Les événements datés, dans votre agenda (Nextcloud, Google, Outlook, Apple).")),
    "qdc.xml": ("library", _l("Les mêmes champs précisés : dates, lieux, licence (portail Eau & Biodiversité).")),
    "unimarc.mrc": ("library", _l("Des notices à importer dans PMB, dans Koha, ou dans un autre catalogue français.")),
    "unimarc.xml": ("library", _l("Les mêmes notices UNIMARC en XML.")),
    "marc21.mrc": ("library", _l("Des notices à importer dans un catalogue tenu en MARC 21.")),
    "marc21.xml": ("library", _l("Les mêmes notices MARC 21 en XML.")),
    "pv.xml": ("work", _l("Tous les champs, tels que les modules des partenaires les échangent.")),
}


class Address(NamedTuple):
    """One address, absolute: its name, what it is for."""

    name: str
    purpose: str
    url: str


class Section(NamedTuple):
    """Addresses of one use."""

    title: str
    intro: str
    addresses: list[Address]


def sections(chosen: Selection, target: Target | None = None) -> list[Section]:
    """The addresses, narrowed to a selection where they can be, or those of a target."""
    pairs = chosen.pairs(view="liste", sort="pertinence")
    query = urlencode(pairs)
    asked = f"?{query}" if query else ""
    feeds: dict[str, list[Address]] = {"site": [], "map": [], "work": [], "library": []}
    for writer in WRITERS.values():
        section, purpose = PURPOSES.get(writer.EXTENSION, ("work", ""))
        address = feed_of(writer.EXTENSION, target)
        if writer is spip and (parts := _parts(chosen, target)):
            feeds[section] += [Address(f"{spip.TITLE}, {name}", str(purpose), address + part) for name, part in parts]
        else:
            feeds[section].append(Address(writer.TITLE, str(purpose), address + asked))
    provider = repository_of(target)
    harvest = [
        Address(_("Adresse de l’entrepôt"), _("à donner à un outil de moissonnage."), provider),
        Address(_("Ensembles"), _("par partenaire, type, thème, département, licence."), f"{provider}?verb=ListSets"),
        Address("Dublin Core", _("la liste complète."), f"{provider}?verb=ListRecords&metadataPrefix=oai_dc"),
    ]
    if target is None and query:
        narrowed = f"{provider}?verb=ListRecords&metadataPrefix=oai_dc&set={search_set(pairs)}"
        harvest.append(Address(_("Cette sélection"), _("comme un ensemble à moissonner."), narrowed))
    found = [
        Section(_("Montrer sur un site"), _("Une adresse stable, toujours à jour."), feeds["site"]),
        Section(_("Placer sur une carte"), _("Les ressources situées, relues par la carte elle-même."), feeds["map"]),
        Section(_("Travailler les données"), _("Tout d’un coup, sans clé ni compte."), feeds["work"]),
        Section(_("Cataloguer"), _("Pour un centre de documentation."), feeds["library"]),
        Section(_("Moissonner"), _("OAI-PMH 2.0 : les changements et les retraits depuis une date."), harvest),
    ]
    if target is None:
        interface = [
            Address(
                _("Mode d’emploi"), _("chaque adresse, avec un exemple."), absolute(to("documentation.documentation"))
            ),
            Address(_("Rechercher"), _("les mêmes filtres que cette page."), absolute(url_for("api.records")) + asked),
            Address(
                _("Description (OpenAPI)"),
                _("toutes les adresses et leurs champs."),
                absolute(url_for("api.description")),
            ),
        ]
        found.append(Section(_("Programmer"), _("Une API JSON en lecture, sans clé."), interface))
    return [section for section in found if section.addresses]


def _parts(chosen: Selection, target: Target | None) -> list[tuple[str, str]]:
    """What a selection too large for one feed of SPIP is cut in, with the query of each: by source, then in lots."""
    query = collective.query_of(target) if target else Query()
    found = collective.index.search(
        replace(query, text=chosen.text, filters=chosen.filters, bbox=chosen.box, limit=0, facets=True)
    )
    parts = []
    for source, size in found.facets["source"] if found.total > spip.MOST else ():
        pairs = chosen.pairs(view="liste", sort="pertinence", filters={**chosen.filters, "source": (source,)})
        lots = -(-size // (spip.MOST * 4 // 5))  # they are never quite equal
        for lot in range(1, lots + 1):
            name = collective.words.source(source) + (f" ({lot}/{lots})" if lots > 1 else "")
            parts.append((name, f"?{urlencode([*pairs, *([('lot', f'{lot}-{lots}')] if lots > 1 else [])])}"))
    return parts


def feed_of(extension: str, target: Target | None = None) -> str:
    """The address of a feed, of everything or of what a target receives."""
    if target is None:
        return absolute(url_for("feeds.feed", extension=extension))
    return absolute(url_for("feeds.target_feed", id=target.id, extension=extension))


def repository_of(target: Target | None = None) -> str:
    """The address of the OAI-PMH repository, of everything or of what a target receives."""
    if target is None:
        return absolute(url_for("oai.provider"))
    return absolute(url_for("oai.target_provider", id=target.id))
