"""JSON Feed 1.1 (jsonfeed.org), with what it has no word for under ``_partageons``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bridge.meaning import trail
from bridge.record import Entry, Record
from bridge.writers.feed import Feed
from bridge.writers.rss import media_type
from bridge.writers.stream import encode, json_list, live, to_json, without_blanks

MEDIA_TYPE = "application/feed+json"
EXTENSION = "json"
TITLE = "JSON Feed"


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """The complete list; withdrawn records are left out. ``date_modified`` is the datestamp."""
    head = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "description": feed.description,
        "language": feed.language,
        "hubs": [{"type": "WebSub", "url": feed.hub}] if feed.hub else [],
        "_partageons": {"about": feed.home, "node": feed.node, "updated": feed.updated},
    }
    before = f'{to_json(without_blanks(head))[:-1]},"items":['
    return encode(json_list(before, (to_json(_item(e, r, feed)) for e, r in live(entries)), "\n]}\n"))


def _item(entry: Entry, r: Record, feed: Feed) -> dict[str, Any]:
    words, language = feed.words, feed.language
    types = (r.type,) if r.type else ()
    item = {
        "id": feed.tag(r.id),
        "url": feed.page(r.id),
        "external_url": r.url,
        "title": r.title,
        "summary": r.abstract,
        "content_html": r.content,
        "image": r.image.url if r.image else "",
        "date_published": r.harvested or entry.datestamp,
        "date_modified": entry.datestamp,
        "authors": [{"name": who.name} for who in r.authors],
        "tags": [*[words.label(concept, language) for concept in (*types, *r.themes)], *r.keywords],
        "language": r.language,
        "attachments": [
            without_blanks(
                {
                    "url": document.url,
                    # The one member the format requires: unknown bytes when the source does not say.
                    "mime_type": media_type(document.media_type) or "application/octet-stream",
                    "title": document.title,
                    "size_in_bytes": document.size or None,
                }
            )
            for document in r.documents
        ],
        "_partageons": without_blanks(_extension(r, feed)),
    }
    if not r.content:
        item["content_text"] = r.abstract or r.title
    return without_blanks(item)


def _extension(r: Record, feed: Feed) -> dict[str, Any]:
    words = feed.words
    label, address = words.licence(r.licence)
    way = [hop._asdict() for hop in trail.whole(r, feed.node)]
    return {
        "id": r.id,
        "source": {"id": r.source, "title": words.source(r.source)},
        "licence": without_blanks({"code": r.licence, "label": label, "url": address}),
        "attribution": r.attribution,
        "type": r.type,
        "themes": r.themes,
        "territories": [{"code": code, "name": words.place(code)} for code in r.territories],
        "point": r.point._asdict() if r.point else None,
        "period": r.period,
        "provenance": without_blanks({"origin": r.origin._asdict() if r.origin else None, "path": way}),
    }
