"""Sources that name a WebSub hub: we ask to be told, and what the hub tells leads to a visit at once."""

from __future__ import annotations

import threading
from contextlib import closing, contextmanager
from dataclasses import replace

import pytest
from conftest import items
from websub import OtherHub, ask, at_work, until
from werkzeug.serving import make_server

from bridge.collective import Collective
from bridge.config import load
from bridge.fetch import Fetcher
from bridge.hub import listening
from bridge.readers import feed
from bridge.record import Request, Response
from bridge.refresh import refresh
from bridge.store import now
from bridge.store.ledger import source as ledger_source
from bridge.store.subscriptions import Subscriptions, subscription
from bridge.web import create_app
from bridge.web.hub import renderer

TOPIC = "https://a.exemple.fr/flux"
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><title>a</title>{}</feed>'
RSS = '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>a</title>{}</channel></rss>'
TOMORROW = 20 * 3600


class Bridge:
    """A bridge that answers on a real socket, with its hub's loop."""

    def __init__(self, here, url, render):
        self.here, self.url, self.render = here, url, render

    @contextmanager
    def at_work(self):
        with at_work(self.here, self.render, Fetcher(["127.0.0.1"])):
            yield

    def note(self, source, hub, topic=TOPIC):
        """As a visit does at its end."""
        with self.here.store.writing() as writing:
            Subscriptions(writing).note(source, hub, topic)

    def of(self, source="a"):
        with self.here.store.snapshot() as snapshot:
            return Subscriptions(snapshot).of(source)

    def state(self, source="a"):
        """How often the source was told to have changed, and whether it is to be visited now."""
        with self.here.store.snapshot() as snapshot:
            row = snapshot.connection.execute(ledger_source.select().where(ledger_source.c.id == source)).one()
            return row.pings, row.next_visit == ""

    def visited(self, source="a"):
        """Note a visit: the next one is tomorrow."""
        with self.here.store.writing() as writing:
            values = {"next_visit": later(86400), "pings": 0}
            if not writing.connection.execute(
                ledger_source.update().where(ledger_source.c.id == source).values(values)
            ).rowcount:
                writing.connection.execute(ledger_source.insert().values(id=source, **values))


def later(seconds):
    return listening.after(seconds)


@contextmanager
def bridge(folder):
    (folder / "mappings").mkdir(parents=True, exist_ok=True)
    apps = []
    server = make_server("127.0.0.1", 0, lambda environ, start: apps[0](environ, start), threaded=True)
    url = f"http://127.0.0.1:{server.server_port}/"
    settings = load(folder, {"PARTAGEONS_BASE_URL": url, "PARTAGEONS_ALLOW_HOSTS": "127.0.0.1"})
    with closing(Collective(settings)) as here:
        apps.append(create_app(here))
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield Bridge(here, url, renderer(apps[0]))
        finally:
            server.shutdown()
            server.server_close()


