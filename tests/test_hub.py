"""Our WebSub hub: who follows a feed is asked first, then sent it when it changes, and only then."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import os
import signal
import subprocess
import sys
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from threading import Event
from urllib.parse import parse_qsl, urlsplit

import pytest
from conftest import items
from lxml import etree
from websub import Subscriber, at_work, until

from bridge.collective import Collective
from bridge.config import load
from bridge.errors import BridgeError
from bridge.fetch import Fetcher
from bridge.hub import asking, telling
from bridge.hub.contents import Contents
from bridge.hub.lanes import Lane
from bridge.store import now
from bridge.store.subscriptions import Request, Subscribers, subscriber
from bridge.web import create_app
from bridge.web.hub import renderer

HOME = "https://pont.exemple.fr/"
ATOM = f"{HOME}feed.atom"
SECRET = "un secret que personne ne voit"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Messages that do not arrive are sent again at once."""
    monkeypatch.setattr(telling, "BACK_OFF", (0, 0, 0))
    monkeypatch.setattr(telling, "IDLE", 0)


@pytest.fixture
def reader():
    with Subscriber() as running:
        yield running


@pytest.fixture
def change(web, add_source, harvest):
    """``change("a", 1, 2)``: the source has these resources now, and was visited."""
    known = set()

    def put(source, *numbers, title="Fiche"):
        if source not in known:
            known.add(source)
            add_source(source, url=f"https://{source}.exemple.fr/data.json")
        found = [one | {"titre": f"{title} {one['id']}"} for one in items(*numbers)]
        web.put(f"https://{source}.exemple.fr/data.json", found)
        harvest(source)

    return put


@pytest.fixture
def app(collective):
    return create_app(collective)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def at_hub(collective, app):
    """``with at_hub(): …``: the hub is at work; listed hosts stand for public ones."""

    def start(render=None, allow=("127.0.0.1",)):
        return at_work(collective, render or renderer(app), Fetcher(allow))

    return start


def ask(client, callback, topic=ATOM, mode="subscribe", **more):
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    return client.post("/hub", data=form | {f"hub.{key}": value for key, value in more.items()})


def rows(collective):
    with collective.store.snapshot() as snapshot:
        return {row.callback: row for row in snapshot.connection.execute(subscriber.select().order_by("state"))}


def followed(collective, callback):
    row = rows(collective).get(callback)
    return row is not None and row.state == "active"


def titles(body):
    return {title.text for title in etree.fromstring(body).iterfind(".//{*}entry/{*}title")}


def test_who_follows_a_feed_is_asked_then_sent_it_whole_when_it_changes(collective, client, change, at_hub, reader):
    change("a", 1, 2)
    callback = reader.url("/notify?who=me")
    with at_hub():
        answer = ask(client, callback, secret=SECRET, lease_seconds="86400")
        assert answer.status_code == 202 and answer.mimetype == "text/plain"
        until(lambda: followed(collective, callback))
        (asked,) = reader.asked
        assert asked["who"] == "me" and asked["hub.mode"] == "subscribe" and asked["hub.topic"] == ATOM
        assert asked["hub.lease_seconds"] == "86400" and len(asked["hub.challenge"]) > 20
        assert reader.got == []
        change("a", 1, 2, 3)
        until(lambda: reader.got)
    (message,) = reader.got
    assert message.path == "/notify?who=me"
    assert message.body == client.get("/feed.atom").data and "Fiche 3" in titles(message.body)
    assert message.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert message.headers["Link"] == f'<{HOME}hub>; rel="hub", <{ATOM}>; rel="self"'
    signature = hmac.new(SECRET.encode(), message.body, hashlib.sha256).hexdigest()
    assert message.headers["X-Hub-Signature"] == f"sha256={signature}"


