"""The words dates are made of: each piece of a text -> a letter and, for a date, the moments it goes from and to.

Letters: ``D`` a date, ``P`` a date without its year, ``T`` to, ``E`` and, ``B`` between, ``F`` from, ``S`` since,
``J`` until, ``U`` before, ``N`` now, ``Q`` about, ``M`` doubt, ``H`` beginning, ``Z`` end, ``L`` a duration, ``x``
anything else, ``n`` a figure, ``!`` what looks like a date and is not one.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bridge.meaning.text import fold

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


class Token(NamedTuple):
    """A letter; the span of a date, the length of a duration in months."""

    letter: str
    span: Span | None = None
    months: float = 0


_NAMES = (
    *("janvier|janv|jan|january", "fevrier|fevr|fev|february|feb", "mars|mar|march", "avril|avr|april|apr", "mai|may"),
    *("juin|jun|june", "juillet|juil|jul|july", "aout|august|aug", "septembre|september|sept|sep"),
    *("octobre|october|oct", "novembre|november|nov", "decembre|december|dec"),
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split("|")}
_SEASONS = {
    **{"printemps": 21, "spring": 21, "ete": 22, "summer": 22},
    **{"automne": 23, "autumn": 23, "fall": 23, "hiver": 24, "winter": 24},
}
_RANKS = {
    **{"premier": 1, "first": 1, "second": 2, "deuxieme": 2, "seconde": 2},
    **{"troisieme": 3, "third": 3, "quatrieme": 4, "fourth": 4},
}
_COUNTS = {
    **{"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9},
    **{"dix": 10, "onze": 11, "douze": 12, "dix-huit": 18, "vingt": 20, "trente": 30, "one": 1, "two": 2, "three": 3},
}
_LENGTHS = {
    **{"ans": 12, "an": 12, "annee": 12, "year": 12, "semestre": 6, "trimestre": 3, "mois": 1, "month": 1},
    **{"semaine": 0.25, "week": 0.25, "jour": 1 / 30, "day": 1 / 30, "heure": 0, "hour": 0, "h": 0},
}

_M = rf"(?:{'|'.join(_MONTHS)})(?![a-z])"
_M_EN = "(?:january|february|march|april|may|june|july|august|september|october|november|december)(?![a-z])"
_Y = r"(?:1\d|20|21)\d\d"
_S = "|".join(_SEASONS)
_DAY = r"\d{1,2}(?: ?(?:er|e|ere|st|nd|rd|th))?(?![\d])"
_AND = r"(?: ?[-&] ?| (?:au|a|et|to|and) (?:le )?)"
_ANDS = rf"(?:{_AND}|/|, ?)"
_OF = r"(?:\.? ?(?:de l'annee |de l'an |de |d'|of )?|\.?[ /-]{1,3})"
_OF_YEAR = r"(?: de l'annee| de| d'| of|,)? ?"
_RANK = rf"(?:([1-4])(?: ?(?:er|ere|e|eme|nd|nde|st|rd|th))|({'|'.join(_RANKS)}))"
_HALF = r"(trimestre|quarter|semestre|half)s?"

# Figures that are no dates, whatever they look like.
_UNIT = (
    r"(?:[km]?€|[km]?eur(?:os?)?|ha|hectares?|[ckm]?m[23]|ml|[ckm]m|m(?![.'])|k?g|tonnes?|litres?|(?:kilo)?metres?|%|°c?"
    r"|pages?|ex(?:emplaires?)?|dpi|px|[kmg]o|[km]wh?|etp)(?![\w'])"
)
_NOISE = (
    r"https?://\S+|www\.\S+|\S+@\S+"
    r"|n(?:°|o\.?|um(?:ero)?s?\.?) ?(?:[a-z]{1,4}[- ]?)?\d[\w./-]*"
    r"|(?:natura|horizon|agenda|objectifs?|rt|iso|art(?:icle)?s?|loi|decret|directive|reglement|norme|bp|cs|cedex|lot"
    r"|code|ref(?:erence)?s?|id|version|insee|siret|siren|isbn|issn|doi|tel(?:ephone)?|fax|page)\.?(?: ?:)? ?\d[\w./-]*"
    r"|(?:champs?|communes?|villes?|villages?|mairies?|planete) de mars"
    r"|(?:\+33 ?\d|0\d)(?:[ .-]?\d\d){4}(?!\d)"
    rf"|(?:\d{{1,3}}(?: \d{{3}})+|\d+)(?:[.,]\d+)? ?{_UNIT}"
    r"|\d{1,3}(?: \d{3})+(?!\d)"
)
_COUNTED = (
    r"(?! (?!puis|mars|travaux|apres|dans|sans|vers|lors|plus|jours|mois|printemps|depuis|ans)[a-z]{2,}[sx](?!\w))"
)
_PARTICIPLE = r"(?<!\ba )(?<!ont )(?<!ait )(?<!oir )(?<!ant )(?<!ura )"


def _single(year: int, month: int = 0, day: int = 0) -> Span | None:
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


def _iso_time(year: str, month: str, day: str, hour: str, minute: str, zone: str | None) -> Span | None:
    if not zone:
        return _ymd(year, month, day)
    zone = "+00:00" if zone[0] not in "+-" else zone if len(zone) != 3 else zone + ":00"
    try:
        there = datetime.fromisoformat(f"{year}-{month}-{day}T{hour}:{minute}:00{zone}").astimezone(PARIS)
    except (ValueError, OverflowError):  # no such instant
        return None
    return _single(there.year, there.month, there.day)


def _ymd(year: str, month: str, day: str) -> Span | None:
    """MySQL's ``2014-00-00`` is a year, ``0000-00-00`` is nothing."""
    if year < "1000" or (month.strip("0") == "" and day.strip("0")):
        return None
    return _single(int(year), int(month), int(day))


