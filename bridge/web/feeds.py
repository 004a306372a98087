"""``/feed.<extension>``: a selection in every format of ``writers``, whole, as a stream; and what a target receives."""

from __future__ import annotations

import re
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from itertools import chain, islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode
from zlib import crc32

from flask import Blueprint, Response, abort, request, url_for

from bridge import __version__
from bridge.collective import EVERYTHING
from bridge.store.search import Query
from bridge.web.addresses import feed_of
from bridge.web.current import NEVER, absolute, collective, document, target_of
from bridge.web.selection import Selection, read
from bridge.writers import WRITERS, Writer, atom, json_feed, rss

if TYPE_CHECKING:
    from werkzeug.datastructures import MultiDict

    from bridge.meaning.target import Target

blueprint = Blueprint("feeds", __name__)

FORMATS = {writer.EXTENSION: writer for writer in WRITERS.values()}
FOLLOWED = frozenset({atom.EXTENSION, rss.EXTENSION, json_feed.EXTENSION})
"""The formats whose readers know what a hub is (WebSub): told of each change, they need not ask."""
_LOT = re.compile(r"([1-9]\d{0,3})-([1-9]\d{0,3})")


@blueprint.get("/feed.<extension>")
def feed(extension: str) -> Response:
    """The whole selection, newest first; ``limite`` cuts it."""
    return _document(_writer(extension))


@blueprint.get("/pour/<id>/feed.<extension>")
def target_feed(id: str, extension: str) -> Response:
    """What a target receives, in its words and under its names; narrowed by the same filters as the showcase."""
    return _document(_writer(extension), target_of(id))


def _writer(extension: str) -> Writer:
    return FORMATS.get(extension) or abort(404)


class Part(NamedTuple):
    """What an address asks for: a selection, how many of it at most (0: all), which lot of how many."""

    chosen: Selection
    limit: int
    lot: int
    lots: int


def part(arguments: MultiDict[str, str]) -> Part:
    """What the parameters of a feed ask for; those that mean nothing are left out."""
    return Part(read(arguments), max(arguments.get("limite", 0, int), 0), *_lot(arguments.get("lot", "")))


def address(extension: str, target: Target | None, asked: Part) -> str:
    """The address of a feed as it writes it itself, however it was asked for."""
    chosen = asked.chosen
    pairs = chosen.pairs(view="liste", sort="pertinence")
    pairs += [("bbox", ",".join(map(str, chosen.box)))] if chosen.box else []
    pairs += [("limite", str(asked.limit))] if asked.limit else []
    pairs += [("lot", f"{asked.lot}-{asked.lots}")] if asked.lots > 1 else []
    return feed_of(extension, target) + (f"?{urlencode(pairs)}" if pairs else "")


def _document(writer: Writer, target: Target | None = None) -> Response:
    asked = part(request.args)
    chosen = asked.chosen
    query = collective.query_of(target) if target else Query(sort="recent", facets=False)
    query = replace(query, text=chosen.text, filters=chosen.filters, bbox=chosen.box, limit=asked.limit or EVERYTHING)
    ids = collective.index.search(query).ids
    if asked.lots > 1:
        ids = tuple(id for id in ids if crc32(id.encode()) % asked.lots == asked.lot - 1)
    url = address(writer.EXTENSION, target, asked)
    about = document(_title(chosen, target), url, target)
    if writer.EXTENSION in FOLLOWED and collective.settings.base_url:
        about = replace(about, hub=absolute(url_for("hub.hub")))
    with ExitStack() as stack:
        snapshot = stack.enter_context(collective.store.snapshot())
        entries = snapshot.each(ids)
        newest = list(islice(entries, 1))
        about = replace(about, updated=newest[0].datestamp if newest else NEVER)
        pieces = writer.write(chain(newest, entries), about)
        # Of one commit and one program, and of the day for what grows too old; weak, for feeds too large for their
        # bytes to be compared.
        version = f"-{target.version}-{date.today():%j}" if target else ""
        etag = f'W/"{__version__}-{snapshot.seq}-{collective.index.seq}{version}"'
        response = Response(pieces, content_type=writer.MEDIA_TYPE, headers={"ETag": etag})
        response.call_on_close(stack.pop_all().close)
    if about.hub:
        response.headers["Link"] = f'<{about.hub}>; rel="hub", <{url}>; rel="self"'
    response.headers["Cache-Control"] = "public, no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    name = f"partageons-vert-{target.id}" if target else "partageons-vert"
    response.headers["Content-Disposition"] = f'inline; filename="{name}.{writer.EXTENSION}"'
    return response


def _title(chosen: Selection, target: Target | None) -> str:
    name = collective.settings.name + (f" pour {target.title}" if target else "")
    return f"{name} : {', '.join(chip.label for chip in chosen.chips())}" if chosen.narrowed else name


def _lot(text: str) -> tuple[int, int]:
    """Which part of how many: « 2-5 »; a record stays in its part. Anything else is the whole."""
    found = _LOT.fullmatch(text)
    lot, lots = (int(found[1]), int(found[2])) if found else (1, 1)
    return (lot, lots) if lot <= lots else (1, 1)
