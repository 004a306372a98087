"""A signed message (Standard Webhooks) with the list of what changed, in the target's names and words.

::

    {"type": "changes", "target": id, "since": instant, "until": instant,
     "changes": [{"id", "status": "live" | "withdrawn", "datestamp": instant, "record"?: {name: value}}]}

Names are those that the target gives our columns, else ours (``record.COLUMNS``). A value is a text, a number, a list
of texts where there may be several, or null. What is withdrawn, or left the selection, has no record.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import orjson

from bridge.push import JSON, Send, ask
from bridge.push.ping import CLOSED
from bridge.record import COLUMNS, Entry, Record
from bridge.signing import signed
from bridge.writers.columns import columns, texts
from bridge.writers.feed import Feed

MOST = 500
"""Changes in a message."""
_OURS = {key: key for key in COLUMNS}
_BLANK = Record(id="", source="", title="")
_MANY = {key for key in COLUMNS if isinstance(getattr(_BLANK, key, None), tuple)} | {"territory_codes"}


def deliver(
    send: Send,
    url: str,
    keys: Sequence[bytes],
    target: str,
    changes: Sequence[Entry],
    feed: Feed,
    message: str,
    at: int,
) -> None:
    """Send a list of changes, in order; ``since`` and ``until`` are the oldest and the newest of their instants.

    Raises:
        Closed, Refused, FetchError: see ``push.ask``.
    """
    stamps = [entry.datestamp for entry in changes]
    told = {
        "type": "changes",
        "target": target,
        "since": min(stamps, default=""),
        "until": max(stamps, default=""),
        "changes": [_change(entry, feed) for entry in changes],
    }
    body = orjson.dumps(told)
    ask(send, "POST", url, body, {"Content-Type": JSON, **signed(keys, body, at, message)}, closed=CLOSED)


def _change(entry: Entry, feed: Feed) -> dict[str, Any]:
    out: dict[str, Any] = {"id": entry.id, "status": entry.status, "datestamp": entry.datestamp}
    if entry.record is not None:
        out["record"] = row(entry, entry.record, feed)
    return out


def row(entry: Entry, record: Record, feed: Feed) -> dict[str, Any]:
    """A record under the target's names, in its words."""
    keys: dict[str, list[str]] = {}
    for key, title in {**_OURS, **feed.names}.items():
        keys.setdefault(title, []).append(key)
    out: dict[str, Any] = {}
    for column in columns(feed, _OURS):
        value = column.value(record, entry, feed)
        shared = keys[column.title]
        if value is None or isinstance(value, int | float):
            out[column.title] = value
        elif isinstance(value, date):
            out[column.title] = value.isoformat()
        elif len(shared) > 1 or _MANY.intersection(shared):
            out[column.title] = texts(value)
        else:
            out[column.title] = " ".join(texts(value)) or None
    return out