def _dmy(from_day: str | None, day: str, month: str, year: str) -> Span | None:
    full = f"{_full_year(year)}" if len(year) == 2 else year
    if int(month) > 12 >= int(day) and not from_day:  # 03/25/2019 has one reading only
        day, month = month, day
    last = _ymd(full, month, day)
    return _between(_ymd(full, month, f"{_digits(from_day)}"), last) if from_day else last


def _my(from_month: str | None, month: str, year: str) -> Span | None:
    if not 1 <= int(month) <= 12 or not 1 <= int(from_month or 1) <= 12:
        return None
    last = _single(int(year), int(month))
    return _between(_single(int(year), int(from_month)), last) if from_month else last


def _ym(year: str, sign: str, two: str) -> Span | None:
    """``2014-04`` is a month, ``2014-18`` are years; ``2021/22`` a school year; ``2004/05`` holds both readings."""
    first, number = int(year), int(two)
    follows = len(two) == 2 and number == (first + 1) % 100
    if 1 <= number <= 12 and not (follows and sign == "/"):
        return _single(first, number)
    if follows or (len(two) == 2 and first % 100 < number <= first % 100 + 30):
        return _between(_single(first), _single(first - first % 100 + number + (100 if number < first % 100 else 0)))
    return _single(first, number) if 21 <= number <= 24 and sign == "-" else None


def _winter(year: str, next_year: str) -> Span | None:
    return _single(int(year), 24) if int(next_year) % 100 == (int(year) + 1) % 100 else None


def _season(season: str, year: str = "0") -> Span | None:
    return _single(int(year), _SEASONS[season])


def _part(first: int, last: int, kind: str, year: str) -> Span | None:
    months = 3 if kind[0] in "tq" else 6
    if not first <= last <= 12 // months:
        return None
    return _between(_single(int(year), (first - 1) * months + 1), _single(int(year), last * months))


def _parts(*groups: str | None) -> Span | None:
    """« 1er et 2e trimestres 2019 », « second semestre 2020 »."""
    ranks = [int(rank) if rank.isdigit() else _RANKS[rank] for rank in groups[:4] if rank]
    return _part(ranks[0], ranks[-1], str(groups[4]), str(groups[5]))


