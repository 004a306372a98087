"""A form of a YesWiki -> the lines of mapping that read its fields, by their labels. No I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from bridge.readers.yeswiki import public_fields
from bridge.recognise.guess import SURE, guesses, scheme_of
from bridge.recognise.plugin import from_to
from bridge.record import SCHEMES

if TYPE_CHECKING:
    from bridge.meaning.suggest import Memory

_THE_WIKI_SAYS = frozenset({"title", "url", "created", "modified", "lat", "lon", "point", "language"})
"""What every entry of a wiki has by itself, better than a field that looks like it."""


class Understood(NamedTuple):
    """What is proposed: ours -> their fields, what is left where it is, and label -> our field, to be told."""

    fields: Mapping[str, list[str]]
    ignore: tuple[str, ...]
    labels: Mapping[str, str]

    @property
    def facets(self) -> int:
        """How many of our lists of concepts the form fills."""
        return len(SCHEMES.keys() & self.fields.keys())


def understood(form: Mapping[str, Any], memory: Memory | None = None) -> Understood:
    """What the fields of a form are here.

    The words to choose from tell most: a list whose options are all ours is known whatever it is called. Then what
    people read, the label; the name comes last, for the wiki's form builder makes it up (``bf_select1``).
    """
    fields: dict[str, list[str]] = {}
    ignore: list[str] = []
    labels: dict[str, str] = {}
    shown = public_fields(form)
    by_label = {each.key: each for each in guesses((field.label for field in shown if field.label), memory, SURE)}
    for field in shown:
        named = by_label.get(field.label) or next(iter(guesses([field.key], memory, SURE)), None)
        ours = scheme_of(field.labels, memory) or (named.ours if named else "")
        if not ours and named:
            ignore.append(field.key)
        elif ours and ours not in _THE_WIKI_SAYS:
            fields.setdefault(ours, []).append(field.key)
            labels[field.label or field.key] = ours
    if "period" in fields:
        fields["period"] = from_to(fields["period"])
    return Understood(fields, tuple(ignore), labels)
