"""GeoJSON (RFC 7946): WGS84, longitude first; a resource that is nowhere has a null geometry and stays in the list.

For any program that draws or analyses maps (QGIS, Leaflet, OGR). ``writers.umap`` is the same for a uMap.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bridge.meaning import trail
from bridge.record import Entry, Hop, Record
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, json_list, live, to_json, without_blanks

MEDIA_TYPE = "application/geo+json"
EXTENSION = "geojson"
TITLE = "GeoJSON (cartes)"


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A FeatureCollection of every live record. Properties are flat texts."""
    return collection((feature(record, properties(entry, record, feed)) for entry, record in live(entries)), feed)


def collection(features: Iterable[str], feed: Feed) -> Iterator[bytes]:
    """A FeatureCollection of features that are JSON texts."""
    return encode(
        json_list(f'{{"type":"FeatureCollection","name":{to_json(feed.title)},"features":[', features, "\n]}\n")
    )


def feature(r: Record, said: Mapping[str, str]) -> str:
    """A Feature as a JSON text, with those of its properties that say something."""
    geometry = {"type": "Point", "coordinates": [r.point.lon, r.point.lat]} if r.point else None
    held = without_blanks(dict(said))
    return to_json({"type": "Feature", "id": r.id, "geometry": geometry, "properties": held})


def properties(entry: Entry, r: Record, feed: Feed) -> dict[str, str]:
    """What a map shows of a record, in words."""
    words, language = feed.words, feed.language
    return {
        "id": r.id,
        "name": r.title,
        "description": r.abstract,
        "url": r.url or feed.page(r.id),
        "type": words.label(r.type, language) if r.type else "",
        "themes": ", ".join(dict.fromkeys([words.label(theme, language) for theme in r.themes])),
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
        "origin": trail.line((Hop(*r.origin),) if r.origin else ()),
        "path": trail.line(trail.whole(r, feed.node)),
    }
