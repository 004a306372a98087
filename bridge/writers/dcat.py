"""DCAT as JSON-LD: for data portals. A guide is no dataset; what one source shares, whole, is one.

DCAT 3 (https://www.w3.org/TR/vocab-dcat-3/) as DCAT-AP 3 restricts it (https://semiceu.github.io/DCAT-AP/releases/3.0.0/);
``dcat_ttl`` and ``dcat_xml`` write the same graph. data.gouv.fr (udata) and CKAN read all three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urljoin

from bridge.record import Entry, Point, Record
from bridge.writers import csv_file, geojson, json_flat, rdf
from bridge.writers.feed import Feed, Words
from bridge.writers.rdf import Address, Node, Says, addresses, dates, texts
from bridge.writers.stream import encode, live

MEDIA_TYPE = "application/ld+json"
EXTENSION = "dcat.jsonld"
TITLE = "DCAT (JSON-LD)"

MOST_THEMES = 10
"""Of a dataset: the most frequent ones."""
_OAI_PMH = "http://www.openarchives.org/OAI/2.0/"
_IANA = "https://www.iana.org/assignments/media-types/"
_EU = "http://publications.europa.eu/resource/authority/"
# DCAT-AP names languages as the European institutions do; their codes are those of ISO 639-3.
_LANGUAGES = {"fr": "FRA", "en": "ENG", "de": "DEU", "es": "SPA", "it": "ITA", "nl": "NLD", "pt": "POR"}
# The file types of the European institutions, the media types of IANA.
_FILES = (
    (csv_file, "CSV", "text/csv"),
    (geojson, "GEOJSON", "application/geo+json"),
    (json_flat, "JSON", "application/json"),
)


class _Sentences(NamedTuple):
    """What portals show to people. ``{many}`` when there is more than one resource."""

    catalogue: str
    title: str
    one: str
    many: str
    rights: str


_SENTENCES = {
    "fr": _Sentences(
        "Les ressources sur la biodiversité que partagent les organisations du réseau, un jeu de données par source.",
        "Ressources partagées par {source}",
        "{count} ressource sur la biodiversité partagée par {source} : {what}.",
        "{count} ressources sur la biodiversité partagées par {source} : {what}.",
        "Chaque ressource garde sa propre licence, indiquée avec elle.",
    ),
    "en": _Sentences(
        "The biodiversity resources that the organisations of the network share, one dataset a source.",
        "Resources shared by {source}",
        "{count} biodiversity resource shared by {source}: {what}.",
        "{count} biodiversity resources shared by {source}: {what}.",
        "Each resource keeps its own licence, given with it.",
    ),
}
_WHAT = {
    "fr": "titre, résumé, thèmes, territoire, dates, licence et adresse de la page d’origine",
    "en": "title, abstract, themes, place, dates, licence and address of the original page",
}


@dataclass(slots=True)
class _Tally:
    """What is remembered of a source's records: nothing that grows with their number."""

    count: int = 0
    newest: str = ""
    licences: set[str] = field(default_factory=set)
    languages: set[str] = field(default_factory=set)
    themes: Counter[str] = field(default_factory=Counter)
    box: tuple[float, float, float, float] | None = None

    def add(self, entry: Entry, record: Record) -> None:
        self.count += 1
        self.newest = max(self.newest, entry.datestamp)
        self.licences.add(record.licence)
        self.languages.add(record.language)
        self.themes.update(record.themes)
        if record.point:
            self.box = _around(record.point, self.box)


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A ``dcat:Catalog`` of the sources present among the live records."""
    return encode(rdf.json_ld(catalogue(entries, feed)))


def catalogue(entries: Iterable[Entry], feed: Feed) -> list[Node]:
    """The graph: the catalogue, then its datasets, each with its distributions."""
    tallies: dict[str, _Tally] = {}
    for entry, record in live(entries):
        tallies.setdefault(record.source, _Tally()).add(entry, record)
    says, here = _said(feed), feed.language
    publisher = Node("foaf:Agent", {"foaf:name": texts(feed.title), "foaf:homepage": addresses(feed.home)})
    whole = Node(
        "dcat:Catalog",
        {
            "dcterms:title": texts(feed.title, language=here),
            "dcterms:description": texts(feed.description or says.catalogue, language=here),
            "dcterms:publisher": [publisher],
            "dcterms:language": languages(here),
            "dcterms:modified": dates(max((tally.newest for tally in tallies.values()), default="")),
            "dcterms:rights": [statement(says.rights, here)],
            "foaf:homepage": addresses(feed.home),
            "dcat:themeTaxonomy": addresses(f"{feed.concepts}theme" if feed.concepts else ""),
            "dcat:dataset": [_dataset(source, tally, feed) for source, tally in sorted(tallies.items())],
        },
        f"{feed.home}#catalogue",
    )
    return [whole]


def _dataset(source: str, tally: _Tally, feed: Feed) -> Node:
    words, here, says = feed.words, feed.language, _said(feed)
    name, page = words.source(source), f"{feed.home}sources/{quote(source, safe='')}"
    sentence = says.one if tally.count == 1 else says.many
    themes = [theme for theme, _ in sorted(tally.themes.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_THEMES]]
    rights = _rights(tally.licences, feed)
    return Node(
        "dcat:Dataset",
        {
            "dcterms:identifier": texts(feed.tag(source)),
            "dcterms:title": texts(says.title.format(source=name), language=here),
            "dcterms:description": texts(
                sentence.format(count=tally.count, source=name, what=_WHAT[_tongue(here)]), language=here
            ),
            "dcterms:publisher": [agent(name)],
            **rights,
            "dcterms:language": languages(*sorted(tally.languages)),
            "dcterms:modified": dates(tally.newest),
            "dcterms:spatial": _location(tally.box),
            "dcat:keyword": texts(*[words.label(theme, here) for theme in themes], language=here),
            "dcat:theme": [
                Address(f"{_EU}data-theme/ENVI"),
                *[concept(theme, words, here, feed.concepts) for theme in themes],
            ],
            "dcat:landingPage": addresses(page),
            "dcat:distribution": _distributions(source, page, rights, feed),
        },
        f"{page}#donnees",
    )


def _distributions(source: str, page: str, rights: Says, feed: Feed) -> list[Node]:
    """The source's records as files, narrowed further by the filters of this document, and from the repository."""
    address, _, query = feed.url.partition("?")
    filters = [(key, value) for key, value in parse_qsl(query) if key != "source"]
    asked = urlencode([*filters, ("source", source)])
    found = []
    for writer, type_, media_type in _FILES:
        file = f"{urljoin(address, f'feed.{writer.EXTENSION}')}?{asked}"
        says: Says = {
            "dcterms:title": texts(writer.TITLE, language="fr"),
            "dcat:accessURL": addresses(file),
            "dcat:downloadURL": addresses(file),
            **_format(type_, media_type),
            **rights,
        }
        found.append(Node("dcat:Distribution", says, f"{page}#{type_.lower()}"))
    # The repository knows sets, not filters.
    narrowed = filters or urljoin(address, ".") != feed.home
    return found if narrowed else [*found, _harvest(source, page, rights, feed)]


