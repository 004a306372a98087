"""A record as a person reads it: the rows of its page, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from flask_babel import format_date, format_datetime, format_decimal
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from bridge.meaning import dates, territory
from bridge.meaning.text import fold
from bridge.record import Amount, Identifier, Organisation, Point, Record
from bridge.web.current import collective, language, to
from bridge.web.selection import language_name

# West, south, east, north of the locator maps, the first that holds the point; the last holds them all.
WINDOWS = (
    (-5.6, 41.2, 9.8, 51.3),
    (-62.2, 13.9, -60.4, 16.7),
    (-55.2, 1.7, -51.0, 6.2),
    (54.5, -21.8, 56.6, -20.4),
    (44.4, -13.4, 45.9, -12.3),
    (-65.0, -25.0, 60.0, 55.0),
)
_SCHEMES = {"isbn": "ISBN", "issn": "ISSN", "doi": "DOI"}


class Fact(NamedTuple):
    """One value of a row; ``url`` when it leads somewhere."""

    text: str
    url: str = ""


class Row(NamedTuple):
    """One row of the page: its name, its values."""

    title: str
    facts: list[Fact]


def rows(record: Record) -> list[Row]:
    """What is known of a record beside its title and texts, in the order a reader looks for it."""
    found = (Row(str(title), [fact for fact in read(record) if fact.text]) for title, read in _ROWS)
    return [row for row in found if row.facts]


def period(record: Record) -> str:
    """When it took place: the source's own words, else what was understood of them."""
    return record.period_text or when(record.period)


def when(edtf: str) -> str:
    """An EDTF date or interval in words."""
    return dates.french(edtf, language())


def day(instant: str) -> str:
    """The day of an instant, written out; empty when there is none."""
    return format_date(datetime.fromisoformat(instant), "long") if instant else ""


def moment(instant: str) -> str:
    """The day and hour of an instant, in Paris; empty when there is none."""
    return format_datetime(datetime.fromisoformat(instant), "d MMMM y, HH:mm") if instant else ""


def every(seconds: int) -> str:
    """How often a source is looked at, in words: minutes, then hours."""
    minutes = round(seconds / 60)
    if minutes < 90:
        return str(_("environ toutes les %(count)s minutes, selon ce qui change", count=minutes))
    return str(_("environ toutes les %(count)s heures, selon ce qui change", count=round(minutes / 60)))


def amount(value: Amount) -> str:
    """« environ 12 000 € HT »."""
    number = f"{format_decimal(value.value, '#,##0.##')}\N{NO-BREAK SPACE}€"
    about = _("environ %(amount)s", amount=number) if value.approx else number
    tax = {"HT": _("HT"), "TTC": _("TTC")}.get(value.tax, "")
    return f"{about} {tax}".strip()


def places(record: Record) -> str:
    """Where it is: the names of its territories, else the source's own words."""
    return ", ".join(collective.words.place(code) for code in record.territories) or record.place_text


def node(name: str) -> str:
    """A node of the network: its host when it is named by an address."""
    return urlsplit(name).netloc or name


def window(point: Point) -> tuple[float, float, float, float]:
    """The locator map that holds a point: west, south, east, north."""
    fits = (w for w in WINDOWS if w[0] <= point.lon <= w[2] and w[1] <= point.lat <= w[3])
    return next(fits, WINDOWS[-1])


def _coded(key: str, codes: Iterable[str]) -> list[Fact]:
    return [Fact(collective.words.label(c, language()), to("showcase.resources", **{key: c})) for c in codes if c]


def _territories(record: Record) -> list[Fact]:
    """Each territory and what it lies in, so that one can widen; a department named as its region is there once."""
    named: dict[str, str] = {}
    for one in record.territories:
        for code in (one, *territory.ancestors(one)):
            named.setdefault(collective.words.place(code), code)
    found = [Fact(name, to("showcase.resources", territoire=code)) for name, code in named.items()]
    return found or [Fact(record.place_text)]


