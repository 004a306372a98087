"""« Rejoindre le réseau »: a site proves that it is itself, a person accepts, and only that site gets its key."""

from __future__ import annotations

import hashlib
import json
import secrets
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from xml.sax.saxutils import quoteattr

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update
from standardwebhooks import Webhook

from bridge import __version__, pairing
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import BridgeError
from bridge.fetch import Fetcher
from bridge.signing import shown, signed
from bridge.store import office
from bridge.store.keys import Keys
from bridge.store.notices import Notices
from bridge.store.pairings import ASKED_MAX, VERIFIED_MAX, Pairings, Plugins
from bridge.web import create_app
from tests.web_server import WebServer

FEED = "/?partageons=oai"
IDENTIFY = "/?partageons=oai&verb=Identify"


class Plugin:
    """A site with our plugin: its feed's Identify shows a challenge; it keeps the nonce."""

    def __init__(self, site: WebServer) -> None:
        self.site = site
        self.feed = site.url(FEED)
        self.new()
        self.shows()

    def new(self) -> None:
        self.nonce = secrets.token_urlsafe(32)
        self.challenge = urlsafe_b64encode(hashlib.sha256(self.nonce.encode()).digest()).rstrip(b"=").decode()

    def shows(self, challenge: str | None = None, ping: str | None = None, version: str = "1.2.0") -> None:
        said = {
            "version": version,
            "challenge": self.challenge if challenge is None else challenge,
            "ping": self.site.url("/?partageons=ping") if ping is None else ping,
        }
        attributes = "".join(f" {name}={quoteattr(value)}" for name, value in said.items() if value)
        self.identify(f'<description><partageons xmlns="{pairing.NAMESPACE}"{attributes}/></description>')

    def identify(self, description: str) -> None:
        self.answers(
            '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-11-24T10:00:00Z'
            f"</responseDate><request verb='Identify'>{self.feed}</request><Identify><repositoryName>Nom du site"
            f"</repositoryName><description><autre xmlns='urn:x'/></description>{description}</Identify></OAI-PMH>"
        )

    def answers(self, body: str, status: int = 200, media_type: str = "text/xml") -> None:
        self.site.pages[IDENTIFY] = (status, {"Content-Type": media_type}, body.encode())


@pytest.fixture
def server() -> Iterator[WebServer]:
    with WebServer() as running:
        yield running


@pytest.fixture
def plugin(server: WebServer) -> Plugin:
    return Plugin(server)


@pytest.fixture
def fetch(server: WebServer) -> Iterator[Fetcher]:
    with Fetcher([f"127.0.0.1:{server.server_port}", f"localhost:{server.server_port}"], sleep=lambda _: None) as door:
        yield door


@pytest.fixture
def client(collective: Collective) -> FlaskClient:
    return create_app(collective).test_client()


def ask(client: FlaskClient, plugin: Plugin) -> Any:
    return client.post("/pairing", json={"feed": plugin.feed, "challenge": plugin.challenge})


def told(client: FlaskClient, id: str, nonce: str) -> Any:
    return client.post(f"/pairing/{id}", json={"nonce": nonce})


def asked(client: FlaskClient, plugin: Plugin) -> str:
    answer = ask(client, plugin)
    assert answer.status_code == 202, answer.json
    return str(answer.json["pairing"])


def joined(client: FlaskClient, collective: Collective, plugin: Plugin, fetch: Fetcher) -> str:
    """The id of a pairing that a person has accepted."""
    id = asked(client, plugin)
    pairing.verify_all(collective, fetch)
    pairing.accept(collective, id, "Anne", fetch)
    return id


def notices(here: Collective) -> list[str]:
    with here.store.snapshot() as snapshot:
        return [notice.about for notice in Notices(snapshot).open() if notice.kind == "pairing"]


