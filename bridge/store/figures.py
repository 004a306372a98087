"""Counts for whoever watches over the service: a few grouped queries, no content."""

from __future__ import annotations

from sqlalchemy import func, select

from bridge.store import ledger
from bridge.store.deliveries import office_delivery, office_target
from bridge.store.notices import notice
from bridge.store.reading import Snapshot
from bridge.store.subscriptions import subscriber


class Figures:
    """The counts of one view of the store."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._connection = snapshot.connection

    def notices(self) -> dict[str, int]:
        """How many open notices of each kind."""
        kind = notice.c.kind
        query = select(kind, func.count()).where(notice.c.settled == "").group_by(kind)
        return {name: count for name, count in self._connection.execute(query)}

    def subscribers(self) -> int:
        """How many subscriptions to our feeds are active."""
        query = select(func.count()).select_from(subscriber).where(subscriber.c.state == "active")
        return int(self._connection.scalar(query) or 0)

    def newest(self) -> dict[str, str]:
        """The datestamp of each source's last change."""
        r = ledger.record.c
        query = select(r.source, func.max(r.datestamp)).group_by(r.source)
        return {source: datestamp for source, datestamp in self._connection.execute(query)}

    def schema(self) -> int:
        """The version of the tables."""
        return int(self._connection.scalar(select(ledger.state.c.value).where(ledger.state.c.key == "schema")) or 0)

    def damage(self) -> str:
        """What is broken in an SQLite database, in its words; empty when nothing is, or for another database."""
        if self._connection.dialect.name != "sqlite":
            return ""
        told = self._connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        return "" if told == "ok" else str(told)

    def deliveries(self) -> dict[tuple[str, str], int]:
        """How many deliveries are on their way or were given up, by target and state."""
        d = office_delivery.c
        query = select(d.target, d.state, func.count()).group_by(d.target, d.state)
        return {(target, state): count for target, state, count in self._connection.execute(query)}

    def stopped(self) -> dict[str, str]:
        """Why nothing is sent any more to some targets, by id."""
        t = office_target.c
        return {id: why for id, why in self._connection.execute(select(t.id, t.stopped).where(t.stopped != ""))}