def test_nothing_is_signed_for_who_gave_no_secret(collective, client, change, at_hub, reader):
    with at_hub():
        ask(client, reader.url("/"))
        until(lambda: followed(collective, reader.url("/")))
        change("a", 1)
        until(lambda: reader.got)
    assert "X-Hub-Signature" not in reader.got[0].headers


@pytest.mark.parametrize(
    "status, body",
    [(200, lambda c: b"autre chose"), (200, lambda c: c + b"\n"), (200, lambda c: b""), (404, lambda c: c)]
    + [(302, lambda c: c), (500, lambda c: c)],
)  # fmt: skip
def test_who_does_not_repeat_the_challenge_is_forgotten(collective, client, change, at_hub, reader, status, body):
    reader.confirms = lambda asked: (status, body(asked["hub.challenge"].encode()))
    with at_hub():
        ask(client, reader.url("/"))
        until(lambda: reader.asked and not rows(collective))
        reader.confirms = lambda asked: (200, asked["hub.challenge"].encode())
        ask(client, reader.url("/other"))
        until(lambda: followed(collective, reader.url("/other")))
        change("a", 1)
        until(lambda: reader.got)
    assert [message.path for message in reader.got] == ["/other"] and len(reader.asked) == 2


def test_a_private_address_is_not_called(collective, client, at_hub, reader):
    with at_hub(allow=()):
        ask(client, reader.url("/"))
        ask(client, f"http://localhost:{reader.server_port}/")
        until(lambda: not rows(collective))
    assert reader.asked == reader.got == []


def test_only_feeds_that_a_commit_changed_are_sent(collective, client, change, at_hub, reader):
    change("a", 1)
    change("b", 1)
    with at_hub():
        for source in "ab":
            ask(client, reader.url(f"/{source}"), f"{HOME}feed.json?source={source}")
            until(lambda source=source: followed(collective, reader.url(f"/{source}")))
        change("b", 1, 2)
        until(lambda: reader.got)
        change("b", 1, 2, 3)
        until(lambda: len(reader.got) == 2)
        change("a", 1, 4)
        until(lambda: len(reader.got) == 3)
    assert [message.path for message in reader.got] == ["/b", "/b", "/a"]
    told = json.loads(reader.got[2].body)
    assert told["feed_url"] == f"{HOME}feed.json?source=a" and told["hubs"] == [{"type": "WebSub", "url": f"{HOME}hub"}]
    assert reader.got[2].headers["Content-Type"] == "application/feed+json"


def test_a_feed_that_no_commit_touched_keeps_its_bytes(client, change):
    change("a", 1)
    before = [client.get(f"/feed.{extension}?source=a").data for extension in ("atom", "rss", "json")]
    change("b", 1)
    assert [client.get(f"/feed.{extension}?source=a").data for extension in ("atom", "rss", "json")] == before


def test_a_message_that_fails_is_sent_again_until_it_arrives(collective, client, change, at_hub, reader):
    answers = iter([500, 503, 204])
    reader.takes = lambda message: next(answers)
    with at_hub():
        ask(client, reader.url("/"))
        until(lambda: followed(collective, reader.url("/")))
        change("a", 1)
        until(lambda: len(reader.got) == 3)
        until(lambda: not rows(collective)[reader.url("/")].next_try)
    assert {message.body for message in reader.got} == {client.get("/feed.atom").data}
    assert rows(collective)[reader.url("/")].attempts == 0


def test_a_redirect_is_a_failure_and_is_not_followed(collective, client, change, at_hub, reader):
    answers = iter([(308, {"Location": reader.url("/elsewhere")}), (204, {})])
    reader.takes = lambda message: next(answers)
    with at_hub():
        ask(client, reader.url("/"))
        until(lambda: followed(collective, reader.url("/")))
        change("a", 1)
        until(lambda: len(reader.got) == 2)
    assert [message.path for message in reader.got] == ["/", "/"]