def test_a_site_joins_without_anybody_copying_anything(client, collective, plugin, fetch):
    answer = ask(client, plugin)
    id = answer.json["pairing"]
    assert (answer.status_code, answer.json) == (202, {"pairing": id, "state": "asked", "plugins": __version__})
    assert plugin.site.paths() == [], "nothing is fetched during the request"
    assert told(client, id, plugin.nonce).json["state"] == "asked"
    assert notices(collective) == []

    assert pairing.verify_all(collective, fetch) == 1
    assert told(client, id, plugin.nonce).json == {"pairing": id, "state": "verified", "plugins": __version__}
    assert notices(collective) == [id]
    assert not collective.sources, "a person decides"

    source = pairing.accept(collective, id, "Anne", fetch)
    assert notices(collective) == []
    given = told(client, id, plugin.nonce)
    assert given.status_code == 200 and given.headers["Cache-Control"] == "no-store"
    assert given.json == {
        "pairing": id,
        "state": "accepted",
        "plugins": __version__,
        "source": source.id,
        "ping": f"https://pont.exemple.fr/ping/{source.id}",
        "key": shown(collective.keys(source.id)[0]),
    }
    found = collective.sources[source.id]
    assert (found.kind, found.url, found.options["prefix"]) == ("oai", plugin.feed, "pv")
    with collective.store.snapshot() as snapshot:
        said = Plugins(snapshot).all()[source.id]
        act = snapshot.connection.execute(select(office.journal.c.who, office.journal.c.act, office.journal.c.about))
        assert {tuple(row) for row in act} == {("Anne", "add", source.id), ("Anne", "pairing accept", source.id)}
    assert (said.ping, said.version) == (plugin.site.url("/?partageons=ping"), "1.2.0")


def test_the_key_that_was_given_signs_what_the_bridge_believes(client, collective, plugin, fetch):
    id = joined(client, collective, plugin, fetch)
    given = told(client, id, plugin.nonce).json
    moment = datetime.now(UTC)
    signature = Webhook(given["key"]).sign("msg_1", moment, "{}")
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}
    assert client.post(f"/ping/{given['source']}", data=b"{}", headers=headers).json["state"] == "due"


def test_the_same_call_gives_the_current_key_after_a_rotation_and_none_once_revoked(client, collective, plugin, fetch):
    id = joined(client, collective, plugin, fetch)
    first = told(client, id, plugin.nonce).json
    with collective.store.writing() as writing:
        Keys(writing).rotate(first["source"])
    second = told(client, id, plugin.nonce).json
    assert second["state"] == "accepted" and second["key"] != first["key"]
    with collective.store.writing() as writing:
        Keys(writing).revoke(first["source"])
    last = told(client, id, plugin.nonce).json
    assert last["state"] == "revoked" and "key" not in last


def test_only_who_knows_the_nonce_learns_anything(client, collective, plugin, fetch):
    id = joined(client, collective, plugin, fetch)
    for wrong in ("", plugin.challenge, plugin.nonce + "x", plugin.nonce[:-1], "é" * 10, "x" * 100_000):
        answer = told(client, id, wrong)
        assert answer.status_code in (403, 413) and "key" not in answer.json and "state" not in answer.json
    assert told(client, "0123456789abcdef", plugin.nonce).status_code == 404
    assert client.post(f"/pairing/{id}", json={"nonce": 3}).status_code == 400
    assert client.get(f"/pairing/{id}").status_code == 405


PAGES = {
    "connexion": "<!DOCTYPE html><html><body><form><input type='password'></form></body></html>",
    "maintenance": "<!DOCTYPE html><html><body><h1>Site en maintenance</h1><p>De retour bientôt.</p></body></html>",
    "API": '{"code":"rest_forbidden","message":"Désolé","data":{"status":200}}',
    "pas un flux OAI-PMH": "<rss version='2.0'><channel/></rss>",
    "page": "<!DOCTYPE html><html><body><h1>Bienvenue</h1></body></html>",
    "ne montre aucune demande": None,
    "autre demande": "A" * 43,
}


