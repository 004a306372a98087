"""Licences: what people write (names, addresses, sentences) -> SPDX code (https://spdx.org/licenses/)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bridge.meaning.text import fold
from bridge.record import NOASSERTION


class Licence(NamedTuple):
    """``code`` is SPDX; ``reuse`` what may be given again: full, full-sharealike, full-noncommercial, notice-only."""

    code: str
    label: str
    url: str = ""
    alt: tuple[str, ...] = ()
    reuse: str = "notice-only"


_LONGEST = 1000
_SIGNS = re.compile(r"[^a-z0-9©]+")
_JOINED = re.compile(r"\bcc(?=by)")
_CREATIVE_COMMONS = re.compile(r"\bcc\b|\bcreative ?commons\b")
# In the order in which a code names them.
_CONDITIONS = (
    ("BY", re.compile(r"\bby\b|\battribution\b|\bpaternite\b")),
    ("NC", re.compile(r"\bnc\b|\bnon ?commercial|\bpas d utilisations? commerciales?\b")),
    ("ND", re.compile(r"\bnd\b|\bno ?deriv|\bpas de modification|\bpas d (?:oeuvre|utilisation) derivee")),
    ("SA", re.compile(r"\bsa\b|\bshare ?alike\b|\bpartages? (?:dans les memes conditions|a l identique)\b")),
)
_VERSION = re.compile(r"\b([1-4]) ([05])\b|\bv?([2-4])\b")
_OTHERS = (
    ("etalab-2.0", re.compile(r"\betalab\b(?! gouv)|\blicences? ouvertes?\b|\bopen licence\b|\bfr lo\b|\blov ?2\b")),
    ("ODbL-1.0", re.compile(r"\bodbl\b|\bopen database licen[cs]e\b")),
    ("CC0-1.0", re.compile(r"\bcc ?0\b|\bcc zero\b|\bpublicdomain zero\b")),
)
_FIRST_VERSION = re.compile(r"\b(?:ouverte|licence|etalab)(?: version)? v?1\b")
_RESERVED = re.compile(r"\bdroits reserves\b|\brights reserved\b")
_SIGN = re.compile(r"©|copyright\b")


class Licences:
    """The licences that are known; ``find`` tells which one a text means."""

    def __init__(self, licences: Iterable[Licence]) -> None:
        self.all = tuple(licences)
        self._labels: dict[str, str] = {}
        for each in self.all:
            for label in (each.code, each.label, each.url or each.code, *each.alt):
                self._labels.setdefault(_key(label), each.code)

    def find(self, text: str) -> str:
        """The SPDX code that a text means; NOASSERTION when it reserves rights or is empty; empty when it is unknown.

        Two licences in one text (texts under one, photographs under another) are no licence of the whole.
        """
        folded = _key(text[:_LONGEST])
        code = self._labels.get(folded)
        if code is not None:
            return code
        found = {code for code, pattern in _OTHERS if pattern.search(folded)} | set(_creative_commons(folded))
        reserved = bool(_RESERVED.search(folded))
        if not found:
            return NOASSERTION if reserved or _SIGN.match(folded) else ""
        if len(found) > 1 or reserved or (found == {"etalab-2.0"} and _FIRST_VERSION.search(folded)):
            return ""
        return self._labels.get(_key(found.pop()), "")


def _key(text: str) -> str:
    return _JOINED.sub("cc ", _SIGNS.sub(" ", fold(text)).strip())


def _creative_commons(folded: str) -> Iterator[str]:
    """The codes of the Creative Commons licences that a text speaks of, 4.0 when no version is given."""
    versions: dict[str, set[str]] = {}
    for part in _CREATIVE_COMMONS.split(folded)[1:]:
        conditions = [code for code, pattern in _CONDITIONS if pattern.search(part)]
        if conditions:
            # Every licence of theirs asks for attribution, which people leave out.
            given = versions.setdefault("-".join(dict.fromkeys(("BY", *conditions))), set())
            if match := _VERSION.search(part):
                given.add(f"{match[1] or match[3]}.{match[2] or 0}")
    for words, given in versions.items():
        yield from (f"CC-{words}-{version}" for version in given or ("4.0",))
