"""When a source is visited next: by need, learnt from how often it changes, whether it announces it, and its failures.

A change found halves the pace, a visit for nothing lengthens it by half: between five minutes and a day. A source whose
pings announce its changes is looked at less and less, as long as no visit finds what no ping had told. A site that
takes long to read rests ten times as long. Failures are waited for longer and longer.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from zlib import crc32

from bridge.instants import from_now
from bridge.meaning.source import Source
from bridge.store import Rhythm

FIRST = timedelta(hours=1)
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(hours=24)
AFTER_FAILURE = timedelta(minutes=15)
RESTS = 10
"""A site is left alone for this many times what the visit took."""
_SPREAD = 0.1
_UNITS = {"h": 1, "d": 24, "w": 168}


class Visit(NamedTuple):
    """What a visit teaches of the pace: whether it read everything, found news, must be confirmed, and its seconds."""

    complete: bool
    changed: bool
    confirm: bool
    seconds: float
    first: bool = False


def after(source: Source, before: Rhythm, visit: Visit, confirm_delay: int, fixed: timedelta | None) -> Rhythm:
    """The rhythm of a source after a visit, and the instant of its next one.

    Args:
        before: its rhythm until now; ``confirm_delay``: seconds before a second look at what is missing.
        fixed: the time until the next visit, instead of what is learnt.
    """
    learnt = timedelta(seconds=before.pace) if before.pace else _declared(source.every)
    announced = before.pinged > before.last_visit
    missed = before.missed
    if visit.complete and not (visit.first or announced):
        if visit.changed:
            learnt /= 2
            missed += before.pings > 0
        else:
            learnt *= 2 if before.pings else 1.5
    learnt = min(max(learnt, SHORTEST), LONGEST)
    failures = 0 if visit.complete else before.failures + 1
    if visit.confirm:
        delay = timedelta(seconds=confirm_delay)
    elif fixed is not None:
        delay = fixed
    elif failures:
        delay = min(AFTER_FAILURE * 2 ** min(failures - 1, 10), LONGEST)
    else:
        rest = timedelta(seconds=RESTS * visit.seconds)
        delay = min(max(learnt * _spread(source.id, before.last_visit), rest, SHORTEST), LONGEST)
    return replace(
        before,
        pace=round(learnt.total_seconds()),
        failures=failures,
        missed=missed,
        next_visit=from_now(delay),
    )


def _declared(every: str) -> timedelta:
    """How often to look, at first, at a source that says how often it changes."""
    if not (found := re.fullmatch(r"(\d+)([hdw])", every)):
        return FIRST
    return timedelta(hours=max(int(found[1]) * _UNITS[found[2]] / 4, 1))


def _spread(source: str, visit: str) -> float:
    """A little more or less, so that sources added together are not visited together for ever."""
    return 1 + _SPREAD * (crc32(f"{source} {visit}".encode()) / 2**31 - 1)
