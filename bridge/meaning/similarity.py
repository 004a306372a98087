"""How much a published record resembles what somebody is writing, and why: « existe déjà ailleurs ? ».

Titles are compared word by word, without their marks of number and gender, the rare words counting most. An address, a
file or an ISBN in common tells as much as a title. Pure arithmetic: ``bridge.store.similar`` says which records are
worth comparing and how rare each word is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log1p
from typing import Literal, NamedTuple
from urllib.parse import unquote, urlsplit

from bridge.meaning import identifiers, territory
from bridge.meaning.likeness import stem, words
from bridge.meaning.target import host_of
from bridge.meaning.text import fold
from bridge.record import Record

Kind = Literal["title", "words", "identifier", "address", "file", "territory", "theme"]

SAME_TITLE = 0.9  # likeness of titles from which they are said to be nearly the same
_SAME = 0.97  # the same title; two works may share one
_SAME_WORK = 1.0  # the same address or identifier
_SAME_FILE = 0.9
# What the words that only one of the titles has weigh against it: theirs may say more without being something else.
_OURS_ALONE, _THEIRS_ALONE = 0.5, 0.25
# What closes a part of the gap to 1, when the titles have something in common.
_SAME_PLACE, _PLACE_ABOVE, _SAME_THEME = 0.25, 0.1, 0.1
_HALF = 0.5
_USUAL = log1p(4)  # what a word that one title in four has tells: nothing
_FEW = 10  # records; among fewer, no word is usual yet
_TITLE = 120  # characters of a text that stand for a title
_NEARLY_RAREST = 0.9

_WORD = re.compile(r"[^\W_]+")
_URL = re.compile(r"https?://[^\s<>\"»)\]]+", re.I)
_FILE = re.compile(r"[\w%.-]{8,}\.(?:pdf|docx?|odt|odp|ods|xlsx?|pptx?|epub|zip|mp4|mp3)\b", re.I)
_TAIL = ".,;:!?'’"


class Reason(NamedTuple):
    """Why a record is given. ``values``: the words as they were typed, the identifiers, the codes in common; none for
    a title that is the same but for accents, case and little words."""

    kind: Kind
    values: tuple[str, ...] = ()


class Likeness(NamedTuple):
    """``score`` is 0 (nothing in common that tells) to 1 (the same work); reasons, the strongest first."""

    score: float
    reasons: tuple[Reason, ...]


_NOTHING = Likeness(0.0, ())


@dataclass(frozen=True)
class Draft:
    """What is being written: ``territories`` and ``themes`` are codes of ours. Without a title, the first words of the
    text stand for one."""

    title: str = ""
    text: str = ""
    territories: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()

    @cached_property
    def words(self) -> dict[str, str]:
        """The stems that count in the title, and each as it was typed."""
        return _words(self.title or _URL.sub(" ", self.text)[:_TITLE])

    @cached_property
    def addresses(self) -> tuple[str, ...]:
        """The addresses that are named, as they are compared."""
        return tuple(dict.fromkeys(map(address, _URL.findall(self._whole))))

    @cached_property
    def files(self) -> tuple[str, ...]:
        """The names of the files that are named, as they are compared."""
        return tuple(dict.fromkeys(unquote(name).lower() for name in _FILE.findall(self._whole)))

    @cached_property
    def identifiers(self) -> tuple[str, ...]:
        """ISBN and DOI; not ISSN, which many works share."""
        return tuple(each.value for each in identifiers.find(self._whole) if each.scheme != "issn")

    @cached_property
    def _whole(self) -> str:
        return f"{self.title}\n{self.text}"


def address(url: str) -> str:
    """What tells an address from another: no scheme, ``www.``, fragment nor final slash."""
    url = url.rstrip(_TAIL)
    try:
        parts = urlsplit(url)
    except ValueError:  # what somebody typed for an address
        return url
    query = f"?{parts.query}" if parts.query else ""
    return f"{host_of(url)}{parts.path.rstrip('/')}{query}"


def weight(records: int, having: int) -> float:
    """How much a word tells, from how many titles have it (inverse document frequency)."""
    return log1p(max(records, _FEW) / having)


def compare(draft: Draft, record: Record, weights: Mapping[str, float]) -> Likeness:
    """How much a record resembles a draft.

    Args:
        weights: of each stem of the draft, ``weight(records, titles that have it)``. Those of no title at all, which
            nothing can share, are left out.
    """
    works = _same_work(draft, record)
    title, reasons = _titles(draft, record, weights)
    score = max(title, *(score for score, _ in works), 0.0)
    if not score:
        return _NOTHING
    left = 1 - score
    around = _around(draft, record)
    for gain, _ in around:
        left *= 1 - gain
    told = (*(reason for _, reason in works), *reasons, *(reason for _, reason in around))
    return Likeness(round(1 - left, 3), told)


def _titles(draft: Draft, record: Record, weights: Mapping[str, float]) -> tuple[float, list[Reason]]:
    ours, theirs = draft.words, set(words(record.title))
    # A word that no title has is as rare as can be: it counts as an ordinary one, or a typing error would hide all.
    usual = sum(weights.values()) / len(weights) if weights else 1.0
    told = {word: weights.get(word, usual) for word in ours}
    shared = sorted((word for word in ours if word in theirs), key=lambda word: -told[word])
    common = sum(told[word] for word in shared)
    if ours and ours.keys() == theirs:
        return _SAME, [Reason("title")]
    if not _telling([told[word] for word in shared], [*weights.values()]):
        return 0.0, []
    alone = _OURS_ALONE * (sum(told.values()) - common) + _THEIRS_ALONE * usual * len(theirs - ours.keys())
    likeness = min(common / (common + alone), _SAME)
    named = Reason("words", tuple(ours[word] for word in shared))
    return likeness, [Reason("title"), named] if likeness >= SAME_TITLE else [named]


def _telling(shared: Sequence[float], every: Sequence[float]) -> bool:
    """Whether the words in common say what it is about: the rarest, or half of all that the title says."""
    if not shared or shared[0] <= _USUAL:
        return False
    return shared[0] >= _NEARLY_RAREST * max(every, default=0.0) or sum(shared) >= _HALF * sum(every)


def _same_work(draft: Draft, record: Record) -> list[tuple[float, Reason]]:
    """Identifiers, addresses and files in common."""
    if not (draft.identifiers or draft.addresses or draft.files):
        return []
    urls = [url for url in (record.url, *(document.url for document in record.documents)) if url]
    known = [each.value for each in record.identifiers]
    names = [unquote(url.partition("?")[0].rpartition("/")[2]).lower() for url in urls]
    found = (
        (_SAME_WORK, Reason("identifier", _both(draft.identifiers, known))),
        (_SAME_WORK, Reason("address", _both(draft.addresses, map(address, urls)))),
        (_SAME_FILE, Reason("file", _both(draft.files, names))),
    )
    return [(score, reason) for score, reason in found if reason.values]


def _around(draft: Draft, record: Record) -> list[tuple[float, Reason]]:
    """The territory and the themes in common, which alone tell nothing."""
    found = []
    if same := _both(draft.territories, record.territories):
        found.append((_SAME_PLACE, Reason("territory", same)))
    elif above := _both(_above(draft.territories), record.territories):
        found.append((_PLACE_ABOVE, Reason("territory", above)))
    if themes := _both(draft.themes, record.themes):
        found.append((_SAME_THEME, Reason("theme", themes)))
    return found


def _above(codes: Iterable[str]) -> list[str]:
    """The EPCI and the department of a commune, the department of an EPCI, the region of a department."""
    found: list[str] = []
    for code in codes:
        region = code.startswith("departement/")
        found += [above for above in territory.ancestors(code) if region or not above.startswith("region/")]
    return found


def _both(ours: Iterable[str], theirs: Iterable[str]) -> tuple[str, ...]:
    known = set(theirs)
    return tuple(value for value in ours if value in known)


def _words(text: str) -> dict[str, str]:
    counted = set(words(text))
    typed: dict[str, str] = {}
    for word in _WORD.findall(text):
        for piece in fold(word).split():
            if (root := stem(piece)) in counted:
                typed.setdefault(root, word.lower())
    return typed
