"""Items made safe to list: an identifier for each, distinct within a page; number and length bounded. No I/O."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from bridge.readers import decode
from bridge.record import Item, Page, Problem, Response

MAX_ITEMS = 50_000
MAX_TEXT = 1 << 20
MAX_ID = 500

ID_KEYS = ("id", "@id", "_id", "uuid", "uid", "identifier", "identifiant", "slug", "code")


def digest(value: Any) -> str:
    """Sixteen hexadecimal digits that stay the same while a JSON value does: the identifier of what has none."""
    canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode("utf-8", "replace")).hexdigest()[:16]


def local_id(value: Any) -> str:
    """An identifier that survives a change of host: path and query of a web address, any other scalar as text.

    Empty when ``value`` is none; the digest of it when it is too long to be a key.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    name = decode.ILLEGAL.sub("", str(int(value) if isinstance(value, float) and value.is_integer() else value)).strip()
    if name[:8].lower().startswith(("http://", "https://")):
        try:
            parts = urlsplit(name)
        except ValueError:
            return digest(name)
        name = (parts.path or "/") + (parts.query and f"?{parts.query}") + (parts.fragment and f"#{parts.fragment}")
    return name if len(name) <= MAX_ID else digest(name)


def identify(data: Mapping[str, Any]) -> str:
    """The local id that an object names under one of the usual keys, else the digest of its content."""
    for key in ID_KEYS:
        if found := local_id(data.get(key)):
            return found
    return digest(data)


def page(
    response: Response, items: Iterable[Item], problems: list[Problem], *, whole: bool = True, **rest: Any
) -> Page:
    """A page whose items have distinct ids, a bounded number and bounded texts; ``problems`` says what was changed.

    The same item given twice counts once; two different items under one id are both kept, the second as ``id#2``.
    """
    kept: dict[str, Item] = {}
    for item in items:
        if len(kept) >= MAX_ITEMS:
            problems.append(
                Problem(f"La réponse contient plus de {MAX_ITEMS} fiches : les suivantes sont laissées de côté.")
            )
            whole = False
            break
        name, number = item.id, 1
        while name in kept and kept[name].data != item.data:
            number += 1
            name = f"{item.id}#{number}"
        if name in kept:
            problems.append(Problem("La même fiche figure deux fois dans la réponse.", name))
        elif number == 1:
            kept[name] = item
        else:
            problems.append(Problem(f"L'identifiant « {item.id} » sert à plusieurs fiches.", name))
            kept[name] = replace(item, id=name)
    found = list(kept.values())
    if len(response.body) > MAX_TEXT:
        found = [shortened(item, problems) for item in found]
    return Page(items=found, problems=problems, whole=whole, **rest)


def shortened(item: Item, problems: list[Problem]) -> Item:
    """The item with texts of ``MAX_TEXT`` characters at most."""
    data = _cut(item.data)
    if data == item.data:
        return item
    problems.append(Problem("Un texte de plus d'un million de caractères a été coupé.", item.id))
    return replace(item, data=data)


def _cut(value: Any) -> Any:
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, dict):
        return {key: _cut(child) for key, child in value.items()}
    if isinstance(value, list):
        return [_cut(child) for child in value]
    return value


def number(value: Any) -> float | None:
    """A finite number from a number or a text, with a decimal point or comma; None when it is none."""
    if isinstance(value, str):
        value = value.strip().replace(",", ".")
    elif isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def centre(coordinates: Any) -> tuple[float, float] | None:
    """The centre of the bounds of GeoJSON coordinates of any shape, as longitude and latitude.

    None when there is no pair of numbers in them, or when one is out of the world (another projection).
    """
    pairs: list[tuple[float, float]] = []
    waiting = [coordinates]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, (list, tuple)) or not part:
            continue
        if isinstance(part[0], (list, tuple)):
            waiting.extend(part)
        elif len(part) > 1 and (x := number(part[0])) is not None and (y := number(part[1])) is not None:
            pairs.append((x, y))
    if not pairs:
        return None
    if len(pairs) == 1:
        lon, lat = pairs[0]
    else:
        west, south = map(min, zip(*pairs, strict=True))
        east, north = map(max, zip(*pairs, strict=True))
        lon, lat = round((west + east) / 2, 6), round((south + north) / 2, 6)
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None
