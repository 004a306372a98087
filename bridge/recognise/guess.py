"""A first guess of ``[fields]`` from the names of columns: a person looks at it before anything is read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from bridge.meaning import keys as names
from bridge.meaning.suggest import Memory
from bridge.record import SCHEMES

SURE = 0.95
"""The confidence of a name that is known as it is: what only looks like one is for a person to choose."""
_ONE_ONLY = frozenset({"lon", "lat"})
_BARE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class Guess(NamedTuple):
    """Which of our fields a key of theirs is: ``ours`` is empty for a key that holds a person, left where it is."""

    key: str
    ours: str
    confidence: float
    reason: str


def guess(keys: Iterable[str], memory: Memory | None = None) -> tuple[dict[str, list[str]], tuple[str, ...]]:
    """``[fields]`` and ``ignore`` for these keys (column names, or paths as ``paths`` gives them).

    Columns of people, e-mail addresses and telephone numbers are never mapped: they are in ``ignore``.

    Args:
        memory: what the mapping files of other partners taught; without it only the usual names are known.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    ignored: list[str] = []
    for each in guesses(keys, memory, least=SURE):
        if each.ours:
            ours, rank = names.named(each.key)
            found.setdefault(each.ours, []).append((rank if ours == each.ours else len(names.NAMES), each.key))
        else:
            ignored.append(each.key)
    fields = {ours: [key for _, key in sorted(ranked)] for ours, ranked in found.items()}
    return {
        ours: fields[ours][:1] if ours in _ONE_ONLY else fields[ours] for ours in names.NAMES if ours in fields
    }, tuple(ignored)


def guesses(keys: Iterable[str], memory: Memory | None = None, least: float = 0.5) -> list[Guess]:
    """The likeliest of our fields for each of these keys, in their order; a key nothing is known of is not there."""
    asked = list(keys)
    first_names = any("prenom" in names.plain(key).split() for key in asked)
    found = []
    for key in asked:
        if names.is_personal(key) or (first_names and names.plain(key) == "nom"):
            found.append(Guess(key, "", 1.0, "une personne"))
        elif memory is not None:
            found += [Guess(key, *each) for each in memory.fields(key, 1) if each.confidence >= least]
        elif ours := names.named(key)[0]:
            found.append(Guess(key, ours, SURE, "nom courant"))
    return found


def scheme_of(labels: Iterable[str], memory: Memory | None) -> str:
    """Which of our fields a list of words is of: all of them, two at least, are labels of its vocabulary, and of no
    other's; empty when there is none."""
    words = [label for label in labels if label.strip()]
    if memory is None or len(words) < 2:
        return ""
    fields = [field for field in SCHEMES if all(memory.is_label(field, word) for word in words)]
    return fields[0] if len(fields) == 1 else ""


def id_key(rows: Sequence[Mapping[str, Any]]) -> str:
    """The key whose values look like identifiers: a usual name, never empty, never twice; empty when there is none."""
    known = {names.plain(key): key for row in rows[:1] for key in row}
    for name in names.IDS:
        if key := known.get(name):
            values = [str(row.get(key) or "") for row in rows]
            if all(values) and len(set(values)) == len(values):
                return key
    return ""


def paths(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    """The keys of these objects and of the objects inside them (``geo.lat``), as JMESPath, in order of appearance."""
    found: dict[str, None] = {}
    for row in rows:
        for key, value in row.items():
            if isinstance(value, dict):
                found |= {f"{quoted(key)}.{quoted(inner)}": None for inner in value}
            else:
                found[key] = None
    return list(found)


def quoted(key: str) -> str:
    return key if _BARE.fullmatch(key) else '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