@pytest.mark.parametrize("words", PAGES)
def test_what_hinders_is_named(client, collective, plugin, fetch, words):
    page = PAGES[words]
    if words == "autre demande":
        plugin.shows(challenge=page)
    elif page is None:
        plugin.identify("")
    else:
        plugin.answers(page, media_type="text/html")
    id = asked(client, plugin)
    pairing.verify_all(collective, fetch)
    answer = told(client, id, plugin.nonce).json
    assert answer["state"] == "refused" and words.lower() in answer["message"].lower()
    assert notices(collective) == []
    with pytest.raises(BridgeError, match="refusée"):
        pairing.accept(collective, id, "Anne", fetch)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
def test_a_closed_site_is_named(client, collective, plugin, fetch, status):
    plugin.answers("non", status)
    id = asked(client, plugin)
    pairing.verify_all(collective, fetch)
    answer = told(client, id, plugin.nonce).json
    assert answer["state"] == "refused" and str(status) in answer["message"]


def test_a_private_address_is_never_asked(client, collective, plugin):
    id = asked(client, plugin)
    with Fetcher(sleep=lambda _: None) as guarded:
        pairing.verify_all(collective, guarded)
    assert told(client, id, plugin.nonce).json["state"] == "refused"
    assert plugin.site.seen == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"feed": "https://a.fr/oai"},
        {"feed": "a.fr/oai", "challenge": "A" * 43},
        {"feed": "file:///etc/passwd", "challenge": "A" * 43},
        {"feed": "https://u:p@a.fr/oai", "challenge": "A" * 43},
        {"feed": "https://a.fr/o\nai", "challenge": "A" * 43},
        {"feed": "https://[", "challenge": "A" * 43},
        {"feed": "https://a.fr:99999/oai", "challenge": "A" * 43},
        {"feed": "https://a.fr/" + "x" * 1000, "challenge": "A" * 43},
        {"feed": "https://a.fr/oai", "challenge": "A" * 42},
        {"feed": "https://a.fr/oai", "challenge": "é" * 43},
        {"feed": 1, "challenge": 2},
    ],
)
def test_what_is_not_an_asking_is_refused(client, collective, body):
    answer = client.post("/pairing", json=body)
    assert answer.status_code == 400 and answer.json["error"]["message"]
    with collective.store.snapshot() as snapshot:
        assert Pairings(snapshot).all() == []


def test_a_page_of_another_site_cannot_ask_for_its_visitors(client, plugin):
    body = json.dumps({"feed": plugin.feed, "challenge": plugin.challenge})
    assert client.post("/pairing", data=body, content_type="text/plain").status_code == 415


def test_askings_have_a_ceiling_and_one_host_has_one(client, collective):
    for n in range(ASKED_MAX):
        assert client.post("/pairing", json={"feed": f"https://s{n}.fr/oai", "challenge": "A" * 43}).status_code == 202
    assert client.post("/pairing", json={"feed": "https://s1.fr/oai", "challenge": "A" * 43}).status_code == 202
    for feed in ("https://s1.fr/autre", "https://encore.fr/oai"):
        answer = client.post("/pairing", json={"feed": feed, "challenge": "B" * 43})
        assert answer.status_code == 429 and answer.headers["Retry-After"]
    with collective.store.snapshot() as snapshot:
        assert len(Pairings(snapshot).all()) == ASKED_MAX


def test_verified_sites_have_a_ceiling_too(client, collective):
    with collective.store.writing() as writing:
        pairings = Pairings(writing)
        for n in range(VERIFIED_MAX):
            pairings.verified(pairings.ask(f"https://s{n}.fr/oai", "A" * 43), "", "")
    assert client.post("/pairing", json={"feed": "https://encore.fr/oai", "challenge": "A" * 43}).status_code == 429
    assert client.post("/pairing", json={"feed": "https://s1.fr/oai", "challenge": "B" * 43}).status_code == 202


def test_a_stranger_cannot_take_the_place_of_a_site(client, collective, plugin, fetch):
    """Whoever asks for a site that he does not hold changes nothing of what it asked."""
    id = asked(client, plugin)
    pairing.verify_all(collective, fetch)
    stranger = client.post("/pairing", json={"feed": plugin.feed, "challenge": "B" * 43}).json["pairing"]
    pairing.verify_all(collective, fetch)
    assert told(client, id, plugin.nonce).json["state"] == "verified"
    with pytest.raises(BridgeError):
        pairing.accept(collective, stranger, "Anne", fetch)
    pairing.accept(collective, id, "Anne", fetch)
    assert told(client, id, plugin.nonce).json["state"] == "accepted"


