"""What was delivered to whom: identifiers, hashes, instants. Of a partner's content nothing is held.

A place in the history of the store is (seq, record id): a target knows every change up to its own. Its order is that of
commits, which never moves, whereas datestamps are given anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import Column, Index, Integer, String, Table, Text, and_, delete, select, tuple_, update

from bridge.store import cache, ledger
from bridge.store.ledger import metadata
from bridge.store.members import gone
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

office_target = Table(
    "office_target",
    metadata,
    Column("id", String, primary_key=True),
    # Up to where it knows all (a place in the history), and what told it so: another selection begins again.
    Column("seq", Integer, nullable=False),
    Column("record", String, nullable=False, server_default=""),
    Column("shape", String, nullable=False, server_default=""),
    Column("door", String, nullable=False, server_default=""),
    # Why nothing goes there any more, empty while all is well; when something last arrived.
    Column("stopped", Text, nullable=False, server_default=""),
    Column("at", String, nullable=False, server_default=""),
)

# A message that is on its way or must be tried again (waiting), or that no more will be (dead).
office_delivery = Table(
    "office_delivery",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target", String, nullable=False),
    # The identifier of a message that tells of many records, or the record it is about.
    Column("message", String, nullable=False),
    Column("only", String, nullable=False, server_default=""),
    Column("since_seq", Integer, nullable=False),
    Column("since_record", String, nullable=False, server_default=""),
    Column("seq", Integer, nullable=False),
    Column("record", String, nullable=False, server_default=""),
    Column("state", String, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("next_try", String, nullable=False, server_default=""),
    Column("said", Text, nullable=False, server_default=""),
    Column("at", String, nullable=False),
    Index("office_delivery_by_target", "target", "state"),
    Index("office_delivery_by_state", "state", "next_try"),
)

_T, _D = office_target.c, office_delivery.c
_L, _C = ledger.record.c, cache.record.c
_CHUNK = 500


class Place(NamedTuple):
    """A place in the history: all changes of earlier commits, and those of this one up to a record.

    The records of a commit follow each other by id; ``END`` is after them all.
    """

    seq: int = 0
    record: str = ""


END = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Known:
    """Where a target stands; see the columns of ``office_target``."""

    id: str
    place: Place
    shape: str = ""
    door: str = ""
    stopped: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message: the changes after ``since`` up to ``until``, or what became of one record (``only``)."""

    id: int
    target: str
    message: str
    only: str
    since: Place
    until: Place
    state: str = "waiting"
    attempts: int = 0
    next_try: str = ""
    said: str = ""
    at: str = ""


class Changed(NamedTuple):
    """A record that changed. ``here``: ``live``, ``withdrawn``, or ``hidden`` while its copy or its source is away."""

    place: Place
    datestamp: str
    here: str


