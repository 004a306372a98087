"""One record of OAI-PMH 2.0 -> an item: its header, its metadata as JSON values, the nodes it went through. No I/O."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from bridge.readers import decode
from bridge.readers.trail import path_of
from bridge.record import Hop, Item

OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DC_ROOT = "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
_PROVENANCE = "{http://www.openarchives.org/OAI/2.0/provenance}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_IDENTIFIER, _DATESTAMP, _SET_SPEC = f"{OAI}identifier", f"{OAI}datestamp", f"{OAI}setSpec"
_HEADER, _METADATA, _ABOUT = f"{OAI}header", f"{OAI}metadata", f"{OAI}about"
_MAX_HOPS = 32


def record(element: Element) -> Item:
    deleted = False
    sets: list[str] = []
    header: dict[str, Any] = {"identifier": "", "datestamp": "", "setSpec": sets}
    data: dict[str, Any] = {}
    path: tuple[Hop, ...] = ()
    for part in element:
        tag = part.tag
        if tag == _HEADER:
            deleted = part.get("status") == "deleted"
            for child in part:
                tag = child.tag
                if tag == _IDENTIFIER:
                    header["identifier"] = text(child)
                elif tag == _DATESTAMP:
                    header["datestamp"] = text(child)
                elif tag == _SET_SPEC:
                    sets.append(text(child))
        elif tag == _METADATA:
            for root in part:
                data = _dublin_core(root) if root.tag == _DC_ROOT else _generic(root)
                if "source-field" in data:
                    data["fields"] = _by_name(data["source-field"])
        elif tag == _ABOUT:
            path = path or _provenance(part)
    path = path or path_of(data)
    data["header"] = header
    url = ""
    for value in data.get("identifier", ()):
        if type(value) is str and value.startswith(("https://", "http://")):
            url = value
            break
    return Item(header["identifier"], data, url, path, deleted)


def _dublin_core(root: Element) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for child in root:
        value = child.text if not len(child) else "".join(child.itertext())
        if value and (value := value.strip()):
            name = local(child.tag)
            texts = data.get(name)
            if texts is None:
                data[name] = [value]
            else:
                texts.append(value)
            if lang := child.get(_LANG):
                data.setdefault(f"{name}@{lang}", []).append(value)
    return data


def _generic(element: Element, depth: int = 0) -> dict[str, Any]:
    """Any element as an object: attributes ``@name``, children by local name as lists."""
    if depth > decode.MAX_DEPTH:
        raise decode.too_deep()
    data: dict[str, Any] = {f"@{local(name)}": value for name, value in element.items()}
    for child in element:
        name = local(child.tag)
        value: Any = text(child)
        attributes = child.keys()
        if len(child) or (attributes and attributes != [_LANG]):
            value = _generic(child, depth + 1) | ({"#text": value} if value else {})
        elif value and attributes:
            data.setdefault(f"{name}@{child.get(_LANG)}", []).append(value)
        if value:
            data.setdefault(name, []).append(value)
    return data


def _by_name(fields: list[Any]) -> dict[str, Any]:
    """The site's own fields of ``pv``, by their names: a value, or values when there are several."""
    found: dict[str, list[Any]] = {}
    for field in fields:
        if not isinstance(field, dict) or not (name := field.get("@name")):
            continue
        for value in field.get("value", ()):
            if isinstance(value, dict):
                value = _value(value, field.get("@type", ""))
            if value:
                found.setdefault(name, []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def _value(value: dict[str, Any], kind: str) -> Any:
    """The text; of what was chosen in a list, the label; of a place on a map, its position and its address."""
    text, label = value.get("#text", ""), value.get("@label", "")
    if kind.startswith("list"):
        return label or text or value.get("@key", "")
    if kind == "geo" and len(pair := text.split(",")) == 2:
        return {"lat": pair[0].strip(), "lon": pair[1].strip()} | ({"label": label} if label else {})
    return text or label or value.get("@key", "")


def _provenance(about: Element) -> tuple[Hop, ...]:
    """The nodes a record went through, nearest first (guidelines-provenance: ``originDescription``, nested)."""
    hops: list[Hop] = []
    origin = about.find(f"{_PROVENANCE}provenance/{_PROVENANCE}originDescription")
    while origin is not None and len(hops) < _MAX_HOPS:
        said = {local(child.tag): text(child) for child in origin}
        hops.append(
            Hop(
                node=said.get("baseURL", ""),
                id=said.get("identifier", ""),
                datestamp=said.get("datestamp", ""),
                namespace=said.get("metadataNamespace", ""),
                altered=origin.get("altered") == "true",
            )
        )
        origin = origin.find(f"{_PROVENANCE}originDescription")
    return tuple(hops)


@lru_cache(maxsize=1024)
def local(tag: str) -> str:
    """The name of an element without its namespace; remembered, because lists repeat the same few."""
    return tag.rpartition("}")[2]


def text(element: Element) -> str:
    return (element.text or "").strip()
