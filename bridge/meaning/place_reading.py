"""What a text of places names: each piece is settled by those beside it and by what else is known of the resource."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from bridge.meaning.place_names import (
    city_of_part,
    core,
    key,
    numbered,
    pieces,
    postcode,
    said,
    spellings,
    without_article,
)
from bridge.meaning.places import alone, ancestors, department, exists, name, short_name, tables
from bridge.meaning.positions import reaches
from bridge.record import Point

Holder = frozenset[str]
"""Codes of territories, one of which holds the place."""

LONGEST = 300
"""Characters; a longer text tells a story."""
_NEARBY = 5.0  # km beyond a commune's outline where its resource may still be

# What names no territory of the COG on purpose: nothing to resolve and nothing to report.
_EVERYWHERE = frozenset(
    key(each)
    for each in (
        *(
            "France",
            "France entière",
            "toute la France",
            "France métropolitaine",
            "métropole et outre-mer",
            "outre-mer",
        ),
        *("national", "nationale", "échelle nationale", "niveau national", "territoire national", "toutes les régions"),
        *("Europe", "Union européenne", "européen", "international", "internationale", "monde", "mondial", "partout"),
        *("tous", "toutes", "tous territoires", "multi-sites", "en ligne", "à distance", "autre", "aucun", "néant"),
        *("non précisé", "non renseigné", "inconnu", "n/a", "n/c", "nc", "n/r", "nr", "nd", "0", "00000", "sans objet"),
    )
)
_ABROAD = frozenset(
    key(each)
    for each in (
        *("Allemagne", "Andorre", "Angleterre", "Autriche", "Belgique", "Espagne", "Italie", "Luxembourg", "Monaco"),
        *("Pays-Bas", "Portugal", "Royaume-Uni", "Suisse", "Algérie", "Maroc", "Tunisie", "Sénégal", "Madagascar"),
        *("Canada", "Québec", "États-Unis", "Wallonie", "Bruxelles", "Catalogne", "Écosse", "Irlande", "Pologne"),
    )
)


def everywhere(text: str) -> bool:
    """Whether a text says that there is no territory to look for: « France », « non renseigné », nothing."""
    folded = key(text)
    return not folded or folded in _EVERYWHERE


class Reading(NamedTuple):
    """What one piece may name.

    ``communes`` are today's; ``former`` those that took in one so named; ``area`` departments, a region or EPCIs, and
    ``regional`` when that is the name of a region; ``hint`` is where the piece itself says that it is (a postcode, a
    department's number), or empty.
    """

    text: str
    communes: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    area: tuple[str, ...] = ()
    regional: bool = False
    hint: Holder = frozenset()

    @property
    def known(self) -> bool:
        return bool(self.communes or self.former or self.area)


@lru_cache(maxsize=1 << 13)
def read(piece: str) -> Reading:
    """Everything that a piece may name, by exact names and numbers; nothing is looked for inside it."""
    if "/" in piece and exists(piece):
        return Reading(piece, (piece,)) if piece.startswith("commune/") else Reading(piece, area=(piece,))
    folded = key(piece)
    found = _whole(piece, folded)
    if found.known:
        return found
    digits, rest = postcode(folded)
    if not digits:
        return _named(piece, rest)
    hint = delivered(digits)
    if rest:
        return _named(piece, rest)._replace(hint=hint)
    insee = _communes(digits if digits in tables().communes else "")
    return Reading(piece, tuple(dict.fromkeys((*sorted(filter(_is_commune, hint)), *insee))))


def _whole(piece: str, folded: str) -> Reading:
    held = tables()
    bare = without_article(folded)
    region = held.regions.get(bare, "")
    area = region or held.departments.get(bare) or held.groups.get(folded) or ""
    return Reading(
        piece,
        _communes(held.named.get(folded, "")),
        _communes(held.once_named.get(folded, "")),
        tuple(area.split()) or (numbered_area(folded) if len(folded) > 1 else ()),
        bool(region),
    )


def _named(piece: str, folded: str) -> Reading:
    """A name without its postcode: as it is, by what it says it is, with a number, then by other spellings."""
    found = _whole(piece, folded)
    if found.known:
        return found
    inner, kind, type_ = said(folded)
    if kind == "commune":
        return _spelled(piece, inner)._replace(area=())
    if kind:
        return Reading(piece, area=area(inner, kind, type_))
    if city := city_of_part(folded):
        return Reading(piece, _communes(tables().named[city]))
    inner, number = numbered(folded)
    if number and (hint := numbered_area(number)):
        return _spelled(piece, inner)._replace(hint=frozenset(hint))
    return _spelled(piece, folded)


def _spelled(piece: str, folded: str) -> Reading:
    found = _whole(piece, folded)
    if found.known:
        return found
    others = [_whole(piece, other) for other in spellings(folded)]
    return Reading(
        piece,
        tuple(dict.fromkeys(code for other in others for code in other.communes)),
        tuple(dict.fromkeys(code for other in others for code in other.former)),
        next((other.area for other in others if other.area), ()),
    )


def area(folded: str, kind: str, type_: str = "") -> tuple[str, ...]:
    """The territories of one kind that a name or a number designates; several EPCI when they share it.

    ``kind`` is departement, region or epci; ``type_`` the beginning of the EPCI's type (``CC``, ``CA``, ``MET``).
    """
    held = tables()
    bare = without_article(folded)
    if kind == "departement":
        return tuple(held.departments.get(bare, "").split()) or numbered_area(folded.zfill(2))
    if kind == "region":
        if exists(code := f"region/{folded.zfill(2)}"):
            return (code,)
        return tuple((held.regions.get(bare) or held.regions.get(f"region {bare}") or "").split())
    found = held.groups.get(folded) or held.group_cores.get(core(folded)) or " ".join(numbered_area(folded))
    codes = tuple(found.split())
    return tuple(code for code in codes if type_ and held.areas[code].type.startswith(type_)) or codes


def numbered_area(folded: str) -> tuple[str, ...]:
    """A department or an EPCI by its number alone: ``69``, ``2a``, ``200046977``."""
    number = folded.upper()
    if not number[:1].isdigit():
        return ()
    return tuple(code for code in (f"departement/{number}", f"epci/{number}") if exists(code))


def delivered(digits: str) -> Holder:
    """Where a postcode is: its communes, or its department when it serves a company or a sorting office (CEDEX)."""
    if codes := tables().postcodes.get(digits):
        return frozenset(_communes(codes))
    if digits.startswith("20"):
        return frozenset({"departement/2A", "departement/2B"})
    return frozenset(filter(exists, (department(digits),)))


def _communes(codes: str) -> tuple[str, ...]:
    return tuple(f"commune/{code}" for code in codes.split())


def _is_commune(code: str) -> bool:
    return code.startswith("commune/")


def within(code: str, holder: Holder) -> bool:
    """Whether one of the holder's territories is this one or holds it."""
    return code in holder or not holder.isdisjoint(ancestors(code))


def compatible(code: str, holder: Holder) -> bool:
    """Whether a territory is in the holder, or holds what the holder says."""
    return within(code, holder) or any(code in ancestors(each) for each in holder)


def most_specific(codes: Iterable[str]) -> tuple[str, ...]:
    """The codes that hold no other one of them, in their order, each once."""
    kept = dict.fromkeys(codes)
    above = {each for code in kept for each in ancestors(code)}
    return tuple(code for code in kept if code not in above)


class Found(NamedTuple):
    """``codes`` without doubt; ``doubts`` are French clauses; ``contradicted``: the evidence is against the name."""

    codes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    contradicted: bool = False


def find(text: str, holders: Sequence[Holder], point: Point | None) -> Found:
    """The territories that a text names. Every one of ``holders`` must hold them."""
    if len(text) > LONGEST:
        return Found((), ("le lieu est un texte trop long, un nom de commune et un code postal sont attendus",))
    if (qualified := _QUALIFIED.fullmatch(text)) and (inside := _against(qualified[1], qualified[2])):
        return _settle(read(qualified[1]), [*holders, inside], {}, point, False)[0]
    all_found: list[Found] = []
    for group in pieces(text, lambda piece: read(piece).known):
        if any(key(piece) in _ABROAD for piece in group):
            all_found.append(Found((), (f"« {text.strip()} » n'est pas en France",), True))
        else:
            all_found += _settled([read(piece) for piece in group if not everywhere(piece)], holders, point)
    codes = most_specific(code for found in all_found for code in found.codes)
    doubts = tuple(dict.fromkeys(doubt for found in all_found for doubt in found.doubts))
    return Found(codes, doubts, not codes and any(found.contradicted for found in all_found))


_QUALIFIED = re.compile(r"\s*([^(),;|]*[^(),;|\s])\s*\(\s*([^(),;|]*[^(),;|\s])\s*\)\s*")


def _against(text: str, inside: str) -> Holder:
    """Where parentheses say that a commune is, when no commune of that name is there: « Lyon (Isère) »."""
    named, where = read(text), frozenset(read(inside).area)
    communes = (*named.communes, *named.former)
    return where if communes and not named.area and not any(within(code, where) for code in communes) else frozenset()


def _settled(readings: Sequence[Reading], holders: Sequence[Holder], point: Point | None) -> Iterator[Found]:
    """What the pieces of one list name. Those that only say where another one is name nothing more."""
    address = any(reading.hint and reading.known for reading in readings)
    used: set[int] = set()
    for at, reading in enumerate(readings):
        # Beside a commune and its postcode, what is unknown is a street.
        if at not in used and (reading.known or not address):
            beside = {n: frozenset(other.area) for n, other in enumerate(readings) if _may_hold(other, n, reading, at)}
            found, helped = _settle(reading, holders, beside, point, _list_of_areas(readings))
            used |= helped
            yield found


def _may_hold(other: Reading, n: int, reading: Reading, at: int) -> bool:
    """Whether a piece may say where another is: after it, or before it if they cannot be two of a kind."""
    return bool(other.area) and (n > at or (n < at and (other.text.isdigit() or not reading.area)))


def _list_of_areas(readings: Sequence[Reading]) -> bool:
    """« Corrèze, Haute-Vienne »: all may be areas, one cannot be a commune, and none is a commune of another."""
    if len(readings) < 2 or not all(r.area for r in readings) or all(r.communes for r in readings):
        return False
    return not any(within(c, frozenset(r.area)) for r in readings for o in readings if o is not r for c in o.communes)


def _settle(
    reading: Reading, holders: Sequence[Holder], beside: Mapping[int, Holder], point: Point | None, listed: bool
) -> tuple[Found, set[int]]:
    """What one piece names, and which of the pieces beside it helped to tell."""
    if not reading.known:
        served = tuple(filter(_is_commune, reading.hint))
        unknown = f"« {reading.text} » n'est le nom d'aucun territoire connu"
        return (Found(served) if len(served) == 1 else Found((), (unknown,))), set()
    evidence = [*holders, reading.hint] if reading.hint else [*holders]
    left = [code for code in reading.communes if all(within(code, holder) for holder in evidence)]
    left = left or [code for code in reading.former if all(within(code, holder) for holder in evidence)]
    areas = tuple(code for code in reading.area if all(compatible(code, holder) for holder in evidence))
    if areas and reading.text == short_name(areas[0]):
        # « Loire », written as the department is, is not Loiré; « LOIRE » may be.
        left = [code for code in left if short_name(code) == reading.text]
    helped: set[int] = set()
    for n, holder in beside.items():
        if narrowed := [code for code in left if within(code, holder)]:
            left = narrowed
            evidence.append(holder)
            helped.add(n)
        elif areas and holder.issuperset(areas):
            left = []
            helped.add(n)
    if len(left) > 1 and point:
        left = [code for code in left if reaches(code[8:], point.lon, point.lat, _NEARBY)] or left
    # « Mayenne (Mayenne) » is the commune; « Mayenne (Pays de la Loire) » may be the department as well.
    local = any(not code.startswith("region/") for holder in evidence for code in holder)
    here = point and left and reaches(left[0][8:], point.lon, point.lat, _NEARBY)
    if len(left) == 1 and not evidence and not here and _once_elsewhere(reading, left[0]):
        return Found((), (_shared(reading, {*left, *reading.former}),)), set()
    if len(left) == 1 and (local or not areas or (alone(left[0]) and areas == (department(left[0][8:]),))):
        return Found((left[0],)), helped
    if len(areas) > 1 and areas[0].startswith("epci/"):
        shared = f"{len(areas)} intercommunalités s'appellent « {reading.text} », indiquer le numéro SIREN"
        return Found((), (shared,)), set()
    if areas and (not left or reading.regional or listed):
        return Found(areas), helped
    return Found((), (_why(reading, left, areas, evidence),), contradicted=not left), set()


def _why(reading: Reading, left: Sequence[str], areas: Sequence[str], evidence: Sequence[Holder]) -> str:
    """Why a known name is not resolved, and what would settle it."""
    if not left:
        where = ", ".join(name(code) for holder in evidence for code in sorted(holder)[:3])
        return f"« {reading.text} » n'est pas là où la fiche le dit ({where}), indiquer le code INSEE"
    if areas:
        other = "une commune" if len(left) == 1 else f"{len(left)} communes"
        return f"« {reading.text} » est un département et {other}, indiquer le code INSEE ou écrire « département »"
    if reading.text.strip().isdigit():
        return f"« {reading.text} » désigne {len(left)} communes, indiquer le nom ou le code INSEE"
    return _shared(reading, left)


def _shared(reading: Reading, communes: Collection[str]) -> str:
    return f"{len(communes)} communes s'appellent « {reading.text} », indiquer le code INSEE ou le code postal"


def _once_elsewhere(reading: Reading, code: str) -> bool:
    """« Évry » is in the Yonne, and was the town of the Essonne until 2019: the name alone does not tell."""
    return code in reading.communes and any(other != code for other in reading.former)
