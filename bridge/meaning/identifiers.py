"""Identifiers of published works and of French organisations, checked by their own check digits. Pure functions.

ISBN: ISO 2108; ISSN: ISO 3297; DOI: ISO 26324; SIREN and SIRET: INSEE (Luhn).
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote

from bridge.record import Identifier

# Digits in one piece or grouped by hyphens or spaces, as printed on the back of a book.
_ISBN = re.compile(r"(?<![\w-])(?:97[89][- –‐‑]?)?\d(?:[- –‐‑]?\d){8}[- –‐‑]?[\dXx](?![\w-]|[.,/]\d)")
_ISSN = re.compile(r"(?<![\w-])\d{4}[-–‐‑]\d{3}[\dXx](?![\w-])")
_ISSN_NAMED = re.compile(r"\be?issn(?:-l)?\b(?:[ :=]|\((?:[a-z]{2,12}|en ligne|imprim[ée])\)){0,6}$", re.I)
_DOI = re.compile(r"(?:(?<![\w.])|(?<=doi))(10\.\d{4,9}(?:\.\d+)*)(?:/|%2F)([^\s\"<>{}|\\^`]+)", re.I)
# What any of them needs; most texts have none, and are looked at once.
_MAYBE = re.compile(r"10\.\d{4}|\d(?:[- –‐‑]?\d){6}")
_TAIL = ".,;:!?'’»”*"
_SIREN = re.compile(
    r"(?<![\w.,-])\d{3}[ .\xa0\u202f]?\d{3}[ .\xa0\u202f]?\d{3}(?:[ .\xa0\u202f]?\d{5})?(?![\w]|[ .,]\d)"
)
_SIREN_VAT = re.compile(r"\bFR ?[0-9A-Z]{2} ?(\d{3} ?\d{3} ?\d{3})(?!\w)")
LA_POSTE = "356000000"


@lru_cache(maxsize=1 << 12)
def find(text: str) -> tuple[Identifier, ...]:
    """The identifiers of works that a text holds, in order, each once.

    ISBN as 13 digits without hyphens (10-digit ones are converted), ISSN ``NNNN-NNNC``, DOI ``10.xxx/suffix`` in lower
    case (DOI compare without case). An ISSN is taken when it is named so, or is all the text: eight digits alone are
    too often two years.
    """
    if not _MAYBE.search(text):
        return ()
    found = [(match.start(), Identifier("doi", value)) for match in _DOI.finditer(text) if (value := _doi(match))]
    spans = [match.span() for match in _DOI.finditer(text)]
    for match in _ISBN.finditer(text):
        value = isbn(match[0])
        if value and not any(start <= match.start() < end for start, end in spans) and _is_book(text, match):
            found.append((match.start(), Identifier("isbn", value)))
    for match in _ISSN.finditer(text):
        value = issn(match[0])
        if value and (match[0] == text.strip() or _ISSN_NAMED.search(text, max(0, match.start() - 40), match.start())):
            found.append((match.start(), Identifier("issn", value)))
    return tuple(dict.fromkeys(identifier for _, identifier in sorted(found)))


_ISBN_NAMED = re.compile(r"\b(?:e-?)?(?:isbn|ean)\b[^\d\n]{0,20}(?:1[03])?\W{0,4}$", re.I)


def _is_book(text: str, match: re.Match[str]) -> bool:
    """Thirteen digits say what they are; ten may be a telephone number unless they are named, or all the text."""
    long = len(re.sub(r"\W", "", match[0])) == 13
    return long or match[0] == text.strip() or bool(_ISBN_NAMED.search(text, max(0, match.start() - 40), match.start()))


def isbn(text: str) -> str:
    """Thirteen digits when ``text`` is one valid ISBN (10 or 13, with or without hyphens), else ``""``."""
    digits = re.sub(r"[\s–‐‑-]", "", text).upper()
    if re.fullmatch(r"\d{9}[\dX]", digits):
        if sum((10 - rank) * (10 if char == "X" else int(char)) for rank, char in enumerate(digits)) % 11:
            return ""
        digits = "978" + digits[:9]
        return digits + str(-_ean_sum(digits) % 10)
    return digits if re.fullmatch(r"97[89]\d{10}", digits) and _ean_sum(digits) % 10 == 0 else ""


def _ean_sum(digits: str) -> int:
    return sum(int(char) * (3 if rank % 2 else 1) for rank, char in enumerate(digits))


def issn(text: str) -> str:
    """``NNNN-NNNC`` when ``text`` is one valid ISSN, else ``""``."""
    digits = re.sub(r"[\s–‐‑-]", "", text).upper()
    if not re.fullmatch(r"\d{7}[\dX]", digits) or digits == "00000000":
        return ""
    valid = sum((8 - rank) * (10 if char == "X" else int(char)) for rank, char in enumerate(digits)) % 11 == 0
    return f"{digits[:4]}-{digits[4:]}" if valid else ""


def _doi(match: re.Match[str]) -> str:
    suffix = unquote(match[2]) if "%" in match[2] else match[2]
    suffix = suffix.rstrip(_TAIL)
    for opening, closing in ("()", "[]"):  # closed in the text around, not in the identifier
        while suffix.endswith(closing) and suffix.count(closing) > suffix.count(opening):
            suffix = suffix[:-1].rstrip(_TAIL)
    return f"{match[1]}/{suffix}".lower() if suffix else ""


@lru_cache(maxsize=1 << 12)
def siren(text: str) -> str:
    """The nine digits of the one SIREN in a text, also from a SIRET or a French VAT number; else ``""``.

    The check digit must be right, and both those of a SIRET (La Poste's have a rule of their own).
    """
    found = {re.sub(r"\D", "", match[0]) for match in _SIREN.finditer(text)}
    found |= {re.sub(r"\D", "", match[1]) for match in _SIREN_VAT.finditer(text)}
    numbers = {digits[:9] for digits in found if _is_siren(digits)}
    return numbers.pop() if len(numbers) == 1 else ""


def _is_siren(digits: str) -> bool:
    if not _luhn(digits[:9]) or digits[:9] == "000000000":
        return False
    return len(digits) == 9 or _luhn(digits) or (digits.startswith(LA_POSTE) and sum(map(int, digits)) % 5 == 0)


def _luhn(digits: str) -> bool:
    total = 0
    for rank, char in enumerate(reversed(digits)):
        value = int(char) * (1 + rank % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
