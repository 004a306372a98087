"""The store: one database, three groups of tables (``ledger_*``, ``cache_*``, ``office_*``), one transaction a commit.

SQLite in WAL mode by default; any SQLAlchemy URL may follow. The only place of the bridge that writes SQL.
"""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Select, Table, create_engine, event, inspect, select, text, true
from sqlalchemy.exc import DBAPIError, OperationalError

from bridge.errors import StoreError
from bridge.instants import from_now
from bridge.store import accounts, cache, copies, deliveries, keys, ledger, notices, office, pings, subscriptions
from bridge.store.reading import PageState, Rhythm, Snapshot, SourceState, WalkState, read_seq
from bridge.store.writing import Change, Outcome, Writing

__all__ = [
    "Change",
    "Outcome",
    "PageState",
    "Rhythm",
    "Snapshot",
    "SourceState",
    "Store",
    "WalkState",
    "Writing",
    "now",
]

SCHEMA = 4
# What brings a database of version N to N + 1, in SQL that SQLite and PostgreSQL both speak. Version 1 is the first.
MIGRATIONS: dict[int, tuple[str, ...]] = {
    # Copies are made again by a harvest, which is due at once.
    1: (
        "CREATE INDEX ledger_member_by_spec ON ledger_member (spec, record, present)",
        "DROP TABLE cache_record",
        "DELETE FROM cache_page",
        "DELETE FROM cache_source",
        "UPDATE ledger_source SET next_visit = ''",
    ),
    2: (
        "ALTER TABLE ledger_record ADD COLUMN kept BOOLEAN DEFAULT FALSE NOT NULL",
        "ALTER TABLE ledger_record ADD COLUMN mark BIGINT DEFAULT 0 NOT NULL",
        "ALTER TABLE ledger_record ADD COLUMN name BIGINT DEFAULT 0 NOT NULL",
        "ALTER TABLE ledger_record ADD COLUMN origin BIGINT DEFAULT 0 NOT NULL",
        "ALTER TABLE ledger_record ADD COLUMN hops INTEGER DEFAULT 0 NOT NULL",
        "CREATE INDEX ledger_record_by_name ON ledger_record (name)",
        "CREATE INDEX ledger_record_by_origin ON ledger_record (origin)",
        "ALTER TABLE ledger_source ADD COLUMN pace INTEGER DEFAULT 0 NOT NULL",
        "ALTER TABLE ledger_source ADD COLUMN failures INTEGER DEFAULT 0 NOT NULL",
        "ALTER TABLE ledger_source ADD COLUMN pinged VARCHAR DEFAULT '' NOT NULL",
        "ALTER TABLE ledger_source ADD COLUMN pings INTEGER DEFAULT 0 NOT NULL",
        "ALTER TABLE ledger_source ADD COLUMN missed INTEGER DEFAULT 0 NOT NULL",
        "ALTER TABLE office_journal ADD COLUMN before TEXT DEFAULT '' NOT NULL",
        "ALTER TABLE office_journal ADD COLUMN undone VARCHAR DEFAULT '' NOT NULL",
    ),
    # Plugins say it again as soon as they are asked, which is at once.
    3: ("DROP TABLE IF EXISTS office_plugin",),
}
# Each group of tables declares itself when it is imported.
_GROUPS = (accounts, cache, copies, deliveries, keys, ledger, notices, office, pings, subscriptions)


def now() -> str:
    """This instant, UTC, to the second."""
    return from_now(timedelta(0))


