"""``/feed.<extension>``: a selection of the showcase in every format of ``writers``, whole, as a stream."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from flask import Blueprint, Response, abort, request, url_for

from bridge import __version__
from bridge.collective import EVERYTHING
from bridge.record import Entry
from bridge.store.search import Query
from bridge.web.current import absolute, collective, home
from bridge.web.selection import Selection, read
from bridge.writers import WRITERS
from bridge.writers.feed import Feed

if TYPE_CHECKING:
    from bridge.store import Snapshot

blueprint = Blueprint("feeds", __name__)

FORMATS = {writer.EXTENSION: writer for writer in WRITERS.values()}
_BATCH = 500
_NEVER = "1970-01-01T00:00:00Z"


@blueprint.get("/feed.<extension>")
def feed(extension: str) -> Response:
    """The whole selection, newest first; ``limite`` cuts it."""
    writer = FORMATS.get(extension)
    if writer is None:
        abort(404)
    chosen, limit = read(request.args), request.args.get("limite", 0, int)
    found = collective.index.search(
        Query(chosen.text, chosen.filters, chosen.box, "recent", limit if limit > 0 else EVERYTHING, facets=False)
    )
    with ExitStack() as stack:
        snapshot = stack.enter_context(collective.store.snapshot())
        entries = _entries(snapshot, found.ids)
        newest = next(entries, [])
        document = Feed(
            title=_title(chosen),
            url=absolute(url_for("feeds.feed", extension=extension)) + _query(chosen, limit),
            home=home(),
            words=collective.words,
            updated=max((entry.datestamp for entry in newest), default=_NEVER),
            node=collective.settings.node,
        )
        pieces = writer.write(chain(newest, chain.from_iterable(entries)), document)
        # Of one commit and one program, hence weak: for feeds too large for their bytes to be compared.
        etag = f'W/"{__version__}-{snapshot.seq}-{collective.index.seq}"'
        response = Response(pieces, content_type=writer.MEDIA_TYPE, headers={"ETag": etag})
        response.call_on_close(stack.pop_all().close)
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Content-Disposition"] = f'inline; filename="partageons-vert.{extension}"'
    return response


def _entries(snapshot: Snapshot, ids: tuple[str, ...]) -> Iterator[list[Entry]]:
    for start in range(0, len(ids), _BATCH):
        yield snapshot.entries(ids[start : start + _BATCH])


def _title(chosen: Selection) -> str:
    name = collective.settings.name
    return f"{name} : {', '.join(chip.label for chip in chosen.chips())}" if chosen.narrowed else name


def _query(chosen: Selection, limit: int) -> str:
    """The parameters that this selection needs, always in the same order."""
    pairs = [*chosen.pairs(view="liste", sort="pertinence"), *([("limite", str(limit))] if limit > 0 else [])]
    return f"?{urlencode(pairs)}" if pairs else ""
