"""Simple Dublin Core as OAI-PMH requires it (``oai_dc``): text only, codes in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bridge.record import Entry, Record
from bridge.writers.edtf import bounds, w3c_date
from bridge.writers.feed import Feed, Words
from bridge.writers.stream import encode
from bridge.writers.xml import XML_DECLARATION, XSI, attribute, text

MEDIA_TYPE = "text/xml; charset=utf-8"
EXTENSION = "dc.xml"
TITLE = "Dublin Core (XML)"

OAI_DC_NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
OAI_DC_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"

_OPEN = (
    f'<oai_dc:dc xmlns:oai_dc="{OAI_DC_NAMESPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    f' xmlns:xsi="{XSI}" xsi:schemaLocation="{OAI_DC_NAMESPACE} {OAI_DC_SCHEMA}">'
)
_CLOSE = "</oai_dc:dc>"

WORKS = {"isbn": "urn:isbn:", "issn": "urn:issn:", "doi": "https://doi.org/"}
"""What makes an address of a work's identifier."""


def fragment(record: Record, words: Words) -> str:
    """One ``oai_dc:dc`` element with its own namespaces, without XML declaration."""
    # dict.fromkeys: the same organisation may be partner and funder, a keyword may repeat a theme.
    elements = _elements(record, words)
    said = dict.fromkeys([(name, text(value)) for name, values in elements for value in values if value])
    return f"{_OPEN}{''.join([f'<dc:{name}>{value}</dc:{name}>' for name, value in said if value])}{_CLOSE}"


def _elements(r: Record, words: Words) -> Iterable[tuple[str, Iterable[str]]]:
    """The values of each Dublin Core element, most useful first; empty ones are left out later."""
    label = words.label
    places = [words.place(code) for code in r.territories]
    return (
        ("title", (r.title,)),
        ("creator", [*[who.name for who in r.authors], *[who.name for who in r.leads]]),
        ("subject", [*map(label, r.themes), *r.keywords]),
        ("description", (r.abstract,)),
        ("publisher", [who.name for who in r.publishers]),
        ("contributor", [who.name for who in (*r.partners, *r.funders)]),
        ("date", (w3c_date(r.published) or r.created[:10],)),
        # Who takes one type takes the first, and the DCMI type says less.
        ("type", (label(r.type), words.dcmi_type(r.type)) if r.type else ()),
        ("format", [document.media_type for document in r.documents]),
        ("identifier", (r.url, *[WORKS.get(i.scheme, "") + i.value for i in r.identifiers], r.id)),
        ("source", (words.source(r.source),)),
        ("language", (r.language,)),
        # What a machine only proposes is no statement about the resource.
        ("relation", [x.id for x in (*r.same_as, *r.version_of, *r.related) if x.state == "confirmed"]),
        ("coverage", (*places, r.place_text, dcmi_point(r, places), dcmi_period(r.period))),
        ("rights", (*words.licence(r.licence), r.attribution)),
    )


def dcmi_point(record: Record, places: list[str]) -> str:
    """The position as a DCMI Point, named after the first of ``places``; empty when there is none."""
    if record.point is None:
        return ""
    name = (places[0] if places else record.place_text).replace("\\", "\\\\").replace(";", "\\;").replace("=", "\\=")
    named = f"name={name}; " if name else ""
    return f"{named}east={record.point.lon}; north={record.point.lat}"


def dcmi_period(period: str) -> str:
    """An EDTF interval as a DCMI Period; empty when neither end is known."""
    if not period:
        return ""
    start, end = bounds(period)
    known = [f"start={start}"] * bool(start) + [f"end={end}"] * bool(end)
    return "; ".join([*known, "scheme=W3C-DTF"]) if known else ""


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """All records in one document of our own (``records``/``record``); a withdrawn one is an empty ``record``."""
    return encode(document(entries, lambda record: fragment(record, feed.words)))


def document(entries: Iterable[Entry], fragment: Callable[[Record], str]) -> Iterator[str]:
    """Our own root around the records as OAI-PMH would give them; a withdrawn one is empty."""
    yield f"{XML_DECLARATION}<records>\n"
    for entry in entries:
        head = f'<record id="{attribute(entry.id)}" datestamp="{entry.datestamp}" status="{entry.status}">'
        yield f"{head}{fragment(entry.record) if entry.record else ''}</record>\n"
    yield "</records>\n"
