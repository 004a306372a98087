"""The store: datestamps, tombstones, sets, wiping, crashes."""

import sqlite3
import subprocess
import sys
from hashlib import blake2b
from pathlib import Path

import pytest

from bridge import store as store_module
from bridge.errors import StoreError
from bridge.record import Problem, Record
from bridge.store import Change, PageState, Store


def change(local: str, title: str = "Titre", sets: tuple[str, ...] = ("partner:a",), source: str = "a") -> Change:
    record = Record(id=f"{source}:{local}", source=source, title=title)
    return Change(
        record=record,
        raw_hash=title.encode(),
        content_hash=blake2b(f"{title}{sets}".encode()).hexdigest(),
        sets=sets,
        oai_dc=f"<dc>{title}</dc>",
        pv=f"<pv>{title}</pv>",
        about="<about>{harvestDate}</about>",
        terms=[["themes", "Mares", "t-mares"]],
    )


@pytest.fixture
def clock(monkeypatch):
    """The store's clock: call it with an instant to set it."""

    def at(instant: str) -> None:
        monkeypatch.setattr(store_module, "now", lambda: instant)

    at("2026-01-01T00:00:00Z")
    return at


@pytest.fixture
def store(tmp_path, clock):
    opened = Store(tmp_path)
    yield opened
    opened.close()


def keep(store: Store, *changes: Change, version: str = "v1"):
    with store.writing() as writing:
        return writing.keep("a", version, changes)


def listed(
    store: Store, prefix: str = "oai_dc", from_: str = "", until: str = "", set_: str = "", after=None, limit=100
):
    with store.snapshot() as snapshot:
        return snapshot.oai.list(prefix, from_, until, set_, after, limit)


def test_a_record_moves_only_when_its_content_or_sets_do(store, clock):
    assert keep(store, change("1")).created == ["a:1"]
    clock("2026-01-02T00:00:00Z")
    assert keep(store, change("1")).unchanged == ["a:1"]
    assert [x.header.datestamp for x in listed(store)] == ["2026-01-01T00:00:00Z"]
    assert keep(store, change("1", sets=("partner:a", "dep:69"))).changed == ["a:1"]
    assert [x.header.datestamp for x in listed(store)] == ["2026-01-02T00:00:00Z"]
    with store.snapshot() as snapshot:
        assert snapshot.entry("a:1").record.harvested == "2026-01-01T00:00:00Z"


def test_datestamps_never_go_backwards(store, clock):
    clock("2026-03-01T00:00:00Z")
    keep(store, change("1"))
    clock("2026-02-01T00:00:00Z")
    keep(store, change("2"))
    assert {x.header.datestamp for x in listed(store)} == {"2026-03-01T00:00:00Z"}


def test_seq_counts_public_commits_only(store):
    assert store.seq == 0
    keep(store, change("1"))
    assert store.seq == 1
    keep(store, change("1"))
    with store.writing() as writing:
        writing.visited("a", success=True)
    assert store.seq == 1


def test_a_tombstone_stays_and_a_return_is_a_change(store, clock):
    keep(store, change("1"))
    clock("2026-01-02T00:00:00Z")
    with store.writing() as writing:
        assert writing.withdraw(["a:1", "a:never"]) == ("a:1",)
    (stone,) = listed(store)
    assert stone.header.deleted and stone.metadata == b"" and stone.about == b""
    with store.snapshot() as snapshot:
        assert snapshot.entry("a:1").status == "withdrawn" and snapshot.entry("a:1").record is None
        assert snapshot.entry("a:never") is None
        assert snapshot.counts() == (0, 0)
    clock("2026-01-03T00:00:00Z")
    assert keep(store, change("1")).changed == ["a:1"]
    (live,) = listed(store)
    assert not live.header.deleted and live.header.datestamp == "2026-01-03T00:00:00Z"
    assert live.about == b"<about>2026-01-03T00:00:00Z</about>"


def test_a_set_that_was_left_is_a_deletion_in_that_set(store, clock):
    keep(store, change("1", sets=("partner:a", "theme:x", "theme:y")), change("2", sets=("partner:a", "theme:x")))
    clock("2026-01-02T00:00:00Z")
    keep(store, change("1", sets=("partner:a", "theme:y")))
    assert [(x.header.id, x.header.deleted) for x in listed(store, set_="theme:x")] == [("a:2", False), ("a:1", True)]
    assert [(x.header.id, x.header.deleted) for x in listed(store, set_="theme")] == [("a:2", False), ("a:1", False)]
    assert listed(store, set_="theme:y")[0].header.sets == ("partner:a", "theme:y")
    assert listed(store, set_="nope") == []
    with store.snapshot() as snapshot:
        assert snapshot.oai.count("", "", "theme:x") == 2
        assert [spec for spec, _ in snapshot.oai.sets()] == ["partner", "partner:a", "theme", "theme:x", "theme:y"]
    clock("2026-01-03T00:00:00Z")
    keep(store, change("1", sets=("partner:a", "theme:x")))
    assert [x.header.deleted for x in listed(store, set_="theme:x")] == [False, False]


