"""Where a resource is: what a source says of a place, weighed together, never guessed.

Evidence is taken in this order: INSEE code, postcode and name, name and what holds it (EPCI, department, region), then
the position. A name that several communes bear is resolved only by other evidence; else there is no code, and
``problem`` says what would settle it. Codes are those of ``bridge.meaning.places``, whose questions are asked here too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from bridge.meaning.place_names import key, pieces, said
from bridge.meaning.place_reading import (
    LONGEST,
    Found,
    Holder,
    area,
    compatible,
    delivered,
    everywhere,
    find,
    most_specific,
    numbered_area,
    read,
    within,
)
from bridge.meaning.places import (
    ancestors,
    centroid,
    commune,
    department,
    exists,
    name,
    population,
    search,
    short_name,
    tables,
    version,
)
from bridge.meaning.positions import distance, may_hold, near, reaches
from bridge.record import Point

__all__ = [
    "Evidence",
    "Resolved",
    "ancestors",
    "centroid",
    "exists",
    "name",
    "near",
    "population",
    "resolve",
    "search",
    "short_name",
    "version",
]

_KEPT = {"insee": 6 * 1500}  # characters; the codes of all the communes of a region
_FAR = 50  # km between a commune's centre and its resource, from which one of the two is wrong


class Evidence(NamedTuple):
    """What a source says of a place, in its words. ``text`` is free (« Lyon (Rhône) »); ``lon lat`` degrees WGS84."""

    insee: str = ""
    postcode: str = ""
    name: str = ""
    departement: str = ""
    region: str = ""
    epci: str = ""
    text: str = ""
    lon: float | None = None
    lat: float | None = None


class Resolved(NamedTuple):
    """``codes`` are the most specific ones only; ``problem`` is one French sentence, or empty."""

    codes: tuple[str, ...] = ()
    point: Point | None = None
    problem: str = ""


_PAIR = re.compile(r"\s*(-?\d{1,3}[.,]\d+)\s*°?\s*[,;|\s/]\s*(-?\d{1,3}[.,]\d+)\s*°?\s*")


def resolve(evidence: Evidence) -> Resolved:
    """The territories that the evidence designates without doubt, and the position if it can be trusted.

    A single commune without a position of its own gets its centroid. « France », « national » or nothing at all are no
    territory and no problem.
    """
    if sum(map(len, evidence[:7])) > LONGEST:
        kept = {field: getattr(evidence, field)[: _KEPT.get(field, LONGEST + 1)] for field in Evidence._fields[:7]}
        evidence = evidence._replace(**kept)
    return _resolve(evidence)


@lru_cache(maxsize=1 << 13)
def _resolve(evidence: Evidence) -> Resolved:
    lon, lat = evidence.lon, evidence.lat
    if lon is None and lat is None and (pair := _PAIR.fullmatch(evidence.text)):
        lat, lon = (float(each.replace(",", ".")) for each in pair.groups())
        evidence = evidence._replace(text="")
    point, misplaced = _position(lon, lat)
    codes, doubts, _ = _codes(evidence, point)
    communes = [code for code in codes if code.startswith("commune/")]
    if point and communes:
        point, misplaced = _confirmed(point, communes)
    if point is None and len(codes) == len(communes) == 1:
        point = centroid(codes[0])
    state = "territoire à vérifier" if codes else "territoire non résolu"
    problems = ([f"{state} : {' ; '.join(doubts)}"] if doubts else []) + ([misplaced] if misplaced else [])
    return Resolved(codes, point, " ; ".join(problems))


def _codes(evidence: Evidence, point: Point | None) -> Found:
    codes, odd = _insee("" if everywhere(evidence.insee) else evidence.insee)
    if codes:
        return _compared(evidence, codes, odd)
    held, unknown = _holders(evidence)
    postcode = _postcode(evidence.postcode) or (_postcode(odd) if odd in tables().postcodes else frozenset())
    if odd and odd not in tables().postcodes:
        unknown = (f"le code INSEE « {odd} » n'existe pas", *unknown)
    if not postcode and not everywhere(evidence.postcode):
        unknown = (*unknown, f"le code postal « {evidence.postcode} » n'existe pas")
    doubts: tuple[str, ...] = ()
    for text in _texts(evidence):
        found = find(text, [postcode, *held] if postcode else held, point)
        if found.codes or found.contradicted:
            return found._replace(doubts=(*found.doubts, *unknown))
        doubts = doubts or found.doubts
    codes, shared = _unnamed(postcode, held, point)
    if len(codes) == 1 and codes[0].startswith("commune/"):
        return Found(codes)
    return Found(codes, (*(doubts or shared), *unknown))


def _texts(evidence: Evidence) -> Iterator[str]:
    """The texts that name places, the most precise first: a name that several communes bear is read beside the text."""
    if not everywhere(evidence.name):
        yield evidence.name
        if evidence.text and read(evidence.name.strip()).known:
            yield f"{evidence.name}, {evidence.text}"
    if not everywhere(evidence.text):
        yield evidence.text


_WORDS = re.compile(r"[\s,;|/]+")


def _insee(text: str) -> tuple[tuple[str, ...], str]:
    """The territories of INSEE codes (today's for former communes), SIREN or our own codes; the first odd word."""
    if ours := [code for code in text.split() if exists(code)]:
        return most_specific(dict.fromkeys(ours)), ""
    codes: dict[str, None] = {}
    odd = ""
    for word in _WORDS.split(text.upper()):
        number = word.removesuffix(".0")
        if len(number) == 4 and number.isdigit():
            number = f"0{number}"  # a spreadsheet took it for a number
        today = number if number in tables().communes else tables().replaced.get(number, "")
        if found := (f"commune/{today}",) if today else numbered_area(number):
            codes.update(dict.fromkeys(found))
        else:
            odd = odd or number
    return most_specific(codes), odd


def _compared(evidence: Evidence, codes: tuple[str, ...], odd: str) -> Found:
    """The codes, compared with the name: it tells when a postcode stands in their column."""
    doubts = (f"le code INSEE « {odd} » n'existe pas, les autres sont gardés",) if odd else ()
    reading = read(evidence.name.strip())
    communes = {*reading.communes, *reading.former}
    if len(codes) > 1 or not communes or any(compatible(codes[0], frozenset({c})) for c in (*communes, *reading.area)):
        return Found(codes, (*doubts, *_contradicted(evidence, codes)))
    both = communes & _postcode(evidence.insee)
    if len(both) == 1:
        return Found(tuple(both))
    code = codes[0].partition("/")[2]
    return Found(codes, (*doubts, f"le code INSEE {code} est celui de {name(codes[0])}, et non de « {reading.text} »"))


def _contradicted(evidence: Evidence, codes: tuple[str, ...]) -> Iterator[str]:
    """What the other fields say against one INSEE code."""
    if len(codes) != 1:
        return
    held, _ = _holders(evidence)
    postcode = _postcode(evidence.postcode)
    for holder in [postcode, *held] if postcode else held:
        if not compatible(codes[0], holder):
            where = ", ".join(name(each) for each in sorted(holder)[:3])
            told = f"le code INSEE {codes[0].partition('/')[2]} est celui de {name(codes[0])}"
            yield f"{told}, mais la fiche dit aussi {where}"
            return


def _holders(evidence: Evidence) -> tuple[list[Holder], tuple[str, ...]]:
    """What holds the place according to the fields made for that, and what is said there that nobody knows."""
    held: list[Holder] = []
    unknown: list[str] = []
    for kind, shown, text in (
        ("departement", "le département", evidence.departement),
        ("region", "la région", evidence.region),
        ("epci", "l'intercommunalité", evidence.epci),
    ):
        if everywhere(text):
            continue
        groups = pieces(text[:LONGEST], partial(_known, kind))
        codes: set[str] = set()
        for piece in (piece for group in groups for piece in group):
            meant = [code for code in _field(piece, kind) if all(compatible(code, holder) for holder in held)]
            if len(meant) > 1 and kind == "epci":
                unknown.append(f"{len(meant)} intercommunalités s'appellent « {piece} », indiquer le numéro SIREN")
            else:
                codes.update(meant or _field(piece, kind))
        if codes:
            held.append(frozenset(codes))
        elif not unknown:
            unknown.append(f"{shown} « {text.strip()[:80]} » n'existe pas")
    return held, tuple(unknown)


@lru_cache(maxsize=1 << 12)
def _known(kind: str, piece: str) -> bool:
    return bool(_field(piece, kind))


def _field(text: str, kind: str) -> tuple[str, ...]:
    folded = key(text)
    inner = said(folded)
    return area(inner.name if inner.kind == kind else folded, kind, inner.type)


def _postcode(text: str) -> Holder:
    digits = "".join(filter(str.isdecimal, text.strip().removesuffix(".0")))
    return delivered(digits.zfill(5)) if len(digits) in (4, 5) else frozenset()


def _unnamed(postcode: Holder, held: Sequence[Holder], point: Point | None) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Without a name: the commune if only one is possible, else the smallest area that is certain; and the doubts."""
    communes = [code for code in postcode if code.startswith("commune/")]
    if not communes and point:
        communes = [f"commune/{code}" for code in may_hold(point.lon, point.lat)]
    possible = [code for code in communes if all(within(code, holder) for holder in held)]
    if postcode and point and len(possible) > 1:
        possible = [code for code in possible if reaches(code[8:], point.lon, point.lat)] or possible
    if len(possible) == 1:
        return tuple(possible), ()
    if postcode and communes and not possible:
        return (), ("le code postal n'est pas dans le territoire indiqué, indiquer le code INSEE",)
    if held:
        return tuple(sorted(most_specific(code for holder in held for code in holder))), ()
    shared = f"le code postal est partagé par {len(possible)} communes, indiquer le nom ou le code INSEE"
    doubts = (shared,) if postcode and possible else ()
    codes = {department(code[8:]) for code in possible} or postcode
    if len(codes) > 1:
        codes = {above for code in codes for above in ancestors(code)}
    return tuple(codes) if len(codes) == 1 else (), doubts


# French land: west, south, east, north, in degrees. Generous: it only tells which way round two numbers are.
_LAND = (
    (-5.6, 41.2, 9.8, 51.3),
    (-63.3, 14.2, -60.7, 18.3),
    (-54.8, 2.0, -51.4, 6.0),
    (-56.6, 46.6, -56.0, 47.3),
    (45.0, -13.2, 45.4, -12.5),
    (55.1, -21.5, 55.9, -20.8),
    (158.0, -23.0, 172.5, -19.0),
    (-155.0, -28.0, -134.0, -7.5),
)


def _french(lon: float, lat: float) -> bool:
    return any(west <= lon <= east and south <= lat <= north for west, south, east, north in _LAND)


def _position(lon: float | None, lat: float | None) -> tuple[Point | None, str]:
    """The point that two numbers are, the right way round; or why there is none."""
    if lon is None or lat is None:
        return None, "" if lon is lat else "position écartée : il manque la longitude ou la latitude"
    if lon == lat:  # (0, 0) is how many sites say that nobody filled the field in
        return None, "position écartée : la longitude et la latitude sont égales" if lon else ""
    if not _french(lon, lat) and _french(lat, lon):
        lon, lat = lat, lon
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        return None, "position écartée : des degrés de longitude et de latitude (WGS84) sont attendus"
    return Point(round(lon, 6), round(lat, 6)), ""


def _confirmed(point: Point, communes: Sequence[str]) -> tuple[Point | None, str]:
    """The point, unless it is far from every commune named."""
    near_one = (
        (commune(code[8:]), distance(point.lon, point.lat, centre)) for code in communes if (centre := centroid(code))
    )
    away = [(km, found.reach) for found, km in near_one if found]
    if not away or any(km <= max(_FAR, reach) for km, reach in away):
        return point, ""
    return None, f"position écartée : elle est à {min(away)[0]:.0f} km de {name(communes[0])}"
