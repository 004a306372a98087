"""EDTF dates of the record in the plainer words that other formats know."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_DATE = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?!\d))?(?!\d))?")


class Bounds(NamedTuple):
    """First and last date of a period (W3C-DTF), empty when open or unknown."""

    start: str
    end: str


@lru_cache(4096)
def w3c_date(date: str) -> str:
    """``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``: what a date says for sure, or empty (spring 2020 is ``2020``)."""
    found = _DATE.match(date)
    return found[0] if found else ""


@lru_cache(4096)
def bounds(period: str) -> Bounds:
    """Both ends of an EDTF interval; a single date is its own start and end."""
    start, slash, end = period.partition("/")
    first = w3c_date(start)
    return Bounds(first, w3c_date(end) if slash else first)


@lru_cache(4096)
def iso_period(period: str) -> str:
    """``2014-04/2015-07``, ``2018/..``, ``2014``: an ISO 8601 interval or date, empty when neither end is known."""
    start, end = bounds(period)
    if not start and not end:
        return ""
    return f"{start or '..'}/{end or '..'}" if "/" in period else start