def test_pages_of_a_list_are_cut_by_datestamp_and_id(store, clock):
    keep(store, *(change(str(n)) for n in range(7)))
    clock("2026-01-02T00:00:00Z")
    keep(store, change("3", "Autre"))
    ids, after = [], None
    while page := listed(store, after=after, limit=3):
        ids += [x.header.id for x in page]
        after = (page[-1].header.datestamp, page[-1].header.id)
    assert ids == ["a:0", "a:1", "a:2", "a:4", "a:5", "a:6", "a:3"]
    assert [x.header.id for x in listed(store, from_="2026-01-02T00:00:00Z")] == ["a:3"]
    assert len(listed(store, until="2026-01-01T23:59:59Z")) == 6
    assert listed(store, prefix="")[0].metadata == b""
    assert listed(store, prefix="pv")[0].metadata == b"<pv>Titre</pv>"
    with store.snapshot() as snapshot:
        assert snapshot.oai.earliest() == "2026-01-01T00:00:00Z"
        assert snapshot.oai.get("a:3", "oai_dc").metadata == b"<dc>Autre</dc>"
        assert snapshot.oai.get("a:33", "oai_dc") is None
        assert snapshot.oai.count("2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z", "") == 1


def test_a_wiped_copy_comes_back_unmoved(store, clock):
    keep(store, change("1"))
    with store.writing() as writing:
        writing.withdraw(["a:1"])
    keep(store, change("2"))
    before = listed(store)
    store.wipe()
    assert [x.header.id for x in listed(store)] == ["a:1"]  # tombstones stay; copies wait for the next harvest
    seq = store.seq
    clock("2026-05-01T00:00:00Z")
    assert keep(store, change("2")).back == {"a:2": before[-1].header.datestamp}
    assert listed(store) == before
    assert store.seq == seq + 1  # the index must hear of it
    with store.snapshot() as snapshot:
        assert [e.id for e in snapshot.walk(after_seq=seq)] == ["a:2"]


def test_a_snapshot_does_not_see_what_is_committed_meanwhile(store):
    keep(store, change("1"))
    with store.snapshot() as snapshot:
        assert snapshot.counts() == (1, 1)
        keep(store, change("2"))
        assert snapshot.counts() == (1, 1)


def test_a_block_that_fails_leaves_nothing(store):
    with pytest.raises(RuntimeError), store.writing() as writing:
        writing.keep("a", "v1", [change("1")])
        raise RuntimeError
    assert listed(store) == [] and store.seq == 0


def test_validators_are_forgotten_with_the_mapping(store):
    keep(store, change("1"))
    state = PageState("k", "etag", "modified", "hash", ("a:1",), ({"url": "u", "carry": {}},), {"whole": True})
    with store.writing() as writing:
        writing.pages("a", "v1", [state])
        writing.pages("a", "v1", [state])
        walked = {"version": "v1", "watermark": "w", "last_full": "f", "keeps_deleted": True, "complete": True}
        writing.visited("a", success=True, cached=walked)
    with store.snapshot() as snapshot:
        assert snapshot.page("a", "k", "v1") == state
        assert snapshot.page("a", "k", "v2") is None
        assert snapshot.raw_hashes(["a:1"], "v1") == {"a:1": b"Titre"}
        assert snapshot.raw_hashes(["a:1"], "v2") == {}
        assert snapshot.walk_state("a", "v1") == ("w", "f", True)
        assert snapshot.walk_state("a", "v2") == ("", "", False)
    with store.writing() as writing:
        writing.forget_pages("a", {"k"})
    with store.snapshot() as snapshot:
        assert snapshot.page("a", "k", "v1")
    with store.writing() as writing:
        writing.forget_pages("a", set())
    with store.snapshot() as snapshot:
        assert snapshot.page("a", "k", "v1") is None


def test_states_tell_what_happened(store, clock):
    keep(store, change("1"), change("2"), change("3"))
    with store.writing() as writing:
        writing.withdraw(["a:3"])
        writing.absent(["a:2"], [])
        writing.visited("a", success=False, problems=[Problem("en panne")], unplaced={"x": 2}, held_back=4)
    with store.snapshot() as snapshot:
        state = snapshot.states()["a"]
        assert snapshot.terms("a") == [("themes", "Mares", "t-mares", 2)]
    assert (state.live, state.withdrawn, state.absent, state.held_back) == (2, 1, 1, 4)
    assert state.problems == (Problem("en panne"),) and state.unplaced == {"x": 2} and not state.complete
    assert state.unreachable_since == "2026-01-01T00:00:00Z" and state.last_success == ""
    clock("2026-01-02T00:00:00Z")
    with store.writing() as writing:
        assert writing.visited("a", success=False) == "2026-01-01T00:00:00Z"
        assert writing.visited("a", success=True, cached={"complete": True}) == ""
        writing.absent([], ["a:2"])
        assert writing.live("a") == {"a:1": None, "a:2": None}
    with store.snapshot() as snapshot:
        assert snapshot.states()["a"].complete and snapshot.states()["a"].last_success == "2026-01-02T00:00:00Z"


