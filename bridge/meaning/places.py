"""The territories of the Code officiel géographique: codes, names, what contains what, where they are.

Codes are ``commune/69123``, ``epci/200046977``, ``departement/69``, ``region/84`` (INSEE, DGCL). Positions are degrees
WGS84, distances kilometres. The tables are package data (``bridge/data``: origins and licences in its README); they are
read once, at first use, and kept as lines of text that are split when one is asked for.
"""

from __future__ import annotations

import gzip
from array import array
from bisect import bisect_left
from collections.abc import Callable
from functools import cache, lru_cache
from hashlib import blake2b
from heapq import nsmallest
from importlib.resources import files
from typing import NamedTuple

from bridge.meaning.place_names import core, key, keys, without_article, without_link
from bridge.record import Point

_TYPES = {"CC": "Communauté de communes", "CA": "Communauté d'agglomération", "CU": "Communauté urbaine"}


class Commune(NamedTuple):
    """``epci`` is a SIREN or empty; its outline is within ``reach`` kilometres of ``point``, its centroid or None."""

    name: str
    epci: str
    postcodes: tuple[str, ...]
    population: int
    point: Point | None
    reach: int


class Area(NamedTuple):
    """An EPCI, a department or a region. ``above`` are the codes of what holds it or what it spreads over."""

    name: str
    population: int
    above: tuple[str, ...]
    type: str = ""


class Tables(NamedTuple):
    """What the files hold, by code and by key (``place_names.key``). Several codes are one text with spaces."""

    communes: dict[str, str]
    """INSEE code -> line of the file, the most populated first"""
    replaced: dict[str, str]
    """code of a former commune, or of a part of one -> INSEE code of today's"""
    postcodes: dict[str, str]
    named: dict[str, str]
    """key -> INSEE codes of today's communes"""
    once_named: dict[str, str]
    """key of a former commune, or of a part of one -> INSEE codes of today's"""
    areas: dict[str, Area]
    departments: dict[str, str]
    """key -> departement/…"""
    regions: dict[str, str]
    """key -> region/…, or the departments of a region that has only one, or that is no more (before 2016)"""
    groups: dict[str, str]
    """key of a name that can be no other thing than an EPCI -> epci/…"""
    group_cores: dict[str, str]
    """key of the name of an EPCI without its kind -> epci/…"""
    version: str


@cache
def tables() -> Tables:
    """The tables, read at the first call (about 0.1 s, 20 MB)."""
    digest = blake2b(digest_size=8)
    communes = _read("communes", digest.update)
    by_code: dict[str, str] = {}
    named: dict[str, str] = {}
    postcodes: dict[str, str] = {}
    for line, folded in zip(communes, keys(line.split("\t", 2)[1] for line in communes), strict=True):
        code, name, _, delivered, _ = line.split("\t", 4)
        by_code[code] = line
        named[folded] = f"{named[folded]} {code}" if folded in named else code
        for postcode in delivered.split():
            postcodes[postcode] = f"{postcodes[postcode]} {code}" if postcode in postcodes else code
        if name[-1] == ")":
            _add(named, key(name.partition("(")[0]), code)
    replaced: dict[str, str] = {}
    once_named: dict[str, str] = {}
    former = [line.split("\t") for line in _read("anciennes", digest.update)]
    for (code, name, today), folded in zip(former, keys(row[1] for row in former), strict=True):
        if code not in by_code:
            replaced[code] = today
        if name:
            _add(once_named, folded, today)
    areas: dict[str, Area] = {}
    departments: dict[str, str] = {}
    regions: dict[str, str] = {}
    held: dict[str, list[str]] = {}
    for line in _read("departements", digest.update):
        code, name, region, population, before = line.split("\t")
        areas[f"departement/{code}"] = Area(name, int(population), (f"region/{region}",) if region else ())
        _add(departments, without_article(key(name)), f"departement/{code}")
        held.setdefault(region, []).append(f"departement/{code}")
        if before:
            _add(regions, key(before), f"departement/{code}")
    for line in _read("regions", digest.update):
        code, name, population, aliases = line.split("\t")
        areas[f"region/{code}"] = Area(name, int(population), ())
        for each in (name, *filter(None, aliases.split("|"))):
            regions[without_article(key(each))] = held[code][0] if len(held[code]) == 1 else f"region/{code}"
    groups: dict[str, str] = {}
    cores: dict[str, str] = {}
    for line in _read("epci", digest.update):
        code, name, kind, above, spread, population, aliases = line.split("\t")
        over = [f"departement/{department}" for department in spread.split()]
        above_them = dict.fromkeys(region for department in over for region in areas[department].above)
        areas[f"epci/{code}"] = Area(
            name, int(population), (*(f"epci/{a}" for a in above.split()), *over, *above_them), kind
        )
        bare = name.removeprefix(kind)
        short, _, acronym = bare.rstrip(")").partition("(")
        for each in filter(None, (short, acronym, *aliases.split("|"))):
            folded = key(each)
            inner = core(folded)
            _add(cores, inner, f"epci/{code}")
            # « Pays de Dreux » alone may be something else; « Vitré Communauté » and « Grand Dreux » may not.
            if each is not short or bare == name or inner.startswith("grand "):
                _add(groups, inner if inner.startswith("grand ") else folded, f"epci/{code}")
    return Tables(
        by_code, replaced, postcodes, named, once_named, areas, departments, regions, groups, cores, digest.hexdigest()
    )