def _organisations(which: Callable[[Record], Iterable[Organisation]]) -> Callable[[Record], list[Fact]]:
    def read(record: Record) -> list[Fact]:
        return [Fact(_organisation(each)) for each in which(record)]

    return read


def _organisation(each: Organisation) -> str:
    kind = collective.words.label(each.type, language()) if each.type else ""
    details = ", ".join(part for part in (kind, each.siren and f"SIREN {each.siren}") if part)
    return f"{each.name} ({details})" if details else each.name


def _budget(record: Record) -> list[Fact]:
    """The amount that was read and the source's own words, which may say more."""
    read = amount(record.budget) if record.budget else ""
    return [Fact(read), Fact(record.budget_text if fold(record.budget_text) != fold(read) else "")]


def _size(record: Record) -> list[Fact]:
    area, length = record.area_ha, record.length_m
    metres = "" if length is None else f"{format_decimal(length)} m"
    kilometres = "" if length is None or length < 1000 else f"{format_decimal(length / 1000)} km"
    return [Fact("" if area is None else f"{format_decimal(area)} ha"), Fact(kilometres or metres)]


def _identifier(each: Identifier) -> Fact:
    return Fact(
        f"{_SCHEMES.get(each.scheme, each.scheme.upper())} {each.value}",
        f"https://doi.org/{each.value}" if each.scheme == "doi" else "",
    )


def _contact(record: Record) -> list[Fact]:
    if record.contact is None:
        return []
    name, url, email = record.contact
    return [Fact(name or url, url), Fact(email, f"mailto:{email}")] if url or name else [Fact(email, f"mailto:{email}")]


def _language(record: Record) -> list[Fact]:
    tag = record.language
    return [Fact(language_name(tag), to("showcase.resources", langue=tag))] if tag else []


def _image(record: Record) -> list[Fact]:
    """A link, never the picture itself: its rights may be reserved, and showing it would call its host."""
    if record.image is None:
        return []
    credit = f" ({record.image.credit})" if record.image.credit else ""
    return [Fact(_("Voir l’image chez la source") + credit, record.image.url)]


_ROWS: tuple[tuple[object, Callable[[Record], list[Fact]]], ...] = (
    (_l("Territoire"), _territories),
    (_l("Échelle"), lambda r: _coded("echelle", [r.scale])),
    (_l("Période"), lambda r: [Fact(period(r))]),
    (_l("Statut"), lambda r: _coded("statut", [r.status])),
    (_l("Thèmes"), lambda r: _coded("theme", r.themes)),
    (_l("Milieux"), lambda r: _coded("milieu", r.habitats)),
    (_l("Porteur"), _organisations(lambda r: r.leads)),
    (_l("Service associé"), lambda r: [Fact(r.department)]),
    (_l("Type d’acteur"), lambda r: _coded("acteur", r.actor_types)),
    (_l("Reconnu acteur engagé"), lambda r: _coded("reconnu", r.recognitions)),
    (_l("Partenaires"), _organisations(lambda r: r.partners)),
    (_l("Financeurs"), _organisations(lambda r: r.funders)),
    (_l("Budget"), _budget),
    (_l("Surface, linéaire"), _size),
    (_l("Public"), lambda r: _coded("public", r.audiences)),
    (_l("Espèces"), lambda r: [Fact(taxon) for taxon in r.taxa]),
    (_l("Objectifs de développement durable"), lambda r: [Fact(_("ODD %(number)s", number=n)) for n in r.sdgs]),
    (_l("Auteurs"), lambda r: [Fact(agent.name) for agent in r.authors]),
    (_l("Éditeurs"), _organisations(lambda r: r.publishers)),
    (_l("Publié"), lambda r: [Fact(when(r.published))]),
    (_l("Édition"), lambda r: [Fact(r.edition)]),
    (_l("Références"), lambda r: [_identifier(each) for each in r.identifiers]),
    (_l("Langue"), _language),
    (_l("Image"), _image),
    (_l("Contact"), _contact),
)
