"""The journal, and the way back: each act, then its undoing, leaves what was there before."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Run, Site, items
from flask.testing import FlaskClient

from bridge import accounts, adding, correcting, undoing
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import BridgeError
from bridge.refresh import due_sources, fetcher, refresh
from bridge.store.accounts import Accounts
from bridge.store.journal import Act, Journal
from bridge.store.keys import Keys
from bridge.store.notices import Notices
from bridge.web import create_app

PASSWORD = "une phrase bien assez longue"
MAPPING = """# à nous : la table de A
[source]
id = "a"
kind = "json_api"
url = "{url}"

[fields]
title = "titre"   # le titre
themes = "theme"
"""


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(accounts, "COST", accounts.Cost(1, 1, 1))


@pytest.fixture
def here(tmp_path: Path, site: Site) -> Iterator[Collective]:
    """A source « a » of ten records, each with a word and a field that nobody understands."""
    (tmp_path / "mappings").mkdir()
    site.put([each | {"theme": "Trucs à poils", "bla": "x"} for each in items(*range(10))])
    hosts = f"127.0.0.1:{site.server_port}"
    made = Collective(load(tmp_path, {"PARTAGEONS_ALLOW_HOSTS": hosts, "PARTAGEONS_CONFIRM_DELAY": "0"}))
    path(made).write_bytes(MAPPING.format(url=site.url("/data.json")).encode())
    visit(made)
    yield made
    made.close()


def path(here: Collective) -> Path:
    return here.settings.mappings / "a.toml"


def visit(here: Collective, times: int = 1) -> None:
    for _ in range(times):
        refresh(here, list(here.sources.values()), fetcher(here))


def last(here: Collective) -> Act:
    with here.store.snapshot() as snapshot:
        return Journal(snapshot).acts(1)[0]


def live(here: Collective) -> dict[str, str]:
    """The visible records, whole, without what tells when they came."""
    with here.store.snapshot() as snapshot:
        return {e.id: repr(e.record) for e in snapshot.walk() if e.record}


def undo(here: Collective) -> str:
    """Undo the last act; the journal says so."""
    number = last(here).number
    told = undoing.undo(here, number, "marie")
    with here.store.snapshot() as snapshot:
        act = Journal(snapshot).one(number)
    assert act and act.undone_by == "marie" and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", act.undone_at)
    with pytest.raises(BridgeError, match="déjà annulé"):
        undoing.undo(here, number, "marie")
    return told


# Mapping files

EDITS: dict[str, Callable[[Collective], None]] = {
    "word": lambda here: correcting.accept_word(
        here, here.sources["a"], "themes", "Trucs à poils", ["t-zones-humides"], "karim"
    ),
    "nothing": lambda here: correcting.accept_word(here, here.sources["a"], "themes", "Trucs à poils", [], "karim"),
    "field": lambda here: correcting.accept_field(here, here.sources["a"], "bla", "abstract", "karim"),
    "ignored": lambda here: correcting.accept_field(here, here.sources["a"], "bla", "", "karim"),
    "second name": lambda here: correcting.accept_field(here, here.sources["a"], "bla", "title", "karim"),
}


@pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
@pytest.mark.parametrize("ends", [b"\n", b"\r\n"], ids=["lf", "crlf"])
def test_a_correction_is_undone_to_the_byte(here: Collective, edit: Callable[[Collective], None], ends: bytes) -> None:
    before = path(here).read_bytes().replace(b"\n", ends)
    path(here).write_bytes(before)
    path(here).chmod(0o640)
    edit(here)
    assert path(here).read_bytes() != before
    act = last(here)
    assert (act.who, act.about) == ("karim", "a") and act.act in ("accept", "assign")
    visit(here)
    assert due_sources(here) == []
    assert "redevenu" in undo(here)
    assert path(here).read_bytes() == before and path(here).stat().st_mode & 0o777 == 0o640
    assert [source.id for source in due_sources(here)] == ["a"], "what changed is read again"
    assert not [each.name for each in here.settings.mappings.iterdir() if each.name != "a.toml"]


def test_corrections_are_undone_one_after_the_other_and_not_otherwise(here: Collective) -> None:
    texts, numbers = [path(here).read_bytes()], []
    for edit in EDITS.values():
        edit(here)
        texts.append(path(here).read_bytes())
        numbers.append(last(here).number)
    with pytest.raises(BridgeError, match="modifié depuis"):
        undoing.undo(here, numbers[0], "marie")
    assert path(here).read_bytes() == texts[-1]
    for number, text in zip(reversed(numbers), reversed(texts[:-1]), strict=True):
        undoing.undo(here, number, "marie")
        assert path(here).read_bytes() == text


def test_what_was_changed_by_hand_since_is_not_lost(here: Collective) -> None:
    EDITS["word"](here)
    by_hand = path(here).read_bytes() + b"# une remarque\n"
    path(here).write_bytes(by_hand)
    with pytest.raises(BridgeError, match="a été modifié depuis"):
        undoing.undo(here, last(here).number, "marie")
    assert path(here).read_bytes() == by_hand and not last(here).undone
    path(here).unlink()
    with pytest.raises(BridgeError, match="ne peut pas être lu"):
        undoing.undo(here, last(here).number, "marie")


def test_the_journal_keeps_the_piece_that_changed_and_no_more(here: Collective) -> None:
    path(here).write_text(path(here).read_text() + "# " + "x" * 50_000 + "\n")
    EDITS["word"](here)
    assert len(last(here).before) < 300


# Sources


def test_an_added_source_is_no_longer_one(here: Collective, site: Site) -> None:
    before = live(here)
    other = json.dumps([{"id": n, "titre": f"Autre {n}"} for n in range(5)]).encode()
    site.pages["/b.json"] = (200, {"Content-Type": "application/json"}, other)
    text = MAPPING.format(url=site.url("/b.json")).replace('"a"', '"b"')
    adding.accept(here, text, "karim")
    assert (last(here).who, last(here).act, last(here).about) == ("karim", "add", "b")
    visit(here)
    assert len(live(here)) == 15
    assert "n'est plus une source" in undo(here)
    assert live(here) == before and "b" not in here.sources
    assert (here.settings.mappings / "b.toml.oubliee").read_text() == text
    assert here.index.seq == here.store.seq
    adding.accept(here, text, "karim")
    visit(here)
    assert len(live(here)) == 15, "it may be added again"


def test_a_forgotten_source_comes_back(here: Collective) -> None:
    before, text = live(here), path(here).read_bytes()
    forgotten = undoing.forget(here, "a", "karim")
    assert forgotten.records == len(before) and forgotten.aside and not path(here).exists() and not live(here)
    assert "de nouveau une source" in undo(here)
    assert path(here).read_bytes() == text and not forgotten.aside.exists()
    visit(here)
    assert live(here).keys() == before.keys()


def test_a_forgotten_source_whose_file_is_gone_does_not(here: Collective) -> None:
    aside = undoing.forget(here, "a", "karim").aside
    assert aside
    aside.unlink()
    with pytest.raises(BridgeError, match="n'est plus là"):
        undoing.undo(here, last(here).number, "marie")


def test_what_is_forgotten_is_forgotten_by_the_journal_too(here: Collective) -> None:
    EDITS["word"](here)
    number = last(here).number
    undoing.forget(here, "a", "karim")
    with here.store.snapshot() as snapshot:
        assert "poils" not in str(Journal(snapshot).acts(100))
    with pytest.raises(BridgeError, match="effacé"):
        undoing.undo(here, number, "marie")
    here.store.compact()
    assert all("Trucs à poils".encode() not in each.read_bytes() for each in here.settings.data.glob("partageons*"))


# Records


def hold_back(here: Collective, site: Site) -> dict[str, str]:
    """Seven records of ten go missing at once; what was visible before."""
    before = live(here)
    site.put([each | {"theme": "Trucs à poils", "bla": "x"} for each in items(0, 1, 2)])
    visit(here, 2)
    with here.store.snapshot() as snapshot:
        assert snapshot.states()["a"].held_back == 7
    return before


def test_a_release_is_undone(here: Collective, site: Site) -> None:
    before = hold_back(here, site)
    assert len(undoing.release(here, "a", "karim")) == 7 and len(live(here)) == 3
    assert "7" in undo(here)
    assert live(here) == before and here.index.seq == here.store.seq
    visit(here, 2)
    assert live(here) == before, "they stay: a person said so"


def test_a_release_whose_copies_are_gone_is_not(here: Collective, site: Site) -> None:
    hold_back(here, site)
    undoing.release(here, "a", "karim")
    here.store.wipe()
    with pytest.raises(BridgeError, match="copies"):
        undoing.undo(here, last(here).number, "marie")


def test_a_refusal_is_undone_and_the_question_comes_again(here: Collective, site: Site) -> None:
    before = hold_back(here, site)
    assert len(undoing.refuse(here, "a", "karim")) == 7
    visit(here, 2)
    with here.store.snapshot() as snapshot:
        assert snapshot.states()["a"].held_back == 0
    undo(here)
    visit(here, 2)
    with here.store.snapshot() as snapshot:
        assert snapshot.states()["a"].held_back == 7
    assert live(here) == before


def test_an_answer_settles_the_notice(here: Collective, site: Site) -> None:
    hold_back(here, site)
    with here.store.writing() as writing:
        Notices(writing).tell("held", "a", "7 disparitions.")
    undoing.refuse(here, "a", "karim")
    with here.store.snapshot() as snapshot:
        assert not [each for each in Notices(snapshot).open() if each.kind == "held"]
    assert undoing.release(here, "a", "karim") == () and last(here).act == "refuse", "nothing done, nothing noted"


def test_an_opposition_is_lifted(here: Collective) -> None:
    before = live(here)
    undoing.oppose(here, "a:3", "", "karim")
    visit(here)
    assert live(here).keys() == before.keys() - {"a:3"}
    assert "a:3" in undo(here)
    assert [source.id for source in due_sources(here)] == ["a"]
    visit(here)
    assert live(here).keys() == before.keys()
    with pytest.raises(BridgeError, match="n'est pas connue"):
        undoing.oppose(here, "a:99", "", "karim")


# Accounts and keys


@pytest.fixture
def people(here: Collective) -> Collective:
    accounts.add(here, "marie", "administrator", (), PASSWORD, "cli")
    accounts.add(here, "parc", "partner", ["a"], PASSWORD, "cli")
    return here


@pytest.mark.parametrize(
    "change",
    [
        lambda here: accounts.set_role(here, "parc", "coordinator", (), "marie"),
        lambda here: accounts.disable(here, "parc", "marie"),
        lambda here: accounts.add(here, "karim", "coordinator", (), PASSWORD, "marie"),
    ],
    ids=["role", "disabled", "added"],
)
def test_what_was_done_to_an_account_is_undone(people: Collective, change: Callable[[Collective], None]) -> None:
    def seen() -> list[dict[str, Any]]:
        with people.store.snapshot() as snapshot:
            return [each.to_json() for each in Accounts(snapshot).all()]

    before = seen()
    change(people)
    assert seen() != before
    undo(people)
    assert seen() == before
    assert accounts.sign_in(people, "parc", PASSWORD, "192.0.2.1")


def test_undoing_never_leaves_nobody(people: Collective) -> None:
    accounts.add(people, "léa", "administrator", (), PASSWORD, "marie")
    number = last(people).number
    accounts.disable(people, "marie", "léa")
    with pytest.raises(BridgeError, match="aucun administrateur"):
        undoing.undo(people, number, "léa")
    assert accounts.sign_in(people, "léa", PASSWORD, "192.0.2.1"), "nothing was done"


def test_an_account_opened_again_by_undoing_has_no_old_session(people: Collective) -> None:
    client = create_app(people).test_client()
    client.post("/coordination", data={"name": "parc", "password": PASSWORD})
    accounts.disable(people, "parc", "marie")
    undo(people)
    assert client.get("/coordination/mot-de-passe").status_code == 302


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda here: accounts.set_password(here, "parc", "quatre mots pris au hasard", "marie"), "gardé nulle part"),
        (lambda here: accounts.remove(here, "parc", "marie"), "gardé nulle part"),
    ],
    ids=["password", "removed"],
)
def test_what_cannot_be_undone_says_why(people: Collective, change: Callable[[Collective], None], told: str) -> None:
    change(people)
    assert "scrypt" not in last(people).before
    with pytest.raises(BridgeError, match=told):
        undoing.undo(people, last(people).number, "marie")
    with pytest.raises(BridgeError, match="pas d'acte numéro 999"):
        undoing.undo(people, 999, "marie")


@pytest.mark.parametrize("act", ["rotate", "revoke"])
def test_a_key_is_again_what_it_was(people: Collective, act: str) -> None:
    before = people.keys("a")[0]
    undoing.change_key(people, "a", act, "marie")
    assert people.keys("a")[:1] != [before]
    undo(people)
    assert people.keys("a")[0] == before
    with people.store.snapshot() as snapshot:
        assert Keys(snapshot).versions("a")[0] == 1


# Pages and command line


def sign_in(here: Collective, name: str) -> FlaskClient:
    client = create_app(here).test_client()
    client.post("/coordination", data={"name": name, "password": PASSWORD})
    return client


def post(client: FlaskClient, where: str, **data: Any) -> Any:
    form = re.search(r'name="form" value="([^"]+)"', client.get("/coordination").text)
    assert form
    return client.post(where, data={"form": form[1], **data}, follow_redirects=True)


def test_a_coordinator_answers_and_changes_their_mind(people: Collective, site: Site) -> None:
    accounts.add(people, "karim", "coordinator", (), PASSWORD, "marie")
    before = hold_back(people, site)
    with people.store.writing() as writing:
        Notices(writing).tell("held", "a", "7 disparitions.")
        Notices(writing).tell("rekeyed", "a", "La source a renommé ses fiches.")
    client = sign_in(people, "karim")
    desk = client.get("/coordination").text
    assert "2 choses attendent" in desk and desk.index("Disparitions à confirmer") < desk.index("a renommé ses fiches")
    assert "/sources/a/disparitions" in client.get("/sources/a").text
    assert "7 fiches retirées" in post(client, "/sources/a/disparitions", act="release").text
    assert "déjà répondu" in post(client, "/sources/a/disparitions", act="refuse").text
    number = last(people).number
    journal = client.get("/coordination/journal").text
    assert "Disparitions confirmées" in journal and ">karim<" in journal and "7 fiches" in journal
    assert "Fiches revenues" in post(client, f"/coordination/journal/{number}").text
    assert live(people) == before
    journal = client.get("/coordination/journal").text
    assert "<del>" in journal and "par karim" in journal
    assert "flash--bad" in post(client, f"/coordination/journal/{number}").text, "once is enough"
    with people.store.snapshot() as snapshot:
        (notice,) = Notices(snapshot).open()
    assert "Rien n’attend personne" in post(client, f"/coordination/avis/{notice.id}").text


def test_a_coordinator_does_not_undo_what_only_an_administrator_does(people: Collective) -> None:
    accounts.add(people, "karim", "coordinator", (), PASSWORD, "marie")
    number = last(people).number
    client = sign_in(people, "karim")
    assert f"/coordination/journal/{number}" not in client.get("/coordination/journal").text
    assert post(client, f"/coordination/journal/{number}").status_code == 403
    assert "est supprimé" in post(sign_in(people, "marie"), f"/coordination/journal/{number}").text


def test_a_long_journal_has_pages(people: Collective) -> None:
    with people.store.writing() as writing:
        for n in range(150):
            writing.journal("cli", "wipe", f"n{n:03}")
    client = sign_in(people, "marie")
    first = client.get("/coordination/journal").text
    older = re.search(r"/coordination/journal\?avant=\d+", first)
    assert older and "n149" in first and "n050" in first and "n049" not in first
    assert "n049" in client.get(older[0]).text and "Compte fait" in client.get(older[0]).text


def test_every_act_has_its_words() -> None:
    from bridge.web.desk import ACTS

    assert {*undoing._WAYS, *undoing._NO_WAY} <= {*ACTS}
    assert not {*undoing._WAYS} & {*undoing._NO_WAY}


def test_the_command_line(run: Run, source: str, tmp_path: Path) -> None:
    text = (tmp_path / "mappings" / "a.toml").read_bytes()
    run("accept", "a", "themes", "Truc", "t-zones-humides")
    assert "« Truc »" in run("journal") and "cli" in run("journal")
    rows = json.loads(run("journal", "--json"))
    assert [(row["act"], row["about"]) for row in rows] == [("accept", "a"), ("add", "a")]
    run("undo", str(rows[0]["number"]))
    assert (tmp_path / "mappings" / "a.toml").read_bytes() == text
    assert "déjà annulé" in run("undo", str(rows[0]["number"]), code=1)
    run("harvest")
    run("forget", "a", "--yes")
    forgotten = json.loads(run("journal", "--json", "--last", "1"))[0]
    assert "de nouveau une source" in run("undo", str(forgotten["number"]))
    assert (tmp_path / "mappings" / "a.toml").read_bytes() == text
    run("wipe", "--yes")
    assert "partageons harvest" in run("undo", str(forgotten["number"] + 1), code=1)
