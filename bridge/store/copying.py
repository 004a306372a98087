"""The ledger and the office, row by row, out of a store and into another: what a backup holds."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table, func, select, update
from sqlalchemy.exc import DBAPIError

from bridge.errors import StoreError
from bridge.store import ledger
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

_CHUNK = 500
_STATE = ledger.state.name


class Rows:
    """Every row of ``ledger_*`` and ``office_*`` of a view of the store, each as one line of JSON."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection

    def out(self) -> Iterator[tuple[str, Iterator[bytes]]]:
        """Each table by name, and its rows: objects by column."""
        for name, table in _tables().items():
            yield name, self._lines(table)

    def held(self) -> bool:
        """Whether there is anything that a restoration would replace."""
        tables = (table for name, table in _tables().items() if name != _STATE)
        return any(self._connection.scalar(select(func.count()).select_from(table)) for table in tables)

    def clear(self) -> None:
        """Empty every table, copies too."""
        for table in ledger.metadata.tables.values():
            if table.name != _STATE:
                self._connection.execute(table.delete())

    def take(self, name: str, lines: Iterable[bytes]) -> int:
        """Write the rows of a table, as ``out`` gave them; columns that an older version did not have get their
        defaults. Returns how many.

        Raises:
            StoreError: not a table of ours, or not its rows.
        """
        table = _tables().get(name)
        if table is None:
            raise StoreError(f"La sauvegarde a une table que ce programme ne connaît pas : {name[:60]!r}.")
        if name == _STATE:
            self._connection.execute(table.delete().where(table.c.key != "schema"))
        count, rows = 0, (_row(table, line) for line in lines)
        while chunk := list(islice(rows, _CHUNK)):
            count += len(chunk)
            try:
                self._write(table, chunk)
            except DBAPIError as error:
                raise StoreError(f"La table {name} de la sauvegarde ne peut pas être écrite : {error.orig}.") from error
        if name == _STATE and not self._seq().isdecimal():
            raise StoreError("La sauvegarde ne dit pas où elle en était (seq).")
        return count

    def due(self) -> None:
        """Every source is to be visited as soon as possible: copies are made again."""
        self._connection.execute(update(ledger.source).values(next_visit=""))

    def _write(self, table: Table, rows: list[dict[str, Any]]) -> None:
        if table.name == _STATE:
            rows = [row for row in rows if row["key"] != "schema"]
        # Rows of one statement have the same columns.
        by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in rows:
            by_columns.setdefault(tuple(row), []).append(row)
        for alike in by_columns.values():
            self._connection.execute(table.insert(), alike)

    def _seq(self) -> str:
        return self._connection.scalar(select(ledger.state.c.value).where(ledger.state.c.key == "seq")) or ""

    def _lines(self, table: Table) -> Iterator[bytes]:
        names = [str(column.name) for column in table.columns]
        for row in self._connection.execute(select(table)):
            yield orjson.dumps({name: _shown(value) for name, value in zip(names, row, strict=True)})


def _tables() -> dict[str, Table]:
    found = {table.name: table for table in ledger.metadata.sorted_tables}
    return {name: table for name, table in found.items() if name.startswith(("ledger_", "office_"))}


def _shown(value: Any) -> Any:
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _row(table: Table, line: bytes) -> dict[str, Any]:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise StoreError(f"La table {table.name} de la sauvegarde n'est pas lisible.") from error
    if not isinstance(row, dict) or not row.keys() <= set(table.c.keys()):
        raise StoreError(f"La table {table.name} de la sauvegarde a des colonnes que ce programme ne connaît pas.")
    if missing := [column.name for column in table.columns if column.name not in row and _needed(column)]:
        raise StoreError(f"La sauvegarde n'a pas la colonne {table.name}.{missing[0]}.")
    return {key: _value(table.c[key], value) for key, value in row.items()}


def _needed(column: Column[Any]) -> bool:
    given = column.nullable or column.server_default is not None or column.default is not None
    return not (given or column.autoincrement is True)


def _value(column: Column[Any], value: Any) -> Any:
    """The value as its column holds it.

    Raises:
        StoreError: it is of another kind.
    """
    kind = column.type
    if value is None and column.nullable:
        return None
    if isinstance(kind, Boolean):
        fits = isinstance(value, bool)
    elif isinstance(kind, Integer):  # BigInteger too
        fits = isinstance(value, int) and not isinstance(value, bool) and -(1 << 63) <= value < 1 << 63
    else:
        fits = isinstance(value, str)
    if not fits:
        raise StoreError(f"La sauvegarde met autre chose que prévu dans {column.table.name}.{column.name}.")
    if isinstance(kind, LargeBinary):
        try:
            return base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise StoreError(
                f"La sauvegarde met autre chose que prévu dans {column.table.name}.{column.name}."
            ) from error
    return value
