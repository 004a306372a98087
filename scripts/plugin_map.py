"""The map of France that the plugins draw resources on: ``plugins/core/assets/france.svg``.

Usage: python scripts/plugin_map.py

Made of ``bridge/web/static/outline.geojson`` (Natural Earth, public domain). ``FRAMES`` are those of
``plugins/core/src/FranceMap.php``, which puts the points.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import NamedTuple

from outline import path, simplified

ROOT = Path(__file__).parents[1]
WIDTH, HEIGHT = 400, 464
_GRAIN = 0.35  # units of the drawing


class Frame(NamedTuple):
    """A part of the map: its west and north (degrees), units per degree of latitude, its box in the drawing."""

    name: str
    west: float
    north: float
    scale: float
    box: tuple[int, int, int, int]


FRAMES = (
    Frame("", -5.6, 51.2, 36.5, (0, 0, 400, 368)),
    Frame("Guadeloupe", -61.91, 16.6, 65, (0, 376, 74, 74)),
    Frame("Martinique", -61.47, 15.0, 82, (81, 376, 75, 74)),
    Frame("Guyane", -55.05, 5.95, 18, (163, 376, 74, 74)),
    Frame("La Réunion", 55.08, -20.72, 82, (244, 376, 75, 74)),
    Frame("Mayotte", 44.87, -12.55, 130, (326, 376, 74, 74)),
)


def drawn(frame: Frame, rings: list[list[tuple[float, float]]]) -> str:
    """The land inside a frame, as a path."""
    x, y, width, height = frame.box
    narrowing = math.cos(math.radians(frame.north - height / frame.scale / 2))
    lines = []
    for ring in rings:
        line = [
            (x + (lon - frame.west) * frame.scale * narrowing, y + (frame.north - lat) * frame.scale)
            for lon, lat in ring
        ]
        if all(x <= px <= x + width and y <= py <= y + height for px, py in line):
            kept = [(round(px, 1), -round(py, 1)) for px, py in simplified(line, _GRAIN)]
            if len(kept) > 3:
                lines.append(kept)
    return path(lines, "z")


def document() -> str:
    """The drawing."""
    features = json.loads((ROOT / "bridge/web/static/outline.geojson").read_text("utf-8"))["features"]
    (france,) = (each["geometry"] for each in features if each["id"] == "france")
    rings = [polygon[0] for polygon in france["coordinates"]]
    parts = []
    for frame in FRAMES:
        if frame.name:
            x, y, width, height = frame.box
            parts.append(f'<rect x="{x}.5" y="{y}.5" width="{width - 1}" height="{height - 1}" rx="4"/>')
        parts.append(f'<path d="{drawn(frame, rings)}"/>')
        if frame.name:
            parts.append(f'<text x="{x + width / 2:g}" y="{y + height + 12}">{frame.name}</text>')
    text = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">\n'
        f"<!-- Natural Earth, 1:10 000 000, domaine public. -->\n{text}\n</svg>\n"
    )


def main() -> None:
    (ROOT / "plugins/core/assets/france.svg").write_text(document(), "utf-8")


if __name__ == "__main__":
    main()
