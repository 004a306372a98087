"""Identifiers that a source gives anew: public addresses, tombstones and oppositions follow, nothing is shown twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import pytest

from bridge.errors import FetchError
from bridge.meaning.relinking import Owner, Suspended, natural, relink
from bridge.record import Request, Response
from bridge.store.aliases import Aliases
from bridge.store.notices import Notices
from bridge.store.search import Query

JSON = "https://a.exemple.fr/data.json"
CSV = "https://a.exemple.fr/data.csv"
FEED = "https://a.exemple.fr/feed"
OAI = "https://a.exemple.fr/oai"


class Fiche:
    """A resource of a source: ``name`` is what the source calls it."""

    def __init__(self, name: object, title: str, abstract: str = "", day: int = 1) -> None:
        self.name, self.title, self.abstract, self.day = str(name), title, abstract or f"Le récit de {title}.", day


def fiches(count: int, name: Callable[[int], object] = int) -> list[Fiche]:
    return [Fiche(name(n), f"Mare {n}") for n in range(1, count + 1)]


def as_json(given: Sequence[Fiche]) -> list[dict[str, str]]:
    return [{"id": f.name, "titre": f.title, "resume": f.abstract, "lien": f"https://x.fr/{f.name}"} for f in given]


def as_csv(given: Sequence[Fiche]) -> str:
    return "id;titre;resume\n" + "".join(f"{f.name};{f.title};{f.abstract}\n" for f in given)


def as_feed(given: Sequence[Fiche]) -> str:
    entries = "".join(
        f"<entry><id>{f.name}</id><title>{f.title}</title><summary>{f.abstract}</summary>"
        f'<link href="https://x.fr/{f.name}"/></entry>'
        for f in given
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><title>t</title>{entries}</feed>'


class Oai:
    """A repository that remembers what it deletes; answers of one page."""

    def __init__(self, web: Any) -> None:
        self.web = web
        self.there: dict[str, Fiche] = {}
        self.gone: set[str] = set()
        said = (
            "<Identify><repositoryName>r</repositoryName><baseURL>x</baseURL><deletedRecord>persistent</deletedRecord>"
            "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify>"
        )
        web.put(f"{OAI}?verb=Identify", self.envelope(said))

    def envelope(self, body: str) -> str:
        date = "<responseDate>2026-01-01T00:00:00Z</responseDate><request>x</request>"
        return f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{date}{body}</OAI-PMH>'

    def put(self, given: Sequence[Fiche]) -> None:
        self.gone |= self.there.keys() - {f.name for f in given}
        self.there = {f.name: f for f in given}
        rows = "".join(
            f'<record><header status="deleted"><identifier>{escape(name)}</identifier></header></record>'
            for name in sorted(self.gone - self.there.keys())
        )
        rows += "".join(
            f"<record><header><identifier>{escape(f.name)}</identifier></header><metadata>"
            '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" '
            f'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{f.title}</dc:title>'
            f"<dc:description>{f.abstract}</dc:description></oai_dc:dc></metadata></record>"
            for f in given
        )
        body = self.envelope(f"<ListRecords>{rows}</ListRecords>")
        for since in ("", "&from=2025-12-31T23%3A59%3A59Z"):
            self.web.put(f"{OAI}?verb=ListRecords&metadataPrefix=oai_dc{since}", body)


@pytest.fixture
def publish(add_source, web) -> Callable[..., Callable[[Sequence[Fiche]], None]]:
    """Declare a source of a kind; what gives it new contents."""

    def declare(kind: str, options: str = "") -> Callable[[Sequence[Fiche]], None]:
        if kind == "json_api":
            add_source("a", source_more=options)
            return lambda given: web.put(JSON, as_json(given))
        if kind == "csv_file":
            add_source("a", kind, CSV, {"title": "titre", "abstract": "resume"}, source_more=options)
            return lambda given: web.put(CSV, as_csv(given))
        if kind == "feed":
            fields = {"title": "title", "abstract": "summary", "url": "link"}
            add_source("a", kind, FEED, fields, source_more=options)
            return lambda given: web.put(FEED, as_feed(given))
        add_source("a", kind, OAI, {"title": "title", "abstract": "description"}, source_more=options)
        return Oai(web).put

    return declare


def shown(collective) -> dict[str, str]:
    """Live records: id -> title."""
    with collective.store.snapshot() as snapshot:
        return {e.id: e.record.title for e in snapshot.walk() if e.record}


def ledger(collective) -> dict[str, tuple[str, str]]:
    with collective.store.snapshot() as snapshot:
        return {e.id: (e.status, e.datestamp) for e in snapshot.walk()}


def notices(collective) -> dict[str, str]:
    with collective.store.writing() as writing:
        return {notice.kind: notice.message for notice in Notices(writing).open()}


COMPLETE = "options = { complete = true }"
KINDS = [("json_api", ""), ("csv_file", ""), ("oai", ""), ("feed", COMPLETE)]


@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_every_identifier_changed_keeps_every_address(publish, harvest, collective, kind, options):
    put = publish(kind, options)
    put(fiches(100, lambda n: f"fiche-{n}"))
    assert harvest().created == 100
    before = shown(collective)
    put(fiches(100, lambda n: f"mare-{n}-nouvelle"))
    summary = harvest()
    assert (summary.rekeyed, summary.created, summary.absent, summary.held_back) == (100, 0, 0, 0)
    assert shown(collective) == before
    assert collective.index.search(Query("")).total == 100
    told = "100 fiches ont changé d'identifiant chez cette source : leurs adresses ici n'ont pas changé."
    assert any(p.message == told for p in summary.problems)
    assert notices(collective)["rekeyed"] == f"« a » : {told}"
    still = ledger(collective)
    again = harvest()
    assert (again.rekeyed, again.walks, again.changed, again.withdrawn) == (0, 1, 0, 0) and ledger(collective) == still


@pytest.mark.parametrize(("kind", "options"), [KINDS[0], KINDS[2], KINDS[3]])
def test_identifiers_that_are_addresses_follow_a_move_of_the_site(publish, harvest, collective, kind, options):
    put = publish(kind, options)
    put(fiches(40, lambda n: f"https://ancien.fr/spip.php?article{n}"))
    harvest()
    before = shown(collective)
    put(fiches(40, lambda n: f"https://nouveau.fr/mares/mare-{n}"))
    assert harvest().rekeyed == 40 and shown(collective) == before


@pytest.mark.parametrize(("kind", "options"), KINDS)
@pytest.mark.parametrize("count", [40, 1200])
def test_row_numbers_shifted_by_an_insertion(publish, harvest, collective, kind, options, count):
    put = publish(kind, options)
    put(fiches(count))
    harvest()
    before = shown(collective)
    titles = [f"Mare {n}" for n in range(1, count + 1)]
    titles.insert(count // 2, "Une haie")
    put([Fiche(n, title) for n, title in enumerate(titles, 1)])
    summary = harvest()
    after = shown(collective)
    assert sorted(after.values()) == sorted(titles)
    kept = sum(after.get(record_id) == title for record_id, title in before.items())
    assert kept == count and summary.held_back == summary.absent == 0
    still = ledger(collective)
    assert harvest().walks == 1 and ledger(collective) == still


@pytest.mark.parametrize("at", [499, 500, 501])
def test_an_insertion_between_two_commits_costs_no_address(publish, harvest, collective, at):
    put = publish("csv_file")
    put(fiches(1200))
    harvest()
    before = shown(collective)
    titles = [f"Mare {n}" for n in range(1, 1201)]
    titles.insert(at, "Une haie")
    put([Fiche(n, title) for n, title in enumerate(titles, 1)])
    harvest()
    after = shown(collective)
    assert sorted(after.values()) == sorted(titles)
    assert all(after[record_id] == title for record_id, title in before.items())


def test_rows_removed_from_the_middle(publish, harvest, collective):
    put = publish("csv_file")
    put(fiches(40))
    harvest()
    before = shown(collective)
    titles = [f"Mare {n}" for n in range(1, 41) if n not in (7, 20)]
    put([Fiche(n, title) for n, title in enumerate(titles, 1)])
    assert harvest().absent == 2
    assert harvest().withdrawn == 2
    assert shown(collective) == {id: title for id, title in before.items() if title in titles}


def test_some_contents_changed_at_the_same_time(publish, harvest, collective):
    put = publish("csv_file")
    put(fiches(200))
    harvest()
    before = shown(collective)
    rows = [(f"Mare {n}", "Un autre récit." if n % 20 == 0 else "") for n in range(1, 201)]
    rows.insert(99, ("Une haie", ""))
    put([Fiche(n, title, abstract) for n, (title, abstract) in enumerate(rows, 1)])
    harvest()
    after = shown(collective)
    assert sorted(after.values()) == sorted(title for title, _ in rows)
    assert sum(after.get(record_id) == title for record_id, title in before.items()) >= 198
    with collective.store.snapshot() as snapshot:
        assert snapshot.entry("a:40").record.abstract == "Un autre récit."


def test_new_names_for_all_and_new_texts_for_some(publish, harvest, collective):
    put = publish("json_api")
    put(fiches(100))
    harvest()
    before = shown(collective)
    put([Fiche(f"x{n}", f"Mare {n}", "Revu." if n % 3 == 0 else "") for n in range(1, 101)])
    assert harvest().rekeyed == 100 and shown(collective) == before


def test_tombstones_and_oppositions_follow(publish, harvest, collective, web):
    put = publish("json_api")
    put(fiches(12))
    harvest()
    with collective.store.writing() as writing:
        writing.oppose("a:3", "")
        writing.withdraw(["a:5"])
    put([Fiche(f"x{n}", f"Mare {n}") for n in range(1, 13)])
    harvest()
    after = shown(collective)
    assert "Mare 3" not in after.values() and after["a:5"] == "Mare 5" and len(after) == 11
    put([Fiche(f"x{n}", f"Mare {n}") for n in range(1, 12)])
    web.fail("https://x.fr/12", 410)
    harvest()
    harvest()
    assert ledger(collective)["a:12"][0] == "withdrawn"
    put([Fiche(f"y{n}", f"Mare {n}") for n in range(1, 13)])
    harvest()
    assert shown(collective) == {f"a:{n}": f"Mare {n}" for n in range(1, 13) if n != 3}


@pytest.mark.parametrize(("kind", "options"), KINDS)
def test_a_second_change_back(publish, harvest, collective, kind, options):
    put = publish(kind, options)
    first, second = fiches(30), [Fiche(f"x{n}", f"Mare {n}") for n in range(1, 31)]
    put(first)
    harvest()
    before = shown(collective)
    for given in (second, first, second):
        put(given)
        harvest()
        assert shown(collective) == before
    with collective.store.snapshot() as snapshot:
        assert len(Aliases(snapshot).of("a")) <= 60


def test_records_with_one_title_are_not_confused(publish, harvest, collective):
    put = publish("json_api")
    same = [Fiche(n, "Réunion", f"Le compte rendu numéro {n}.") for n in range(1, 6)]
    put(same)
    assert harvest().created == 5
    put([*same, Fiche(6, "Réunion", "Le dernier.")])
    summary = harvest()
    assert (summary.created, summary.rekeyed, len(shown(collective))) == (1, 0, 6)
    assert harvest().walks == 1
    put([Fiche(f"x{f.name}", f.title, f.abstract) for f in same])
    harvest()
    with collective.store.snapshot() as snapshot:
        told = {e.id: e.record.abstract for e in snapshot.walk() if e.record}
    assert all(told[f"a:{n}"] == f"Le compte rendu numéro {n}." for n in range(1, 6))


def test_a_new_record_that_comes_before_its_namesake_is_new(add_source, web, harvest, collective):
    add_source("a")
    second = f"{JSON}?page=2"
    first = Fiche(1, "Réunion", "La première.")
    web.put(JSON, as_json([first]))
    harvest()
    for abstract, walks in (("La seconde.", 2), ("La seconde, revue.", 1)):
        web.put(JSON, {"data": as_json([Fiche(2, "Réunion", abstract)]), "next": second})
        web.put(second, {"data": as_json([first])})
        summary = harvest()
        assert (summary.rekeyed, summary.walks) == (0, walks)
        assert shown(collective) == {"a:1": "Réunion", "a:2": "Réunion"}


def test_a_title_that_changes_is_an_edit(publish, harvest, collective):
    put = publish("json_api")
    put(fiches(5))
    harvest()
    put([Fiche(1, "Une haie"), *fiches(5)[1:]])
    summary = harvest()
    assert (summary.changed, summary.walks) == (1, 1)
    put([Fiche(1, "Une haie"), *fiches(5)[1:], Fiche(6, "Mare 1", "Une autre mare.")])
    summary = harvest()
    assert (summary.created, summary.rekeyed) == (1, 0)


def test_an_incomplete_walk_re_links_nothing_and_shows_nothing_twice(add_source, web, harvest, collective):
    add_source("a")
    second = f"{JSON}?page=2"

    def put(given: Sequence[Fiche]) -> None:
        half = len(given) // 2
        web.put(JSON, {"data": as_json(given[:half]), "next": second})
        web.put(second, {"data": as_json(given[half:])})

    put(fiches(40))
    harvest()
    before = ledger(collective)
    put([Fiche(f"x{n}", f"Mare {n}") for n in range(1, 41)])
    web.fail(second, 503)
    for _ in range(2):
        summary = harvest()
        assert not summary.complete and summary.rekeyed == 0 and ledger(collective) == before
    put([Fiche(f"x{n}", f"Mare {n}") for n in range(1, 41)])
    assert harvest().rekeyed == 40
    assert {id for id, (status, _) in ledger(collective).items() if status == "live"} == set(before)


def test_a_feed_that_is_never_whole_gives_an_article_again(publish, harvest, collective):
    put = publish("feed")
    put(fiches(10))
    harvest()
    put([Fiche("x10", "Mare 10"), Fiche(11, "Mare 11"), Fiche(12, "Mare 1", "Une autre mare, du même nom.")])
    summary = harvest()
    assert (summary.rekeyed, summary.created) == (1, 2)
    assert len(shown(collective)) == 12 and shown(collective)["a:10"] == "Mare 10"
    put([Fiche("x10", "Mare 10", "Revue.")])
    harvest()
    with collective.store.snapshot() as snapshot:
        assert snapshot.entry("a:10").record.abstract == "Revue."


def test_a_table_cut_short_settles_nothing(add_source, web, harvest, collective):
    add_source("a", "csv_file", CSV, {"title": "titre", "abstract": "resume"})
    web.put(CSV, as_csv(fiches(40)))
    harvest()
    before = shown(collective)
    shifted = as_csv([Fiche(1, "Une haie"), *(Fiche(n + 1, f"Mare {n}") for n in range(1, 41))])
    web.put(CSV, shifted[:600])
    summary = harvest()
    assert summary.rekeyed == 0 and any("lecture entière" in p.message for p in summary.problems)
    assert sorted({*shown(collective).values()} - {"Une haie"}) == sorted(before.values())
    web.put(CSV, shifted)
    harvest()
    after = shown(collective)
    assert all(after[id] == title for id, title in before.items()) and len(after) == 41


def test_a_source_that_forgets_what_it_called_things_at_each_reading(publish, harvest, collective, web, monkeypatch):
    """Its records stay as they are, and one sentence says why."""
    put = publish("json_api")
    put(fiches(20))
    harvest()
    before = shown(collective)

    calls = iter(range(1000))

    def get(request: Request, **_: str) -> Response:
        call = next(calls)
        body = json.dumps(as_json([Fiche(f"{call}-{n}", f"Mare {n}") for n in range(1, 21)])).encode()
        return Response(JSON, 200, {"content-type": "application/json"}, body, request.carry)

    monkeypatch.setattr(web, "get", get)
    for _ in range(3):
        summary = harvest()
        assert shown(collective) == before
    assert any("à chaque lecture" in p.message for p in summary.problems)
    with collective.store.snapshot() as snapshot:
        assert len(Aliases(snapshot).of("a")) <= 60


def test_an_identifier_used_twice_is_said_and_both_survive(add_source, web, harvest, collective):
    add_source("a")
    second = f"{JSON}?page=2"
    one, two = Fiche(12, "Mare"), Fiche(12, "Haie")

    def put(*pages: Sequence[Fiche]) -> None:
        web.put(JSON, {"data": as_json(pages[0]), "next": second})
        web.put(second, {"data": as_json(pages[1])})

    put([Fiche(1, "Un"), one], [two, Fiche(2, "Deux")])
    summary = harvest()
    assert sorted(shown(collective).values()) == ["Deux", "Haie", "Mare", "Un"] and shown(collective)["a:12"] == "Mare"
    assert [p.message for p in summary.problems] == [
        "L'identifiant « 12 » sert à deux fiches différentes : toutes deux sont gardées."
    ]
    assert "twice" in notices(collective)
    before = ledger(collective)
    put([Fiche(1, "Un"), one], [two, Fiche(2, "Deux"), Fiche(3, "Trois")])
    harvest()
    assert {id: row for id, row in ledger(collective).items() if id != "a:3"} == before
    put([Fiche(1, "Un"), two], [one, Fiche(2, "Deux"), Fiche(3, "Trois")])  # the other way round
    titles = shown(collective)
    harvest()
    assert shown(collective) == titles


def test_pages_that_overlap_are_no_twins(add_source, web, harvest, collective):
    add_source("a")
    second = f"{JSON}?page=2"
    web.put(JSON, {"data": as_json(fiches(3)), "next": second})
    web.put(second, {"data": as_json([Fiche(3, "Mare 3"), Fiche(2, "Mare 2", "Revue pendant la lecture.")])})
    summary = harvest()
    assert shown(collective) == {f"a:{n}": f"Mare {n}" for n in range(1, 4)}
    assert not any("sert à" in problem.message for problem in summary.problems)
    with collective.store.snapshot() as snapshot:
        assert snapshot.entry("a:2").record.abstract == "Revue pendant la lecture."


def test_an_oai_list_may_name_a_record_twice(publish, harvest, collective):
    put = publish("oai")
    put([Fiche("x:1", "Avant"), Fiche("x:1", "Après")])
    assert harvest().problems == [] and shown(collective) == {"a:x:1": "Après"}


def test_a_first_harvest_suspends_nothing(publish, harvest, collective):
    put = publish("json_api")
    put([Fiche(n, "Toujours le même titre", "Et le même texte.") for n in range(20)])
    assert (harvest().walks, len(shown(collective))) == (1, 20)


def test_marks_are_learnt_without_moving_a_date_and_forgotten_with_their_source(publish, harvest, collective, web):
    put = publish("json_api")
    put(fiches(5))
    harvest()

    def marks() -> list[tuple[int, ...]]:
        with collective.store.snapshot() as snapshot:
            return list(snapshot.connection.exec_driver_sql("SELECT mark, name, origin FROM ledger_record"))

    known, before = marks(), ledger(collective)
    assert all(all(row) for row in known)
    with collective.store.writing() as writing:
        writing.connection.exec_driver_sql("UPDATE ledger_record SET mark = 0, name = 0, origin = 0")
        writing.connection.exec_driver_sql("DELETE FROM cache_page")
        writing.connection.exec_driver_sql("UPDATE cache_record SET raw_hash = x'00'")
    harvest()
    assert marks() == known and ledger(collective) == before
    with collective.store.writing() as writing:
        writing.forget("a")
    assert {tuple(row) for row in marks()} == {(0, 0, 0)}


def test_an_interruption_between_the_two_walks_loses_nothing(publish, harvest, collective, monkeypatch):
    put = publish("json_api")
    put(fiches(30))
    harvest()
    before = shown(collective)
    put([Fiche(f"x{n}", f"Mare {n}") for n in range(1, 31)])
    monkeypatch.setattr("bridge.refresh.settling.WALKS_MAX", 0)
    assert harvest().rekeyed == 0 and shown(collective) == before
    monkeypatch.undo()
    assert harvest().rekeyed == 30 and shown(collective) == before


def item(local: str, mark: int, name: int, known: bool = False, record: str = "") -> Suspended:
    return Suspended(local, record or f"a:{local}", mark, name, known)


def test_relinking_tells_by_content_then_by_name():
    assert relink([item("x", 1, 1)], [Owner("a:1", 1, 1)], True) == {"x": "a:1"}
    assert relink([item("x", 2, 1)], [Owner("a:1", 1, 1)], True) == {"x": "a:1"}
    assert relink([item("x", 2, 1)], [Owner("a:1", 1, 1)], False) == {}
    assert relink([item("x", 2, 1), item("y", 3, 1)], [Owner("a:1", 1, 1)], True) == {}  # which of them, nobody knows
    assert relink([item("x", 2, 1)], [Owner("a:1", 1, 1), Owner("a:2", 3, 1)], True) == {}
    alike = [Owner("a:10", 1, 1), Owner("a:9", 1, 1)]
    assert relink([item("x", 1, 1), item("y", 1, 1)], alike, True) == {"x": "a:9", "y": "a:10"}
    # A record that is retitled as one that has left is itself all the same.
    assert relink([item("5", 2, 1, known=True)], [Owner("a:7", 1, 1)], True) == {}
    assert natural("a:9") < natural("a:10")


def test_a_refusal_keeps_what_a_walk_misses_until_it_is_met_again(publish, harvest, collective):
    put = publish("json_api")
    put(fiches(10))
    harvest()
    put(fiches(2))
    harvest()
    assert harvest().held_back == 8
    assert "held" in notices(collective)
    with collective.store.writing() as writing:
        assert len(writing.refuse("a")) == 8
        assert writing.refuse("a") == ()
    for _ in range(3):
        summary = harvest()
        assert (summary.absent, summary.held_back, summary.withdrawn) == (0, 0, 0) and len(shown(collective)) == 10
    assert "held" not in notices(collective)
    put(fiches(10))
    harvest()
    put(fiches(2))
    harvest()
    assert harvest().held_back == 8  # it was met again: it may be missed again


def test_a_release_can_be_undone_as_long_as_the_copies_are_there(publish, harvest, collective):
    put = publish("json_api")
    put(fiches(10))
    harvest()
    put(fiches(2))
    harvest()
    harvest()
    with collective.store.writing() as writing:
        gone = writing.release("a")
    collective.catch_up()
    assert len(gone) == 8 and len(shown(collective)) == 2
    assert collective.index.search(Query("")).total == 2
    with collective.store.snapshot() as snapshot:
        assert snapshot.counts() == (2, 1) and snapshot.entry("a:5").record is None
        listed = snapshot.oai.get("a:5", "pv")
        assert listed.header.deleted and not listed.metadata
        assert len(snapshot.oai.list("pv", "", "", "", None, 100)) == 10
        assert all(not row.metadata for row in snapshot.oai.list("pv", "", "", "", None, 100) if row.header.deleted)
    with collective.store.writing() as writing:
        writing.connection.exec_driver_sql("UPDATE ledger_record SET datestamp = '2020-01-01T00:00:00Z'")
        assert set(writing.readmit(gone)) == set(gone)
        stamp = writing.datestamp
    collective.catch_up()
    assert len(shown(collective)) == 10 and collective.index.search(Query("")).total == 10
    with collective.store.snapshot() as snapshot:
        listed = snapshot.oai.get("a:5", "pv")
    assert f"<datestamp>{stamp}</datestamp>".encode() in listed.head and b"Mare 5" in listed.metadata
    assert f'harvestDate="{stamp}"'.encode() in listed.about
    assert harvest().withdrawn == 0 and harvest().withdrawn == 0 and len(shown(collective)) == 10


def test_copies_of_what_was_released_are_dropped(publish, harvest, collective):
    put = publish("json_api")
    put(fiches(10))
    harvest()
    put(fiches(2))
    harvest()
    harvest()
    with collective.store.writing() as writing:
        gone = writing.release("a")
        assert writing.oppose("a:10", "")
        assert writing.readmit(["a:10"]) == ()
        assert writing.purge("2000-01-01T00:00:00Z") == 0
        assert writing.purge("2100-01-01T00:00:00Z") == 7
        assert writing.readmit(gone) == ()


def test_what_was_released_and_is_listed_again_comes_back(publish, harvest, collective):
    put = publish("json_api")
    put(fiches(10))
    harvest()
    put(fiches(2))
    harvest()
    harvest()
    with collective.store.writing() as writing:
        writing.release("a")
    put(fiches(10))
    assert harvest().changed == 8 and len(shown(collective)) == 10


def test_many_withdrawals_announced_at_once_are_believed_and_told(publish, harvest, collective):
    put = publish("oai")
    put(fiches(20))
    harvest()
    put(fiches(16))
    assert harvest().withdrawn == 4 and "tombstones" not in notices(collective)
    put(fiches(11))
    summary = harvest()
    assert summary.withdrawn == 5
    assert notices(collective)["tombstones"] == "« a » : " + summary.problems[0].message
    assert summary.problems[0].message == "Ce site annonce la suppression de 5 fiches sur 16 : elles sont retirées."


def test_a_source_out_of_reach_for_a_month_is_told_once(publish, harvest, collective, web):
    put = publish("json_api")
    put(fiches(3))
    harvest()
    web.pages[JSON] = FetchError("Le site répond 500.", status=500)
    harvest()
    with collective.store.writing() as writing:
        writing.connection.exec_driver_sql("UPDATE ledger_source SET unreachable_since = '2026-01-01T00:00:00Z'")
    for _ in range(2):
        harvest()
    assert "unreachable" in notices(collective)
    put(fiches(3))
    harvest()
    assert notices(collective) == {}
