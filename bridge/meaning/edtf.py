"""Extended Date/Time Format, level 1 (Library of Congress, ISO 8601-2): reading what ``dates`` wrote. Pure functions.

Seasons are 21 (spring) to 24 (winter), northern and meteorological: 24 is the winter that starts in December of its
year. Precision is what is written; ``X`` stands for a digit that is not known, ``~`` for about, ``?`` for uncertain.
"""

from __future__ import annotations

import re
from calendar import monthrange
from functools import lru_cache

_DATE = re.compile(r"(\d{4}|\d{3}X|\d{2}XX)(?:-(0[1-9]|1[0-2]|2[1-4])(?:-(0[1-9]|[12]\d|3[01]))?)?([~?%]?)")
_OPEN = ("", "..")

_MONTHS = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_UNITS = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX")
_SEASONS = {
    "fr": ("printemps", "été", "automne", "hiver"),
    "en": ("spring", "summer", "autumn", "winter"),
}


def edtf(text: str) -> str:
    """The text itself when it is a level 1 date or interval, its days exist and its ends are in order; else ``""``."""
    first, slash, last = text.partition("/")
    if slash and (first in _OPEN or last in _OPEN):
        date = last if first in _OPEN else first
        return text if _last(date) else ""
    if not slash:
        return text if _last(first) else ""
    return text if _last(first) and _last(last) and _first(first) <= _last(last) else ""


@lru_cache(maxsize=1 << 13)
def bounds(text: str) -> tuple[str, str]:
    """First and last day (``YYYY-MM-DD``) that a date or interval covers; ``""`` where open, both when unreadable.

    ``2014-04/2015-07`` -> ``("2014-04-01", "2015-07-31")``; ``2020/..`` -> ``("2020-01-01", "")``.
    """
    if not edtf(text):
        return "", ""
    first, slash, last = text.partition("/")
    return _first(first), _last(last if slash else first)


def _first(date: str) -> str:
    match = _DATE.fullmatch(date)
    if not match:
        return ""
    month = int(match[2] or 1)
    return f"{match[1].replace('X', '0')}-{month if month < 13 else (month - 20) * 3:02}-{match[3] or '01'}"


def _last(date: str) -> str:
    """The last day of a date; ``""`` also when that day does not exist or the year is 0."""
    match = _DATE.fullmatch(date)
    if not match or match[1] == "0000" or ("X" in match[1] and match[2]):
        return ""
    year, month = int(match[1].replace("X", "9")), int(match[2] or 12)
    if month > 12:
        if match[3]:
            return ""
        year, month = (year + 1, 2) if month == 24 else (year, (month - 20) * 3 + 2)
    length = monthrange(year, month)[1]
    day = int(match[3] or length)
    return f"{year:04}-{month:02}-{day:02}" if day <= length else ""


# How French leads to a date: from, to, since, until.
_MASCULINE = ("du ", "au ", "depuis le ", "jusqu'au ")
_ELIDED = ("de l'", "à l'", "depuis l'", "jusqu'à l'")
_PLURAL = ("des ", "aux ", "depuis les ", "jusqu'aux ")
_BARE = ("de ", "à ", "depuis ", "jusqu'en ")
_BARE_VOWEL = ("d'", "à ", "depuis ", "jusqu'en ")
_ENGLISH = ("", "to ", "since ", "until ")


@lru_cache(maxsize=1 << 13)
def french(text: str, language: str = "fr") -> str:
    """The date or interval as a person reads it: « d'avril 2014 à juillet 2015 », "April 2014 to July 2015".

    ``language`` is ``fr`` or ``en``; others read French. ``""`` when ``text`` is not EDTF.
    """
    if not edtf(text):
        return ""
    tongue = "en" if language[:2] == "en" else "fr"
    first, slash, last = text.partition("/")
    if not slash:
        return _words(first, tongue)
    if last in _OPEN:
        words = _words(first, tongue, inside=True)
        return _leads(words, tongue)[2] + words
    end = _words(last, tongue, inside=True)
    if first in _OPEN:
        return _leads(end, tongue)[3] + end
    start = _words(first, tongue, inside=True)
    lead = _leads(start, tongue)[0]
    if len(first) == len(last) and first[:4] == last[:4]:  # « du 3 au 5 mai 2023 », « de mars à juin 2020 »
        start = start.removesuffix(first[:4]).rstrip()
        if first[:7] == last[:7]:
            start = start.partition(" ")[0]
    return f"{lead}{start} {_leads(end, tongue)[1]}{end}"


def _leads(words: str, tongue: str) -> tuple[str, str, str, str]:
    if tongue == "en":
        return _ENGLISH
    if words[0].isdigit():
        return _BARE if words[:4].isdigit() else _MASCULINE
    if words[0].isupper() or words.startswith("printemps"):
        return _MASCULINE
    if words.startswith("années"):
        return _PLURAL
    if words.startswith(_SEASONS["fr"][1:]):
        return _ELIDED
    return _BARE_VOWEL if words[0] in "ao" else _BARE


def _words(date: str, tongue: str, inside: bool = False) -> str:
    """One date; ``inside`` an interval « vers 2015 » would not read after « de »."""
    match = _DATE.fullmatch(date)
    year, month, day, mark = match.groups() if match else ("", None, None, "")
    if "X" in year:
        words = _hazy(year, tongue)
    elif not month:
        words = year
    elif month > "12":
        words = f"{_SEASONS[tongue][int(month) - 21]} {year}"
    else:
        words = f"{_MONTHS[tongue][int(month) - 1]} {year}"
        if day:
            words = f"{'1er' if day == '01' and tongue == 'fr' else int(day)} {words}"
    if mark in ("?", "%"):
        words += " (?)"
    if mark in ("~", "%"):
        about = ("vers {}", "{} environ") if tongue == "fr" else ("about {}", "about {}")
        words = about[inside].format(words)
    return words


def _hazy(year: str, tongue: str) -> str:
    """``199X`` -> « années 1990 », ``20XX`` -> « XXIe siècle »."""
    if not year.endswith("XX"):
        return f"années {year[:3]}0" if tongue == "fr" else f"{year[:3]}0s"
    century = int(year[:2]) + 1
    if tongue == "fr":
        return f"{'X' * (century // 10)}{_UNITS[century % 10]}{'e' if century > 1 else 'er'} siècle"
    ending = "th" if century // 10 == 1 else {1: "st", 2: "nd", 3: "rd"}.get(century % 10, "th")
    return f"{century}{ending} century"
