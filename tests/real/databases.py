"""A private MariaDB and a private PostgreSQL: a temporary folder, a free port of the loopback, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.real import php
from tests.real.parts import lack, need

DATABASE = "essai"
ADMINISTRATOR = "administration"


class Database:
    """A running server with one empty database in UTF-8, ``DATABASE``.

    Attributes:
        dsn: what PHP's PDO connects to.
    """

    def __init__(self, dsn: str, port: int, start: Callable[[], subprocess.Popen[bytes]], client: list[str]) -> None:
        self.dsn = dsn
        self.port = port
        self._start, self._client = start, client
        self._process: subprocess.Popen[bytes] | None = None

    def sql(self, script: str, database: str = DATABASE) -> str:
        """What a script prints, run by an administrator; it stops at its first error."""
        done = subprocess.run([*self._client, database], input=script, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"Le script SQL a échoué : {done.stderr[-800:]}")
        return done.stdout

    def start(self, empty: str = "") -> None:
        """Start, or start again after ``stop``; ``empty`` is a database that is there from the beginning."""
        self._process = self._start()
        for _ in range(200):
            try:
                self.sql("SELECT 1;", empty or DATABASE)
                return
            except RuntimeError as error:
                if self._process.poll() is not None:
                    raise RuntimeError(f"Le serveur de bases de données s'est arrêté : {error}") from error
                time.sleep(0.05)
        raise RuntimeError("Le serveur de bases de données ne répond pas.")

    def stop(self) -> None:
        """Stop as a system does; what is in the database stays."""
        if self._process is not None:
            # On SIGTERM PostgreSQL waits for its clients, on SIGINT it sends them away; MariaDB ignores SIGINT.
            self._process.send_signal(signal.SIGTERM if self.dsn.startswith("mysql:") else signal.SIGINT)
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(10)
            self._process = None


@contextmanager
def mariadb() -> Iterator[Database]:
    """A MariaDB until the end of the block; its administrator is root, without a password."""
    need("mariadbd", "mariadb-install-db", "mariadb", why="mariadb-server")
    with _folder("mysql") as (folder, account):
        data, socket, port = folder / "data", folder / "m.sock", php.free_port()
        user = [f"--user={account}"] if account else []
        _run(
            "mariadb-install-db",
            *("--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal", "--skip-test-db"),
            *user,
        )

        def start() -> subprocess.Popen[bytes]:
            return _server(
                folder / "mariadb.log",
                *("mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", f"--port={port}"),
                *("--bind-address=127.0.0.1", f"--pid-file={folder}/m.pid", "--innodb-flush-log-at-trx-commit=0"),
                *("--character-set-server=utf8mb4", "--collation-server=utf8mb4_unicode_ci", "--skip-log-bin", *user),
            )

        client = ["mariadb", "--no-defaults", f"--socket={socket}", "--user=root", "--default-character-set=utf8mb4"]
        client += ["--batch", "--skip-column-names"]
        dsn = f"mysql:host=127.0.0.1;port={port};dbname={DATABASE};charset=utf8mb4"
        with _running(Database(dsn, port, start, client), "mysql") as running:
            yield running


@contextmanager
def postgresql() -> Iterator[Database]:
    """A PostgreSQL until the end of the block; accounts need their password, except the administrator's by socket."""
    need("psql", why="postgresql")
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = shutil.which("initdb") or next((str(each / "initdb") for each in reversed(programs)), "")
    if not found:
        lack("Il manque initdb. Installez : postgresql.")
    with _folder("postgres") as (folder, account):
        data, port = folder / "data", php.free_port()
        as_them = ["setpriv", f"--reuid={account}", f"--regid={account}", "--clear-groups"] if account else []
        options = (
            "--auth-local=trust",
            "--auth-host=scram-sha-256",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        )
        _run(*as_them, found, f"--pgdata={data}", f"--username={ADMINISTRATOR}", *options, at=folder)

        def start() -> subprocess.Popen[bytes]:
            return _server(
                folder / "postgresql.log",
                *(*as_them, str(Path(found).resolve().with_name("postgres")), "-D", str(data), "-p", str(port)),
                *("-c", f"unix_socket_directories={folder}", "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"),
            )

        client = ["psql", "--no-psqlrc", f"--host={folder}", f"--port={port}", f"--username={ADMINISTRATOR}"]
        client += ["--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1"]
        dsn = f"pgsql:host=127.0.0.1;port={port};dbname={DATABASE}"
        with _running(Database(dsn, port, start, client), "postgres") as running:
            yield running


@contextmanager
def _running(database: Database, first: str) -> Iterator[Database]:
    try:
        database.start(first)
        database.sql(f"CREATE DATABASE {DATABASE};", first)
        yield database
    finally:
        database.stop()


@contextmanager
def _folder(account: str) -> Iterator[tuple[Path, str]]:
    """A folder for the server, and the account it runs under: these servers refuse to be root. Empty: ours will do."""
    with tempfile.TemporaryDirectory(prefix="base-", dir="/tmp") as name:
        folder = Path(name)  # not below pytest's own folder, which that account may not enter
        if os.geteuid() != 0:
            yield folder, ""
            return
        try:
            them = pwd.getpwnam(account)
        except KeyError:
            lack(f"Le compte « {account} » manque.")
        os.chown(folder, them.pw_uid, them.pw_gid)
        folder.chmod(0o755)
        yield folder, account


def _run(*command: str, at: Path | None = None) -> None:
    done = subprocess.run(command, cwd=at, capture_output=True, text=True, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{command[0]} a échoué : {(done.stderr or done.stdout)[-800:]}")


def _server(log: Path, *command: str) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=log.parent, start_new_session=True
        )
