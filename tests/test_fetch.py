"""The door out, against real servers on loopback: politeness, guard, caps, and what is told when it fails."""

from __future__ import annotations

import gzip
import logging
import random
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
from web_server import Handler, WebServer

from bridge.errors import ConfigError, FetchError
from bridge.fetch import Fetcher, trouble
from bridge.fetch.body import inflate
from bridge.fetch.door import target
from bridge.fetch.guard import BudgetSocket, Guard, system_resolver, why_not
from bridge.fetch.origin import Origins, Rules, retry_after
from bridge.record import Request

HTML = {"Content-Type": "text/html"}


class Time:
    """A clock that only sleeping moves; ``slept`` holds each wait."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 3))
        self.now += seconds


@pytest.fixture
def site() -> Iterator[WebServer]:
    with WebServer() as server:
        yield server


@pytest.fixture
def fake() -> Time:
    return Time()


def listed(site: WebServer, fake: Time, **more: Any) -> Fetcher:
    """A fetcher for which the operator answers for this site: no pause of ours."""
    return Fetcher([f"127.0.0.1:{site.server_port}"], sleep=fake.sleep, clock=fake.clock, **more)


def failure(fetcher: Fetcher, url: str, **more: Any) -> FetchError:
    with fetcher, pytest.raises(FetchError) as caught:
        fetcher.get(Request(url), **more)
    return caught.value


# What is sent and what comes back


def test_an_answer_keeps_what_the_reader_needs(site: WebServer, fake: Time) -> None:
    site.pages["/fiches?a=1&b=%C3%A9"] = (200, {"Content-Type": "text/html; Charset=UTF-8", "X-A": "1"}, b"corps")
    with listed(site, fake) as fetcher:
        response = fetcher.get(Request(site.url("/fiches?a=1&b=é#ici"), {"page": 2}))
    assert (response.status, response.body, response.carry) == (200, b"corps", {"page": 2})
    assert response.url == site.url("/fiches?a=1&b=%C3%A9")
    assert response.headers["x-a"] == "1"
    assert (response.media_type, response.charset) == ("text/html", "utf-8")
    with pytest.raises(TypeError):
        response.headers["x-a"] = "2"  # type: ignore[index]


def test_the_bridge_says_who_it_is(site: WebServer, fake: Time, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    site.pages["/"] = (200, {"Set-Cookie": "a=1"}, b"")
    with listed(site, fake, user_agent="pont/2 (+https://pont.fr)", contact="a@exemple.fr") as fetcher:
        fetcher.get(Request(site.url()))
        fetcher.get(Request(site.url()))
    for _, headers in site.seen:
        assert headers["User-Agent"] == "pont/2 (+https://pont.fr)"
        assert headers["From"] == "a@exemple.fr"
        assert headers["Accept-Encoding"] == "gzip, deflate"
        assert headers["Host"] == f"127.0.0.1:{site.server_port}"
        assert "Cookie" not in headers and "Authorization" not in headers
    assert [path for path, _ in site.seen] == ["/robots.txt", "/", "/"]


def test_a_name_that_would_smuggle_a_header_is_refused() -> None:
    for more in ({"contact": "a@b\r\nX: 1"}, {"user_agent": "pont/é"}, {"user_agent": "pont/2\n"}):
        with pytest.raises(ConfigError, match="ne peut pas être envoyé"):
            Fetcher(**more)  # type: ignore[arg-type]


def test_no_contact_no_from(site: WebServer, fake: Time) -> None:
    with listed(site, fake, user_agent="pont/2") as fetcher:
        fetcher.allowed(site.url())
    assert site.seen[0][1]["User-Agent"] == "pont/2" and "From" not in site.seen[0][1]


def test_unchanged_is_an_answer_only_if_it_was_asked(site: WebServer, fake: Time) -> None:
    site.pages["/"] = lambda h: (
        (304, {}, b"") if h.headers["If-None-Match"] == '"v1"' else (200, {"ETag": '"v1"'}, b"x")
    )
    site.pages["/304"] = (304, {}, b"")
    with listed(site, fake) as fetcher:
        first = fetcher.get(Request(site.url()))
        again = fetcher.get(
            Request(site.url()), etag=first.headers["etag"], last_modified="Mon, 01 Jan 2024 00:00:00 GMT"
        )
        assert (again.status, again.body) == (304, b"")
        assert site.seen[-1][1]["If-Modified-Since"] == "Mon, 01 Jan 2024 00:00:00 GMT"
        assert fetcher.get(Request(site.url()), etag='"é"\r\nX: 1').status == 200
        assert "If-None-Match" not in site.seen[-1][1] and "X" not in site.seen[-1][1]
    error = failure(listed(site, fake), site.url("/304"))
    assert "304" in str(error) and error.status == 304


def test_connections_are_kept(site: WebServer, fake: Time) -> None:
    site.pages |= {"/robots.txt": (200, {}, b""), "/": (200, {}, b"x" * 500_000), "/304": (304, {}, b"")}
    with listed(site, fake) as fetcher:
        for path in ("/", "/304", "/"):
            fetcher.get(Request(site.url(path)), etag='"a"')
    assert site.connections == 1


# Redirects


def test_redirects_are_followed_and_the_last_address_kept(site: WebServer, fake: Time) -> None:
    site.pages |= {
        "/a": (301, {"Location": "/b%20?x=1"}, b"ailleurs"),
        "/b%20?x=1": (307, {"Location": "fin"}, b""),
        "/fin": (200, {}, b"ici"),
        "/accent": lambda h: h.wfile.write("HTTP/1.1 302 F\r\nLocation: /été\r\n\r\n".encode()) and None,
        "/%C3%A9t%C3%A9": (200, {}, b"soleil"),
    }
    with listed(site, fake) as fetcher:
        response = fetcher.get(Request(site.url("/a")))
        assert (response.url, response.body) == (site.url("/fin"), b"ici")
        assert fetcher.get(Request(site.url("/accent"))).body == b"soleil"


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("/boucle", "sans fin"),
        ("", "sans dire où"),
        ("ftp://exemple.fr/", "http:// ou https://"),
        ("http://moi:secret@exemple.fr/", "mot de passe"),
        ("http://localhost:8000/", "machine du pont"),
        ("http://[::1]:8000/", "machine du pont"),
        ("http://169.254.169.254/latest/meta-data/", "métadonnées"),
        ("http://2130706433/", "machine du pont"),
        ("http://0x7f.1:8000/", "machine du pont"),
    ],
)
def test_redirects_are_checked_like_first_addresses(site: WebServer, fake: Time, location: str, said: str) -> None:
    site.pages["/boucle"] = (302, {"Location": location}, b"")
    error = failure(listed(site, fake), site.url("/boucle"))
    assert said in str(error) and "secret" not in str(error)
    assert site.paths() == ["/boucle"] * (6 if said == "sans fin" else 1)


# Addresses


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("exemple.fr", "http:// ou https://"),
        ("file:///etc/passwd", "http:// ou https://"),
        ("http:exemple.fr", "http:// ou https://"),
        ("http://", "absent ou mal écrit"),
        ("http://:80/", "absent ou mal écrit"),
        ("http://exemple.fr:99999/", "mal écrit"),
        ("http://[::1/", "mal écrit"),
        ("http://*exemple.fr/", "mal écrit"),
        ("https://u:p@exemple.fr/", "exemple.fr"),
        ("https://exemple.fr\\@127.0.0.1/", "mot de passe"),
        ("http://exemple.fr/\r\nX-A: 1", "contrôle"),
        ("http://exemple.fr:25/", "port 25"),
        ("http://exemple.fr:6379/", "port 6379"),
    ],
)
def test_what_is_no_web_address_is_refused_before_anything_is_sent(url: str, said: str) -> None:
    def resolve(host: str, port: int) -> list[str]:
        raise AssertionError("no name should be asked")

    assert said in str(failure(Fetcher(resolve=resolve), url))


def test_the_form_on_the_wire() -> None:
    goal = target("  HTTPS://Bücher.Exemple.FR./a b?q=é|#x ")
    assert goal.url == "https://xn--bcher-kva.exemple.fr./a%20b?q=%C3%A9%7C"
    assert goal.origin == ("https", "xn--bcher-kva.exemple.fr", 443)
    assert goal.host == "xn--bcher-kva.exemple.fr"


PRIVATE = """
0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 127.9.9.9 169.254.169.254 168.63.129.16 172.16.0.1 172.31.255.255
192.0.0.192 192.0.2.1 192.88.99.1 192.168.1.1 198.18.0.1 198.51.100.7 203.0.113.9 224.0.0.1 239.1.1.1 240.0.0.1
255.255.255.255 :: ::1 ::7f00:1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 64:ff9b::127.0.0.1 64:ff9b::a9fe:a9fe 64:ff9b:1::1
100::1 2001:2::1 2001:10::1 2001:db8::1 2002:7f00:1:: 2002:c0a8:101::1 2001:0:7f00:1::1
2001:0:5db8:d822::3f57:fffe 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 fe80::1%eth0 fec0::1 ff02::1
"""
PUBLIC = """
8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.32.0.1 192.169.0.1 2a00:1450:4007::1 2606:4700::1111
::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1 2001:0:808:808::f7f7:f7f7
"""


@pytest.mark.parametrize("address", PRIVATE.split())
def test_private_addresses(address: str) -> None:
    assert why_not(address)


@pytest.mark.parametrize("address", PUBLIC.split())
def test_public_addresses(address: str) -> None:
    assert why_not(address) == ""


def test_one_private_address_is_enough_to_refuse() -> None:
    guard = Guard(resolve=lambda host, port: ["93.184.216.34", "10.0.0.1"])
    with pytest.raises(FetchError, match=r"« exemple.fr », qui mène à 10.0.0.1 \(réseau privé\)"):
        guard.connect("exemple.fr", 443, 1)


def test_the_address_checked_is_the_address_used(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["93.184.216.34", "2606:4700::1111"], ["127.0.0.1"]])
    reached: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        reached.append((self.family, address))
        if address[0] == "93.184.216.34":
            raise ConnectionRefusedError

    monkeypatch.setattr(BudgetSocket, "connect", connect)
    guard = Guard(resolve=lambda host, port: next(answers))
    guard.connect("exemple.fr", 443, 1).close()
    assert reached == [(socket.AF_INET, ("93.184.216.34", 443)), (socket.AF_INET6, ("2606:4700::1111", 443))]
    with pytest.raises(FetchError, match="127.0.0.1"):
        guard.connect("exemple.fr", 443, 1)


@pytest.mark.parametrize(
    ("entry", "host", "port", "result"),
    [
        ("Wiki.Local.", "wiki.local", 80, True),
        ("wiki.local:8080", "wiki.local", 8080, True),
        ("wiki.local:8080", "wiki.local", 80, False),
        ("::1", "::1", 9000, True),
        ("[::1]", "[::1]", 9000, True),
        ("[::1]:9000", "::1", 9000, True),
        ("local", "wiki.local", 80, False),
    ],
)
def test_listed_hosts(entry: str, host: str, port: int, result: bool) -> None:
    assert Guard([entry]).lists(host, port) is result


@pytest.mark.parametrize(
    ("error", "said", "kind"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "introuvable", FetchError),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "serveur de noms", trouble.Passing),
        (UnicodeError("label too long"), "introuvable", FetchError),
        (None, "introuvable", FetchError),
    ],
)
def test_names_that_lead_nowhere(error: Exception | None, said: str, kind: type[FetchError]) -> None:
    def resolve(host: str, port: int) -> list[str]:
        if error:
            raise error
        return []

    with pytest.raises(FetchError, match=said) as caught:
        Guard(resolve=resolve).addresses("exemple.fr", 80)
    assert type(caught.value) is kind and caught.value.__cause__ is error


def test_the_system_resolver() -> None:
    assert system_resolver("127.0.0.1", 80) == ["127.0.0.1"]


def test_a_silent_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    def connect(self: socket.socket, address: Any) -> None:
        time.sleep(0.02)
        raise TimeoutError("timed out")

    monkeypatch.setattr(BudgetSocket, "connect", connect)
    tried: list[str] = []
    guard = Guard(resolve=lambda host, port: tried.append(host) or ["8.8.8.8", "8.8.4.4"])  # type: ignore[func-returns-value]
    with pytest.raises(trouble.Passing, match="n'a pas répondu à temps"):
        guard.connect("exemple.fr", 80, 0.01)
    with pytest.raises(trouble.Passing, match="est injoignable \\(No route to host\\)"):
        raise trouble.no_connection("exemple.fr", OSError(113, "No route to host"))


def test_nobody_listens(site: WebServer, fake: Time) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        error = failure(Fetcher(["127.0.0.1"], sleep=fake.sleep), f"http://127.0.0.1:{port}/")
    assert "« 127.0.0.1 » refuse la connexion" in str(error) and error.status is None
    assert isinstance(error.__cause__, ConnectionRefusedError)
    assert fake.slept == [0.5, 1.0]


# Caps


def test_bodies_too_large(site: WebServer, fake: Time) -> None:
    def endless(handler: Handler) -> Any:
        return 200, {}, iter(lambda: b"x" * 1000, b"")

    site.pages |= {
        "/annonce": (200, {"Content-Length": "3000000"}, b"x"),
        "/sans-fin": endless,
        "/gzip": (200, {"Content-Encoding": "gzip"}, gzip.compress(random.Random(1).randbytes(50_000) * 50)),
        "/juste": (200, {}, b"x" * (2 << 20)),
    }
    fetcher = listed(site, fake, max_bytes=2 << 20)
    for path in ("/annonce", "/sans-fin", "/gzip"):
        assert "dépasse 2 Mio" in str(failure(fetcher, site.url(path)))
    assert len(fetcher.get(Request(site.url("/juste"))).body) == 2 << 20
    fetcher.close()
    assert trouble.size(2048) == "2 Kio"


def raw_deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(data) + squeezer.flush()


TEXT = "Une mare, ça grouille. ".encode() * 500


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        ("gzip", gzip.compress(TEXT, mtime=0)),
        (" X-GZIP ", gzip.compress(TEXT, mtime=0)),
        ("identity, gzip", gzip.compress(TEXT, mtime=0)),
        ("gzip", gzip.compress(TEXT[:100], mtime=0) + gzip.compress(TEXT[100:], mtime=0)),
        ("gzip", gzip.compress(TEXT, mtime=0) + b"\0\0\0"),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
        ("", TEXT),
        ("identity", TEXT),
    ],
)
def test_compressed_bodies(site: WebServer, fake: Time, encoding: str, data: bytes) -> None:
    site.pages["/"] = (200, {"Content-Encoding": encoding} if encoding else {}, data)
    with listed(site, fake) as fetcher:
        assert fetcher.get(Request(site.url())).body == TEXT
    assert inflate(b"", "gzip", "h", 10) == b""


@pytest.mark.parametrize(
    ("encoding", "data", "said"),
    [
        ("br", b"x", "gzip ou deflate"),
        ("gzip, gzip", gzip.compress(gzip.compress(TEXT, mtime=0), mtime=0), "gzip ou deflate"),
        ("gzip", b"pas du tout", "illisible"),
        ("gzip", gzip.compress(TEXT, mtime=0)[:-9], "tronquée"),
        ("gzip", gzip.compress(b"", mtime=0) * 20, "illisible"),
        ("gzip", gzip.compress(b"\0" * (3 << 20), mtime=0), "plus de 100 fois"),
        ("deflate", zlib.compress(b"\0" * (3 << 20)), "plus de 100 fois"),
        ("gzip", gzip.compress(b"", mtime=0) + gzip.compress(b"\0" * (3 << 20), mtime=0), "plus de 100 fois"),
    ],
)
def test_compressed_bodies_that_are_refused(encoding: str, data: bytes, said: str) -> None:
    with pytest.raises(FetchError, match=said):
        inflate(data, encoding, "exemple.fr", 64 << 20)


def test_a_cut_body_may_be_compressed() -> None:
    assert inflate(gzip.compress(TEXT), "gzip", "h", 100, cut=True) == TEXT[:100]
    assert TEXT.startswith(inflate(gzip.compress(TEXT)[:-9], "gzip", "h", 1 << 20, cut=True)[:10])


def drip(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    pour(handler, b"x")


def drip_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-A: ")
    pour(handler, b"x")


def pour(handler: Handler, part: bytes) -> None:
    for _ in range(100):
        try:
            handler.wfile.write(part)
        except OSError:
            return
        time.sleep(0.05)


@pytest.mark.parametrize("page", [drip, drip_headers])
def test_a_dripping_server_has_no_more_time_than_others(
    site: WebServer, fake: Time, page: Callable[[Handler], None]
) -> None:
    site.pages["/"] = page  # type: ignore[assignment]
    started = time.monotonic()
    error = failure(listed(site, fake, timeout=0.3), site.url())
    assert "n'a pas fini de répondre en 0.3 s" in str(error)
    assert time.monotonic() - started < 1.5
    assert site.paths() == ["/"]


def test_a_time_out_is_a_budget_for_all_reads() -> None:
    listening = socket.create_server(("127.0.0.1", 0))
    with listening, BudgetSocket() as ours:
        ours.connect(listening.getsockname())
        theirs, _ = listening.accept()
        with theirs:
            theirs.sendall(b"abc")
            into = bytearray(1)
            ours.settimeout(None)
            assert ours.recv_into(into) == 1
            ours.settimeout(0.05)
            assert ours.recv_into(into) == 1
            time.sleep(0.06)
            with pytest.raises(TimeoutError):
                ours.recv_into(into)


def reset(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def test_a_connection_reset(site: WebServer, fake: Time) -> None:
    site.pages["/"] = reset  # type: ignore[assignment]
    error = failure(listed(site, fake), site.url())
    assert "a coupé la connexion" in str(error) and len(site.paths()) == 3


def write(data: bytes) -> Callable[[Handler], None]:
    def page(handler: Handler) -> None:
        handler.wfile.write(data)

    return page


@pytest.mark.parametrize(
    ("data", "said", "tries"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", "tronquée", 3),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "tronquée", 3),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nab", "tronquée", 3),
        (b"", "a coupé la connexion", 3),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "n'est pas du HTTP", 1),
        (b"HTTP/1.1 200 OK\r\n" + b"X-A: 1\r\n" * 200 + b"\r\n", "en-têtes", 1),
        (b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 100_000 + b"\r\n\r\n", "en-têtes", 1),
    ],
)
def test_broken_answers(site: WebServer, fake: Time, data: bytes, said: str, tries: int) -> None:
    site.pages["/"] = write(data)  # type: ignore[assignment]
    error = failure(listed(site, fake), site.url())
    assert said in str(error) and "127.0.0.1" in str(error)
    assert len(site.paths()) == tries and fake.slept == [0.5, 1.0][: tries - 1]
    assert error.__cause__ is not None


def test_folded_headers_are_one_line(site: WebServer, fake: Time) -> None:
    site.pages["/"] = write(  # type: ignore[assignment]
        b"HTTP/1.1 200 OK\r\nETag: a\r\n X-Evil: 1\r\nLink: <1>\r\nLink: <2>\r\nContent-Length: 0\r\n\r\n"
    )
    with listed(site, fake) as fetcher:
        headers = fetcher.get(Request(site.url())).headers
    assert headers["etag"] == "a X-Evil: 1" and headers["link"] == "<1>, <2>"


# Refusals and new tries


@pytest.mark.parametrize(
    ("status", "said"),
    [(401, "mot de passe"), (403, "refuse"), (404, "connaît pas"), (410, "retiré"), (400, "n'accepte pas")],
)
def test_refusals_are_final(site: WebServer, fake: Time, status: int, said: str) -> None:
    site.pages["/"] = (status, {}, b"non")
    error = failure(listed(site, fake), site.url())
    assert said in str(error) and error.status == status and error.remedy
    assert site.paths() == ["/"] and fake.slept == []


@pytest.mark.parametrize(("status", "said"), [(500, "panne"), (502, "panne"), (503, "maintenance"), (429, "trop")])
def test_two_more_tries_when_it_may_pass(site: WebServer, fake: Time, status: int, said: str) -> None:
    site.pages["/"] = (status, {}, b"")
    error = failure(listed(site, fake), site.url())
    assert said in str(error) and error.status == status
    assert len(site.paths()) == 3 and fake.slept == [0.5, 1.0]


@pytest.mark.parametrize(
    ("value", "waited"),
    [
        ("7", 7),
        ("0", 0),
        ("86400", 120),
        (format_datetime(datetime(2026, 1, 1, 12, 0, 30, tzinfo=UTC), usegmt=True), 30),
        (format_datetime(datetime(2025, 1, 1, tzinfo=UTC), usegmt=True), 0),
        ("bientôt", 0.5),
        ("", 0.5),
    ],
)
def test_retry_after(site: WebServer, fake: Time, value: str, waited: float) -> None:
    answers = iter([(503, {"Retry-After": value.encode().decode("latin-1")}, b""), (200, {}, b"ok")])
    site.pages["/"] = lambda handler: next(answers)
    now = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()
    with listed(site, fake, now=lambda: now) as fetcher:
        assert fetcher.get(Request(site.url())).body == b"ok"
    assert fake.slept == [waited]


def test_retry_after_out_of_calendar() -> None:
    assert retry_after("Mon, 01 Jan 0001 00:00:00 +2400", 0, 120) is None
    assert retry_after("²", 0, 120) is None


# robots.txt


def test_robots_rules_are_obeyed(site: WebServer, fake: Time) -> None:
    site.pages["/robots.txt"] = (
        200,
        {},
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n\nUser-agent: Pont\nDisallow: /prive\n",
    )
    site.pages["/x"] = (302, {"Location": "/prive/1"}, b"")
    with listed(site, fake, user_agent="pont/2") as fetcher:
        assert fetcher.allowed(site.url("/public")) and not fetcher.allowed(site.url("/prive/1"))
        for path in ("/prive/1", "/x"):
            with pytest.raises(FetchError, match="robots.txt de « 127.0.0.1 » interdit"):
                fetcher.get(Request(site.url(path)))
    assert [path for path, _ in site.seen] == ["/robots.txt", "/x"]


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_robots_allows(site: WebServer, fake: Time, status: int) -> None:
    site.pages["/robots.txt"] = (status, {}, b"User-agent: *\nDisallow: /")
    with listed(site, fake) as fetcher:
        assert fetcher.allowed(site.url())


def test_robots_out_of_order_forbids_for_now(site: WebServer, fake: Time) -> None:
    site.pages |= {"/robots.txt": (500, {}, b""), "/": (200, {}, b"x")}
    fetcher = listed(site, fake)
    error = failure(fetcher, site.url())
    assert "robots.txt" in str(error) and "panne" in str(error) and error.status == 500
    assert site.paths() == []
    site.pages["/robots.txt"] = (302, {"Location": "/r"}, b"")
    site.pages["/r"] = (200, {}, b"")
    with fetcher:
        assert fetcher.get(Request(site.url())).body == b"x"


def test_robots_is_asked_once_a_day(site: WebServer, fake: Time) -> None:
    with listed(site, fake) as fetcher:
        for hours in (0, 1, 22.9, 0.2):
            fake.now += hours * 3600
            fetcher.allowed(site.url())
    assert len(site.seen) == 2


def test_robots_is_read_up_to_500_kib(site: WebServer, fake: Time) -> None:
    head = b"User-agent: *\nDisallow: /a\n#"
    site.pages["/robots.txt"] = (200, {}, head + b"x" * (500 << 10) + b"\nDisallow: /b\n")
    with listed(site, fake) as fetcher:
        assert not fetcher.allowed(site.url("/a")) and fetcher.allowed(site.url("/b"))


@pytest.mark.parametrize(("asked", "waited"), [("2.5", 2.5), ("900", 60), ("-1", 0), ("nan", 0), ("vite", 0)])
def test_crawl_delay(asked: str, waited: float) -> None:
    assert Rules(f"User-agent: *\nCrawl-delay: {asked}\nDisallow: /x", "pont", 60).delay == waited


# Pace


def test_pause_between_two_requests(fake: Time) -> None:
    with WebServer({"/": (200, {}, b"")}) as site:
        host = f"127.0.0.1:{site.server_port}"
        with Fetcher([host], sleep=fake.sleep, clock=fake.clock) as fetcher:
            fetcher._guard.lists = lambda host, port: False  # type: ignore[method-assign]
            fetcher._guard.addresses = lambda host, port: ["127.0.0.1"]  # type: ignore[method-assign]
            fetcher.get(Request(site.url()))
            assert fake.slept == [1.0]
            fetcher.get(Request(site.url(), pause=5))
            fake.now += 0.75
            fetcher.get(Request(site.url()))
    assert fake.slept == [1.0, 5.0, 0.25]


def test_listed_hosts_wait_only_if_they_ask(site: WebServer, fake: Time) -> None:
    site.pages |= {"/robots.txt": (200, {}, b"User-agent: *\nCrawl-delay: 3"), "/": (200, {}, b"")}
    with listed(site, fake) as fetcher:
        fetcher.get(Request(site.url(), pause=5))
    assert fake.slept == [3.0]
    with WebServer({"/": (200, {}, b"")}) as calm, listed(calm, fake) as fetcher:
        fetcher.get(Request(calm.url(), pause=5))
    assert fake.slept == [3.0]


def test_one_request_at_a_time_for_a_site(site: WebServer, fake: Time) -> None:
    inside = 0
    most = 0

    def page(handler: Handler) -> Any:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.02)
        inside -= 1
        return 200, {}, b"x"

    site.pages |= {"/": page, "/robots.txt": page}
    with listed(site, fake) as fetcher:
        threads = [threading.Thread(target=fetcher.get, args=(Request(site.url()),)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert most == 1 and len(site.paths()) == 6 and len(site.seen) == 7


def test_two_sites_do_not_wait_for_each_other(site: WebServer, fake: Time) -> None:
    asked = threading.Event()

    def slow(handler: Handler) -> Any:
        assert asked.wait(5)
        return 200, {}, b"x"

    site.pages["/"] = slow
    with WebServer({"/": (200, {}, b"y")}) as other, Fetcher(["127.0.0.1"]) as fetcher:
        thread = threading.Thread(target=fetcher.get, args=(Request(site.url()),))
        thread.start()
        assert fetcher.get(Request(other.url())).body == b"y"
        asked.set()
        thread.join()


def test_idle_sites_are_forgotten_and_busy_ones_kept(monkeypatch: pytest.MonkeyPatch, fake: Time) -> None:
    monkeypatch.setattr("bridge.fetch.origin._KEPT", 2)
    origins = Origins(fake.clock, fake.sleep)
    with origins.use(("http", "a", 80)) as busy:
        with origins.use(("http", "b", 80)) as idle:
            pass
        with origins.use(("http", "c", 80)), origins.use(("http", "a", 80)) as again:
            assert again is busy
        with origins.use(("http", "b", 80)) as again:
            assert again is not idle


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("openssl"):
        pytest.skip("openssl is needed to make a certificate")
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=site.test"
    done = subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:site.test", "-keyout", str(path), "-out", f"{path}.crt"],
        capture_output=True,
        check=True,
    )
    assert done.returncode == 0
    path.write_text(path.read_text() + Path(f"{path}.crt").read_text())
    return path


@pytest.fixture
def secure(certificate: Path) -> Iterator[WebServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with WebServer({"/": (200, {}, TEXT), "/lent": drip}, tls=context) as server:  # type: ignore[dict-item]
        yield server


def test_tls_is_checked_against_the_name_not_the_address(secure: WebServer, certificate: Path, fake: Time) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate))
    known = {"resolve": lambda host, port: ["127.0.0.1"], "sleep": fake.sleep}
    with Fetcher(["site.test", "autre.test"], tls=trusted, timeout=0.5, **known) as fetcher:  # type: ignore[arg-type]
        for _ in range(3):
            assert fetcher.get(Request(secure.url("/", "site.test"))).body == TEXT
        assert secure.connections == 1
        with pytest.raises(FetchError, match="« site.test » n'a pas fini de répondre"):
            fetcher.get(Request(secure.url("/lent", "site.test")))
        with pytest.raises(FetchError, match="Le certificat de « autre.test » .* autre nom"):
            fetcher.get(Request(secure.url("/", "autre.test")))
    with Fetcher(["site.test"], **known) as fetcher, pytest.raises(FetchError, match="signé par le site lui-même"):  # type: ignore[arg-type]
        fetcher.get(Request(secure.url("/", "site.test")))


def test_tls_asked_of_a_server_that_has_none(site: WebServer, fake: Time) -> None:
    error = failure(listed(site, fake), site.url().replace("http:", "https:"))
    assert "connexion chiffrée" in str(error)


def test_leaving_https_is_noted(
    secure: WebServer, certificate: Path, site: WebServer, fake: Time, caplog: pytest.LogCaptureFixture
) -> None:
    site.pages["/"] = (200, {}, b"en clair")
    secure.pages["/http"] = (301, {"Location": site.url()}, b"")
    with (
        caplog.at_level(logging.WARNING),
        Fetcher(
            ["site.test", "127.0.0.1"],
            tls=ssl.create_default_context(cafile=str(certificate)),
            resolve=lambda host, port: ["127.0.0.1"],
            sleep=fake.sleep,
        ) as fetcher,
    ):
        assert fetcher.get(Request(secure.url("/http", "site.test"))).body == b"en clair"
    assert "plus chiffrée" in caplog.text
