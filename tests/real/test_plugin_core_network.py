"""The plugins' PHP core and a served bridge: a site joins, tells, is told, and shows what others share.

The site is PHP's own server and the core alone, without any CMS (``plugin_core/``).
"""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook

from bridge import __version__
from bridge.signing import check, shown, signed
from tests.real import php
from tests.real.parts import need
from tests.terminal import Served, Terminal
from tests.web_server import WebServer

HERE = Path(__file__).parent / "plugin_core"
PATIENCE = 60
"""Seconds for what takes one or two."""


class Site:
    """A site that runs the core; ``site("join", …)`` does what it does by itself."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder, self.host = folder, f"127.0.0.1:{php.free_port()}"
        self.url = f"http://{self.host}"
        self.more = {"SITE_FOLDER": str(folder), "SITE_URL": self.url}

    def __call__(self, *what: str) -> Any:
        return json.loads(php.run(HERE / "act.php", *what, more=self.more))

    def shares(self, **titles: str) -> None:
        """These are all that it shares now."""
        (self.folder / "items.json").write_text(json.dumps(titles))
        self("note")

    def held(self, name: str) -> str:
        file = self.folder / name
        return file.read_text() if file.exists() else ""


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    need("php", php=("pdo_sqlite",), why="php-cli php-sqlite3")
    site = Site(tmp_path / "site")
    for name, value in site.more.items():
        monkeypatch.setenv(name, value)
    site.shares(un="la mare de l’école", deux="les haies du bocage")
    with php.serving(site.folder, site.host, f"{site.url}/?partageons=oai&verb=Identify", HERE / "site.php"):
        yield site


@pytest.fixture
def other() -> Iterator[WebServer]:
    """Another partner of the bridge."""
    with WebServer() as server:
        publish(server, "Les chauves-souris du clocher")
        yield server


def publish(other: WebServer, *titles: str) -> None:
    items = [{"id": n, "titre": title, "lien": other.url(f"/{n}")} for n, title in enumerate(titles)]
    other.pages["/data.json"] = (200, {"Content-Type": "application/json"}, json.dumps(items).encode())


@pytest.fixture
def terminal(tmp_path: Path, site: Site, other: WebServer) -> Terminal:
    hosts = (site.host, f"127.0.0.1:{other.server_port}")
    (tmp_path / "bridge").mkdir()
    terminal = Terminal(tmp_path / "bridge", hosts=hosts)
    terminal("init", ".")
    (terminal.folder / "mappings" / "autre.toml").write_text(
        f'[source]\nid = "autre"\nkind = "json_api"\nurl = "{other.url("/data.json")}"\ntitle = "L’autre"\n'
        '[fields]\ntitle = "titre"\nurl = "lien"\n'
    )
    return terminal


def until(found: Callable[[], Any], wanted: Callable[[Any], bool] = bool) -> Any:
    """What is found once it is as it is wanted."""
    end = time.monotonic() + PATIENCE
    while not wanted(value := found()):
        assert time.monotonic() < end, value
        time.sleep(0.1)
    return value


def joined(site: Site, terminal: Terminal, bridge: Served) -> dict[str, Any]:
    """The site asks, the bridge looks, a coordinator accepts."""
    assert site("join", bridge.url) == "asked"
    assert until(lambda: site("look"), lambda state: state != "asked") == "verified", site("paired")
    (asking,) = terminal.json("pairing")
    terminal("pairing", "--accept", asking["id"])
    assert site("look") == "accepted"
    paired: dict[str, Any] = site("paired")
    return paired


def titles(site: Site, bridge: Served, query: str = "") -> set[str]:
    return {item["title"] for item in site("resources", bridge.url, query)["items"]}


def test_a_site_joins_tells_is_told_and_shows_the_network(site, terminal, other):
    with terminal.serve() as bridge:
        paired = joined(site, terminal, bridge)
        source = paired["source"]
        assert paired == {
            "state": "accepted",
            "said": "",
            "keys": terminal.json("key", source)["keys"],
            "source": source,
            "ping": f"{bridge.url}ping/{source}",
            "newest": __version__,
            "challenge": "",
        }
        mine = {"la mare de l’école", "les haies du bocage"}
        until(lambda: titles(site, bridge), lambda found: found == {*mine, "Les chauves-souris du clocher"})

        # A change is seen at the bridge a moment after the site told.
        site.shares(un="la mare de l’école", trois="le verger conservatoire")
        assert site("changed") == 0
        assert site("last")["status"] == 202
        until(lambda: titles(site, bridge, f"source={source}"), lambda found: "le verger conservatoire" in found)

        # What resembles a draft, and not what is one's own.
        found = site("similar", bridge.url, "Un verger conservatoire pour l’école")
        assert found[0]["title"] == "le verger conservatoire" and found[0]["url"] == f"{site.url}/fiches/trois"
        assert found[0]["reasons"] and 0 < found[0]["score"] <= 1

        # The list of a page is kept; the bridge tells that something changed elsewhere.
        assert site("refresh", "source=autre&limite=5") is True
        shown_now = site("list", "source=autre&limite=5")
        assert [item["title"] for item in shown_now["kept"]["items"]] == ["Les chauves-souris du clocher"]
        assert shown_now["kept"]["items"][0]["source"] == "L’autre" and not shown_now["stale"]
        publish(other, "Les chauves-souris du clocher", "Le hérisson des jardins")
        terminal("harvest", "autre")
        until(lambda: site.held("pinged"))
        assert set(site.held("pings").split()) == {"202"}
        assert site("list", "source=autre&limite=5")["stale"]
        assert site("refresh", "source=autre&limite=5") is True
        assert len(site("list", "source=autre&limite=5")["kept"]["items"]) == 2
    # The bridge is down: what was kept is still shown.
    assert site("resources", bridge.url, "")["code"] == "unreachable"
    assert site("refresh", "source=autre&limite=5") is False
    assert len(site("list", "source=autre&limite=5")["kept"]["items"]) == 2
    assert site("changed") > time.time() and site("last")["status"] == 0


def test_keys_that_turn_and_end_are_followed(site, terminal):
    with terminal.serve() as bridge:
        source = joined(site, terminal, bridge)["source"]
        old = site("paired")["keys"]
        terminal("key", source, "--revoke")
        terminal("key", source, "--rotate")  # after that the old one holds no more
        assert site("changed") == 0, "the new one was asked for at once"
        new = site("paired")["keys"]
        assert new != old and new == terminal.json("key", source)["keys"]
        terminal("key", source, "--revoke")
        (site.folder / "memory-ping").unlink()  # the key is asked for once in five minutes
        assert site("changed") == 0
        assert (site("paired")["state"], site("paired")["keys"]) == ("revoked", [])
        assert "révoquée" in site("last")["said"]


def test_a_site_whose_feed_cannot_be_read_is_told_why(site, terminal, other):
    page = b"<!DOCTYPE html><html><body><h1>Site en maintenance</h1></body></html>"
    other.pages["/oai?verb=Identify"] = (200, {"Content-Type": "text/html"}, page)
    with terminal.serve() as bridge:
        assert site("join", bridge.url, other.url("/oai")) == "asked"
        assert until(lambda: site("look"), lambda state: state != "asked") == "refused"
        assert "maintenance" in site("paired")["said"].lower() and site("paired")["challenge"] == ""
        assert site("join", bridge.url, "ftp://ailleurs") == "refused"
        assert "adresse complète" in site("paired")["said"]


def test_a_web_site_that_is_no_bridge(site, other):
    assert site("join", other.url("/")) == "asked"
    assert "pas le pont" in site("paired")["said"]
    assert site("similar", other.url("/"), "x")["code"] == "garbage"


@pytest.fixture
def signing(tmp_path: Path) -> Callable[..., Any]:
    need("php", why="php-cli")
    site = Site(tmp_path / "site")
    return lambda what, body, at, more, *keys: site(what, body, str(at), more, *map(shown, keys))


BODIES = ("{}", '{"type": "changed", "since": "2026-11-24T10:00:00Z"}', '{"mot": "étang — 🌿"}', "x" * 5000)


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_signatures_are_read_both_ways(signing, body):
    """The bridge, another implementation of Standard Webhooks, and PHP."""
    old, new, at = secrets.token_bytes(32), secrets.token_bytes(24), int(time.time())
    theirs = signing("sign", body, at, "msg_1", new, old)
    assert theirs == signed([new, old], body.encode(), at, "msg_1")
    for key in (old, new):
        assert check([key], theirs, body.encode(), at) == "msg_1"
    if body.startswith("{"):
        Webhook(shown(old)).verify(body, theirs)
        moment = datetime.fromtimestamp(at, UTC)
        other = {"Webhook-Id": "msg_2", "Webhook-Timestamp": str(at)}
        other["Webhook-Signature"] = Webhook(shown(old)).sign("msg_2", moment, body)
        assert signing("check", body, at, json.dumps(other), old) == "msg_2"
    ours = signed([new, old], body.encode(), at, "msg_3")
    for keys in ((old,), (new,), (secrets.token_bytes(32), new)):
        assert signing("check", body, at, json.dumps(ours), *keys) == "msg_3"
    assert "refused" in signing("check", body + " ", at, json.dumps(ours), old)
    assert "refused" in signing("check", body, at + 301, json.dumps(ours), old)
    assert "refused" in signing("check", body, at, json.dumps(ours), secrets.token_bytes(32))
    forged = ours | {"webhook-signature": "v1," + b64encode(secrets.token_bytes(32)).decode()}
    assert "refused" in signing("check", body, at, json.dumps(forged), old)
