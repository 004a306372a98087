"""JSON-LD and RDF/XML -> one shape of resources. No I/O: a context that is elsewhere is never fetched.

A resource is an object: the short name of each property (``title`` for ``dct:title``, ``dcterms:title`` or
``http://purl.org/dc/terms/title``) -> its values, and ``@id``, ``@type`` (short names). A value is a text, a number, a
text in a language (``{"@value": …, "@language": …}``) or ``{"@id": …}``, which ``resources`` may describe.

https://www.w3.org/TR/json-ld11/ and https://www.w3.org/TR/rdf-syntax-grammar/, as far as catalogues use them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree

from bridge.readers import decode

Resources = dict[str, dict[str, Any]]
"""Identifier -> resource."""

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,2}|@none")
_ALIASES = {"id": "@id", "type": "@type", "value": "@value", "language": "@language", "graph": "@graph"}


def short(name: str) -> str:
    """``title`` for any name or address of a property or class."""
    return re.split(r"[/#:}]", name.rstrip("/#"))[-1]


class _Gathering:
    """Resources by identifier; those without one are numbered."""

    def __init__(self) -> None:
        self.found: Resources = {}
        self.anonymous = 0

    def resource(self, name: str) -> dict[str, Any]:
        if not name:
            self.anonymous += 1
            name = f"_:partageons{self.anonymous}"
        return self.found.setdefault(name, {"@id": name, "@type": []})

    @staticmethod
    def add(resource: dict[str, Any], name: str, values: list[Any]) -> None:
        held = resource.setdefault(name, [])
        held += [value for value in values if value is not None]


def from_json(document: Any) -> Resources:
    """The resources of a JSON-LD document (RFC: compact or expanded, with ``@graph`` or objects inside others)."""
    gathering = _Gathering()
    _Json(gathering).node(document, {})
    return gathering.found


class _Json:
    def __init__(self, gathering: _Gathering) -> None:
        self.gathering = gathering

    def node(self, value: Any, names: Mapping[str, str]) -> list[Any]:
        """The values that a JSON value stands for; objects become resources."""
        if isinstance(value, list):
            return [one for each in value for one in self.node(each, names)]
        if not isinstance(value, dict):
            return [] if value is None else [value]
        names = {**names, **_context(value.get("@context"))} if "@context" in value else names
        renamed = {_named(key, names): each for key, each in value.items() if key != "@context"}
        for key in ("@list", "@set"):
            if key in renamed:
                return self.node(renamed[key], names)
        if "@value" in renamed:
            return [_literal(renamed)]
        identifier = renamed.get("@id")
        identifier = identifier if isinstance(identifier, str) else ""
        if "@graph" in renamed:
            self.node(renamed["@graph"], names)
            if not renamed.keys() - {"@graph", "@id", "@type"}:
                return []
        if identifier and len(renamed) == 1:
            return [{"@id": identifier}]
        resource = self.gathering.resource(identifier)
        for name, inner in renamed.items():
            if name == "@type":
                types = inner if isinstance(inner, list) else [inner]
                resource["@type"] += [short(names.get(each, each)) for each in types if isinstance(each, str)]
            elif name == "@reverse" or not name.startswith("@"):
                self.gathering.add(resource, name, _by_language(inner) or self.node(inner, names))
        return [{"@id": resource["@id"]}]


def _context(context: Any) -> dict[str, str]:
    """Term -> what it stands for, in the contexts that are written in the document itself."""
    found: dict[str, str] = {}
    for each in context if isinstance(context, list) else [context]:
        for term, said in each.items() if isinstance(each, dict) else ():
            target = said.get("@id") if isinstance(said, dict) else said
            # A prefix (``"dct": "http://purl.org/dc/terms/"``) is cut off anyway.
            if isinstance(target, str) and not term.startswith("@") and not target.endswith(("/", "#")):
                found[term] = target
    return found


def _named(key: str, names: Mapping[str, str]) -> str:
    target = names.get(key) or _ALIASES.get(key, key)
    return target if target.startswith("@") else short(target)


def _literal(value: Mapping[str, Any]) -> Any:
    said, language = value["@value"], value.get("@language")
    if isinstance(said, (dict, list)) or said is None:
        return None
    return {"@value": said, "@language": language.lower()} if isinstance(language, str) and language else said


def _by_language(value: Any) -> list[Any]:
    """The texts of a language map (``{"fr": "Mare", "en": "Pond"}``); empty when it is none."""
    if not isinstance(value, dict) or not value or not all(_LANGUAGE.fullmatch(key) for key in value):
        return []
    found: list[Any] = []
    for language, said in value.items():
        for text in said if isinstance(said, list) else [said]:
            if not isinstance(text, str):
                return []
            found.append(text if language == "@none" else {"@value": text, "@language": language.lower()})
    return found


def from_xml(root: ElementTree.Element) -> Resources:
    """The resources of an RDF/XML document.

    Raises:
        ReadError: it is nested too deep.
    """
    gathering = _Gathering()
    xml = _Xml(gathering)
    for element in root if root.tag == f"{_RDF}RDF" else [root]:
        xml.node(element, "", 0)
    return gathering.found


class _Xml:
    def __init__(self, gathering: _Gathering) -> None:
        self.gathering = gathering

    def node(self, element: ElementTree.Element, language: str, depth: int) -> dict[str, Any]:
        """The resource of a node element, and those inside it."""
        if depth > decode.MAX_DEPTH:
            raise decode.too_deep()
        language = element.get(_XML_LANG, language)
        node = element.get(f"{_RDF}nodeID")
        named = element.get(f"{_RDF}about") or element.get(f"{_RDF}ID") or (f"_:{node}" if node else "")
        resource = self.gathering.resource(named)
        if element.tag != f"{_RDF}Description":
            resource["@type"].append(short(element.tag))
        for name, said in element.attrib.items():
            if not name.startswith((_RDF, "{http://www.w3.org/XML/")):
                self.gathering.add(resource, short(name), [said])
        for child in element:
            self.property(resource, child, language, depth)
        return {"@id": resource["@id"]}

    def property(self, resource: dict[str, Any], element: ElementTree.Element, language: str, depth: int) -> None:
        language = element.get(_XML_LANG, language)
        named = element.get(f"{_RDF}resource")
        node = element.get(f"{_RDF}nodeID")
        if element.tag == f"{_RDF}type":
            resource["@type"].append(short(named or ""))
            return
        values: list[Any]
        if named is not None or node:
            values = [{"@id": named or f"_:{node}"}]
        elif element.get(f"{_RDF}parseType") == "Resource":
            values = [self._inner(element, language, depth)]
        elif len(element):
            values = [self.node(child, language, depth + 1) for child in element]
        else:
            text = (element.text or "").strip()
            values = [{"@value": text, "@language": language.lower()} if language and text else text or None]
        self.gathering.add(resource, short(element.tag), values)

    def _inner(self, element: ElementTree.Element, language: str, depth: int) -> dict[str, Any]:
        if depth > decode.MAX_DEPTH:
            raise decode.too_deep()
        inner = self.gathering.resource("")
        for child in element:
            self.property(inner, child, language, depth + 1)
        return {"@id": inner["@id"]}


def texts(resource: Mapping[str, Any], *names: str) -> Iterator[tuple[str, str]]:
    """(text, language or empty) of the literals under the first of these names that has some."""
    for name in names:
        found = [pair for value in resource.get(name, ()) if (pair := _text(value))[0]]
        if found:
            yield from found
            return


def _text(value: Any) -> tuple[str, str]:
    language = ""
    if isinstance(value, dict):
        value, language = value.get("@value"), str(value.get("@language") or "")
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return "", ""
    return str(value).strip(), language.partition("-")[0]
