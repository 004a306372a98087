"""``/ping``: a signed signal makes a source due at once, a forged one does nothing, a hint does little."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from bridge import __version__
from bridge.collective import Collective
from bridge.config import load
from bridge.signing import key_of, shown, signed
from bridge.store import ledger
from bridge.store.keys import Keys
from bridge.store.pings import heard
from bridge.web import create_app
from tests.conftest import Web, items

CHANGED = b'{"type": "changed", "since": "2026-11-24T10:00:00Z"}'
LATER = "2099-01-01T00:00:00Z"


def ago(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%SZ")


def settle(here: Collective, source: str, **values: Any) -> None:
    with here.store.writing() as writing:
        writing.connection.execute(update(ledger.source).where(ledger.source.c.id == source).values(values))


def row(here: Collective, source: str) -> Any:
    with here.store.snapshot() as snapshot:
        return snapshot.connection.execute(select(ledger.source).where(ledger.source.c.id == source)).one()


def due(here: Collective, source: str) -> bool:
    return bool(row(here, source).next_visit == "")


@pytest.fixture
def client(collective: Collective, add_source: Any, web: Web, harvest: Any) -> Iterator[FlaskClient]:
    """Two sources « a » and « b », visited an hour ago, not due for long."""
    for source in "ab":
        add_source(source, url=f"https://{source}.exemple.fr/data.json")
        web.put(f"https://{source}.exemple.fr/data.json", items(1, 2))
        harvest(source)
        settle(collective, source, next_visit=LATER, last_visit=ago(60))
    yield create_app(collective).test_client()


Ping = Callable[..., Any]


@pytest.fixture
def ping(client: FlaskClient, collective: Collective) -> Ping:
    def send(source: str = "a", body: bytes = CHANGED, at: float = 0, keys: Any = None, **changed: str) -> Any:
        used = collective.keys(source) if keys is None else keys
        headers = signed(used, body, int(time.time() + at)) | {k.replace("_", "-"): v for k, v in changed.items()}
        return client.post(f"/ping/{source}", data=body, headers=headers)

    return send


def test_a_signed_ping_makes_its_source_due_at_once_and_is_counted(ping, collective):
    answer = ping()
    assert (answer.status_code, answer.json) == (202, {"state": "due", "plugins": __version__})
    found = row(collective, "a")
    assert found.next_visit == "" and found.pings == 1 and found.pinged >= ago(1)
    other = row(collective, "b")
    assert (other.next_visit, other.pings, other.pinged) == (LATER, 0, "")


def test_plugins_are_told_which_version_of_them_is_the_newest(ping, client):
    """They are released with the bridge. Whoever joins is told so too."""
    asked = client.post("/pairing", json={"feed": "https://c.fr/oai", "challenge": "A" * 43})
    for answer in (ping(), client.post("/ping/b"), asked):
        assert answer.status_code == 202 and answer.json["plugins"] == __version__
    for answer in (ping(at=999), ping("inconnue", keys=[b"k" * 32]), client.post("/pairing", json={})):
        assert "plugins" not in answer.json


def test_a_source_that_was_never_visited_may_ping(ping, collective, add_source):
    add_source("neuve", url="https://neuve.exemple.fr/data.json")
    assert ping("neuve").status_code == 202 and ping("neuve").status_code == 202
    assert row(collective, "neuve").pings == 2 and due(collective, "neuve")


def test_an_empty_ping_is_as_good(ping, collective):
    assert ping(body=b"").status_code == 202
    assert due(collective, "a")


def test_a_ping_changes_nothing_public(ping, collective):
    before = collective.store.seq
    ping(body=b'{"type": "changed", "title": "une fiche inventee", "url": "https://ailleurs.exemple.fr/"}')
    assert collective.store.seq == before
    with collective.store.snapshot() as snapshot:
        assert {entry.record.title for entry in snapshot.walk()} == {"Fiche 1", "Fiche 2"}


def test_a_replayed_ping_does_nothing_twice(client, collective):
    headers = signed(collective.keys("a"), CHANGED, int(time.time()))
    assert client.post("/ping/a", data=CHANGED, headers=headers).status_code == 202
    settle(collective, "a", next_visit=LATER)
    again = client.post("/ping/a", data=CHANGED, headers=headers)
    assert (again.status_code, again.json["state"]) == (202, "due")
    assert row(collective, "a").pings == 1 and not due(collective, "a")


def test_a_replayed_ping_is_known_in_every_process(client, collective, tmp_path):
    headers = signed(collective.keys("a"), CHANGED, int(time.time()))
    client.post("/ping/a", data=CHANGED, headers=headers)
    other = Collective(load(tmp_path, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    try:
        create_app(other).test_client().post("/ping/a", data=CHANGED, headers=headers)
    finally:
        other.close()
    assert row(collective, "a").pings == 1


def test_a_message_is_remembered_as_long_as_its_signature_holds(client, collective):
    """A clock five minutes ahead: the signature holds for ten minutes from now."""
    headers = signed(collective.keys("a"), CHANGED, int(time.time()) + 299)
    client.post("/ping/a", data=CHANGED, headers=headers)
    for minutes, pings in ((10, 1), (12, 2)):
        with collective.store.writing() as writing:
            writing.connection.execute(update(heard).values(at=ago(minutes)))
        client.post("/ping/a", data=CHANGED, headers=headers)
        assert row(collective, "a").pings == pings
    with collective.store.snapshot() as snapshot:
        assert len(snapshot.connection.execute(select(heard)).all()) == 1, "old ones are dropped"


def refused(answer: Any, status: int) -> str:
    assert answer.status_code == status, answer.data
    assert answer.content_type == "application/json" and answer.headers["Cache-Control"] == "no-store"
    error = answer.json["error"]
    assert set(error) == {"message", "remedy"} and error["message"].endswith(".")
    return str(error["message"])


@pytest.mark.parametrize("skew", [-301, 302])
def test_a_stale_ping_is_refused(ping, collective, skew):
    assert "5 minutes" in refused(ping(at=skew), 401)
    assert not due(collective, "a") and row(collective, "a").pings == 0


def test_forged_pings_are_refused(ping, client, collective):
    refused(ping(keys=[key_of(b"un autre secret", "a", 1)]), 401)
    refused(ping(keys=collective.keys("b")), 401)
    refused(ping(webhook_id="msg_autre"), 401)
    refused(ping(webhook_signature="v1,AAAA"), 401)
    headers = signed(collective.keys("a"), CHANGED, int(time.time()))
    refused(client.post("/ping/a", data=CHANGED + b" ", headers=headers), 401)
    refused(client.post("/ping/a", data=CHANGED, headers={"webhook-id": "x"}), 401)
    assert not due(collective, "a") and row(collective, "a").pings == 0


def test_both_keys_are_valid_while_a_rotation_lasts_and_none_once_revoked(ping, collective, tmp_path):
    old = collective.keys("a")
    other = Collective(load(tmp_path, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    try:
        with other.store.writing() as writing:
            Keys(writing).rotate("a")
        new = other.keys("a")[:1]
        assert new != old
        for keys in (old, new):
            assert ping(keys=keys).status_code == 202
        with other.store.writing() as writing:
            Keys(writing).revoke("a")
    finally:
        other.close()
    for keys in (old, new):
        assert "révoquée" in refused(ping(keys=keys), 401)


def test_what_is_not_a_ping_is_named(ping, client, collective):
    refused(client.post("/ping/inconnue", data=CHANGED), 404)
    for body in (b"[]", b'"x"', b"{", b"<xml/>", b"[" * 60_000):
        refused(ping(body=body), 400)
    refused(ping(body=b'{"x": "' + b"x" * (64 << 10) + b'"}'), 413)
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = client.open("/ping/a", method=method)
        assert answer.status_code == 405 and answer.headers["Allow"] == "POST"
        assert "Access-Control-Allow-Origin" not in answer.headers
    assert not due(collective, "a")


def test_an_unsigned_ping_is_a_hint_heard_once_in_five_minutes(client, collective):
    answer = client.post("/ping/a", data=CHANGED)
    assert (answer.status_code, answer.json) == (202, {"state": "hint", "plugins": __version__})
    assert due(collective, "a")
    assert row(collective, "a").pings == 0 and row(collective, "a").pinged == ""
    settle(collective, "a", next_visit=LATER)
    assert client.post("/ping/a", data=CHANGED).json["state"] == "hint"
    assert not due(collective, "a"), "a hint was heard a moment ago"
    assert client.post("/ping/b", data=b"").status_code == 202
    assert due(collective, "b"), "each source has its own"
    with collective.store.writing() as writing:
        writing.connection.execute(update(heard).values(at=ago(6)))
    client.post("/ping/a", data=CHANGED)
    assert due(collective, "a")


def test_a_hint_does_not_hurry_a_source_that_was_just_visited(client, collective):
    settle(collective, "a", last_visit=ago(4))
    client.post("/ping/a")
    assert not due(collective, "a")


def test_a_hint_that_is_no_news_writes_nothing(client, collective):
    """Whoever insists must not keep the writer from working."""
    client.post("/ping/a")
    with collective.store.writing():
        assert client.post("/ping/a").status_code == 202


def test_no_answer_and_no_log_holds_the_key(ping, client, collective, caplog):
    key = shown(collective.keys("a")[0]).removeprefix("whsec_")
    answers = [ping(), ping(at=999), ping(webhook_signature="v1,AAAA"), client.post("/ping/a")]
    assert not any(key in json.dumps(answer.json) for answer in answers)
    assert key not in caplog.text


def test_the_command_line_shows_turns_and_ends_a_key(run, source):
    told = json.loads(run("key", "a", "--json"))
    assert told["state"] == "valid" and told["keys"][0].startswith("whsec_") and told["version"] == 1
    assert told["keys"][0] in run("key", "a")
    turned = json.loads(run("key", "a", "--rotate", "--json"))
    assert turned["version"] == 2 and turned["keys"][1] == told["keys"][0]
    assert "révoquée" in run("key", "a", "--revoke")
    assert json.loads(run("key", "a", "--json"))["keys"] == []
    again = json.loads(run("key", "a", "--rotate", "--json"))
    assert len(again["keys"]) == 1 and again["keys"][0] not in (*told["keys"], *turned["keys"])
    assert "Aucun partenaire" in (unknown := run("key", "b", code=1)) and "a" in unknown


def test_what_is_done_to_keys_is_journaled_without_them(run, source):
    key = json.loads(run("key", "a", "--rotate", "--json"))["keys"][0]
    run("key", "a", "--revoke")
    acts = run("journal", "--json")
    assert [act["act"] for act in json.loads(acts)][:2] == ["key revoke", "key rotate"]
    assert key not in acts