def test_the_newest_content_takes_the_place_of_what_waits(collective, client, change, at_hub, reader, monkeypatch):
    monkeypatch.setattr(telling, "BACK_OFF", (3600,))
    reader.takes = lambda message: 500
    with at_hub():
        ask(client, reader.url("/"))
        until(lambda: followed(collective, reader.url("/")))
        change("a", 1)
        until(lambda: rows(collective)[reader.url("/")].attempts == 1)
    change("a", 1, title="Retouchée")
    reader.takes = lambda message: 200
    with collective.store.writing() as writing:  # an hour later
        Subscribers(writing).put_off(rows(collective)[reader.url("/")].id, 1, now())
    with at_hub():
        until(lambda: len(reader.got) == 2)
        until(lambda: not rows(collective)[reader.url("/")].next_try)
    assert [titles(message.body) for message in reader.got] == [{"Fiche 1"}, {"Retouchée 1"}]


def test_a_subscriber_that_is_gone_ends_its_subscription(collective, client, change, at_hub, reader):
    reader.takes = lambda message: 410
    with at_hub():
        ask(client, reader.url("/"))
        until(lambda: followed(collective, reader.url("/")))
        change("a", 1)
        until(lambda: not rows(collective))
    assert len(reader.got) == len(reader.asked) == 1


def test_who_never_takes_a_message_is_told_that_it_is_over(collective, client, change, at_hub, reader, caplog):
    caplog.set_level(logging.INFO)
    reader.takes = lambda message: 500
    with at_hub():
        ask(client, reader.url("/c/jeton-du-site"), secret=SECRET)
        until(lambda: followed(collective, reader.url("/c/jeton-du-site")))
        change("a", 1)
        until(lambda: not rows(collective))
    assert len(reader.got) == 4  # one, and one after each of the three delays of these tests
    assert reader.asked[-1]["hub.mode"] == "denied" and reader.asked[-1]["hub.topic"] == ATOM
    assert reader.asked[-1]["hub.reason"]
    assert "127.0.0.1" in caplog.text and SECRET not in caplog.text and "jeton-du-site" not in caplog.text


def test_a_host_that_does_not_answer_costs_one_try(collective, client, change, at_hub, reader, monkeypatch):
    def cut(message):
        raise ConnectionResetError

    monkeypatch.setattr(telling, "BACK_OFF", (3600,))
    with at_hub():
        for place in range(5):
            ask(client, reader.url(f"/{place}"))
        until(lambda: sum(followed(collective, reader.url(f"/{place}")) for place in range(5)) == 5)
        reader.takes = cut
        change("a", 1)
        until(lambda: all(row.next_try > now() for row in rows(collective).values()))
    assert sorted(row.attempts for row in rows(collective).values()) == [0, 0, 0, 0, 1]


def test_unsubscribing_is_confirmed_too(collective, client, change, at_hub, reader):
    callback = reader.url("/")
    with at_hub():
        ask(client, callback)
        until(lambda: followed(collective, callback))
        reader.confirms = lambda asked: (404, b"")
        assert ask(client, callback, mode="unsubscribe").status_code == 202
        until(lambda: len(reader.asked) == 2 and len(rows(collective)) == 1 and followed(collective, callback))
        assert reader.asked[1]["hub.mode"] == "unsubscribe" and reader.asked[1]["hub.topic"] == ATOM
        change("a", 1)
        until(lambda: len(reader.got) == 1)
        reader.confirms = lambda asked: (200, asked["hub.challenge"].encode())
        ask(client, callback, mode="unsubscribe")
        until(lambda: not rows(collective))
    assert ask(client, callback, mode="unsubscribe").status_code == 202 and not rows(collective)


