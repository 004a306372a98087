"""Echoes: records of a source that are copies of records that are here already. Only their ids are noted.

A record belongs to its home: what another source shows of it is neither kept nor given again, so that partners that
republish one another never multiply anything, and an edit or a deletion at a copy never comes in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Row, delete, select, update

from bridge.meaning.marks import HOPS_MAX, SUBSTANCE, goes_through
from bridge.meaning.similarity import address
from bridge.meaning.text import fold
from bridge.record import Record, from_json
from bridge.store import cache, ledger
from bridge.store.reading import Snapshot
from bridge.store.writing import Change, Writing

_E, _L, _C = ledger.echo.c, ledger.record.c, cache.record.c
_CHUNK = 500
_LATER = "9"  # than any instant


@dataclass(slots=True)
class Echoes:
    """What is found among the records of a source.

    Attributes:
        found: those that are copies -> the record they are a copy of, empty when it is not known which.
        farther: records of other sources that are copies of one of these -> which.
    """

    found: dict[str, str] = field(default_factory=dict)
    farther: dict[str, str] = field(default_factory=dict)


class Identity:
    """The copies that a view of the store knows; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._view = view
        self._connection = view.connection

    def copies(self, home: str) -> list[tuple[str, str]]:
        """The copies of a record that are noted: (id, source)."""
        query = select(_E.id, _E.source).where(_E.home == home, ~_E.denied).order_by(_E.id)
        return [(row.id, row.source) for row in self._connection.execute(query)]

    def of(self, source: str, most: int) -> list[tuple[str, str]]:
        """What a source shows of others: (its id, the record it is a copy of or empty), the first ones."""
        query = select(_E.id, _E.home).where(_E.source == source, ~_E.denied).order_by(_E.id).limit(most)
        return [(row.id, row.home) for row in self._connection.execute(query)]

    def home_of(self, record_id: str) -> str | None:
        """The record that this one is noted as a copy of; None when it is noted as none."""
        found: str | None = self._connection.scalar(select(_E.home).where(_E.id == record_id, ~_E.denied))
        return found

    def judge(
        self,
        source: str,
        changes: Sequence[Change],
        ours: Collection[str],
        put: Mapping[str, str],
        at_home: Callable[[Record], bool],
    ) -> Echoes:
        """Which of these records of a source are copies.

        Args:
            ours: what this node is called in paths (``marks.node``).
            put: what this node delivered there itself -> the record that it is a copy of.
            at_home: whether a record's own page is on the site of its source.
        """
        echoes = Echoes()
        if not changes:
            return echoes
        noted = {row.id: row for row in self._rows(select(ledger.echo), _E.id, [change.id for change in changes])}
        born = self._of_origin(source, {change.marks.origin for change in changes} - {0})
        alike = self._alike(source, changes)
        since: dict[str, str] = {}
        if born or alike:
            seen = select(_L.id, _L.first_seen)
            since = {row.id: row.first_seen for row in self._rows(seen, _L.id, [change.id for change in changes])}
        for change in changes:
            note = noted.get(change.id)
            place = (change.marks.hops, since.get(change.id, _LATER), change.id)
            rivals = born.get(change.marks.origin, ())
            nearest = rivals[0] if rivals else None
            if change.id in put:
                echoes.found[change.id] = put[change.id]
            elif goes_through(change.record.path, ours) or len(change.record.path) > HOPS_MAX:
                echoes.found[change.id] = nearest.id if nearest else ""
            elif note is not None and not note.denied:
                echoes.found[change.id] = note.home
            elif nearest and _place(nearest) < place:
                echoes.found[change.id] = nearest.id
            elif rivals:
                echoes.farther |= {row.id: change.id for row in rivals}
            elif note is None and (twins := alike.get(change.marks.mark)):
                self._guess(change, place[1:], twins, at_home, echoes)
        return echoes

    def note(self, source: str, echoes: Echoes) -> list[str]:
        """Keep in mind what was found; the ids that were not noted yet."""
        pairs = [(record_id, source, home) for record_id, home in echoes.found.items()]
        pairs += [(record_id, record_id.partition(":")[0], home) for record_id, home in echoes.farther.items()]
        there = {row.id for row in self._rows(select(_E.id), _E.id, [record_id for record_id, *_ in pairs])}
        new = [pair for pair in pairs if pair[0] not in there]
        if new:
            at = self._at
            rows = [{"id": id, "source": of, "home": home, "at": at, "denied": False} for id, of, home in new]
            self._connection.execute(ledger.echo.insert(), rows)
        return [record_id for record_id, *_ in new]

    def forget(self, ids: Sequence[str]) -> None:
        """These copies are gone from where they were shown."""
        for start in range(0, len(ids), _CHUNK):
            chunk = ids[start : start + _CHUNK]
            self._connection.execute(delete(ledger.echo).where(_E.id.in_(chunk), ~_E.denied))

    def keep_only(self, source: str, met: Collection[str]) -> None:
        """Forget the copies that a source no longer shows."""
        noted = self._connection.scalars(select(_E.id).where(_E.source == source, ~_E.denied)).all()
        self.forget([record_id for record_id in noted if record_id not in met])

    def distinct(self, record_id: str) -> bool:
        """A person says that a record is no copy: it is read again, and what it says is never taken for a sign any
        more. False when nothing said that it was one."""
        source: str | None = self._connection.scalar(select(_E.source).where(_E.id == record_id, ~_E.denied))
        if source is None:
            return False
        self._connection.execute(update(ledger.echo).where(_E.id == record_id).values(denied=True, home=""))
        if isinstance(self._view, Writing):
            self._view.read_again(source)
        return True

    def doubt(self, record_id: str) -> bool:
        """The opposite: it may be taken for a copy again. False when nobody had said that it is none."""
        source: str | None = self._connection.scalar(select(_E.source).where(_E.id == record_id, _E.denied))
        if source is None:
            return False
        self._connection.execute(delete(ledger.echo).where(_E.id == record_id))
        if isinstance(self._view, Writing):
            self._view.read_again(source)
        return True

    @property
    def _at(self) -> str:
        return self._view.datestamp if isinstance(self._view, Writing) else ""

    def _of_origin(self, source: str, origins: Collection[int]) -> dict[int, list[Row[Any]]]:
        """The records of other sources that were born where these were, the nearest first."""
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        for row in self._rows(select(ledger.record), _L.origin, list(origins)):
            if row.source != source:
                found[row.origin].append(row)
        for rows in found.values():
            rows.sort(key=_place)
        return found

    def _alike(self, source: str, changes: Sequence[Change]) -> dict[int, list[Row[Any]]]:
        """The live records of other sources that say exactly the same."""
        marks = {change.marks.mark for change in changes} - {0}
        found: dict[int, list[Row[Any]]] = defaultdict(list)
        # Same content, hence same name, which has an index.
        for row in self._rows(select(ledger.record), _L.name, list({change.marks.name for change in changes} - {0})):
            if row.source != source and row.status == "live" and row.mark in marks:
                found[row.mark].append(row)
        return found

    def _guess(
        self,
        change: Change,
        first: tuple[str, str],
        twins: Iterable[Row[Any]],
        at_home: Callable[[Record], bool],
        echoes: Echoes,
    ) -> None:
        """Nothing tells where these come from, but they say exactly the same."""
        record = change.record
        long = len(fold(record.abstract)) >= SUBSTANCE
        for twin in sorted(twins, key=lambda row: (row.first_seen, row.id)):
            other = self._record(twin.id)
            denied = self._connection.scalar(select(_E.denied).where(_E.id == twin.id))
            shared = other is not None and record.url and address(record.url) == address(other.url)
            if denied or twin.id in echoes.farther or not (long or shared):
                continue
            here, there = at_home(record), other is not None and at_home(other)
            if (here and not there) or (here == there and first < (twin.first_seen, twin.id)):
                echoes.farther[twin.id] = change.id
            else:
                echoes.found[change.id] = twin.id
                return

    def _record(self, record_id: str) -> Record | None:
        pivot = self._connection.scalar(select(_C.pivot).where(_C.id == record_id))
        return from_json(orjson.loads(pivot)) if pivot else None

    def _rows(self, query: Any, column: Any, values: Sequence[Any]) -> Iterable[Row[Any]]:
        for start in range(0, len(values), _CHUNK):
            yield from self._connection.execute(query.where(column.in_(values[start : start + _CHUNK])))


def _place(row: Row[Any]) -> tuple[int, str, str]:
    """What sorts records of one origin: the nearest to it, then the first seen."""
    return row.hops, row.first_seen, row.id
