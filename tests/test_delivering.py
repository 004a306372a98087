"""Deliveries to real receivers on loopback: signed, in order, retried, never twice, never over what people wrote."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from standardwebhooks import Webhook

from bridge import delivering
from bridge.cli import main
from bridge.collective import shipped
from bridge.delivering import way as way_module
from bridge.errors import BridgeError, MappingError
from bridge.meaning.target import Target, load_target
from bridge.meaning.vocabulary import load as load_vocabulary
from bridge.signing import SignatureError, check, shown
from bridge.store.deliveries import Deliveries
from bridge.store.keys import Keys
from bridge.store.pairings import Plugins
from bridge.writers.wikiword import tag
from tests.conftest import Web
from tests.delivery_rig import URL, Bridge, item
from tests.fake_yeswiki import FORM, KEY, FakeYesWiki
from tests.receiver import Receiver, Said, Sent

VOCABULARY = load_vocabulary(shipped() / "vocabulary")


@pytest.fixture
def there() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def other() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def wiki(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeYesWiki]:
    monkeypatch.setenv("PARTAGEONS_CLE_WIKI", KEY)
    with FakeYesWiki() as running:
        yield running


@pytest.fixture
def bridge(tmp_path: Path, web: Web, there: Receiver, other: Receiver, wiki: FakeYesWiki) -> Iterator[Bridge]:
    found = Bridge(tmp_path, web, f"{there.host},{other.host},{wiki.host}")
    yield found
    found.close()


def until(true: Callable[[], object]) -> None:
    for _ in range(1000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("never came")


def webhook(bridge: Bridge, there: Receiver, more: str = "", id: str = "t") -> Target:
    return bridge.target(f'to = "webhook"\nurl = "{there.url("/hook")}"', more, id)


def bodies(there: Receiver) -> list[dict[str, Any]]:
    return [json.loads(sent.body) for sent in there.received]


def told(there: Receiver) -> list[tuple[str, str]]:
    return [(change["status"], change["id"]) for body in bodies(there) for change in body["changes"]]


# The table


@pytest.mark.parametrize(
    ("push", "says"),
    [
        ('to = "fax"\nurl = "https://b.fr"', "push.to"),
        ('to = "ping"', "push.url"),
        ('to = "ping"\nurl = "https://b.fr"\npassword = "PARTAGEONS_X"', "ni user ni password"),
        ('to = "ping"\nurl = "https://moi:secret@b.fr"', "contient un nom ou un mot de passe"),
        ('to = "yeswiki"\nurl = "https://b.fr"', "« password » manque"),
        ('to = "yeswiki"\nurl = "https://b.fr"\npassword = "AWS_SECRET_ACCESS_KEY"', "PARTAGEONS_"),
        ('to = "yeswiki"\nurl = "https://b.fr"\npassword = "PARTAGEONS_SECRET"', "réglage du pont"),
        ('to = "yeswiki"\nurl = "https://b.fr"\npassword = "PARTAGEONS_SMTP"', "réglage du pont"),
        ('to = "wordpress"\nurl = "https://b.fr"\npassword = "PARTAGEONS_X"', "« user »"),
        ('to = "wordpress"\nurl = "https://b.fr"\nuser = "a:b"\npassword = "PARTAGEONS_X"', "« user »"),
        ('to = "wordpress"\nurl = "https://b.fr"\nuser = "a"\npassword = "PARTAGEONS_X"\nstatus = "private"', "status"),
        ('to = "wordpress"\nurl = "https://b.fr"\nuser = "a"\npassword = "PARTAGEONS_X"\ntype = "../users"', "type"),
    ],
)
def test_a_mistake_in_the_table_is_told(push: str, says: str) -> None:
    with pytest.raises(MappingError) as raised:
        load_target(f"[target]\n[target.push]\n{push}", "exemple.toml", {}, VOCABULARY)
    assert says in str(raised.value) and "exemple.toml" in str(raised.value)
    assert "secret@" not in str(raised.value)


# Messages


def test_a_webhook_is_told_of_what_comes_after_it_was_declared(bridge: Bridge, there: Receiver) -> None:
    bridge.harvest(item(1))
    webhook(bridge, there)
    assert bridge.acts() == []
    bridge.harvest(item(1), item(2, "Une haie"))
    assert bridge.acts() == [("live", "a:2")]
    (body,) = bodies(there)
    assert (body["type"], body["target"]) == ("changes", "t")
    (change,) = body["changes"]
    assert body["since"] == body["until"] == change["datestamp"]
    assert (change["record"]["title"], change["record"]["url"]) == ("Une haie", "https://a.exemple.fr/2")
    assert change["record"]["themes"] == [] and change["record"]["source"] == "Source A"
    assert bridge.acts() == [] and len(there.received) == 1


def test_everything_is_told_to_who_asks_for_it(bridge: Bridge, there: Receiver) -> None:
    bridge.harvest(item(1), item(2))
    webhook(bridge, there)
    bridge.deliver()
    assert bridge.acts(everything=True) == [("live", "a:1"), ("live", "a:2")]


def test_records_are_told_in_the_targets_names_and_words(bridge: Bridge, there: Receiver) -> None:
    webhook(
        bridge,
        there,
        '[target.fields]\ntitle = "Projet"\nthemes = "Objectif"\n'
        '[target.values.themes]\n"Éviter l\'eau" = "t-zones-humides"',
    )
    bridge.deliver()
    bridge.harvest(item(1, theme="Mares, étangs et zones humides"))
    bridge.deliver()
    record = bodies(there)[0]["changes"][0]["record"]
    assert (record["Projet"], record["Objectif"]) == ("Fiche 1", ["Éviter l'eau"])
    assert {"id", "url", "source", "licence", "attribution", "datestamp"} <= record.keys()
    assert "abstract" not in record


def test_a_message_is_signed_so_that_others_know_it(bridge: Bridge, there: Receiver) -> None:
    webhook(bridge, there)
    bridge.deliver()
    bridge.harvest(item(1))
    bridge.deliver()
    (sent,) = there.received
    keys = bridge.here.keys("t")
    at = int(datetime.now(UTC).timestamp())
    assert check(keys, sent.headers, sent.body, at).startswith("msg_")
    Webhook(shown(keys[0])).verify(sent.body, dict(sent.headers))
    with pytest.raises(SignatureError):
        check(keys, sent.headers, sent.body + b" ", at)
    with bridge.here.store.writing() as writing:
        Keys(writing).revoke("t")
    bridge.harvest(item(1), item(2))
    (done,) = bridge.deliver()
    assert done.act == "stopped" and "révoquée" in done.said
    assert len(there.received) == 1 and "révoquée" in bridge.notices()[0]


def test_a_ping_says_since_when_and_nothing_else(bridge: Bridge, there: Receiver) -> None:
    bridge.target(f'to = "ping"\nurl = "{there.url("/ping")}"')
    bridge.deliver()
    bridge.harvest(*(item(n) for n in range(1, 4)))
    assert bridge.acts() == [("ping", "")]
    (body,) = bodies(there)
    with bridge.here.store.snapshot() as snapshot:
        assert body == {"type": "changed", "since": snapshot.updated}
    assert check(bridge.here.keys("t"), there.received[0].headers, there.received[0].body, int(time.time()))


def test_a_plugin_that_wants_to_be_told_is_pinged(bridge: Bridge, there: Receiver) -> None:
    table = (
        '[source]\nid = "b"\nkind = "json_api"\nurl = "https://b.exemple.fr/"\n[fields]\ntitle = "titre"\n[target]\n'
    )
    bridge.write("b.toml", table)
    assert delivering.pushed(bridge.here) == []
    with bridge.here.store.writing() as writing:
        Plugins(writing).note("b", there.url("/?partageons=ping"), "1.0")
    with bridge.running():
        until(lambda: _known(bridge, "b"))
        bridge.harvest(item(1))
        until(lambda: there.received)
    (sent,) = there.received
    assert sent.path == "/?partageons=ping" and json.loads(sent.body)["type"] == "changed"
    assert check(bridge.here.keys("b"), sent.headers, sent.body, int(time.time()))


def test_what_is_withdrawn_is_told_with_nothing_of_it(bridge: Bridge, there: Receiver) -> None:
    bridge.harvest(item(1), item(2, "Secret de la mare"))
    webhook(bridge, there)
    bridge.deliver()
    bridge.harvest(item(1))
    assert bridge.acts() == [("withdrawn", "a:2")]
    (sent,) = there.received
    assert b"Secret" not in sent.body and "record" not in bodies(there)[0]["changes"][0]


def test_what_leaves_the_selection_is_told_as_withdrawn(bridge: Bridge, there: Receiver) -> None:
    theme = "Mares, étangs et zones humides"
    bridge.harvest(item(1, theme=theme), item(2))
    webhook(bridge, there, '[target.select]\nthemes = "t-zones-humides"')
    bridge.deliver()
    bridge.harvest(item(1), item(2, "Autre titre"), item(3, theme=theme))
    assert sorted(bridge.acts()) == [("live", "a:3"), ("withdrawn", "a:1")]


def test_a_change_that_does_not_concern_it_costs_no_request(bridge: Bridge, there: Receiver) -> None:
    webhook(bridge, there, '[target.select]\nthemes = "t-zones-humides"')
    bridge.deliver()
    bridge.harvest(item(1), item(2))
    assert bridge.acts() == [] and not there.received and not bridge.letters()


def test_what_does_not_concern_a_target_is_not_looked_at_for_ever(
    bridge: Bridge, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way_module, "QUIET", 1)
    webhook(bridge, there, '[target.select]\nthemes = "t-zones-humides"')
    bridge.deliver()
    for title in ("Un", "Deux", "Trois"):
        bridge.harvest(item(1, title))
    bridge.deliver()
    with bridge.here.store.snapshot() as snapshot:
        known = Deliveries(snapshot).known("t")
        assert known and known.place.seq == snapshot.seq
    assert not there.received


def test_nothing_goes_back_to_where_it_is_from(bridge: Bridge, there: Receiver) -> None:
    table = (bridge.here.settings.mappings / "a.toml").read_text()
    bridge.write("a.toml", f'{table}\n[target]\n[target.push]\nto = "webhook"\nurl = "{there.url()}"')
    bridge.deliver("a")
    bridge.harvest(item(1))
    bridge.harvest()
    assert bridge.acts("a") == [] and not there.received


def test_a_long_list_goes_in_several_messages_in_order(
    bridge: Bridge, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.delivering.selecting.MOST", 4)
    webhook(bridge, there)
    bridge.deliver()
    bridge.harvest(*(item(n) for n in range(1, 10)))
    bridge.deliver()
    assert [len(body["changes"]) for body in bodies(there)] == [4, 4, 1]
    assert [id for _, id in told(there)] == [f"a:{n}" for n in range(1, 10)]
    assert len({sent.headers["webhook-id"] for sent in there.received}) == 3


# What does not arrive


def test_a_message_that_failed_is_the_same_one_later(bridge: Bridge, there: Receiver) -> None:
    webhook(bridge, there)
    bridge.deliver()
    there.answer = lambda sent: Said(503)
    bridge.harvest(item(1))
    assert [act for act, _ in bridge.acts()] == ["failed"]
    bridge.harvest(item(1), item(2))
    there.answer = lambda sent: Said()
    assert bridge.acts() == [("live", "a:1"), ("live", "a:2")]
    first, again, then = there.received
    assert first.headers["webhook-id"] == again.headers["webhook-id"] != then.headers["webhook-id"]
    assert first.body == again.body
    assert not bridge.letters()


def test_tries_are_further_and_further_apart_then_it_is_dead_and_the_rest_goes_on(
    bridge: Bridge, there: Receiver
) -> None:
    webhook(bridge, there)
    bridge.deliver()
    there.answer = lambda sent: None
    bridge.harvest(item(1))
    waits = []
    while bridge.letters("waiting") or not waits:
        before = datetime.now(UTC)
        bridge.deliver()
        for letter in bridge.letters("waiting"):
            waits.append((datetime.fromisoformat(letter.next_try) - before).total_seconds())
        if not bridge.letters("waiting"):
            break
    assert [round(wait / 5) * 5 for wait in waits] == list(delivering.BACK_OFF)
    assert len(there.received) == 8
    (letter,) = bridge.letters("dead")
    assert "a coupé la connexion" in letter.said
    assert "--replay" in bridge.notices()[0]
    there.answer = lambda sent: Said()
    bridge.harvest(item(1), item(2))
    assert bridge.acts() == [("live", "a:2")]
    assert bridge.notices()
    delivering.replay(bridge.here, "moi", letter.id)
    assert bridge.acts() == [("live", "a:1")]
    assert not bridge.letters() and not bridge.notices()
    assert there.received[0].headers["webhook-id"] == there.received[-1].headers["webhook-id"]


def test_the_wait_that_a_target_asks_for_is_kept(bridge: Bridge, there: Receiver) -> None:
    webhook(bridge, there)
    bridge.deliver()
    there.answer = lambda sent: Said(429, b"", {"Retry-After": "900"})
    bridge.harvest(item(1))
    bridge.deliver()
    (letter,) = bridge.letters("waiting")
    assert 890 < (datetime.fromisoformat(letter.next_try) - datetime.now(UTC)).total_seconds() <= 901
    with bridge.running():
        time.sleep(0.4)
    assert len(there.received) == 1


@pytest.mark.parametrize("status", [400, 422])
def test_a_message_that_is_refused_for_good_blocks_nothing(bridge: Bridge, there: Receiver, status: int) -> None:
    webhook(bridge, there)
    bridge.deliver()
    there.answer = lambda sent: Said(status) if b'"a:1"' in sent.body else Said()
    bridge.harvest(item(1))
    assert [act for act, _ in bridge.acts()] == ["refused"]
    bridge.harvest(item(1), item(2))
    assert bridge.acts() == [("live", "a:2")]
    assert len(bridge.letters("dead")) == 1 and len(there.received) == 2


@pytest.mark.parametrize("status", [401, 403, 410, 302])
def test_a_target_that_shuts_its_door_is_left_alone_until_a_person_acts(
    bridge: Bridge, there: Receiver, status: int
) -> None:
    webhook(bridge, there)
    bridge.deliver()
    there.answer = lambda sent: Said(status, b"", {"Location": "/"})
    bridge.harvest(item(1))
    with bridge.running():
        until(bridge.notices)
        bridge.harvest(item(1), item(2))
        time.sleep(0.4)
    assert len(there.received) == 1 and "Plus rien ne part" in bridge.notices()[0]
    there.answer = lambda sent: Said()
    with bridge.running():  # the service was started again
        until(lambda: ("live", "a:2") in told(there))
    assert not bridge.notices() and not bridge.letters()


def test_a_dry_run_changes_nothing(bridge: Bridge, there: Receiver) -> None:
    bridge.harvest(item(1))
    webhook(bridge, there)
    before = sorted(_dump(bridge))
    assert bridge.acts(dry_run=True) == []
    assert bridge.acts(dry_run=True, everything=True) == [("live", "a:1")]
    assert sorted(_dump(bridge)) == before and not there.received
    bridge.deliver()
    bridge.harvest(item(1), item(2))
    before = sorted(_dump(bridge))
    assert bridge.acts(dry_run=True) == [("live", "a:2")]
    assert sorted(_dump(bridge)) == before and not there.received


def _dump(bridge: Bridge) -> list[str]:
    with sqlite3.connect(bridge.here.settings.data / "partageons.sqlite") as base:
        lines = list(base.iterdump())
    base.close()
    return lines


# The service


def test_the_service_delivers_each_commit_soon(bridge: Bridge, there: Receiver) -> None:
    webhook(bridge, there)
    with bridge.running():
        until(lambda: bridge.here.store.seq == 0 and _known(bridge, "t"))
        bridge.harvest(item(1))
        until(lambda: told(there) == [("live", "a:1")])
        bridge.harvest(item(1, "Autre"))
        until(lambda: len(there.received) == 2)
        bridge.harvest()
        until(lambda: told(there)[-1] == ("withdrawn", "a:1"))


def _known(bridge: Bridge, id: str) -> bool:
    with bridge.here.store.snapshot() as snapshot:
        return Deliveries(snapshot).known(id) is not None


def test_a_slow_target_delays_no_other(bridge: Bridge, there: Receiver, other: Receiver) -> None:
    free = threading.Event()

    def slow(sent: Sent) -> Said:
        free.wait(20)
        return Said()

    there.answer = slow
    webhook(bridge, there, id="lente")
    webhook(bridge, other, id="vive")
    bridge.deliver("lente")
    bridge.deliver("vive")
    with bridge.running():
        bridge.harvest(item(1))
        until(lambda: there.received and told(other) == [("live", "a:1")])
        bridge.harvest(item(1), item(2))
        until(lambda: told(other) == [("live", "a:1"), ("live", "a:2")])
        assert len(there.received) == 1
        free.set()
        until(lambda: ("live", "a:2") in told(there))


def test_a_table_that_changes_is_followed(bridge: Bridge, there: Receiver) -> None:
    bridge.harvest(item(1, theme="Mares, étangs et zones humides"))
    webhook(bridge, there)
    bridge.deliver()
    webhook(bridge, there, '[target.values.themes]\n"Flaques" = "t-zones-humides"')
    with bridge.running():
        until(lambda: there.received)
    assert bodies(there)[0]["changes"][0]["record"]["themes"] == ["Flaques"]


def test_a_fault_of_ours_costs_one_target_and_is_told(
    bridge: Bridge, there: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    webhook(bridge, there)
    bridge.deliver()
    bridge.harvest(item(1))
    monkeypatch.setattr(way_module.webhook, "deliver", broken)
    assert [act for act, _ in bridge.acts()] == ["failed"]
    assert "could not be delivered" in caplog.text
    monkeypatch.undo()
    assert bridge.acts() == [("live", "a:1")]


# Articles: a YesWiki


def yeswiki(bridge: Bridge, wiki: FakeYesWiki, more: str = "", form: int = FORM) -> Target:
    push = f'to = "yeswiki"\nurl = "{wiki.url("/?PagePrincipale")}"\npassword = "PARTAGEONS_CLE_WIKI"'
    return bridge.target(push, f"form = {form}\n{more}")


def test_a_wiki_receives_everything_in_its_own_codes(bridge: Bridge, wiki: FakeYesWiki) -> None:
    bridge.harvest(item(1, theme="Mares, étangs et zones humides"), item(2))
    yeswiki(bridge, wiki, '[target.values.themes]\n"Mares, étangs et zones humides" = "t-zones-humides"')
    assert bridge.acts() == [("create", "a:1"), ("create", "a:2")]
    entry = wiki.entries[tag("a:1")]
    assert (entry["bf_titre"], entry["bf_themes"]) == ("Fiche 1", "zh")
    assert entry["partageons_origine"] == f"{URL} 1"
    assert entry["bf_description"].startswith("Une mare.")
    assert "https://a.exemple.fr/1" in entry["bf_description"] and "Source A" in entry["bf_description"]
    assert "bf_resultats" not in entry and "bf_image" not in entry
    assert wiki.source_urls[tag("a:1")] == "https://pont.exemple.fr/fiche/a:1"
    assert all(sent.headers["authorization"] == f"Bearer {KEY}" for sent in wiki.received)
    assert bridge.acts() == [] and wiki.saves == 2


def test_an_entry_follows_its_record_and_goes_with_it(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1), item(2))
    bridge.deliver()
    bridge.harvest(item(1, "Autre titre"), item(2))
    assert bridge.acts() == [("update", "a:1")]
    assert wiki.entries[tag("a:1")]["bf_titre"] == "Autre titre" and wiki.saves == 3
    bridge.harvest(item(1, "Autre titre"))
    assert bridge.acts() == [("withdraw", "a:2")]
    assert set(wiki.entries) == {tag("a:1")}
    bridge.harvest(item(1, "Autre titre"), item(2))
    assert bridge.acts() == [("create", "a:2")]
    assert set(wiki.entries) == {tag("a:1"), tag("a:2")}


def test_what_people_changed_in_the_wiki_is_theirs_and_becomes_a_proposal(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1), item(2))
    bridge.deliver()
    wiki.edit(tag("a:1"), bf_description="Nous savons mieux.")
    wiki.edit(tag("a:2"), bf_champ_local="Ajouté ici.")
    saves = wiki.saves
    bridge.harvest(item(1, "Version 2"), item(2, "Version 2"))
    assert bridge.acts() == [("edited", "a:1"), ("edited", "a:2")]
    assert wiki.saves == saves and wiki.entries[tag("a:1")]["bf_description"] == "Nous savons mieux."
    assert bridge.proposals() == ["a:1", "a:2"]
    assert "2 fiche(s)" in bridge.notices("proposal")[0]
    bridge.harvest()  # withdrawn at home: what people wrote stays
    bridge.deliver()
    assert len(wiki.entries) == 2 and bridge.proposals() == ["a:1", "a:2"]


def test_an_entry_given_back_is_followed_again(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1))
    bridge.deliver()
    kept = dict(wiki.entries[tag("a:1")])
    wiki.edit(tag("a:1"), bf_titre="Le nôtre")
    bridge.harvest(item(1, "Version 2"))
    bridge.deliver()
    wiki.edit(tag("a:1"), bf_titre=kept["bf_titre"])
    bridge.harvest(item(1, "Version 3"))
    assert bridge.acts() == [("update", "a:1")]
    assert wiki.entries[tag("a:1")]["bf_titre"] == "Version 3"
    assert not bridge.proposals() and not bridge.notices("proposal")


def test_an_entry_that_people_took_away_does_not_come_back_by_itself(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1))
    bridge.deliver()
    wiki.entries.clear()
    bridge.harvest(item(1, "Version 2"))
    assert bridge.acts() == [("removed", "a:1")]
    bridge.harvest(item(1, "Version 3"))
    assert bridge.acts() == [] and not wiki.entries
    assert bridge.acts(everything=True) == [("create", "a:1")]


def test_one_entry_that_is_refused_does_not_hold_up_the_others(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1), item(2), item(3))
    answer = wiki.answer
    wiki.answer = lambda sent: Said(422) if b"Fiche 2" in sent.body else answer(sent)
    assert bridge.acts() == [("create", "a:1"), ("refused", "a:2"), ("create", "a:3")]
    (letter,) = bridge.letters("dead")
    assert letter.only == "a:2" and bridge.notices()
    wiki.answer = answer
    delivering.replay(bridge.here, "moi")
    assert bridge.acts() == [("create", "a:2")]
    assert not bridge.letters() and not bridge.notices() and len(wiki.entries) == 3


def test_one_entry_that_breaks_the_wiki_is_tried_again_after_the_others(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1), item(2), item(3))
    answer = wiki.answer
    wiki.answer = lambda sent: Said(500) if b"Fiche 1" in sent.body else answer(sent)
    assert bridge.acts() == [("create", "a:2"), ("create", "a:3"), ("failed", "")]
    wiki.answer = answer
    assert bridge.acts() == [("create", "a:1")] and len(wiki.entries) == 3


@pytest.mark.parametrize(
    ("form", "refuse", "says"),
    [
        (6, {}, "n'a pas de formulaire 6"),
        (FORM, {"POST api/entries": 401}, "ne reconnaît pas le pont"),
        (FORM, {"POST api/entries": 403}, "le droit d'écrire"),
    ],
)
def test_a_wiki_that_lets_nothing_be_written_is_told_once(
    bridge: Bridge, wiki: FakeYesWiki, form: int, refuse: dict[str, int], says: str
) -> None:
    wiki.refuse = refuse
    yeswiki(bridge, wiki, form=form)
    bridge.harvest(item(1), item(2))
    (done,) = bridge.deliver()
    assert done.act == "stopped" and says in done.said and KEY not in done.said
    assert says in bridge.notices()[0] and not wiki.entries


def test_a_maintenance_page_is_no_answer(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1))
    wiki.refuse = {"GET api/forms": 200}
    (done,) = bridge.deliver()
    assert done.act == "failed" and "JSON" in done.said


def test_a_password_is_not_given_to_another_site(bridge: Bridge, wiki: FakeYesWiki, other: Receiver) -> None:
    bridge.harvest(item(1))
    yeswiki(bridge, wiki)
    bridge.target(f'to = "yeswiki"\nurl = "{other.url()}"\npassword = "PARTAGEONS_CLE_WIKI"', id="voleur")
    (done,) = bridge.deliver("voleur")
    assert done.act == "stopped" and "deux sites" in done.said and not other.received


def test_a_password_that_is_not_set_or_would_be_heard_is_told(
    bridge: Bridge, wiki: FakeYesWiki, monkeypatch: pytest.MonkeyPatch
) -> None:
    bridge.harvest(item(1))
    yeswiki(bridge, wiki)
    monkeypatch.delenv("PARTAGEONS_CLE_WIKI")
    (done,) = bridge.deliver()
    assert "PARTAGEONS_CLE_WIKI est vide" in done.said
    monkeypatch.setenv("PARTAGEONS_CLE_WIKI", KEY)
    bridge.target('to = "yeswiki"\nurl = "http://wiki.exemple.fr/"\npassword = "PARTAGEONS_CLE_WIKI"')
    (done,) = bridge.deliver()
    assert "sans chiffrement" in done.said and not wiki.received


def test_a_dry_run_on_a_wiki_only_reads(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1), item(2))
    bridge.deliver()
    bridge.harvest(item(1, "Version 2"), item(3))
    before, saves = sorted(_dump(bridge)), wiki.saves
    assert sorted(bridge.acts(dry_run=True)) == [("create", "a:3"), ("update", "a:1"), ("withdraw", "a:2")]
    assert sorted(_dump(bridge)) == before and wiki.saves == saves and len(wiki.entries) == 2


def test_nothing_of_a_partner_is_kept_in_the_office(bridge: Bridge, wiki: FakeYesWiki) -> None:
    yeswiki(bridge, wiki)
    bridge.harvest(item(1, "Titre reconnaissable"))
    bridge.deliver()
    wiki.edit(tag("a:1"), bf_titre="Titre reconnaissable bis")
    bridge.harvest(item(1, "Titre reconnaissable ter"))
    bridge.deliver()
    office = [line for line in _dump(bridge) if "office_" in line]
    assert office and not any("reconnaissable" in line or KEY in line for line in office)


# Crashes

DELIVER = """
import sys, os
from pathlib import Path
from threading import Event
from bridge.collective import Collective
from bridge.config import load
from bridge.delivering import run
from bridge.fetch import Fetcher
here = Collective(load(Path(sys.argv[1]), os.environ))
run(here, Fetcher(here.settings.allow_hosts), Event())
"""


def killed(bridge: Bridge, moment: Callable[[], object]) -> None:
    """Run the deliveries in a process of their own, and kill it without warning at a moment."""
    process = subprocess.Popen(
        [sys.executable, "-c", DELIVER, str(bridge.folder)], env={**os.environ, **bridge.environ}
    )
    try:
        until(lambda: moment() or process.poll() is not None)
        assert process.poll() is None
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("first", [True, False])
def test_a_crash_between_the_writing_and_the_memory_leaves_one_entry(
    bridge: Bridge, wiki: FakeYesWiki, first: bool
) -> None:
    """The wiki keeps the entry; whoever wrote it is dead before it hears so."""
    yeswiki(bridge, wiki)
    bridge.harvest(item(1))
    if not first:
        bridge.deliver()
        bridge.harvest(item(1, "Version 2"))
    answer, done = wiki.answer, threading.Event()

    def hang(sent: Sent) -> Said | None:
        said = answer(sent)
        if sent.method == "POST":
            done.set()
            time.sleep(1)
            return None
        return said

    wiki.answer = hang
    killed(bridge, done.is_set)
    wiki.answer = answer
    saves = wiki.saves
    bridge.deliver()
    assert set(wiki.entries) == {tag("a:1")} and wiki.saves == saves
    bridge.harvest(item(1, "Version 3"))
    assert bridge.acts() == [("update", "a:1")]
    assert wiki.entries[tag("a:1")]["bf_titre"] == "Version 3" and not bridge.proposals()


def test_a_crash_before_the_answer_repeats_the_same_message(bridge: Bridge, there: Receiver) -> None:
    webhook(bridge, there)
    bridge.deliver()
    bridge.harvest(item(1))

    def hang(sent: Sent) -> None:
        time.sleep(1)

    there.answer = hang
    killed(bridge, lambda: there.received)
    there.answer = lambda sent: Said()
    bridge.harvest(item(1), item(2))
    with bridge.running():
        until(lambda: ("live", "a:2") in told(there))
    first, again, last = there.received
    assert first.headers["webhook-id"] == again.headers["webhook-id"] != last.headers["webhook-id"]
    assert told(there) == [("live", "a:1"), ("live", "a:1"), ("live", "a:2")]


# The command line


def test_the_commands_tell_and_journal(bridge: Bridge, there: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(bridge.folder)
    monkeypatch.setenv("COLUMNS", "200")
    for name, value in bridge.environ.items():
        monkeypatch.setenv(name, value)

    def command(*arguments: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, arguments)
        assert result.exit_code == code, result.output
        return result.output

    assert "Aucune destination" in command("deliveries")
    webhook(bridge, there)
    assert "Rien à envoyer" in command("deliver")
    bridge.harvest(item(1))
    assert json.loads(command("deliver", "--dry-run", "--json"))[0]["record"] == "a:1"
    assert not there.received
    there.answer = lambda sent: Said(422)
    assert "refusée" in command("deliver", "t", code=1)
    (letter,) = json.loads(command("deliveries", "--json"))["deliveries"]
    assert "abandonné" in command("deliveries")
    assert "n'existe pas" in command("deliver", "inconnue", code=1)
    assert "Aucun envoi abandonné" in command("deliveries", "--replay", "999", code=1)
    command("deliveries", "--replay", "tout", code=2)
    there.answer = lambda sent: Said()
    assert "1 envoi(s)" in command("deliveries", "--replay", str(letter["id"]))
    assert "annoncée" in command("deliver")
    journal = [line for line in _dump(bridge) if 'INTO "office_journal"' in line]
    assert any("'replay'" in line for line in journal) and any("'deliver'" in line for line in journal)


def test_replaying_nothing_is_told(bridge: Bridge) -> None:
    assert delivering.replay(bridge.here, "moi") == []
    with pytest.raises(BridgeError, match="999"):
        delivering.replay(bridge.here, "moi", 999)
