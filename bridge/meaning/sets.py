"""OAI-PMH sets: which selections of the repository a record belongs to."""

from __future__ import annotations

from bridge.meaning import territory
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
    found = {f"partner:{record.source}", f"licence:{record.licence}"}
    for field, values in (("type", (record.type,) if record.type else ()), ("theme", record.themes)):
        for concept in values:
            found.add(f"{field}:{concept}")
            found.update(f"{field}:{above}" for above in vocabulary.ancestors(concept))
    for code in record.territories:
        for place in (code, *territory.ancestors(code)):
            if place.startswith("departement/"):
                found.add(f"dep:{place.removeprefix('departement/')}")
    return tuple(sorted(found))


def set_name(spec: str, label: str) -> str:
    """What a person calls a set: « Thèmes : Mares »."""
    return f"{PARENTS[spec.partition(':')[0]]} : {label}" if label else PARENTS[spec]
