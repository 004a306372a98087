"""What every writer shares: live records, JSON texts, and pieces of bytes of a decent size."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from bridge.record import Entry, Record

PIECE = 1 << 15
"""Characters gathered before a piece is sent."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def live(entries: Iterable[Entry]) -> Iterator[tuple[Entry, Record]]:
    """The entries that hold a record, with it."""
    for entry in entries:
        if entry.record is not None:
            yield entry, entry.record


def encode(parts: Iterable[str]) -> Iterator[bytes]:
    """The same text in UTF-8, in pieces of ``PIECE`` characters or more; lone surrogates become ``?``."""
    held: list[str] = []
    length = 0
    for part in parts:
        held.append(part)
        length += len(part)
        if length >= PIECE:
            yield "".join(held).encode("utf-8", "replace")
            held, length = [], 0
    if held:
        yield "".join(held).encode("utf-8", "replace")


def to_json(value: Any) -> str:
    """JSON on one line (RFC 8259).

    Raises:
        ValueError: a number is not finite.
    """
    return _ENCODER.encode(value)


def json_list(before: str, values: Iterable[str], after: str) -> Iterator[str]:
    """A JSON document around a list of JSON texts, one a line."""
    comma = ""
    yield before
    for value in values:
        yield f"{comma}\n{value}"
        comma = ","
    yield after


def without_blanks(value: dict[str, Any]) -> dict[str, Any]:
    """The object without the members that say nothing (None, empty text, list or object)."""
    return {key: member for key, member in value.items() if member or member == 0}
