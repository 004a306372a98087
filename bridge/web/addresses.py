"""Every address of the bridge that a machine may read, and what each is for."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import urlencode

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from bridge.web.current import absolute
from bridge.web.selection import Selection
from bridge.writers import WRITERS

# extension of a writer -> the section of the page it is in, what it is for
PURPOSES = {
    "atom": ("site", _l("Le flux complet, pour un agrégateur ou un site (Drupal, SPIP, TYPO3…).")),
    "rss": ("site", _l("Le même pour les outils qui ne lisent que le RSS, comme WordPress.")),
    "json": ("site", _l("Le même pour un développeur web, sans XML.")),
    "geojson": ("site", _l("Les ressources situées, pour une carte (uMap, Leaflet, QGIS).")),
    "csv": ("work", _l("S’ouvre dans LibreOffice ou Excel, une ligne par ressource.")),
    "flat.json": ("work", _l("Une liste d’objets simples, pour un tableau de bord ou un script.")),
    "jsonld": ("work", _l("Les mêmes décrites avec schema.org, pour les moteurs et les catalogues.")),
    "dc.xml": ("work", _l("Quinze champs que toutes les bibliothèques connaissent.")),
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


def sections(chosen: Selection) -> list[Section]:
    """The addresses, narrowed to a selection where they can be."""
    query = urlencode(chosen.pairs(view="liste", sort="pertinence"))
    asked = f"?{query}" if query else ""
    feeds: dict[str, list[Address]] = {"site": [], "work": []}
    for writer in WRITERS.values():
        section, purpose = PURPOSES[writer.EXTENSION]
        url = absolute(url_for("feeds.feed", extension=writer.EXTENSION)) + asked
        feeds[section].append(Address(writer.TITLE, str(purpose), url))
    provider = absolute(url_for("oai.provider"))
    harvest = [
        Address(_("Adresse de l’entrepôt"), _("à donner à un outil de moissonnage."), provider),
        Address(_("Ensembles"), _("par partenaire, type, thème, département, licence."), f"{provider}?verb=ListSets"),
        Address("Dublin Core", _("la liste complète."), f"{provider}?verb=ListRecords&metadataPrefix=oai_dc"),
    ]
    interface = [
        Address(_("Rechercher"), _("les mêmes filtres que cette page."), absolute(url_for("api.records")) + asked),
        Address(
            _("Description (OpenAPI)"), _("toutes les adresses et leurs champs."), absolute(url_for("api.description"))
        ),
    ]
    return [
        Section(_("Montrer sur un site"), _("Une adresse stable, toujours à jour."), feeds["site"]),
        Section(_("Travailler les données"), _("Tout d’un coup, sans clé ni compte."), feeds["work"]),
        Section(_("Moissonner"), _("OAI-PMH 2.0 : les changements et les retraits depuis une date."), harvest),
        Section(_("Programmer"), _("Une API JSON en lecture, sans clé."), interface),
    ]
