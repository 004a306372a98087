"""What a partner's word or field may mean, for a person to choose: suggestions are never mapped by themselves.

A ``Memory`` knows the labels of the vocabulary, the usual names of fields (``keys``), and what the mapping files of all
the partners say: a word that one of them explained is understood at the next one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from bridge.meaning import keys
from bridge.meaning.concepts import Vocabulary, label_key
from bridge.meaning.likeness import Entry, Likeness, Near
from bridge.record import SCHEMES

if TYPE_CHECKING:
    from bridge.meaning.source import Source

LEAST = 0.12
"""Below this confidence a suggestion is noise."""
_SAME, _SAME_ELSEWHERE, _NAMED = 1.0, 0.97, 0.95
_ALIKE = 0.9  # what only looks like a known label is never as sure as that label
_NAMES_IN_PATH = re.compile(r'(?:"((?:[^"\\]|\\.)*)"|([^\W\d]\w*))(?=\s*(?:\|\||\)|\]|,|\Z))')


class Suggestion(NamedTuple):
    """A concept or one of our fields; ``confidence`` from 0 to 1; ``reason`` is told to people."""

    id: str
    confidence: float
    reason: str


class Memory:
    """Built from the vocabulary and the sources; an index is made the first time it is asked."""

    def __init__(self, vocabulary: Vocabulary, sources: Iterable[Source] = ()) -> None:
        self._vocabulary = vocabulary
        self._taught: dict[str, dict[str, dict[tuple[str, ...], set[str]]]] = defaultdict(_nothing)
        """Field ("" for the names of fields) -> label -> what it means -> the sources that say so."""
        for source in sources:
            for field, rows in source.values.items():
                for label, concepts in rows.items():
                    if field in SCHEMES and concepts:
                        self._taught[field][label_key(label)][concepts].add(source.id)
            for getter in source.getters:
                for path in getter.paths:
                    for name in _names(path.name):
                        self._taught[""][keys.plain(name)][(getter.field,)].add(source.id)
        self._indexes: dict[str, Likeness] = {}
        self._written: dict[str, str] = {}
        """A label as it is compared -> as people write it."""

    def concepts(self, field: str, label: str, n: int = 3, without: str = "") -> tuple[Suggestion, ...]:
        """What a partner's word may mean, likeliest first: the same label, else labels that look like it.

        Args:
            field: one of ``SCHEMES``; any other has no concepts.
            without: a source whose own table is left out.
        """
        if field not in SCHEMES:
            return ()
        asked = label_key(label)
        found: dict[str, Suggestion] = {}
        if concept := self._vocabulary.find(SCHEMES[field], label):
            found[concept] = Suggestion(concept, _SAME, "libellé du vocabulaire")
        for meaning, sources in self._same(field, asked, without).items():
            found.setdefault(meaning, Suggestion(meaning, _SAME_ELSEWHERE, f"même libellé chez {sources[0]}"))
        return self._with_alike(field, asked, found, n, without)

    def fields(self, key: str, n: int = 3, without: str = "") -> tuple[Suggestion, ...]:
        """Which of our fields a partner's may be, likeliest first; none for one that holds a person."""
        if keys.is_personal(key):
            return ()
        asked = keys.plain(key)
        same = self._same("", asked, without)
        found = {
            meaning: Suggestion(meaning, _NAMED, f"même nom chez {sources[0]}") for meaning, sources in same.items()
        }
        ours, _ = keys.named(key)
        # What most people mean by a name weighs as much as two partners who mean something else.
        if ours and max((len(sources) for meaning, sources in same.items() if meaning != ours), default=0) <= 2:
            found.pop(ours, None)
            found = {ours: Suggestion(ours, _NAMED, "nom courant"), **found}
        return self._with_alike("", asked, found, n, without)

    def is_label(self, field: str, label: str) -> bool:
        """Whether the vocabulary of this field (one of ``SCHEMES``) has this very label."""
        return bool(self._vocabulary.find(SCHEMES[field], label))

    def personal(self, key: str) -> bool:
        """Whether this key holds a person, and must be left where it is."""
        return keys.is_personal(key)

    def _same(self, field: str, asked: str, without: str) -> dict[str, list[str]]:
        """What other sources say of this very label: the meaning that most of them chose comes first."""
        said: dict[str, set[str]] = defaultdict(set)
        for meanings, sources in self._taught[field].get(asked, {}).items():
            for meaning in meanings:
                said[meaning] |= sources - {without}
        ordered = sorted(said.items(), key=lambda pair: (-len(pair[1]), pair[0]))
        return {meaning: sorted(sources) for meaning, sources in ordered if sources}

    def _with_alike(
        self, field: str, asked: str, found: Mapping[str, Suggestion], n: int, without: str
    ) -> tuple[Suggestion, ...]:
        near = self._index(field).near(asked, without) if len(found) < n else []
        alike = [self._alike(each) for each in near if each.meaning not in found]
        return (*found.values(), *(each for each in alike if each.confidence >= LEAST))[:n]

    def _index(self, field: str) -> Likeness:
        if field not in self._indexes:
            known = _copy(self._taught[field])
            for label, meaning in self._known(field):
                known[label][(meaning,)].add("")
            self._indexes[field] = Likeness(
                Entry(label, meanings, frozenset(origins))
                for label, said in known.items()
                for meanings, origins in said.items()
            )
        return self._indexes[field]

    def _known(self, field: str) -> Iterable[tuple[str, str]]:
        if not field:
            return [(name, ours) for name, (ours, _) in keys.all_named().items()]
        pairs = [
            (label, concept.id)
            for concept in self._vocabulary.concepts(SCHEMES[field])
            for label in (concept.fr, concept.en or concept.fr, *concept.alt)
        ]
        self._written |= {label_key(label): label for label, _ in pairs}
        return [(label_key(label), concept) for label, concept in pairs]

    def _alike(self, near: Near) -> Suggestion:
        at = sorted(near.entry.origins)[0]
        where = f" ({at})" if at else ""
        label = self._written.get(near.entry.label, near.entry.label)
        return Suggestion(near.meaning, round(_ALIKE * near.likeness, 3), f"ressemble à « {label} »{where}")


def _nothing() -> dict[str, dict[tuple[str, ...], set[str]]]:
    return defaultdict(lambda: defaultdict(set))


def _copy(taught: Mapping[str, Mapping[tuple[str, ...], set[str]]]) -> dict[str, dict[tuple[str, ...], set[str]]]:
    copied = _nothing()
    for label, said in taught.items():
        for meanings, sources in said.items():
            copied[label][meanings] |= sources
    return copied


def _names(path: str) -> list[str]:
    """The partner's names that a path ends with: ``fields."Porteur" || geo.lat`` -> ``Porteur``, ``lat``."""
    found = [quoted.replace('\\"', '"') or bare for quoted, bare in _NAMES_IN_PATH.findall(path)]
    return found if found and re.search(r'["|.\[(]', path) else [path]
