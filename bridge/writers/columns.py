"""A record as a row: the one table of columns that every tabular format writes, under our names or under a target's.

The keys are those of ``record.COLUMNS``: names of the record's fields, and what one field needs several columns for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from bridge.meaning import trail
from bridge.record import Entry, Hop, Organisation, Record
from bridge.writers.feed import Feed
from bridge.writers.xml import legal

Value = Sequence[str] | float | date | None
"""What a cell holds: texts, none of them when nothing is known; a number, or None; a day."""


class Column(NamedTuple):
    """``title`` is the header, unique in a document."""

    title: str
    value: Callable[[Record, Entry, Feed], Value]


def _labels(codes: Iterable[str], feed: Feed) -> list[str]:
    return [feed.words.label(code, feed.language) for code in codes if code]


def _names(organisations: Iterable[Organisation]) -> list[str]:
    return [organisation.name for organisation in organisations]


def _day(text: str) -> Value:
    """``2014-04-30`` is a day; ``2014-04``, a season, or a day that no calendar has, stay the text they are."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return [text]
    return day if day.isoformat() == text else [text]


COLUMNS: Mapping[str, Column] = {
    "id": Column("Identifiant", lambda r, e, f: [r.id]),
    "title": Column("Titre", lambda r, e, f: [r.title]),
    "abstract": Column("Résumé", lambda r, e, f: [r.abstract]),
    "type": Column("Type", lambda r, e, f: _labels((r.type,), f)),
    "themes": Column("Thèmes", lambda r, e, f: _labels(r.themes, f)),
    "keywords": Column("Mots-clés d'origine", lambda r, e, f: r.keywords),
    "url": Column("Adresse de la fiche", lambda r, e, f: [r.url]),
    "documents": Column("Documents", lambda r, e, f: [document.url for document in r.documents]),
    "territories": Column("Territoire", lambda r, e, f: [f.words.place(code) for code in r.territories]),
    "territory_codes": Column("Code(s) territoire", lambda r, e, f: r.territories),
    "place_text": Column("Lieu (texte)", lambda r, e, f: [r.place_text]),
    "latitude": Column("Latitude", lambda r, e, f: r.point.lat if r.point else None),
    "longitude": Column("Longitude", lambda r, e, f: r.point.lon if r.point else None),
    "scale": Column("Échelle", lambda r, e, f: _labels((r.scale,), f)),
    "period": Column("Période", lambda r, e, f: [r.period]),
    "period_text": Column("Dates (texte)", lambda r, e, f: [r.period_text]),
    "status": Column("Statut", lambda r, e, f: _labels((r.status,), f)),
    "published": Column("Publié", lambda r, e, f: _day(r.published)),
    "authors": Column("Auteurs", lambda r, e, f: [who.name for who in r.authors]),
    "publishers": Column("Éditeurs", lambda r, e, f: _names(r.publishers)),
    "identifiers": Column("ISBN ou DOI", lambda r, e, f: [f"{i.scheme.upper()} {i.value}" for i in r.identifiers]),
    "edition": Column("Édition", lambda r, e, f: [r.edition]),
    "leads": Column("Porteur", lambda r, e, f: _names(r.leads)),
    "department": Column("Service associé", lambda r, e, f: [r.department]),
    "actor_types": Column("Type d'acteurs", lambda r, e, f: _labels(r.actor_types, f)),
    "partners": Column("Partenaires", lambda r, e, f: _names(r.partners)),
    "funders": Column("Financeurs", lambda r, e, f: _names(r.funders)),
    "recognitions": Column("Reconnu acteur engagé", lambda r, e, f: _labels(r.recognitions, f)),
    "budget_text": Column("Budget (texte)", lambda r, e, f: [r.budget_text]),
    "budget": Column("Budget (€)", lambda r, e, f: r.budget.value if r.budget else None),
    "budget_tax": Column("HT ou TTC", lambda r, e, f: [r.budget.tax] if r.budget else []),
    "area_ha": Column("Surface (ha)", lambda r, e, f: r.area_ha),
    "length_m": Column("Linéaire (m)", lambda r, e, f: r.length_m),
    "habitats": Column("Milieux", lambda r, e, f: _labels(r.habitats, f)),
    "audiences": Column("Publics", lambda r, e, f: _labels(r.audiences, f)),
    "sdgs": Column("ODD", lambda r, e, f: r.sdgs),
    "taxa": Column("Taxons", lambda r, e, f: r.taxa),
    "lessons": Column("Ce qu'on en retient", lambda r, e, f: [r.lessons]),
    "image": Column("Image", lambda r, e, f: [r.image.url] if r.image else []),
    "contact": Column("Contact", lambda r, e, f: r.contact or ()),
    "licence": Column("Licence", lambda r, e, f: f.words.licence(r.licence)),
    "attribution": Column("Attribution", lambda r, e, f: [r.attribution]),
    "source": Column("Source", lambda r, e, f: [f.words.source(r.source)]),
    "language": Column("Langue", lambda r, e, f: [r.language]),
    "created": Column("Créé", lambda r, e, f: [r.created]),
    "modified": Column("Modifié", lambda r, e, f: [r.modified]),
    "datestamp": Column("Changé ici le", lambda r, e, f: [e.datestamp]),
    "origin": Column("Origine", lambda r, e, f: trail.texts((Hop(*r.origin),) if r.origin else ())),
    "path": Column("Parcours", lambda r, e, f: trail.texts(trail.whole(r, f.node))),
    "page": Column("Page du réseau", lambda r, e, f: [f.page(r.id)]),
}

TITLES: Mapping[str, str] = {key: column.title for key, column in COLUMNS.items()}

PROVENANCE = ("id", "url", "source", "licence", "attribution", "datestamp")
"""What every table holds, whatever its target names: no resource travels without its origin, licence and address."""


def columns(feed: Feed, titles: Mapping[str, str] = TITLES) -> list[Column]:
    """The columns of a document: those that the target names, in its order, then what is missing of ``PROVENANCE``.

    Without names, those of ``titles``: what the format itself calls our keys, ``PROVENANCE`` among them. Keys that lead
    to one header share its cells.
    """
    missing = {key: titles[key] for key in PROVENANCE if key not in feed.names}
    sharing: dict[str, list[str]] = {}
    for key, title in ({**feed.names, **missing} if feed.names else titles).items():
        sharing.setdefault(title, []).append(key)
    return [Column(title, _value(keys)) for title, keys in sharing.items()]


def _value(keys: Sequence[str]) -> Callable[[Record, Entry, Feed], Value]:
    first, *others = [COLUMNS[key].value for key in keys]
    if not others:
        return first
    return lambda r, e, f: [text for value in (first, *others) for text in texts(value(r, e, f))]


def texts(value: Value) -> list[str]:
    """What a cell says, each thing once (two of our words may be one word of the target) and on one line."""
    if value is None:
        return []
    if isinstance(value, date):
        return [value.isoformat()]
    if isinstance(value, (int, float)):
        # ``12000``, ``3.5``: a decimal point, no exponent.
        return [f"{value:.7f}".rstrip("0").rstrip(".")]
    return list(dict.fromkeys([line for text in value if (line := " ".join(legal(text).split()))]))


def cell(value: Value) -> str:
    """The texts of a cell as one."""
    return " | ".join(texts(value))