def test_a_site_that_is_a_source_already_gets_its_key_and_no_second_file(client, collective, plugin, fetch, add_source):
    add_source("deja", kind="oai", url=plugin.feed)
    id = joined(client, collective, plugin, fetch)
    assert told(client, id, plugin.nonce).json["source"] == "deja"
    assert [path.name for path in collective.settings.mappings.iterdir()] == ["deja.toml"]


def test_a_plugin_that_lost_its_nonce_asks_again_and_the_old_one_is_worth_nothing(client, collective, plugin, fetch):
    first, old = joined(client, collective, plugin, fetch), plugin.nonce
    plugin.new()
    plugin.shows()
    second = asked(client, plugin)
    pairing.verify_all(collective, fetch)
    assert told(client, first, old).json["state"] == "accepted", "until a person has decided"
    pairing.accept(collective, second, "Anne", fetch)
    assert told(client, second, plugin.nonce).json["state"] == "accepted"
    assert told(client, first, old).status_code == 404
    assert len(list(collective.settings.mappings.iterdir())) == 1


def test_two_sites_of_one_name_are_two_sources(client, collective, plugin, fetch, add_source):
    (name,) = {pairing.proposed_id(plugin.site.url("/"))}
    add_source(name, url="https://autre.exemple.fr/data.json")
    id = joined(client, collective, plugin, fetch)
    assert told(client, id, plugin.nonce).json["source"] not in ("", name)
    assert len(collective.sources) == 2


def test_a_person_may_refuse_and_the_site_may_ask_again(client, collective, plugin, fetch):
    id = asked(client, plugin)
    pairing.verify_all(collective, fetch)
    pairing.refuse(collective, id, "Anne")
    answer = told(client, id, plugin.nonce).json
    assert answer["state"] == "refused" and answer["message"]
    assert notices(collective) == [] and not collective.sources
    again = asked(client, plugin)
    assert again != id and told(client, id, plugin.nonce).status_code == 404


