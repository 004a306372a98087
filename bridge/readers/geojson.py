"""GeoJSON (RFC 7946): FeatureCollection, one Feature, the layers of a uMap export; pages of OGC API Features.

Option: ``id`` (the property that identifies a feature, when ``Feature.id`` does not).

``data`` of an item is the feature's properties, with ``geometry`` (``lon``, ``lat``; the centre of the bounds when it
is not a point) and, in a uMap, ``layer`` (the layer's name).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bridge.errors import ReadError
from bridge.readers import decode, listing, paging
from bridge.readers.trail import path_of
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The file or service itself."""
    return Request(url)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The features of one document.

    Raises:
        ReadError: not GeoJSON.
    """
    document = decode.json(response)
    items, outside, strange = [], 0, 0
    for feature, layer in _features(document):
        if not isinstance(feature, dict):
            strange += 1
            continue
        item, misplaced = _item(feature, layer, str(options.get("id") or ""))
        outside += misplaced
        items.append(item)
    problems = listing.strangers(strange)
    if outside:
        problems.append(Problem(f"Position illisible ou hors du monde (autre projection ?) : {outside} objet(s)."))
    announced = count if type(count := document.get("numberMatched")) is int else None
    total = response.carry.get("total") if announced is None else announced
    came = response.carry.get("came", 0) + len(items) + strange
    following = _following(document, response, {"came": came, "total": total} if total is not None else {})
    doubts = paging.moved(response, announced, "objets")
    if not doubts and not following and total is not None and came < total:
        doubts.append(Problem(f"La source annonçait {total} objets et en a livré {came}."))
    whole = not strange and not doubts
    return listing.page(response, items, problems + doubts, whole=whole, next=following, total=announced)


def _features(document: Any) -> Iterator[tuple[Any, str]]:
    kind = document.get("type") if isinstance(document, dict) else None
    if kind == "FeatureCollection" and isinstance(document.get("features"), list):
        for feature in document["features"]:
            yield feature, ""
    elif kind == "Feature":
        yield document, ""
    elif kind == "umap" and isinstance(document.get("layers"), list):
        for layer in document["layers"]:
            settings = layer.get("_umap_options") or layer.get("_storage") if isinstance(layer, dict) else None
            name = settings.get("name") if isinstance(settings, dict) else None
            for feature, _ in _features({"type": "FeatureCollection", **layer} if isinstance(layer, dict) else layer):
                yield feature, name if isinstance(name, str) else ""
    else:
        raise ReadError(
            "La réponse n'est pas du GeoJSON (FeatureCollection attendue).", "Vérifiez l'adresse de la source."
        )


def _item(feature: Mapping[str, Any], layer: str, key: str) -> tuple[Item, bool]:
    given = feature.get("properties")
    properties = {k: v for k, v in given.items() if k != "_umap_options"} if isinstance(given, dict) else {}
    geometry = feature.get("geometry")
    shape = geometry.get("coordinates") if isinstance(geometry, dict) else None
    point = listing.centre(shape)
    data: dict[str, Any] = dict(properties)
    if point:
        data["geometry"] = {"lon": point[0], "lat": point[1]}
    if layer:
        data["layer"] = layer
    name = listing.local_id(properties.get(key)) if key else listing.local_id(feature.get("id"))
    return Item(name or listing.named(data), data, path=path_of(data)), bool(shape) and point is None


def _following(document: Mapping[str, Any], response: Response, known: Mapping[str, Any]) -> tuple[Request, ...]:
    links = document.get("links")
    for link in links if isinstance(links, list) else ():
        if isinstance(link, dict) and link.get("rel") == "next" and isinstance(link.get("href"), str):
            there = paging.same_site(response.url, link["href"])
            return (Request(there, {**known, **paging.step(response, response.url, there)}),) if there else ()
    return ()