def test_opposition_survives_a_wipe(store):
    keep(store, change("1"))
    with store.writing() as writing:
        writing.oppose("a:1", "demande")
        assert writing.oppose("a:1", "demande, encore")
        assert not writing.oppose("a:9", "inconnue")
        writing.journal("cli", "oppose", "a:1")
    store.wipe()
    with store.writing() as writing:
        assert writing.opposed() == {"a:1"}
    assert listed(store)[0].header.deleted


def test_a_source_that_is_no_longer_listed_leaves_searches_and_comes_back(store):
    keep(store, change("1"))
    with store.writing() as writing:
        writing.visited("a", success=True)
        assert not writing.list_source("a", True)
        assert writing.list_source("a", False)
    with store.snapshot() as snapshot:
        assert [(e.id, e.record) for e in snapshot.walk(after_seq=1)] == [("a:1", None)]
        assert snapshot.oai.get("a:1", "oai_dc").metadata  # OAI-PMH goes on: nothing was withdrawn
    with store.writing() as writing:
        assert writing.list_source("a", True)
    with store.snapshot() as snapshot:
        assert [e.record.title for e in snapshot.walk(after_seq=2)] == ["Titre"]


def test_forgetting_leaves_no_byte(tmp_path, store):
    keep(store, change("1", "Une phrase reconnaissable entre toutes"), change("b1", source="b"))
    with store.writing() as writing:
        writing.visited("a", success=True, problems=[Problem("phrase reconnaissable")])
        assert writing.forget("a") == 2
    store.compact()
    for path in tmp_path.iterdir():
        assert b"reconnaissable" not in path.read_bytes()
    assert len(listed(store)) == 2  # tombstones


def test_entries_come_in_the_order_asked(store):
    keep(store, change("1"), change("2"), change("3"))
    with store.writing() as writing:
        writing.withdraw(["a:2"])
    with store.snapshot() as snapshot:
        assert [e.id for e in snapshot.entries(["a:3", "a:2", "a:1", "a:9"])] == ["a:3", "a:1"]
        assert [e.id for e in snapshot.walk(source="b")] == []
        assert [e.id for e in snapshot.walk(source="a")] == ["a:1", "a:2", "a:3"]


def test_a_long_walk_is_read_in_batches(store):
    keep(store, *(change(f"{n:04}") for n in range(1203)))
    with store.snapshot() as snapshot:
        assert [e.id for e in snapshot.walk()] == [f"a:{n:04}" for n in range(1203)]
        assert len(snapshot.entries(f"a:{n:04}" for n in range(1203))) == 1203


def test_a_newer_database_is_refused(tmp_path, store):
    store.close()
    with sqlite3.connect(tmp_path / "partageons.sqlite") as raw:
        raw.execute("UPDATE ledger_state SET value = '99' WHERE key = 'schema'")
    raw.close()
    with pytest.raises(StoreError, match="plus récente"):
        Store(tmp_path)


def test_an_older_database_is_migrated_without_loss(tmp_path, store, monkeypatch):
    keep(store, change("1"))
    store.close()
    monkeypatch.setattr(store_module, "SCHEMA", store_module.SCHEMA + 1)
    step = {store_module.SCHEMA - 1: ("ALTER TABLE ledger_record ADD COLUMN note VARCHAR",)}
    monkeypatch.setattr(store_module, "MIGRATIONS", store_module.MIGRATIONS | step)
    again = Store(tmp_path)
    assert [x.header.id for x in listed(again)] == ["a:1"]
    again.close()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="ne peut pas être écrit"):
        Store(tmp_path / "file")
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "partageons.sqlite").write_bytes(b"not a database at all, really" * 100)
    with pytest.raises(StoreError, match="ne peut pas être ouverte"):
        Store(tmp_path / "base")


def test_a_disk_that_fails_is_said(store, monkeypatch):
    with pytest.raises(StoreError, match="n'a pas pu être écrite"), store.writing() as writing:
        writing.connection.exec_driver_sql("PRAGMA query_only=ON")
        writing.keep("a", "v1", [change("1")])


def test_kill_in_the_middle_of_a_commit_loses_nothing_committed(tmp_path):
    script = """
import os, sys
sys.path[:0] = [sys.argv[1], sys.argv[3]]
from hashlib import blake2b
from pathlib import Path
from test_store import change
from bridge.store import Store
store = Store(Path(sys.argv[2]))
for n in range(10**6):
    with store.writing() as writing:
        writing.keep("a", "v1", [change(str(n))])
        if n == 3:
            os.kill(os.getpid(), 9)
"""
    here = Path(__file__).parent
    ended = subprocess.run([sys.executable, "-c", script, str(here.parent), str(tmp_path), str(here)], timeout=60)
    assert ended.returncode == -9
    store = Store(tmp_path)
    assert [x.header.id for x in listed(store)] == ["a:0", "a:1", "a:2"] and store.seq == 3
    assert keep(store, change("3")).created == ["a:3"]
    store.close()
