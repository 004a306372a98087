"""The articles of targets that are copies of records, and what people changed in them: identifiers and hashes only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Column, Index, Integer, String, Table, delete, func, select, update

from bridge.meaning.target import Copy
from bridge.store.ledger import metadata
from bridge.store.notices import Notices
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

# Our copy of a record at a target: what it is called there, what we sent, what it was there after we wrote.
office_copy = Table(
    "office_copy",
    metadata,
    Column("target", String, primary_key=True),
    Column("record", String, primary_key=True),
    Column("remote", String, nullable=False),
    Column("sent", String, nullable=False),
    Column("hash", String, nullable=False),
    Column("state", String, nullable=False),
    Column("at", String, nullable=False),
    sqlite_with_rowid=False,
)

# A copy that people of the target changed, and that differs from the record: who looks at it asks both sites.
office_proposal = Table(
    "office_proposal",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("target", String, nullable=False),
    Column("record", String, nullable=False),
    Column("at", String, nullable=False),
    Column("state", String, nullable=False),
    Index("office_proposal_by_target", "target", "record"),
)

_Y, _P = office_copy.c, office_proposal.c
_CHUNK = 500


class Proposal(NamedTuple):
    """A copy that people changed, for which we have something else to write. ``state`` is ``open`` or ``done``."""

    id: int
    target: str
    record: str
    at: str
    state: str


class Copies:
    """The copies of a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def of(self, target: str, records: Sequence[str]) -> dict[str, Copy]:
        """Our copies of these records at a target."""
        found: dict[str, Copy] = {}
        for start in range(0, len(records), _CHUNK):
            chunk = records[start : start + _CHUNK]
            query = select(office_copy).where(_Y.target == target, _Y.record.in_(chunk))
            found |= {r.record: Copy(r.remote, r.sent, r.hash, r.state) for r in self._connection.execute(query)}
        return found

    def remotes(self, target: str) -> dict[str, str]:
        """What is called how at a target -> the record that it is a copy of."""
        query = select(_Y.remote, _Y.record).where(_Y.target == target, _Y.remote != "")
        return {row.remote: row.record for row in self._connection.execute(query)}

    def count(self, target: str) -> Mapping[str, int]:
        """How many copies a target has, by state."""
        query = select(_Y.state, func.count()).where(_Y.target == target).group_by(_Y.state)
        return {state: count for state, count in self._connection.execute(query)}

    def keep(self, target: str, record: str, copy: Copy) -> None:
        """Keep what is known of a copy; where people changed it and we would write something else, a proposal is open,
        until that is no longer so."""
        about = (_Y.target == target, _Y.record == record)
        self._connection.execute(delete(office_copy).where(*about))
        values = {"target": target, "record": record, "at": self._now, **copy._asdict()}
        self._connection.execute(office_copy.insert().values(**values))
        asked = (_P.target == target, _P.record == record, _P.state == "open")
        if copy.state != "edited":
            self._connection.execute(update(office_proposal).where(*asked).values(state="done"))
        elif not self._connection.scalar(select(func.count()).where(*asked)):
            row = {"target": target, "record": record, "at": self._now, "state": "open"}
            self._connection.execute(office_proposal.insert().values(**row))

    def forget_removed(self, target: str) -> None:
        """What people of the target took away may be given to them again."""
        self._connection.execute(delete(office_copy).where(_Y.target == target, _Y.state == "removed"))

    def forget(self, target: str) -> None:
        """The target is another site: nothing is known of what it holds."""
        self._connection.execute(delete(office_copy).where(_Y.target == target))
        over = (_P.target == target, _P.state == "open")
        self._connection.execute(update(office_proposal).where(*over).values(state="done"))

    def proposals(self, target: str = "", state: str = "open") -> list[Proposal]:
        """What people of targets changed, oldest first."""
        query = select(office_proposal).where(_P.state == state).order_by(_P.id)
        query = query.where(_P.target == target) if target else query
        return [Proposal(*row) for row in self._connection.execute(query)]

    def proposal(self, id: int) -> Proposal | None:
        """An open proposal; None when it is answered, or never was."""
        query = select(office_proposal).where(_P.id == id, _P.state == "open")
        row = self._connection.execute(query).one_or_none()
        return Proposal(*row) if row else None


def tell_proposals(writing: Writing, target: str) -> None:
    """Tell, or no longer, that people of a target changed what was delivered there."""
    notices, count = Notices(writing), len(Copies(writing).proposals(target))
    if count:
        told = f"{count} fiche(s) ont été modifiées chez « {target} » : le pont n'y touche plus sans une réponse."
        notices.tell("proposal", target, told)
    else:
        notices.settle("proposal", target)
