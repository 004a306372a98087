"""The whole record in XML (``pv``): what bridges and plugins speak to each other. Its schema is ``plugins/pv.xsd``.

Elements bear the names of the record's fields, in the same order, repeated where a field holds many; codes are
attributes beside the words that people read, so that it reads back without loss. What moves by itself (``harvested``,
the datestamps of the path) is not the record's content and is not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from operator import attrgetter
from typing import Any, cast

from bridge.record import (
    Agent,
    Amount,
    Contact,
    Document,
    Entry,
    Hop,
    Identifier,
    Image,
    Organisation,
    Origin,
    Point,
    Record,
    Relation,
)
from bridge.writers.feed import Feed, Words
from bridge.writers.stream import encode
from bridge.writers.xml import PV_NAMESPACE as PV_NAMESPACE
from bridge.writers.xml import XML_DECLARATION, XSI, attribute, text

MEDIA_TYPE = "text/xml; charset=utf-8"
EXTENSION = "pv.xml"
TITLE = "Fiches complètes (XML)"

_NAMESPACES = f'xmlns:pv="{PV_NAMESPACE}" xmlns:xsi="{XSI}"'
# Relative to the repository and the feeds, which are neighbours: a fragment must not depend on the bridge's address.
_LOCATION = f'xsi:schemaLocation="{PV_NAMESPACE} schemas/pv.xsd"'
_OPEN = f"<pv:record {_NAMESPACES} {_LOCATION}>"
_CLOSE = "</pv:record>"

_Element = Callable[[Any, Words], str]


def _text(tag: str) -> _Element:
    return lambda value, words: f"<pv:{tag}>{text(value)}</pv:{tag}>"


def _number(tag: str) -> _Element:
    return lambda value, words: f"<pv:{tag}>{value!r}</pv:{tag}>"


def _coded(tag: str, shown: Callable[[Words, str], str]) -> _Element:
    return lambda code, words: f'<pv:{tag} code="{attribute(code)}">{text(shown(words, code))}</pv:{tag}>'


def _concept(tag: str) -> _Element:
    return _remembered(_coded(tag, lambda words, code: words.label(code)))


def _remembered(element: _Element) -> _Element:
    """For codes, which come back at each record and always mean the same."""
    known: Any = lru_cache(1 << 13)(element)
    return cast(_Element, known)


def _nested(tag: str, kind: Any, content: str = "", without: str = "") -> _Element:
    """A named tuple: its member ``content`` is the element's text, the others are attributes unless left at default."""
    defaults = kind._field_defaults
    members = [
        (i, name.replace("_", "-"), defaults.get(name))
        for i, name in enumerate(kind._fields)
        if name not in (content, without)
    ]
    inside = kind._fields.index(content) if content else None

    def element(value: Any, words: Words) -> str:
        named = "".join([f' {name}="{_atom(value[i])}"' for i, name, default in members if value[i] != default])
        if inside is None or not value[inside]:
            return f"<pv:{tag}{named}/>"
        return f"<pv:{tag}{named}>{_atom(value[inside])}</pv:{tag}>"

    return element


def _atom(value: Any) -> str:
    if isinstance(value, str):
        return attribute(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _each(element: _Element) -> _Element:
    return lambda values, words: "".join([element(value, words) for value in values])


_ELEMENTS: dict[str, _Element] = {
    "id": _text("id"),
    "source": _coded("source", lambda words, code: words.source(code)),
    "title": _text("title"),
    "origin": _nested("origin", Origin, "id"),
    "path": _each(_nested("hop", Hop, "id", without="datestamp")),
    "abstract": _text("abstract"),
    "content": _text("content"),
    "type": _concept("type"),
    "themes": _each(_concept("theme")),
    "keywords": _each(_text("keyword")),
    "url": _text("url"),
    "documents": _each(_nested("document", Document, "title")),
    "territories": _each(_remembered(_coded("territory", lambda words, code: words.place(code)))),
    "place_text": _text("place-text"),
    "point": _nested("point", Point),
    "scale": _concept("scale"),
    "period": _text("period"),
    "period_text": _text("period-text"),
    "status": _concept("status"),
    "published": _text("published"),
    "authors": _each(_nested("author", Agent, "name")),
    "publishers": _each(_nested("publisher", Organisation, "name")),
    "identifiers": _each(_nested("identifier", Identifier, "value")),
    "edition": _text("edition"),
    "leads": _each(_nested("lead", Organisation, "name")),
    "department": _text("department"),
    "actor_types": _each(_concept("actor-type")),
    "partners": _each(_nested("partner", Organisation, "name")),
    "funders": _each(_nested("funder", Organisation, "name")),
    "recognitions": _each(_concept("recognition")),
    "budget_text": _text("budget-text"),
    "budget": _nested("budget", Amount, "value"),
    "area_ha": _number("area-ha"),
    "length_m": _number("length-m"),
    "habitats": _each(_concept("habitat")),
    "audiences": _each(_concept("audience")),
    "sdgs": _each(_text("sdg")),
    "taxa": _each(_text("taxon")),
    "lessons": _text("lessons"),
    "image": _nested("image", Image, "credit"),
    "contact": _nested("contact", Contact, "name"),
    "licence": _coded("licence", lambda words, code: words.licence(code)[0]),
    "attribution": _text("attribution"),
    "language": _text("language"),
    "created": _text("created"),
    "modified": _text("modified"),
    "same_as": _each(_nested("same-as", Relation, "id")),
    "version_of": _each(_nested("version-of", Relation, "id")),
    "related": _each(_nested("related", Relation, "id")),
}
_VALUES = attrgetter(*_ELEMENTS)
_IN_ORDER = tuple(_ELEMENTS.values())


def fragment(record: Record, words: Words) -> str:
    """One ``pv:record`` element with its own namespaces, without XML declaration."""
    out = [_OPEN]
    for element, value in zip(_IN_ORDER, _VALUES(record), strict=True):
        if value or value == 0:
            out.append(element(value, words))
    out.append(_CLOSE)
    return "".join(out)


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A ``pv:records`` document: one ``pv:entry`` a record, empty when it was withdrawn."""
    return encode(_document(entries, feed))


def _document(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    yield f'{XML_DECLARATION}<pv:records {_NAMESPACES} {_LOCATION} updated="{feed.updated}">\n'
    for entry in entries:
        head = f'<pv:entry id="{attribute(entry.id)}" datestamp="{entry.datestamp}" status="{entry.status}"'
        if entry.record is None:
            yield f"{head}/>\n"
            continue
        seen = f' harvested="{entry.record.harvested}"' if entry.record.harvested else ""
        yield f"{head}{seen}>{fragment(entry.record, feed.words)}</pv:entry>\n"
    yield "</pv:records>\n"