def test_a_subscription_is_renewed_with_its_new_secret_once_confirmed(collective, client, change, at_hub, reader):
    callback = reader.url("/")
    with at_hub():
        ask(client, callback, secret="ancien", lease_seconds="600")
        until(lambda: followed(collective, callback))
        reader.confirms = lambda asked: (500, b"")
        ask(client, callback, secret="d'un autre")
        until(lambda: len(reader.asked) == 2 and followed(collective, callback))
        assert rows(collective)[callback].secret == "ancien"
        reader.confirms = lambda asked: (200, asked["hub.challenge"].encode())
        ask(client, callback, secret="nouveau")
        until(lambda: rows(collective)[callback].secret == "nouveau" and followed(collective, callback))
        change("a", 1)
        until(lambda: reader.got)
    assert rows(collective)[callback].lease == asking.LEASE
    signature = hmac.new(b"nouveau", reader.got[0].body, hashlib.sha256).hexdigest()
    assert reader.got[0].headers["X-Hub-Signature"].endswith(signature)


@pytest.mark.parametrize("asked, given", [("", 864000), ("1", 300), ("99999999", 2592000), ("7200", 7200)])
def test_leases_have_bounds(collective, client, asked, given):
    ask(client, "https://lecteur.exemple.fr/", lease_seconds=asked)
    assert rows(collective)["https://lecteur.exemple.fr/"].lease == given


def test_a_subscription_ends_with_its_lease(collective, client, change, at_hub, reader, monkeypatch):
    monkeypatch.setattr(asking, "SHORTEST", 1)
    with at_hub():
        ask(client, reader.url("/short"), lease_seconds="1")
        until(lambda: [asked["path"] for asked in reader.asked])
        ask(client, reader.url("/long"))
        until(lambda: set(rows(collective)) == {reader.url("/long")} and followed(collective, reader.url("/long")))
        change("a", 1)
        until(lambda: reader.got)
    assert [message.path for message in reader.got] == ["/long"]


def test_a_feed_is_written_once_for_a_thousand_subscribers(collective, app, change, at_hub):
    change("a", 1)
    hosts = [f"127.0.0.{number}" for number in range(1, 11)]
    written = []

    def render(topic):
        written.append(topic)
        return renderer(app)(topic)

    with ExitStack() as stack:
        reader = stack.enter_context(Subscriber("0.0.0.0"))
        with collective.store.writing() as writing:
            for host in hosts:
                for place in range(100):
                    request = Request(ATOM, reader.url(f"/{place}", host), host, "subscribe", ATOM, "s", 86400)
                    Subscribers(writing).ask(request)
        stack.enter_context(at_hub(render, hosts))
        until(lambda: all(row.state == "active" for row in rows(collective).values()), 60)
        written.clear()
        change("a", 1, 2)
        until(lambda: len(reader.got) == 1000, 60)
        until(lambda: not any(row.next_try for row in rows(collective).values()), 60)
    assert written == [ATOM] and len({message.body for message in reader.got}) == 1


def test_it_goes_on_after_a_restart(collective, client, change, at_hub, reader):
    ask(client, reader.url("/"))
    assert reader.asked == []
    with at_hub():
        until(lambda: followed(collective, reader.url("/")))
    change("a", 1)
    with at_hub():
        until(lambda: reader.got)
        until(lambda: not rows(collective)[reader.url("/")].next_try)
    with at_hub():
        ask(client, reader.url("/other"))
        until(lambda: followed(collective, reader.url("/other")))
    assert len(reader.got) == 1


PROCESS = """
import sys
from pathlib import Path
from threading import Event
from bridge.collective import Collective
from bridge.config import load
from bridge.config import load
from bridge.fetch import Fetcher
from bridge.hub import run, telling
from bridge.web import create_app
from bridge.web.hub import renderer
here = Collective(load(Path(sys.argv[1]), {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
run(here, Fetcher(["127.0.0.1"]), Event(), renderer(create_app(here)))
"""


