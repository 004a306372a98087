"""Readers: bytes -> items, one module for each kind of source. Pure: they open nothing and remember nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from bridge.extensions import extensions
from bridge.record import Page, Request, Response

from . import (
    csv_file,
    dcat,
    drupal,
    feed,
    geojson,
    geotrek,
    html_page,
    ics,
    json_api,
    mediawiki,
    oai,
    spreadsheet,
    umap,
    wordpress,
    yeswiki,
)


class Reader(Protocol):
    """A module of ``readers/``. ``options`` is the ``[source] options`` table of the mapping file."""

    INCREMENTAL: bool
    """True when ``start`` honours ``since``: the walk then lists only what changed."""

    REFUSALS: frozenset[int]
    """HTTP statuses of refusals (4xx) whose body ``read`` understands better than their number says."""

    def start(self, url: str, options: Mapping[str, Any], since: str = "") -> Request:
        """The first request of a walk. ``since`` is an instant (UTC) or empty for everything."""

    def read(self, response: Response, options: Mapping[str, Any]) -> Page:
        """The items of one answer and the requests that continue the walk.

        Raises:
            ReadError: the answer is not what this kind of source answers (the walk is then not complete).
        """


READERS: dict[str, Reader] = {
    "csv_file": csv_file,
    "dcat": dcat,
    "drupal": drupal,
    "feed": feed,
    "geojson": geojson,
    "geotrek": geotrek,
    "html_page": html_page,
    "ics": ics,
    "json_api": json_api,
    "mediawiki": mediawiki,
    "oai": oai,
    "spreadsheet": spreadsheet,
    "umap": umap,
    "wordpress": wordpress,
    "yeswiki": yeswiki,
}

READERS |= extensions("partageons.readers", READERS, ("INCREMENTAL", "REFUSALS", "start", "read"))
