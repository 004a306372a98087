"""Who told that something changed: signed pings, each heard once, and unsigned hints, seldom believed."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Column, String, Table, delete, select, update

from bridge.instants import SECOND, shifted
from bridge.store import ledger
from bridge.store.ledger import metadata
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

REMEMBERED = timedelta(minutes=11)
"""Longer than a signature holds, a clock five minutes ahead and one five minutes behind: none can be used twice."""
HINTED = timedelta(minutes=5)

heard = Table(
    "office_heard",
    metadata,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False, index=True),
)
_S = ledger.source.c


class Pings:
    """What was told to a view of the store; all but ``hinted`` needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def heard(self, who: str, message: str) -> bool:
        """Note a signed message; False when it was heard before: nothing may then be done again."""
        self._connection.execute(delete(heard).where(heard.c.at < shifted(self._now, -REMEMBERED)))
        id = f"{who}/{message}"
        if self._connection.scalar(select(heard.c.id).where(heard.c.id == id)):
            return False
        self._connection.execute(heard.insert().values(id=id, at=self._now))
        return True

    def came(self, source: str) -> None:
        """Count a signed ping of a source, which is to be visited as soon as possible."""
        last = self._connection.scalar(select(_S.last_visit).where(_S.id == source)) or ""
        # Later than the visit that ended in this very second, which may not have seen what it tells.
        told = {"pinged": max(self._now, shifted(last, SECOND) if last else ""), "next_visit": ""}
        counted = update(ledger.source).where(_S.id == source).values({**told, "pings": _S.pings + 1})
        if not self._connection.execute(counted).rowcount:
            self._connection.execute(ledger.source.insert().values({**told, "id": source, "pings": 1}))

    def hinted(self, source: str, at: str) -> bool:
        """Whether a hint would still be news at this instant: neither a visit nor another hint is that young."""
        recent = shifted(at, -HINTED)
        visit = self._connection.scalar(select(_S.last_visit).where(_S.id == source))
        hint = self._connection.scalar(select(heard.c.at).where(heard.c.id == f"hint/{source}"))
        return not (visit is None or visit > recent or (hint or "") > recent)

    def hint(self, source: str) -> None:
        """Somebody who signed nothing says that a source changed: visited soon, unless that was lately."""
        if self.hinted(source, self._now):
            id = f"hint/{source}"
            self._connection.execute(delete(heard).where(heard.c.id == id))
            self._connection.execute(heard.insert().values(id=id, at=self._now))
            self._connection.execute(update(ledger.source).where(_S.id == source).values(next_visit=""))
