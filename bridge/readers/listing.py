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


def named(data: Mapping[str, Any]) -> str:
    """The local id that an object bears under one of the usual keys, or empty."""
    for key in ID_KEYS:
        if found := local_id(data.get(key)):
            return found
    return ""


def page(
    response: Response, items: Iterable[Item], problems: list[Problem], *, whole: bool = True, **rest: Any
) -> Page:
    """A page whose items have distinct ids, a bounded number and bounded texts; ``problems`` says what was changed.

    The same item given twice counts once; two different items under one id are both kept, the second as ``id#2``; an
    item without id is named by its content.
    """
    kept: dict[str, Item] = {}
    twins: dict[str, dict[str, str]] = {}  # of an id that serves again: content -> the id it is kept under
    nameless = 0
    for number, item in enumerate(items):
        if number == MAX_ITEMS:
            problems.append(
                Problem(f"La réponse contient plus de {MAX_ITEMS} fiches : les suivantes sont laissées de côté.")
            )
            whole = False
            break
        if not item.id:
            nameless += 1
            item = replace(item, id=digest(item.data))
        if (first := kept.get(item.id)) is None:
            kept[item.id] = item
            continue
        names = twins.setdefault(item.id, {digest(first.data): item.id})
        content = digest(item.data)
        if content in names:
            problems.append(Problem("La même fiche figure deux fois dans la réponse.", names[content]))
            continue
        name = f"{item.id}#{len(names) + 1}"
        names[content] = name = f"{item.id}#{content}" if name in kept else name
        problems.append(Problem(f"L'identifiant « {item.id} » sert à plusieurs fiches.", name))
        kept[name] = replace(item, id=name)
    found = list(kept.values())
    if 0 < nameless < len(found):
        told = (
            f"{nameless} fiches sur {len(found)} n'ont pas d'identifiant : retouchées, elles passeront pour nouvelles."
        )
        problems.append(Problem(told))
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


def count(text: str) -> int | None:
    """A number of items as a server announces it; None when it is none."""
    return int(text) if text.isdecimal() and len(text) < 16 else None


def strangers(number: int) -> list[Problem]:
    """What a person is told of the elements of a list that are no objects."""
    if number < 2:
        return [Problem("Un élément de la liste n'est pas un objet : il est laissé de côté.")] * number
    return [Problem(f"{number} éléments de la liste ne sont pas des objets : ils sont laissés de côté.")]


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