def _harvest(source: str, page: str, rights: Says, feed: Feed) -> Node:
    provider = f"{feed.home}oai"
    asked = urlencode([("verb", "ListRecords"), ("metadataPrefix", "oai_dc"), ("set", f"partner:{source}")])
    says: Says = {
        "dcterms:title": texts("OAI-PMH (Dublin Core)"),
        "dcat:accessURL": addresses(f"{provider}?{asked}"),
        "dcat:accessService": [
            Node(
                "dcat:DataService",
                {
                    "dcterms:title": texts("OAI-PMH"),
                    "dcterms:conformsTo": addresses(_OAI_PMH),
                    "dcat:endpointURL": addresses(provider),
                },
                f"{provider}#service",
            )
        ],
        **_format("XML", "application/xml"),
        **rights,
    }
    return Node("dcat:Distribution", says, f"{page}#oai")


def _format(type_: str, media_type: str) -> Says:
    return {
        "dcterms:format": addresses(f"{_EU}file-type/{type_}"),
        "dcat:mediaType": addresses(_IANA + media_type),
    }


def _rights(licences: set[str], feed: Feed) -> Says:
    """The licence when the records all have the same, else a sentence."""
    if len(licences) == 1:
        return rights(next(iter(licences)), feed.words, feed.language)
    return {"dcterms:rights": [statement(_said(feed).rights, feed.language)]}


def rights(licence: str, words: Words, language: str) -> Says:
    """A licence by its address (portals know them by it), or else what it is called."""
    label, address = words.licence(licence)
    # Not described any further: udata would take its label rather than its address.
    known = addresses(address)
    return {"dcterms:license": known} if known else {"dcterms:rights": [statement(label, language)]}


def statement(sentence: str, language: str) -> Node:
    """Rights, in words."""
    return Node("dcterms:RightsStatement", {"rdfs:label": texts(sentence, language=language)})


def agent(name: str, kind: str = "foaf:Agent") -> Node:
    """Someone, by name."""
    return Node(kind, {"foaf:name": texts(name)})


def concept(id: str, words: Words, language: str, base: str = "") -> Node:
    """A concept of the vocabulary, as readers that do not fetch it need it; without address when there is no base."""
    says = {
        "skos:prefLabel": texts(words.label(id, language), language=language),
        "skos:notation": texts(id),
    }
    return Node("skos:Concept", says, base and rdf.iri(base + quote(id)))


def languages(*tags: str) -> list[Address]:
    """Languages by their address: of the European institutions, else of the Library of Congress (ISO 639-1)."""
    found = dict.fromkeys(tag.partition("-")[0].lower() for tag in tags)
    return addresses(*[_language(code) for code in found if len(code) == 2 and code.isalpha()])


def _language(code: str) -> str:
    known = _LANGUAGES.get(code)
    return f"{_EU}language/{known}" if known else f"http://id.loc.gov/vocabulary/iso639-1/{code}"


def _around(point: Point, box: tuple[float, float, float, float] | None) -> tuple[float, float, float, float]:
    lon, lat = point.lon, point.lat
    west, south, east, north = box or (lon, lat, lon, lat)
    return min(west, lon), min(south, lat), max(east, lon), max(north, lat)


def _location(box: tuple[float, float, float, float] | None) -> list[Node]:
    """The rectangle that holds the positions (WKT, longitude first); none when it has no surface."""
    if box is None or box[0] == box[2] or box[1] == box[3]:
        return []
    west, south, east, north = box
    corners = ((west, south), (east, south), (east, north), (west, north), (west, south))
    ring = ", ".join(f"{lon} {lat}" for lon, lat in corners)
    return [Node("dcterms:Location", {"dcat:bbox": texts(f"POLYGON(({ring}))", datatype="geo:wktLiteral")})]


def _said(feed: Feed) -> _Sentences:
    return _SENTENCES[_tongue(feed.language)]


def _tongue(language: str) -> str:
    return language if language in _SENTENCES else "fr"
