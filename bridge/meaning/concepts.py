"""Concepts (SKOS): label -> concept, concept -> label, what is broader, what is alike. No file is read here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from bridge.meaning.licences import Licence, Licences
from bridge.meaning.text import fold


class Scheme(NamedTuple):
    """A list of concepts. ``multiple``: a record may have several; ``facet``: it is offered to narrow a search."""

    id: str
    fr: str
    en: str = ""
    multiple: bool = False
    facet: bool = False


class Concept(NamedTuple):
    """A concept. ``broader`` is the id of its parent or empty.

    ``match`` holds what it is elsewhere: ``exactMatch`` and ``closeMatch`` (addresses), ``odd`` (numbers), ``eunis``,
    ``sert`` (lists of words), ``dcmi`` and ``schema`` (one word), ``prototype`` (True); only what is known.
    """

    id: str
    scheme: str
    fr: str
    en: str
    alt: tuple[str, ...] = ()
    broader: str = ""
    match: Mapping[str, Any] = MappingProxyType({})


_OPTIONAL_S = re.compile(r"\((?:s|e|es|x|e\.s|ne|nes)\)")
_SIGNS = re.compile(r"[-_'’/.\s]+")


@lru_cache(maxsize=1 << 14)
def label_key(label: str) -> str:
    """A label as it is compared: folded, without « (s) » nor final punctuation; hyphens and apostrophes are spaces.

    ``"Zone(s)  humide(s) :"`` -> ``"zone humide"``; ``"retour-d-experience"`` and « Retour d'expérience » are one.
    """
    folded = fold(label)
    if "(" in folded:
        folded = _OPTIONAL_S.sub("", folded)
    return _SIGNS.sub(" ", folded.replace("&", " et ")).strip(' ,;:!?…*"')


class Vocabulary:
    """The concepts of a collective and its licences. Read once, then every answer is a look-up."""

    def __init__(
        self,
        schemes: Iterable[Scheme],
        concepts: Iterable[Concept],
        licences: Iterable[Licence],
        version: str = "",
        about: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.schemes = tuple(schemes)
        self.version = version
        """A hash of the files: what was mapped with others may map differently."""
        self.about = about
        self._concepts = {concept.id: concept for concept in concepts}
        self._licences = Licences(licences)
        self.licences = self._licences.all
        self.licence = self._licences.find
        self._by_scheme: dict[str, tuple[Concept, ...]] = {
            scheme.id: tuple(each for each in self._concepts.values() if each.scheme == scheme.id)
            for scheme in self.schemes
        }
        self._labels: dict[tuple[str, str], str] = {}
        for concept in self._concepts.values():
            for label in (concept.fr, concept.en or concept.fr, *concept.alt):
                self._labels.setdefault((concept.scheme, label_key(label)), concept.id)

    def find(self, scheme: str, label: str) -> str:
        """The concept that has this label, in French, in English or as an alternative; empty when there is none.

        The whole label, folded (``label_key``), never a part of it.
        """
        return self._labels.get((scheme, label_key(label)), "")

    def named(self, scheme: str, word: str) -> str:
        """The concept whose label, or id, is this very word; empty when there is none."""
        found = self._concepts.get(word) or self._concepts.get(self.find(scheme, word))
        return found.id if found and word in (found.id, found.fr, found.en) else ""

    def label(self, concept: str, language: str = "fr") -> str:
        """The label of a concept, English for ``en``, French for any other language; the id itself when unknown."""
        found = self._concepts.get(concept)
        return concept if found is None else found.en if language == "en" and found.en else found.fr

    def concept(self, id: str) -> Concept | None:
        """The concept of an id."""
        return self._concepts.get(id)

    def concepts(self, scheme: str) -> tuple[Concept, ...]:
        """The concepts of a scheme in the order of its file; none for an unknown scheme."""
        return self._by_scheme.get(scheme, ())

    def ancestors(self, concept: str) -> tuple[str, ...]:
        """The concepts above this one, nearest first."""
        above: list[str] = []
        found = self._concepts.get(concept)
        while found and found.broader:
            above.append(found.broader)
            found = self._concepts.get(found.broader)
        return tuple(above)
