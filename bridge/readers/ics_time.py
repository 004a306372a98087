"""Dates, durations and repetitions of iCalendar (RFC 5545, § 3.3) in ISO 8601 and in French words. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bridge.meaning.moments import PARIS

_DATE_TIME = re.compile(r"\s*(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z?))?\s*", re.I)
_DURATION = re.compile(
    r"\s*\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?\s*", re.I
)
_DAY = timedelta(days=1)

_UNITS = {
    "YEARLY": ("chaque année", "ans"),
    "MONTHLY": ("chaque mois", "mois"),
    "WEEKLY": ("chaque semaine", "semaines"),
    "DAILY": ("chaque jour", "jours"),
    "HOURLY": ("chaque heure", "heures"),
}
_WEEK = {
    "MO": "lundi",
    "TU": "mardi",
    "WE": "mercredi",
    "TH": "jeudi",
    "FR": "vendredi",
    "SA": "samedi",
    "SU": "dimanche",
}
_RANKS = {1: "premier", 2: "deuxième", 3: "troisième", 4: "quatrième", 5: "cinquième", -1: "dernier"}


class Moment(NamedTuple):
    """A day (``2026-04-01``) or a time: ``2026-04-01T09:30:00Z`` in UTC, without ``Z`` as clocks show it there."""

    text: str
    value: datetime

    @property
    def whole_day(self) -> bool:
        return len(self.text) == 10

    def day(self, ends: bool = False) -> str:
        """The day it is in France; what ends at midnight does not reach the next one."""
        if self.whole_day:
            return self.text
        try:
            when = self.value.replace(tzinfo=UTC).astimezone(PARIS) if self.text.endswith("Z") else self.value
            return (when - timedelta(seconds=ends)).date().isoformat()
        except OverflowError:
            return self.text[:10]


def moment(value: str, parameters: Mapping[str, str]) -> Moment | None:
    """A DATE or DATE-TIME; None when it is none, or a day that does not exist.

    A time with TZID stays what clocks show in that zone: that is the day people know.
    """
    found = _DATE_TIME.fullmatch(value)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        when = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), min(int(second or 0), 59))
    except ValueError:
        return None
    return _written(when, hour is None or parameters.get("VALUE", "").upper() == "DATE", (zone or "").upper())


def _written(when: datetime, whole_day: bool, zone: str) -> Moment:
    text = when.isoformat(timespec="seconds")
    return Moment(text[:10] if whole_day else text + zone, when)


def end_of(begin: Moment | None, end: Moment | None, duration: str) -> Moment | None:
    """The last day or the time of the end: a day given as end is the one after (§ 3.6.1); else the duration tells.

    None when nothing tells, or what tells is before the beginning.
    """
    if begin is None:
        return end
    if end is None:
        found = _DURATION.fullmatch(duration)
        weeks, days, hours, minutes, seconds = (int(part or 0) for part in (found.groups() if found else "00000"))
        length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
        try:
            end = _written(begin.value + length, begin.whole_day, "Z" if begin.text.endswith("Z") else "")
        except OverflowError:
            return None
    if end.whole_day and end.value > begin.value:
        end = _written(end.value - _DAY, True, "")
    return end if end.text[:10] >= begin.text[:10] and end.text != begin.text else None


def recurrence(rule: str) -> str:
    """A RRULE in words: ``chaque semaine le mardi, jusqu'au 2026-06-30``; empty when it has no simple ones."""
    parts = dict(part.upper().strip().split("=", 1) for part in rule.split(";") if "=" in part)
    if parts.get("FREQ") not in _UNITS:
        return ""
    each, plural = _UNITS[parts["FREQ"]]
    interval = parts.get("INTERVAL", "1")
    if interval.isdecimal() and len(interval) < 4 and int(interval) > 1:
        each = f"{'toutes' if plural in ('semaines', 'heures') else 'tous'} les {int(interval)} {plural}"
    days = [_weekday(day) for day in parts.get("BYDAY", "").split(",")]
    if all(days):
        each += f" le {' et le '.join(days)}" if len(days) < 3 else f" les {', '.join(days)}"
    until = moment(parts.get("UNTIL", ""), {})
    count = parts.get("COUNT", "")
    if until:
        each += f", jusqu'au {until.text[:10]}"
    elif count.isdecimal() and len(count) < 5:
        each += f", {int(count)} fois"
    return each


def _weekday(day: str) -> str:
    """``1TU`` -> ``premier mardi``; empty when it is no day."""
    found = re.fullmatch(r"\s*\+?(-?\d)?(MO|TU|WE|TH|FR|SA|SU)\s*", day)
    if found is None:
        return ""
    rank = _RANKS.get(int(found[1] or 0), "")
    return f"{rank} {_WEEK[found[2]]}".strip()