def test_askings_are_dropped_after_a_week_and_accepted_ones_stay(client, collective, plugin, fetch):
    kept = joined(client, collective, plugin, fetch)
    plugin.new()
    plugin.shows()
    id = asked(client, plugin)
    pairing.verify_all(collective, fetch)
    assert notices(collective) == [id]
    old = (datetime.now(UTC) - timedelta(days=7, minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with collective.store.writing() as writing:
        writing.connection.execute(update(office.pairing).values(at=old))
    client.post("/pairing", json={"feed": "https://autre.exemple.fr/oai", "challenge": "A" * 43})
    pairing.verify_all(collective, fetch)
    with collective.store.snapshot() as snapshot:
        assert {each.id for each in Pairings(snapshot).all("verified", "accepted")} == {kept}
    assert notices(collective) == []


@pytest.mark.parametrize(
    "ping",
    ["https://victime.exemple.fr/ping", "javascript:alert(1)", "//127.0.0.1/x", "http://127.0.0.1:1/x", "x" * 2000],
)
def test_a_plugin_is_only_told_at_its_own_site(client, collective, plugin, fetch, ping):
    plugin.shows(ping=ping, version="1.0 <script>")
    id = joined(client, collective, plugin, fetch)
    with collective.store.snapshot() as snapshot:
        said = Plugins(snapshot).all()[told(client, id, plugin.nonce).json["source"]]
    assert (said.ping, said.version) == ("", "")


def test_plugins_are_asked_again_each_day_what_they_say_of_themselves(client, collective, plugin, fetch):
    id = joined(client, collective, plugin, fetch)
    source = told(client, id, plugin.nonce).json["source"]
    pairing.look_again(collective, fetch)
    plugin.shows(challenge="", version="1.3.0")
    pairing.look_again(collective, fetch)

    def version() -> str:
        with collective.store.snapshot() as snapshot:
            return Plugins(snapshot).all()[source].version

    assert version() == "1.2.0", "not so soon"
    for change, expected in ((lambda: None, "1.3.0"), (lambda: plugin.answers("non", 500), "1.3.0")):
        change()
        yesterday = (datetime.now(UTC) - timedelta(days=1, minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        with collective.store.writing() as writing:
            writing.connection.execute(update(office.plugin).values(at=yesterday))
        pairing.look_again(collective, fetch)
        assert version() == expected


def test_a_plugin_added_by_hand_is_known_too(collective, plugin, fetch, add_source):
    add_source("main", kind="oai", url=plugin.feed, source_more='options = { prefix = "pv" }')
    add_source("autre", kind="oai", url=plugin.feed)
    pairing.look_again(collective, fetch)
    with collective.store.snapshot() as snapshot:
        assert {id: said.ping for id, said in Plugins(snapshot).all().items()} == {
            "main": plugin.site.url("/?partageons=ping")
        }


def test_askings_are_verified_by_themselves_until_asked_to_stop(client, collective, plugin, fetch):
    stop = Event()
    thread = Thread(target=pairing.run, args=(collective, fetch, stop, 0.02))
    thread.start()
    try:
        id, end = asked(client, plugin), time.monotonic() + 20
        while told(client, id, plugin.nonce).json["state"] == "asked" and time.monotonic() < end:
            time.sleep(0.02)
        assert told(client, id, plugin.nonce).json["state"] == "verified"
    finally:
        stop.set()
        thread.join(20)
    assert not thread.is_alive()


def test_to_forget_a_source_forgets_what_its_plugin_said(client, collective, plugin, fetch):
    id = joined(client, collective, plugin, fetch)
    source = told(client, id, plugin.nonce).json["source"]
    with collective.store.writing() as writing:
        writing.forget(source)
    assert told(client, id, plugin.nonce).status_code == 404
    with collective.store.snapshot() as snapshot:
        assert Plugins(snapshot).all() == {} and Pairings(snapshot).all() == []


def test_no_nonce_and_no_key_is_kept(client, collective, plugin, fetch, tmp_path):
    id = joined(client, collective, plugin, fetch)
    key = told(client, id, plugin.nonce).json["key"].removeprefix("whsec_")
    held = b"".join(file.read_bytes() for file in (tmp_path / "var").glob("partageons.sqlite*"))
    assert plugin.challenge.encode() in held
    assert plugin.nonce.encode() not in held and key.encode() not in held


def test_the_command_line_lists_accepts_and_refuses(run, tmp_path, site):
    assert "Aucun site" in run("pairing")
    plugins = [Plugin(site), Plugin(site)]
    with closing(Collective(load(tmp_path, {}))) as here, Fetcher([f"127.0.0.1:{site.server_port}"]) as fetch:
        ids = []
        for plugin in plugins:
            plugin.shows()
            ids.append(pairing.ask(here, plugin.feed, plugin.challenge).id)
            pairing.verify_all(here, fetch)
    listed = run("pairing")
    assert ids[1] in listed and ids[0] not in listed, "the last one that the site showed"
    assert json.loads(run("pairing", "--json"))[0]["state"] == "verified"
    assert "Aucune demande" in run("pairing", "--accept", "rien", code=1)
    told = json.loads(run("pairing", "--accept", ids[1], "--json"))
    assert told["state"] == "accepted" and Path(tmp_path / "mappings" / f"{told['source']}.toml").exists()
    assert "déjà acceptée" in run("pairing", "--refuse", ids[1], code=1)
    assert "acceptée" in run("pairing")


def test_an_accepted_source_pings_with_its_own_key_only(client, collective, plugin, fetch, add_source):
    id = joined(client, collective, plugin, fetch)
    source = told(client, id, plugin.nonce).json["source"]
    add_source("autre")
    headers = signed(collective.keys(source), b"{}", int(time.time()))
    assert client.post("/ping/autre", data=b"{}", headers=headers).status_code == 401
