"""The store as an OAI-PMH repository: whichever way a list is read, it is the same list."""

from __future__ import annotations

import sqlite3

import pytest

from bridge import store as store_module
from bridge.record import Record
from bridge.store import Change, Store
from bridge.store.members import Member, Members

SPECS = ("partner:a", "theme:few", "theme:many")


def change(n: int, *sets: str) -> Change:
    record = Record(id=f"a:{n:03}", source="a", title=f"Fiche {n}")
    return Change(record, b"", f"{n}{sets}", ("partner:a", *sets), f"<dc>{n}</dc>", f"<pv>{n}</pv>", "<about/>", [])


@pytest.fixture
def store(tmp_path, monkeypatch):
    """Sixty records in four commits: some withdrawn, some that left a set, one whose copy was lost."""
    clock = ["2026-01-01T00:00:00Z"]
    monkeypatch.setattr(store_module, "now", lambda: clock[0])
    opened = Store(tmp_path)
    for day in range(1, 5):
        clock[0] = f"2026-01-0{day}T00:00:00Z"
        numbers = range(15 * (day - 1), 15 * day)
        with opened.writing() as writing:
            writing.keep("a", "1", [change(n, *(["theme:few"] if n % 9 == 0 else []), "theme:many") for n in numbers])
    clock[0] = "2026-01-05T00:00:00Z"
    with opened.writing() as writing:
        writing.keep("a", "1", [change(n) for n in (9, 20)])
        writing.withdraw(["a:018", "a:021"])
    yield opened
    opened.close()


def pages(repository, size, *, prefix="pv", from_="", until="9", set_=""):
    """A whole list, page after page."""
    found, after = [], None
    while page := repository.list(prefix, from_, until, set_, after, size):
        found += page
        after = (page[-1].header.datestamp, page[-1].header.id)
    assert len(found) == repository.count(from_, until, set_)
    return found


@pytest.mark.parametrize("set_", [*SPECS, "theme", "theme:none", "none"])
@pytest.mark.parametrize("bounds", [{}, {"from_": "2026-01-02", "until": "2026-01-04"}, {"from_": "2026-01-05"}])
def test_small_and_large_sets_are_listed_alike(store, monkeypatch, set_, bounds):
    with store.snapshot() as snapshot:
        monkeypatch.setattr("bridge.store.repository._FEW", 1000)
        small = pages(snapshot.oai, 7, set_=set_, **bounds)
        monkeypatch.setattr("bridge.store.repository._FEW", 0)
        assert pages(snapshot.oai, 4, set_=set_, **bounds) == small
        # And as the set of a selection that holds everything.
        rows = [Member(one.header.datestamp, one.header.id, one.header.deleted) for one in pages(snapshot.oai, 50)]
        assert pages(snapshot.repository({}, members=Members(rows)), 5, set_=set_, **bounds) == small
    held = set_ in (*SPECS, "theme")
    assert bool(small) == held
    if set_ == "theme:few" and not bounds:
        gone = {one.header.id for one in small if one.header.deleted}
        assert gone == {"a:009", "a:018"} and len(small) == 7
        assert all(bool(one.metadata) != one.header.deleted for one in small)


def test_a_selection_is_a_repository(store):
    kept = Members([Member("2026-01-02T00:00:00Z", "a:019"), Member("2026-01-03T00:00:00Z", "a:036", gone=True)])
    written = {"plain": lambda record: f"<t>{record.title}</t>"}
    with store.snapshot() as snapshot:
        some = snapshot.repository(written, members=kept)
        one, gone = pages(some, 1, prefix="plain")
        assert (one.metadata, one.header.deleted) == (b"<t>Fiche 19</t>", False)
        assert (gone.metadata, gone.header.deleted) == (b"", True)
        assert some.earliest() == "2026-01-02T00:00:00Z"
        assert [spec for spec, _ in some.sets()] == ["partner", "partner:a", "theme", "theme:few", "theme:many"]
        assert some.get("a:019", "pv").metadata == b"<pv>19</pv>" and some.get("a:019", "plain") == one
        assert some.get("a:036", "pv").header.deleted and not snapshot.oai.get("a:036", "pv").header.deleted
        assert some.get("a:001", "pv") is None and some.get("rien", "pv") is None
        assert not pages(snapshot.repository({}, members=Members(())), 5) and not list(
            snapshot.repository({}, members=Members(())).sets()
        )


def test_a_set_that_is_a_question_is_in_the_headers_it_gives(store):
    asked = Members([Member("2026-01-02T00:00:00Z", "a:019")])
    with store.snapshot() as snapshot:
        everything = snapshot.repository({}, selections=lambda set_: asked if set_ == "target:x" else None)
        (one,) = pages(everything, 5, set_="target:x")
        assert one.header.sets == ("partner:a", "theme:many", "target:x")
        assert len(pages(everything, 5, set_="theme:many")) == 60
        assert len(pages(everything, 50)) == 60


def test_pages_are_filled_with_what_can_be_written(store, caplog):
    """A page is short only at the end of a list, so that none is empty before it."""

    def write(record):
        if record.id < "a:040":
            raise ValueError("un champ impossible")
        return "<t/>"

    with store.snapshot() as snapshot:
        repository = snapshot.repository({"plain": write})
        first = repository.list("plain", "", "9", "", None, 5)
        assert [one.header.id for one in first] == ["a:040", "a:041", "a:042", "a:043", "a:044"]
        assert "a:001: cannot be written as plain" in caplog.text
        assert len(repository.list("", "", "9", "", None, 99)) == 60
        assert repository.get("a:001", "plain").metadata == b""


def test_what_is_known_up_to_a_commit(store):
    """A selection knows the commits that the index has: the list it gives must end before the next one."""
    with store.snapshot() as snapshot:
        assert snapshot.complete_until(snapshot.seq) > "2100"
        assert snapshot.complete_until(snapshot.seq - 1) == "2026-01-04T23:59:59Z"
        assert snapshot.complete_until(snapshot.seq - 2) == "2026-01-03T23:59:59Z"
        assert snapshot.complete_until(0) < snapshot.oai.earliest()
        seq = snapshot.seq
    with store.writing() as writing:
        writing.visited("a", success=True)
        writing.list_source("a", listed=False)
    with store.snapshot() as snapshot:  # a commit that stamps nothing hides nothing
        assert snapshot.seq > seq and snapshot.complete_until(seq) >= "2026-01-04T23:59:59Z"


def all_changes():
    """The sixty records as they last were."""
    small = {n for n in range(60) if n % 9 == 0} - {9}
    return [
        change(n, *(["theme:few"] if n in small else []), *(["theme:many"] if n not in (9, 20) else []))
        for n in range(60)
        if n not in (18, 21)
    ]


def test_a_set_is_read_by_its_index(tmp_path, store):
    with sqlite3.connect(tmp_path / "partageons.sqlite") as raw:
        plan = raw.execute("EXPLAIN QUERY PLAN SELECT record FROM ledger_member WHERE spec = 'theme:few'").fetchall()
    raw.close()
    assert "ledger_member_by_spec" in str(plan)
