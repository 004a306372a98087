"""Proposals: what people of a target changed is shown beside its origin, kept or replaced, and the answer undone."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from bridge import accounts, delivering, undoing
from bridge.cli import main
from bridge.errors import BridgeError
from bridge.push.reading import apart, plain
from bridge.store.journal import Act, Journal
from bridge.web import create_app
from bridge.writers.wikiword import tag
from tests.conftest import Web
from tests.delivery_rig import Bridge, item
from tests.fake_yeswiki import FORM, KEY, FakeYesWiki, field

A = tag("a:1")


@pytest.fixture
def wiki(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYesWiki]:
    monkeypatch.setenv("PARTAGEONS_CLE_WIKI", KEY)
    with FakeYesWiki() as running:
        yield running


@pytest.fixture
def bridge(tmp_path: Path, web: Web, wiki: FakeYesWiki) -> Iterator[Bridge]:
    found = Bridge(tmp_path, web, wiki.host)
    push = f'to = "yeswiki"\nurl = "{wiki.url("/?PagePrincipale")}"\npassword = "PARTAGEONS_CLE_WIKI"'
    found.target(push, f"form = {FORM}")
    yield found
    found.close()


@pytest.fixture
def edited(bridge: Bridge, wiki: FakeYesWiki) -> Bridge:
    """A copy that people changed, whose origin has changed since."""
    bridge.harvest(item(1, "Mare & haie"))
    bridge.deliver()
    wiki.edit(A, bf_titre="Notre <b>mare</b>", bf_local="Vue avec l'école")
    bridge.harvest(item(1, "Version 2"))
    assert bridge.acts() == [("edited", "a:1")]
    return bridge


def only(bridge: Bridge) -> delivering.Shown:
    (found,) = delivering.listed(bridge.here)
    return found


def compared(bridge: Bridge) -> delivering.Shown:
    return delivering.compared(bridge.here, bridge.fetch.send, only(bridge).number)


def last(bridge: Bridge) -> Act:
    with bridge.here.store.snapshot() as snapshot:
        return Journal(snapshot).acts(1)[0]


def test_both_sides_are_shown_and_nothing_of_them_is_kept(edited: Bridge, wiki: FakeYesWiki) -> None:
    shown = compared(edited)
    assert (shown.title, shown.address, shown.act) == ("Version 2", wiki.url(f"/?{A}"), "update")
    assert [tuple(each) for each in shown.differences] == [("Nom de l'initiative", "Notre <b>mare</b>", "Version 2")]
    with sqlite3.connect(edited.here.settings.data / "partageons.sqlite") as base:
        assert not any("Notre" in line for line in base.iterdump())
    base.close()


def test_what_the_wiki_itself_rewrites_is_no_difference(bridge: Bridge, wiki: FakeYesWiki) -> None:
    bridge.harvest(item(1, "Mare & haie", resume="a & b < c"))
    bridge.deliver()
    assert wiki.entries[A]["bf_titre"] == "Mare &amp; haie"
    wiki.edit(A)
    assert "partageons_origine" not in wiki.entries[A]
    bridge.harvest(item(1, "Mare & haies", resume="a & b < c"))
    assert bridge.acts() == [("update", "a:1")] and not bridge.proposals()


def test_theirs_is_kept_until_the_origin_changes_and_that_is_undone(edited: Bridge, wiki: FakeYesWiki) -> None:
    number = only(edited).number
    delivering.keep_theirs(edited.here, number, "moi")
    assert not edited.proposals() and not edited.notices("proposal")
    assert edited.acts(everything=True) == [] and "Notre" in wiki.entries[A]["bf_titre"]
    with pytest.raises(BridgeError, match="n'attend plus"):
        delivering.keep_theirs(edited.here, number, "toi")
    assert last(edited).act == "proposal keep" and not undoing.why_not(last(edited))
    undoing.undo(edited.here, last(edited).number, "moi")
    assert edited.proposals() == ["a:1"] and edited.notices("proposal")
    delivering.keep_theirs(edited.here, only(edited).number, "moi")
    edited.harvest(item(1, "Version 3"))
    assert edited.acts() == [("edited", "a:1")] and edited.proposals() == ["a:1"]


def test_ours_is_written_over_what_was_seen_and_their_own_fields_stay(edited: Bridge, wiki: FakeYesWiki) -> None:
    with pytest.raises(BridgeError, match="Comparez"):
        delivering.put_ours(edited.here, only(edited).number, "", "moi")
    shown = compared(edited)
    delivering.put_ours(edited.here, shown.number, shown.seen, "moi")
    assert "Notre" in wiki.entries[A]["bf_titre"], "written by the next delivery"
    assert edited.acts(dry_run=True) == [("update", "a:1")]
    assert edited.acts() == [("update", "a:1")] and edited.acts() == []
    assert (wiki.entries[A]["bf_titre"], wiki.entries[A]["bf_local"]) == ("Version 2", "Vue avec l'école")
    assert not edited.notices("proposal")
    with pytest.raises(BridgeError, match="déjà eu son effet"):
        undoing.undo(edited.here, last(edited).number, "moi")


def test_ours_is_not_written_when_they_changed_it_meanwhile_or_when_that_is_undone(
    edited: Bridge, wiki: FakeYesWiki
) -> None:
    shown = compared(edited)
    delivering.put_ours(edited.here, shown.number, shown.seen, "moi")
    undoing.undo(edited.here, last(edited).number, "moi")
    assert edited.acts() == [("edited", "a:1")] and "Notre" in wiki.entries[A]["bf_titre"]
    shown = compared(edited)
    wiki.edit(A, bf_titre="Encore mieux")
    delivering.put_ours(edited.here, shown.number, shown.seen, "moi")
    assert edited.acts() == [("edited", "a:1")]
    assert wiki.entries[A]["bf_titre"] == "Encore mieux" and edited.proposals() == ["a:1"]


def test_what_agrees_again_or_is_gone_is_closed_by_looking(edited: Bridge, wiki: FakeYesWiki) -> None:
    wiki.edit(A, bf_titre="Version 2")
    assert compared(edited).over and not edited.proposals() and not edited.notices("proposal")
    edited.harvest(item(1, "Version 3"))
    edited.deliver()
    del wiki.entries[A]
    assert compared(edited).over and not edited.proposals()


def test_a_record_withdrawn_at_home_asks_whether_theirs_goes_too(edited: Bridge, wiki: FakeYesWiki) -> None:
    edited.harvest()
    assert edited.acts() == [("edited", "a:1")]
    shown = compared(edited)
    assert (shown.act, shown.title, shown.differences) == ("withdraw", "", [])
    delivering.put_ours(edited.here, shown.number, shown.seen, "moi")
    assert edited.acts() == [("withdraw", "a:1")] and not wiki.entries


def test_a_dry_run_says_what_is_left_alone(edited: Bridge, wiki: FakeYesWiki) -> None:
    edited.harvest(item(1, "Version 3"))
    (done,) = edited.deliver(dry_run=True)
    assert (done.act, done.said) == ("edited", "Nom de l'initiative")


# What a running wiki does


def test_warnings_of_php_do_not_hide_the_answer(bridge: Bridge, wiki: FakeYesWiki) -> None:
    wiki.warnings = "<br />\n<b>Warning</b>: Undefined array key [0] {x} in <b>/srv/wiki.php</b>\n"
    bridge.harvest(item(1))
    assert bridge.acts() == [("create", "a:1")]
    bridge.harvest()
    assert bridge.acts() == [("withdraw", "a:1")] and not wiki.entries


def test_a_server_that_lets_nothing_be_deleted(bridge: Bridge, wiki: FakeYesWiki) -> None:
    wiki.deletes = False
    bridge.harvest(item(1))
    bridge.deliver()
    bridge.harvest()
    assert bridge.acts() == [("withdraw", "a:1")] and not wiki.entries


def test_a_wiki_that_hibernates_is_told_at_once_and_tried_again(bridge: Bridge, wiki: FakeYesWiki) -> None:
    bridge.harvest(item(1), item(2))
    wiki.hibernates = True
    (done,) = bridge.deliver()
    assert done.act == "failed" and "lecture seule" in done.said
    assert sum(sent.method == "POST" for sent in wiki.received) == 1
    wiki.hibernates = False
    assert bridge.acts() == [("create", "a:1"), ("create", "a:2")] and wiki.saves == 2


def test_a_key_that_was_taken_back_takes_nothing_for_deleted(bridge: Bridge, wiki: FakeYesWiki) -> None:
    wiki.private = True
    bridge.harvest(item(1))
    bridge.deliver()
    wiki.key = "another"
    bridge.harvest(item(1, "Version 2"))
    (done,) = bridge.deliver()
    assert done.act == "stopped" and "clé" in done.said
    wiki.key = KEY
    assert bridge.acts() == [("update", "a:1")]


def test_a_form_whose_titles_are_computed_and_texts_are_html(bridge: Bridge, wiki: FakeYesWiki) -> None:
    title = {**field("bf_titre", "titre", "Titre"), "name": "{{bf_nom}} (copie)"}
    wiki.prepared = [title, field("bf_nom", "text", "Nom"), *wiki.prepared[1:]]
    wiki.syntax = "html"
    bridge.harvest(item(1, "Une mare", resume="a & b"))
    bridge.deliver()
    entry = wiki.entries[A]
    assert (entry["bf_nom"], entry["bf_titre"]) == ("Une mare", "Une mare (copie)")
    assert entry["bf_description"].startswith("<p>a &amp; b</p><p>Source : Source A")
    wiki.edit(A, bf_titre="{{bf_nom}} (copie)")
    bridge.harvest(item(1, "Une haie", resume="a & b"))
    assert bridge.acts() == [("update", "a:1")] and wiki.entries[A]["bf_titre"] == "Une haie (copie)"


def test_fields_are_known_by_their_name_or_their_label(bridge: Bridge, wiki: FakeYesWiki) -> None:
    older = {**field("checkboxListeThemesbf_themes", "checkbox", "Nos thèmes"), "name": "bf_themes"}
    wiki.prepared = [wiki.prepared[0], older, field("bf_presentation", "textelong", "Résumé")]
    wiki.prepared[1]["options"] = {"1": "Mares, étangs et zones humides"}
    bridge.write(
        "t.toml",
        (bridge.here.settings.mappings / "t.toml").read_text()
        + ('\n[target.values.themes]\n"Mares, étangs et zones humides" = "t-zones-humides"\n'),
    )
    bridge.harvest(item(1, theme="Mares, étangs et zones humides"))
    bridge.deliver()
    assert wiki.entries[A]["checkboxListeThemesbf_themes"] == "1"
    assert wiki.entries[A]["bf_presentation"].startswith("Une mare.")


# Where people answer


@pytest.fixture
def client(edited: Bridge) -> FlaskClient:
    accounts.add(edited.here, "Anne", "administrator", (), "un mot de passe long", "cli")
    client = create_app(edited.here).test_client()
    client.post("/coordination", data={"name": "Anne", "password": "un mot de passe long"})
    return client


def test_a_coordinator_compares_and_answers(client: FlaskClient, edited: Bridge, wiki: FakeYesWiki) -> None:
    number, asked = only(edited).number, len(wiki.received)
    page = client.get("/pour/t/propositions").text
    assert "Version 2" in page and wiki.url(f"/?{A}") in page and len(wiki.received) == asked
    assert "1 proposition" in client.get("/pour/t/?PagePrincipale").text
    page = client.get(f"/pour/t/propositions?voir={number}").text
    assert "Notre &lt;b&gt;mare&lt;/b&gt;" in page and "<b>mare" not in page
    values = dict(re.findall(r'name="(form|number|seen)" value="([^"]*)"', page))
    refused = client.post("/pour/t/propositions", data={**values, "form": "faux", "act": "replace"})
    assert refused.status_code == 403
    told = client.post("/pour/t/propositions", data={**values, "act": "replace"}, follow_redirects=True).text
    assert "au prochain envoi" in told
    told = client.post("/pour/t/propositions", data={**values, "act": "keep"}, follow_redirects=True).text
    assert "flash--bad" in told
    assert edited.acts() == [("update", "a:1")]
    assert "Version du destinataire remplacée" in client.get("/coordination/journal").text


def test_a_wiki_that_does_not_answer_is_told_on_the_page(
    client: FlaskClient, edited: Bridge, wiki: FakeYesWiki
) -> None:
    wiki.refuse = {"GET api/": 503}
    page = client.get("/pour/t/propositions?voir=tout")
    assert page.status_code == 200 and "réponse 503" in page.text and 'value="replace"' not in page.text


def test_visitors_see_no_proposal(edited: Bridge) -> None:
    visitor = create_app(edited.here).test_client()
    assert visitor.get("/pour/t/propositions").status_code == 302
    assert visitor.post("/pour/t/propositions").status_code == 403
    assert "proposition" not in visitor.get("/pour/t/?PagePrincipale").text


def test_the_command_compares_and_answers(edited: Bridge, wiki: FakeYesWiki, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(edited.folder)
    for name, value in edited.environ.items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str) -> str:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == 0, result.output
        return result.output

    number = str(only(edited).number)
    assert "Version 2" in command("deliveries") and "Notre" not in command("deliveries")
    assert "Notre" in command("deliveries", "--compare")
    (told,) = json.loads(command("deliveries", "--compare", "--json"))["proposals"]
    assert told["differences"] == [{"label": "Nom de l'initiative", "there": "Notre <b>mare</b>", "ours": "Version 2"}]
    command("deliveries", "--keep", number)
    assert json.loads(command("deliveries", "--json"))["proposals"] == []
    edited.harvest(item(1, "Version 3"))
    edited.deliver()
    command("deliveries", "--replace", str(only(edited).number))
    assert edited.acts() == [("update", "a:1")]


# Texts


def test_html_is_read_as_people_do() -> None:
    text = '<p>a &amp; b<br>c</p><script>x</script><p><a href="https://x.fr/?a=1&amp;b">ici</a>&nbsp;!</p>'
    assert plain(text) == "a & b\nc\nici (https://x.fr/?a=1&b) !"


@pytest.mark.parametrize(
    ("there", "ours", "says"),
    [
        ("", "", ("", "", "", "")),
        ("une mare", "une haie", ("une", " mare", " haie", "")),
        ("mare", "mare verte", ("mare", "", " verte", "")),
        ("a b c", "a x c", ("a", " b", " x", " c")),
        ("a a", "a a a", ("a a", "", " a", "")),
    ],
)
def test_what_differs_stands_apart(there: str, ours: str, says: tuple[str, str, str, str]) -> None:
    assert apart(there, ours) == says
    long = apart("mot " * 1000 + "a" + " mot" * 1000, "mot " * 1000 + "b" + " mot" * 1000)
    assert len(long.before) < 200 and len(long.after) < 200 and (long.there.strip(), long.ours.strip()) == ("a", "b")
