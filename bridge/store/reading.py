"""What is read of the store: one consistent snapshot, as entries, as OAI-PMH repositories, as states of sources."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, and_, func, literal, select, tuple_

from bridge.instants import SECOND, shifted
from bridge.record import Entry, Problem, Record, from_json
from bridge.store import cache, ledger
from bridge.store.members import Members, members
from bridge.store.repository import JOINED, VISIBLE, Repository

_L, _C = ledger.record.c, cache.record.c
_BATCH = 500
_FOREVER = "9999-12-31T23:59:59Z"


RHYTHM = ("last_visit", "next_visit", "pace", "failures", "pinged", "pings", "missed")

# Asked at each request: building them costs as much as running them.
_SEQ = select(ledger.state.c.value).where(ledger.state.c.key == "seq")
_NEWEST = select(func.max(_L.datestamp))


def read_seq(connection: Connection) -> int:
    """The number of the last commit that changed something public."""
    value = connection.scalar(_SEQ)
    return int(value or 0)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How often a source is visited and why: see the columns of ``ledger_source``. Empty before its first visit."""

    last_visit: str = ""
    next_visit: str = ""
    pace: int = 0
    failures: int = 0
    pinged: str = ""
    pings: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class SourceState:
    """What the last visits of a source gave. Instants are UTC, empty when there was none.

    ``terms`` counts the coded words of its live records: (field, label, concept; ``-`` for nothing, empty for
    unknown, occurrences); ``unplaced`` the keys of its items that its mapping neither takes nor ignores.
    """

    id: str
    last_visit: str
    last_success: str
    unreachable_since: str
    complete: bool
    live: int
    withdrawn: int
    absent: int
    held_back: int
    problems: tuple[Problem, ...]
    unplaced: Mapping[str, int]
    rhythm: Rhythm = Rhythm()


@dataclass(frozen=True, slots=True)
class PageState:
    """One answer of a source, as the next visit will want to recognise it. ``ids`` are record ids."""

    key: str
    etag: str
    last_modified: str
    body_hash: str
    ids: tuple[str, ...]
    next: tuple[Mapping[str, Any], ...]
    facts: Mapping[str, Any]


class WalkState(NamedTuple):
    """Where the last complete walk of a source stopped. All empty when the mapping has changed since."""

    watermark: str = ""
    last_full: str = ""
    keeps_deleted: bool = False