def _short_parts(kind: str, first: str, last: str | None, year: str) -> Span | None:
    return _part(int(first), int(last or first), kind, year)


def _days(days: str, month: str, year: str | None, short: str | None) -> Span | None:
    """« 14 mai », « 14-15 mai 2019 », « 3, 4 et 5 mai 2023 », « 14-mai-19 »."""
    numbers = [int(day) for day in re.findall(r"\d+", days)]
    number = int(year) if year else _full_year(short) if short else 0
    if 0 in numbers or numbers != sorted(numbers):
        return None
    return _between(_single(number, _MONTHS[month], numbers[0]), _single(number, _MONTHS[month], numbers[-1]))


def _english_days(month: str, day: str, last: str | None, year: str | None) -> Span | None:
    return _days(f"{day} {last or ''}", month, year, None)


def _month(month: str, year: str = "0") -> Span | None:
    return _single(int(year) if len(year) != 2 else _full_year(year), _MONTHS[month])


def _decade(full: str | None, tens: str | None) -> Span | None:
    start = int(full or f"19{tens}")
    return Span(Moment(start), Moment(start + 9), f"{start // 10}X")


def _century(number: str) -> Span | None:
    rank = int(number) if number.isdigit() else _roman(number)
    if not 10 <= rank <= 21:
        return None
    return Span(Moment(rank * 100 - 100), Moment(rank * 100 - 1), f"{rank - 1}XX")


def _roman(text: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10}[char] for char in text]
    return sum(-a if a < b else a for a, b in zip(values, [*values[1:], 0], strict=True))


# A pattern on folded text, what it builds, and the letter when nothing can be built. The order matters.
_DATES: tuple[tuple[str, Callable[..., Span | None], str], ...] = (
    (
        r"(\d{4})-(\d\d)-(\d\d)(?:t| )(\d\d):(\d\d)(?::\d\d(?:[.,]\d+)?)?(?: ?(z|utc|gmt|[+-]\d\d(?::?\d\d)?))?",
        _iso_time,
        "!",
    ),
    (r"(\d{4})-(\d{1,2})-(\d{1,2})", _ymd, "!"),
    (r"(\d{4})/(\d{1,2})/(\d{1,2})", _ymd, "!"),
    (r"(\d{4})\.(\d{1,2})\.(\d{1,2})", _ymd, "!"),
    (r"((?:19|20)\d\d)(\d\d)(\d\d)", _ymd, "x"),
    (rf"(?:({_DAY}){_AND})?(\d{{1,2}}) ?/ ?(\d{{1,2}}) ?/ ?(\d{{4}}|\d\d)", _dmy, "!"),
    (rf"(?:({_DAY}){_AND})?(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}|\d\d)", _dmy, "!"),
    (rf"(?:({_DAY}){_AND})?(\d{{1,2}})-(\d{{1,2}})-(\d{{4}})", _dmy, "!"),
    (r"()(\d\d) (\d\d) (\d{4})", _dmy, "!"),
    (rf"(?:(\d{{1,2}}) (?:a|au|et) )?(\d{{1,2}})[-./]({_Y})", _my, "x"),
    (rf"(?:hiver|winter) ({_Y}) ?[-/] ?(\d{{4}}|\d\d)", _winter, "!"),
    (rf"({_S}){_OF_YEAR}({_Y})", _season, "x"),
    (rf"({_Y})([-./])(\d{{1,2}})", _ym, "x"),
    (rf"(?:{_RANK}{_AND})?{_RANK} {_HALF}{_OF_YEAR}({_Y})", _parts, "!"),
    (rf"([tqs]) ?([1-4])(?: ?[-/] ?[tqs]([1-4]))?[ /-]?(?:de )?({_Y})", _short_parts, "!"),
    (
        rf"({_Y})[ /-]?([tqs])([1-4])(?:-[tqs]([1-4]))?",
        lambda year, kind, first, last: _short_parts(kind, first, last, year),
        "!",
    ),
    (
        rf"(?:annees|decennie)(?: des annees)? (?:((?:1[5-9]|20)\d0)|([3-9]0))(?!{_ANDS}\d)|(?:the )?(\d{{3}}0)'?s",
        lambda full, tens, english: _decade(full or english, tens),
        "x",
    ),
    (r"([xvi]+|\d\d) ?(?:e|eme|th|st)? (?:siecle|century)", _century, "x"),
    (rf"({_DAY}(?:{_ANDS}{_DAY})*)[ .-]?(?:de |of )?({_M})(?:(?:{_OF}|, )({_Y})|[-/](\d\d)|(?! ?\d))", _days, "!"),
    (
        rf"({_M})\.? ({_DAY})(?:{_AND}({_DAY}))?,? ({_Y})|({_M_EN}) ({_DAY})(?:{_AND}({_DAY}))?",
        lambda m, d, to, y, m2, d2, to2: _english_days(m or m2, d or d2, to or to2, y),
        "!",
    ),
    (
        rf"({_Y})(?: ?[(:] ?|[ ,/-]{{1,2}})({_M})(?:[ /-](\d{{1,2}}))?(?!\.?[ /-]{{0,3}}(?:de )?\d)",
        lambda year, month, day: _single(int(year), _MONTHS[month], int(day or 0)),
        "!",
    ),
    (rf"({_M}){_OF}({_Y})", _month, "x"),
    (rf"({_M})\.? ?'(\d\d)", _month, "x"),
    (rf"(?<!.)({_M})\.?-(\d\d)(?!.)", _month, "x"),  # what a French spreadsheet shows for a month
    (
        rf"(?!\d+ ?{_UNIT})((?:1[5-9]|20|21)\d\d)(?:(?<=\ben \d{{4}})|(?<=nnee \d{{4}})|(?<=puis \d{{4}})|{_COUNTED})",
        lambda year: _single(int(year)),
        "x",
    ),
    (rf"({_M})\.?", _month, "x"),
    (rf"{_PARTICIPLE}({_S})", _season, "x"),
    (
        r"(\d{1,2})/(\d{1,2})",
        lambda day, month: _single(0, int(month), int(day)) if 1 <= int(month) <= 12 and int(day) else None,
        "x",
    ),
)

