"""What is written to the store: one transaction, one datestamp (when it became visible *here*), one ``seq``."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, bindparam, delete, or_, select, update

from bridge.meaning.marks import Marks
from bridge.record import Record, to_json
from bridge.store import cache, ledger, office
from bridge.store.visits import Visits, chunks, json

_L, _C, _M = ledger.record.c, cache.record.c, ledger.member.c
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
    marks: Marks = Marks()

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


class Writing(Visits):
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
        for ids in chunks([c.id for c in changes]):
            known |= {r.id: r for r in self.connection.execute(select(ledger.record).where(_L.id.in_(ids)))}
            copied |= set(self.connection.scalars(select(_C.id).where(_C.id.in_(ids))))
        created, changed, unchanged, rows, renewed = [], [], [], [], []
        for change in changes:
            before = known.get(change.id)
            if before is None:
                created.append(change.id)
                stamps = (self.datestamp, self.seq, change.content_hash, self.datestamp, None, False)
                rows.append((change.id, source, "live", *stamps, *change.marks))
            elif before.status != "live" or before.content_hash != change.content_hash:
                changed.append(change.id)
                renewed.append({"b_id": change.id, "b_hash": change.content_hash})
            else:
                unchanged.append(change.id)
        self._insert(ledger.record, rows)
        self._mark(changes, known)
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
                    kept=False,
                ),
                renewed,
            )
        moved = {*created, *changed}
        self._sets([c for c in changes if c.id in moved], set(changed))
        self._copies(source, version, changes, known, moved, copied)
        # A copy that comes back after a wipe changes what is public here without moving a datestamp.
        back = {i: known[i].datestamp for i in unchanged if i not in copied}
        for ids in chunks(list(back)):
            self.connection.execute(update(ledger.record).where(_L.id.in_(ids)).values(seq=self.seq))
        self._touched |= bool(moved or back)
        return Outcome(created, changed, unchanged, back)

    def remember(self, changes: Sequence[Change]) -> None:
        """Note what these records are recognised by, those that are known here; no datestamp moves."""
        known: dict[str, Any] = {}
        for ids in chunks([change.id for change in changes]):
            known |= {r.id: r for r in self.connection.execute(select(ledger.record).where(_L.id.in_(ids)))}
        self._mark(changes, known)

    def _mark(self, changes: Sequence[Change], known: Mapping[str, Any]) -> None:
        found = {id: Marks(row.mark, row.name, row.origin, row.hops) for id, row in known.items()}
        moved = [c for c in changes if c.id in found and found[c.id] != c.marks and c.marks != Marks()]
        if moved:
            values: dict[str, Any] = {name: bindparam(f"b_{name}") for name in Marks._fields}
            self.connection.execute(
                update(ledger.record).where(_L.id == bindparam("b_id")).values(values),
                [{"b_id": c.id} | {f"b_{name}": value for name, value in c.marks._asdict().items()} for c in moved],
            )

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
        for ids in chunks([c.id for c in changes if c.id in known]):
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
        for ids in chunks([c.id for c in changes if c.id in copied]):
            self.connection.execute(delete(cache.record).where(_C.id.in_(ids)))
        rows = []
        for change in changes:
            before = known.get(change.id)
            datestamp = self.datestamp if before is None or change.id in moved else before.datestamp
            pivot = to_json(change.record) | {"harvested": before.first_seen if before else self.datestamp}
            stamp = datestamp.encode()
            head, about = change.head.replace(_STAMP, stamp), change.about.encode().replace(_STAMP, stamp)
            fragments = (head, change.oai_dc.encode(), change.pv.encode(), about)
            rows.append((change.id, source, change.raw_hash, version, json(pivot), *fragments, json(change.terms)))
        self._insert(cache.record, rows)

    def touch(self) -> None:
        """Number the commit even if no record changes: what is said of them does."""
        self._touched = True

    def withdraw(self, ids: Sequence[str], *, keep_copies: bool = False) -> tuple[str, ...]:
        """Leave tombstones for these live records and drop their copies, unless they may be wanted again (``readmit``);
        those that were not live are left alone."""
        gone: list[str] = []
        for chunk in chunks(ids):
            live = select(_L.id).where(_L.id.in_(chunk), _L.status == "live")
            gone += self.connection.scalars(live)
        for chunk in chunks(gone):
            values = {"status": "withdrawn", "datestamp": self.datestamp, "seq": self.seq}
            settled = {"absent_since": None, "kept": False}
            self.connection.execute(update(ledger.record).where(_L.id.in_(chunk)).values(values | settled))
            if not keep_copies:
                self.connection.execute(delete(cache.record).where(_C.id.in_(chunk)))
        self._touched |= bool(gone)
        return tuple(gone)

    def absent(self, missing: Sequence[str], back: Sequence[str]) -> None:
        """Note the first absence of some records, and the return of others."""
        for ids, since in ((missing, self.datestamp), (back, None)):
            for chunk in chunks(ids):
                self.connection.execute(update(ledger.record).where(_L.id.in_(chunk)).values(absent_since=since))

    def live(self, source: str) -> dict[str, str | None]:
        """The live records of a source and since when each is absent."""
        query = select(_L.id, _L.absent_since).where(_L.source == source, _L.status == "live")
        return {row.id: row.absent_since for row in self.connection.execute(query)}

    def kept(self, source: str) -> set[str]:
        """The live records that a person keeps although their source no longer lists them."""
        return set(self.connection.scalars(select(_L.id).where(_L.source == source, _L.status == "live", _L.kept)))

    def met(self, ids: Sequence[str]) -> None:
        """These are listed again: nobody needs to keep them."""
        for chunk in chunks(ids):
            self.connection.execute(update(ledger.record).where(_L.id.in_(chunk)).values(kept=False))

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
        self.connection.execute(delete(cache.record).where(_C.id == record_id))
        return True

    def release(self, source: str) -> tuple[str, ...]:
        """Withdraw the absent records that were held back for a person; nothing when none is. Their copies stay for a
        while, so that it can be undone (``readmit``, ``purge``)."""
        return self.withdraw(self._held(source), keep_copies=True)

    def refuse(self, source: str) -> tuple[str, ...]:
        """Keep the absent records that were held back for a person, although their source no longer lists them. They do
        not count as missing until they are listed again."""
        ids = self._held(source)
        for chunk in chunks(ids):
            self.connection.execute(update(ledger.record).where(_L.id.in_(chunk)).values(kept=True, absent_since=None))
        return tuple(ids)

    def _held(self, source: str) -> list[str]:
        c = ledger.source.c
        held = update(ledger.source).where(c.id == source, c.held_back > 0).values(held_back=0)
        if not self.connection.execute(held).rowcount:
            return []
        return [record_id for record_id, since in self.live(source).items() if since]

    def readmit(self, ids: Sequence[str]) -> tuple[str, ...]:
        """Bring back withdrawn records whose copy is still there, kept as ``refuse`` does; those that are back."""
        opposed = self.opposed()
        back: list[str] = []
        for chunk in chunks([record_id for record_id in ids if record_id not in opposed]):
            query = select(_C.id, _C.head, _C.about).join(ledger.record, _L.id == _C.id)
            rows = self.connection.execute(query.where(_L.id.in_(chunk), _L.status == "withdrawn")).all()
            for row in rows:
                head, about = _restamped(row.head, row.about, self.datestamp)
                self.connection.execute(update(cache.record).where(_C.id == row.id).values(head=head, about=about))
            back += [row.id for row in rows]
        for chunk in chunks(back):
            values = {"status": "live", "datestamp": self.datestamp, "seq": self.seq, "kept": True}
            self.connection.execute(update(ledger.record).where(_L.id.in_(chunk)).values(values))
        self._touched |= bool(back)
        return tuple(back)

    def purge(self, before: str) -> int:
        """Drop the copies of records that were withdrawn before an instant; how many."""
        gone = select(_L.id).where(_L.status == "withdrawn", _L.datestamp < before)
        return int(self.connection.execute(delete(cache.record).where(_C.id.in_(gone))).rowcount)

    def empty(self, source: str) -> tuple[str, ...]:
        """Withdraw a whole source that no longer answers; without validators, its return will be read whole."""
        self.connection.execute(delete(cache.page).where(cache.page.c.source == source))
        self.connection.execute(update(cache.source).where(cache.source.c.id == source).values(version=""))
        return self.withdraw(list(self.live(source)))

    def forget(self, source: str) -> int:
        """Withdraw a whole source: tombstones stay, every copy and validator of it goes, and what its records were
        recognised by, from which their titles could be guessed. Returns how many it had."""
        gone = self.empty(source)
        its = select(_L.id).where(_L.source == source)
        echo, alias = ledger.echo.c, ledger.alias.c
        # What others show of it may be theirs now: they are read again.
        others = select(echo.source).where(echo.home.in_(its), echo.source != source).distinct()
        for other in self.connection.scalars(others).all():
            self.read_again(other)
        self.connection.execute(delete(ledger.echo).where(or_(echo.source == source, echo.home.in_(its))))
        self.connection.execute(delete(ledger.alias).where(alias.source == source))
        self.connection.execute(update(ledger.record).where(_L.source == source).values(Marks()._asdict()))
        for held in (cache.record, cache.pushed, office.pairing, office.plugin):
            self.connection.execute(delete(held).where(held.c.source == source))
        for table in (cache.source, ledger.source):
            self.connection.execute(delete(table).where(table.c.id == source))
        return len(gone)

    def wipe(self) -> None:
        """Empty every copy and validator; each source is due at once, so that a running service rebuilds them."""
        for table in (cache.record, cache.page, cache.source, cache.pushed):
            self.connection.execute(delete(table))
        self.connection.execute(update(ledger.source).values(next_visit=""))
        self._touched = True

    def journal(self, who: str, act: str, about: str, before: str = "") -> None:
        """Note what a person did; ``before`` is what it takes to come back (JSON), never a password."""
        values = {"at": self.datestamp, "who": who, "act": act, "about": about, "before": before}
        self.connection.execute(office.journal.insert().values(values))


def _restamped(head: bytes, about: bytes, datestamp: str) -> tuple[bytes, bytes]:
    """What was written of a record when it was last live, as of this datestamp."""
    before = head.partition(b"<datestamp>")[2].partition(b"</datestamp>")[0]
    for form in (b"<datestamp>%s</datestamp>", b'harvestDate="%s"'):
        old, new = form % before, form % datestamp.encode()
        head, about = head.replace(old, new), about.replace(old, new)
    return head, about
