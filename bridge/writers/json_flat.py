"""A plain JSON list: every field of the record in every object, nothing to guess (GoGoCarto, scripts, spreadsheets)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from operator import attrgetter
from typing import Any

from bridge.meaning import trail
from bridge.record import FIELDS, Entry, Record
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, json_list, to_json

MEDIA_TYPE = "application/json"
EXTENSION = "flat.json"
TITLE = "JSON à plat"

KEYS = tuple("action_status" if name == "status" else name for name in FIELDS)
_VALUES = attrgetter(*FIELDS)
_BLANK: dict[str, Any] = {
    name: [] if isinstance(value, tuple) else None
    for name, value in zip(KEYS, _VALUES(Record(id="", source="", title="")), strict=True)
}


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A JSON array of objects, one a line.

    Each has every field of ``docs/record.md`` (null or ``[]`` when empty), then ``datestamp`` and ``status``: ``live``,
    or ``withdrawn`` with nothing else than ``id`` and ``source``. The initiative's own status (planned, ongoing,
    completed) is ``action_status``, as in schema.org: one key cannot say both.
    """
    return encode(json_list("[", (to_json(_object(entry, feed.node)) for entry in entries), "\n]\n"))


def _object(entry: Entry, node: str) -> dict[str, Any]:
    if entry.record is None:
        out = {**_BLANK, "id": entry.id, "source": entry.id.partition(":")[0]}
    else:
        out = dict(zip(KEYS, map(_json, _VALUES(entry.record), _BLANK.values()), strict=True))
        out["path"] = [hop._asdict() for hop in trail.whole(entry.record, node)]
    out["datestamp"], out["status"] = entry.datestamp, entry.status
    return out


def _json(value: Any, blank: Any) -> Any:
    if value is None or value == "":
        return None
    if not isinstance(value, tuple):
        return value
    if blank is None:
        return value._asdict()  # type: ignore[attr-defined]  # values of a record are NamedTuples
    return [_member(each) for each in value]


def _member(each: Any) -> Any:
    return each._asdict() if isinstance(each, tuple) else each  # type: ignore[attr-defined]  # as above
