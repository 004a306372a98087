"""A small graph as Turtle, JSON-LD and RDF/XML: the same triples in each.

What is described is a ``Node``; its values are texts, addresses, or other nodes. A node without an address is written
inside the one that holds it; one with an address is written once, however often it is met.

Turtle 1.1: https://www.w3.org/TR/turtle/#sec-grammar. JSON-LD 1.1: https://www.w3.org/TR/json-ld11/.
RDF/XML 1.1: https://www.w3.org/TR/rdf-syntax-grammar/.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import quote

from bridge.writers.stream import json_list, to_json
from bridge.writers.xml import XML_DECLARATION, attribute, legal, text

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
PREFIXES = {
    "rdf": RDF,
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
"""What the names of kinds, properties and datatypes begin with: ``dcterms:title``."""

LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
"""A language tag that all three forms may hold."""
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NOT_IN_ADDRESS = re.compile(r'[\x00-\x20<>"{}|\\^`]')
_IN_TURTLE = re.compile(r'["\\\n\r]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
# Of W3C-DTF, by length; what a shorter date lacks, so that the calendar can be asked whether it exists.
_DATES = {4: ("xsd:gYear", "-01-01"), 7: ("xsd:gYearMonth", "-01"), 10: ("xsd:date", ""), 20: ("xsd:dateTime", "")}


class Text(NamedTuple):
    """A literal. ``datatype`` is a name with its prefix; it has a language or a datatype, never both."""

    value: str
    language: str = ""
    datatype: str = ""


class Address(NamedTuple):
    """An IRI, absolute."""

    iri: str


class Node(NamedTuple):
    """Something described: its class, what is said of it (property -> values), its address or nothing."""

    kind: str
    says: Says
    address: str = ""


Value: TypeAlias = Text | Address | Node
Says: TypeAlias = Mapping[str, Sequence[Value]]
"""Property -> values; one without values says nothing."""


def texts(*values: str, language: str = "", datatype: str = "") -> list[Text]:
    """Literals, each once, blanks left out; a language that is no language tag is left out too."""
    tag = language if LANGUAGE.fullmatch(language) else ""
    return [Text(value, tag, datatype) for value in dict.fromkeys(map(legal, values)) if value]


def dates(*values: str) -> list[Text]:
    """Dates and instants (W3C-DTF) with their datatype; a day that no calendar has is a plain text."""
    return [Text(value, datatype=date_type(value)) for value in dict.fromkeys(values) if value]


def date_type(value: str) -> str:
    """The XML Schema type of a W3C-DTF date or instant (UTC), or empty."""
    datatype, rest = _DATES.get(len(value), ("", ""))
    try:
        return datatype if datetime.fromisoformat(value + rest) else ""
    except ValueError:
        return ""


def addresses(*values: str) -> list[Address]:
    """IRIs, each once; what is not absolute is left out."""
    found = []
    for value in dict.fromkeys(map(iri, values)):
        scheme = _SCHEME.match(value)
        # ``skos:x`` would be an address in Turtle, and a name with a prefix in JSON-LD.
        if scheme and scheme[1] not in PREFIXES:
            found.append(Address(value))
    return found


def iri(value: str) -> str:
    """An address without the characters that no IRI holds: they are percent-encoded, illegal ones removed."""
    return _NOT_IN_ADDRESS.sub(lambda found: quote(found[0], safe=""), legal(value).strip())


def turtle(nodes: Iterable[Node]) -> Iterator[str]:
    """The graph in Turtle."""
    graph = _flat(nodes)
    for prefix in _used(graph):
        yield f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n"
    for node in graph:
        subject = f"<{node.address}>" if node.address else "[]"
        yield f"\n{subject} {_predicates(node, 1)} .\n"


def _predicates(node: Node, depth: int) -> str:
    indent = "    " * depth
    lines = [f"a {node.kind}"]
    for name, values in node.says.items():
        objects = f",\n{indent}    ".join([_object(value, depth + (len(values) > 1)) for value in values])
        lines.append(f"{name} {objects}")
    return f" ;\n{indent}".join(lines)


def _object(value: Value, depth: int) -> str:
    if isinstance(value, Address):
        return f"<{value.iri}>"
    if isinstance(value, Node):
        return f"[ {_predicates(value, depth + 1)} ]"
    tail = f"@{value.language}" if value.language else f"^^{value.datatype}" if value.datatype else ""
    return f'"{_IN_TURTLE.sub(lambda found: _ESCAPES[found[0]], value.value)}"{tail}'


def json_ld(nodes: Iterable[Node]) -> Iterator[str]:
    """The graph in JSON-LD, a node a line; the context is inline, so that nothing is fetched."""
    graph = _flat(nodes)
    context = {prefix: PREFIXES[prefix] for prefix in _used(graph)}
    return json_list(f'{{"@context":{to_json(context)},"@graph":[', (to_json(_json(node)) for node in graph), "\n]}\n")


def _json(value: Value) -> Any:
    if isinstance(value, Address):
        return {"@id": value.iri}
    if isinstance(value, Node):
        named = {"@id": value.address} if value.address else {}
        said = {name: [_json(each) for each in values] for name, values in value.says.items()}
        return {**named, "@type": value.kind, **{name: v[0] if len(v) == 1 else v for name, v in said.items()}}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    return {"@value": value.value, "@type": value.datatype} if value.datatype else value.value


def rdf_xml(nodes: Iterable[Node]) -> Iterator[str]:
    """The graph in RDF/XML, with its XML declaration."""
    opening, *rest = _xml(_flat(nodes))
    yield XML_DECLARATION + opening
    yield from (f"\n{part}" for part in rest)
    yield "\n"


def rdf_element(nodes: Iterable[Node]) -> str:
    """The graph as one ``rdf:RDF`` element, without XML declaration."""
    return "".join(_xml(_flat(nodes)))


def _xml(graph: Sequence[Node]) -> Iterator[str]:
    declared = [f' xmlns:{prefix}="{PREFIXES[prefix]}"' for prefix in dict.fromkeys(("rdf", *_used(graph)))]
    yield f"<rdf:RDF{''.join(declared)}>"
    yield from map(_element, graph)
    yield "</rdf:RDF>"


def _element(node: Node) -> str:
    about = f' rdf:about="{attribute(node.address)}"' if node.address else ""
    said = [_property(name, value) for name, values in node.says.items() for value in values]
    return f"<{node.kind}{about}>{''.join(said)}</{node.kind}>"


def _property(name: str, value: Value) -> str:
    if isinstance(value, Address):
        return f'<{name} rdf:resource="{attribute(value.iri)}"/>'
    if isinstance(value, Node):
        return f"<{name}>{_element(value)}</{name}>"
    qualified = f' xml:lang="{value.language}"' if value.language else ""
    if value.datatype:
        qualified = f' rdf:datatype="{_expanded(value.datatype)}"'
    return f"<{name}{qualified}>{text(value.value)}</{name}>"


def _expanded(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local


def _flat(nodes: Iterable[Node]) -> list[Node]:
    """The nodes to write side by side: those given, then those met inside that have an address; empty says left out."""
    waiting = deque(nodes)
    found: dict[str, Node] = {}
    while waiting:
        node = _pruned(waiting.popleft(), waiting)
        found.setdefault(repr(node), node)
    return list(found.values())


def _pruned(node: Node, waiting: deque[Node]) -> Node:
    """The node with addresses in place of the nodes that have one, which are added to ``waiting``."""
    says: dict[str, list[Value]] = {}
    for name, values in node.says.items():
        for value in values:
            if isinstance(value, Node):
                if value.address:
                    waiting.append(value)
                    value = Address(value.address)
                else:
                    value = _pruned(value, waiting)
            says.setdefault(name, []).append(value)
    return node._replace(says=says)


def _used(graph: Iterable[Node]) -> list[str]:
    """The prefixes that are needed, in the order of ``PREFIXES``."""
    names: set[str] = set()
    waiting = deque(graph)
    while waiting:
        node = waiting.popleft()
        names.update((node.kind, *node.says))
        for values in node.says.values():
            names.update(value.datatype for value in values if isinstance(value, Text))
            waiting.extend(value for value in values if isinstance(value, Node))
    prefixes = {name.partition(":")[0] for name in names}
    return [prefix for prefix in PREFIXES if prefix in prefixes]
