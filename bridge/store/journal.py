"""The journal, read: who did what, when, what it takes to come back; and who came back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import orjson
from sqlalchemy import delete, select, update

from bridge.store import cache, ledger, office
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

_J, _L = office.journal.c, ledger.record.c
_CHUNK = 500


class Act(NamedTuple):
    """One act of a person. ``undone`` is « instant name » of who undid it, empty as long as nobody did."""

    number: int
    at: str
    who: str
    act: str
    about: str
    before: str
    undone: str

    @property
    def kept(self) -> Mapping[str, Any]:
        """What was kept to come back, empty for nothing."""
        found: dict[str, Any] = orjson.loads(self.before) if self.before else {}
        return found

    @property
    def undone_at(self) -> str:
        return self.undone.partition(" ")[0]

    @property
    def undone_by(self) -> str:
        return self.undone.partition(" ")[2]

    def to_json(self) -> dict[str, Any]:
        """What ``partageons journal --json`` says."""
        said = {key: getattr(self, key) for key in ("number", "at", "who", "act", "about")}
        told = {key: value for key, value in self.kept.items() if key in ("told", "ids")}
        return said | {"undone_at": self.undone_at, "undone_by": self.undone_by} | told


class Journal:
    """The journal of a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def acts(self, limit: int, older_than: int = 0) -> list[Act]:
        """The last acts, newest first; those before an act, for the next page."""
        query = select(office.journal).order_by(_J.id.desc()).limit(limit)
        if older_than:
            query = query.where(_J.id < older_than)
        return [Act(*row) for row in self._connection.execute(query)]

    def one(self, number: int) -> Act | None:
        row = self._connection.execute(select(office.journal).where(_J.id == number)).one_or_none()
        return Act(*row) if row else None

    def mark_undone(self, number: int, who: str) -> None:
        """It is undone, now, by this person."""
        self._connection.execute(update(office.journal).where(_J.id == number).values(undone=f"{self._now} {who}"))

    def strip(self, source: str) -> None:
        """Nothing that was kept of a forgotten source's words stays: what was done about it can no longer be undone."""
        self._connection.execute(update(office.journal).where(_J.about == source).values(before=""))


class Verdicts:
    """What people decided of records, taken back; the next visit of their source, soon, sees to the rest."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._connection = writing.connection

    def lift(self, record_id: str) -> str:
        """A record is no longer opposed: it may come again, its source, whose id is returned, being read whole. Empty
        when nothing opposed it."""
        lifted = self._connection.execute(delete(ledger.opposed).where(ledger.opposed.c.id == record_id))
        if not lifted.rowcount:
            return ""
        source = self._connection.scalar(select(_L.source).where(_L.id == record_id)) or ""
        self._connection.execute(delete(cache.page).where(cache.page.c.source == source))
        self._connection.execute(update(cache.source).where(cache.source.c.id == source).values(version=""))
        self._writing.hurry(source)
        return source

    def doubt(self, source: str, ids: Sequence[str]) -> int:
        """Records that were kept although their source no longer lists them count as missing again; how many."""
        count = 0
        for start in range(0, len(ids), _CHUNK):
            about = (_L.id.in_(ids[start : start + _CHUNK]), _L.kept)
            count += int(self._connection.execute(update(ledger.record).where(*about).values(kept=False)).rowcount)
        self._writing.hurry(source)
        return count
