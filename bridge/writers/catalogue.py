"""What a catalogue says of a record, whatever its format: names with their roles, title, years, subjects, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from bridge.record import Agent, Record
from bridge.writers.edtf import bounds, w3c_date
from bridge.writers.feed import Words

_SUBTITLE = re.compile(r"\s:\s")


class Name(NamedTuple):
    """Someone responsible: ``roles`` among ``author``, ``lead``, ``partner`` and ``funder``; ``unit`` a department."""

    name: str
    kind: str
    roles: tuple[str, ...]
    unit: str = ""

    @property
    def secondary(self) -> bool:
        """Neither an author nor a lead."""
        return "author" not in self.roles and "lead" not in self.roles


def names(record: Record) -> list[Name]:
    """Authors, leads, partners and funders in this order, each once with all its roles."""
    found: dict[str, Name] = {}
    unit = record.department if len(record.leads) == 1 else ""
    for name, kind, role in (
        *((who.name, who.kind, "author") for who in record.authors),
        *((who.name, "organisation", "lead") for who in record.leads),
        *((who.name, "organisation", "partner") for who in record.partners),
        *((who.name, "organisation", "funder") for who in record.funders),
    ):
        known = found.get(name, Name(name, "", ()))
        roles = known.roles if role in known.roles else (*known.roles, role)
        found[name] = Name(name, known.kind or kind, roles, unit if role == "lead" else known.unit)
    return list(found.values())


def title(record: Record) -> tuple[str, str]:
    """The title proper and what follows its first `` : ``, or an empty text."""
    proper, *rest = _SUBTITLE.split(record.title, maxsplit=1)
    return (proper, rest[0]) if rest and proper.strip() else (record.title, "")


def responsibility(record: Record) -> tuple[str, str]:
    """Statements of responsibility: the first (authors, else leads), the second (leads behind authors)."""
    authors = ", ".join(_direct(who) for who in record.authors)
    leads = ", ".join(who.name for who in record.leads)
    return (authors, leads) if authors else (leads, "")


def _direct(author: Agent) -> str:
    """``Paul Martin`` for a person given as ``Martin, Paul``."""
    family, _, given = author.name.partition(",") if author.kind == "person" else (author.name, "", "")
    return f"{given.strip()} {family}" if given.strip() else author.name


def years(record: Record) -> tuple[str, str]:
    """First and last year of publication, of the page when the work gives none.

    The last is empty for a single year and ``9999`` while it goes on; both are empty when unknown.
    """
    start, end = (date[:4] for date in bounds(record.published or record.created[:10]))
    if not start or start == end:
        return start or end, ""
    return start, end or "9999"


def year_text(record: Record) -> str:
    """``2016``, ``2016-2018``, ``2016-``, or empty."""
    first, last = years(record)
    return f"{first}-{last.replace('9999', '')}" if last else first


def entered(record: Record, datestamp: str = "") -> str:
    """``YYYYMMDD``, the day the record was made, or empty when nothing says it."""
    for instant in (record.created, record.harvested, datestamp):
        day = w3c_date(instant[:10])
        if len(day) == 10:
            return day.replace("-", "")
    return ""


def subjects(record: Record, words: Words, language: str) -> list[tuple[str, str]]:
    """Concept and label of the themes and habitats."""
    return [(concept, words.label(concept, language)) for concept in (*record.themes, *record.habitats)]


def keywords(record: Record) -> list[str]:
    """Free words: the source's own, taxa, and the goals of sustainable development."""
    return list(dict.fromkeys([*record.keywords, *record.taxa, *(f"ODD {goal}" for goal in record.sdgs)]))


def places(record: Record, words: Words) -> list[tuple[str, str]]:
    """Code and name of the territories, else the source's words without a code."""
    if record.territories:
        return [(code, words.place(code)) for code in record.territories]
    return [("", record.place_text)] if record.place_text else []


def online(record: Record) -> bool:
    """Whether something of the resource is at an address."""
    return bool(record.url or record.documents)


def notes(record: Record, words: Words, language: str) -> list[str]:
    """General notes in French: what has no field of its own that Koha and PMB both read."""
    r = record

    def labels(concepts: Iterable[str]) -> str:
        return ", ".join(words.label(concept, language) for concept in concepts if concept)

    said = {
        "Période": r.period_text or _period(r.period),
        "Lieu": r.place_text if r.territories else "",
        "Échelle": labels((r.scale,)),
        "Statut": labels((r.status,)),
        "Budget": r.budget_text or (r.budget and f"{_number(r.budget.value)} € {r.budget.tax}") or "",
        "Surface": f"{_number(r.area_ha)} ha" if r.area_ha is not None else "",
        "Linéaire": f"{_number(r.length_m)} m" if r.length_m is not None else "",
        "Publics": labels(r.audiences),
        "Type d'acteurs": labels(r.actor_types),
        "Reconnaissance": labels(r.recognitions),
        "Ce qu'on en retient": r.lessons,
        "Contact": ", ".join(filter(None, r.contact or ())),
    }
    return [f"{name} : {text}" for name, text in said.items() if text.strip()]


def _period(period: str) -> str:
    start, end = bounds(period)
    if start and end:
        return start if start == end else f"{start} – {end}"
    return f"depuis {start}" if start else f"jusqu'à {end}" if end else period


def _number(value: float) -> str:
    return f"{value:.10g}".replace(".", ",")
