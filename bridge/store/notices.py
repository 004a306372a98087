"""What a coordinator must know: one open notice for each thing, until it is settled.

A message names sources, targets and counts; never what a partner wrote.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from sqlalchemy import Column, ColumnElement, Index, Integer, String, Table, Text, delete, select, update

from bridge.instants import shifted
from bridge.store.ledger import metadata, state
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

KINDS = ("held", "tombstones", "rekeyed", "twice", "unreachable", "dead", "pairing", "proposal")
KEPT = timedelta(days=90)
"""How long a settled notice stays."""

notice = Table(
    "office_notice",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("at", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("about", String, nullable=False),
    Column("message", Text, nullable=False),
    # When it was mailed, and when it was settled; empty before.
    Column("sent", String, nullable=False, server_default=""),
    Column("settled", String, nullable=False, server_default=""),
    Index("office_notice_by_about", "kind", "about"),
)
_N = notice.c
_TRY = "mail_tried"
_TRIED = select(state.c.value).where(state.c.key == _TRY)


class Notice(NamedTuple):
    """One open notice. ``sent`` is when it was mailed, empty before."""

    id: int
    at: str
    kind: str
    about: str
    message: str
    sent: str


class Notices:
    """The notices of a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def tell(self, kind: str, about: str, message: str) -> bool:
        """Open a notice. While it is open, telling it again only renews its message (a count that grew): it is neither
        dated nor mailed again. Returns whether it is new."""
        values = {"message": message}
        if self._connection.execute(update(notice).where(*_open(kind, about)).values(values)).rowcount:
            return False
        self._connection.execute(notice.insert().values(at=self._now, kind=kind, about=about, **values))
        return True

    def settle(self, kind: str, about: str) -> bool:
        """Close it; False when it was not open."""
        old = shifted(self._now, -KEPT)
        self._connection.execute(delete(notice).where(_N.settled != "", _N.settled < old))
        closed = update(notice).where(*_open(kind, about)).values(settled=self._now)
        return bool(self._connection.execute(closed).rowcount)

    def unsent(self, tried_before: str) -> list[Notice]:
        """The open notices that were not mailed; none when mailing was tried at this instant or later."""
        if (self._connection.scalar(_TRIED) or "") >= tried_before:
            return []
        return [each for each in self.open() if not each.sent]

    def take(self, tried_before: str) -> list[Notice]:
        """The same, for the one who will mail them: another who asks is given none until the next try."""
        waiting = self.unsent(tried_before)
        if waiting:
            self._connection.execute(delete(state).where(state.c.key == _TRY))
            self._connection.execute(state.insert().values(key=_TRY, value=self._now))
        return waiting

    def mark_sent(self, ids: Sequence[int]) -> None:
        """These were mailed."""
        for start in range(0, len(ids), 500):
            chunk = ids[start : start + 500]
            self._connection.execute(update(notice).where(_N.id.in_(chunk)).values(sent=self._now))

    def open(self) -> list[Notice]:
        """What is not settled, oldest first."""
        query = select(_N.id, _N.at, _N.kind, _N.about, _N.message, _N.sent).where(_N.settled == "").order_by(_N.id)
        return [Notice(*row) for row in self._connection.execute(query)]


def _open(kind: str, about: str) -> tuple[ColumnElement[bool], ...]:
    return _N.kind == kind, _N.about == about, _N.settled == ""