class Deliveries:
    """The deliveries of a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    # What changed

    def changed(self, since: Place, until: Place, limit: int) -> list[Changed]:
        """The records whose last change lies between two places (the first excluded), in order."""
        place = tuple_(_L.seq, _L.id)
        within = and_(_L.seq >= since.seq, place > tuple_(*since), place <= tuple_(*until))
        query = select(_L.seq, _L.id, _L.datestamp, *_HERE).select_from(_JOINED).where(within)
        rows = self._connection.execute(query.order_by(_L.seq, _L.id).limit(limit))
        return [Changed(Place(seq, id), at, _here(*state)) for seq, id, at, *state in rows]

    def one(self, record: str) -> Changed | None:
        """What became of one record."""
        query = select(_L.seq, _L.id, _L.datestamp, *_HERE).select_from(_JOINED).where(_L.id == record)
        for seq, id, at, *state in self._connection.execute(query):
            return Changed(Place(seq, id), at, _here(*state))
        return None

    def left(self, ids: Sequence[str], without: Collection[str], specs: Iterable[Collection[str]]) -> set[str]:
        """Of these records those that were in a selection, as far as sets tell; see ``store.members``."""
        groups = [list(group) for group in specs]
        found: set[str] = set()
        for start in range(0, len(ids), _CHUNK):
            query = gone(without, groups).where(_L.id.in_(ids[start : start + _CHUNK]))
            found |= {row.id for row in self._connection.execute(query)}
        return found

    # Targets

    def known(self, target: str) -> Known | None:
        """Where a target stands, None before anything was sent to it."""
        row = self._connection.execute(select(office_target).where(_T.id == target)).one_or_none()
        return Known(row.id, Place(row.seq, row.record), row.shape, row.door, row.stopped, row.at) if row else None

    def place(self, target: Known) -> None:
        """Keep where it stands."""
        values = {
            "seq": target.place.seq,
            "record": target.place.record,
            "shape": target.shape,
            "door": target.door,
            "stopped": target.stopped,
            "at": target.at,
        }
        self._connection.execute(delete(office_target).where(_T.id == target.id))
        self._connection.execute(office_target.insert().values(id=target.id, **values))

    def arrived(self, target: Known, until: Place) -> Known:
        """It now knows all up to a place: it never goes back to an earlier one."""
        after = replace(target, place=max(target.place, until), stopped="", at=self._now)
        self.place(after)
        return after

    def stopped(self) -> set[str]:
        """The targets where nothing goes any more, until a person does something about it."""
        return set(self._connection.scalars(select(_T.id).where(_T.stopped != "")))

    # Messages

    def deliveries(self, target: str = "", state: str = "") -> list[Delivery]:
        """Those of a target, or of all; in one state, or in any; oldest first."""
        query = select(office_delivery).order_by(_D.id)
        query = query.where(_D.target == target) if target else query
        query = query.where(_D.state == state) if state else query
        return [_delivery(row) for row in self._connection.execute(query)]

    def waiting(self) -> dict[str, str]:
        """For each target that has a message to be tried, the instant when the first of them is."""
        query = select(_D.target, _D.id, _D.next_try).where(_D.state == "waiting").order_by(_D.id.desc())
        return {target: next_try for target, _, next_try in self._connection.execute(query)}

    def open(self, target: str, message: str, since: Place, until: Place, only: str = "") -> Delivery:
        """Note a message before it is sent for the first time."""
        values: dict[str, Any] = {
            "target": target,
            "message": message,
            "only": only,
            "since_seq": since.seq,
            "since_record": since.record,
            "seq": until.seq,
            "record": until.record,
            "state": "waiting",
            "at": self._now,
        }
        done = self._connection.execute(office_delivery.insert().values(**values))
        (number,) = done.inserted_primary_key or (0,)
        return Delivery(number, target, message, only, since, until, at=self._now)

    def keep(self, delivery: Delivery) -> None:
        """Note what became of a message."""
        values = {
            "state": delivery.state,
            "attempts": delivery.attempts,
            "next_try": delivery.next_try,
            "said": delivery.said,
            "at": self._now,
        }
        self._connection.execute(update(office_delivery).where(_D.id == delivery.id).values(**values))

    def close(self, delivery: Delivery) -> None:
        """It arrived."""
        self._connection.execute(delete(office_delivery).where(_D.id == delivery.id))

    def dead(self, target: str, record: str, place: Place, said: str) -> None:
        """A target refuses a record; what it refused of it before is forgotten."""
        self.revived(target, record)
        delivery = self.open(target, record, place, place, only=record)
        self.keep(replace(delivery, state="dead", attempts=1, said=said))

    def revived(self, target: str, record: str) -> None:
        """A record that a target refused is accepted after all, or no longer has to be."""
        about = (_D.target == target, _D.only == record, _D.state == "dead")
        self._connection.execute(delete(office_delivery).where(*about))

    def replay(self, id: int = 0) -> list[Delivery]:
        """Try a dead message again, or all of them; returns those."""
        found = [each for each in self.deliveries(state="dead") if id in (0, each.id)]
        for each in found:
            self.keep(replace(each, state="waiting", attempts=0, next_try=""))
        return found


_JOINED = ledger.record.outerjoin(cache.record, _L.id == _C.id).outerjoin(
    ledger.source, ledger.source.c.id == _L.source
)
_HERE = (_L.status, _C.id.is_not(None), ledger.source.c.unlisted)


def _here(status: str, copied: bool, unlisted: bool | None) -> str:
    return status if status == "withdrawn" or (copied and not unlisted) else "hidden"


def _delivery(row: Any) -> Delivery:
    since, until = Place(row.since_seq, row.since_record), Place(row.seq, row.record)
    told = (row.state, row.attempts, row.next_try, row.said, row.at)
    return Delivery(row.id, row.target, row.message, row.only, since, until, *told)
