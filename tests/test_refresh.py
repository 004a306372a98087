"""The walk and the rule of withdrawal: what is new, changed, skipped, absent, withdrawn or held back."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest

from bridge import harvest as harvest_module
from bridge import refresh as refresh_module
from bridge import store as store_module
from bridge.errors import FetchError
from bridge.record import Response
from bridge.refresh import due_sources, refresh, run, too_many
from bridge.store.search import Query

URL = "https://a.exemple.fr/data.json"


def items(*numbers: int, title: str = "Fiche") -> list[dict[str, object]]:
    return [{"id": n, "titre": f"{title} {n}", "lien": f"https://a.exemple.fr/{n}"} for n in numbers]


def live(collective, source: str = "a") -> list[str]:
    with collective.store.snapshot() as snapshot:
        return [e.id for e in snapshot.walk(source=source) if e.record]


def alive(web, *numbers: int) -> None:
    """The pages of these resources answer."""
    for n in numbers:
        web.put(f"https://a.exemple.fr/{n}", "<p>ici</p>")


@pytest.fixture
def source(add_source):
    add_source("a")


def test_created_changed_unchanged(source, web, harvest, collective):
    web.put(URL, items(1, 2, 3))
    first = harvest()
    assert (first.complete, first.seen, first.created, first.problems) == (True, 3, 3, [])
    web.put(URL, [*items(1, 2), *items(3, title="Autre")])
    second = harvest()
    assert (second.seen, second.created, second.changed, second.unchanged) == (3, 0, 1, 2)
    assert collective.index.search(Query("autre")).ids == ("a:3",)
    assert collective.index.search(Query("")).total == 3


def test_an_equal_body_is_not_parsed_and_writes_only_the_visit(source, web, harvest, collective, monkeypatch):
    web.put(URL, items(1, 2))
    harvest()
    seq = collective.store.seq
    monkeypatch.setattr("bridge.readers.json_api.read", lambda *_: pytest.fail("parsed"))
    again = harvest()
    assert (again.complete, again.seen, again.unchanged) == (True, 2, 2)
    assert collective.store.seq == seq


def test_a_304_is_complete_and_repeats_the_remarks(source, web, harvest):
    web.put(URL, [*items(1, 2), {"id": 3}], etag='"v1"')
    first = harvest()
    assert [p.item for p in first.problems] == ["3"]
    again = harvest()
    assert web.conditional == [(URL, '"v1"')]
    assert again.complete and again.seen == 2 and again.problems == first.problems


def test_a_mapping_that_changes_reads_again_behind_a_304(source, add_source, web, harvest, collective):
    web.put(URL, items(1), etag='"v1"')
    harvest()
    add_source("a", fields={"title": "lien", "url": "lien"})
    assert harvest().changed == 1
    with collective.store.snapshot() as snapshot:
        assert snapshot.entry("a:1").record.title == "https://a.exemple.fr/1"


def test_one_bad_item_costs_only_itself(source, web, harvest):
    web.put(URL, [{"id": 1}, "texte", None, {"id": 2, "titre": {"x": [1]}}, *items(3)])
    summary = harvest()
    assert summary.complete and summary.created == 1
    assert {p.item for p in summary.problems} >= {"1", "2"}


def test_an_absence_withdraws_on_the_second_walk(source, web, harvest, collective):
    alive(web, *range(1, 11))
    web.put(URL, items(*range(1, 11)))
    harvest()
    web.put(URL, items(*range(1, 10)))
    first = harvest()
    assert (first.absent, first.withdrawn) == (1, 0) and len(live(collective)) == 10
    with collective.store.snapshot() as snapshot:
        state = snapshot.states()["a"]
        assert state.absent == 1
        assert state.rhythm.next_visit < (datetime.now(UTC) + timedelta(minutes=2)).strftime("%Y-%m-%dT%H:%M:%SZ")
    second = harvest()  # the body is the same as the last: equal bytes confirm an absence
    assert (second.absent, second.withdrawn, second.held_back) == (0, 1, 0)
    assert len(live(collective)) == 9
    assert collective.index.search(Query("")).total == 9


def test_a_return_before_the_second_walk_is_no_change(source, web, harvest, collective):
    alive(web, 1, 2, 3)
    web.put(URL, items(1, 2, 3))
    harvest()
    web.put(URL, items(1, 2))
    harvest()
    web.put(URL, items(1, 2, 3))
    assert harvest().withdrawn == 0
    web.put(URL, items(1, 2))
    assert harvest().absent == 1  # a first absence again
    assert len(live(collective)) == 3


@pytest.mark.parametrize("status", [404, 410])
def test_an_absent_record_whose_page_is_gone_is_withdrawn_at_once(source, web, harvest, status):
    alive(web, 1, 2, 3)
    web.put(URL, items(1, 2, 3))
    harvest()
    web.put(URL, items(1, 2))
    web.fail("https://a.exemple.fr/3", status)
    assert harvest().withdrawn == 1


def test_a_page_that_fails_otherwise_proves_nothing(source, web, harvest):
    web.put(URL, items(1, 2, 3))
    harvest()
    web.put(URL, items(1, 2))
    web.fail("https://a.exemple.fr/3", 503)
    assert (harvest().absent, harvest().withdrawn) == (1, 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [(10, 0), (1, 0), (10, 4), (25, 19), (3000, 2900)],
    ids=["all", "one", "many", "fifth", "sixty"],
)
def test_many_absences_are_held_back_for_a_person(source, web, harvest, collective, before, after):
    web.put(URL, items(*range(before)))
    harvest()
    web.put(URL, items(*range(after)))
    for _ in range(3):
        summary = harvest()
    assert summary.withdrawn == 0 and summary.held_back == before - after
    assert len(live(collective)) == before
    assert any("disparu" in p.message for p in summary.problems)
    web.put(URL, items(*range(before)))
    assert harvest().held_back == 0


@pytest.mark.parametrize(
    ("missing", "of", "held"),
    [(0, 0, False), (0, 5, False), (1, 1, True), (4, 5, False), (5, 25, False), (6, 25, True), (50, 250, False)]
    + [(51, 2550, False), (51, 2549, True), (50, 200, True)],
)
def test_the_guard_is_the_rule_to_the_letter(missing, of, held):
    assert too_many(missing, of) is held


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "{",
        '[{"id": 1',
        "<html><form>Connexion</form></html>",
        "null",
        "{}",
        "[]",
        b"\xff\xfe\x00",
        "3",
        '{"a": {}}',
    ],
)
def test_a_bad_answer_keeps_every_record(source, web, harvest, collective, answer):
    web.put(URL, items(1, 2, 3))
    harvest()
    web.put(URL, answer)
    for _ in range(3):
        summary = harvest()
    assert len(live(collective)) == 3 and summary.withdrawn == 0
    assert summary.problems
    with collective.store.snapshot() as snapshot:
        assert snapshot.states()["a"].problems


def test_a_site_that_fails_keeps_every_record_and_harms_no_other(source, add_source, web, collective):
    add_source("b", url="https://b.exemple.fr/data.json")
    web.put(URL, items(1, 2))
    web.fail("https://b.exemple.fr/data.json", 500)
    a, b = refresh(collective, collective.sources.values(), web)
    assert (a.complete, a.created, b.complete) == (True, 2, False)
    with collective.store.snapshot() as snapshot:
        assert snapshot.states()["b"].unreachable_since


def test_fewer_than_expected_is_not_believed(add_source, web, harvest, collective):
    add_source("a", more="[expect]\nmin = 3")
    web.put(URL, items(1, 2, 3, 4))
    harvest()
    web.put(URL, items(1, 2))
    for _ in range(3):
        summary = harvest()
    assert len(live(collective)) == 4 and "attendues" in summary.problems[0].message


def test_an_opposed_record_never_comes_back(source, web, harvest, collective):
    web.put(URL, items(1, 2))
    harvest()
    with collective.store.writing() as writing:
        writing.oppose("a:1", "")
    collective.store.wipe()
    collective.index.wipe()
    harvest()
    web.put(URL, items(1, 2, 3))
    harvest()
    assert live(collective) == ["a:2", "a:3"]
    assert collective.index.search(Query("")).total == 2


def test_a_wipe_and_a_harvest_give_the_same_records(source, web, harvest, collective):
    web.put(URL, items(1, 2, 3), etag='"v1"')
    harvest()
    with collective.store.snapshot() as snapshot:
        before = list(snapshot.walk())
    collective.store.wipe()
    collective.index.wipe()
    assert collective.index.search(Query("")).total == 0
    summary = harvest()
    assert summary.unchanged == 3 and web.conditional == []
    with collective.store.snapshot() as snapshot:
        assert list(snapshot.walk()) == before
    assert collective.index.search(Query("")).total == 3


def test_pages_follow_one_another_and_an_endless_list_is_stopped(add_source, web, harvest, monkeypatch):
    add_source("a")
    web.put(URL, {"data": items(1, 2), "next": "https://a.exemple.fr/data.json?page=2"})
    web.put("https://a.exemple.fr/data.json?page=2", {"data": items(3)})
    assert harvest().seen == 3
    assert harvest().seen == 3  # through the pages' states, not their bodies
    web.put("https://a.exemple.fr/data.json?page=2", {"data": items(3), "next": URL})
    summary = harvest()
    assert not summary.complete and summary.problems
    monkeypatch.setattr("bridge.harvest.PAGES_MAX", 1)
    assert not harvest().complete
    monkeypatch.setattr("bridge.harvest.WALK_MAX", -1.0)
    assert "plus d'une heure" in harvest().problems[0].message


def test_a_truncated_walk_withdraws_nothing(add_source, web, harvest, collective):
    add_source("a")
    alive(web, 1, 2, 3)
    second = "https://a.exemple.fr/data.json?page=2"
    web.put(URL, {"data": items(1, 2), "next": second})
    web.put(second, {"data": items(3)})
    harvest()
    web.fail(second, 502)
    for _ in range(3):
        assert not harvest().complete
    assert len(live(collective)) == 3


def test_a_source_that_stays_unreachable_is_unlisted_then_emptied(source, web, harvest, collective, monkeypatch):
    web.put(URL, items(1, 2), etag='"v1"')
    harvest()
    web.fail(URL, 500)
    harvest()
    assert collective.index.search(Query("")).total == 2

    def since(instant: str) -> None:
        with collective.store.writing() as writing:
            writing.connection.exec_driver_sql(f"UPDATE ledger_source SET unreachable_since = '{instant}'")

    since((datetime.now(UTC) - timedelta(days=31)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    harvest()
    assert collective.index.search(Query("")).total == 0 and len(live(collective)) == 0
    web.put(URL, items(1, 2))
    harvest()
    assert collective.index.search(Query("")).total == 2
    web.fail(URL, 500)
    harvest()
    since((datetime.now(UTC) - timedelta(days=91)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    assert harvest().withdrawn == 2
    web.put(URL, items(1, 2), etag='"v1"')  # back, and as it was: it must be read all the same
    assert harvest().changed == 2 and len(live(collective)) == 2


def test_a_wipe_makes_every_source_due(source, web, harvest, collective):
    web.put(URL, items(1))
    harvest()
    assert due_sources(collective) == []
    collective.store.wipe()
    assert [s.id for s in due_sources(collective)] == ["a"]


def test_what_is_held_back_is_withdrawn_when_a_person_says_so(source, web, harvest, collective):
    web.put(URL, items(*range(10)))
    harvest()
    with collective.store.writing() as writing:
        assert writing.release("a") == ()
    web.put(URL, items(0))
    harvest()
    assert harvest().held_back == 9
    with collective.store.writing() as writing:
        assert len(writing.release("a")) == 9
    assert live(collective) == ["a:0"]
    assert harvest().held_back == 0


def test_a_source_forgotten_during_its_walk_leaves_nothing(source, web, collective):
    def get(request, **_):
        (collective.settings.mappings / "a.toml").unlink()
        return Response(URL, 200, {}, json.dumps(items(1)).encode(), request.carry)

    web.get = get
    refresh(collective, list(collective.sources.values()), web)
    with collective.store.snapshot() as snapshot:
        assert snapshot.states() == {} and list(snapshot.walk()) == []


def test_due_sources_follow_their_pace(source, add_source, web, harvest, collective, monkeypatch):
    add_source("b", url="https://b.exemple.fr/data.json", more='[expect]\nevery = "30d"')
    web.put(URL, items(1))
    assert [s.id for s in due_sources(collective)] == ["a", "b"]
    harvest()
    assert [s.id for s in due_sources(collective)] == ["b"]
    web.put("https://b.exemple.fr/data.json", items(1))
    harvest("b")
    assert due_sources(collective) == []
    later = "2099-01-01T00:00:00Z"
    monkeypatch.setattr(refresh_module, "now", lambda: later)
    assert len(due_sources(collective)) == 2
    assert store_module.now() < later


def test_the_index_catches_up_with_what_another_process_committed(source, web, harvest, collective):
    web.put(URL, items(1))
    harvest()
    with collective.store.writing() as writing:
        writing.withdraw(["a:1"])
    assert collective.index.search(Query("")).total == 1
    web.put(URL, items(2))
    harvest()
    assert collective.index.search(Query("")).ids == ("a:2",)
    collective.catch_up()
    assert collective.index.seq == collective.store.seq


def test_a_fault_of_ours_costs_one_item_and_is_logged(source, web, harvest, monkeypatch, caplog):
    real = harvest_module.apply
    monkeypatch.setattr(harvest_module, "apply", lambda s, item: 1 / 0 if item.id == "2" else real(s, item))
    web.put(URL, items(1, 2, 3))
    summary = harvest()
    assert summary.complete and summary.created == 2
    assert [p.item for p in summary.problems] == ["2"] and "ZeroDivisionError" in caplog.text
    assert "division by zero" not in caplog.text, "an error's words may quote what a partner wrote"


def test_a_fault_of_ours_in_a_reader_costs_one_source(source, add_source, web, collective, monkeypatch, caplog):
    monkeypatch.setattr("bridge.readers.json_api.read", lambda *_: 1 / 0)
    add_source("b", kind="csv_file", url="https://b.exemple.fr/b.csv")
    web.put(URL, items(1))
    web.put("https://b.exemple.fr/b.csv", "titre;lien\nUn;https://b.exemple.fr/1\n")
    a, b = refresh(collective, collective.sources.values(), web)
    assert not a.complete and "en défaut" in a.problems[0].message and "ZeroDivisionError" in caplog.text
    assert b.complete and b.created == 1


def test_a_fault_of_ours_in_a_walk_does_not_hang(source, web, collective, monkeypatch):
    monkeypatch.setattr(web, "get", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        refresh(collective, collective.sources.values(), web)


def test_identifiers_that_nothing_can_bear_are_tidied(source, web, harvest, collective):
    odd = ["a\ud800b", "a\x00c", "l" * 400, "m" * 299]
    web.put(URL, json.dumps([{"id": name, "titre": "x"} for name in odd]))
    assert harvest().created == 4
    ids = live(collective)
    assert {"a:a\ufffdb", "a:ac", "a:" + "m" * 299} < set(ids) and max(map(len, ids)) == 302
    assert harvest(full=True).unchanged == 4


def test_a_refusal_that_its_reader_understands_is_read(add_source, web, harvest):
    """A WordPress whose headers do not say how many pages there are ends its list by a refusal."""
    add_source("a", kind="wordpress", url="https://a.exemple.fr/", fields={"title": "title.rendered"})
    posts = [{"id": n, "type": "post", "status": "publish", "title": {"rendered": f"T {n}"}} for n in range(100)]
    address = "https://a.exemple.fr/wp-json/wp/v2/posts?per_page=100&page={}&orderby=id&order=asc"
    address += "&_embed=wp:term,wp:featuredmedia"
    web.put(address.format(1), posts)
    web.pages[address.format(2)] = FetchError("400", status=400, body=b'{"code": "rest_post_invalid_page_number"}')
    assert harvest().complete
    web.pages[address.format(1)] = FetchError("401", status=401, body=b'{"code": "rest_forbidden"}')
    assert not harvest(full=True).complete
    web.fail(address.format(1), 500)
    assert "500" in harvest(full=True).problems[0].message


def test_a_mapping_file_that_changes_counts_as_a_commit(collective, web, add_source):
    """What a target receives is said by a file: kept pages must not outlive its change."""
    add_source("a")
    web.put(URL, items(1, 2))
    stop = Event()
    running = Thread(target=run, args=(collective, web, stop))
    running.start()

    def reaches(there: Callable[[], bool]) -> bool:
        return any(there() or stop.wait(0.1) for _ in range(100))

    try:
        assert reaches(lambda: collective.index.seq > 0)
        seq = collective.store.seq
        stop.wait(1.5)
        assert collective.store.seq == seq  # nothing moves by itself
        (collective.settings.mappings / "cible.toml").write_text("[target]\n", encoding="utf-8")
        assert reaches(lambda: collective.store.seq > seq and collective.index.seq == collective.store.seq)
    finally:
        stop.set()
        running.join()
