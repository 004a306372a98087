"""The records (all invented), words and feed that the tests of writers share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lxml import etree

from bridge.record import Entry, Record, from_json
from bridge.writers import WRITERS, oai_dc
from bridge.writers.feed import Feed
from bridge.writers.xml import PV_NAMESPACE

ROOT = Path(__file__).parent.parent
CASES = Path(__file__).parent / "cases"
PV_SCHEMA = etree.XMLSchema(etree.parse(ROOT / "plugins" / "pv.xsd"))
DC_SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).parent / "schemas" / "oai_dc.xsd"))
NS = {
    "pv": PV_NAMESPACE,
    "xs": "http://www.w3.org/2001/XMLSchema",
    "dc": "http://purl.org/dc/elements/1.1/",
    "oai_dc": oai_dc.OAI_DC_NAMESPACE,
    "atom": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "georss": "http://www.georss.org/georss",
}
LABELS = {
    "r-retour-experience": ("Retour d'expérience", "Case study", "Article", "Text"),
    "r-guide": ("Guide pratique", "Practical guide", "HowTo", "Text"),
    "r-evenement": ("Événement", "Event", "Event", "Event"),
    "r-jeu-donnees": ("Carte ou jeu de données", "Map or dataset", "Dataset", "Dataset"),
    "r-etude": ("Étude ou publication", "Study or publication", "Report", "Text"),
    "t-zones-humides": ("Zones humides & mares", "Wetlands", "", ""),
    "t-tvb": ("Trame verte et bleue", "Green and blue infrastructure", "", ""),
    "s-termine": ("Terminé", "Completed", "", ""),
}
PLACES = {
    "commune/69266": "Villeurbanne (Rhône)",
    "epci/200046977": "Métropole de Lyon",
    "commune/48061": "Florac Trois Rivières (Lozère)",
    "departement/48": "Lozère",
    "region/76": "Occitanie",
}
LICENCES = {
    "NOASSERTION": ("Licence non précisée", ""),
    "etalab-2.0": ("Licence Ouverte 2.0", "https://www.etalab.gouv.fr/licence-ouverte-open-licence/"),
    "ODbL-1.0": ("ODbL 1.0", "https://opendatacommons.org/licenses/odbl/1-0/"),
    "CC-BY-SA-4.0": ("CC BY-SA 4.0", "https://creativecommons.org/licenses/by-sa/4.0/deed.fr"),
}


@dataclass(frozen=True)
class TableWords:
    """Words from the small tables above; what is not in them is unknown."""

    def label(self, concept: str, language: str = "fr") -> str:
        return LABELS[concept][language != "fr"] if concept in LABELS else concept

    def place(self, territory: str) -> str:
        return PLACES.get(territory, territory)

    def source(self, source: str) -> str:
        return "Centre de ressources « Exemple & Cie »" if source == "cdr-exemple" else source

    def licence(self, code: str) -> tuple[str, str]:
        return LICENCES.get(code, (code, ""))

    def schema_type(self, concept: str) -> str:
        return LABELS[concept][2] if concept in LABELS else ""

    def dcmi_type(self, concept: str) -> str:
        return LABELS[concept][3] if concept in LABELS else ""


WORDS = TableWords()
FEED = Feed(
    title="Toutes les ressources & <outils>",
    url="https://pont.exemple.org/feed.xyz?theme=t-tvb&type=r-guide",
    home="https://pont.exemple.org/",
    words=WORDS,
    updated="2026-11-20T12:00:00Z",
    description="Le réseau partage ses ressources & ses <outils>.",
    node="pont.exemple.org",
    hub="https://pont.exemple.org/hub",
    concepts="https://pont.exemple.org/vocabulaire#",
)


def _entries() -> list[Entry]:
    found = json.loads((CASES / "records.json").read_text(encoding="utf-8"))
    return [
        Entry(e["id"], e["datestamp"], e["status"], from_json(e["record"]) if "record" in e else None) for e in found
    ]


ENTRIES = _entries()
LIVE = [e.record for e in ENTRIES if e.record]
WITHDRAWN = [e for e in ENTRIES if not e.record]
BY_ID = {r.id: r for r in LIVE}
FULL = BY_ID["cdr-exemple:1024"]


def written(name: str, entries: list[Entry] = ENTRIES, feed: Feed = FEED) -> bytes:
    return b"".join(WRITERS[name].write(iter(entries), feed))


def one(name: str, record: Record, feed: Feed = FEED) -> bytes:
    return written(name, [Entry(record.id, "2026-11-01T10:00:00Z", "live", record)], feed)


def tree(name: str, entries: list[Entry] = ENTRIES, feed: Feed = FEED) -> Any:
    """Parsed strictly: one illegal character or undeclared prefix and it raises."""
    return etree.fromstring(written(name, entries, feed))
