"""The words of a text, and of what a person typed in the search box.

Both are folded (``bridge.meaning.text.fold``), then cut wherever a character is neither a letter nor a digit: elisions
(``l'eau``) and hyphens separate. Compounds are also known by their joined form, so that ``éco-pâturage``,
``éco pâturage`` and ``écopâturage`` find each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise
from typing import NamedTuple, TypeVar

import tantivy

from bridge.meaning.text import fold

_T = TypeVar("_T")

MAX_TEXT = 400
MAX_WORDS = 20
_LONGEST = 60


def _analyzer(*filters: tantivy.Filter) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple()).filter(tantivy.Filter.remove_long(_LONGEST))
    for each in filters:
        builder = builder.filter(each)
    return builder.build()


EXACT = _analyzer()
STEM = _analyzer(tantivy.Filter.stemmer("french"))
ANALYZERS = {"exact": EXACT, "stem": STEM}
"""By the name the index knows them under; every process that opens it registers them."""

_STOP = frozenset(
    EXACT.analyze(
        "a ai au aux avec c ce ces cet cette d dans de des du elle en est et eux il ils j je l la le les leur leurs m "
        "ma mes n ne nos notre nous on ou par pas pour qu que qui s sa se ses son sont sur t un une vos votre vous y"
    )
)
# First elements that French joins to the next word, puts a hyphen after, or leaves apart, as the author likes.
_FIRST = frozenset(
    EXACT.analyze(
        "aero agri agro anti aqua auto bio eco ethno geo hydro inter macro micro multi phyto semi socio sylvo thermo"
    )
)
_PIECE = re.compile(r"\w+(?:-\w+)*")


def compounds(folded: str) -> list[str]:
    """The joined forms of the compounds of a folded text: ``eco-paturage en plein-air`` -> ecopaturage, pleinair."""
    # Few texts have any: the others are only split.
    if "-" not in folded and _FIRST.isdisjoint(folded.replace("'", " ").split()):
        return []
    pieces = _PIECE.findall(folded)
    joined = [piece.replace("-", "") for piece in pieces if "-" in piece]
    if not _FIRST.isdisjoint(pieces):
        joined += [first + second for first, second in pairwise(pieces) if first in _FIRST]
    return joined


def stem(word: str) -> str:
    """The stem of one folded word; empty when it is longer than what is indexed."""
    return "".join(STEM.analyze(word))


def forms(word: str) -> tuple[str, ...]:
    """The same word in the other number, as French usually writes it; a guess is enough, it only ranks."""
    if len(word) < 4 or not word.isalpha():
        return ()
    if word.endswith("aux"):
        return word[:-1], word[:-2] + "l"
    if word[-1] in "sx":
        return (word[:-1],)
    if word.endswith("al"):
        return word + "s", word[:-1] + "ux"
    return word + "s", word + "x"


class Question(NamedTuple):
    """What a person asks for: words (their order kept), phrases, and what must not be there (words or phrases)."""

    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    without: tuple[tuple[str, ...], ...] = ()


_QUOTED = re.compile(r'((?<!\S)-)?"([^"]*)"')
_ISBN = re.compile(r"\b\d+(?:-\d+){2,}-[\dx]\b")
_WITHOUT = re.compile(r"(?<!\S)-([^\W\d_]\S*)")


def ask(text: str) -> Question:
    """Reads ``mares "zones humides" -poissons``. Any text is a question: there is no syntax to get wrong.

    Words that say nothing (``de``, ``la``) are left out unless there are no others.
    """
    rest = _ISBN.sub(lambda match: match[0].replace("-", ""), fold(text[:MAX_TEXT]))
    phrases: list[tuple[str, ...]] = []
    without: list[tuple[str, ...]] = []

    def quoted(match: re.Match[str]) -> str:
        (without if match[1] else phrases).append(tuple(EXACT.analyze(match[2])))
        return " "

    def refused(match: re.Match[str]) -> str:
        without.append(tuple(EXACT.analyze(match[1])))
        return " "

    words = EXACT.analyze(_WITHOUT.sub(refused, _QUOTED.sub(quoted, rest)))
    telling = [word for word in words if word not in _STOP]
    return Question(_some(telling or ([] if any(phrases) else words)), _some(phrases), _some(without))


def _some(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(filter(None, values)))[:MAX_WORDS]
