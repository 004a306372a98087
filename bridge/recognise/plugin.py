"""The own fields of a site, as a feed in ``pv`` gives them -> the lines of mapping that read them. No I/O."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.meaning.keys import plain
from bridge.meaning.text import scrub
from bridge.readers.oai_record import OAI, record
from bridge.recognise.guess import SURE, guess, guesses, quoted
from bridge.record import SCHEMES

if TYPE_CHECKING:
    from bridge.meaning.suggest import Memory

_THE_FEED_SAYS = frozenset({"title", "url", "language", "created", "modified"})
"""What every record of a plugin says itself, better than a field of the same name."""
_THEIRS_FIRST = frozenset({"type", "themes"})
"""A field made for it says more than the kind of post, or the categories of a blog."""
_ELEMENTS = {"place": "place-text", "point": "point[0]", "taxa": "taxon", "status": "status"}

_STARTS, _ENDS = frozenset({"debut", "start"}), frozenset({"fin", "end"})


class Found(NamedTuple):
    """What is proposed: ours -> paths, what is left where it is, and the names of all the fields that were seen."""

    fields: Mapping[str, list[str]]
    ignore: tuple[str, ...]
    names: tuple[str, ...]


class _Field(NamedTuple):
    label: str
    place: bool
    personal: bool


def own_fields(root: Any, memory: Memory | None = None) -> Found:
    """What the first records of an answer to ListRecords in ``pv`` show of the site's own fields.

    A field is known by its name, else by its label; one whose values are all addresses or telephone numbers of people
    is left where it is.

    Args:
        root: the element of the whole answer, or of a file that holds one.
        memory: what the mapping files of other partners taught.
    """
    records = [record(element).data for element in root.iter(f"{OAI}record")]
    found = _fields(records)
    keys: dict[str, str] = {}
    for name, field in found.items():
        path = f"fields.{quoted(name)}"
        known = guesses([path], memory, least=SURE) or not field.label
        keys.setdefault(path if known or field.label in keys else field.label, name)
    fields, ignored = guess([key for key, name in keys.items() if not found[name].personal], memory)
    ignore = {*(keys[key] for key in ignored), *(name for name, field in found.items() if field.personal)}
    seen = {element for each in records for element in each}
    lines = {}
    for ours, theirs in fields.items():
        paths = [f"fields.{quoted(keys[key])}" for key in theirs]
        paths = _paths(ours, from_to(paths) if ours == "period" else paths, seen)
        if paths:
            lines[ours] = paths
    if places := [f"fields.{quoted(name)}" for name, field in found.items() if field.place]:
        lines["point"] = _paths("point", places, seen)
    return Found(lines, tuple(f"fields.{name}" for name in found if name in ignore), tuple(found))


def _fields(records: Iterable[Mapping[str, Any]]) -> dict[str, _Field]:
    """The fields of these records by name, in order of appearance."""
    labels: dict[str, str] = {}
    values: dict[str, list[Any]] = {}
    for data in records:
        for field in data.get("source-field", ()):
            if isinstance(field, dict) and (name := field.get("@name")):
                labels.setdefault(name, field.get("@label", ""))
                value = data["fields"].get(name, [])
                values.setdefault(name, []).extend(value if isinstance(value, list) else [value])
    return {
        name: _Field(label, any(isinstance(value, dict) for value in values[name]), _personal(values[name]))
        for name, label in labels.items()
    }


def _personal(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) and not scrub(value).strip() for value in values)


def from_to(theirs: list[str]) -> list[str]:
    """A beginning and an end are read together, after what may say a whole period."""
    start, end = (next((path for path in theirs if names & {*plain(path).split()}), "") for names in (_STARTS, _ENDS))
    if not start or not end:
        return theirs
    return [*(path for path in theirs if path not in (start, end)), f"[{start}, {end}]"]


def _paths(ours: str, theirs: list[str], seen: set[str]) -> list[str]:
    """Where ours is to be looked for: in what the feed says in our words, then in the site's own fields."""
    element = _ELEMENTS.get(ours) or ours.removesuffix("s").replace("_", "-")
    if ours in _THEIRS_FIRST or element.removesuffix("[0]") not in seen:
        return [] if ours in _THE_FEED_SAYS else theirs
    # Codes are better than words: what speaks them needs no line.
    return [] if ours in _THE_FEED_SAYS or ours in SCHEMES or ours == "licence" else [element, *theirs]
