"""The core of the PHP plugins, by its own tests (``plugins/core/tests``), on SQLite and on MariaDB."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.real.databases import mariadb
from tests.real.parts import need

CORE = Path(__file__).parents[1] / "plugins" / "core"
SQL = "/(ChangeLog|Reconciler|Token|Oai)Test/"


def phpunit(*arguments: str, **more: str) -> None:
    need("php", "phpunit", php=("dom", "pdo_sqlite", "simplexml", "xmlwriter"), why="phpunit php-sqlite3 php-xml")
    done = subprocess.run(
        ["phpunit", "--configuration", CORE / "phpunit.xml", "--colors=never", *arguments],
        cwd=CORE,
        env={**os.environ, **more},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_core():
    phpunit()


@pytest.mark.parametrize("charset", ["utf8mb4", "latin1"])
def test_the_change_log_on_mariadb(charset):
    need("php", php=("pdo_mysql",), why="php-mysql")
    with mariadb() as database:
        database.sql(f"ALTER DATABASE essai CHARACTER SET {charset};")
        phpunit("--filter", SQL, TEST_DSN=f"{database.dsn};charset={charset}", TEST_USER="root")
