"""schema.org as JSON-LD: what search engines and data catalogues read. The context is inline: nothing is fetched."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from bridge.record import Agent, Amount, Entry, Organisation, Record
from bridge.writers.edtf import bounds, iso_period, w3c_date
from bridge.writers.feed import Feed, Words
from bridge.writers.stream import encode, json_list, live, to_json, without_blanks

MEDIA_TYPE = "application/ld+json"
EXTENSION = "jsonld"
TITLE = "schema.org (JSON-LD)"

_ADDRESSES = ("url", "isBasedOn", "license", "sameAs", "contentUrl", "exampleOfWork", "mentions")
_CONTEXT = {"@vocab": "https://schema.org/", **{name: {"@type": "@id"} for name in _ADDRESSES}}


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A graph of every live record, safe inside a ``<script>`` element as it holds no ``<``."""
    before = f'{{"@context":{to_json(_CONTEXT)},"@graph":['
    nodes = (to_json(_node(e, r, feed)).replace("<", "\\u003c") for e, r in live(entries))
    return encode(json_list(before, nodes, "\n]}\n"))


def _node(entry: Entry, r: Record, feed: Feed) -> dict[str, Any]:
    words, page = feed.words, feed.page(r.id)
    kind = (r.type and words.schema_type(r.type)) or "CreativeWork"
    node = {
        "@type": kind,
        "@id": page,
        "identifier": [r.id, *[_value(i.scheme, i.value) for i in r.identifiers]],
        "name": r.title,
        "description": r.abstract,
        "url": page,
        "isBasedOn": r.url,
        "articleBody": r.content,
        "about": [_term(concept, feed) for concept in (*r.themes, *r.habitats)],
        "keywords": r.keywords,
        "inLanguage": r.language,
        "encoding": [_media(d.url, d.media_type, d.size, d.title) for d in r.documents],
        "image": _image(r, words),
        **_where(r, words, "location" if kind == "Event" else "spatialCoverage"),
        **_when(r, kind),
        "datePublished": w3c_date(r.published),
        "dateCreated": r.created,
        "dateModified": r.modified,
        "creativeWorkStatus": words.label(r.status, feed.language) if r.status else "",
        "author": [_agent(who) for who in r.authors],
        "publisher": [_organisation(who) for who in r.publishers],
        "creator": [_organisation(who) for who in r.leads],
        "contributor": [_organisation(who) for who in r.partners],
        "funder": [_organisation(who) for who in r.funders],
        "funding": _grant(r.budget, r.funders),
        "bookEdition": r.edition,
        "isbn": [i.value for i in r.identifiers if i.scheme == "isbn"],
        "issn": [i.value for i in r.identifiers if i.scheme == "issn"],
        "sameAs": [
            *[f"https://doi.org/{i.value}" for i in r.identifiers if i.scheme == "doi"],
            *_confirmed(r.same_as, feed),
        ],
        "exampleOfWork": _confirmed(r.version_of, feed),
        "mentions": _confirmed(r.related, feed),
        "award": [words.label(concept, feed.language) for concept in r.recognitions],
        "audience": [
            {"@type": "Audience", "audienceType": words.label(concept, feed.language)} for concept in r.audiences
        ],
        "size": _sizes(r),
        "license": words.licence(r.licence)[1],
        "creditText": r.attribution,
        "provider": _provider(r, words),
        "sdPublisher": {"@type": "Organization", "name": feed.title, "url": feed.home},
        "sdDatePublished": entry.datestamp[:10],
    }
    return without_blanks(node)


def _organisation(who: Organisation) -> dict[str, Any]:
    siren = _value("siren", who.siren) if who.siren else None
    return without_blanks({"@type": "Organization", "name": who.name, "identifier": siren})


def _agent(who: Agent) -> dict[str, Any]:
    """A person or an organisation only where the source says so."""
    kinds = {"person": "Person", "organisation": "Organization"}
    return without_blanks({"@type": kinds.get(who.kind, ""), "name": who.name})


def _value(name: str, value: str) -> dict[str, str]:
    return {"@type": "PropertyValue", "propertyID": name, "value": value}


def _term(concept: str, feed: Feed) -> dict[str, str]:
    return {"@type": "DefinedTerm", "termCode": concept, "name": feed.words.label(concept, feed.language)}


def _media(url: str, media_type: str, size: int, title: str) -> dict[str, Any]:
    length = str(size) if size else ""
    return without_blanks(
        {"@type": "MediaObject", "contentUrl": url, "encodingFormat": media_type, "contentSize": length, "name": title}
    )


def _image(r: Record, words: Words) -> dict[str, Any]:
    if r.image is None:
        return {}
    licence = words.licence(r.image.licence)[1]
    return without_blanks(
        {"@type": "ImageObject", "contentUrl": r.image.url, "creditText": r.image.credit, "license": licence}
    )


def _where(r: Record, words: Words, name: str) -> dict[str, list[dict[str, Any]]]:
    """One Place a territory; the position belongs to the first, or stands alone with the source's own words."""
    places: list[dict[str, Any]] = [
        {"@type": "Place", "name": words.place(code), "identifier": code} for code in r.territories
    ]
    if not places and (r.place_text or r.point):
        places.append(without_blanks({"@type": "Place", "name": r.place_text}))
    if r.point:
        places[0]["geo"] = {"@type": "GeoCoordinates", "latitude": r.point.lat, "longitude": r.point.lon}
    return {name: places}


def _when(r: Record, kind: str) -> dict[str, str]:
    if kind == "Event":
        start, end = bounds(r.period)
        return {"startDate": start, "endDate": end}
    return {"temporalCoverage": iso_period(r.period)}


def _grant(budget: Amount | None, funders: tuple[Organisation, ...]) -> dict[str, Any]:
    if budget is None:
        return {}
    amount = {"@type": "MonetaryAmount", "value": budget.value, "currency": "EUR"}
    return without_blanks({"@type": "MonetaryGrant", "amount": amount, "funder": [_organisation(f) for f in funders]})


def _sizes(r: Record) -> list[dict[str, Any]]:
    """Surface and length with their UN/CEFACT unit codes."""
    return [
        {"@type": "QuantitativeValue", "value": value, "unitCode": unit}
        for value, unit in ((r.area_ha, "HAR"), (r.length_m, "MTR"))
        if value is not None
    ]


def _provider(r: Record, words: Words) -> dict[str, Any]:
    """The source, and the service it names for contact."""
    contact = without_blanks({"@type": "ContactPoint", **r.contact._asdict()}) if r.contact else None
    return without_blanks({"@type": "Organization", "name": words.source(r.source), "contactPoint": contact})


def _confirmed(relations: Iterable[Any], feed: Feed) -> list[str]:
    """What a person confirmed; a machine's proposal is no statement about the resource."""
    return [feed.page(relation.id) for relation in relations if relation.state == "confirmed"]