def describe(here, source, url=TOPIC, kind="feed"):
    fields = '[fields]\ntitle = "title"\nurl = "link"\nabstract = "summary"\n'
    text = f'[source]\nid = "{source}"\nkind = "{kind}"\nurl = "{url}"\ntitle = "{source}"\n{fields}'
    (here.settings.mappings / f"{source}.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def ours(tmp_path):
    with bridge(tmp_path / "b") as found:
        describe(found.here, "a")
        found.visited()
        yield found


@pytest.fixture
def other():
    with OtherHub() as running:
        yield running


@pytest.fixture
def joined(ours, other):
    """A source whose hub has confirmed that it tells us."""
    ours.note("a", other.url("/hub"))
    with ours.at_work():
        until(lambda: ours.of().state == "active" and other.active)
        ours.visited()
        yield ours


def read(body, url=TOPIC, **headers):
    page = feed.read(Response(url, 200, headers, body.encode()), {})
    return page.hub, page.topic


LINKS = '<link rel="self" href="https://a.exemple.fr/moi"/><link rel="hub" href="https://hub.exemple.fr/"/>'


@pytest.mark.parametrize(
    "body, headers, found",
    [
        (ATOM.format(LINKS), {}, ("https://hub.exemple.fr/", "https://a.exemple.fr/moi")),
        (RSS.format(LINKS.replace("<link", "<atom:link")), {}, ("https://hub.exemple.fr/", "https://a.exemple.fr/moi")),
        (ATOM.format('<link rel="hub" href="/hub"/>'), {}, ("https://a.exemple.fr/hub", TOPIC)),
        (ATOM.format(""), {}, ("", "")),
        (ATOM.format('<link rel="self" href="https://a.exemple.fr/moi"/>'), {}, ("", "")),
        (ATOM.format('<link rel="hub" href="javascript:alert(1)"/>'), {}, ("", "")),
        (ATOM.format('<link rel="hub" href="http://[::1/"/>'), {}, ("", "")),
        (ATOM.format(f'<link rel="hub" href="https://{"x" * 2000}/"/>'), {}, ("", "")),
        (
            ATOM.format(LINKS),
            {"link": '<https://h.fr/>; rel="hub", <https://a.exemple.fr/vrai>; title="x, y"; rel=self'},
            ("https://h.fr/", "https://a.exemple.fr/vrai"),
        ),
        (ATOM.format(LINKS), {"link": "<a>; <b rel=hub,,;"}, ("https://hub.exemple.fr/", "https://a.exemple.fr/moi")),
        (ATOM.format(""), {"link": '<https://h.fr/>; rel="next hub"'}, ("https://h.fr/", TOPIC)),
        (
            '{"version": "https://jsonfeed.org/version/1.1", "title": "a", "items": [], "feed_url": "https://a.fr/f",'
            ' "hubs": [{"type": "rssCloud", "url": "https://x.fr/"}, {"type": "WebSub", "url": "https://h.fr/"}]}',
            {},
            ("https://h.fr/", "https://a.fr/f"),
        ),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": [], "hubs": [4, {"type": []}]}', {}, ("", "")),
        (
            '{"version": "https://jsonfeed.org/version/1.1", "items": [], "hubs": [{"type": "WebSub", "url": 4}]}',
            {},
            ("", ""),
        ),
    ],
)
def test_the_hub_of_a_feed_is_found(body, headers, found):
    assert read(body, **headers) == found


def test_later_pages_of_a_feed_do_not_say_what_is_followed():
    page = feed.read(Response(TOPIC, 200, {}, ATOM.format(LINKS).encode(), {"steps": 1}), {})
    assert (page.hub, page.topic) == ("", "")


def test_a_hub_is_asked_and_answered_then_tells_of_changes(ours, other):
    ours.note("a", other.url("/hub"))
    with ours.at_work():
        until(lambda: ours.of().state == "active" and other.active)
        (asked,) = other.requests
        assert asked["hub.mode"] == "subscribe" and asked["hub.topic"] == TOPIC
        assert (
            asked["hub.callback"].startswith(f"{ours.url}websub/a/") and len(asked["hub.callback"].split("/")[-1]) == 32
        )
        assert 32 <= len(asked["hub.secret"]) < 200
        assert ours.state() == (0, True)  # what changed meanwhile is looked for
        assert later(3500) < ours.of().lease_until < later(3700)
        assert later(2600) < ours.of().next_try < later(2800)
        ours.visited()
        assert other.publish(TOPIC, b"<feed>tout</feed>") == [202]
        assert ours.state() == (1, True)


@pytest.mark.parametrize("method", ["sha1", "sha384", "sha512"])
def test_every_signature_of_the_standard_is_understood(joined, other, method):
    assert other.publish(TOPIC, b"<feed/>", method) == [202]
    assert joined.state() == (1, True)


def test_a_wrong_signature_is_answered_the_same_and_does_nothing(joined, other):
    ((_, callback), secret), *_ = other.active.items()
    for headers in (
        {},
        {"X-Hub-Signature": "sha256="},
        {"X-Hub-Signature": f"sha256={'0' * 64}"},
        {"X-Hub-Signature": f"md5={'0' * 32}"},
        {"X-Hub-Signature": "sha256=é".encode().decode("latin-1")},
    ):
        assert ask(callback, b"<feed/>", headers)[0] == 202
    assert joined.state() == (0, False)
    other.active = {(TOPIC, callback): secret + "x"}
    assert other.publish(TOPIC, b"<feed/>") == [202]
    assert joined.state() == (0, False)


def test_a_whole_feed_may_be_large(joined, other):
    assert other.publish(TOPIC, b"x" * (5 << 20)) == [202]
    assert joined.state() == (1, True)


def test_only_the_hub_knows_the_address(joined, other):
    ((_, callback),) = other.active
    stranger = callback[:-1] + ("A" if callback[-1] != "A" else "B")
    said = f"?hub.mode=subscribe&hub.topic={TOPIC}&hub.challenge=abc"
    assert ask(stranger + said)[0] == ask(stranger, b"x")[0] == 404
    assert ask(callback.replace("/a/", "/b/") + said)[0] == ask(callback.replace("/a/", "/b/"), b"x")[0] == 404
    assert ask(callback + said) == (200, b"abc")


@pytest.mark.parametrize(
    "query",
    [
        "hub.mode=subscribe&hub.topic=https://autre.exemple.fr/&hub.challenge=abc",
        f"hub.mode=unsubscribe&hub.topic={TOPIC}&hub.challenge=abc",
        f"hub.mode=subscribe&hub.topic={TOPIC}",
        f"hub.mode=subscribe&hub.topic={TOPIC}&hub.challenge={'x' * 1001}",
        "",
    ],
)
def test_what_was_not_asked_is_not_confirmed(joined, other, query):
    ((_, callback),) = other.active
    status, body = ask(f"{callback}?{query}")
    assert status == 404 and b"abc" not in body
    assert joined.of().state == "active"


def test_nothing_is_confirmed_before_it_was_asked(ours, other):
    ours.note("a", other.url("/hub"))
    token = listening.token_of(ours.here.secret, "a")
    assert ask(f"{ours.url}websub/a/{token}?hub.mode=subscribe&hub.topic={TOPIC}&hub.challenge=abc")[0] == 404
    assert ours.of().state == "wanted"


def test_a_challenge_is_plain_text(joined, other):
    ((_, callback),) = other.active
    path = callback.removeprefix(joined.url)
    query = {"hub.mode": "subscribe", "hub.topic": TOPIC, "hub.challenge": "<script>"}
    answer = create_app(joined.here).test_client().get(f"/{path}", query_string=query)
    assert answer.data == b"<script>" and answer.mimetype == "text/plain"
    assert answer.headers["X-Content-Type-Options"] == "nosniff" and answer.headers["Cache-Control"] == "no-store"


def test_a_subscription_is_renewed_before_it_ends(ours, monkeypatch):
    monkeypatch.setattr(listening, "LEASE_MIN", 1)
    with OtherHub(lease=2) as other, ours.at_work():
        ours.note("a", other.url("/hub"))
        until(lambda: len(other.requests) == 3)
        until(lambda: ours.of().state == "active")
        assert ours.of().lease_until > now()


@pytest.mark.parametrize("status", [400, 500, 302, 404])
def test_a_hub_that_refuses_is_asked_again_the_next_day(ours, other, status):
    other.status = status
    ours.note("a", other.url("/hub"))
    with ours.at_work():
        until(lambda: ours.of().state == "refused")
        assert later(TOMORROW) < ours.of().next_try < later(86500)
        other.status = 202
        with ours.here.store.writing() as writing:
            writing.connection.execute(subscription.update().values(next_try=now()))
        until(lambda: ours.of().state == "active")
    assert ours.state() == (0, True) and len(other.requests) == 2


def test_a_silent_hub_is_asked_again_the_next_day_and_polling_goes_on(ours, other):
    other.verifies = False
    ours.note("a", other.url("/hub"))
    with ours.at_work():
        until(lambda: other.requests)
        until(lambda: ours.of().state == "asked")
        assert later(TOMORROW) < ours.of().next_try < later(86500)
    assert len(other.requests) == 1


def test_a_hub_that_denies_is_heard(joined, other):
    ((_, callback),) = other.active
    assert ask(f"{callback}?hub.mode=denied&hub.topic={TOPIC}&hub.reason=complet")[0] == 200
    assert joined.of().state == "refused" and joined.of().next_try > later(TOMORROW)


def test_a_private_hub_is_not_asked(ours, other):
    ours.note("a", other.url("/hub"))
    with at_work(ours.here, ours.render, Fetcher()):
        until(lambda: ours.of().state == "refused")
    assert other.requests == []


def test_what_a_feed_says_is_noted_once(ours, other):
    ours.note("a", "", "")
    assert ours.of() is None
    ours.note("a", other.url("/hub"))
    with ours.at_work():
        until(lambda: ours.of().state == "active")
        before = ours.of()
        ours.note("a", other.url("/hub"))
        ours.note("a", "", "")  # a feed that had not changed was not read again
        assert ours.of() == before
        ours.note("a", other.url("/ailleurs"))
        until(lambda: len(other.requests) == 2 and ours.of().state == "active")
    assert (
        ours.of().hub == other.url("/ailleurs") and other.requests[0]["hub.secret"] != other.requests[1]["hub.secret"]
    )


def test_the_hub_of_a_source_that_is_gone_is_told_so(joined, other):
    (joined.here.settings.mappings / "a.toml").unlink()
    until(lambda: joined.of() is None)
    assert other.publish(TOPIC, b"<feed/>") == [410]


def test_a_mapping_file_with_an_error_ends_no_subscription(joined, other):
    path = joined.here.settings.mappings / "a.toml"
    right = path.read_text()
    path.write_text("[source")
    describe(joined.here, "b")
    until(lambda: "b" in joined.here.sources and "a" not in joined.here.sources)
    assert other.publish(TOPIC, b"<feed/>") == [410]
    path.write_text(right)
    until(lambda: "a" in joined.here.sources)
    assert joined.of().state == "active" and other.publish(TOPIC, b"<feed/>") == [202]


def test_nothing_is_asked_without_a_public_address(ours, other):
    ours.note("a", other.url("/hub"))
    ours.here.settings = replace(ours.here.settings, base_url="")
    with ours.at_work():
        pass
    assert ours.of().state == "wanted" and other.requests == []


def test_a_bridge_follows_another_through_its_hub(tmp_path, web):
    """An edit at a source of A is known to B at once, B's own pace being a day."""
    with bridge(tmp_path / "a") as a, bridge(tmp_path / "b") as b, a.at_work(), b.at_work():
        origin = "https://origine.exemple.fr/data.json"
        (a.here.settings.mappings / "origine.toml").write_text(
            f'[source]\nid = "origine"\nkind = "json_api"\nurl = "{origin}"\ntitle = "Origine"\n'
            '[fields]\ntitle = "titre"\nurl = "lien"\nabstract = "resume"\n',
            encoding="utf-8",
        )

        def edit(*numbers):
            web.put(origin, items(*numbers))
            refresh(a.here, [a.here.sources["origine"]], web)

        edit(1)
        describe(b.here, "pont", f"{a.url}feed.atom")
        with Fetcher(["127.0.0.1"]) as fetch:

            def visit():
                refresh(b.here, [b.here.sources["pont"]], fetch)
                page = feed.read(fetch.get(Request(f"{a.url}feed.atom")), {})
                b.note("pont", page.hub, page.topic)
                with b.here.store.snapshot() as snapshot:
                    return {entry.record.title for entry in snapshot.walk() if entry.record}

            assert visit() == {"Fiche 1"}
            until(lambda: b.of("pont") and b.of("pont").state == "active")
            assert b.of("pont").hub == f"{a.url}hub" and b.of("pont").topic == f"{a.url}feed.atom"
            b.visited("pont")
            edit(1, 2)
            until(lambda: b.state("pont") == (1, True))
            assert visit() == {"Fiche 1", "Fiche 2"}
            b.visited("pont")
            edit(1, 2)  # nothing new: nobody is told
            edit(1, 2, 3)
            until(lambda: b.state("pont") == (1, True))
