"""The nodes an item went through, wherever our formats and markers write them. Pure; never raises."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bridge.meaning.trail import HOPS_READ, parsed
from bridge.record import Hop

MARKERS = ("partageons_origine", "partageons_origin")
"""Hidden fields in which a CMS keeps where an entry came from."""
_COLUMNS = ("path", "Parcours")


def path_of(data: Mapping[str, Any]) -> tuple[Hop, ...]:
    """The hops, nearest first; none for what was born where it is.

    Read in: our columns (``path``, ``Parcours``), ``_partageons.provenance`` of a JSON Feed, the elements ``hop`` and
    ``origin`` of ``pv``, and the markers of a CMS.
    """
    for key in MARKERS:
        if found := _hops(data.get(key)) or _marked(data.get(key)):
            return found
    for key in _COLUMNS:
        if found := _hops(data.get(key)):
            return found
    extension = data.get("_partageons")
    provenance = extension.get("provenance") if isinstance(extension, dict) else None
    if isinstance(provenance, dict):
        return _hops(provenance.get("path")) or _hops(provenance.get("origin"))
    return _elements(data.get("hop")) or _elements(data.get("origin"))


def _hops(value: Any) -> tuple[Hop, ...]:
    if isinstance(value, str):
        return parsed(value)
    if isinstance(value, dict):
        value = [value]
    if not isinstance(value, list) or not all(isinstance(one, dict) and _text(one, "node") for one in value):
        return ()
    return tuple(
        Hop(_text(one, "node"), _text(one, "id"), _text(one, "datestamp"), _text(one, "namespace"), True)
        for one in value[:HOPS_READ]
    )


def _marked(value: Any) -> tuple[Hop, ...]:
    """A marker may be the address of the origin, alone."""
    known = isinstance(value, str) and value.startswith(("http://", "https://")) and " " not in value.strip()
    return (Hop(value.strip(), value.strip(), altered=True),) if known else ()


def _elements(value: Any) -> tuple[Hop, ...]:
    if not isinstance(value, list) or not all(isinstance(one, dict) and _text(one, "@node") for one in value):
        return ()
    return tuple(
        Hop(_text(one, "@node"), _text(one, "#text"), "", _text(one, "@namespace"), one.get("@altered") == "true")
        for one in value[:HOPS_READ]
    )


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    return found if isinstance(found, str) else ""
