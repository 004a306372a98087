"""How codes are shown to people: labels of concepts, names of places, titles of sources."""

from __future__ import annotations

from collections.abc import Mapping

from bridge.meaning import territory
from bridge.meaning.vocabulary import Vocabulary


class Words:
    """The words of one collective. Cheap: each answer is a look-up."""

    def __init__(self, vocabulary: Vocabulary, titles: Mapping[str, str]) -> None:
        self._vocabulary = vocabulary
        self._titles = titles
        self._licences = {licence.code: (licence.label, licence.url or "") for licence in vocabulary.licences}

    def label(self, concept: str, language: str = "fr") -> str:
        return self._vocabulary.label(concept, language)

    def place(self, code: str) -> str:
        return territory.name(code)

    def source(self, source: str) -> str:
        return self._titles.get(source, source)

    def licence(self, code: str) -> tuple[str, str]:
        """Label and address of a licence (SPDX code); the code itself and no address when it is unknown."""
        return self._licences.get(code, (code, ""))

    def schema_type(self, concept: str) -> str:
        """The schema.org type a type of resource stands for, or empty."""
        return self._match(concept, "schema")

    def dcmi_type(self, concept: str) -> str:
        """The DCMI type a type of resource stands for, or empty."""
        return self._match(concept, "dcmi")

    def _match(self, concept: str, key: str) -> str:
        found = self._vocabulary.concept(concept)
        return str(found.match.get(key, "")) if found else ""
