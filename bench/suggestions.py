"""Suggestions for words and names of fields: each partner of ``bench/tables`` in turn, all the others being known.

A table says what its labels mean; ``""`` is a label that nothing of ours means (not asked, but counted), ``personal`` a
field that must be recognised as a person's, a list several right answers. The tables marked ``held_out`` were never
looked at while the suggestions were being tuned: their figures are the honest ones.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from bench.figure import Figure
from bridge.meaning.source import Source, load_source
from bridge.meaning.suggest import Memory, Suggestion
from bridge.meaning.vocabulary import Vocabulary, load

HERE = Path(__file__).parent
PERSONAL = "personal"
AIMS = {"themes": 0.75, "audiences": 0.92, "fields": 0.93}
TERMS = 500
SURE = 0.95  # the confidence of a label or a name that is known as it is, not one that looks like it

Tables = dict[str, dict[str, Any]]


class Asked(NamedTuple):
    partner: str
    label: str
    right: frozenset[str]


def figures() -> list[Figure]:
    tables, vocabulary = read_tables(), load(HERE.parent / "mappings" / "vocabulary")
    sources = [source_of(name, table, vocabulary) for name, table in tables.items()]
    memory = Memory(vocabulary, sources)
    found = []
    for kind, aim in AIMS.items():
        for part, held_out in (("", False), ("-held-out", True)):
            exact, first, among, count = score(memory, kind, list(asked(tables, kind, held_out)))
            found += [
                Figure(f"{kind}-exact{part}", exact, "", at_least=0),
                Figure(f"{kind}-top-1{part}", first, "", at_least=0),
                Figure(f"{kind}-top-3{part}", among, "", at_least=aim),
                Figure(f"{kind}-asked{part}", count, "labels", at_least=0),
            ]
        found.append(Figure(f"{kind}-without-equivalent", without_equivalent(tables, kind), "labels", at_least=0))
    people = [key for table in tables.values() for key, right in table.get("fields", {}).items() if right == PERSONAL]
    found.append(Figure("personal-recognised", sum(map(memory.personal, people)) / len(people), "", at_least=0.9))
    found.append(Figure("suggest-500-terms", seconds(vocabulary, sources, tables), "s", at_most=1))
    return found


def read_tables() -> Tables:
    return {path.stem: tomllib.loads(path.read_text("utf-8")) for path in sorted((HERE / "tables").glob("*.toml"))}


def source_of(name: str, table: dict[str, Any], vocabulary: Vocabulary) -> Source:
    """The partner as its mapping file would be once a person has answered everything."""
    lines = [f'[source]\nid = "{name}"\nkind = "json_api"\nurl = "https://exemple.fr/"', "[fields]"]
    theirs: dict[str, list[str]] = {}
    for key, right in table.get("fields", {}).items():
        for ours in _several(right) - {"", PERSONAL}:
            theirs.setdefault(ours, []).append(json.dumps(key, ensure_ascii=False))
    lines += [f"{ours} = {json.dumps(paths, ensure_ascii=False)}" for ours, paths in theirs.items()]
    for kind in ("themes", "audiences"):
        lines.append(f"[values.{kind}]")
        lines += [f'"{label}" = {sorted(_several(right) - {""})}' for label, right in table.get(kind, {}).items()]
    source = load_source("\n".join(lines), name, {}, vocabulary, "")
    assert source is not None
    return source


def asked(tables: Tables, kind: str, held_out: bool) -> Iterator[Asked]:
    for name, table in tables.items():
        if table.get("held_out", False) is held_out:
            for label, right in table.get(kind, {}).items():
                if right and right != PERSONAL:
                    yield Asked(name, label, _several(right))


def suggestions(memory: Memory, kind: str, each: Asked) -> tuple[Suggestion, ...]:
    if kind == "fields":
        return memory.fields(each.label, without=each.partner)
    return memory.concepts(kind, each.label, without=each.partner)


def score(memory: Memory, kind: str, labels: list[Asked]) -> tuple[float, float, float, int]:
    """The shares that a known label answers, that the first suggestion answers, that one of three does; how many."""
    exact = first = among = 0
    for each in labels:
        found = suggestions(memory, kind, each)
        right = [suggestion for suggestion in found if suggestion.id in each.right]
        exact += any(suggestion.confidence >= SURE for suggestion in right)
        first += bool(found) and found[0].id in each.right
        among += bool(right)
    return exact / len(labels), first / len(labels), among / len(labels), len(labels)


def without_equivalent(tables: Tables, kind: str) -> int:
    return sum(right == "" for table in tables.values() for right in table.get(kind, {}).values())


def seconds(vocabulary: Vocabulary, sources: list[Source], tables: Tables) -> float:
    """From nothing: the memory built, its indexes made, 500 terms asked."""
    labels = [(kind, each) for kind in AIMS for part in (False, True) for each in asked(tables, kind, part)]
    start = perf_counter()
    memory = Memory(vocabulary, sources)
    for kind, each in islice(cycle(labels), TERMS):
        suggestions(memory, kind, each)
    return perf_counter() - start


def _several(right: str | list[str]) -> frozenset[str]:
    return frozenset([right] if isinstance(right, str) else right)
