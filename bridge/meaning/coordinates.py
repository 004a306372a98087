"""Positions as partners write them: « lat,lon », « lat|lon », WKT (lon lat), GeoJSON, objects with any usual names."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

_WKT = re.compile(r"POINT\s*Z?\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)", re.IGNORECASE)
_PAIR = re.compile(r"\s*(-?\d+(?:[.,]\d+)?)\s*°?\s*[|;,\s/]\s*(-?\d+(?:[.,]\d+)?)\s*°?\s*")
_LON = ("lon", "lng", "long", "longitude", "bf_longitude", "x")
_LAT = ("lat", "latitude", "bf_latitude", "y")


def number(value: Any) -> float | None:
    """Decimal degrees from a number or a text with a point or a French comma; None when it is none."""
    if isinstance(value, bool) or value is None:
        return None
    try:
        return float(str(value).strip().rstrip("°").replace(",", "."))
    except ValueError:
        return None


def lon_lat(value: Any) -> tuple[float, float] | None:
    """Longitude and latitude from any of the usual forms, or None.

    A pair in a text is « latitude, longitude » (what people and georss write); WKT and GeoJSON are longitude first.
    """
    if isinstance(value, str):
        if wkt := _WKT.search(value):
            return float(wkt[1]), float(wkt[2])
        pair = _PAIR.fullmatch(value)
        return _both(number(pair[2]), number(pair[1])) if pair else None
    if isinstance(value, Mapping):
        if "coordinates" in value:
            return lon_lat(value["coordinates"])
        lower = {str(k).lstrip("@").lower(): v for k, v in value.items()}
        lon = next((number(lower[k]) for k in _LON if k in lower), None)
        lat = next((number(lower[k]) for k in _LAT if k in lower), None)
        return _both(lon, lat)
    if isinstance(value, Sequence) and len(value) >= 2:
        return _both(number(value[0]), number(value[1]))
    return None


def _both(lon: float | None, lat: float | None) -> tuple[float, float] | None:
    return None if lon is None or lat is None else (lon, lat)
