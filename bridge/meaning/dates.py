"""Dates and periods as French (and English) people write them -> EDTF level 1 (Library of Congress, ISO 8601-2).

A text becomes a row of letters, one for each thing that was recognised (a date, a date without its year, « à »,
« depuis », a duration, any other word: see ``date_words``); a few patterns on these letters say what period it is.
Nothing is guessed: what can be read in two ways, or not wholly, is ``""``. Figures are read in the French order.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import pairwise
from math import inf
from typing import NamedTuple

from bridge.meaning.date_words import Token, read
from bridge.meaning.edtf import bounds, edtf, french
from bridge.meaning.moments import PARIS, Moment, Span
from bridge.meaning.text import plain

__all__ = ["bounds", "date", "edtf", "french", "instant", "period"]

MAX_LENGTH = 400  # beyond, it is prose, not a period


class _Reading(NamedTuple):
    """A period that was read; an end is None when it is open. ``text`` is the EDTF of a lone hazy date."""

    first: Moment | None
    last: Moment | None
    text: str = ""
    marks: tuple[str, str] = ("", "")

    def __str__(self) -> str:
        first = f"{self.first}{self.marks[0]}" if self.first else ".."
        last = f"{self.last}{self.marks[1]}" if self.last else ".."
        return self.text or (first if first == last else f"{first}/{last}")

    def holds(self, other: _Reading) -> bool:
        """True when the other period lies within this one."""
        later = not self.first or bool(other.first and self.first.lower <= other.first.lower)
        return later and (not self.last or bool(other.last and other.last.upper <= self.last.upper))

    @property
    def months(self) -> float:
        """The length, infinite when an end is open."""
        if not self.first or not self.last:
            return inf
        (year, month, day), (last_year, last_month, last_day) = self.first.lower, self.last.upper
        return (last_year - year) * 12 + last_month - month + (last_day - day + 1) / 30


@lru_cache(maxsize=1 << 12)
def period(text: str, excel: bool = False) -> str:
    """A period or date as EDTF, ``""`` when there is none or in doubt.

    « D'avril 2014 à juillet 2015 » -> ``2014-04/2015-07``; « depuis 2018 » -> ``2018/..``; « 14-15 mai 2019 » ->
    ``2019-05-14/2019-05-15``; « printemps 2020 » -> ``2020-21``; « vers 2015 » -> ``2015~``. « Début », « mi » and
    « fin » keep the whole they are part of. « 2021-22 » are years here (the EDTF summer of 2021 goes through ``edtf``).

    Args:
        excel: a bare number is a spreadsheet's serial day (days since 30 December 1899).
    """
    text = text.strip()
    if _is_edtf(text):
        return text
    reading = _read(text, excel)
    return str(reading) if reading else ""


@lru_cache(maxsize=1 << 12)
def date(text: str, excel: bool = False) -> str:
    """One date as EDTF, less precise when the text names more than a moment of a year (« 2e trimestre 2021 » -> 2021).

    ``""`` for periods of several years, open periods, and texts without a sure date.
    """
    text = text.strip()
    if "/" not in text and _is_edtf(text):
        return text
    reading = _read(text, excel)
    if not reading or not reading.first or not reading.last:
        return ""
    first, last = reading.first, reading.last
    if reading.text or first == last:
        return str(reading)
    if first.year != last.year:
        return ""
    return str(Moment(first.year, first.month if first.month == last.month else 0))


_EDTF = re.compile(r"(?:\.\.)?/?(?:1[5-9]|20)[\d/.X~?%-]*")
_SHORT_YEARS = re.compile(r"\d{4}-2[1-4]")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")
_EXCEL_EPOCH = datetime(1899, 12, 30)
_SERIALS = range(29221, 54789)
"""From 1980 to 2049: a spreadsheet of resources holds no other days, and another number may be a postcode."""


def _is_edtf(text: str) -> bool:
    return bool(_EDTF.fullmatch(text) and not _SHORT_YEARS.fullmatch(text) and edtf(text))


def _read(text: str, excel: bool) -> _Reading | None:
    if not text or len(text) > MAX_LENGTH:
        return None
    if excel and (serial := _SERIAL.fullmatch(text)) and int(serial[1]) in _SERIALS:
        day = _EXCEL_EPOCH + timedelta(days=int(serial[1]))
        moment = Moment(day.year, day.month, day.day)
        return _Reading(moment, moment)
    tokens = read(plain(text) if "<" in text or "&" in text else text)
    reading = _understand(_dated(_unlabelled(tokens)))
    length = max((token.months for token in tokens), default=0)
    # « 2 ans à partir de 2019 »: what was read is not the whole
    if not reading or (length >= 1 and not length - 0.5 <= reading.months < inf):
        return None
    return reading


_BEGINNING = re.compile(r"H(?:[Fx]{0,4}(?=[DPQTE]))?")
_END = re.compile(r"Z[Fx]{0,4}(?=[DPQ])")


def _unlabelled(tokens: list[Token]) -> list[Token]:
    """« Début des travaux : mars 2015. Fin : juin 2016 »: the labels go, the second one stands for « à »."""
    letters = "".join(token.letter for token in tokens)
    if "H" not in letters and "Z" not in letters:
        return tokens
    letters = _BEGINNING.sub(lambda match: " " * len(match[0]), letters)
    letters = _END.sub(lambda match: ("T" if "D" in letters[: match.start()] else " ").ljust(len(match[0])), letters)
    return [token._replace(letter=letter) for token, letter in zip(tokens, letters, strict=True) if letter not in " Z"]


_BEFORE_DATE = re.compile(r".*(P)([TE])F?(D)")  # greedy: the last one, so that lists are dated from their end
_AFTER_DATE = re.compile(r".*?(D)([TE])F?(P)")


def _dated(tokens: list[Token]) -> list[Token]:
    """The dates without a year take that of the date they are joined to: « du 28 mars au 2 avril 2020 »."""
    letters = "".join(token.letter for token in tokens)
    while "P" in letters:
        before = _BEFORE_DATE.match(letters)
        match = before or _AFTER_DATE.match(letters)
        if not match:
            break
        here, there = (match.start(1), match.start(3)) if before else (match.start(3), match.start(1))
        tokens[here] = _year_from(tokens[here], tokens[there], match[2] == "T", earlier=bool(before))
        letters = letters[:here] + tokens[here].letter + letters[here + 1 :]
    return tokens


def _year_from(token: Token, dated: Token, crosses: bool, earlier: bool) -> Token:
    """« De novembre à février 2020 » starts in 2019; a year alone dates nothing (« mars - 2019 »)."""
    if not token.span or not dated.span or not dated.span.first.month:
        return Token("x")
    year = dated.span.first.year if earlier else dated.span.last.year
    first, last = (moment._replace(year=year) for moment in token.span[:2])
    if earlier and first.lower > dated.span.last.upper:
        year -= 1
    elif not earlier and last.upper < dated.span.first.lower:
        year += 1
    if year != first.year and not crosses:  # « novembre et février 2020 »: of which years?
        return Token("!")
    first, last = first._replace(year=year), last._replace(year=year)
    return Token("D", Span(first, last)) if first.exists and last.exists else Token("!")


# No such day; « depuis la crue de 2003 »; « 2015 à 2020 arbres »; « 2014 à 20 ».
_UNSURE = re.compile(r"!|SF*x|D[TJ]+y|yT+D|D[TJ]+n(?!x)")
_D = "Q?DM?(?:Q(?!D))?"
_PERIOD = re.compile(
    rf"(?P<range>BF*{_D}F*E[FT]*{_D}|[SAF]*{_D}(?:E?[TJ]+[SAF]*{_D})+)"
    rf"|(?P<since>[SAF]*{_D}E?[FTJ]*N|F*[SA][SAF]*{_D})|(?P<until>[UJ]F*{_D})|(?P<one>F*{_D})"
)


def _understand(tokens: list[Token]) -> _Reading | None:
    """The one period that the tokens tell, None when they tell none or several that do not make a whole."""
    letters = "".join(token.letter for token in tokens)
    if _UNSURE.search(letters):
        return None
    found: list[_Reading] = []
    gaps: list[str] = []
    end = 0
    for match in _PERIOD.finditer(letters):
        spans = [_span(tokens, letters, index) for index in range(match.start(), match.end()) if letters[index] == "D"]
        if any(one.first.lower > two.last.upper for one, two in pairwise(spans)):
            return None
        first, last = spans[0], spans[-1]
        found.append(
            _Reading(
                None if match["until"] else first.first,
                None if match["since"] else last.last,
                first.text + first.mark if match["one"] and first.text else "",
                (first.mark, last.mark),
            )
        )
        gaps.append(letters[end : match.start()])
        end = match.end()
    if len(found) < 2:
        return found[0] if found else None
    if all(set(gap) == {"E"} for gap in gaps[1:]):
        return _hull(found)
    whole, *inner = found
    # « 2019 (du 12 mars au 3 mai 2019) »
    if len(inner) == 1 and not gaps[1] and whole.first == whole.last and whole.holds(inner[0]):
        return inner[0]
    return None


def _span(tokens: list[Token], letters: str, index: int) -> Span:
    span = tokens[index].span or Span(Moment(0), Moment(0))
    if letters[index + 1 : index + 2] == "M":
        return span._replace(mark="?")
    if letters[index - 1 : index] == "Q" or letters[index + 1 : index + 2] == "Q":
        return span._replace(mark="~")
    return span


def _hull(readings: list[_Reading]) -> _Reading | None:
    """« 2012, 2014 et 2016 » -> from 2012 to 2016; since and until together close each other."""
    firsts = [reading.first for reading in readings if reading.first]
    lasts = [reading.last for reading in readings if reading.last]
    opens = len(firsts) < len(readings), len(lasts) < len(readings)
    if all(opens):
        return None
    first = None if opens[0] else min(firsts, key=lambda moment: moment.lower)
    last = None if opens[1] else max(lasts, key=lambda moment: moment.upper)
    return _Reading(first, last)


_ISO = re.compile(
    r"(?P<y>\d{4})-?(?P<mo>\d\d)-?(?P<d>\d\d)[T ]+(?P<h>\d\d):?(?P<mi>\d\d)(?::?(?P<s>\d\d)(?:[.,]\d+)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.I,
)
_FRENCH = re.compile(
    r"(?P<d>\d{1,2})[/.-](?P<mo>\d{1,2})[/.-](?P<y>\d{4})[ ,àT-]+"
    r"(?P<h>\d{1,2})[:h](?P<mi>\d\d)(?::(?P<s>\d\d))?(?P<zone>)"
)
_RFC_822 = re.compile(r"(?:[A-Za-z]{3,9},?\s+)?\d{1,2}[\s-][A-Za-z]{3,9}\.?[\s-]\d{2,4}\s+\d{1,2}:\d\d.*")


@lru_cache(maxsize=1 << 12)
def instant(text: str) -> str:
    """An instant as ``YYYY-MM-DDThh:mm:ssZ`` (UTC), ``""`` when there is none, or one before the year 1000.

    Reads ISO 8601 and RFC 3339, RFC 822, MySQL's and iCalendar's forms, ``jj/mm/aaaa hh:mm``. A local time without
    zone is that of Paris; a day without time is that day at 00:00 UTC, so that it stays the same day.
    """
    text = text.strip()
    if len(text) > 64:
        return ""
    match = _ISO.fullmatch(text) or _FRENCH.fullmatch(text)
    try:
        if match:
            year, month, day, hour, minute, second = (
                int(match[part] or 0) for part in ("y", "mo", "d", "h", "mi", "s")
            )
            moment = datetime(year, month, day, hour, minute, min(second, 59))  # a leap second is not one here
            return _utc(moment.replace(tzinfo=_zone(match["zone"])))
        if _RFC_822.fullmatch(text):
            moment = parsedate_to_datetime(text)
            return _utc(moment if moment.tzinfo else moment.replace(tzinfo=UTC if text.endswith("-0000") else PARIS))
    except (ValueError, OverflowError):  # no such day, time or zone
        return ""
    only = date(text)
    return f"{only}T00:00:00Z" if len(only) == 10 and only[4] == "-" else ""


def _zone(text: str | None) -> tzinfo:
    if not text:
        return PARIS
    if text[0] not in "+-":
        return UTC
    hours, minutes = int(text[1:3]), int(text[3:].lstrip(":") or 0)
    return timezone((1 if text[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment.year >= 1000 else ""
