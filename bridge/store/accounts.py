"""Who may sign in, and how often it was tried. A password is only here as its hash, an address only as a keyed hash."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, delete, false, func, select, update

from bridge.store.ledger import metadata
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

account = Table(
    "office_account",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("name", String, nullable=False),
    # The same in lower case: nobody can be taken for another.
    Column("folded", String, nullable=False, unique=True),
    Column("role", String, nullable=False),
    Column("sources", Text, nullable=False, server_default="[]"),
    Column("password", String, nullable=False),
    Column("stamp", String, nullable=False),
    Column("disabled", Boolean, nullable=False, server_default=false()),
    Column("created", String, nullable=False),
    sqlite_autoincrement=True,  # the session of an account that was removed is never that of a later one
)
attempt = Table(
    "office_attempt",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("key", String, nullable=False),
    Column("at", String, nullable=False),
    Index("office_attempt_by_key", "key", "at"),
)
_A = account.c


@dataclass(frozen=True, slots=True)
class Account:
    """Someone who may sign in.

    Attributes:
        role: ``administrator``, ``coordinator`` or ``partner``.
        sources: the ids that a partner's account is for; empty for the others.
        password: its hash.
        stamp: what a session must bear; another one ends them all.
    """

    id: int
    name: str
    role: str
    sources: tuple[str, ...]
    password: str = field(repr=False)
    stamp: str = field(repr=False)
    disabled: bool
    created: str

    def to_json(self) -> dict[str, Any]:
        """What ``partageons account list --json`` says of it."""
        shown = ("name", "role", "sources", "disabled", "created")
        return {key: getattr(self, key) for key in shown}


class Accounts:
    """The accounts of a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection
        self._now = view.datestamp if isinstance(view, Writing) else ""

    def all(self) -> list[Account]:
        """Every account, by name."""
        return self._found(select(account).order_by(_A.folded))

    def one(self, id: int) -> Account | None:
        return next(iter(self._found(select(account).where(_A.id == id))), None)

    def named(self, name: str) -> Account | None:
        """The account of this name, however its letters are written."""
        return next(iter(self._found(select(account).where(_A.folded == name.casefold()))), None)

    def any(self) -> bool:
        return bool(self._connection.scalar(select(func.count()).select_from(account)))

    def administrators(self) -> int:
        """How many administrators may sign in."""
        query = select(func.count(_A.id)).where(_A.role == "administrator", _A.disabled.is_(False))
        return int(self._connection.scalar(query) or 0)

    def add(self, name: str, role: str, sources: Sequence[str], password: str, stamp: str) -> None:
        values = {"name": name, "folded": name.casefold(), "role": role, "sources": _json(sources)}
        self._connection.execute(
            account.insert().values(**values, password=password, stamp=stamp, disabled=False, created=self._now)
        )

    def change(self, id: int, **values: Any) -> None:
        """Write some columns of an account; ``sources`` is a sequence of ids."""
        if "sources" in values:
            values["sources"] = _json(values["sources"])
        self._connection.execute(update(account).where(_A.id == id).values(**values))

    def remove(self, id: int) -> None:
        self._connection.execute(delete(account).where(_A.id == id))

    def _found(self, query: Any) -> list[Account]:
        rows = self._connection.execute(query).mappings()
        named = [{key: row[key] for key in row if key != "folded"} for row in rows]
        return [Account(**row | {"sources": tuple(orjson.loads(row["sources"]))}) for row in named]


class Attempts:
    """How often something was tried of late, by key (a keyed hash). In the store, so that all processes count together.
    Limited by instants: what is older than the span that is asked for is purged."""

    def __init__(self, writing: Writing) -> None:
        self._connection = writing.connection

    def take(self, limits: Mapping[str, int], at: str, since: str) -> bool:
        """Count one more attempt under each key; False, and nothing counted, when one of them is at its limit."""
        self._connection.execute(delete(attempt).where(attempt.c.at < since))
        for key, limit in limits.items():
            if int(self._connection.scalar(select(func.count(attempt.c.id)).where(attempt.c.key == key)) or 0) >= limit:
                return False
        self._connection.execute(attempt.insert(), [{"key": key, "at": at} for key in limits])
        return True

    def forgive(self, key: str) -> None:
        """All attempts under this key are forgotten."""
        self._connection.execute(delete(attempt).where(attempt.c.key == key))

    def give_back(self, key: str) -> None:
        """The last attempt under this key did not fail."""
        last = select(func.max(attempt.c.id)).where(attempt.c.key == key).scalar_subquery()
        self._connection.execute(delete(attempt).where(attempt.c.id == last))


def _json(values: Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()
