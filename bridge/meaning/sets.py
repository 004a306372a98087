"""OAI-PMH sets: which selections of the repository a record belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from bridge.meaning import places, territory
from bridge.meaning.vocabulary import Vocabulary
from bridge.record import Record

PARENTS = {
    "partner": "Partenaires",
    "type": "Types de ressource",
    "theme": "Thèmes",
    "dep": "Départements",
    "licence": "Licences",
}


def sets_of(record: Record, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The set specs of a record, sorted: ``partner:<source>``, ``type:``, ``theme:`` (ancestors too), ``dep:``,
    ``licence:``. Licences have sets of their own so that an ODbL record never travels unnoticed with others."""
    return _sets(vocabulary, record.source, record.licence, record.type, record.themes, record.territories)


@lru_cache(1 << 14)  # records of one source share most of theirs
def _sets(
    vocabulary: Vocabulary, source: str, licence: str, type_: str, themes: tuple[str, ...], territories: tuple[str, ...]
) -> tuple[str, ...]:
    found = {f"partner:{source}", f"licence:{licence}"}
    for field, values in (("type", (type_,) if type_ else ()), ("theme", themes)):
        for concept in values:
            found.add(f"{field}:{concept}")
            found.update(f"{field}:{above}" for above in vocabulary.ancestors(concept))
    for code in territories:
        for place in (code, *territory.ancestors(code)):
            if place.startswith("departement/"):
                found.add(f"dep:{place.removeprefix('departement/')}")
    return tuple(sorted(found))


def specs_of(filters: Mapping[str, Iterable[str]]) -> list[frozenset[str]]:
    """The sets that tell whether a record has the values asked of its fields: a group for each field that has sets.

    A territory is known by its departments.
    """
    groups = []
    for field, kind in (("source", "partner"), ("type", "type"), ("themes", "theme"), ("licence", "licence")):
        if values := filters.get(field):
            groups.append(frozenset(f"{kind}:{value}" for value in values))
    if wanted := filters.get("territories"):
        groups.append(frozenset(f"dep:{number}" for place in wanted for number in _departments(place)))
    return groups


@lru_cache(1 << 10)
def _departments(place: str) -> tuple[str, ...]:
    """The numbers of the departments that hold a territory, or that it holds."""
    held = {place, *territory.ancestors(place)}
    codes = {
        code for code in places.tables().departments.values() if code in held or place in territory.ancestors(code)
    }
    return tuple(sorted(code.removeprefix("departement/") for code in codes))


def set_name(spec: str, label: str) -> str:
    """What a person calls a set: « Thèmes : Mares »."""
    return f"{PARENTS[spec.partition(':')[0]]} : {label}" if label else PARENTS[spec]
