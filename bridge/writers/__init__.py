"""Writers: records -> bytes, one module for each format. Pure: they remember nothing,
and open nothing but a temporary file that they remove."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from bridge.extensions import extensions
from bridge.record import Entry
from bridge.writers import (
    atom,
    csv_file,
    dcat,
    dcat_ttl,
    dcat_xml,
    geojson,
    gogocarto,
    ics,
    json_feed,
    json_flat,
    marc21,
    marc21_xml,
    oai_dc,
    oai_qdc,
    pv_xml,
    rss,
    schema_org,
    spip,
    umap,
    unimarc,
    unimarc_xml,
    wordpress,
    wxr,
    xlsx,
)
from bridge.writers.feed import Feed


class Writer(Protocol):
    """A module of ``writers/``."""

    MEDIA_TYPE: str
    """As sent in Content-Type, with charset where the format has one."""
    EXTENSION: str
    """``atom`` for ``/feed.atom``; unique among writers."""
    TITLE: str
    """What a person calls the format, in French."""

    def write(self, entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
        """The document, in pieces. Withdrawn entries are written where the format can say so, else left out."""


WRITERS: dict[str, Writer] = {
    "atom": atom,
    "csv_file": csv_file,
    "dcat": dcat,
    "dcat_ttl": dcat_ttl,
    "dcat_xml": dcat_xml,
    "geojson": geojson,
    "gogocarto": gogocarto,
    "ics": ics,
    "json_feed": json_feed,
    "json_flat": json_flat,
    "marc21": marc21,
    "marc21_xml": marc21_xml,
    "oai_dc": oai_dc,
    "oai_qdc": oai_qdc,
    "pv_xml": pv_xml,
    "rss": rss,
    "schema_org": schema_org,
    "spip": spip,
    "umap": umap,
    "unimarc": unimarc,
    "unimarc_xml": unimarc_xml,
    "wordpress": wordpress,
    "wxr": wxr,
    "xlsx": xlsx,
}

WRITERS |= extensions("partageons.writers", WRITERS, ("MEDIA_TYPE", "EXTENSION", "TITLE", "write"))
