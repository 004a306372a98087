"""The moments that dates are made of, and how figures and names give them. Pure functions.

Each builder takes the groups of a pattern of ``date_words`` and gives a span, or None when there is no such date.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


class Moment(NamedTuple):
    """A date by parts: year 0 when it is missing, month and day 0 beyond the precision, seasons are months 21 to 24."""

    year: int
    month: int = 0
    day: int = 0

    def __str__(self) -> str:
        return f"{self.year:04}" + (f"-{self.month:02}" if self.month else "") + (f"-{self.day:02}" if self.day else "")

    @property
    def lower(self) -> tuple[int, int, int]:
        """The earliest day it may hold, to compare. « Hiver 2020 » may be its January."""
        month = self.month if self.month < 13 else 1 if self.month == 24 else (self.month - 20) * 3
        return self.year, month or 1, self.day or 1

    @property
    def exists(self) -> bool:
        """False for 30 February and the like."""
        return not self.day or self.day <= monthrange(self.year, self.month)[1]

    @property
    def upper(self) -> tuple[int, int, int]:
        """The latest day it may hold, to compare."""
        month = self.month if self.month < 13 else 12 if self.month == 24 else (self.month - 20) * 3 + 2
        return self.year, month or 12, self.day or 31


class Span(NamedTuple):
    """From a moment to a moment. ``text`` is its EDTF when that is not made of its ends (``199X``)."""

    first: Moment
    last: Moment
    text: str = ""
    mark: str = ""


_NAMES = (
    *("janvier|janv|jan|january", "fevrier|fevr|fev|february|feb", "mars|mar|march", "avril|avr|april|apr", "mai|may"),
    *("juin|jun|june", "juillet|juil|jul|july", "aout|august|aug", "septembre|september|sept|sep"),
    *("octobre|october|oct", "novembre|november|nov", "decembre|december|dec"),
)
MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split("|")}
SEASONS = {
    **{"printemps": 21, "spring": 21, "ete": 22, "summer": 22},
    **{"automne": 23, "autumn": 23, "fall": 23, "hiver": 24, "winter": 24},
}
RANKS = {
    **{"premier": 1, "first": 1, "second": 2, "deuxieme": 2, "seconde": 2},
    **{"troisieme": 3, "third": 3, "quatrieme": 4, "fourth": 4},
}


def single(year: int, month: int = 0, day: int = 0) -> Span | None:
    """The span of one moment; None when there is no such day."""
    if month > 24 or 12 < month < 21 or (day and (month > 12 or day > monthrange(year or 2000, month)[1])):
        return None
    moment = Moment(year, month, day)
    return Span(moment, moment)


def _between(first: Span | None, last: Span | None) -> Span | None:
    return Span(first.first, last.last) if first and last else None


def _digits(text: str) -> int:
    return int("".join(char for char in text if char.isdecimal()))


def _full_year(two: str) -> int:
    return int(two) + (2000 if int(two) < 70 else 1900)


def iso_time(year: str, month: str, day: str, hour: str, minute: str, zone: str | None) -> Span | None:
    if not zone:
        return ymd(year, month, day)
    zone = "+00:00" if zone[0] not in "+-" else zone if len(zone) != 3 else zone + ":00"
    try:
        there = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:00{zone}").astimezone(PARIS)
    except (ValueError, OverflowError):  # no such instant
        return None
    return single(there.year, there.month, there.day)


def ymd(year: str, month: str, day: str) -> Span | None:
    """MySQL's ``2014-00-00`` is a year, ``0000-00-00`` is nothing."""
    if year < "1000" or (month.strip("0") == "" and day.strip("0")):
        return None
    return single(int(year), int(month), int(day))


def dmy(from_day: str | None, day: str, month: str, year: str) -> Span | None:
    full = f"{_full_year(year)}" if len(year) == 2 else year
    if int(month) > 12 >= int(day) and not from_day:  # 03/25/2019 has one reading only
        day, month = month, day
    last = ymd(full, month, day)
    return _between(ymd(full, month, f"{_digits(from_day)}"), last) if from_day else last


def my(from_month: str | None, month: str, year: str) -> Span | None:
    if not 1 <= int(month) <= 12 or not 1 <= int(from_month or 1) <= 12:
        return None
    last = single(int(year), int(month))
    return _between(single(int(year), int(from_month)), last) if from_month else last


def ym(year: str, sign: str, two: str) -> Span | None:
    """``2014-04`` is a month, ``2014-18`` are years; ``2021/22`` a school year; ``2004/05`` holds both readings."""
    first, number = int(year), int(two)
    follows = len(two) == 2 and number == (first + 1) % 100
    if 1 <= number <= 12 and not (follows and sign == "/"):
        return single(first, number)
    if follows or (len(two) == 2 and first % 100 < number <= first % 100 + 30):
        return _between(single(first), single(first - first % 100 + number + (100 if number < first % 100 else 0)))
    return single(first, number) if 21 <= number <= 24 and sign == "-" else None


def winter(year: str, next_year: str) -> Span | None:
    return single(int(year), 24) if int(next_year) % 100 == (int(year) + 1) % 100 else None


def season(season: str, year: str = "0") -> Span | None:
    return single(int(year), SEASONS[season])


def _part(first: int, last: int, kind: str, year: str) -> Span | None:
    months = 3 if kind[0] in "tq" else 6
    if not first <= last <= 12 // months:
        return None
    return _between(single(int(year), (first - 1) * months + 1), single(int(year), last * months))


def parts(*groups: str | None) -> Span | None:
    """« 1er et 2e trimestres 2019 », « second semestre 2020 »."""
    ranks = [int(rank) if rank.isdigit() else RANKS[rank] for rank in groups[:4] if rank]
    return _part(ranks[0], ranks[-1], str(groups[4]), str(groups[5]))


def short_parts(kind: str, first: str, last: str | None, year: str) -> Span | None:
    return _part(int(first), int(last or first), kind, year)


def days(days: str, month: str, year: str | None, short: str | None) -> Span | None:
    """« 14 mai », « 14-15 mai 2019 », « 3, 4 et 5 mai 2023 », « 14-mai-19 »."""
    numbers = [int(day) for day in re.findall(r"\d+", days)]
    number = int(year) if year else _full_year(short) if short else 0
    if 0 in numbers or numbers != sorted(numbers):
        return None
    return _between(single(number, MONTHS[month], numbers[0]), single(number, MONTHS[month], numbers[-1]))


def day_month(day: int, month: int) -> Span | None:
    """« 12/03 », which only another date may complete."""
    return single(0, month, day) if 1 <= month <= 12 and day else None


def english_days(month: str, day: str, last: str | None, year: str | None) -> Span | None:
    return days(f"{day} {last or ''}", month, year, None)


def month(month: str, year: str = "0") -> Span | None:
    return single(int(year) if len(year) != 2 else _full_year(year), MONTHS[month])


def decade(full: str | None, tens: str | None) -> Span | None:
    start = int(full or f"19{tens}")
    return Span(Moment(start), Moment(start + 9), f"{start // 10}X")


def century(number: str) -> Span | None:
    rank = int(number) if number.isdigit() else _roman(number)
    if not 10 <= rank <= 21:
        return None
    return Span(Moment(rank * 100 - 100), Moment(rank * 100 - 1), f"{rank - 1}XX")


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[char] for char in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))
