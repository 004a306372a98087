"""What a record is recognised by when its identifier has changed, or when another source shows it: three numbers.

None of them tells what the record says; all are the same at whoever reads the record from here (``pv``), because they
depend on no identifier, no address and no language of labels.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from bridge.meaning.similarity import address
from bridge.meaning.target import host_of
from bridge.meaning.text import fold
from bridge.record import Hop, Origin, Record

HOPS_MAX = 8
"""Nodes between a record and its home; beyond, it goes round in circles."""
SUBSTANCE = 80
"""Characters of a summary from which two records that say exactly the same are the same one."""


class Marks(NamedTuple):
    """Signed 64-bit numbers, 0 when they are not known.

    Attributes:
        mark: the content: what it is called, tells, is about, where and when.
        name: what it is called, and where it is.
        origin: its home and the identifier it has there.
        hops: how many nodes it went through; 0 when its source is its home.
    """

    mark: int = 0
    name: int = 0
    origin: int = 0
    hops: int = 0


def marks_of(record: Record) -> Marks:
    """The marks of a record. Called for each record that is read: a few microseconds."""
    place = "\2".join(sorted(record.territories)) or fold(record.place_text)
    name = f"{fold(record.title)}\1{place}"
    point, budget = record.point, record.budget
    rest = (
        "".join(record.abstract.split()),
        f"{point.lon:.3f} {point.lat:.3f}" if point else "",
        record.type,
        record.period,
        record.published,
        str(budget.value) if budget else "",
        str(record.area_ha or ""),
        str(record.length_m or ""),
    )
    return Marks(_number("\1".join((name, *rest))), _number(name), origin_mark(record.origin), len(record.path))


def origin_mark(origin: Origin | None) -> int:
    """The number of a home and of an identifier there; 0 for nowhere."""
    return _number(f"{node(origin.node)} {' '.join(origin.id.split())}") if origin else 0


@lru_cache(1 << 10)
def node(name: str) -> str:
    """What tells a node from another: an address without scheme, ``www.`` nor final slash, or a domain."""
    if name.startswith("tag:"):  # RFC 4151: the authority, then a date
        name = name[4:].partition(",")[0]
    return address(name).lower() if "://" in name else name.lower().removeprefix("www.").rstrip("/")


def same_site(one: str, other: str) -> bool:
    """Whether two nodes are, as far as their names tell, on one host."""
    return _site(one) == _site(other) != ""


@lru_cache(1 << 10)
def _site(name: str) -> str:
    found = node(name)
    return found.partition("/")[0].partition("?")[0].removeprefix("www.") if "://" not in name else host_of(name)


def goes_through(path: Iterable[Hop], ours: Iterable[str]) -> bool:
    """Whether one of these hops is one of our names (``node``): a domain, or an address and all that is under it."""
    names = [node(hop.node) for hop in path]
    return any(name == own or name.startswith((f"{own}/", f"{own}?")) for own in ours if own for name in names)


def _number(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True) or 1
