"""Answers of Semantic MediaWiki's ``ask`` (https://www.semantic-mediawiki.org/wiki/Serialization_(JSON)) -> plain
values. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from bridge.readers import listing

_DATE = re.compile(r"\d/(-?\d{1,6})(?:/(\d{1,2}))?(?:/(\d{1,2}))?(?:/(\d{1,2})/(\d{1,2})(?:/(\d{1,2})(?:\.\d*)?)?)?")
_PERSONAL = re.compile(r"\s*(?:mailto|tel):", re.I)
_FILE_PAGE = re.compile(r"([/=])[^/=:]{1,50}:([^/=:]{1,500})\Z")
_FILE, _USERS = 6, (2, 3)


class Result(NamedTuple):
    """One page or subobject (its ``title`` has a ``#``) of a query, with what was asked of it."""

    title: str
    label: str
    url: str
    space: int
    exists: bool
    values: dict[str, Any]


def results(value: Any) -> Iterator[Result]:
    """The results in an element of ``results``: the result itself, or an object that holds it under its title."""
    if not isinstance(value, dict):
        return
    for each in [value] if "printouts" in value else value.values():
        if not isinstance(each, dict) or not isinstance(each.get("fulltext"), str) or not each["fulltext"]:
            continue
        said, url, space = each.get("printouts"), each.get("fullurl"), each.get("namespace")
        printouts = said if isinstance(said, dict) else {}
        yield Result(
            each["fulltext"],
            str(each.get("displaytitle") or "") or each["fulltext"],
            _web(url),
            space if type(space) is int else 0,
            each.get("exists") not in ("", "0", False),
            {str(name): found for name, held in printouts.items() if (found := plain(held)) not in (None, [], {})},
        )


def plain(held: Any) -> Any:
    """What was answered for one property: a value, a list when there are several, None when there is none."""
    values = [held] if isinstance(held, dict) else held if isinstance(held, list) else []
    told = [pair for value in values if (pair := _in_language(value))]
    if told and len(told) == len(values):
        said = dict(reversed(told))
        return said.get("fr") or next(iter(reversed(said.values())))
    found = [one for value in values if (one := _one(value)) not in (None, "", {})]
    return found[0] if len(found) == 1 else found or None


def first_position(values: Mapping[str, Any]) -> dict[str, float]:
    """The first position among plain values, or an empty object."""
    for value in values.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and one.keys() == {"lon", "lat"}:
                return dict(one)
    return {}


def _one(value: Any) -> Any:
    if isinstance(value, str):
        return None if _PERSONAL.match(value) else {"t": True, "f": False}.get(value, value)
    if not isinstance(value, dict):
        return value if isinstance(value, (int, float)) else None
    if "fulltext" in value:
        return _page(value)
    if "timestamp" in value or "raw" in value:
        return _date(value)
    if "lat" in value and "lon" in value:
        found = listing.centre([value["lon"], value["lat"]])
        return {"lon": found[0], "lat": found[1]} if found else None
    if "unit" in value:
        return f"{value.get('value')} {value['unit']}".strip()
    # A record: property -> what it is, and its values.
    held = {str(name): each.get("item") for name, each in value.items() if isinstance(each, dict)}
    return {name: found for name, items in held.items() if (found := _shallow(items)) is not None}


def _shallow(items: Any) -> Any:
    """The values of one property of a record, in which there are no records."""
    found = [one for one in map(_one, items if isinstance(items, list) else []) if one not in (None, "", {})]
    return found[0] if len(found) == 1 else found or None


def _page(value: Mapping[str, Any]) -> str | None:
    space = value.get("namespace")
    if space in _USERS:
        return None
    if space == _FILE and (url := _web(value.get("fullurl"))):
        return _FILE_PAGE.sub(r"\1Special:FilePath/\2", url)
    title = str(value.get("displaytitle") or value["fulltext"] or "")
    return title.partition(":")[2] if space and ":" in title else title


def _web(url: Any) -> str:
    """An address, made absolute when it leaves the protocol to its reader."""
    return "" if not isinstance(url, str) else f"https:{url}" if url.startswith("//") else url


def _date(value: Mapping[str, Any]) -> str | None:
    """``2020``, ``2020-03``, ``2020-03-01`` or an instant, as precise as it was written."""
    if found := _DATE.fullmatch(str(value.get("raw") or "")):
        year, month, day, hour, minute, second = (None if part is None else int(part) for part in found.groups())
        if year is None or year < 0:
            return None
        date = f"{year:04}" + "".join(f"-{part:02}" for part in (month, day) if part is not None)
        return date if hour is None else f"{date}T{hour:02}:{minute:02}:{second or 0:02}Z"
    seconds = listing.number(value.get("timestamp"))
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None


def _in_language(value: Any) -> tuple[str, str] | None:
    """Language and text of a text in one language, which SMW writes as a record of two properties."""
    if not isinstance(value, dict) or len(value) != 2:
        return None
    by_key: dict[str, str] = {}
    for name, each in value.items():
        items = each.get("item") if isinstance(each, dict) else None
        if isinstance(items, list) and items and isinstance(items[0], str):
            by_key[str(each.get("key") or name)] = items[0]
    language = by_key.get("_LCODE") or by_key.get("Language code") or by_key.get("Code de langue")
    text = by_key.get("_TEXT") or by_key.get("Text") or by_key.get("Texte")
    return (language, text) if language and text else None
