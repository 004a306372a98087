"""Which versions of each partner's key are valid. The keys themselves are derived (``bridge.signing``): a table of
numbers is all there is to steal, or to lose."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Boolean, Column, Integer, String, Table, delete, select

from bridge.errors import StoreError
from bridge.store.ledger import metadata
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

OVERLAP = timedelta(hours=24)
"""How long the version before stays valid after a rotation: the time to tell the partner's site."""

office_key = Table(
    "office_key",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, nullable=False),
    # Still valid beside ``version`` until ``OVERLAP`` after ``at``; 0 for none.
    Column("previous", Integer, nullable=False),
    # The highest version ever given: none is given twice.
    Column("newest", Integer, nullable=False),
    Column("revoked", Boolean, nullable=False),
    Column("at", String, nullable=False),
)


class KeyState(NamedTuple):
    """What is noted of a partner's key; ``at`` is the instant of the last act, empty when there was none."""

    version: int = 1
    previous: int = 0
    newest: int = 1
    revoked: bool = False
    at: str = ""


class Keys:
    """The versions of the keys, by partner file id. One never heard of has its version 1."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def state(self, id: str) -> KeyState:
        """What is noted of this key."""
        c = office_key.c
        query = select(c.version, c.previous, c.newest, c.revoked, c.at).where(c.id == id)
        row = self._connection.execute(query).one_or_none()
        return KeyState(*row) if row else KeyState()

    def versions(self, id: str) -> tuple[int, ...]:
        """The versions that are valid now, newest first; none when the key is revoked."""
        state = self.state(id)
        if state.revoked:
            return ()
        if state.previous and datetime.now(UTC) < datetime.fromisoformat(state.at) + OVERLAP:
            return (state.version, state.previous)
        return (state.version,)

    def rotate(self, id: str) -> int:
        """A new version, which is returned; the one before stays valid for ``OVERLAP``, unless it was revoked."""
        state = self.state(id)
        new = state.newest + 1
        self._keep(id, new, 0 if state.revoked else state.version, new, revoked=False)
        return new

    def revoke(self, id: str) -> None:
        """No version is valid any more, until ``rotate`` or ``restore``."""
        state = self.state(id)
        self._keep(id, state.version, 0, state.newest, revoked=True)

    def restore(self, id: str, version: int) -> None:
        """An earlier version is the valid one again: what undoes a rotation or a revocation. The one that was valid
        meanwhile stays so for ``OVERLAP``.

        Raises:
            StoreError: this version was never given.
        """
        state = self.state(id)
        if not 1 <= version <= state.newest:
            raise StoreError(f"La clé de « {id} » n'a jamais eu de version {version}.")
        beside = 0 if state.revoked or state.version == version else state.version
        self._keep(id, version, beside, state.newest, revoked=False)

    def _keep(self, id: str, version: int, previous: int, newest: int, *, revoked: bool) -> None:
        values = {"version": version, "previous": previous, "newest": newest, "revoked": revoked, "at": self._now}
        self._connection.execute(delete(office_key).where(office_key.c.id == id))
        self._connection.execute(office_key.insert().values(id=id, **values))
