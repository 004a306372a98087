"""What the fields of a Drupal content hold, made plain: a text, an address, a period, a position. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bridge.readers import listing

# Who wrote and when, what only the site's own screens need.
_LEFT = re.compile(
    r"drupal_internal__vid|drupal_internal__id|revision_.*|content_translation_.*|default_langcode|promote|sticky|status|"
    r"path|moderation_state|metatags?|publish_on|unpublish_on|comment(?:_.*)?|parent_(?:id|type|field_name)|"
    r"behavior_settings|rh_.*|field_metatags?"
)
_PERSONAL = re.compile(r"(?:.*_)?(?:e?_?mail|courriel|tel|telephone|phone|portable|mobile|fax)s?(?:_.*)?")
_ADDRESS = ("organization", "locality", "postal_code", "administrative_area")
_WKT = re.compile(r"\s*(?:SRID=\d+;)?\s*(?:MULTI)?(?:POINT|LINESTRING|POLYGON)\s*Z?\s*\(", re.I)
_PAIR = re.compile(r"(-?\d{1,3}(?:\.\d{1,20})?) (-?\d{1,3}(?:\.\d{1,20})?)(?=[\s,)])")
_WKT_MAX = 100_000
_CODE = re.compile(r"[a-z0-9]{1,40}(?:_[a-z0-9]{1,40}){1,10}")


def plain(attributes: Mapping[str, Any], root: str) -> dict[str, Any]:
    """The attributes that may be read, each as people write it, and ``geometry``: the first position found in them."""
    data: dict[str, Any] = {}
    for name, value in attributes.items():
        if _LEFT.fullmatch(name) or _PERSONAL.fullmatch(name):
            continue
        if "geometry" not in data and (point := _position(value)):
            data["geometry"] = {"lon": point[0], "lat": point[1]}
        elif (found := _value(value, root)) not in (None, "", [], {}):
            # The keys of a list of choices: their labels stay in the site's settings, which nobody else may read.
            data[name] = _choices(found) if name.startswith("field_") else found
    return data


def texts(attributes: Mapping[str, Any]) -> Iterator[str]:
    """The texts of a paragraph, in order."""
    for name, value in attributes.items():
        if name.startswith("field_") and not _PERSONAL.fullmatch(name):
            for each in value if isinstance(value, list) else [value]:
                found = _value(each, "")
                if isinstance(found, str) and " " in found.strip():  # one word is a setting: a colour, a layout
                    yield found


def _value(value: Any, root: str) -> Any:
    if isinstance(value, list):
        return [found for each in value if (found := _value(each, root)) not in (None, "")]
    if not isinstance(value, dict):
        return value
    if "processed" in value:
        found = value["processed"] or value.get("value")
        return {"processed": found, "summary": value["summary"] or ""} if "summary" in value else found
    if isinstance(value.get("uri"), str):
        return _link(value["uri"], root)
    if "end_value" in value:
        return "/".join(dict.fromkeys(str(part) for key in ("value", "end_value") if (part := value.get(key))))
    if "country_code" in value:
        return {key: value[key] for key in _ADDRESS if value.get(key)}
    return value


def _link(uri: str, root: str) -> str:
    if uri.startswith("internal:/"):
        return root + uri.removeprefix("internal:")
    if uri.startswith("entity:"):
        return f"{root}/{uri.removeprefix('entity:')}"
    return uri if uri.startswith(("http://", "https://")) else ""


def _choices(value: Any) -> Any:
    if isinstance(value, list):
        return [_choices(each) for each in value]
    return value.replace("_", " ") if isinstance(value, str) and _CODE.fullmatch(value) else value


def _position(value: Any) -> tuple[float, float] | None:
    """Longitude and latitude of a Geofield (WKT and its centre), a Geolocation field, or a text in WKT."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        if "lat" in value and (point := listing.centre([value.get("lon", value.get("lng")), value["lat"]])):
            return point
        value = value.get("value")
    if not isinstance(value, str) or not _WKT.match(value[:100]):
        return None
    return listing.centre([found.groups() for found in _PAIR.finditer(value[:_WKT_MAX])])
