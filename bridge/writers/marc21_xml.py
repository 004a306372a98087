"""MARC 21 in MARCXML (RFC 6207 names its media type), the form that most OAI-PMH harvesters of libraries take."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.record import Entry, Record
from bridge.writers import marc
from bridge.writers.feed import Feed, Words
from bridge.writers.marc21 import FORMAT

MEDIA_TYPE = "application/marcxml+xml"
EXTENSION = "marc21.xml"
TITLE = "MARC 21 (XML)"
NAMESPACE = marc.NAMESPACE
SCHEMA = marc.SCHEMA


def fragment(record: Record, words: Words) -> str:
    """One ``record`` element with its own namespaces, without XML declaration."""
    return marc.fragment(FORMAT, record, words)


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """Every record in one ``collection``, the same as in ISO 2709."""
    return marc.marcxml(FORMAT, entries, feed)
