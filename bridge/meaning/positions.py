"""Where communes are, and what is near a point. Positions are degrees WGS84, distances kilometres."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from functools import cache
from math import cos, floor, hypot, radians
from typing import NamedTuple

from bridge.meaning.places import commune, tables
from bridge.record import Point

_KM_PER_DEGREE = 111.2
_SQUARE = 0.2  # degrees
_FAR_REACHING = 12  # km; few communes go further than this from their centre
_MARGIN = 0.5  # km; outlines were simplified


def distance(lon: float, lat: float, point: Point) -> float:
    """Kilometres; plane, hence right to a few per cent over some hundred kilometres."""
    return _distance(lon, lat, point.lon, point.lat)


def _distance(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    return hypot((lon - other_lon) * cos(radians((lat + other_lat) / 2)), lat - other_lat) * _KM_PER_DEGREE


class _Positions(NamedTuple):
    """The centres of communes: parallel arrays, their places in them by square of the map, and the largest communes."""

    lons: array[float]
    lats: array[float]
    reaches: array[int]
    codes: list[str]
    squares: dict[tuple[int, int], list[int]]
    large: list[int]


@cache
def _positions() -> _Positions:
    held = _Positions(array("d"), array("d"), array("i"), [], {}, [])
    for code, line in tables().communes.items():
        if position := line.rpartition("\t")[2]:
            lon, lat, reach = position.split()
            held.squares.setdefault((floor(float(lon) / _SQUARE), floor(float(lat) / _SQUARE)), []).append(
                len(held.codes)
            )
            if int(reach) > _FAR_REACHING:
                held.large.append(len(held.codes))
            held.lons.append(float(lon))
            held.lats.append(float(lat))
            held.reaches.append(int(reach))
            held.codes.append(code)
    return held


def _around(lon: float, lat: float, km: float) -> Iterator[tuple[float, int]]:
    """(kilometres, place in the arrays) of the communes whose centre is within ``km``."""
    held = _positions()
    high = km / _KM_PER_DEGREE
    wide = high / max(0.01, cos(radians(min(89.0, abs(lat) + high))))
    for column in range(floor((lon - wide) / _SQUARE), floor((lon + wide) / _SQUARE) + 1):
        for row in range(floor((lat - high) / _SQUARE), floor((lat + high) / _SQUARE) + 1):
            for at in held.squares.get((column, row), ()):
                away = _distance(lon, lat, held.lons[at], held.lats[at])
                if away <= km:
                    yield away, at


def near(lon: float, lat: float, km: float) -> tuple[str, ...]:
    """The communes whose centre is within ``km`` kilometres (1,000 at most), nearest first."""
    codes = _positions().codes
    return tuple(f"commune/{codes[at]}" for _, at in sorted(_around(lon, lat, min(km, 1000.0))))


def may_hold(lon: float, lat: float) -> tuple[str, ...]:
    """INSEE codes of the communes in which a point may lie: none that holds it is missing, some may be too many."""
    held = _positions()
    close = {at for away, at in _around(lon, lat, _FAR_REACHING) if away <= held.reaches[at] + _MARGIN}
    for at in held.large:
        if _distance(lon, lat, held.lons[at], held.lats[at]) <= held.reaches[at] + _MARGIN:
            close.add(at)
    return tuple(held.codes[at] for at in sorted(close))


def reaches(insee: str, lon: float, lat: float, margin: float = _MARGIN) -> bool:
    """Whether a point is no further from a commune's centre than its outline goes, ``margin`` kilometres apart."""
    found = commune(insee)
    return found is not None and found.point is not None and distance(lon, lat, found.point) <= found.reach + margin
