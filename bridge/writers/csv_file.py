"""CSV as French spreadsheets open it: UTF-8 with BOM, ``;``, CRLF, one line a record (RFC 4180 quoting)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator

from bridge.record import Entry, Organisation, Record
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, live
from bridge.writers.xml import legal

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
EXTENSION = "csv"
TITLE = "Tableur (CSV)"

# What a spreadsheet runs as a formula; the full-width forms are read as the plain ones.
_FORMULA = tuple("=+-@＝＋－＠")


def _cell(*texts: str) -> str:
    """Several values in one cell, on one line, never a formula."""
    cell = " | ".join([line for text in texts if (line := " ".join(legal(text).split()))])
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _number(value: float | None) -> str:
    """``12000``, ``3.5``: a decimal point, no exponent; empty when unknown."""
    return "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".")


def _names(organisations: tuple[Organisation, ...]) -> str:
    return _cell(*[organisation.name for organisation in organisations])


def _labels(codes: Iterable[str], feed: Feed) -> str:
    return _cell(*[feed.words.label(code, feed.language) for code in codes if code])


_COLUMNS: dict[str, Callable[[Record, Entry, Feed], str]] = {
    "Identifiant": lambda r, e, f: _cell(r.id),
    "Titre": lambda r, e, f: _cell(r.title),
    "Résumé": lambda r, e, f: _cell(r.abstract),
    "Type": lambda r, e, f: _labels((r.type,), f),
    "Thèmes": lambda r, e, f: _labels(r.themes, f),
    "Mots-clés d'origine": lambda r, e, f: _cell(*r.keywords),
    "Adresse de la fiche": lambda r, e, f: _cell(r.url),
    "Documents": lambda r, e, f: _cell(*[document.url for document in r.documents]),
    "Territoire": lambda r, e, f: _cell(*map(f.words.place, r.territories)),
    "Code(s) territoire": lambda r, e, f: _cell(*r.territories),
    "Lieu (texte)": lambda r, e, f: _cell(r.place_text),
    "Latitude": lambda r, e, f: _number(r.point.lat if r.point else None),
    "Longitude": lambda r, e, f: _number(r.point.lon if r.point else None),
    "Échelle": lambda r, e, f: _labels((r.scale,), f),
    "Période": lambda r, e, f: _cell(r.period),
    "Dates (texte)": lambda r, e, f: _cell(r.period_text),
    "Statut": lambda r, e, f: _labels((r.status,), f),
    "Publié": lambda r, e, f: _cell(r.published),
    "Auteurs": lambda r, e, f: _cell(*[who.name for who in r.authors]),
    "Éditeurs": lambda r, e, f: _names(r.publishers),
    "ISBN, DOI…": lambda r, e, f: _cell(*[f"{i.scheme.upper()} {i.value}" for i in r.identifiers]),
    "Édition": lambda r, e, f: _cell(r.edition),
    "Porteur": lambda r, e, f: _names(r.leads),
    "Service associé": lambda r, e, f: _cell(r.department),
    "Type d'acteurs": lambda r, e, f: _labels(r.actor_types, f),
    "Partenaires": lambda r, e, f: _names(r.partners),
    "Financeurs": lambda r, e, f: _names(r.funders),
    "Reconnu acteur engagé": lambda r, e, f: _labels(r.recognitions, f),
    "Budget (texte)": lambda r, e, f: _cell(r.budget_text),
    "Budget (€)": lambda r, e, f: _number(r.budget.value if r.budget else None),
    "HT ou TTC": lambda r, e, f: _cell(r.budget.tax if r.budget else ""),
    "Surface (ha)": lambda r, e, f: _number(r.area_ha),
    "Linéaire (m)": lambda r, e, f: _number(r.length_m),
    "Milieux": lambda r, e, f: _labels(r.habitats, f),
    "Publics": lambda r, e, f: _labels(r.audiences, f),
    "ODD": lambda r, e, f: _cell(*r.sdgs),
    "Taxons": lambda r, e, f: _cell(*r.taxa),
    "Ce qu'on en retient": lambda r, e, f: _cell(r.lessons),
    "Image": lambda r, e, f: _cell(r.image.url if r.image else ""),
    "Contact": lambda r, e, f: _cell(*(r.contact or ())),
    "Licence": lambda r, e, f: _cell(*f.words.licence(r.licence)),
    "Attribution": lambda r, e, f: _cell(r.attribution),
    "Source": lambda r, e, f: _cell(f.words.source(r.source)),
    "Langue": lambda r, e, f: _cell(r.language),
    "Créé": lambda r, e, f: _cell(r.created),
    "Modifié": lambda r, e, f: _cell(r.modified),
    "Changé ici le": lambda r, e, f: _cell(e.datestamp),
    "Parcours": lambda r, e, f: _cell(*[hop.node for hop in r.path]),
    "Page du réseau": lambda r, e, f: _cell(f.page(r.id)),
}


class _Echo:
    """Gives back the line that ``csv`` has just made, so that rows can be streamed."""

    def write(self, line: str) -> str:
        return line


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """One header line in French, one line a live record; several values in a cell are joined by `` | ``."""
    return encode(_lines(entries, feed))


def _lines(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    line: Callable[[Iterable[str]], str] = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n").writerow
    columns = tuple(_COLUMNS.values())
    yield "\ufeff" + line(_COLUMNS)
    for entry, record in live(entries):
        yield line([column(record, entry, feed) for column in columns])
