"""DCAT in Turtle: the graph of ``dcat``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.record import Entry
from bridge.writers import rdf
from bridge.writers.dcat import catalogue
from bridge.writers.feed import Feed
from bridge.writers.stream import encode

MEDIA_TYPE = "text/turtle; charset=utf-8"
EXTENSION = "dcat.ttl"
TITLE = "DCAT (Turtle)"


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A ``dcat:Catalog`` of the sources present among the live records."""
    return encode(rdf.turtle(catalogue(entries, feed)))
