"""A database that an earlier version made, opened by this one: nothing of the ledger or the journal is lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bridge import store as store_module
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import StoreError
from bridge.refresh import refresh
from bridge.store import Store
from bridge.store.journal import Journal
from bridge.web import create_app
from tests.conftest import Web

URL = "https://a.exemple.fr/data.json"
HOME = {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}

# The tables as versions 1 and 2 made them.
LEDGER = """
CREATE TABLE ledger_record (
    id VARCHAR NOT NULL, source VARCHAR NOT NULL, status VARCHAR NOT NULL, datestamp VARCHAR NOT NULL,
    seq INTEGER NOT NULL, content_hash VARCHAR NOT NULL, first_seen VARCHAR NOT NULL, absent_since VARCHAR,
    PRIMARY KEY (id)
) WITHOUT ROWID;
CREATE INDEX ledger_record_by_datestamp ON ledger_record (datestamp, id);
CREATE INDEX ledger_record_by_seq ON ledger_record (seq);
CREATE INDEX ledger_record_by_source ON ledger_record (source, status);
CREATE TABLE ledger_member (
    record VARCHAR NOT NULL, spec VARCHAR NOT NULL, present BOOLEAN NOT NULL, PRIMARY KEY (record, spec)
) WITHOUT ROWID;
CREATE TABLE ledger_source (
    id VARCHAR NOT NULL, last_visit VARCHAR DEFAULT '' NOT NULL, last_success VARCHAR DEFAULT '' NOT NULL,
    unreachable_since VARCHAR DEFAULT '' NOT NULL, next_visit VARCHAR DEFAULT '' NOT NULL,
    held_back INTEGER DEFAULT '0' NOT NULL, unlisted BOOLEAN NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE ledger_opposed (
    id VARCHAR NOT NULL, at VARCHAR NOT NULL, reason TEXT DEFAULT '' NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE ledger_state ("key" VARCHAR NOT NULL, value VARCHAR NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE office_journal (
    id INTEGER NOT NULL, at VARCHAR NOT NULL, who VARCHAR NOT NULL, act VARCHAR NOT NULL, about TEXT NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE cache_page (
    source VARCHAR NOT NULL, "key" VARCHAR NOT NULL, version VARCHAR NOT NULL, etag VARCHAR NOT NULL,
    last_modified VARCHAR NOT NULL, body_hash VARCHAR NOT NULL, ids TEXT NOT NULL, next TEXT NOT NULL,
    facts TEXT NOT NULL, PRIMARY KEY (source, "key")
);
CREATE TABLE cache_source (
    id VARCHAR NOT NULL, version VARCHAR NOT NULL, watermark VARCHAR NOT NULL, last_full VARCHAR NOT NULL,
    keeps_deleted BOOLEAN NOT NULL, complete BOOLEAN NOT NULL, problems TEXT NOT NULL, unplaced TEXT NOT NULL,
    PRIMARY KEY (id)
);
"""
FIRST = """
CREATE TABLE cache_record (
    id VARCHAR NOT NULL, source VARCHAR NOT NULL, raw_hash VARCHAR NOT NULL, version VARCHAR NOT NULL,
    pivot TEXT NOT NULL, oai_dc TEXT NOT NULL, pv TEXT NOT NULL, PRIMARY KEY (id)
);
"""
SECOND = """
CREATE INDEX ledger_member_by_spec ON ledger_member (spec, record, present);
CREATE TABLE cache_record (
    id VARCHAR NOT NULL, source VARCHAR NOT NULL, raw_hash BLOB NOT NULL, version VARCHAR NOT NULL,
    pivot TEXT NOT NULL, head BLOB NOT NULL, oai_dc BLOB NOT NULL, pv BLOB NOT NULL, about BLOB NOT NULL,
    terms TEXT NOT NULL, PRIMARY KEY (id)
);
CREATE INDEX cache_record_by_source ON cache_record (source);
"""
MADE = {1: LEDGER + FIRST, 2: LEDGER + SECOND}
KEPT = ("ledger_record", "ledger_member", "ledger_source", "ledger_opposed", "office_journal")
SOURCE = f"""
[source]
id = "a"
kind = "json_api"
url = "{URL}"
[fields]
title = "titre"
themes = "theme"
url = "lien"
[values.themes]
"Haies" = "t-haies"
"Oiseaux" = "t-oiseaux"
"""


def resources(count: int, theme: str = "Haies") -> list[dict[str, object]]:
    return [
        {"id": n, "titre": f"Fiche {n}", "theme": "Haies" if n else theme, "lien": f"https://a.exemple.fr/{n}"}
        for n in range(count)
    ]


@pytest.fixture(scope="module", params=sorted(MADE))
def old(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path, dict[str, str]]:
    """A version, a folder with a database that it made, and what was public of it."""
    folder, web = tmp_path_factory.mktemp("ancien"), Web()
    (folder / "mappings").mkdir()
    (folder / "mappings" / "a.toml").write_text(SOURCE, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch, closing(Collective(load(folder, HOME))) as here:
        for day, body in enumerate((resources(5), resources(5, "Oiseaux")), 1):
            patch.setattr(store_module, "now", lambda day=day: f"2026-03-0{day}T12:00:00Z")
            web.put(URL, body)
            refresh(here, here.sources.values(), web)
        with here.store.writing() as writing:
            writing.withdraw(["a:4"])
            writing.oppose("a:3", "À sa demande")
            writing.journal("cli", "oppose", "a:3")
            writing.absent(["a:2"], [])
        here.catch_up()
        public = shown(here)
    version: int = request.param
    before = folder / "var" / "partageons.sqlite"
    before.rename(folder / "now.sqlite")
    with closing(sqlite3.connect(before)) as raw, raw:
        raw.executescript(MADE[version])
        raw.execute("ATTACH ? AS new", (str(folder / "now.sqlite"),))
        for table in (*KEPT, "ledger_state", "cache_page", "cache_source", *(["cache_record"] if version > 1 else [])):
            names = ", ".join(f'"{row[1]}"' for row in raw.execute(f"PRAGMA main.table_info({table})"))
            raw.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM new.{table}")
        raw.execute("UPDATE main.ledger_state SET value = ? WHERE \"key\" = 'schema'", (str(version),))
    return version, folder, public


@pytest.fixture
def folder(old: tuple[int, Path, dict[str, str]], tmp_path: Path) -> Path:
    """A copy of it."""
    (tmp_path / "var").mkdir()
    (tmp_path / "mappings").mkdir()
    for name in ("mappings/a.toml", "var/partageons.sqlite"):
        (tmp_path / name).write_bytes((old[1] / name).read_bytes())
    return tmp_path


def shown(here: Collective) -> dict[str, str]:
    client = create_app(here).test_client()
    queries = ("metadataPrefix=pv", "metadataPrefix=oai_dc&set=theme:t-haies", "metadataPrefix=pv&set=theme:t-oiseaux")
    pages = {query: client.get(f"/oai?verb=ListRecords&{query}").get_data(as_text=True) for query in queries}
    return {query: page.partition("</request>")[2] for query, page in pages.items()}


def rows(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of what must not be lost, in the columns that it had."""
    with closing(sqlite3.connect(path)) as raw:
        found = {}
        for table in KEPT:
            blank = sqlite3.connect(":memory:")
            blank.executescript(LEDGER)
            names = ", ".join(f'"{row[1]}"' for row in blank.execute(f"PRAGMA table_info({table})"))
            blank.close()
            found[table] = raw.execute(f"SELECT {names} FROM {table} ORDER BY 1, 2").fetchall()
        return found


def shape(path: Path) -> dict[str, set[tuple[Any, ...]]]:
    """The columns and indexes of each table; types and defaults as they are read back, not as they are spelled."""
    with closing(sqlite3.connect(path)) as raw:
        tables = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        found: dict[str, set[tuple[Any, ...]]] = {}
        for table in tables:
            columns = {(row[1], row[2], row[3], row[5]) for row in raw.execute(f'PRAGMA table_info("{table}")')}
            indexes = {(row[1],) for row in raw.execute(f'PRAGMA index_list("{table}")') if row[3] == "c"}
            found[table] = columns | indexes
        return found


def test_nothing_that_cannot_be_harvested_again_is_lost(folder: Path) -> None:
    path = folder / "var" / "partageons.sqlite"
    before = rows(path)
    assert len(before["ledger_record"]) == 5 and before["ledger_opposed"] and before["office_journal"]
    Store(folder / "var").close()
    after = rows(path)
    visits = before.pop("ledger_source"), after.pop("ledger_source")
    assert after == before
    assert [row[:4] for row in visits[0]] == [row[:4] for row in visits[1]]


def test_tables_are_then_those_of_a_new_database(folder: Path, tmp_path: Path) -> None:
    Store(folder / "var").close()
    Store(tmp_path / "neuf").close()
    upgraded, fresh = shape(folder / "var" / "partageons.sqlite"), shape(tmp_path / "neuf" / "partageons.sqlite")
    assert upgraded == fresh
    with closing(sqlite3.connect(folder / "var" / "partageons.sqlite")) as raw:
        told = raw.execute("SELECT value FROM ledger_state WHERE \"key\" = 'schema'").fetchone()
    assert told == (str(store_module.SCHEMA),)


def test_copies_are_made_again_and_the_public_bytes_are_the_same(
    old: tuple[int, Path, dict[str, str]], folder: Path, web: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "now", lambda: "2026-03-20T12:00:00Z")
    web.put(URL, resources(4, "Oiseaux"))
    with closing(Collective(load(folder, HOME))) as here:
        with here.store.snapshot() as snapshot:
            assert [(act.act, act.about, act.before, act.undone) for act in Journal(snapshot).acts(5)] == [
                ("oppose", "a:3", "", "")
            ]
        refresh(here, here.sources.values(), web)
        assert shown(here) == old[2]
        with here.store.snapshot() as snapshot:
            entry = snapshot.entry("a:3")
            assert entry and entry.status == "withdrawn"


def test_opening_it_twice_or_by_two_processes_changes_nothing_more(folder: Path) -> None:
    first, second = Store(folder / "var"), Store(folder / "var")
    before = rows(folder / "var" / "partageons.sqlite")
    first.close()
    second.close()
    Store(folder / "var").close()
    assert rows(folder / "var" / "partageons.sqlite") == before


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "var" / "partageons.sqlite"
    before, shaped = rows(path), shape(path)
    broken = {**store_module.MIGRATIONS, 2: (*store_module.MIGRATIONS[2], "ALTER TABLE absente ADD COLUMN x INTEGER")}
    monkeypatch.setattr(store_module, "MIGRATIONS", broken)
    with pytest.raises(StoreError, match="ne peut pas être ouverte"):
        Store(folder / "var")
    assert rows(path) == before and shape(path) == shaped
    monkeypatch.undo()
    Store(folder / "var").close()


def test_a_database_of_a_later_version_is_refused(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "var" / "partageons.sqlite")) as raw, raw:
        raw.execute("UPDATE ledger_state SET value = '99' WHERE \"key\" = 'schema'")
    with pytest.raises(StoreError, match="version plus récente"):
        Store(folder / "var")
