"""What a document says of itself, and the words it speaks: given to every writer, so that writers stay pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import quote

from bridge.record import Record


class Words(Protocol):
    """How codes are shown to people, and what other vocabularies call them. Asked many times a record: cached."""

    def label(self, concept: str, language: str = "fr") -> str:
        """The label of a concept (``t-tvb``); the id itself when it is unknown."""

    def place(self, territory: str) -> str:
        """The name of a territory (``commune/69123`` -> ``Lyon (Rhône)``); the code itself when it is unknown."""

    def source(self, source: str) -> str:
        """The title of a source; its id when it is unknown."""

    def licence(self, code: str) -> tuple[str, str]:
        """Label and address of a licence (SPDX code); the code itself and no address when it is unknown."""

    def schema_type(self, concept: str) -> str:
        """The schema.org type of a type of resource (``r-guide`` -> ``HowTo``); empty when there is none."""

    def dcmi_type(self, concept: str) -> str:
        """The DCMI type of a type of resource (``r-guide`` -> ``Text``); empty when there is none."""


@dataclass(frozen=True, slots=True)
class Feed:
    """A document: ``url`` is its own address, ``home`` the showcase's root (ends with ``/``), both absolute.

    ``updated`` is an instant (UTC), the newest datestamp it holds; ``node`` the bridge's identity in provenance, a
    domain name; ``hub`` the address of the WebSub hub that tells of changes, or empty; ``names`` what a target calls
    the columns of ``writers.columns``, in its order: empty for our own names;
    ``concepts`` what the addresses of concepts begin with (``writers.skos.base``), empty where they have none.
    """

    title: str
    url: str
    home: str
    words: Words
    updated: str
    description: str = ""
    language: str = "fr"
    node: str = "partageons.localhost"
    hub: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    concepts: str = ""

    def page(self, record_id: str) -> str:
        """The address of a record's page in the showcase."""
        return f"{self.home}fiche/{quote(record_id, safe=':')}"

    def tag(self, name: str) -> str:
        """A name for a record or a source that does not move with addresses (tag URI, RFC 4151)."""
        return f"tag:{self.node},2026:{quote(name, safe=':')}"


def rights(record: Record, words: Words) -> str:
    """Licence, its address and the attribution it asks for, on one line."""
    label, address = words.licence(record.licence)
    return " – ".join(filter(None, (label, address, record.attribution)))
