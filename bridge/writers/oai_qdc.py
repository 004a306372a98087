"""Qualified Dublin Core (``oai_qdc``): DCMI terms, each value with the scheme it is written in.

The container is OCLC's, which CONTENTdm and Omeka give and DPLA and Repox harvest under this prefix; DSpace has one of
its own. Inside both, elements and ``xsi:type`` are those of DCMI's schemas of 2008
(https://www.dublincore.org/schemas/xmls/): the fifteen of Dublin Core as ``dc:``, what refines them as ``dcterms:``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bridge.record import Entry, Identifier, Record
from bridge.writers.edtf import w3c_date
from bridge.writers.feed import Feed, Words
from bridge.writers.oai_dc import WORKS, dcmi_period, dcmi_point, document
from bridge.writers.rdf import LANGUAGE, date_type, iri
from bridge.writers.stream import encode
from bridge.writers.xml import XSI, text

MEDIA_TYPE = "text/xml; charset=utf-8"
EXTENSION = "qdc.xml"
TITLE = "Dublin Core qualifié (XML)"

NAMESPACE = "http://worldcat.org/xmlschemas/qdc-1.0/"
SCHEMA = "http://worldcat.org/xmlschemas/qdc/1.0/qdc-1.0.xsd"

_OPEN = (
    f'<oai_qdc:qualifieddc xmlns:oai_qdc="{NAMESPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    f' xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="{XSI}" xsi:schemaLocation="{NAMESPACE} {SCHEMA}">'
)
_CLOSE = "</oai_qdc:qualifieddc>"
_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)


class _Value(NamedTuple):
    """A value of an element: in a language, or written in an encoding scheme of ``dcterms``."""

    text: str
    scheme: str = ""
    language: str = ""


def fragment(record: Record, words: Words) -> str:
    """One ``oai_qdc:qualifieddc`` element with its own namespaces, without XML declaration."""
    said = dict.fromkeys([(name, value) for name, values in _elements(record, words) for value in values])
    return f"{_OPEN}{''.join([_element(name, value) for name, value in said])}{_CLOSE}"


def _element(name: str, value: _Value) -> str:
    content = text(value.text)
    if not content:
        return ""
    scheme = f' xsi:type="dcterms:{value.scheme}"' if value.scheme else ""
    language = f' xml:lang="{value.language}"' if LANGUAGE.fullmatch(value.language) else ""
    return f"<{name}{scheme}{language}>{content}</{name}>"


def _elements(r: Record, words: Words) -> Iterable[tuple[str, list[_Value]]]:
    """The values of each element, most useful first; empty ones are left out later."""
    label, said = words.licence(r.licence)
    places = [words.place(code) for code in r.territories]
    confirmed = [x.id for x in (*r.same_as, *r.related) if x.state == "confirmed"]
    return (
        ("dc:title", _plain(r.title, language=r.language)),
        ("dc:creator", _plain(*[who.name for who in r.authors], *[who.name for who in r.leads])),
        ("dc:subject", [*_labels((*r.themes, *r.habitats), words), *_plain(*r.keywords, *r.taxa)]),
        ("dcterms:abstract", _plain(r.abstract, language=r.language)),
        ("dc:publisher", _plain(*[who.name for who in r.publishers])),
        ("dc:contributor", _plain(*[who.name for who in (*r.partners, *r.funders)])),
        ("dcterms:issued", _dates(w3c_date(r.published))),
        ("dcterms:created", _dates(r.created)),
        ("dcterms:modified", _dates(r.modified)),
        ("dc:type", [*_labels([r.type], words), _Value(words.dcmi_type(r.type) if r.type else "", "DCMIType")]),
        ("dc:format", [_media_type(file.media_type) for file in r.documents]),
        ("dcterms:extent", _plain(*[f"{file.size} octets" for file in r.documents if file.size])),
        ("dc:identifier", [*_addresses(r.url, *map(_work, r.identifiers)), *_plain(r.id)]),
        ("dcterms:bibliographicCitation", _plain(_citation(r))),
        ("dc:source", _plain(words.source(r.source))),
        ("dcterms:isPartOf", _plain(words.source(r.source))),
        ("dcterms:isVersionOf", _plain(*[x.id for x in r.version_of if x.state == "confirmed"])),
        ("dcterms:hasPart", _addresses(*[file.url for file in r.documents])),
        ("dc:relation", _plain(*confirmed)),
        # RFC 5646 replaces RFC 4646 and keeps its tags, but DCMI's schemas do not know its name.
        ("dc:language", [_Value(r.language, "RFC4646" if LANGUAGE.fullmatch(r.language) else "")]),
        ("dcterms:spatial", [*_plain(*places, r.place_text), _Value(dcmi_point(r, places), "Point")]),
        # Territories are those of the French code officiel géographique.
        ("dcterms:spatial", [_Value("FR" if places else "", "ISO3166")]),
        ("dcterms:temporal", [_Value(dcmi_period(r.period), "Period"), *_plain(r.period_text)]),
        ("dcterms:audience", _labels(r.audiences, words)),
        ("dcterms:license", _addresses(said)),
        ("dc:rights", _plain(label, r.attribution)),
    )


def _plain(*values: str, language: str = "") -> list[_Value]:
    return [_Value(value, language=language) for value in values]


def _labels(concepts: Iterable[str], words: Words) -> list[_Value]:
    return [_Value(words.label(concept), language="fr") for concept in concepts if concept]


def _addresses(*values: str) -> list[_Value]:
    return [_Value(iri(value), "URI") for value in values]


def _dates(value: str) -> list[_Value]:
    return [_Value(value, "W3CDTF" if date_type(value) else "")]


def _media_type(value: str) -> _Value:
    return _Value(value, "IMT" if _MEDIA_TYPE.fullmatch(value) else "")


def _work(identifier: Identifier) -> str:
    return WORKS.get(identifier.scheme, "") + identifier.value


def _citation(r: Record) -> str:
    """Of a published work: « Authors. Title. Edition. Publishers, date. »; empty for what has no publisher."""
    if not r.publishers:
        return ""
    published = [*[who.name for who in r.publishers], w3c_date(r.published)]
    parts = [", ".join([who.name for who in r.authors]), r.title, r.edition, ", ".join(filter(None, published))]
    return " ".join([f"{part.rstrip('.')}." for part in parts if part])


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """All records in one document of our own (``records``/``record``); a withdrawn one is an empty ``record``."""
    return encode(document(entries, lambda record: fragment(record, feed.words)))
