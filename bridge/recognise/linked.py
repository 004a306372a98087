"""A page that leads to a file of data: « Télécharger la liste (CSV) ». The file is what is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from bridge.meaning.text import clean, fold
from bridge.recognise.look import Look
from bridge.recognise.proposal import Proposal
from bridge.recognise.tables import csv_file, geojson, ics, json_api, spreadsheet
from bridge.record import NOASSERTION

# In order of preference, where a page gives the same data in several.
_SUFFIXES = (".geojson", ".csv", ".xlsx", ".ods", ".json", ".ics")
_TYPES = {
    "application/geo+json": ".geojson",
    "text/csv": ".csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
    "text/calendar": ".ics",
    "application/json": ".json",
}
_PROBES: tuple[Callable[[Look], Proposal | None], ...] = (ics, geojson, json_api, csv_file, spreadsheet)
_DATA = re.compile(
    r"ressource|fiche|export|donnees|base|liste|telecharg|catalogue|initiative|action|projet|tableau|open ?data"
)
_NO_DATA = re.compile(r"modele|exemple|budget|annuaire|contact|adherent|membre|newsletter|statistique|notice")
# The same page for machines, and no list.
_OF_THE_PAGE = re.compile(r"oembed|wp-json")
_MAX_LINKS = 5000
_OTHERS = 5


class _File(NamedTuple):
    url: str
    label: str
    suffix: str

    @property
    def stem(self) -> str:
        """What is the same in ``export.csv`` and ``export.xlsx``."""
        return self.url.partition("?")[0].lower().removesuffix(self.suffix)

    @property
    def merit(self) -> int:
        words = fold(f"{self.label} {unquote(urlsplit(self.url).path)}")
        return bool(_DATA.search(words)) - bool(_NO_DATA.search(words))


def linked_file(look: Look) -> Proposal | None:
    """The one file of data that a page leads to, if it is clear which; the others are told."""
    files = _files(look)
    if not files:
        return None
    best = max(each.merit for each in files)
    stems = {each.stem for each in files if each.merit == best}
    if len(stems) > 1:
        return None
    chosen = min((each for each in files if each.merit == best), key=lambda each: _SUFFIXES.index(each.suffix))
    found = look.ask(chosen.url)
    # « Ajouter à mon agenda » is about the page, not a list.
    if chosen.suffix == ".ics" and found.text.upper().count("BEGIN:VEVENT") < 2:
        return None
    proposal = next(filter(None, (probe(found) for probe in _PROBES)), None)
    if proposal is None:
        return None
    host = urlsplit(proposal.url).hostname or ""
    others = [(f"Fichier : {each.label}", each.url) for each in files if each.url != chosen.url]
    return proposal._replace(
        title=(look.title or proposal.title) if proposal.title in (host, "") else proposal.title,
        licence=look.licence if proposal.licence == NOASSERTION else proposal.licence,
        why=(f"La page mène à un fichier de données (« {chosen.label} ») : c'est lui qui est lu.", *proposal.why),
        others=(*proposal.others, *others[:_OTHERS]),
    )


def _files(look: Look) -> list[_File]:
    """The files of data that the page links to, each once."""
    if look.html is None:
        return []
    found: dict[str, _File] = {}
    for link in look.links:
        if "alternate" in link.rel and link.type in _TYPES and not _OF_THE_PAGE.search(link.url.lower()):
            found.setdefault(link.url, _File(link.url, clean(link.title) or _name(link.url), _TYPES[link.type]))
    for element in look.html.xpath("//a[@href]")[:_MAX_LINKS]:
        try:
            address = urljoin(look.base, element.get("href").strip()).partition("#")[0]
            suffix = PurePosixPath(urlsplit(address).path.lower()).suffix
        except ValueError:
            continue
        if suffix in _SUFFIXES and address.startswith(("https://", "http://")):
            words = clean("".join(element.itertext()))[:100]
            found.setdefault(address, _File(address, words or _name(address), suffix))
    return list(found.values())


def _name(url: str) -> str:
    return unquote(urlsplit(url).path.rpartition("/")[2]) or url
