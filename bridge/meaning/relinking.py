"""Which records of a source the items of a walk are, when their identifiers are no longer what they were. Pure.

A content that is exactly the same is the same record, whatever identifiers say. Failing that, a name borne by one
record and one item: but only when identifiers themselves cannot be believed, since a record may be retitled.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_NUMBER = re.compile(r"(\d+)")


class Suspended(NamedTuple):
    """An item that looks like another record than the one that its identifier names.

    Attributes:
        local: the identifier that the source gives it.
        record: the id of the record that it would be; ``known`` when there is one already.
    """

    local: str
    record: str
    mark: int
    name: int
    known: bool = False


class Owner(NamedTuple):
    """A record that some item looks like: ``free`` when the walk did not meet its own identifier."""

    record: str
    mark: int
    name: int
    free: bool = True


def relink(suspended: Sequence[Suspended], owners: Iterable[Owner], certain: bool) -> dict[str, str]:
    """The record that each item is, by local identifier; those of which nothing is known are left out.

    Args:
        owners: none of which was met under its own identifier with its own content.
        certain: the walk met all that the source has. Otherwise only the same content under another identifier, when
            the one it had is not listed, is told to be the same record.
    """
    waiting = sorted((owner for owner in owners if certain or owner.free), key=lambda owner: natural(owner.record))
    links = _exact([item for item in suspended if certain or not item.known], waiting)
    while certain and (found := _named(suspended, waiting, links)):
        links |= found
    return links


def _exact(suspended: Sequence[Suspended], owners: Sequence[Owner]) -> dict[str, str]:
    """The same content; among several alike, in order."""
    alike: dict[int, list[str]] = defaultdict(list)
    for owner in owners:
        alike[owner.mark].append(owner.record)
    links: dict[str, str] = {}
    for item in suspended:
        if waiting := alike.get(item.mark):
            links[item.local] = waiting.pop(waiting.index(item.record) if item.record in waiting else 0)
    return links


def _named(suspended: Sequence[Suspended], owners: Sequence[Owner], links: dict[str, str]) -> dict[str, str]:
    """The only item and the only record of a name, where the identifier of one of them is seen to have moved."""
    taken = set(links.values())
    moved = {item.record for item in suspended if item.local in links and links[item.local] != item.record}
    items = [item for item in suspended if item.local not in links]
    left = [owner for owner in owners if owner.record not in taken]
    many_items, many_owners = Counter(item.name for item in items), Counter(owner.name for owner in left)
    by_name = {owner.name: owner for owner in left if many_owners[owner.name] == 1}
    found = {}
    for item in items:
        owner = by_name.get(item.name)
        if owner is None or many_items[item.name] > 1 or owner.record == item.record:
            continue
        displaced = item.record in taken
        if (displaced or not item.known) and (owner.free or displaced or owner.record in moved):
            found[item.local] = owner.record
    return found


def natural(name: str) -> tuple[tuple[str, int], ...]:
    """What sorts « 9 » before « 10 »."""
    parts = _NUMBER.split(name)
    return tuple((text, int(number)) for text, number in zip(parts[::2], [*parts[1::2], "0"], strict=True))