class Store:
    """The database of one collective.

    Args:
        folder: where the SQLite file and the writer's lock live; made if it is not there.
        url: an SQLAlchemy URL, or empty for ``folder/partageons.sqlite``.
        name_set: what a person calls an OAI-PMH set.

    Raises:
        StoreError: the folder or the database cannot be used, or the database is newer than this program.
    """

    def __init__(self, folder: Path, url: str = "", name_set: Callable[[str], str] = str) -> None:
        self._name_set = name_set
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock_path = folder / "writer.lock"
            self._lock_path.touch(0o600)
            if not url:  # SQLite gives its other files the rights of this one
                (folder / "partageons.sqlite").touch(0o600)
        except OSError as error:
            raise StoreError(f"Le dossier {folder} ne peut pas être écrit : {error.strerror}.") from error
        self._engine = _engine(url or f"sqlite:///{folder / 'partageons.sqlite'}")
        self._writer = self._engine.execution_options(writes=True)
        try:
            with self._locked(), self._writer.begin() as connection:
                _migrate(connection)
        except DBAPIError as error:
            raise StoreError(
                f"La base de données ne peut pas être ouverte : {error.orig}.", "Vérifiez « data » et « database »."
            ) from error
        self._watch = _Watch(self._engine) if self._engine.dialect.name == "sqlite" else None

    def close(self) -> None:
        if self._watch:
            self._watch.close()
        self._engine.dispose()

    @property
    def seq(self) -> int:
        """The number of the last commit that changed something public; cheap enough to ask at each request."""
        if self._watch:
            return self._watch.seq()
        with self._engine.connect() as connection:
            return read_seq(connection)

    def writes(self) -> bool:
        """Whether somebody is writing now, in this process or another. When not, whatever is written later bears a
        datestamp of this second or later."""
        with self._lock_path.open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """One consistent view: what is committed meanwhile is not seen.

        Raises:
            StoreError: the database cannot be read.
        """
        try:
            with self._engine.connect() as connection:
                yield Snapshot(connection, self._name_set)
        except DBAPIError as error:
            raise StoreError(f"La base de données n'a pas pu être lue : {error.orig}.") from error

    @contextmanager
    def writing(self) -> Iterator[Writing]:
        """One transaction of the one writer: a lock across processes, a datestamp that never goes backwards.

        Raises:
            StoreError: the disk is full or the database cannot be written; nothing of the block was kept.
        """
        try:
            with self._locked(), self._writer.begin() as connection:
                writing = Writing(connection, now())
                yield writing
                writing.close()
        except OperationalError as error:
            raise StoreError(f"La base de données n'a pas pu être écrite : {error.orig}.") from error

    def excerpt(self, folder: Path, source: str) -> None:
        """Make, in another folder, a store that holds what this one knows of a source: a place to try things."""
        other = Store(folder)
        try:
            with self._engine.connect() as mine, other._writer.begin() as theirs:
                theirs.execute(ledger.state.delete())
                for table, rows in _of_source(source).items():
                    for chunk in mine.execute(rows).mappings().partitions(500):
                        theirs.execute(table.insert(), [dict(row) for row in chunk])
        finally:
            other.close()

    def wipe(self) -> None:
        """Empty every ``cache_*`` table; the ledger and the office stay."""
        with self.writing() as writing:
            writing.wipe()
        self.compact()

    def compact(self) -> None:
        """Leave no byte of deleted rows on the disk (SQLite: truncate the log, rewrite the file)."""
        if self._engine.dialect.name != "sqlite":
            return
        with self._locked(), self._engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            for statement in ("PRAGMA wal_checkpoint(TRUNCATE)", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.execute(statement)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock_path.open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


class _Watch:
    """``seq`` of an SQLite database, read again only after a commit.

    ``PRAGMA data_version`` costs a few microseconds. For one connection it changes whenever any other connection, of
    this process or not, has committed: this one never writes, so that it is told of all.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection = engine.raw_connection()
        self._raw: Any = self._connection.dbapi_connection
        self._lock = Lock()  # one connection serves one thread at a time
        self._known = (0, 0)

    def seq(self) -> int:
        with self._lock:
            ((version,),) = self._raw.execute("PRAGMA data_version").fetchall()
            if version != self._known[0]:
                # After the version: a commit between the two is read now, and looked for again at the next call.
                with self._engine.connect() as connection:
                    self._known = version, read_seq(connection)
            return self._known[1]

    def close(self) -> None:
        self._connection.close()


def _of_source(source: str) -> dict[Table, Select[Any]]:
    """The rows of each table that concern a source."""
    records = select(ledger.record.c.id).where(ledger.record.c.source == source)
    conditions = {
        ledger.state: true(),
        ledger.opposed: true(),
        ledger.record: ledger.record.c.source == source,
        ledger.member: ledger.member.c.record.in_(records),
        ledger.alias: ledger.alias.c.source == source,
        ledger.echo: ledger.echo.c.source == source,
        ledger.source: ledger.source.c.id == source,
        cache.record: cache.record.c.source == source,
        cache.page: cache.page.c.source == source,
        cache.source: cache.source.c.id == source,
        cache.pushed: cache.pushed.c.source == source,
    }
    return {table: select(table).where(condition) for table, condition in conditions.items()}


def _engine(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, isolation_level="REPEATABLE READ")
    # Connections stay open: the last one to close would checkpoint and delete the log each time.
    engine = create_engine(url, pool_size=8, max_overflow=32, connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours: the driver would open no snapshot for reads
        connection.execute("PRAGMA page_size=8192")  # a record's fragments fit in one
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA wal_autocheckpoint=4000")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA secure_delete=ON")
        connection.execute("PRAGMA cache_size=-8000")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        # A writer takes its lock at once: a read that later turned into a write could only be refused.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


def _migrate(connection: Connection) -> None:
    """Make the tables of a new database, or bring an older one to this version without loss."""
    if not inspect(connection).has_table(ledger.state.name):
        ledger.metadata.create_all(connection)
        connection.execute(
            ledger.state.insert(), [{"key": "schema", "value": str(SCHEMA)}, {"key": "seq", "value": "0"}]
        )
        return
    version = int(connection.scalar(select(ledger.state.c.value).where(ledger.state.c.key == "schema")) or 0)
    if version > SCHEMA:
        raise StoreError(
            f"La base de données est d'une version plus récente ({version}) que ce programme ({SCHEMA}).",
            "Mettez partageons-vert à jour.",
        )
    for step in range(version, SCHEMA):
        for statement in MIGRATIONS[step]:
            connection.execute(text(statement))
    ledger.metadata.create_all(connection)
    connection.execute(ledger.state.update().where(ledger.state.c.key == "schema").values(value=str(SCHEMA)))
