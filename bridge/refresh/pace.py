"""When a source is visited next."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from bridge.meaning.source import Source

EVERY = timedelta(hours=1)


def next_visit(source: Source, complete: bool, confirm: bool, confirm_delay: int, pace: timedelta | None) -> str:
    if confirm:
        delay = timedelta(seconds=confirm_delay)
    elif pace is not None:
        delay = pace
    else:
        delay = _rhythm(source.every) if complete else EVERY / 4
    return (datetime.now(UTC) + delay).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rhythm(every: str) -> timedelta:
    """How often to look at a source that says how often it changes; never less than once a day."""
    if not (found := re.fullmatch(r"(\d+)([hdw])", every)):
        return EVERY
    hours = int(found[1]) * {"h": 1, "d": 24, "w": 168}[found[2]]
    return timedelta(hours=min(max(hours / 4, 1), 24))
