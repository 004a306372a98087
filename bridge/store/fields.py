"""The fields of the search index: what one record becomes there."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, Protocol
from zlib import crc32

import tantivy

from bridge.meaning.target import host_of
from bridge.meaning.text import fold, plain
from bridge.record import SCHEMES, Record
from bridge.store.tokens import EXACT, compounds
from bridge.writers.edtf import bounds, w3c_date

VERSION = "2"
"""To be raised when a field, or the way one is filled, changes: indexes are then rebuilt."""


class Facet(NamedTuple):
    """A way to narrow a search: its labels, and the field of the record that it counts."""

    fr: str
    en: str
    field: str


FACETS: dict[str, Facet] = {
    "territoire": Facet("Territoire", "Area", "territories"),
    "theme": Facet("Thème", "Theme", "themes"),
    "type": Facet("Type de ressource", "Kind of resource", "type"),
    "statut": Facet("Statut", "Status", "status"),
    "acteur": Facet("Type d'acteurs", "Kind of actor", "actor_types"),
    "reconnu": Facet("Reconnu acteur engagé", "Recognised as committed", "recognitions"),
    "milieu": Facet("Milieu", "Habitat", "habitats"),
    "echelle": Facet("Échelle", "Scale", "scale"),
    "public": Facet("Public", "Audience", "audiences"),
    "source": Facet("Source", "Source", "source"),
    "licence": Facet("Licence", "Licence", "licence"),
    "langue": Facet("Langue", "Language", "language"),
}
"""In the order people use them; keys are URL parameters. ``territoire`` holds every level: ``region/84``…"""


class Labels(Protocol):
    """What the index needs of a ``bridge.meaning.vocabulary.Vocabulary``."""

    @property
    def version(self) -> str: ...
    def concept(self, id: str, /) -> Any: ...
    def ancestors(self, id: str, /) -> tuple[str, ...]: ...


class Places(Protocol):
    """What the index needs of the module ``bridge.meaning.territory``."""

    def version(self) -> str: ...
    def ancestors(self, code: str, /) -> tuple[str, ...]: ...
    def name(self, code: str, /) -> str: ...


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", tokenizer_name="raw", index_option="basic")
    for name in ("title", "exact"):
        builder.add_text_field(name, tokenizer_name="exact")
    builder.add_text_field("stem", tokenizer_name="stem", index_option="freq")
    for name in FACETS:
        builder.add_text_field(name, fast=True, tokenizer_name="raw", index_option="basic")
    for name in ("lon", "lat"):
        builder.add_float_field(name, fast=True)
    builder.add_text_field("node", tokenizer_name="raw", index_option="basic")
    for name in ("instant", "initial", "day"):
        builder.add_unsigned_field(name, fast=True)
    for name in ("newest", "alphabetic"):
        builder.add_bytes_field(name, stored=True)
    return builder.build()


SCHEMA = _schema()

UNDATED = 99_999_999
"""What stands in the field ``day`` of a record whose date is not known: never too old."""

_COMPLEMENT = str.maketrans("0123456789", "9876543210")
_NOT_DIGIT = re.compile(r"\D")
_fold_once = fold.__wrapped__  # whole texts would push the short ones out of its cache
_Many = Callable[[str], tuple[str, ...]]


class _Codes(NamedTuple):
    """What codes of one kind lead to: themselves and their ancestors, and what these are called (folded)."""

    path: _Many
    words: _Many


class Documents:
    """Records -> documents of the index; remembers the words and ancestors of the codes that records share."""

    def __init__(self, vocabulary: Labels, places: Places) -> None:
        def concept_path(concept: str) -> tuple[str, ...]:
            return (concept, *vocabulary.ancestors(concept))

        def concept_words(concept: str) -> tuple[str, ...]:
            own, *above = map(vocabulary.concept, concept_path(concept))
            labels = (own.fr, own.en, *own.alt) if own else ()
            return _words(*labels, *(each.fr for each in above if each))

        def place_path(code: str) -> tuple[str, ...]:
            return (code, *places.ancestors(code))

        def place_words(code: str) -> tuple[str, ...]:
            return _words(*map(places.name, place_path(code)))

        remember = lru_cache(1 << 14)
        concepts = _Codes(remember(concept_path), remember(concept_words))
        territories = _Codes(remember(place_path), remember(place_words))
        kinds = {"territories": territories} | dict.fromkeys(SCHEMES, concepts)
        self._columns = [(name, facet.field, kinds.get(facet.field)) for name, facet in FACETS.items()]

    def document(self, record: Record, datestamp: str) -> tantivy.Document:
        """What the index keeps of a record: codes, words, position, ranks; no text that could be read back."""
        title = fold(record.title)
        texts = _texts(record)
        texts.append(title)
        if joined := compounds("\n".join(texts)):
            texts.append(" ".join(joined))
        heading = " ".join(EXACT.analyze(title))
        instant, complement = _ranks(datestamp)
        # Records of one commit would all be equal: each has a place of its own among them, which mixes their sources.
        place = crc32(record.id.encode()) & 0xFFFF
        fields: dict[str, Any] = {
            "id": record.id,
            "title": title,
            "exact": texts,
            "stem": texts,
            "instant": instant << 16 | place,
            "day": _day(record),
            "node": _nodes(record),
            "initial": int.from_bytes(heading.encode()[:8].ljust(8, b"\0"), "big"),
            "newest": f"{complement}\t{record.id}".encode(),
            "alphabetic": f"{heading}\t{record.id}".encode(),
        }
        for name, source, codes in self._columns:
            value = getattr(record, source)
            if not value:
                continue
            if codes is None:
                fields[name] = value
            elif isinstance(value, str):
                fields[name] = list(codes.path(value))
                texts += codes.words(value)
            else:
                fields[name] = list(dict.fromkeys(chain.from_iterable(map(codes.path, value))))
                texts += chain.from_iterable(map(codes.words, value))
        if record.point:
            fields["lon"], fields["lat"], _ = record.point
        return tantivy.Document.from_dict(fields, SCHEMA)


def _words(*labels: str) -> tuple[str, ...]:
    folded = [fold(label) for label in labels if label]
    return (*folded, *compounds("\n".join(folded)))


@lru_cache(1 << 10)
def _ranks(datestamp: str) -> tuple[int, str]:
    """An instant as a number, and as a text that sorts the other way round."""
    return int(_NOT_DIGIT.sub("", datestamp) or 0), datestamp.translate(_COMPLEMENT)


def _day(record: Record) -> int:
    """The last day of a work, as YYYYMMDD: published, ended, or put on line; of 2015 it is 20159999."""
    known = w3c_date(record.published) or bounds(record.period).end or record.created[:10]
    return int((known + "-99-99")[:10].replace("-", "")) if known else UNDATED


def _nodes(record: Record) -> list[str]:
    """The sites a record comes from or went through, so that it never goes back to one of them."""
    addresses = [record.url, *(hop.node for hop in record.path), *([record.origin.node] if record.origin else ())]
    return [host for host in dict.fromkeys(map(host_of, addresses)) if host]


def _texts(record: Record) -> list[str]:
    """The words of a record beside its title and codes, folded; each piece apart, so that no phrase spans two."""
    names = [*record.keywords, *(identifier.value for identifier in record.identifiers)]
    for agents in (record.leads, record.partners, record.funders, record.publishers, record.authors):
        names += [agent.name for agent in agents]
    longer = (record.abstract, record.lessons, record.place_text, record.department, record.period_text)
    texts = [*map(fold, names), *(_fold_once(text) for text in longer if text)]
    if record.content:
        texts.append(_fold_once(plain(record.content)))
    return texts
