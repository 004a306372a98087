"""``/push``: a site that the bridge cannot reach delivers its feed itself, and gives the same as one that is read."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from bridge import __version__
from bridge import store as store_module
from bridge.collective import Collective
from bridge.config import load
from bridge.errors import FetchError, MappingError
from bridge.oai import Format, Identity, respond
from bridge.readers import oai
from bridge.record import Request, Response, to_json
from bridge.refresh import Summary, refresh
from bridge.signing import signed
from bridge.store import Store, cache, ledger
from bridge.store.pushed import Delivered
from bridge.web import create_app
from bridge.writers import pv_xml
from tests.conftest import Web, items

FEED = "https://injoignable.exemple.fr/oai"
SOURCE = f"""extends = "_plugin"
[source]
id = "loin"
kind = "oai"
url = "{FEED}"
title = "Un site hors de portée"
"""


class Clock:
    """The store's clock, from an hour ago on, a minute at each look that is asked of it."""

    def __init__(self) -> None:
        self.at = datetime.now(UTC) - timedelta(hours=1)

    def __call__(self) -> str:
        return self.at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def turn(self) -> None:
        self.at += timedelta(minutes=1)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(store_module, "now", clock)
    return clock


class Site:
    """A site with our OAI-PMH feed: another collective, whose content is a list of resources."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        (folder / "mappings").mkdir(parents=True)
        self.here = Collective(load(folder, {"PARTAGEONS_BASE_URL": "https://injoignable.exemple.fr/"}))
        (folder / "mappings" / "x.toml").write_text(
            '[source]\nid = "x"\nkind = "json_api"\nurl = "https://x.exemple.fr/data.json"\n'
            '[fields]\ntitle = "titre"\nurl = "lien"\nabstract = "resume"\n',
            encoding="utf-8",
        )
        self.clock = clock
        self.answers: list[bytes] = []
        self.identity = Identity(
            name="Loin",
            base_url=FEED,
            admin_emails=("contact@exemple.fr",),
            node="injoignable.exemple.fr",
            secret=b"s",
            formats={"pv": Format(f"{FEED}/pv.xsd", pv_xml.PV_NAMESPACE)},
            page_size=10,
        )

    def holds(self, found: Sequence[Any]) -> None:
        """Its content is now this."""
        web = Web()
        web.put("https://x.exemple.fr/data.json", found)
        self.clock.turn()
        for _ in range(2):  # what is absent is looked at a second time
            refresh(self.here, [self.here.sources["x"]], web, full=True)  # type: ignore[arg-type]
        self.clock.turn()

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        """The network: what its feed answers, kept in ``answers``."""
        arguments = parse_qsl(urlsplit(request.url).query)
        with self.here.store.snapshot() as snapshot:
            body = respond(arguments, snapshot.oai, self.identity, self.clock())
        self.answers.append(body)
        return Response(request.url, 200, {"content-type": "text/xml"}, body, request.carry)

    def walk(self, since: str = "") -> list[bytes]:
        """The answers of its feed to a walk, in order."""
        self.answers = []
        waiting = [oai.start(FEED, {"prefix": "pv"}, since)]
        while waiting:
            waiting += oai.read(self.get(waiting.pop(0)), {}).next
        return self.answers


class Nowhere:
    """A network that must not be used."""

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        raise AssertionError(f"{request.url} was asked over the network")


@pytest.fixture
def site(tmp_path: Path, clock: Clock) -> Iterator[Site]:
    site = Site(tmp_path / "site", clock)
    with closing(site.here):
        site.holds(items(*range(25)))
        yield site


@pytest.fixture
def bridge(tmp_path: Path, clock: Clock) -> Iterator[Collective]:
    (tmp_path / "pont" / "mappings").mkdir(parents=True)
    (tmp_path / "pont" / "mappings" / "loin.toml").write_text(SOURCE + "pushed = true\n", encoding="utf-8")
    here = Collective(load(tmp_path / "pont", {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    with closing(here):
        yield here


@pytest.fixture
def client(bridge: Collective) -> FlaskClient:
    return create_app(bridge).test_client()


Push = Callable[..., Any]


@pytest.fixture
def push(client: FlaskClient, bridge: Collective) -> Push:
    def send(body: bytes, part: int, of: int, walk: str = "whole", since: str = "", **headers: str) -> Any:
        query = {"part": str(part), "of": str(of), "walk": walk} | ({"since": since} if since else {})
        given = signed(bridge.keys("loin"), body, int(time.time())) | {
            k.replace("_", "-"): v for k, v in headers.items()
        }
        return client.post("/push/loin", query_string=query, data=body, headers=given)

    return send


def deliver(push: Push, parts: Sequence[bytes], walk: str = "whole", since: str = "") -> Any:
    answers = [push(body, n + 1, len(parts), walk, since) for n, body in enumerate(parts)]
    assert all(answer.status_code == 202 for answer in answers), [answer.json for answer in answers]
    return answers[-1].json


def visit(here: Collective) -> Summary:
    delivered = Delivered(here.store, "loin")
    (found,) = refresh(here, [here.sources["loin"]], delivered, full=delivered.full)  # type: ignore[arg-type]
    return found


def content(here: Collective) -> dict[str, Any]:
    """All that is kept, but when it came."""
    with here.store.snapshot() as snapshot:
        found = {entry.id: (entry.status, entry.record and to_json(entry.record)) for entry in snapshot.walk()}
    for _, record in found.values():
        if record:
            record.pop("harvested", None)
    return found


def test_a_delivered_feed_gives_the_same_records_as_a_feed_that_is_read(site, bridge, push, tmp_path):
    (tmp_path / "autre" / "mappings").mkdir(parents=True)
    (tmp_path / "autre" / "mappings" / "loin.toml").write_text(SOURCE, encoding="utf-8")
    with closing(Collective(replace(bridge.settings, **folders(tmp_path / "autre")))) as other:
        (read,) = refresh(other, [other.sources["loin"]], site)
        assert read.complete and len(site.answers) == 4
        told = deliver(push, site.answers)
        assert told["state"] == "due"
        summary = visit(bridge)
        assert summary.complete and summary.created == 25 and not summary.problems
        assert content(bridge) == content(other) and len(content(bridge)) == 25


def folders(folder: Path) -> dict[str, Path]:
    return {"mappings": folder / "mappings", "data": folder / "var"}


def test_the_source_is_due_when_the_last_part_is_there_and_not_before(site, bridge, push):
    with bridge.store.writing() as writing:
        writing.connection.execute(ledger.source.insert().values(id="loin", next_visit="2099-01-01T00:00:00Z"))
    parts = site.walk()

    def next_visit() -> Any:
        with bridge.store.snapshot() as snapshot:
            return snapshot.connection.execute(select(ledger.source.c.next_visit, ledger.source.c.pings)).one()

    for n, body in enumerate(parts[:-1]):
        answer = push(body, n + 1, len(parts))
        assert answer.json == {"state": "part", "next": n + 2, "wanted": "whole"}
    assert tuple(next_visit()) == ("2099-01-01T00:00:00Z", 0)
    assert push(parts[-1], len(parts), len(parts)).json == {"state": "due", "wanted": "whole"}
    assert tuple(next_visit()) == ("", 1)


def test_nothing_is_read_before_everything_is_there(site, bridge, push):
    summary = visit(bridge)
    assert not summary.complete and "livre elle-même" in summary.problems[0].message
    parts = site.walk()
    for n, body in enumerate(parts[:-1]):
        push(body, n + 1, len(parts))
    assert not visit(bridge).complete and content(bridge) == {}


@pytest.mark.parametrize("introduced", [False, True], ids=["changes alone", "Identify first"])
def test_changes_add_and_withdraw_and_absence_means_nothing(site, bridge, push, introduced):
    identify, *_ = whole = site.walk()
    deliver(push, whole)
    visit(bridge)
    told = push(b"<x/>", 2, 2).json  # refused, and says what is wanted
    assert told["wanted"] == "changes"
    since = told["since"]
    changed = [dict(item, titre="Une autre") if item["id"] == 3 else item for item in items(*range(1, 26))]
    site.holds(changed)  # 0 is gone, 3 changed, 25 is new
    parts = site.walk(since)
    assert len(parts) == 1, "only what changed, in one question"
    if introduced:
        parts.insert(0, identify)
    assert deliver(push, parts, "changes", since)["state"] == "due"
    summary = visit(bridge)
    assert (summary.created, summary.changed, summary.withdrawn, summary.absent) == (1, 1, 1, 0)
    states = [status for status, _ in content(bridge).values()]
    assert states.count("live") == 25 and states.count("withdrawn") == 1
    again = visit(bridge)  # the same delivery, read once more
    assert again.complete and not (again.created or again.changed or again.withdrawn or again.absent)


def test_a_whole_walk_tells_what_is_gone(site, bridge, push):
    deliver(push, site.walk())
    visit(bridge)
    site.holds(items(*range(25)))
    with bridge.store.writing() as writing:  # one that the site no longer knows at all
        writing.connection.execute(
            ledger.record.insert().values(
                id="loin:oai:injoignable.exemple.fr:x:99",
                source="loin",
                status="live",
                datestamp=writing.datestamp,
                seq=1,
                content_hash="",
                first_seen=writing.datestamp,
            )
        )
    deliver(push, site.walk())
    first = visit(bridge)
    assert first.complete and first.absent == 1
    assert visit(bridge).withdrawn == 1


def test_a_lost_delivery_costs_nothing_because_the_next_one_begins_as_early(site, bridge, push):
    deliver(push, site.walk())
    visit(bridge)
    since = push(b"<x/>", 2, 2).json["since"]
    site.holds(items(*range(26)))
    deliver(push, site.walk(since), "changes", since)  # never visited
    site.holds(items(*range(27)))
    late = site.clock()
    refused = push(site.walk(late)[0], 1, 2, "changes", late)
    assert refused.status_code == 409 and refused.json["since"] == since
    deliver(push, site.walk(since), "changes", since)
    assert visit(bridge).created == 2


def test_a_wipe_and_a_new_mapping_ask_for_the_whole_list(site, bridge, push, client):
    def wanted() -> str:
        return str(push(b"<x/>", 2, 2).json["wanted"])

    assert wanted() == "whole"
    deliver(push, site.walk())
    visit(bridge)
    assert wanted() == "changes"
    path = bridge.settings.mappings / "loin.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'ignore = ["rien"]\n', encoding="utf-8")
    assert wanted() == "whole"
    since = "2026-01-01T00:00:00Z"
    refused = push(b"<x/>", 1, 1, "changes", since)
    assert refused.status_code == 409 and refused.json["wanted"] == "whole"
    before = content(bridge)
    deliver(push, site.walk())
    visit(bridge)
    assert wanted() == "changes"
    bridge.store.wipe()
    assert wanted() == "whole"
    assert not visit(bridge).complete, "nothing was kept"
    deliver(push, site.walk())
    assert visit(bridge).complete and content(bridge) == before


def test_changes_never_pass_for_a_whole_list(site, bridge, push):
    """The mapping changes between a delivery of changes and its visit: all that it does not hold is not gone."""
    deliver(push, site.walk())
    visit(bridge)
    since = push(b"<x/>", 2, 2).json["since"]
    site.holds(items(*range(26)))
    deliver(push, site.walk(since), "changes", since)
    path = bridge.settings.mappings / "loin.toml"
    path.write_text(path.read_text(encoding="utf-8") + 'ignore = ["rien"]\n', encoding="utf-8")
    for _ in range(2):
        summary = visit(bridge)
        assert not summary.complete and "liste entière" in summary.problems[0].message
        assert not (summary.absent or summary.held_back or summary.withdrawn)
    assert [status for status, _ in content(bridge).values()] == ["live"] * 25


def test_parts_come_in_order_and_a_new_first_part_begins_anew(site, bridge, push):
    parts = site.walk()
    assert push(parts[1], 2, 4).status_code == 409
    push(parts[0], 1, 4)
    skipped = push(parts[2], 3, 4)
    assert skipped.status_code == 409 and skipped.json["next"] == 2
    assert push(parts[1], 2, 5).status_code == 409, "of another delivery"
    assert push(parts[1], 2, 4).status_code == 202
    assert push(parts[1], 2, 4).status_code == 202, "sent again: its answer was lost"
    push(parts[0], 1, 4)
    assert push(parts[2], 3, 4).status_code == 409
    for n in (2, 3, 4):
        push(parts[n - 1], n, 4)
    assert visit(bridge).created == 25


def test_a_delivery_that_stops_too_early_withdraws_nothing(site, bridge, push):
    deliver(push, site.walk())
    visit(bridge)
    deliver(push, site.walk()[:2])
    for _ in range(2):
        summary = visit(bridge)
        assert not summary.complete and "s'arrête à la partie 2" in summary.problems[0].message
        assert not (summary.absent or summary.withdrawn or summary.held_back)


def test_a_delivery_that_arrives_while_another_is_read_does_not_mix_with_it(site, bridge, push):
    deliver(push, site.walk())
    reading = Delivered(bridge.store, "loin")
    reading.get(Request(FEED))
    deliver(push, site.walk())
    with pytest.raises(FetchError, match="autre livraison"):
        reading.get(Request(FEED))


def test_only_its_own_site_may_deliver(site, bridge, push, client):
    parts = site.walk()
    query = {"part": "1", "of": "1", "walk": "whole"}
    assert client.post("/push/loin", query_string=query, data=parts[0]).status_code == 401
    assert push(parts[0], 1, 1, webhook_signature="v1,AAAA").status_code == 401
    headers = signed(bridge.keys("loin"), parts[0], int(time.time()))
    assert client.post("/push/loin", query_string=query, data=parts[0] + b" ", headers=headers).status_code == 401
    old = signed(bridge.keys("loin"), parts[0], int(time.time()) - 301)
    assert client.post("/push/loin", query_string=query, data=parts[0], headers=old).status_code == 401
    assert client.post("/push/autre", query_string=query, data=parts[0], headers=headers).status_code == 404
    assert client.get("/push/loin").status_code == 405
    assert kept(bridge) == 0


def kept(here: Collective) -> int:
    with here.store.snapshot() as snapshot:
        return int(snapshot.connection.scalar(select(func.count()).select_from(cache.pushed)) or 0)


def test_a_replayed_part_is_not_taken_twice(site, bridge, client):
    body = site.walk()[0]
    headers = signed(bridge.keys("loin"), body, int(time.time()))
    first = client.post(
        "/push/loin", query_string={"part": "1", "of": "3", "walk": "whole"}, data=body, headers=headers
    )
    assert first.status_code == 202 and kept(bridge) == 1
    moved = client.post(
        "/push/loin", query_string={"part": "2", "of": "3", "walk": "whole"}, data=body, headers=headers
    )
    assert moved.status_code == 202 and kept(bridge) == 1


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"part": "0", "of": "1", "walk": "whole"},
        {"part": "2", "of": "1", "walk": "whole"},
        {"part": "1", "of": "1001", "walk": "whole"},
        {"part": "-1", "of": "1", "walk": "whole"},
        {"part": "1", "of": "1"},
        {"part": "1", "of": "1", "walk": "autre"},
        {"part": "1", "of": "1", "walk": "changes"},
        {"part": "1", "of": "1", "walk": "changes", "since": "hier"},
    ],
)
def test_what_is_not_a_part_is_refused(bridge, client, query):
    headers = signed(bridge.keys("loin"), b"<x/>", int(time.time()))
    answer = client.post("/push/loin", query_string=query, data=b"<x/>", headers=headers)
    assert answer.status_code == 400 and answer.json["error"]["message"]
    assert kept(bridge) == 0


def test_parts_and_deliveries_have_a_size(bridge, push, monkeypatch):
    assert push(b"x" * ((8 << 20) + 1), 1, 2).status_code == 413
    monkeypatch.setattr("bridge.store.pushed.DELIVERY_BYTES", 1000)
    assert push(b"x" * 600, 1, 3).status_code == 202
    assert push(b"x" * 600, 2, 3).status_code == 409
    assert kept(bridge) == 1


def test_an_unfinished_delivery_is_dropped_after_a_day(site, bridge, push, clock):
    parts = site.walk()
    push(parts[0], 1, 4)
    with bridge.store.writing() as writing:
        old = (clock.at - timedelta(days=1, minutes=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        writing.connection.execute(update(cache.pushed).values(at=old))
    assert push(parts[1], 2, 4).status_code == 409


def test_a_site_that_delivers_nothing_any_more_is_out_of_reach(site, bridge, push):
    deliver(push, site.walk())
    visit(bridge)
    with bridge.store.writing() as writing:
        old = (datetime.now(UTC) - timedelta(days=8)).strftime("%Y-%m-%dT%H:%M:%SZ")
        writing.connection.execute(update(cache.pushed).values(at=old))
    summary = visit(bridge)
    assert not summary.complete and "n'a rien livré depuis" in summary.problems[0].message
    assert len(content(bridge)) == 25


def test_to_forget_the_source_leaves_nothing_of_what_it_delivered(site, bridge, push):
    parts = site.walk()
    deliver(push, parts)
    visit(bridge)
    push(parts[0], 1, 4)
    with bridge.store.writing() as writing:
        writing.forget("loin")
    assert kept(bridge) == 0


def test_a_preview_reads_what_was_delivered(site, bridge, push, tmp_path):
    deliver(push, site.walk())
    bridge.store.excerpt(tmp_path / "copie", "loin")
    with closing(Store(tmp_path / "copie")) as copy:
        assert b"Identify" in Delivered(copy, "loin").get(Request(FEED)).body


def test_a_source_that_the_bridge_reads_has_nothing_to_deliver(bridge, push):
    path = bridge.settings.mappings / "loin.toml"
    path.write_text(SOURCE, encoding="utf-8")
    assert push(b"<x/>", 1, 1).status_code == 409


def test_only_an_oai_feed_may_be_delivered(bridge):
    with pytest.raises(MappingError, match='kind = "oai"'):
        bridge.load('[source]\nid = "x"\nkind = "rss"\nurl = "https://x.fr/"\npushed = true\n', "x.toml")
    with pytest.raises(MappingError, match="true ou false"):
        bridge.load('[source]\nid = "x"\nkind = "oai"\nurl = "https://x.fr/"\npushed = "oui"\n', "x.toml")


def test_a_ping_of_a_site_that_delivers_tells_what_is_wanted(site, bridge, push, client):
    def ping() -> Any:
        body = b'{"type": "changed"}'
        return client.post("/ping/loin", data=body, headers=signed(bridge.keys("loin"), body, int(time.time()))).json

    assert ping() == {"state": "due", "plugins": __version__, "wanted": "whole"}
    deliver(push, site.walk())
    visit(bridge)
    told = ping()
    assert told["wanted"] == "changes" and told["since"] <= site.clock()
