"""Centres of GeoJSON shapes, in degrees (WGS84, EPSG:4326) or in metres (Lambert-93, EPSG:2154). No I/O.

The inverse projection is that of the IGN (note technique NT/G 71): a Lambert conformal conic on the ellipsoid GRS80.
RGF93 and WGS84 are the same to within less than a metre.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from bridge.readers import listing

_N = 0.7256077650532670
_C = 11754255.426
_X, _Y = 700000.0, 12655612.0499
_E = 0.08181919112
_LON_0 = math.radians(3)
_BOUNDS = ((-400_000, 1_400_000), (5_900_000, 7_300_000))
"""Metres east and north: metropolitan France and its seas."""
_DEPTH = 12


def coordinates(geometry: Mapping[str, Any], depth: int = _DEPTH) -> list[Any]:
    """The coordinates of a GeoJSON geometry; of all of them in a ``GeometryCollection``."""
    inner = geometry.get("geometries")
    if isinstance(inner, list) and depth:
        return [coordinates(each, depth - 1) for each in inner if isinstance(each, dict)]
    found = geometry.get("coordinates")
    return found if isinstance(found, list) else []


def centre(shape: Any) -> tuple[float, float] | None:
    """Longitude and latitude of the centre of the bounds of coordinates of any shape; None when they are neither."""
    if point := listing.centre(shape):
        return point
    pairs = list(_pairs(shape))
    if not pairs:
        return None
    xs, ys = zip(*pairs, strict=True)
    x, y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    inside = all(low <= value <= high for value, (low, high) in zip((x, y), _BOUNDS, strict=True))
    return degrees(x, y) if inside else None


def degrees(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude, six decimals, of a position in Lambert-93 (metres)."""
    radius = math.hypot(x - _X, y - _Y)
    lon = _LON_0 + math.atan((x - _X) / (_Y - y)) / _N
    isometric = -math.log(radius / _C) / _N
    lat = math.asin(math.tanh(isometric))
    for _ in range(8):  # each turn brings about three more digits
        lat = math.asin(math.tanh(isometric + _E * math.atanh(_E * math.sin(lat))))
    return round(math.degrees(lon), 6), round(math.degrees(lat), 6)


def _pairs(shape: Any) -> Iterator[tuple[float, float]]:
    waiting = [shape]
    while waiting:
        part = waiting.pop()
        if not isinstance(part, list) or not part:
            continue
        if isinstance(part[0], list):
            waiting.extend(part)
        elif len(part) > 1:
            x, y = listing.number(part[0]), listing.number(part[1])
            if x is not None and y is not None:
                yield x, y
