"""What of a partner's words is not understood yet, what it may mean, and the answer of a person written in its file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bridge.collective import Collective
from bridge.errors import BridgeError
from bridge.meaning import editing
from bridge.meaning.paths import Getter
from bridge.meaning.source import Source
from bridge.meaning.suggest import Suggestion
from bridge.record import SCHEMES


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


def accept_word(here: Collective, source: Source, field: str, label: str, concepts: Sequence[str]) -> None:
    """Write what a word means: concepts, or nothing at all. The next visit reads the source again.

    Raises:
        BridgeError: the file cannot be written, or would no longer be a mapping.
    """
    _rewrite(here, source, lambda text: editing.accept(text, field, label, concepts))


def accept_field(here: Collective, source: Source, name: str, ours: str) -> None:
    """Write which of our fields theirs is; ``ours`` empty: theirs is not wanted.

    Raises:
        BridgeError: as ``accept_word``.
    """
    tried = [path for getter in source.getters if getter.field == ours for path in _paths(getter)]
    _rewrite(
        here, source, lambda text: editing.set_field(text, ours, name, tried) if ours else editing.ignore(text, name)
    )


def _paths(getter: Getter) -> list[str]:
    """What a mapping file writes for this field."""
    return [path.name for path in getter.paths] + [f"={constant}" for constant in [getter.constant] if constant]


def _rewrite(here: Collective, source: Source, change: Callable[[str], str]) -> None:
    path = here.paths[source.id]
    try:
        text = change(path.read_text(encoding="utf-8"))
        here.load(text, path.name)
        _replace(path, text)
    except OSError as error:
        raise BridgeError(f"{path} ne peut pas être écrit : {error.strerror}.") from error
    with here.store.writing() as writing:
        writing.hurry(source.id)


def _replace(path: Path, text: str) -> None:
    """All or nothing: a service that reads the file meanwhile sees the old one or the new one."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)
