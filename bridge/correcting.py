"""What of a partner's words is not understood yet, what it may mean, and the answer of a person written in its file."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from bridge import files
from bridge.collective import Collective
from bridge.meaning import editing
from bridge.meaning.paths import Getter
from bridge.meaning.source import Source
from bridge.meaning.suggest import Suggestion
from bridge.record import SCHEMES
from bridge.store.office import CLI


class Unknown(NamedTuple):
    """A word of the partner that means nothing yet, on how many records, and what it may mean."""

    field: str
    label: str
    size: int
    suggestions: Sequence[Suggestion]

    def to_json(self) -> dict[str, Any]:
        return _json(self)


class Unplaced(NamedTuple):
    """A field of the partner that is neither taken nor ignored, how often it is filled, and which of ours it may be."""

    name: str
    size: int
    suggestions: Sequence[Suggestion]
    personal: bool

    def to_json(self) -> dict[str, Any]:
        return _json(self)


def _json(found: Unknown | Unplaced) -> dict[str, Any]:
    return found._asdict() | {"suggestions": [each._asdict() for each in found.suggestions]}


def unplaced(here: Collective, source: Source, names: Mapping[str, int]) -> list[Unplaced]:
    """The fields nobody looked at, the most filled first, each with what it may be."""
    memory = here.memory
    return [
        Unplaced(name, count, memory.fields(name, without=source.id), memory.personal(name))
        for name, count in sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))
    ]


def unknown(here: Collective, source: Source, terms: Sequence[tuple[str, str, str, int]]) -> list[Unknown]:
    """The words that mean nothing yet, the most frequent first, each with what it may mean."""
    return [
        Unknown(field, label, count, here.memory.concepts(field, label) if field in SCHEMES else ())
        for field, label, concept, count in sorted(terms, key=lambda term: (-term[3], term[1]))
        if not concept
    ]


def accept_word(
    here: Collective, source: Source, field: str, label: str, concepts: Sequence[str], who: str = CLI
) -> None:
    """Write what a word means: concepts, or nothing at all. The next visit reads the source again.

    Raises:
        BridgeError: the file cannot be written, or would no longer be a mapping.
    """
    told = f"« {label} » : {', '.join(concepts) or 'rien'}"
    _rewrite(here, source, lambda text: editing.accept(text, field, label, concepts), (who, "accept", told))


def accept_field(here: Collective, source: Source, name: str, ours: str, who: str = CLI) -> None:
    """Write which of our fields theirs is; ``ours`` empty: theirs is not wanted.

    Raises:
        BridgeError: as ``accept_word``.
    """
    tried = [path for getter in source.getters if getter.field == ours for path in _paths(getter)]
    _rewrite(
        here,
        source,
        lambda text: editing.set_field(text, ours, name, tried) if ours else editing.ignore(text, name),
        (who, "assign", f"« {name} » : {ours or 'écarté'}"),
    )


def _paths(getter: Getter) -> list[str]:
    """What a mapping file writes for this field."""
    return [path.name for path in getter.paths] + [f"={constant}" for constant in [getter.constant] if constant]


def _rewrite(here: Collective, source: Source, change: Callable[[str], str], act: tuple[str, str, str]) -> None:
    """Change a mapping file and note who did; one at a time, so that two people at once lose nothing."""
    path, (who, name, told) = here.paths[source.id], act
    with here.store.writing() as writing:
        there = files.read(path)
        text = change(there.replace("\r\n", "\n"))
        here.load(text, path.name)
        files.write(path, text)
        writing.hurry(source.id)
        writing.journal(who, name, source.id, json.dumps({**files.way_back(path, there, text), "told": told}))
