"""The page cache: what it keeps, what it never keeps, and what it answers without the application."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pytest
from test_search import VOCABULARY, Places
from werkzeug import Request, Response
from werkzeug.http import http_date
from werkzeug.test import Client

from bridge.record import Entry, Record
from bridge.store import Change, Store
from bridge.store.search import Index
from bridge.web import page_cache, server
from bridge.web.page_cache import PageCache

BIG = "Une mare en ville. " * 100


@dataclass
class Site:
    """An application that counts its visits and lets each test say what it answers."""

    visits: int = 0
    version: int = 1
    body: str = BIG
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "public, no-cache"})
    pieces: int = 0
    closed: int = 0
    meanwhile: Callable[[], None] = bool

    def __call__(self, environ, start_response):
        self.visits += 1
        self.meanwhile()
        request = Request(environ)
        assert "If-None-Match" not in request.headers or "Cookie" in request.headers or request.method == "POST"
        shown = f"{request.full_path} {self.body}".encode()
        chunks = [shown] if not self.pieces else self._stream(shown)
        kind = self.headers.get("Content-Type", "text/html")
        response = Response(chunks, self.status, self.headers, content_type=kind)
        response.call_on_close(self._close)
        return response(environ, start_response)

    def _stream(self, body):
        for n in range(self.pieces):
            yield f"{n} ".encode() + body

    def _close(self):
        self.closed += 1


@pytest.fixture
def site():
    return Site()


def client(site, **options):
    return Client(PageCache(site, lambda: site.version, **options), use_cookies=False)


GZIP = {"Accept-Encoding": "br;q=1, gzip;q=0.8"}


def test_a_page_is_written_once_for_one_version(site):
    web = client(site)
    first, second = web.get("/a"), web.get("/a")
    assert first.data == second.data == f"/a? {BIG}".encode()
    assert first.headers.to_wsgi_list() == second.headers.to_wsgi_list()
    assert site.visits == site.closed == 1
    site.version += 1
    site.body = "autre"
    assert web.get("/a").text == "/a? autre"
    assert site.visits == 2


def test_a_page_of_before_a_commit_is_not_kept_for_after(site):
    web = client(site)

    def commit():
        """While /a is being written, the store changes and another visitor comes."""
        site.meanwhile = bool
        site.version += 1
        web.get("/b")

    site.meanwhile = commit
    for path in ("/a", "/a", "/a", "/b"):
        web.get(path)
    assert site.visits == 3


def test_two_visitors_at_once_are_counted_once(site):
    web = client(site, capacity=2 * (len(BIG) + 2100))

    def other():
        site.meanwhile = bool
        web.get("/a")

    site.meanwhile = other
    web.get("/a"), web.get("/b")
    assert site.visits == 3
    web.get("/a"), web.get("/b")
    assert site.visits == 3


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("/a?x=1&y=2", "/a?y=2&x=1", True),
        ("/a?x=1&x=2", "/a?x=2&x=1", False),
        ("/a?x=1", "/b?x=1", False),
        ("/a", "/a?x", False),
    ],
)
def test_what_makes_two_addresses_one(site, one, other, same):
    web = client(site)
    web.get(one), web.get(other)
    assert site.visits == (1 if same else 2)


def test_hosts_schemes_and_prefixes_do_not_mix(site):
    web = client(site)
    for base in ("http://a.fr", "http://b.fr", "https://a.fr", "https://a.fr/pont"):
        web.get("/", base_url=base), web.get("/", base_url=base)
    assert site.visits == 4


def test_gzip_is_made_once_and_has_its_own_tag(site):
    web = client(site)
    bare, packed = web.get("/a"), web.get("/a", headers=GZIP)
    assert packed.headers["Content-Encoding"] == "gzip" and "Content-Encoding" not in bare.headers
    assert gzip.decompress(packed.data) == bare.data
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(bare.data)
    assert bare.headers["ETag"] != packed.headers["ETag"]
    assert bare.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    assert web.get("/a", headers=GZIP).data == packed.data
    assert site.visits == 2
    refused = web.get("/a", headers={"Accept-Encoding": "gzip;q=0, identity"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize(
    "kind, packed", [("image/png", False), ("application/geo+json", True), ("image/svg+xml", True)]
)
def test_only_text_is_packed(site, kind, packed):
    site.headers["Content-Type"] = kind
    answer = client(site).get("/a", headers=GZIP)
    assert ("Content-Encoding" in answer.headers) == ("Vary" in answer.headers) == packed


def test_what_is_short_or_already_packed_stays_as_it_is(site):
    site.body = "court"
    assert "Content-Encoding" not in client(site).get("/a", headers=GZIP).headers
    site.headers = {}
    assert "Content-Encoding" not in client(site).get("/a", headers=GZIP).headers
    site.headers, site.body = {"Cache-Control": "public", "Content-Encoding": "br"}, BIG
    assert client(site).get("/a", headers=GZIP).headers["Content-Encoding"] == "br"


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_an_unchanged_page_costs_nothing(site, headers):
    web = client(site)
    tag = web.get("/a", headers=headers).headers["ETag"]
    for wanted in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        answer = web.get("/a", headers=headers | {"If-None-Match": wanted})
        assert answer.status_code == 304 and not answer.data
        assert answer.headers["ETag"] == tag and answer.headers["Cache-Control"] == "public, no-cache"
        assert not {"Content-Type", "Content-Length", "Content-Encoding"} & set(answer.headers.keys())
    assert site.visits == 1
    assert web.get("/a", headers=headers | {"If-None-Match": '"x"'}).status_code == 200


def test_a_commit_that_leaves_a_page_alone_still_costs_no_transfer(site):
    web = client(site)
    tag = web.get("/a").headers["ETag"]
    site.version += 1
    assert web.get("/a", headers={"If-None-Match": tag}).status_code == 304
    assert site.visits == 2


def test_a_page_that_lost_a_record_is_not_hidden_by_its_date(site):
    site.headers["Last-Modified"] = "Mon, 01 Jun 2026 00:00:00 GMT"
    answer = client(site).get("/a", headers={"If-Modified-Since": "Tue, 02 Jun 2026 00:00:00 GMT"})
    assert answer.status_code == 200


def test_the_tag_of_the_application_answers_before_its_body_is_written(site):
    site.pieces = 1000
    site.headers |= {"ETag": 'W/"7"'}
    answer = client(site).get("/a", headers={"If-None-Match": 'W/"7"'})
    assert answer.status_code == 304 and site.closed == 1


def test_head_is_a_get_without_its_body(site):
    web = client(site)
    head = web.head("/a")
    assert not head.data and int(head.headers["Content-Length"]) == len(f"/a? {BIG}")
    assert web.get("/a").headers["ETag"] == head.headers["ETag"]
    assert web.head("/a").headers.to_wsgi_list() == head.headers.to_wsgi_list()
    assert site.visits == 1
    site.headers = {}
    assert not web.head("/b").data and site.closed == 2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cache-Control": "no-cache"},
        {"Cache-Control": "public, no-store"},
        {"Cache-Control": "public, private"},
        {"Cache-Control": "public", "Set-Cookie": "a=1"},
        {"Cache-Control": "public", "Vary": "Accept-Language"},
        {"Cache-Control": "public", "Vary": "Accept-Encoding, *"},
    ],
)
def test_what_does_not_say_that_it_may_be_kept_is_not(site, headers):
    site.headers = headers
    web = client(site)
    assert web.get("/a").data == web.get("/a").data
    assert site.visits == 2


def test_other_statuses_methods_and_personal_requests_pass(site):
    web = client(site)
    web.post("/a"), web.post("/a", headers={"If-None-Match": "*"})
    web.get("/a", headers={"Authorization": "Basic eDp5"})
    web.get("/a", headers={"Cookie": "a=1", "If-None-Match": "*"})
    site.status = 404
    web.get("/a"), web.get("/a")
    assert site.visits == 6
    assert web.get("/a", headers={"If-None-Match": "*"}).status_code == 404


def test_long_queries_are_not_remembered(site):
    web = client(site)
    web.get("/a?" + "x" * 2000), web.get("/a?" + "x" * 2000)
    assert site.visits == 2


def test_the_least_recently_used_go_first(site):
    web = client(site, capacity=3 * (len(BIG) + 2048 + 100))
    for path in ("/a", "/b", "/c", "/a", "/d", "/a", "/b"):
        web.get(path)
    assert site.visits == 5


def test_large_pages_are_streamed_whole_and_not_kept(site):
    site.pieces = 50
    site.headers["ETag"] = '"app"'
    web = client(site, largest=4 * len(BIG))
    bare, packed = web.get("/a"), web.get("/a", headers=GZIP)
    assert gzip.decompress(packed.data) == bare.data and bare.data.count(b"/a?") == 50
    assert bare.headers["ETag"] == '"app"' and packed.headers["ETag"] == 'W/"app"'
    assert "Content-Length" not in packed.headers
    bare.close(), packed.close()
    assert site.visits == site.closed == 2


def test_what_is_sent_once_is_packed_too(site):
    site.headers = {"ETag": 'W/"app"'}
    answer = client(site).get("/a", headers=GZIP)
    assert gzip.decompress(answer.data) == f"/a? {BIG}".encode()
    assert answer.headers["ETag"] == 'W/"app"'
    answer.close()
    assert site.closed == 1


def test_a_page_that_breaks_is_closed(site):
    def broken():
        yield b"debut"
        raise ValueError("panne")

    site._stream, site.pieces = lambda body: broken(), 1
    with pytest.raises(ValueError, match="panne"):
        client(site).get("/a")
    assert site.closed == 1


def test_an_application_may_answer_a_plain_list():
    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain"), ("Vary", "accept-encoding, Cookie")])
        return [b"bonjour"]

    answer = Client(PageCache(application, lambda: 1)).get("/")
    assert answer.text == "bonjour" and answer.headers["Vary"] == "accept-encoding, Cookie"


def test_a_part_is_never_packed(site):
    site.status = 206
    assert "Content-Encoding" not in client(site).get("/a", headers=GZIP).headers


def test_an_empty_page_is_a_page(site):
    site.pieces, site.body = 0, ""
    web = client(site)
    assert web.get("/a").status_code == 200 and web.get("/a").text == "/a? "


@pytest.fixture
def clock(monkeypatch):
    """Unix time, as the cache reads it: call it with an instant to set it."""

    def at(instant: float) -> None:
        monkeypatch.setattr(page_cache, "time", lambda: instant)

    at(1000.5)
    return at


def test_a_page_is_dated_by_the_second_after_its_version_was_seen(site, clock):
    web = client(site)
    assert web.get("/a").headers["Last-Modified"] == http_date(1000)  # that second is not over
    clock(5000)
    dated = web.get("/a").headers["Last-Modified"]
    assert dated == web.head("/b").headers["Last-Modified"] == http_date(1002)
    for kept in ("/a", "/new"):
        for date, status in ((1000, 200), (1001, 200), (1002, 304), (5000, 304), (5001, 200)):
            answer = web.get(kept, headers={"If-Modified-Since": http_date(date)})
            assert answer.status_code == status, (kept, date)
            assert answer.headers["Last-Modified"] == dated
    assert web.get("/a", headers={"If-Modified-Since": "hier"}).status_code == 200


def test_a_date_given_in_the_second_of_a_change_hides_nothing(site, clock):
    web, other = client(site), client(site)
    site.body = "deux fiches"
    web.get("/a"), other.get("/a")
    clock(2000.1)
    before = other.get("/a").headers["Last-Modified"]
    clock(2000.2)
    site.version, site.body = 2, "une fiche"
    for instant in (2000.3, 2000.9, 2001.0, 9999.0):
        clock(instant)
        for date in (before, http_date(2000)):  # that of the page, that of when it was asked for
            for worker in (web, other):
                answer = worker.get("/a", headers={"If-Modified-Since": date})
                assert answer.status_code == 200 and "une fiche" in answer.text


def test_a_tag_has_the_last_word_over_a_date(site, clock):
    web = client(site)
    web.get("/a")
    clock(5000)
    both = {"If-None-Match": '"autre"', "If-Modified-Since": http_date(4000)}
    assert web.get("/a", headers=both).status_code == web.get("/b", headers=both).status_code == 200


def test_the_date_of_what_is_not_kept_means_nothing(site, clock):
    site.headers = {"Last-Modified": http_date(900)}
    clock(5000)
    answer = client(site).get("/a", headers={"If-Modified-Since": http_date(4000)})
    assert answer.status_code == 200 and answer.headers["Last-Modified"] == http_date(900)


def test_large_pages_have_dates_too(site, clock):
    site.pieces = 50
    web = client(site, largest=4 * len(BIG))
    web.get("/a").close()
    clock(5000)
    with web.get("/a") as answer:
        assert answer.headers["Last-Modified"] == http_date(1002)
    assert web.get("/a", headers={"If-Modified-Since": http_date(1002)}).status_code == 304
    assert site.visits == site.closed == 3


def test_a_list_of_records_is_kept_by_its_token_and_a_form_is_not(site):
    web = client(site)
    asked = f"/oai?verb=ListRecords&resumptionToken={'T' * 280}"
    assert web.get(f"{asked}1").data == web.get(f"{asked}1").data != web.get(f"{asked}2").data
    assert site.visits == 2
    web.post("/oai", data={"verb": "Identify"}), web.post("/oai", data={"verb": "Identify"})
    assert site.visits == 4


def test_many_visitors_at_once_get_whole_pages(site):
    web = PageCache(site, lambda: site.version, capacity=4 * (len(BIG) + 2100))
    with ThreadPoolExecutor(8) as pool:
        answers = pool.map(lambda n: (n, Client(web).get(f"/{n % 7}").text), range(400))
        assert all(text == f"/{n % 7}? {BIG}" for n, text in answers)


def change(title: str) -> Change:
    record = Record(id="a:1", source="a", title=title)
    return Change(record, title.encode(), title, ("partner:a",), "<dc/>", "<pv/>", "", [])


def commit(store: Store, title: str) -> None:
    with store.writing() as writing:
        writing.keep("a", "v1", [change(title)])


COMMIT = "import sys; from pathlib import Path; from bridge.store import Store; from test_page_cache import commit; "
COMMIT += "store = Store(Path(sys.argv[1])); commit(store, sys.argv[2]); store.close()"


def titles(store: Store) -> Client:
    """A worker: the title of the record, kept."""

    def application(environ, start_response):
        with store.snapshot() as snapshot:
            title = snapshot.entry("a:1").record.title
        return Response(title, headers={"Cache-Control": "public"})(environ, start_response)

    return Client(PageCache(application, lambda: store.seq))


def test_every_worker_sees_a_commit_at_once_whoever_made_it(tmp_path):
    stores = [Store(tmp_path) for _ in range(3)]
    workers = [titles(store) for store in stores]
    for n in range(20):
        commit(stores[n % 3], f"Titre {n}")
        assert [worker.get("/").text for worker in workers] == [f"Titre {n}"] * 3
    tests = str(Path(__file__).parent)
    subprocess.run([sys.executable, "-c", COMMIT, tmp_path, "D'ailleurs"], cwd=tests, check=True, timeout=60)
    assert [worker.get("/").text for worker in workers] == ["D'ailleurs"] * 3
    for store in stores:
        store.close()


def test_looking_at_the_number_of_commits_holds_no_snapshot_and_no_lock(tmp_path):
    store = Store(tmp_path)
    commit(store, "Un")
    assert store.seq == store.seq == 1
    store.compact()  # refused while someone reads
    with store.writing() as writing:
        writing.keep("a", "v1", [change("Deux")])
        assert store.seq == 1
    assert store.seq == 2
    store.close()


def test_threads_that_look_while_others_commit_never_go_back(tmp_path):
    store, other = Store(tmp_path), Store(tmp_path)
    done = Event()

    def look(_: int) -> list[int]:
        seen = []
        while not done.is_set():
            seen.append(store.seq)
        return [*seen, store.seq]

    with ThreadPoolExecutor(4) as pool:
        looks = pool.map(look, range(4))
        try:
            for n in range(40):
                commit(other, f"Titre {n}")
                assert store.seq == n + 1
        finally:
            done.set()
        for seen in looks:
            assert seen == sorted(seen) and seen[-1] == 40
    store.close(), other.close()


def test_the_number_of_the_index_follows_what_others_write(tmp_path):
    mine, other = (Index(tmp_path / "index", VOCABULARY, Places()) for _ in range(2))
    assert mine.seq == 0
    for n in (1, 2, 3):
        other.update([Entry("a:1", "2026-01-01T00:00:00Z", record=Record(id="a:1", source="a", title="Mare"))], n)
        assert mine.seq == mine.seq == mine.seq == n
    other.update([], 4)
    assert mine.seq == 4
    other.wipe()
    assert mine.seq == mine.seq == 0
    other.update([], 5)
    assert mine.seq == 5
    mine.wipe()
    assert (mine.seq, other.seq) == (0, 0)


def test_a_version_is_looked_at_seldom_and_less_while_commits_pour_in(monkeypatch):
    clock, looks = [0.0], []
    monkeypatch.setattr(server.time, "monotonic", lambda: clock[0])
    version = server.lately(lambda: looks.append(clock[0]) or clock[0] // 1, 0.02, 0.25)
    for instant in (0.0, 0.3, 0.31, 0.33, 1.0, 1.03, 1.2, 1.26):
        clock[0] = instant
        version()
    assert looks == [0.0, 0.3, 0.33, 1.0, 1.26] and version() == 1.0
