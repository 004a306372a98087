"""What is written to the store: one transaction, one datestamp (when it became visible *here*), one ``seq``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, Table, bindparam, delete, select, update

from bridge.record import Problem, Record, to_json
from bridge.store import cache, ledger, office
from bridge.store.reading import PageState

_L, _C, _M = ledger.record.c, cache.record.c, ledger.member.c
_CHUNK = 500
STAMP = "{harvestDate}"
"""What stands for the datestamp in what is written before the store gives it."""
_STAMP = STAMP.encode()


class Change(NamedTuple):
    """A mapped record ready to be kept: its pivot as JSON values and its fragments, written once for all readers.

    ``content_hash`` covers the ``pv`` bytes and the sets: only its change moves the datestamp. The store adds what is
    its to give: the first sight to the pivot, the datestamp to ``about`` and ``head`` (in the place of ``STAMP``).
    """

    record: Record
    raw_hash: bytes
    content_hash: str
    sets: tuple[str, ...]
    oai_dc: str
    pv: str
    about: str
    terms: Sequence[Sequence[str]]
    head: bytes = b""

    @property
    def id(self) -> str:
        return self.record.id


class Outcome(NamedTuple):
    """What became of the changes: record ids. ``back`` are unchanged ones whose copy had been wiped, with the datestamp
    they keep."""

    created: Sequence[str]
    changed: Sequence[str]
    unchanged: Sequence[str]
    back: Mapping[str, str]


class Writing:
    """One transaction. ``datestamp`` is given to every record that changes; ``seq`` numbers the commit if any does."""

    def __init__(self, connection: Connection, clock: str) -> None:
        self.connection = connection
        rows = {r.key: r.value for r in connection.execute(select(ledger.state))}
        self.datestamp = max(clock, rows.get("datestamp", ""))
        self.seq = int(rows["seq"]) + 1
        self._touched = False

    def close(self) -> None:
        """Number the commit, if something public changed."""
        if self._touched:
            for key, value in (("seq", str(self.seq)), ("datestamp", self.datestamp)):
                found = self.connection.execute(
                    update(ledger.state).where(ledger.state.c.key == key).values(value=value)
                )
                if not found.rowcount:
                    self.connection.execute(ledger.state.insert().values(key=key, value=value))

    @property
    def touched(self) -> bool:
        return self._touched

    def keep(self, source: str, version: str, changes: Sequence[Change]) -> Outcome:
        """Keep these records as they are now. Those whose content hash is known keep their datestamp."""
        known: dict[str, Any] = {}
        copied: set[str] = set()
        for ids in _chunks([c.id for c in changes]):
            known |= {r.id: r for r in self.connection.execute(select(ledger.record).where(_L.id.in_(ids)))}
            copied |= set(self.connection.scalars(select(_C.id).where(_C.id.in_(ids))))
        created, changed, unchanged, rows, renewed = [], [], [], [], []
        for change in changes:
            before = known.get(change.id)
            if before is None:
                created.append(change.id)
                stamps = (self.datestamp, self.seq, change.content_hash, self.datestamp, None, False, 0, 0, 0)
                rows.append((change.id, source, "live", *stamps))
            elif before.status != "live" or before.content_hash != change.content_hash:
                changed.append(change.id)
                renewed.append({"b_id": change.id, "b_hash": change.content_hash})
            else:
                unchanged.append(change.id)
        self._insert(ledger.record, rows)
        if renewed:
            self.connection.execute(
                update(ledger.record)
                .where(_L.id == bindparam("b_id"))
                .values(
                    status="live",
                    content_hash=bindparam("b_hash"),
                    datestamp=self.datestamp,
                    seq=self.seq,
                    absent_since=None,
                ),
                renewed,
            )
        moved = {*created, *changed}
        self._sets([c for c in changes if c.id in moved], set(changed))
        self._copies(source, version, changes, known, moved, copied)
        # A copy that comes back after a wipe changes what is public here without moving a datestamp.
        back = {i: known[i].datestamp for i in unchanged if i not in copied}
        for ids in _chunks(list(back)):
            self.connection.execute(update(ledger.record).where(_L.id.in_(ids)).values(seq=self.seq))
        self._touched |= bool(moved or back)
        return Outcome(created, changed, unchanged, back)

    def _insert(self, table: Table, rows: Sequence[Sequence[Any]]) -> None:
        """Many rows, each in the order of the table's columns."""
        if not rows:
            return
        statement = table.insert()
        compiled = statement.compile(dialect=self.connection.dialect)
        if compiled.positional:  # straight to the driver: renaming parameters costs more than writing the rows
            self.connection.exec_driver_sql(str(compiled), rows)
        else:
            names = [column.name for column in table.columns]
            self.connection.execute(statement, [dict(zip(names, row, strict=True)) for row in rows])

    def _sets(self, changes: Sequence[Change], known: Collection[str]) -> None:
        """Write the memberships; a set that was left stays as left."""
        before: dict[str, dict[str, bool]] = {}
        for ids in _chunks([c.id for c in changes if c.id in known]):
            for row in self.connection.execute(select(ledger.member).where(_M.record.in_(ids))):
                before.setdefault(row.record, {})[row.spec] = row.present
        rows, flips = [], []
        for change in changes:
            if change.id not in before:
                rows += [(change.id, spec, True) for spec in change.sets]
                continue
            had, has = before[change.id], set(change.sets)
            rows += [(change.id, spec, True) for spec in change.sets if spec not in had]
            flips += [
                {"b_spec": spec, "b_record": change.id, "b_present": spec in has}
                for spec, present in had.items()
                if present != (spec in has)
            ]
        self._insert(ledger.member, rows)
        if flips:
            self.connection.execute(
                update(ledger.member)
                .where(_M.spec == bindparam("b_spec"), _M.record == bindparam("b_record"))
                .values(present=bindparam("b_present")),
                flips,
            )

    def _copies(
        self,
        source: str,
        version: str,
        changes: Sequence[Change],
        known: Mapping[str, Any],
        moved: Collection[str],
        copied: Collection[str],
    ) -> None:
        for ids in _chunks([c.id for c in changes if c.id in copied]):
            self.connection.execute(delete(cache.record).where(_C.id.in_(ids)))
        rows = []
        for change in changes:
            before = known.get(change.id)
            datestamp = self.datestamp if before is None or change.id in moved else before.datestamp
            pivot = to_json(change.record) | {"harvested": before.first_seen if before else self.datestamp}
            stamp = datestamp.encode()
            head, about = change.head.replace(_STAMP, stamp), change.about.encode().replace(_STAMP, stamp)
            fragments = (head, change.oai_dc.encode(), change.pv.encode(), about)
            rows.append((change.id, source, change.raw_hash, version, _json(pivot), *fragments, _json(change.terms)))
        self._insert(cache.record, rows)

    def touch(self) -> None:
        """Number the commit even if no record changes: what is said of them does."""
        self._touched = True

    def withdraw(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Leave tombstones for these live records and drop their copies; those that were not live are left alone."""
        gone: list[str] = []
        for chunk in _chunks(ids):
            live = select(_L.id).where(_L.id.in_(chunk), _L.status == "live")
            gone += self.connection.scalars(live)
        for chunk in _chunks(gone):
            values = {"status": "withdrawn", "datestamp": self.datestamp, "seq": self.seq, "absent_since": None}
            self.connection.execute(update(ledger.record).where(_L.id.in_(chunk)).values(values))
            self.connection.execute(delete(cache.record).where(_C.id.in_(chunk)))
        self._touched |= bool(gone)
        return tuple(gone)

    def absent(self, missing: Sequence[str], back: Sequence[str]) -> None:
        """Note the first absence of some records, and the return of others."""
        for ids, since in ((missing, self.datestamp), (back, None)):
            for chunk in _chunks(ids):
                self.connection.execute(update(ledger.record).where(_L.id.in_(chunk)).values(absent_since=since))

    def hurry(self, source: str) -> None:
        """A source is to be visited as soon as possible."""
        self.connection.execute(update(ledger.source).where(ledger.source.c.id == source).values(next_visit=""))

    def live(self, source: str) -> dict[str, str | None]:
        """The live records of a source and since when each is absent."""
        query = select(_L.id, _L.absent_since).where(_L.source == source, _L.status == "live")
        return {row.id: row.absent_since for row in self.connection.execute(query)}

    def opposed(self) -> set[str]:
        """The records whose people asked not to be shown."""
        return set(self.connection.scalars(select(ledger.opposed.c.id)))

    def oppose(self, record_id: str, reason: str) -> bool:
        """Withdraw a record for good: it is refused at each harvest, and a wipe does not bring it back. False when it
        was never here: nothing is done then."""
        if not self.connection.scalar(select(_L.id).where(_L.id == record_id)):
            return False
        self.connection.execute(delete(ledger.opposed).where(ledger.opposed.c.id == record_id))
        self.connection.execute(ledger.opposed.insert().values(id=record_id, at=self.datestamp, reason=reason))
        self.withdraw([record_id])
        return True

    def pages(self, source: str, version: str, states: Iterable[PageState]) -> None:
        """Keep the validators of answers whose items are all kept."""
        rows = [
            {
                "source": source,
                "key": page.key,
                "version": version,
                "etag": page.etag,
                "last_modified": page.last_modified,
                "body_hash": page.body_hash,
                "ids": _json(page.ids),
                "next": _json(page.next),
                "facts": _json(page.facts),
            }
            for page in states
        ]
        if rows:
            keys = [row["key"] for row in rows]
            where = (cache.page.c.source == source, cache.page.c.key.in_(keys))
            self.connection.execute(delete(cache.page).where(*where))
            self.connection.execute(cache.page.insert(), rows)

    def forget_pages(self, source: str, keys: Collection[str]) -> None:
        """Drop the validators of addresses that a whole walk no longer met."""
        known = self.connection.scalars(select(cache.page.c.key).where(cache.page.c.source == source)).all()
        for chunk in _chunks([key for key in known if key not in keys]):
            self.connection.execute(
                delete(cache.page).where(cache.page.c.source == source, cache.page.c.key.in_(chunk))
            )

    def visited(
        self,
        source: str,
        *,
        success: bool,
        next_visit: str = "",
        held_back: int | None = None,
        cached: Mapping[str, Any] | None = None,
        problems: Sequence[Problem] = (),
        unplaced: Mapping[str, int] | None = None,
    ) -> str:
        """Note a visit; returns since when the source is unreachable, empty when it is not.

        ``cached`` holds the columns of ``cache_source`` that the walk settled, or None when only the problems are new.
        """
        row = self.connection.execute(select(ledger.source).where(ledger.source.c.id == source)).one_or_none()
        since = "" if success else (row.unreachable_since if row else "") or self.datestamp
        values: dict[str, Any] = {"last_visit": self.datestamp, "unreachable_since": since, "next_visit": next_visit}
        if success:
            values["last_success"] = self.datestamp
        if held_back is not None:
            values["held_back"] = held_back
        if row:
            self.connection.execute(update(ledger.source).where(ledger.source.c.id == source).values(values))
        else:
            self.connection.execute(ledger.source.insert().values(id=source, **values))
        told = {"complete": False, "problems": _json([asdict(p) for p in problems])}
        if unplaced is not None:
            told["unplaced"] = _json(dict(unplaced))
        told |= cached or {}
        if not self.connection.execute(update(cache.source).where(cache.source.c.id == source).values(told)).rowcount:
            blank = {"version": "", "watermark": "", "last_full": "", "keeps_deleted": False, "unplaced": "{}"}
            self.connection.execute(cache.source.insert().values({"id": source, **blank, **told}))
        return since

    def list_source(self, source: str, listed: bool) -> bool:
        """Show a source's records in searches, or no longer; False when that is how it was."""
        c = ledger.source.c
        flip = update(ledger.source).where(c.id == source, c.unlisted == listed).values(unlisted=not listed)
        if not self.connection.execute(flip).rowcount:
            return False
        live = (_L.source == source, _L.status == "live")
        self.connection.execute(update(ledger.record).where(*live).values(seq=self.seq))
        self._touched = True
        return True

    def release(self, source: str) -> tuple[str, ...]:
        """Withdraw the absent records that were held back for a person; nothing when none is."""
        c = ledger.source.c
        held = update(ledger.source).where(c.id == source, c.held_back > 0).values(held_back=0)
        if not self.connection.execute(held).rowcount:
            return ()
        return self.withdraw([record_id for record_id, since in self.live(source).items() if since])

    def empty(self, source: str) -> tuple[str, ...]:
        """Withdraw a whole source that no longer answers; without validators, its return will be read whole."""
        self.connection.execute(delete(cache.page).where(cache.page.c.source == source))
        self.connection.execute(update(cache.source).where(cache.source.c.id == source).values(version=""))
        return self.withdraw(list(self.live(source)))

    def forget(self, source: str) -> int:
        """Withdraw a whole source: tombstones stay, every copy and validator of it goes. Returns how many it had."""
        gone = self.empty(source)
        self.connection.execute(delete(cache.record).where(_C.source == source))
        for table in (cache.source, ledger.source):
            self.connection.execute(delete(table).where(table.c.id == source))
        return len(gone)

    def wipe(self) -> None:
        """Empty every copy and validator; each source is due at once, so that a running service rebuilds them."""
        for table in (cache.record, cache.page, cache.source):
            self.connection.execute(delete(table))
        self.connection.execute(update(ledger.source).values(next_visit=""))
        self._touched = True

    def journal(self, who: str, act: str, about: str) -> None:
        """Note what a person did."""
        self.connection.execute(office.journal.insert().values(at=self.datestamp, who=who, act=act, about=about))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
