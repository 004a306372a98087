"""A remote layer for uMap (https://umap-project.org): the GeoJSON of ``writers.geojson``, told to uMap's readers.

uMap's popups show only ``name`` and ``description``, and read them as its own markup over HTML. So the description says
all that must not be lost (text, link, source, licence), where what looks like markup is disarmed. Only located records
are here: uMap warns of every object that has no geometry. No colour is imposed, since an object's own would beat those
of the map's author: « Catégories » on the property ``type`` makes them. For a layer with dynamic data, the address of
the feed takes ``bbox={west},{south},{east},{north}``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from bridge.record import Entry, Record
from bridge.writers import geojson
from bridge.writers.columns import columns, texts
from bridge.writers.feed import Feed, rights
from bridge.writers.stream import live

MEDIA_TYPE = geojson.MEDIA_TYPE
EXTENSION = "umap.geojson"
TITLE = "uMap (couche distante)"

# HTML's own characters, then those of uMap's links, images and variables, emphasis, lists, headings and rules.
_MARKUP = re.compile(r"[&<>\[\]{*]|^(?:#|---)", re.M)
# What an address keeps as it is: its delimiters and escapes, without those that end a link of uMap.
_ADDRESS = "%/:?#@!$&'()+,;=~"


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A FeatureCollection of the located records; beside uMap's own, properties are those that the target names."""
    return geojson.collection(_features(entries, feed), feed)


def _features(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    named = columns(feed) if feed.names else []
    for entry, record in live(entries):
        if record.point is None:
            continue
        said = {column.title: ", ".join(texts(column.value(record, entry, feed))) for column in named}
        own = {"name": record.title, "description": _description(record, feed)}
        yield geojson.feature(record, (said or geojson.properties(entry, record, feed)) | own)


def _description(r: Record, feed: Feed) -> str:
    """The abstract, then a line: the source, which links to the resource, and its rights."""
    address = quote(r.url or feed.page(r.id), safe=_ADDRESS)
    source = " ".join(feed.words.source(r.source).split())
    origin = f"[[{_escape(address)}|{_escape(source)}]] – {_escape(rights(r, feed.words))}"
    return "\n\n".join(filter(None, (_escape(r.abstract), origin)))


def _escape(text: str) -> str:
    """The text as HTML in which nothing is markup for uMap, whose popups read both."""
    return _MARKUP.sub(lambda found: "".join([f"&#{ord(character)};" for character in found[0]]), text)
