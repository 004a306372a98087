"""How alike two labels are: words without endings and pieces of words, the rare ones counting most (TF-IDF).

Pure arithmetic on a few thousand short labels, for suggestions that a person looks at; nothing is mapped by it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from math import log
from typing import NamedTuple

from bridge.meaning.text import fold

_WORD = re.compile(r"[a-z0-9]+")
_LITTLE = frozenset(
    re.findall(
        r"\w+",
        """a au aux avec avez ce ces cette comment d dans de des du elle en est et etes eu il ils je l la le les
        leur leurs lors ma mes mon n ne nos notre nous on ou par pas plus pour qu quand que quel quelle
        quelles quels qui quoi s sa sans se ses si son sont sous sur t ta tes ton un une vers vos votre
        vous y of the and""",
    )
)
_ENDINGS = re.compile(r"(?:(?<=\w{3})aux|(?<=\w{3})(?:ees|es|ee|s|x|e))$")
_LONGEST = 200  # characters of a label that are looked at
_GRAM = 3  # letters of a piece of a word
# Found on bench/tables; the figures move little around them.
GRAM_WEIGHT = 0.4  # of a piece of a word, beside 1 for the whole word
QUERY_SIDE = 0.3  # 1: what the asked label has besides counts against it; 0: what the known one has besides
POWER = 3.0  # how little several faint likenesses weigh beside a strong one
FAINT = 0.1  # below this likeness two labels have an ending in common
PART = 0.9  # of a part of a label (« Haies et ripisylves », « Eau / Cours d'eau »), beside 1 for the whole


class Entry(NamedTuple):
    """A label that is understood: what it means, and the sources that say so (``""`` is the vocabulary)."""

    label: str
    meanings: tuple[str, ...]
    origins: frozenset[str]


class Near(NamedTuple):
    """A meaning, how likely (0 to 1), and the entry that looks most like what was asked."""

    meaning: str
    likeness: float
    entry: Entry


class Likeness:
    """An index of labels. Built once; each answer takes well under a millisecond for a thousand labels."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._entries = tuple(entries)
        counts = [_features(entry.label) for entry in self._entries]
        seen = Counter(feature for each in counts for feature in each)
        self._most = log(1 + len(counts)) + 1
        self._rare = {feature: log((1 + len(counts)) / (1 + many)) + 1 for feature, many in seen.items()}
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._size = []
        for number, each in enumerate(counts):
            weights = self._weights(each)
            self._size.append(sum(weight * weight for weight in weights.values()))
            for feature, weight in weights.items():
                self._postings[feature].append((number, weight))

    def near(self, label: str, without: str = "") -> list[Near]:
        """The meanings whose labels look most like this one, likeliest first."""
        best: dict[str, tuple[float, Entry]] = {}
        for piece, share in _pieces(label):
            for meaning, (likeness, entry) in self._of(piece, without).items():
                if share * likeness > best.get(meaning, _NONE)[0]:
                    best[meaning] = share * likeness, entry
        found = [Near(meaning, likeness, entry) for meaning, (likeness, entry) in best.items()]
        return sorted(found, key=lambda near: (-near.likeness, near.meaning))

    def _of(self, label: str, without: str) -> dict[str, tuple[float, Entry]]:
        asked = self._weights(_features(label))
        size = sum(weight * weight for weight in asked.values())
        shared: dict[int, float] = defaultdict(float)
        for feature, weight in asked.items():
            for number, other in self._postings.get(feature, ()):
                shared[number] += weight * other
        left: dict[str, float] = {}
        best: dict[str, tuple[float, Entry]] = {}
        for number, product in shared.items():
            likeness = min(product / (QUERY_SIDE * size + (1 - QUERY_SIDE) * self._size[number]), 1.0)
            if likeness < FAINT:
                continue
            entry = self._entries[number]
            if without and entry.origins == {without}:
                continue
            for meaning in entry.meanings:
                left[meaning] = left.get(meaning, 1.0) * (1 - likeness**POWER)
                if likeness > best.get(meaning, _NONE)[0]:
                    best[meaning] = likeness, entry
        return {meaning: ((1 - left[meaning]) ** (1 / POWER), entry) for meaning, (_, entry) in best.items()}

    def _weights(self, features: Mapping[str, float]) -> dict[str, float]:
        return {feature: count * self._rare.get(feature, self._most) for feature, count in features.items()}


_NONE: tuple[float, None] = (0.0, None)
_SPLIT = re.compile(r" / | > |[,;:()]| et | & ")


def _pieces(label: str) -> list[tuple[str, float]]:
    label = label[:_LONGEST]
    parts = [part for part in (piece.strip() for piece in _SPLIT.split(label)) if part]
    if len(parts) < 2:
        return [(label, 1.0)]
    return [(label, 1.0), *((part, PART) for part in parts)]


@lru_cache(maxsize=1 << 14)
def stem(word: str) -> str:
    """A folded French word without its marks of number and gender: ``communales`` -> ``communal``."""
    if word.endswith("aux") and len(word) > 5:
        return word[:-3] + "al" if not word.endswith("eaux") else word[:-1]
    return _ENDINGS.sub("", word)


def words(label: str) -> list[str]:
    """The stems that count in a label, in their order; all of them when none does."""
    every = _WORD.findall(fold(label))
    return [stem(word) for word in every if word not in _LITTLE] or every


def _features(label: str) -> dict[str, float]:
    features: dict[str, float] = {}
    for word in words(label):
        features[word] = 1.0
        padded = f"^{word}$"
        for at in range(len(padded) - _GRAM + 1):
            features["~" + padded[at : at + _GRAM]] = GRAM_WEIGHT
    return features
