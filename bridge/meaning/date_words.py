"""The words dates are made of: each piece of a text -> a letter and, for a date, the moments it goes from and to.

Letters: ``D`` a date, ``P`` a date without its year, ``T`` to, ``E`` and, ``B`` between, ``F`` from, ``S`` since,
``A`` after, ``J`` until, ``U`` before, ``N`` now, ``Q`` about, ``M`` doubt, ``H`` beginning, ``Z`` end,
``L`` a duration, ``n`` a figure, ``y`` one like a year, ``x`` anything else, ``!`` what looks
like a date and is not one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from bridge.meaning.moments import (
    MONTHS,
    RANKS,
    SEASONS,
    Span,
    century,
    day_month,
    days,
    decade,
    dmy,
    english_days,
    iso_time,
    month,
    my,
    parts,
    season,
    short_parts,
    single,
    winter,
    ym,
    ymd,
)
from bridge.meaning.text import fold


class Token(NamedTuple):
    """A letter; the span of a date, the length of a duration in months."""

    letter: str
    span: Span | None = None
    months: float = 0


_COUNTS = {
    **{"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9},
    **{"dix": 10, "onze": 11, "douze": 12, "dix-huit": 18, "vingt": 20, "trente": 30, "one": 1, "two": 2, "three": 3},
}
_LENGTHS = {
    **{"ans": 12, "an": 12, "annee": 12, "year": 12, "semestre": 6, "trimestre": 3, "mois": 1, "month": 1},
    **{"semaine": 0.25, "week": 0.25, "jour": 1 / 30, "day": 1 / 30, "heure": 0, "hour": 0, "h": 0},
}

_M = rf"(?:{'|'.join(MONTHS)})(?![a-z])"
_M_EN = "(?:january|february|march|april|may|june|july|august|september|october|november|december)(?![a-z])"
_Y = r"(?:1\d|20|21)\d\d"
_S = "|".join(SEASONS)
_DAY = r"\d{1,2}(?: ?(?:er|e|ere|st|nd|rd|th))?(?![\d])"
_WEEKDAYS = r"(?:(?:lun|mar|mercre|jeu|vendre|same)di|dimanche)"
_AND = rf"(?: ?[-&] ?| (?:au|a|et|puis|to|and) (?:le )?)(?:{_WEEKDAYS} )?"
_ANDS = rf"(?:{_AND}|/|, ?)"
_OF = r"(?:\.? ?(?:de l'annee |de l'an |de |d'|of )?|\.?[ /-]{1,3})"
_OF_YEAR = r"(?: de l'annee| de| d'| of|,)? ?"
_RANK = rf"(?:([1-4])(?: ?(?:er|ere|e|eme|nd|nde|st|rd|th))|({'|'.join(RANKS)}))"
_HALF = r"(trimestre|trim\.?|quarter|semestre|sem\.?|half)s?"

# Figures that are no dates, whatever they look like.
_UNIT = (
    r"(?:[km]?€|[km]?eur(?:os?)?|ha|hectares?|[ckm]?m[23]|ml|[ckm]m|m(?![.'])|k?g|tonnes?|litres?|(?:kilo)?metres?|%|°c?"
    r"|pages?|ex(?:emplaires?)?|dpi|px|[kmg]o|[km]wh?|etp)(?![\w'])"
)
_NOISE = (
    r"https?://\S+|www\.\S+|\S+@\S+"
    r"|(?:n°|no\.?(?= )|num(?:ero)?s?\.?) ?(?:[a-z]{1,4}[- ])?\d[\w./-]*"
    r"|(?:natura|horizon|agenda|objectifs?|rt|iso|art(?:icle)?s?|loi|decret|directive|reglement|norme|bp|cs|cedex|lot"
    r"|code|ref(?:erence)?s?|id|version|insee|siret|siren|isbn|issn|doi|tel(?:ephone)?|fax|page)\.?(?: ?:)? ?\d[\w./-]*"
    r"|(?:rue|place|avenue|av|boulevard|bd|square|quai|stade|ecole|impasse)\.? du \d{1,2}(?: ?er)? [a-z]+ \d{4}"
    r"|tou(?:s|tes) les (?:\d+ |deux |trois |cinq |dix )?(?:ans|annees|mois|semaines|jours)"
    r"|(?:champs?|communes?|villes?|villages?|mairies?|planete) de mars"
    r"|(?:\+33 ?\d|0\d)(?:[ .-]?\d\d){4}(?!\d)"
    rf"|(?:\d{{1,3}}(?: \d{{3}})+|\d+)(?:[.,]\d+)? ?{_UNIT}"
    r"|\d{1,3}(?: \d{3})+(?!\d)"
)
# « 2000 habitants » is no year.
_COUNTED = (
    r"(?! (?!puis|mars|travaux|apres|dans|sans|vers|lors|plus|jours|mois|printemps|depuis|ans|onwards|inclus|compris)"
    r"[a-z]{2,}[sx](?!\w))"
)
_PARTICIPLE = r"(?<!\ba )(?<!ont )(?<!ait )(?<!oir )(?<!ant )(?<!ura )"


# A pattern on folded text, what it builds, and the letter when nothing can be built. The order matters.
_DATES: tuple[tuple[str, Callable[..., Span | None] | None, str], ...] = (
    (
        r"(\d{4})-(\d\d)-(\d\d)(?:t| )(\d\d):(\d\d)(?::\d\d(?:[.,]\d+)?)?(?: ?(z|utc|gmt|[+-]\d\d(?::?\d\d)?))?",
        iso_time,
        "!",
    ),
    (r"(\d{4})-(\d{1,2})-(\d{1,2})", ymd, "!"),
    (r"(\d{4})/(\d{1,2})/(\d{1,2})", ymd, "!"),
    (r"(\d{4})\.(\d{1,2})\.(\d{1,2})", ymd, "!"),
    (r"((?:19|20)\d\d)(\d\d)(\d\d)", ymd, "x"),
    (rf"(?:({_DAY}){_AND})?(\d{{1,2}}) ?/ ?(\d{{1,2}}) ?/ ?(\d{{4}}|\d\d)", dmy, "!"),
    (rf"(?:({_DAY}){_AND})?(\d{{1,2}})\.(\d{{1,2}})\.(\d{{4}}|\d\d)", dmy, "!"),
    (rf"(?:({_DAY}){_AND})?(\d{{1,2}})-(\d{{1,2}})-(\d{{4}})", dmy, "!"),
    (r"()(\d\d) (\d\d) (\d{4})", dmy, "!"),
    (rf"(?:(\d{{1,2}}) (?:a|au|et) )?(\d{{1,2}}(?=[-/])|\d\d(?=\.))[-./]({_Y})", my, "x"),
    (rf"(?:hiver|winter) ({_Y}) ?[-/] ?(\d{{4}}|\d\d)", winter, "!"),
    (rf"({_S}){_OF_YEAR}({_Y})", season, "x"),
    (rf"({_Y})([-/](?=\d)|\.(?=\d\d))(\d{{1,2}})", ym, "x"),
    (rf"(?:{_RANK}{_AND})?{_RANK} {_HALF}{_OF_YEAR}({_Y})", parts, "!"),
    (rf"([tqsh]) ?([1-4])(?: ?[-/] ?[tqsh]([1-4]))?[ /-]?(?:de )?({_Y})", short_parts, "!"),
    (
        rf"({_Y})[ /-]?([tqsh])([1-4])(?:-[tqsh]([1-4]))?",
        lambda year, kind, first, last: short_parts(kind, first, last, year),
        "!",
    ),
    (
        rf"(?:annees|decennie)(?: des annees)? (?:((?:1[5-9]|20)\d0)|([3-9]0))(?!{_ANDS}\d)|(?:the )?(\d{{3}}0)'?s",
        lambda full, tens, english: decade(full or english, tens),
        "x",
    ),
    (r"([xvi]+|\d\d) ?(?:e|eme|th|st)? (?:siecle|century)", century, "x"),
    (rf"({_DAY}(?:{_ANDS}{_DAY})*)[ .-]?(?:de |of )?({_M})(?:(?:{_OF}|, )({_Y})|[-/](\d\d)|(?! ?\d))", days, "!"),
    (
        rf"({_M})\.? ({_DAY})(?:{_AND}({_DAY}))?,? ({_Y})|({_M_EN}) ({_DAY})(?:{_AND}({_DAY}))?",
        lambda m, d, to, y, m2, d2, to2: english_days(m or m2, d or d2, to or to2, y),
        "!",
    ),
    (
        rf"({_Y})(?: ?[(:] ?|[ ,/-]{{1,2}})({_M})(?:[ /-](\d{{1,2}}))?(?!\.?[ /-]{{0,3}}(?:de )?\d)",
        lambda year, month, day: single(int(year), MONTHS[month], int(day or 0)),
        "!",
    ),
    (rf"({_M}){_OF}({_Y})", month, "x"),
    (rf"({_M})\.? ?'(\d\d)", month, "x"),
    (rf"(?<!.)({_M})\.?-(\d\d)(?!.)", month, "x"),  # what a French spreadsheet shows for a month
    (
        rf"(?!\d+ ?{_UNIT})((?:1[5-9]|20)\d\d)(?:(?<=\ben \d{{4}})|(?<=nnee \d{{4}})|(?<=puis \d{{4}})|{_COUNTED})",
        lambda year: single(int(year)),
        "x",
    ),
    (r"(?:1[5-9]|20)\d\d", None, "y"),
    (rf"({_M})\.?", month, "x"),
    (rf"{_PARTICIPLE}({_S})", season, "x"),
    (
        r"(\d{1,2})(?:/(\d{1,2})|\.(\d{1,2})\.)",
        lambda day, month, dotted: day_month(int(day), int(month or dotted)),
        "x",
    ),
)

_WORDS = (
    (
        "N",
        r"(?:jusqu'?)?aujourd'? ?hui|(?:a )?(?:ce jour|nos jours)|(?:toujours )?en cours(?! d)|actuel\w*|maintenant"
        r"|now|today|ongoing|(?:a )?present|onwards?|au[- ]dela|et (?:apres|plus)(?! \w)"
        r"|et (?:annees )?suivantes",
    ),
    ("S", r"depuis|since"),
    ("A", r"a partir d(?:e|u|es)|a compter d(?:e|u)|start(?:ing|ed)? (?:in|from)|as of|apres|after"),
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
        rf"|{_WEEKDAYS}|(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    ),
)
_ELIDED = (
    *(
        ("A", "a (?:partir|compter) d'"),
        ("J", "jusqu'a l'"),
        ("Q", "(?:autour|aux alentours) d'"),
        ("F", "d'"),
        ("", "l'"),
    ),
)
_SIGNS = (
    *(
        ("Q", "~"),
        ("T", r"\.{2,}(?= ?\d)"),
        ("N", r"\.{2,}|(?:-+>?|[→➔]) ?\??(?!.)|\+(?!.)"),
        ("A", "(?<!.)[>≥]"),
        ("U", "(?<!.)[<≤]"),
        ("E", "[&,;+]"),
        ("T", "<?-+>?|=?>|[/→➔|]"),
        ("M", r"\?"),
    ),
)
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
    return rf"(?:{pattern})(?!\w|[.,]\d{{1,3}}(?!\d))"


_ROWS = (
    *(
        _Row(_word(pattern), letter)
        for letter, pattern in (("x", _NOISE), ("", _CLOCK), ("L", _LENGTH), ("", _WEEKDAY))
    ),
    *(_Row(pattern, letter) for letter, pattern in _ELIDED),
    *(_Row(_word(pattern), "D" if build else failed, build, failed) for pattern, build, failed in _DATES),
    *(_Row(_word(pattern), letter) for letter, pattern in _WORDS),
    _Row(r"\d\w*(?:[.,]\d+)*", "n"),
    _Row(r"[^\W\d][\w']*", "x"),
    *(_Row(pattern, letter) for letter, pattern in _SIGNS),
)
_NAMED = [f"(?P<r{number}>{row.pattern})" for number, row in enumerate(_ROWS)]
# What is not a sign starts a word: said once, so that it is tried once.
_TOKEN = re.compile(rf"(?<!\w)(?=\w)(?:{'|'.join(_NAMED[: -len(_SIGNS)])})|{'|'.join(_NAMED[-len(_SIGNS) :])}")
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