def _read(name: str, digest: Callable[[bytes], None]) -> list[str]:
    packed = (files("bridge") / "data" / f"{name}.tsv.gz").read_bytes()
    digest(packed)
    return gzip.decompress(packed).decode().splitlines()


def _add(index: dict[str, str], folded: str, code: str) -> None:
    if folded not in index:
        index[folded] = code
    elif code not in index[folded].split():
        index[folded] += f" {code}"


def version() -> str:
    """A hash of the tables: what was resolved with others may resolve differently."""
    return tables().version


@lru_cache(maxsize=1 << 14)
def commune(insee: str) -> Commune | None:
    """The commune of an INSEE code of today."""
    line = tables().communes.get(insee)
    if line is None:
        return None
    _, name, epci, postcodes, population, position = line.split("\t")
    lon, lat, reach = position.split() if position else ("", "", "0")
    point = Point(float(lon), float(lat), "commune") if lon else None
    return Commune(name, epci, tuple(postcodes.split()), int(population), point, int(reach))


def department(insee: str) -> str:
    """The department of an INSEE code: ``"69123"`` -> ``"departement/69"``, ``"97411"`` -> ``"departement/974"``."""
    return f"departement/{insee[:3] if insee >= '97' else insee[:2]}"


@lru_cache(maxsize=1 << 14)
def ancestors(code: str) -> tuple[str, ...]:
    """What holds a territory, nearest first: EPCI, department, region for a commune; unknown codes have none.

    An EPCI has all the departments and regions that it spreads over.
    """
    kind, _, number = code.partition("/")
    if kind != "commune":
        area = tables().areas.get(code)
        return area.above if area else ()
    found = commune(number)
    if found is None:
        return ()
    above = department(number)
    groups = [f"epci/{found.epci}"] if found.epci else []
    groups += [each for group in groups for each in tables().areas[group].above if each.startswith("epci/")]
    return (*groups, above, *tables().areas[above].above)


def _named(code: str) -> Commune | Area | None:
    kind, _, number = code.partition("/")
    return commune(number) if kind == "commune" else tables().areas.get(code)


def exists(code: str) -> bool:
    """Whether a territory of today has this code."""
    return _named(code) is not None


def short_name(code: str) -> str:
    """``Lyon``, ``CC Faucigny - Glières``, ``Rhône``, ``Bretagne``; the code itself when it is unknown."""
    found = _named(code)
    return found.name if found else code


@lru_cache(maxsize=1 << 14)
def name(code: str) -> str:
    """The name as people read it: ``Lyon (Rhône)``, ``Communauté de communes Faucigny - Glières``."""
    found = _named(code)
    if isinstance(found, Commune):
        area = short_name(department(code.removeprefix("commune/")))
        return found.name if found.name == area and alone(code) else f"{found.name} ({area})"
    if found and found.name.startswith(f"{found.type} ") and found.type in _TYPES:
        return _TYPES[found.type] + found.name.removeprefix(found.type)
    return found.name if found else code


def alone(code: str) -> bool:
    """Whether a commune is the whole of its department, as Paris is."""
    return population(code) == population(department(code.removeprefix("commune/")))


def population(code: str) -> int:
    """Inhabitants (population municipale); 0 when unknown."""
    found = _named(code)
    return found.population if found else 0


def centroid(code: str) -> Point | None:
    """The centre of a commune's surface (``precision="commune"``); None for any other territory, and when unknown."""
    kind, _, number = code.partition("/")
    found = commune(number) if kind == "commune" else None
    return found.point if found else None


class _Names(NamedTuple):
    """Keys in alphabetical order, with the code and the inhabitants of each."""

    keys: list[str]
    codes: list[str]
    people: array[int]


@cache
def _names() -> _Names:
    held = tables()
    rows = {
        (folded, f"commune/{code}", int(held.communes[code].split("\t", 5)[4]))
        for folded, codes in held.named.items()
        for code in codes.split()
    }
    for code, area in held.areas.items():
        kinds = ("departement", "region") if code[0] != "e" else ("",)
        named = key(area.name.removeprefix(area.type))
        rows |= {(f"{kind} {named}".strip(), code, area.population) for kind in ("", *kinds)}
    rows |= {(without_link(folded), code, people) for folded, code, people in rows}
    ordered = sorted(rows)
    return _Names([r[0] for r in ordered], [r[1] for r in ordered], array("q", (r[2] for r in ordered)))


def search(prefix: str, n: int = 10) -> tuple[str, ...]:
    """Codes of the territories whose name starts so, for completion: the very name first, then the most populated."""
    folded = key(prefix)
    if not folded:
        return ()
    names, codes, people = _names()
    first, last = bisect_left(names, folded), bisect_left(names, folded + "\x7f")
    best = nsmallest(4 * n, range(first, last), key=lambda at: (names[at] != folded, -people[at], codes[at]))
    return tuple(dict.fromkeys(codes[at] for at in best))[:n]
