"""DCAT in RDF/XML: the graph of ``dcat``; and, for OAI-PMH, one record as a ``dcat:Resource``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.record import Agent, Entry, Organisation, Record, Relation
from bridge.writers import rdf
from bridge.writers.dcat import agent, catalogue, concept, languages, rights, statement
from bridge.writers.edtf import bounds, w3c_date
from bridge.writers.feed import Feed, Words
from bridge.writers.oai_dc import WORKS
from bridge.writers.rdf import Node, Says, Value, addresses, dates, texts
from bridge.writers.stream import encode

MEDIA_TYPE = "application/rdf+xml"
EXTENSION = "dcat.rdf"
TITLE = "DCAT (RDF/XML)"

NAMESPACE = rdf.RDF
SCHEMA = "http://www.openarchives.org/OAI/2.0/rdf.xsd"
"""OAI-PMH wants a schema for each format; this one lets anything be inside ``rdf:RDF``."""

_DCMI_TYPES = "http://purl.org/dc/dcmitype/"
_LANGUAGE = "fr"  # of the labels: a repository says each record once, in the language of the collective


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A ``dcat:Catalog`` of the sources present among the live records."""
    return encode(rdf.rdf_xml(catalogue(entries, feed)))


def fragment(record: Record, words: Words) -> str:
    """One ``rdf:RDF`` element that holds one ``dcat:Resource``, without XML declaration."""
    return rdf.rdf_element([_resource(record, words)])


def _resource(r: Record, words: Words) -> Node:
    """A resource without address: several may share one page, and a page is not the resource."""
    return Node(
        "dcat:Resource",
        {
            "dcterms:identifier": texts(r.id, *[WORKS.get(i.scheme, "") + i.value for i in r.identifiers]),
            "dcterms:title": texts(r.title, language=r.language),
            "dcterms:description": texts(r.abstract, language=r.language),
            "dcterms:type": _types(r.type, words),
            "dcterms:creator": [*map(_person, r.authors), *map(_organisation, r.leads)],
            "dcterms:publisher": [*map(_organisation, r.publishers)] or [agent(words.source(r.source))],
            "dcterms:contributor": [_organisation(who) for who in dict.fromkeys((*r.partners, *r.funders))],
            "dcterms:language": languages(r.language),
            "dcterms:issued": dates(w3c_date(r.published)),
            "dcterms:created": dates(r.created),
            "dcterms:modified": dates(r.modified),
            "dcterms:temporal": _period(r.period),
            "dcterms:spatial": _places(r, words),
            **_rights(r, words),
            "dcterms:hasPart": addresses(*[document.url for document in r.documents]),
            "dcterms:isVersionOf": _confirmed(r.version_of),
            "dcterms:relation": [*_confirmed(r.same_as), *_confirmed(r.related)],
            "dcat:theme": [concept(code, words, _LANGUAGE) for code in (*r.themes, *r.habitats)],
            "dcat:keyword": texts(*r.keywords, *r.taxa),
            "dcat:landingPage": addresses(r.url),
        },
    )


def _types(type_: str, words: Words) -> list[Value]:
    """What DCMI calls it, and what we do."""
    if not type_:
        return []
    dcmi = words.dcmi_type(type_)
    return [*addresses(_DCMI_TYPES + dcmi if dcmi else ""), concept(type_, words, _LANGUAGE)]


def _rights(r: Record, words: Words) -> Says:
    """The licence, and the mention that it asks for."""
    found = rights(r.licence, words, _LANGUAGE)
    mention = [statement(r.attribution, "")] if r.attribution else []
    return {**found, "dcterms:rights": [*found.get("dcterms:rights", ()), *mention]}


def _period(period: str) -> list[Node]:
    start, end = map(dates, bounds(period))
    return [Node("dcterms:PeriodOfTime", {"dcat:startDate": start, "dcat:endDate": end})] if start or end else []


def _places(r: Record, words: Words) -> list[Node]:
    """The territories, else the source's own words; then the position (WKT, longitude first)."""
    named = [(words.place(code), code) for code in r.territories] or [(r.place_text, "")]
    found = [
        Node("dcterms:Location", {"skos:prefLabel": texts(name, language=_LANGUAGE), "dcterms:identifier": texts(code)})
        for name, code in named
        if name
    ]
    if r.point:
        position = texts(f"POINT({r.point.lon} {r.point.lat})", datatype="geo:wktLiteral")
        found.append(Node("dcterms:Location", {"dcat:centroid": position}))
    return found


def _confirmed(relations: Iterable[Relation]) -> list[Node]:
    """Other records by identifier; what a machine only proposes is no statement about the resource."""
    return [Node("dcat:Resource", {"dcterms:identifier": texts(x.id)}) for x in relations if x.state == "confirmed"]


def _person(who: Agent) -> Node:
    return agent(who.name, "foaf:Person" if who.kind == "person" else "foaf:Agent")


def _organisation(who: Organisation) -> Node:
    return agent(who.name)