class Snapshot:
    """One consistent view of the store, valid inside ``Store.snapshot()``."""

    def __init__(self, connection: Connection, name_set: Callable[[str], str]) -> None:
        self.connection = connection
        self._name_set = name_set
        self.seq = read_seq(connection)
        """The number of the last commit that changed something public."""
        self.oai = Repository(connection, name_set)
        """All that is visible, in the formats that are stored."""

    def repository(
        self,
        writers: Mapping[str, Callable[[Record], str]],
        members: Members | None = None,
        selections: Callable[[str], Members | None] = lambda set_: None,
    ) -> Repository:
        """A repository in other formats, of other words, or of a selection; see ``store.repository``."""
        return Repository(self.connection, self._name_set, writers, members, selections)

    def complete_until(self, seq: int) -> str:
        """The newest instant up to which whoever knows the commits up to ``seq`` knows every record as it is."""
        if seq >= self.seq:
            return _FOREVER
        known = self.connection.scalar(select(func.max(_L.datestamp)).where(_L.seq <= seq)) or ""
        # A source that is shown again is a commit that stamps nothing.
        later = select(func.min(_L.datestamp)).where(_L.seq > seq, _L.datestamp >= known)
        first = self.connection.scalar(later)
        if first is None:
            return _FOREVER
        return shifted(first, -SECOND)

    @cached_property
    def updated(self) -> str:
        """The newest datestamp of a record or tombstone, or the epoch."""
        return self.connection.scalar(_NEWEST) or "1970-01-01T00:00:00Z"

    def entry(self, record_id: str) -> Entry | None:
        """One record or tombstone, or None when the id was never public here."""
        for entry in self._entries(_L.id == record_id):
            return entry
        return None

    def entries(self, ids: Iterable[str]) -> list[Entry]:
        """The live records of these ids, in this order."""
        wanted = list(ids)
        found: dict[str, Entry] = {}
        for start in range(0, len(wanted), _BATCH):
            chunk = wanted[start : start + _BATCH]
            found |= {e.id: e for e in self._entries(_L.id.in_(chunk)) if e.record}
        return [found[i] for i in wanted if i in found]

    def each(self, ids: Sequence[str]) -> Iterator[Entry]:
        """The same, read as they are taken: for lists of any length."""
        for start in range(0, len(ids), _BATCH):
            yield from self.entries(ids[start : start + _BATCH])

    def walk(self, *, after_seq: int = 0, source: str = "") -> Iterator[Entry]:
        """Every record and tombstone, by datestamp then id; only those changed after a commit, or of one source.

        Records of a source that is no longer listed come without content, as tombstones do.
        """
        unlisted = set(self.connection.scalars(select(ledger.source.c.id).where(ledger.source.c.unlisted)))
        where = and_(_L.seq > after_seq, *([_L.source == source] if source else []))
        after: tuple[str, str] | None = None
        while True:
            condition = (
                where if after is None else and_(where, tuple_(_L.datestamp, _L.id) > tuple_(*map(literal, after)))
            )
            entries = list(self._entries(condition, _BATCH))
            for entry in entries:
                hidden = entry.record and entry.record.source in unlisted
                yield replace(entry, record=None) if hidden else entry
            if len(entries) < _BATCH:
                return
            after = (entries[-1].datestamp, entries[-1].id)

    def members(self, ids: Sequence[str], without: Collection[str], specs: Iterable[Collection[str]]) -> Members:
        """The selection that holds these records; see ``store.members``."""
        return members(self.connection, ids, without, specs)

    def counts(self) -> tuple[int, int]:
        """How many live records are visible, of how many sources."""
        query = select(func.count(), func.count(_L.source.distinct())).select_from(JOINED)
        row = self.connection.execute(query.where(_L.status == "live", _C.id.is_not(None))).one()
        return int(row[0]), int(row[1])

    def states(self) -> dict[str, SourceState]:
        """The state of each source that was visited."""
        counts: dict[str, Counter[str]] = {}
        absent = func.count(_L.absent_since)
        query = select(_L.source, _L.status, func.count(), absent).group_by(_L.source, _L.status)
        for source, status, count, missing in self.connection.execute(query):
            counts.setdefault(source, Counter()).update({status: count, "absent": missing if status == "live" else 0})
        joined = ledger.source.outerjoin(cache.source, ledger.source.c.id == cache.source.c.id)
        wanted = select(ledger.source, cache.source.c.complete, cache.source.c.problems, cache.source.c.unplaced)
        states = {}
        for row in self.connection.execute(wanted.select_from(joined)).mappings():
            count = counts.get(row["id"], Counter())
            states[row["id"]] = SourceState(
                id=row["id"],
                last_visit=row["last_visit"],
                last_success=row["last_success"],
                unreachable_since=row["unreachable_since"],
                complete=bool(row["complete"]),
                live=count["live"],
                withdrawn=count["withdrawn"],
                absent=count["absent"],
                held_back=row["held_back"],
                problems=tuple(Problem(**p) for p in orjson.loads(row["problems"] or "[]")),
                unplaced=orjson.loads(row["unplaced"] or "{}"),
                rhythm=Rhythm(*(row[name] for name in RHYTHM)),
            )
        return states

    def due(self, clock: str) -> dict[str, bool]:
        """The sources that were visited or announced and whose next visit has come; whether somebody asked for it."""
        c = ledger.source.c
        rows = self.connection.execute(select(c.id, c.next_visit).where(c.next_visit <= clock))
        return {row.id: not row.next_visit for row in rows}

    def visited(self) -> set[str]:
        """The sources that were visited, or are being."""
        return set(self.connection.scalars(select(ledger.source.c.id)))

    def terms(self, source: str) -> list[tuple[str, str, str, int]]:
        """The coded words of a source's live records: (field, label, concept, occurrences), most frequent first."""
        query = select(_C.terms).select_from(JOINED).where(_L.source == source, _L.status == "live", _C.terms != "[]")
        counted = Counter(tuple(term) for (terms,) in self.connection.execute(query) for term in orjson.loads(terms))
        return [(*term, count) for term, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]

    def walk_state(self, source: str, version: str) -> WalkState:
        """Where an incremental walk may start, for this version of the mapping."""
        c = cache.source.c
        query = select(c.watermark, c.last_full, c.keeps_deleted).where(c.id == source, c.version == version)
        row = self.connection.execute(query).one_or_none()
        return WalkState(*row) if row else WalkState()

    def problems(self, source: str) -> list[Problem]:
        """What the last visit of a source said."""
        told = self.connection.scalar(select(cache.source.c.problems).where(cache.source.c.id == source))
        return [Problem(**problem) for problem in orjson.loads(told or "[]")]

    def page(self, source: str, key: str, version: str) -> PageState | None:
        """What is known of an address, unless the mapping has changed since."""
        c = cache.page.c
        query = select(cache.page).where(c.source == source, c.key == key, c.version == version)
        row = self.connection.execute(query).one_or_none()
        if row is None:
            return None
        ids, following, facts = map(orjson.loads, (row.ids, row.next, row.facts))
        return PageState(key, row.etag, row.last_modified, row.body_hash, tuple(ids), tuple(following), facts)

    def raw_hashes(self, ids: Sequence[str], version: str) -> dict[str, bytes]:
        """The raw hashes of the live records that this version of the mapping wrote."""
        live = ledger.record.join(cache.record, _L.id == _C.id)
        query = select(_C.id, _C.raw_hash).select_from(live)
        query = query.where(_C.id.in_(ids), _C.version == version, _L.status == "live")
        return {row.id: row.raw_hash for row in self.connection.execute(query)}

    def _entries(self, condition: Any, limit: int | None = None) -> Iterator[Entry]:
        query = (
            select(_L.id, _L.datestamp, _L.status, _C.pivot)
            .select_from(JOINED)
            .where(condition, VISIBLE)
            .order_by(_L.datestamp, _L.id)
            .limit(limit)
        )
        rows = self.connection.execute(query).all()
        for record_id, datestamp, status, pivot in rows:
            record = from_json(orjson.loads(pivot)) if status == "live" else None
            yield Entry(record_id, datestamp, status, record)
