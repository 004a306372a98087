"""Sums of euros, areas and lengths inside French (and English) text -> figures. Pure functions.

A figure is given only when exactly one was really read: ranges, bounds (« plus de »), unit prices, percentages and
several different figures give None, because the text itself is always kept beside.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from bridge.meaning.text import fold
from bridge.record import Amount

MAX_LENGTH = 2000

# 12 000 | 12.000 | 1.234,56 | 1,234.56 | 12'000 | 1,5: spaces and dots group by three, one comma is decimal
_NUMBER = (
    r"(?<![\w.,])(\d{1,3}(?:[ ']\d{3})+(?:[.,]\d{1,2})?|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?"
    r"|\d{1,3}(?:,\d{3})+(?:\.\d{1,2})|\d{1,3}(?:,\d{3}){2,}|\d+(?:[.,]\d+)?)(?![.,]?\d)"
)
_FACTOR = r"(k|md?s?|mrd|mille|milliers?|millions?|milliards?)"
_FACTORS = {
    **{"k": 1e3, "mille": 1e3, "millier": 1e3, "m": 1e6, "million": 1e6, "md": 1e9, "mrd": 1e9, "milliard": 1e9},
}
_EURO = r"(?:€(?:uros?)?|(?:euros?|eur)(?!\w))"
_TAX = r"(ht|h\. ?t\.?|hors taxes?|htva|ttc|t\. ?t\. ?c\.?|toutes taxes(?: comprises)?)"
_MONEY = re.compile(
    rf"{_EURO} ?{_NUMBER} ?(?:{_FACTOR}(?!\w))?(?: ?\(?{_TAX}(?!\w))?"
    rf"|{_NUMBER} ?(?:{_FACTOR}(?: d'| de)? ?)?(?:(?:{_EURO}|(?<=k)e(?!\w))(?: ?\(?{_TAX}(?!\w))?|{_TAX}(?!\w))"
)
_BARE = re.compile(rf"{_NUMBER}")

_HECTARES = {"ha": 1, "hectare": 1, "are": 0.01, "a": 0.01, "ca": 0.0001, "m2": 0.0001, "km2": 100}
_AREA = re.compile(
    rf"{_NUMBER} ?(ha|hectares?|km ?2|m ?2|ares|(?:kilo)?m(?:etres)?\.? ?carres?|kilometres? carres?)(?!\w)"
    r"(?: ?(\d{1,2}) ?a(?:res?)?(?!\w)(?: ?(\d{1,2}) ?ca(?!\w))?)?"
)
# « 50 a », « 5 a 20 ca »: only when nothing else is said.
_ARES = re.compile(rf"{_NUMBER} ?a(?: (\d{{1,2}}) ?ca)?")
_MORE = re.compile(r" \d{1,3}(?![\d ]*\w)")  # « 3 hectares 20 », « 2 km 300 »: of what?
# « 12.345 ha » are twelve thousand, or twelve from a computer.
_LARGE = frozenset(("ha", "hectare", "km", "kilometre", "km2"))
_POINT = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_METRES = {"m": 1, "ml": 1, "metre": 1, "km": 1000, "kilometre": 1000, "cm": 0.01}
_LENGTH = re.compile(rf"{_NUMBER} ?(kilometres?|metres?|kms?|ml|m|cm)(?! ?(?:2|3|carre|cube)|\w|')")

# What stands before a figure and makes it a bound or the end of a range, and what stands after.
_BOUND_BEFORE = re.compile(
    r"(?:\b(?:plus|moins|inferieure?s?|superieure?s?|max\w*|min\w*|plafon\w+|jusqu'aux?|jusqu'a|entre|a partir"
    r"|au[- ]dela|des|ou|less|more|up|over|under|between|or)\b(?: (?:de|a|d'|than|to))*|[<>≤≥]=?|\+ de) ?$"
)
_RANGE_BEFORE = re.compile(r"(?:\d ?(?:k|m|md)? ?(?:a|et|-|/|ou|to|[x*+×]) ?|(?<!\d)\d{1,3} |mill(?:e|ions?|iards?) )$")
_YEARS_BEFORE = re.compile(r"(?:19|20)\d\d ?[-/] ?(?:19|20)\d\d ?- ?$")
_RANGE_AFTER = re.compile(
    r" ?(?:a|-|ou|to|[x*×]) ?(?!(?:19|20)\d\d(?!\d| ?[km€e]))\d|,? ?(?:max\w*|min\w*|et plus|ou plus|or more)"
)
_UNIT_PRICE = re.compile(
    r"(?: d'\w+| de \w+)? ?(?:/|par |per |le |la |l'|du |au |chaque |each |(?=ha\b|m2|ml\b|km\b))\s?"
    r"(?:m[23l]?|km|ha|hectares?|metres?|an(?:nee)?s?|mois|jours?"
    r"|heures?|h|semaines?|hab\w*|pieds?|arbres?|plants?|unites?|pieces?|kg|tonnes?|personnes?|agents?|eleves?|year"
    r"|passages?|soirees?|journees?|seances?|visites?|interventions?|ateliers?|participants?|enfants?|classes?|animal"
    r"|animaux|brebis|fermes?|exploitations?|exemplaires?|kits?|lots?|nichoirs?|foyers?|logements?|parcelles?"
    r"|communes?|structures?|site|projet|dossier|mares?|month|day)(?!\w)|/ ?[a-z]"
    r"| ?\(?(?:annuel|mensuel|journalier|hebdomadaire|yearly|monthly)\w*"
)
# « 80 % de 20 000 € », « -500 € », « par an : 3 500 € »: not the sum itself.
_NOT_IT_BEFORE = re.compile(
    r"(?:% (?:de |d'|du |des |of )(?:\w+ ){0,3}|(?<![\w)€-])-"
    r"|\b(?:annuel\w*|mensuel\w*|par an|chaque annee|par mois|unitaire) ?[:=]? ?)$"
)
_ABOUT_BEFORE = re.compile(
    r"(?:\b(?:environ|env|autour|ordre|pres|approx\w*|about|around|circa|ca|estim\w+|evalu\w+)\b\.?[ :]*(?:a|de|d')?"
    r"|[~≈±]) ?$"
)
_ABOUT_AFTER = re.compile(r"[ ,(]*(?:environ|env\.|approx\w*|estim\w+)(?!\w)")
_TOTAL = re.compile(r"\b(?:total\w*|global\w*|totaux)\b")
_PARTS = re.compile(r"\b(?:dont|including|comprenant)\b")


class _Quantity(NamedTuple):
    value: float
    start: int
    end: int
    tax: str = ""


def _number(text: str, scaled: bool = False) -> float | None:
    """The figure; None for « 12,000 », which is twelve in French and twelve thousand in English.

    ``scaled``: the unit is a large one (« 1,250 M€ »): three figures after a comma are decimals, after a point they may
    be either.
    """
    text = text.replace(" ", "").replace("'", "")
    groups = re.split(r"[.,]", text)
    if groups[0] == "0":
        return float(".".join(groups)) if len(groups) == 2 else None
    if len(groups) == 2 and len(groups[1]) == 3 and scaled and "." in text:
        return None
    if len(groups) == 2 and len(groups[1]) == 3 and not scaled:
        return float(groups[0] + groups[1]) if "." in text else None
    if len(groups) > 2:
        decimal = len(groups[-1]) < 3
        return float("".join(groups[:-1]) + ("." if decimal else "") + groups[-1])
    return float(".".join(groups))


@lru_cache(maxsize=1 << 12)
def amount(text: str) -> Amount | None:
    """Euros: ``"12 000 € HT"``, ``"1,2 M€"``, ``"45 k€ TTC"``, ``"environ 3 500 euros"``, or a bare number.

    Of several sums the total is taken, when one is named so or when the others are parts of it (« dont »).
    """
    if len(text) > MAX_LENGTH:
        return None
    folded = fold(text)
    if bare := _BARE.fullmatch(folded):
        value = _number(bare[1])
        return Amount(value) if value else None
    found = []
    for match in _MONEY.finditer(folded):
        figure, factor, tax = match[1] or match[4], match[2] or match[5] or "", match[3] or match[6] or match[7] or ""
        value = _number(figure, bool(factor))
        if not value:
            return None
        value = round(value * _FACTORS[factor.removesuffix("s")] if factor else value, 2)
        found.append(_Quantity(value, match.start(), match.end(), _tax(tax)))
    chosen = _choose(folded, found)
    if not chosen:
        return None
    about = _ABOUT_BEFORE.search(folded, max(0, chosen.start - 30), chosen.start) or _ABOUT_AFTER.match(
        folded, chosen.end
    )
    return Amount(chosen.value, chosen.tax, bool(about))


def _tax(text: str) -> str:
    return "" if not text else "TTC" if text[0] == "t" else "HT"


@lru_cache(maxsize=1 << 12)
def area(text: str) -> float | None:
    """Hectares: ``"3,5 ha"``, ``"1 200 m²"``, ``"2 km²"``, ``"12 ha 50 a 30 ca"``."""
    if (ares := _ARES.fullmatch(fold(text))) and (value := _number(ares[1])):
        return round(value * 0.01 + int(ares[2] or 0) * 0.0001, 6)
    return _measure(text, _AREA, _HECTARES)


@lru_cache(maxsize=1 << 12)
def length(text: str) -> float | None:
    """Metres: ``"2 km"``, ``"350 ml"`` (mètres linéaires), ``"1,5 kilomètre"``."""
    return _measure(text, _LENGTH, _METRES)


def _measure(text: str, pattern: re.Pattern[str], units: dict[str, float]) -> float | None:
    if len(text) > MAX_LENGTH:
        return None
    folded = fold(text)
    found = []
    for match in pattern.finditer(folded):
        unit = _unit(match[2])
        value = _number(match[1])
        unsure = unit in _LARGE and _POINT.fullmatch(match[1])
        if not value or unsure or _MORE.match(folded, match.end()):
            return None
        value *= units[unit]
        for part, factor in zip(match.groups()[2:], (0.01, 0.0001), strict=False):
            value += int(part or 0) * factor
        found.append(_Quantity(round(value, 6), match.start(), match.end()))
    chosen = _choose(folded, found)
    return chosen.value if chosen else None


def _unit(text: str) -> str:
    square = "2" if "carre" in text or text.endswith("2") else ""
    word = text.partition(" carre")[0].replace(" ", "").rstrip(".2").removesuffix("carres").removesuffix("carre")
    word = word.removesuffix("s")
    return {"metre": "m", "kilometre": "km"}.get(word, word) + square if square else word


def _choose(text: str, found: list[_Quantity]) -> _Quantity | None:
    """The one figure that the text gives, unit prices left apart."""
    found = [each for each in found if not _UNIT_PRICE.match(text, each.end)]
    for each in found:
        before = text[max(0, each.start - 30) : each.start]
        if _NOT_IT_BEFORE.search(before) or _BOUND_BEFORE.search(before) or _RANGE_AFTER.match(text, each.end):
            return None
        if _RANGE_BEFORE.search(before) and not _YEARS_BEFORE.search(before):
            return None
    if not found:
        return None
    first = found[0]
    if all(each.value == first.value for each in found):
        return first
    gaps = [text[before : each.start] for before, each in zip([0, *(each.end for each in found)], found, strict=False)]
    totals = [each for gap, each in zip(gaps, found, strict=True) if _TOTAL.search(gap)]
    if len(totals) == 1:
        return totals[0]
    if _PARTS.search(gaps[1]):
        return first
    taxes = {each.tax for each in found}
    if len(found) == 2 and taxes == {"HT", "TTC"}:  # one sum, said twice
        low, high = sorted(each.value for each in found)
        return first if high < low * 1.25 else None
    return None
