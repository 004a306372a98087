"""The members of a selection in one state of the store, in the order of change: what pages of it are cut from."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from sys import intern
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, exists, or_, select

from bridge.store import ledger

_L, _M = ledger.record.c, ledger.member.c
_CHUNK = 500


class Member(NamedTuple):
    """A record of the selection; ``gone`` when it was in it, as far as is known, and is no longer."""

    datestamp: str
    id: str
    gone: bool = False


class Members:
    """The members, by (datestamp, id). Immutable: it may be kept as long as the store does not change."""

    def __init__(self, rows: Iterable[Member]) -> None:
        self._rows = sorted(rows)
        self.live = sum(not row.gone for row in self._rows)
        """How many are in the selection now."""

    def __len__(self) -> int:
        return len(self._rows)

    def page(
        self, limit: int, after: tuple[str, str] | None = None, from_: str = "", until: str = ""
    ) -> Sequence[Member]:
        """At most ``limit`` members stamped within the bounds (inclusive, instants UTC), strictly after a place."""
        start, end = self._within(from_, until)
        if after is not None:
            start = max(start, bisect_right(self._rows, after, key=_place))
        return self._rows[start : min(end, start + limit)]

    def count(self, from_: str = "", until: str = "") -> int:
        """How many members are stamped within the bounds."""
        start, end = self._within(from_, until)
        return max(end - start, 0)

    def _within(self, from_: str, until: str) -> tuple[int, int]:
        start = bisect_left(self._rows, from_, key=_datestamp) if from_ else 0
        end = bisect_right(self._rows, until, key=_datestamp) if until else len(self._rows)
        return start, end


def _place(row: Member) -> tuple[str, str]:
    return row.datestamp, row.id


def _datestamp(row: Member) -> str:
    return row.datestamp


def members(
    connection: Connection, ids: Sequence[str], without: Collection[str], specs: Iterable[Collection[str]]
) -> Members:
    """The live records of these ids, and those that have left: see ``gone``."""
    rows = []
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        query = select(_L.datestamp, _L.id).where(_L.id.in_(chunk), _L.status == "live")
        rows += [Member(intern(datestamp), id) for datestamp, id in connection.execute(query)]
    present = {row.id for row in rows}
    found = connection.execute(gone(without, specs))
    rows += [Member(intern(at), id, gone=True) for at, id in found if id not in present]
    return Members(rows)


def gone(without: Collection[str], specs: Iterable[Collection[str]]) -> Select[Any]:
    """What may have left a selection, (datestamp, id): a statement to narrow further.

    A record that was withdrawn keeps its sets, and one that changed keeps those it left: as far as sets tell, it was in
    the selection when it had one of each of ``specs``. What was never in it may so be told to be gone, which costs
    nothing; what no set tells (a language, an age) is not told.

    Args:
        without: sources none of whose records was ever in it.
    """
    left = exists().where(_M.record == _L.id, _M.present.is_(False))
    query = select(_L.datestamp, _L.id).where(or_(_L.status == "withdrawn", left))
    if without:
        query = query.where(_L.source.not_in(list(without)))
    for group in specs:
        query = query.where(exists().where(_M.record == _L.id, _M.spec.in_(list(group))))
    return query