_WORDS = (
    (
        "N",
        r"(?:jusqu'?)?aujourd'? ?hui|(?:a )?(?:ce jour|nos jours)|(?:toujours )?en cours(?! d)|actuel\w*|maintenant"
        r"|now|today|ongoing|(?:a )?present|onwards?|au[- ]dela",
    ),
    ("S", r"depuis|a partir d(?:e|u|es)|a compter d(?:e|u)|since|start(?:ing|ed)? (?:in|from)|as of|apres|after"),
    ("J", r"jusqu'?(?: ?(?:en|aux?|a la|a))?|until|till|through|thru|up to"),
    ("U", r"avant|before|anterieure?s? a|d'ici(?: a)?|au plus tard"),
    ("B", r"entre|between"),
    ("Q", r"vers|environ|env\.?|circa|ca?\.?(?= ?\d{4})|approx\w*|about|around|autour de|aux alentours de"),
    ("H", r"debut\w*|demarr\w*|lance\w*|commenc\w*|start\w*|begin\w*|began|ouvert\w*"),
    ("Z", r"fin|finale?s?|finalis\w*|fini\w*|achev\w*|livraison|clotur\w*|clos|termin\w*|end(?:s|ed|ing)?|complet\w*"),
    ("E", r"et|and|puis|then"),
    ("T", r"aux?|a|to"),
    ("F", r"de|du|des|from"),
    (
        "",
        r"les?|la|en|in|on|at|the|annees?|ans?|years?|mois(?: de)?|courant|mi|milieu|mid|early|late|saisons?|exercice"
        r"|campagne|scolaires?|universitaires?|civile|periodes?|dates?|soit"
        r"|(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    ),
)
_ELIDED = (
    *(
        ("S", "a (?:partir|compter) d'"),
        ("J", "jusqu'a l'"),
        ("Q", "(?:autour|aux alentours) d'"),
        ("F", "d'"),
        ("", "l'"),
    ),
)
_SIGNS = (*(("Q", "~"), ("N", r"\.{2,}"), ("E", "[&,;+]"), ("T", "<?-+>?|=?>|[/→➔]"), ("M", r"\?")),)
_LENGTH = (
    rf"(\d{{1,3}}(?:[.,]\d+)?|{'|'.join(_COUNTS)}|quelques|plusieurs|several) ?"
    r"(ans?|annees?|mois|semaines?|jours?|heures?|h|trimestres?|semestres?|years?|months?|weeks?|days?|hours?)"
)
_CLOCK = r"\d{1,2} ?(?:h|:) ?\d\d(?::\d\d)?|\d{1,2} ?h(?:eures?)?"
_WEEKDAY = (
    r"(?:(?:lun|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun)\.?|mar\.)(?=,? \d{1,2}(?:st|nd|rd|th|er)? [a-z])"
)


class _Row(NamedTuple):
    """A pattern on folded text, its letter, what builds its span and the letter when nothing can be built."""

    pattern: str
    letter: str
    build: Callable[..., Span | None] | None = None
    failed: str = "x"


def _word(pattern: str) -> str:
    return rf"(?<!\w)(?:{pattern})(?!\w|[.,]\d{{1,3}}(?!\d))"


_ROWS = (
    *(
        _Row(_word(pattern), letter)
        for letter, pattern in (("x", _NOISE), ("", _CLOCK), ("L", _LENGTH), ("", _WEEKDAY))
    ),
    *(_Row(rf"(?<!\w)(?:{pattern})", letter) for letter, pattern in _ELIDED),
    *(_Row(_word(pattern), "D", build, failed) for pattern, build, failed in _DATES),
    *(_Row(_word(pattern), letter) for letter, pattern in _WORDS),
    *(_Row(pattern, letter) for letter, pattern in _SIGNS),
    _Row(r"\d\w*(?:[.,]\d+)*", "n"),
    _Row(r"[^\W\d][\w']*", "x"),
)
_TOKEN = re.compile("|".join(f"(?P<r{number}>{row.pattern})" for number, row in enumerate(_ROWS)))
_READ = {
    f"r{number}": (
        row,
        _TOKEN.groupindex[f"r{number}"],
        _TOKEN.groupindex[f"r{number}"] + re.compile(row.pattern).groups,
    )
    for number, row in enumerate(_ROWS)
}


def read(text: str) -> list[Token]:
    """The tokens of a text, in order; what says nothing (« le », « courant », weekdays) is left out."""
    # « dès » and « des » fold to the same word
    folded = fold(text.replace("Dès ", "depuis ").replace("dès ", "depuis "))
    tokens: list[Token] = []
    for match in _TOKEN.finditer(folded):
        row, start, end = _READ[match.lastgroup or ""]
        letter, span, months = row.letter, None, 0.0
        if row.build:
            span = row.build(*match.groups()[start:end])
            letter = row.failed if not span else "D" if span.first.year else "P"
        elif letter == "L":
            months = _months(*match.groups()[start:end])
        # 2014-12345 and 69-2014 are references: a figure glued to a date undoes it
        if letter in "nD" and len(tokens) > 1 and tokens[-1].letter == "T" and folded[match.start() - 1] in "-/":
            before = tokens[-2].letter
            if letter == "n" and before == "D" and folded[match.start() - 2].isdigit():
                tokens[-2] = Token("x")
            elif letter == "D" and before == "n" and folded[match.start() - 2].isdigit():
                letter = "x"
        if letter:
            tokens.append(Token(letter, span, months))
    return tokens


def _months(count: str, unit: str) -> float:
    number = float(count.replace(",", ".")) if count[0].isdigit() else _COUNTS.get(count, 2)
    return number * _LENGTHS[unit if unit in _LENGTHS else unit.removesuffix("s")]
