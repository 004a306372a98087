"""JSON that the network's WordPress plugin shows (block and shortcode « [partageons] »). Plain texts, no HTML.

::

    {"version": 1, "title", "home", "url", "updated": instant,
     "items": [{"id", "url", "page", "title", "language", "excerpt": at most 300 characters, "source", "licence",
                "licence_url", "attribution", "type", "themes": [text], "place", "territories": [code],
                "period": text, "image"?: {"url", "credit"}, "point"?: {"lon", "lat"}: degrees WGS84,
                "documents": [{"url", "title", "type"}], "datestamp": instant}],
     "withdrawn": [id], "total": number of items}

All keys are always there, with ``""`` or ``[]`` when nothing is known; only ``image`` and ``point`` may be missing.
``url`` is the resource's page at its owner's, else in the showcase; ``page`` its page in the showcase. A key may be
added without notice; one that is taken away or changes its sense makes another ``version``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bridge.meaning.edtf import french
from bridge.meaning.text import summarise
from bridge.record import Entry, Record
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, json_list, to_json

MEDIA_TYPE = "application/json"
EXTENSION = "wordpress.json"
TITLE = "JSON pour l’extension WordPress"

VERSION = 1
_EXCERPT = 300


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """The object above. Of what was withdrawn the identifiers alone are held until the end."""
    return encode(_document(entries, feed))


def _document(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    withdrawn: list[str] = []
    total = 0

    def items() -> Iterator[str]:
        nonlocal total
        for entry in entries:
            if entry.record is None:
                withdrawn.append(entry.id)
            else:
                total += 1
                yield to_json(_item(entry, entry.record, feed))

    head = {"version": VERSION, "title": feed.title, "home": feed.home, "url": feed.url, "updated": feed.updated}
    yield from json_list(f'{to_json(head)[:-1]},"items":[', items(), "\n]")
    yield f',"withdrawn":{to_json(withdrawn)},"total":{total}}}\n'


def _item(entry: Entry, r: Record, feed: Feed) -> dict[str, Any]:
    words, language = feed.words, feed.language
    licence, licence_url = words.licence(r.licence)
    item: dict[str, Any] = {
        "id": r.id,
        "url": r.url or feed.page(r.id),
        "page": feed.page(r.id),
        "title": r.title,
        "language": r.language,
        "excerpt": summarise(r.abstract, _EXCERPT),
        "source": words.source(r.source),
        "licence": licence,
        "licence_url": licence_url,
        "attribution": r.attribution,
        "type": words.label(r.type, language) if r.type else "",
        "themes": [words.label(theme, language) for theme in r.themes],
        "place": ", ".join(map(words.place, r.territories)) or r.place_text,
        "territories": r.territories,
        "period": r.period_text or french(r.period, language),
        "documents": [{"url": d.url, "title": d.title, "type": d.media_type} for d in r.documents],
        "datestamp": entry.datestamp,
    }
    if r.image:
        item["image"] = {"url": r.image.url, "credit": r.image.credit}
    if r.point:
        item["point"] = {"lon": r.point.lon, "lat": r.point.lat}
    return item
