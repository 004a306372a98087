"""UNIMARC in MARCXML, in the namespace that Koha's stylesheets and OAI-PMH harvester expect (see ``marc``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.record import Entry, Record
from bridge.writers import marc
from bridge.writers.feed import Feed, Words
from bridge.writers.unimarc import FORMAT

MEDIA_TYPE = "application/marcxml+xml"
EXTENSION = "unimarc.xml"
TITLE = "UNIMARC (XML)"
NAMESPACE = marc.NAMESPACE
SCHEMA = marc.SCHEMA


def fragment(record: Record, words: Words) -> str:
    """One ``record`` element with its own namespaces, without XML declaration."""
    return marc.fragment(FORMAT, record, words)


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """Every record in one ``collection``, the same as in ISO 2709."""
    return marc.marcxml(FORMAT, entries, feed)
