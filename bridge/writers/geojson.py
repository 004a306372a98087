"""GeoJSON (RFC 7946): WGS84, longitude first; a resource that is nowhere has a null geometry and stays in the list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bridge.record import Entry, Record
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, json_list, live, to_json, without_blanks

MEDIA_TYPE = "application/geo+json"
EXTENSION = "geojson"
TITLE = "GeoJSON (cartes)"


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A FeatureCollection. Properties are flat texts: uMap shows ``name`` and ``description`` in its popups."""
    head = f'{{"type":"FeatureCollection","name":{to_json(feed.title)},"features":['
    return encode(json_list(head, (to_json(_feature(e, r, feed)) for e, r in live(entries)), "\n]}\n"))


def _feature(entry: Entry, r: Record, feed: Feed) -> dict[str, Any]:
    words, language = feed.words, feed.language
    properties = {
        "id": r.id,
        "name": r.title,
        "description": r.abstract,
        "url": r.url or feed.page(r.id),
        "type": words.label(r.type, language) if r.type else "",
        "themes": ", ".join([words.label(theme, language) for theme in r.themes]),
        "place": ", ".join(map(words.place, r.territories)) or r.place_text,
        "precision": r.point.precision if r.point else "",
        "period": r.period_text or r.period,
        "status": words.label(r.status, language) if r.status else "",
        "image": r.image.url if r.image else "",
        "image_credit": r.image.credit if r.image else "",
        "source": words.source(r.source),
        "licence": words.licence(r.licence)[0],
        "licence_url": words.licence(r.licence)[1],
        "attribution": r.attribution,
        "datestamp": entry.datestamp,
    }
    geometry = {"type": "Point", "coordinates": [r.point.lon, r.point.lat]} if r.point else None
    return {"type": "Feature", "id": r.id, "geometry": geometry, "properties": without_blanks(properties)}
