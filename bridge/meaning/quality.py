"""What a source looks like when its mapping is wrong: one title everywhere, no place, titles for summaries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from bridge.meaning.text import fold
from bridge.record import NOASSERTION, Record

FEW = 3
"""Under so many, nothing is told: two records may well share a place."""
MOST = 0.8
SOME = 0.2


class Pattern(NamedTuple):
    """Something that many records of a source share and should not: a French sentence, how many, up to three ids."""

    message: str
    size: int
    examples: tuple[str, ...]


# What most records of a source should have.
_EXPECTED: tuple[tuple[str, Callable[[Record], object]], ...] = (
    ("n'ont pas de résumé", lambda r: r.abstract),
    ("n'ont pas de type de ressource", lambda r: r.type),
    ("n'ont aucun thème reconnu", lambda r: r.themes),
    ("n'ont pas de lieu reconnu", lambda r: r.territories or r.point),
    ("n'ont pas de licence", lambda r: r.licence != NOASSERTION),
    ("n'ont pas d'adresse à elles", lambda r: r.url),
)
# What differs from one record to the next.
_DISTINCT: tuple[tuple[str, Callable[[Record], str]], ...] = (
    ("le même titre", lambda r: fold(r.title)),
    ("le même résumé", lambda r: fold(r.abstract)),
    ("la même adresse", lambda r: r.url),
    ("la même image", lambda r: r.image.url if r.image else ""),
)


def patterns(records: Iterable[Record]) -> list[Pattern]:
    """The patterns of a source's records, those that concern most of them first. Records are read once."""
    total = 0
    lacking: dict[str, list[str]] = {told: [] for told, _ in _EXPECTED}
    shared: dict[str, dict[str, list[str]]] = {told: {} for told, _ in _DISTINCT}
    echoes: list[str] = []
    shouted: list[str] = []
    points: Counter[tuple[float, float]] = Counter()
    for record in records:
        total += 1
        for told, has in _EXPECTED:
            if not has(record):
                lacking[told].append(record.id)
        for told, value_of in _DISTINCT:
            if value := value_of(record):
                shared[told].setdefault(value, []).append(record.id)
        if record.abstract and fold(record.abstract) == fold(record.title):
            echoes.append(record.id)
        if len(record.title) > 12 and record.title.isupper():
            shouted.append(record.id)
        if record.point and record.point.precision == "point":
            points[record.point[:2]] += 1
    if total < FEW:
        return []
    found = [_pattern(told, ids) for told, ids in lacking.items() if len(ids) >= FEW and len(ids) > total * SOME]
    for told, groups in shared.items():
        if (alike := max(groups.values(), key=len, default=[])) and len(alike) >= FEW and len(alike) > total * SOME:
            found.append(_pattern(f"ont {told}", alike))
    if len(echoes) > total * SOME:
        found.append(_pattern("ont leur titre pour résumé", echoes))
    if len(shouted) > total * MOST:
        found.append(_pattern("ont un titre tout en capitales", shouted))
    if points and (most := points.most_common(1)[0][1]) >= FEW and most > total * SOME:
        found.append(Pattern(f"{most} fiches sur {total} sont posées exactement au même point.", most, ()))
    told_of = [p._replace(message=p.message.replace("{total}", str(total))) for p in found]
    return sorted(told_of, key=lambda pattern: -pattern.size)


def _pattern(told: str, ids: list[str]) -> Pattern:
    return Pattern(f"{len(ids)} fiches sur {{total}} {told}.", len(ids), tuple(ids[:3]))