def test_what_a_killed_process_was_sending_is_sent_by_the_next(collective, client, change, reader, tmp_path):
    def start():
        return subprocess.Popen([sys.executable, "-c", PROCESS, str(tmp_path)], cwd=Path(__file__).parent.parent)

    def kill(process):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    ask(client, reader.url("/"))
    first = start()
    until(lambda: followed(collective, reader.url("/")), 60)
    reader.takes = lambda message: kill(first) or 204  # before the answer: nothing could be noted
    change("a", 1)
    until(lambda: reader.got, 60)
    reader.takes = lambda message: 204
    second = start()
    until(lambda: len(reader.got) == 2 and not rows(collective)[reader.url("/")].next_try, 60)
    kill(second)
    assert len({message.body for message in reader.got}) == 1


@pytest.mark.parametrize(
    "form, status, said",
    [
        ({"hub.mode": ""}, 400, "hub.mode"),
        ({"hub.mode": "publish"}, 400, "hub.mode"),
        ({"hub.topic": "https://ailleurs.exemple.fr/feed.atom"}, 404, "hub.topic"),
        ({"hub.topic": f"{HOME}feed.csv"}, 404, "hub.topic"),
        ({"hub.topic": f"{HOME}feed.atom#x"}, 404, "hub.topic"),
        ({"hub.topic": f"{HOME}feed.atom?#x"}, 404, "hub.topic"),
        ({"hub.topic": f"{HOME}pour/inconnu/feed.atom"}, 404, "hub.topic"),
        ({"hub.topic": f"{HOME}oai?verb=Identify"}, 404, "hub.topic"),
        ({"hub.topic": f"{ATOM}?q={'x' * 2000}"}, 404, "hub.topic"),
        ({"hub.callback": ""}, 400, "hub.callback"),
        ({"hub.callback": "ftp://a.fr/"}, 400, "hub.callback"),
        ({"hub.callback": "https:///x"}, 400, "hub.callback"),
        ({"hub.callback": "https://a.fr:port/"}, 400, "hub.callback"),
        ({"hub.callback": "https://qui:mdp@a.fr/"}, 400, "hub.callback"),
        ({"hub.callback": "https://a.fr/#x"}, 400, "hub.callback"),
        ({"hub.callback": "https://a.fr/\r\nX: y"}, 400, "hub.callback"),
        ({"hub.callback": f"https://a.fr/{'x' * 2000}"}, 400, "hub.callback"),
        ({"hub.callback": f"{HOME}hub"}, 400, "hub.callback"),
        ({"hub.secret": "é" * 100}, 400, "hub.secret"),
        ({"hub.lease_seconds": "-1"}, 400, "hub.lease_seconds"),
        ({"hub.lease_seconds": "toujours"}, 400, "hub.lease_seconds"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_reason(collective, client, form, status, said):
    right = {"hub.mode": "subscribe", "hub.topic": ATOM, "hub.callback": "https://lecteur.exemple.fr/"}
    answer = client.post("/hub", data=right | form)
    assert answer.status_code == status and answer.mimetype == "text/plain" and said in answer.text
    assert not rows(collective)


def test_a_host_may_not_take_all_the_room(collective, client, monkeypatch):
    monkeypatch.setattr(asking, "HOST_WAITING_MAX", 3)
    for place in range(3):
        assert ask(client, f"https://a.exemple.fr/{place}").status_code == 202
    assert ask(client, "https://a.exemple.fr/3").status_code == 429
    assert ask(client, "https://A.exemple.fr:8443/3").status_code == 429
    assert ask(client, "https://a.exemple.fr/2").status_code == 202  # the same again takes no more room
    assert ask(client, "https://b.exemple.fr/").status_code == 202
    monkeypatch.setattr(asking, "HOST_MAX", 1)
    assert ask(client, "https://b.exemple.fr/1").status_code == 429
    monkeypatch.setattr(asking, "SUBSCRIPTIONS_MAX", 4)
    assert ask(client, "https://c.exemple.fr/").status_code == 503


def test_only_so_many_different_feeds_are_followed(client, monkeypatch):
    monkeypatch.setattr(asking, "TOPICS_MAX", 2)
    for query in ("?q=mare", "?q=haie"):
        assert ask(client, "https://a.exemple.fr/", ATOM + query).status_code == 202
    assert ask(client, "https://b.exemple.fr/", f"{ATOM}?q=bocage").status_code == 503
    assert ask(client, "https://b.exemple.fr/", f"{ATOM}?q=mare").status_code == 202


@pytest.mark.parametrize(
    "asked, topic",
    [
        ("feed.rss?", "feed.rss"),
        ("feed.json?inconnu=1&q=mare+++haie&tri=recent", "feed.json?q=mare+haie"),
        ("feed.atom?limite=5&source=a&page=3", "feed.atom?source=a&limite=5"),
        ("feed.atom?bbox=2,45.50,3,46", "feed.atom?bbox=2.0%2C45.5%2C3.0%2C46.0"),
        ("feed.rss?lot=2-3", "feed.rss?lot=2-3"),
        ("pour/cpie/feed.atom?q=mare", "pour/cpie/feed.atom?q=mare"),
    ],
)
def test_a_feed_has_one_address_however_it_is_asked_for(collective, client, at_hub, reader, asked, topic):
    target = '[target]\nid = "cpie"\ntitle = "CPIE"\npartner = "cpie"\n'
    (collective.settings.mappings / "cpie.toml").write_text(target)
    ask(client, reader.url("/"), HOME + asked)
    assert rows(collective)[reader.url("/")].topic == HOME + topic
    assert f'<{HOME}{topic}>; rel="self"' in client.get(f"/{asked}").headers["Link"]
    with at_hub():
        until(lambda: followed(collective, reader.url("/")))
    assert reader.asked[0]["hub.topic"] == HOME + asked  # as the subscriber knows it


def test_feeds_name_their_hub(client):
    for extension in ("atom", "rss", "json"):
        answer = client.get(f"/feed.{extension}")
        assert answer.headers["Link"] == f'<{HOME}hub>; rel="hub", <{HOME}feed.{extension}>; rel="self"'
    for extension in ("atom", "rss"):
        links = etree.fromstring(client.get(f"/feed.{extension}").data).iter("{http://www.w3.org/2005/Atom}link")
        found = {link.get("rel"): link.get("href") for link in links}
        assert found["hub"] == f"{HOME}hub" and found["self"] == f"{HOME}feed.{extension}"
    assert client.get("/feed.json").json["hubs"] == [{"type": "WebSub", "url": f"{HOME}hub"}]
    assert "Link" not in client.get("/feed.csv").headers


def test_the_hub_is_where_the_bridge_is_served(collective, monkeypatch):
    below = replace(collective.settings, base_url="https://site.fr/pont/", url_prefix="/pont")
    monkeypatch.setattr(collective, "settings", below)
    app = create_app(collective)
    client = app.test_client()
    said = '<https://site.fr/pont/hub>; rel="hub", <https://site.fr/pont/feed.atom>; rel="self"'
    assert client.get("/pont/feed.atom").headers["Link"] == said
    form = {"hub.mode": "subscribe", "hub.callback": "https://a.fr/", "hub.topic": "https://site.fr/pont/feed.atom"}
    assert client.post("/pont/hub", data=form).status_code == 202
    media_type, body = renderer(app)("https://site.fr/pont/feed.atom")
    assert (media_type, body) == ("application/atom+xml; charset=utf-8", client.get("/pont/feed.atom").data)


def test_without_a_public_address_there_is_no_hub(tmp_path):
    with closing(Collective(load(tmp_path, {}))) as here:
        answer = create_app(here).test_client().get("/feed.atom")
    assert "Link" not in answer.headers and b'rel="hub"' not in answer.data


def test_a_target_that_is_gone_is_not_followed(collective, client, at_hub, reader):
    path = collective.settings.mappings / "cpie.toml"
    path.write_text('[target]\nid = "cpie"\ntitle = "CPIE"\npartner = "cpie"\n')
    ask(client, reader.url("/"), f"{HOME}pour/cpie/feed.atom")
    path.unlink()
    with at_hub():
        until(lambda: not rows(collective))
    assert [asked["hub.mode"] for asked in reader.asked] == ["denied"]


def test_a_secret_is_shown_nowhere(collective, client):
    answer = ask(client, "https://a.exemple.fr/", secret=SECRET)
    with collective.store.snapshot() as snapshot:
        (row,) = Subscribers(snapshot).due(now(), "a.exemple.fr", False)
    request = Request(ATOM, "https://a.exemple.fr/", "a.exemple.fr", "subscribe", ATOM, SECRET)
    assert row.secret == SECRET and SECRET not in repr(row) + repr(request) + answer.text


def test_a_slow_host_does_not_make_the_others_wait(collective, client, change, at_hub):
    done = Event()
    with Subscriber("127.0.0.1") as slow, Subscriber("127.0.0.2") as quick:
        slow.takes = lambda message: done.wait(20) and 204
        with at_hub(allow=("127.0.0.1", "127.0.0.2")):
            ask(client, slow.url("/"))
            ask(client, quick.url("/", "127.0.0.2"))
            until(
                lambda: len(rows(collective)) == 2 and all(row.state == "active" for row in rows(collective).values())
            )
            change("a", 1)
            until(lambda: quick.got)
            assert not slow.got
            change("a", 1, 2)
            until(lambda: len(quick.got) == 2)
            done.set()
            until(lambda: slow.got)


def test_query_parameters_of_a_callback_stay(collective, client, at_hub, reader):
    with at_hub():
        ask(client, reader.url("/?a=1&b=%20"))
        until(lambda: reader.asked)
    query = dict(parse_qsl(urlsplit(reader.asked[0]["path"]).query, keep_blank_values=True))
    assert query["a"] == "1" and query["b"] == " " and query["hub.mode"] == "subscribe"


def test_feeds_are_kept_within_bounds_and_never_older_than_a_change():
    written = []

    def render(topic):
        written.append(topic)
        if topic == "late":
            contents.forget()
        return "text/plain", topic.encode() * 10

    contents = Contents(render, room=50)
    assert contents.get("a") is contents.get("a")
    contents.get("bb"), contents.get("cccc")  # too large for two
    assert contents.digest("a") and written == ["a", "bb", "cccc"]  # a digest takes no room
    contents.get("a")
    contents.forget()
    contents.get("a")
    assert written == ["a", "bb", "cccc", "a", "a"]
    contents.get("late"), contents.get("late")  # they changed while it was being written
    assert written[5:] == ["late", "late"]


def test_a_fault_for_one_host_is_told_and_leaves_the_others_alone(caplog):
    told = []

    def fail():
        told.append("fault")
        raise ValueError("une faute de notre part")

    with Lane("test", 1) as lane:
        lane.offer("a", fail)
        until(lambda: "une faute de notre part" in caplog.text)
        lane.offer("a", fail)  # it rests
        lane.offer("b", lambda: told.append("b"))
        until(lambda: "b" in told)
    assert told == ["fault", "b"]


def test_a_feed_that_cannot_be_written_for_now_keeps_its_subscribers(collective, client, app, change, at_hub, reader):
    broken, failed = [False], []

    def render(topic):
        if broken[0]:
            failed.append(topic)
            raise BridgeError("Le flux n'a pas pu être écrit.")
        return renderer(app)(topic)

    with at_hub(render):
        ask(client, reader.url("/"))
        until(lambda: followed(collective, reader.url("/")))
        broken[0] = True
        change("a", 1)
        until(lambda: failed)
        broken[0] = False
        change("a", 1, 2)
        until(lambda: reader.got and titles(reader.got[-1].body) == {"Fiche 1", "Fiche 2"})
