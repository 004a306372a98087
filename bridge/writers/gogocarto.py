"""A list for GoGoCarto (https://gitlab.adullact.net/pixelhumain/GoGoCarto), to be given as a dynamic import.

Elements have the shape of GoGoCarto's own ``api/elements.json``, which all its versions read and ``_gogocarto`` too.
Each refresh removes what the list no longer holds: it is always the whole list, of live records. Those without position
are left out: GoGoCarto would look up the name of a region in a geocoder and put them somewhere in its middle, or leave
each to a moderator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bridge.record import Entry, Point, Record
from bridge.writers.columns import COLUMNS, Value, columns, texts
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, json_list, live, to_json, without_blanks

MEDIA_TYPE = "application/json"
EXTENSION = "gogocarto.json"
TITLE = "GoGoCarto (import dynamique)"

# The fields of an element that are the map's own affair. ``source`` is not among those a dynamic import keeps: the
# partner is ``partenaire``. A name holds no dot and starts neither with ``image`` nor ``category``: GoGoCarto has its
# own idea of these.
_TITLES = {
    "id": "id",
    "abstract": "description",
    "url": "website",
    "type": "type",
    "period_text": "periode",
    "status": "statut",
    "leads": "porteur",
    "source": "partenaire",
    "licence": "licence",
    "attribution": "attribution",
    "page": "page",
    "datestamp": "datestamp",
}


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """An object whose ``data`` is the list of located records; the map's own fields are those that the target names."""
    return encode(json_list('{"data":[', _elements(entries, feed), "\n]}\n"))


def _elements(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    table = columns(feed, _TITLES)
    for entry, record in live(entries):
        if record.point is not None:
            said = {column.title: _scalar(column.value(record, entry, feed)) for column in table}
            yield to_json(without_blanks(said) | _core(entry, record, record.point, feed))


def _scalar(value: Value) -> str | float:
    return value if isinstance(value, (int, float)) else ", ".join(texts(value))


def _core(entry: Entry, r: Record, point: Point, feed: Feed) -> dict[str, Any]:
    """What GoGoCarto itself knows of an element.

    The type is a category beside the themes: an element that has none waits for a moderator. ``images`` is there even
    if empty: without it, every field whose name starts so would be one.
    """

    def said(*keys: str) -> list[str]:
        return [text for key in keys for text in texts(COLUMNS[key].value(r, entry, feed))]

    return {
        "id": r.id,
        "name": r.title,
        "geo": {"latitude": point.lat, "longitude": point.lon},
        "address": {"addressLocality": next(iter(said("territories", "place_text")), "")},
        "categories": list(dict.fromkeys(said("type", "themes"))),
        "images": said("image"),
        "files": said("documents"),
        "source": feed.words.source(r.source),
    }
