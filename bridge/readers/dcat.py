"""Catalogues of data in DCAT (https://www.w3.org/TR/vocab-dcat-3/, and DCAT-AP): JSON-LD or RDF/XML, page after page.

``url`` is the address of the catalogue. Its pages are followed as Hydra tells (``hydra:next``), on its own site.

``data`` of an item is a dataset: ``title``, ``description`` and, in other languages than French, ``title@en``… ;
``identifier``, ``url`` (landing page), ``keywords``, ``themes`` (labels), ``type``, ``spatial`` (labels), ``insee``,
``departement``, ``region`` (codes), ``bbox`` (west, south, east, north), ``geometry`` (its centre, when it is small),
``temporal`` (``start/end``), ``publisher``, ``creator`` (organisations), ``licence``, ``created``, ``modified``,
``language``, ``documents`` (``url``, ``title``, ``media_type``, ``size``). Contact points are never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bridge.errors import ReadError
from bridge.readers import decode, linked_data, listing, paging
from bridge.readers.linked_data import Resources
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

_DATASETS = frozenset({"Dataset", "DatasetSeries", "DataService"})
_CATALOGUES = frozenset({"Catalog", "CatalogRecord", "Distribution", *_DATASETS})
_PERSONS = frozenset({"Person", "Individual"})
_COG = re.compile(r"(?:[/:#])(commune|departement|region)s?[/:_](\d[\dAB]\d{0,3})\b", re.I)
_FILE_TYPES = re.compile(r"(?:file-type|media-types)/(.+)\Z")
_NUMBER = r"\s*(-?\d{1,4}(?:\.\d{1,30})?)\s*"
_PAIR = re.compile(rf"\[?{_NUMBER}[,\s]{_NUMBER}")
_BOX = re.compile(rf"{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}")
_GEOMETRY_MAX = 20_000
_SMALL = 0.2  # degrees: beyond, the centre of a box is no place
_INSIDE_MAX = 200
_HEAD = 4000


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The catalogue itself."""
    return Request(url)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The datasets of one page.

    Raises:
        ReadError: neither JSON-LD nor RDF/XML, no catalogue, or pages that go round in circles.
    """
    resources, problems = _resources(response)
    if not any(_CATALOGUES.intersection(one["@type"]) for one in resources.values()):
        raise ReadError(
            "Aucun catalogue DCAT dans la réponse.", "Donnez l'adresse du catalogue en JSON-LD ou en RDF/XML."
        )
    records = _records(resources)
    items = [_item(one, resources, records) for one in resources.values() if _DATASETS.intersection(one["@type"])]
    following: tuple[Request, ...] = ()
    count = response.carry.get("count", 0) + len(items)
    announced = _total(resources)
    total = response.carry.get("total") if announced is None else announced
    moved = paging.moved(response, announced, "jeux de données")
    problems += moved
    whole = not moved
    if address := _next(resources):
        if there := paging.same_site(response.url, address):
            known = {"count": count} if total is None else {"count": count, "total": total}
            following = (Request(there, {**known, **paging.step(response, response.url, there)}),)
        else:
            problems.append(Problem("La suite du catalogue est sur un autre site : elle n'est pas lue."))
            whole = False
    elif not count:
        problems.append(Problem("Le catalogue est vide."))
        whole = False
    elif whole and total is not None and count < total:
        problems.append(Problem(f"Le catalogue annonçait {total} jeux de données et en a livré {count}."))
        whole = False
    return listing.page(response, items, problems, whole=whole, next=following, total=announced)


def _resources(response: Response) -> tuple[Resources, list[Problem]]:
    if decode.text(response.body[:_HEAD], response.charset).lstrip()[:1] != "<":
        return linked_data.from_json(decode.json(response)), []
    with decode.uncollected():
        root, problems = decode.xml(response)
        return linked_data.from_xml(root), problems


def _next(resources: Resources) -> str:
    """Where Hydra says that the catalogue goes on."""
    for one in resources.values():
        for name in ("next", "nextPage"):
            for address in _addresses(one, name):
                return address
    return ""


def _total(resources: Resources) -> int | None:
    for one in resources.values():
        for text, _ in linked_data.texts(one, "totalItems"):
            return listing.count(text)
    return None


def _records(resources: Resources) -> dict[str, dict[str, Any]]:
    """Dataset -> the record that the catalogue keeps of it."""
    return {
        address: one
        for one in resources.values()
        if "CatalogRecord" in one["@type"]
        for address in _addresses(one, "primaryTopic")
    }


def _addresses(resource: Mapping[str, Any], *names: str) -> Iterator[str]:
    """What the values under these names lead to: identifiers, and texts that are web addresses."""
    for name in names:
        for value in resource.get(name, ()):
            found = value.get("@id", value.get("@value")) if isinstance(value, dict) else value
            if isinstance(found, str) and found.strip():
                yield found.strip()


def _inside(resource: Mapping[str, Any], resources: Resources, *names: str) -> Iterator[dict[str, Any]]:
    """The resources under these names; one that is nowhere described has its identifier only."""
    found = [value for name in names for value in resource.get(name, ())]
    for value in found[:_INSIDE_MAX]:
        if isinstance(value, dict) and isinstance(identifier := value.get("@id"), str):
            yield resources.get(identifier, {"@id": identifier, "@type": []})


def _web(address: str) -> str:
    return address if address.startswith(("http://", "https://")) else ""


def _item(one: dict[str, Any], resources: Resources, records: Mapping[str, dict[str, Any]]) -> Item:
    record = records.get(one["@id"], {})
    identifier = next((text for text, _ in linked_data.texts(one, "identifier")), "")
    url = next(filter(None, map(_web, _addresses(one, "landingPage", "page", "homepage"))), "") or _web(one["@id"])
    data = {
        **_by_language(one, "title"),
        **_by_language(one, "description"),
        "identifier": identifier,
        "url": url,
        "keywords": _preferred(one, "keyword"),
        "themes": _labels(one, resources, "theme", "subject"),
        "type": _labels(one, resources, "type"),
        **_places(one, resources),
        "temporal": _period(one, resources),
        "publisher": _publishers(one, resources),
        "creator": _creators(one, resources),
        "licence": _licence(one, resources),
        "created": _first(one, "issued", "created"),
        "modified": _first(one, "modified") or _first(record, "modified"),
        "language": _labels(one, resources, "language"),
        "documents": [found for each in _inside(one, resources, "distribution") if (found := _document(each))],
    }
    name = listing.local_id(identifier) or ("" if one["@id"].startswith("_:") else listing.local_id(one["@id"]))
    return Item(name, {key: value for key, value in data.items() if value}, url)


def _first(resource: Mapping[str, Any], *names: str) -> str:
    return next((text for text, _ in linked_data.texts(resource, *names)), "")


def _by_language(one: Mapping[str, Any], name: str) -> dict[str, str]:
    """The text in French, without language or else the first one, under its name; the others with their language."""
    found: dict[str, str] = {}
    for text, language in linked_data.texts(one, name):
        found.setdefault(language, text)
    main = next((language for language in ("fr", "") if language in found), next(iter(found), ""))
    return {name if language == main else f"{name}@{language or 'und'}": text for language, text in found.items()}


def _preferred(one: Mapping[str, Any], *names: str) -> list[str]:
    """The texts in French (or without language) when there are some, else all of them."""
    found = list(linked_data.texts(one, *names))
    chosen = [text for text, language in found if language in ("fr", "")]
    return list(dict.fromkeys(chosen or [text for text, _ in found]))


def _named(one: Mapping[str, Any]) -> str:
    return next(iter(_preferred(one, "prefLabel", "label", "name", "title", "altLabel", "notation")), "")


def _labels(one: Mapping[str, Any], resources: Resources, *names: str) -> list[str]:
    """Literals, labels of described resources, else the last word of their addresses."""
    found = _preferred(one, *names)
    for each in _inside(one, resources, *names):
        label = _named(each) or ("" if each["@id"].startswith("_:") else linked_data.short(each["@id"]))
        if label:
            found.append(label)
    return list(dict.fromkeys(found))


def _publishers(one: Mapping[str, Any], resources: Resources) -> list[str]:
    found = [text for text in _preferred(one, "publisher") if not _web(text)]
    found += [_named(each) for each in _inside(one, resources, "publisher") if not _PERSONS.intersection(each["@type"])]
    return list(dict.fromkeys(filter(None, found)))


def _creators(one: Mapping[str, Any], resources: Resources) -> list[str]:
    """Those that are said to be organisations: an author without more is a person more often than not."""
    makers = _inside(one, resources, "creator")
    found = [_named(each) for each in makers if any("Organi" in name for name in each["@type"])]
    return list(dict.fromkeys(filter(None, found)))


def _licence(one: Mapping[str, Any], resources: Resources) -> str:
    """The licence of the dataset, else the one that all its files have: an address, else words."""
    for holders in ([one], list(_inside(one, resources, "distribution"))):
        found = {
            next(filter(None, map(_web, _addresses(each, "license"))), "")
            or next(iter(_labels(each, resources, "license")), "")
            or next(filter(None, map(_web, _addresses(each, "rights"))), "")
            for each in holders
        }
        if len(found) == 1 and (said := found.pop()):
            return said
    return ""


def _document(file: Mapping[str, Any]) -> dict[str, Any]:
    url = next(filter(None, map(_web, _addresses(file, "downloadURL", "accessURL"))), "")
    if not url:
        return {}
    types = [*_addresses(file, "mediaType", "format")]
    media_type = next((found[1] for each in types if (found := _FILE_TYPES.search(each))), types[0] if types else "")
    size = listing.number(_first(file, "byteSize"))
    data = {"url": url, "title": next(iter(_preferred(file, "title")), ""), "media_type": media_type[:100]}
    return {key: value for key, value in {**data, "size": int(size) if size and size > 0 else 0}.items() if value}


def _period(one: Mapping[str, Any], resources: Resources) -> str:
    for text in _preferred(one, "temporal"):
        return text
    for each in _inside(one, resources, "temporal"):
        begin = _first(each, "startDate", "hasBeginning", "start")
        end = _first(each, "endDate", "hasEnd", "end")
        if begin or end:
            return f"{begin[:10] or '..'}/{end[:10] or '..'}"
    return ""


# Places


def _places(one: Mapping[str, Any], resources: Resources) -> dict[str, Any]:
    labels: list[str] = list(_preferred(one, "spatial"))
    codes: dict[str, list[str]] = {"commune": [], "departement": [], "region": []}
    box: tuple[float, float, float, float] | None = None
    for each in _inside(one, resources, "spatial"):
        known = [each["@id"], *_addresses(each, "identifier", "geographicIdentifier", "sameAs")]
        found = [match for address in known if (match := _COG.search(address))]
        for match in found:
            codes[match[1].lower()].append(match[2].upper())
        if label := _named(each):
            labels.append(label)
        shapes = [each, *_inside(each, resources, "geometry")]
        box = box or next(filter(None, (_box(text) for shape in shapes for text in _shapes(shape))), None)
    centre = None
    if box and box[2] - box[0] <= _SMALL and box[3] - box[1] <= _SMALL:
        centre = listing.centre([[box[0], box[1]], [box[2], box[3]]])
    return {
        "spatial": list(dict.fromkeys(labels)),
        "insee": list(dict.fromkeys(codes["commune"])),
        "departement": list(dict.fromkeys(codes["departement"])),
        "region": list(dict.fromkeys(codes["region"])),
        "bbox": list(box) if box else [],
        "geometry": {"lon": centre[0], "lat": centre[1]} if centre else {},
    }


def _shapes(place: Mapping[str, Any]) -> Iterator[str]:
    for name in ("bbox", "centroid", "geometry", "asWKT", "asGeoJSON"):
        yield from (text for text, _ in linked_data.texts(place, name))


def _box(text: str) -> tuple[float, float, float, float] | None:
    """The bounds of WKT, GeoJSON or « west, south, east, north », longitude first; None when they are out of the
    world."""
    text = text[:_GEOMETRY_MAX]
    if found := _BOX.fullmatch(text):
        west, south, east, north = map(float, found.groups())
        pairs = [(west, south), (east, north)]
    else:
        pairs = [(float(lon), float(lat)) for lon, lat in _PAIR.findall(text)]
    if not pairs or any(abs(lon) > 180 or abs(lat) > 90 for lon, lat in pairs):
        return None
    lons, lats = zip(*pairs, strict=True)
    return min(lons), min(lats), max(lons), max(lats)
