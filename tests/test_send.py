"""Sending, against real servers on loopback: once, behind the guard, to nobody else, and without telling a secret."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from bridge.errors import FetchError
from bridge.fetch import Fetcher
from bridge.record import Request
from tests.receiver import Receiver, Said, Sent

SECRET = "tres-secret-4f2a"


@pytest.fixture
def site() -> Iterator[Receiver]:
    with Receiver() as running:
        yield running


@pytest.fixture
def fetcher(site: Receiver) -> Iterator[Fetcher]:
    with Fetcher([site.host], "partageons-vert/0.1 (+https://pont.fr)", "contact@pont.fr") as fetcher:
        yield fetcher


def refused(act: Callable[[], object]) -> FetchError:
    with pytest.raises(FetchError) as caught:
        act()
    return caught.value


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_a_body_is_sent_with_its_headers(site: Receiver, fetcher: Fetcher, method: str) -> None:
    site.answer = lambda sent: Said(201, b'{"id": 7}', {"Content-Type": "application/json"})
    response = fetcher.send(method, site.url("/a?b=1"), "é".encode(), {"Content-Type": "application/json"})
    assert (response.status, response.body, response.media_type) == (201, b'{"id": 7}', "application/json")
    (sent,) = site.received
    assert (sent.method, sent.path, sent.body) == (method, "/a?b=1", "é".encode())
    assert sent.headers["content-type"] == "application/json"
    assert sent.headers["content-length"] == "2"
    assert sent.headers["user-agent"] == "partageons-vert/0.1 (+https://pont.fr)"
    assert sent.headers["from"] == "contact@pont.fr"


def test_an_empty_write_says_its_length_and_a_reading_has_none(site: Receiver, fetcher: Fetcher) -> None:
    for method in ("POST", "DELETE", "GET"):
        fetcher.send(method, site.url(), headers={"Authorization": f"Bearer {SECRET}"})
    assert [sent.headers.get("content-length") for sent in site.received] == ["0", None, None]
    assert {sent.headers["authorization"] for sent in site.received} == {f"Bearer {SECRET}"}


def test_no_robots_and_one_connection(site: Receiver, fetcher: Fetcher) -> None:
    for _ in range(3):
        fetcher.send("POST", site.url(), b"x")
    assert [sent.path for sent in site.received] == ["/", "/", "/"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(site: Receiver, fetcher: Fetcher, status: int) -> None:
    site.answer = lambda sent: Said(status, b"", {"Location": "/ailleurs"})
    error = refused(lambda: fetcher.send("POST", site.url(), b"x"))
    assert "renvoie ailleurs" in str(error)
    assert error.status == status
    assert len(site.received) == 1


@pytest.mark.parametrize("status", [304, 400, 401, 403, 404, 409, 410, 422, 429, 500, 502, 503])
def test_a_refusal_is_told_once_and_never_tried_again_here(site: Receiver, fetcher: Fetcher, status: int) -> None:
    site.answer = lambda sent: Said(status, b"" if status == 304 else b'{"code": "non"}')
    error = refused(lambda: fetcher.send("POST", site.url("/p"), b"x", {"Authorization": f"Basic {SECRET}"}))
    assert error.status == status
    assert error.body == (b"" if status == 304 else b'{"code": "non"}')
    assert len(site.received) == 1
    assert "127.0.0.1" in str(error)
    assert error.remedy
    assert SECRET not in str(error) + repr(error)


def test_the_wait_that_is_asked_is_told(site: Receiver, fetcher: Fetcher) -> None:
    site.answer = lambda sent: Said(429, b"", {"Retry-After": "7"})
    assert refused(lambda: fetcher.send("POST", site.url())).wait == 7
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=3600), usegmt=True)
    site.answer = lambda sent: Said(503, b"", {"Retry-After": later})
    assert 3500 < (refused(lambda: fetcher.send("POST", site.url())).wait or 0) <= 3600
    site.answer = lambda sent: Said(503, b"", {"Retry-After": "99999999"})
    assert refused(lambda: fetcher.send("POST", site.url())).wait == 24 * 3600
    site.answer = lambda sent: Said(503)
    assert refused(lambda: fetcher.send("POST", site.url())).wait is None


def test_only_public_addresses_are_written_to(site: Receiver) -> None:
    with Fetcher() as fetcher:
        assert "machine du pont" in str(refused(lambda: fetcher.send("POST", site.url(), b"x")))
        assert "métadonnées" in str(refused(lambda: fetcher.send("POST", "http://169.254.169.254/", b"x")))
        assert refused(lambda: fetcher.send("POST", "ftp://exemple.fr/", b"x"))
    assert not site.received


def test_a_name_that_leads_inside_is_refused_at_connection_time(site: Receiver) -> None:
    with Fetcher(resolve=lambda name, port: ["10.0.0.1"]) as fetcher:
        assert "réseau privé" in str(refused(lambda: fetcher.send("POST", "https://gentil.exemple.fr/", b"x")))


def test_no_password_in_an_address(site: Receiver, fetcher: Fetcher) -> None:
    error = refused(lambda: fetcher.send("POST", f"http://moi:{SECRET}@{site.host}/", b"x"))
    assert SECRET not in str(error)
    assert not site.received


@pytest.mark.parametrize("value", [f"{SECRET}\r\nX: y", f"{SECRET}é", f"{SECRET}\n"])
def test_a_header_cannot_smuggle_another(site: Receiver, fetcher: Fetcher, value: str) -> None:
    error = refused(lambda: fetcher.send("POST", site.url(), b"x", {"Authorization": value}))
    assert "Authorization" in str(error)
    assert SECRET not in str(error)
    assert not site.received


def test_the_answer_is_capped(site: Receiver, fetcher: Fetcher) -> None:
    site.answer = lambda sent: Said(200, b"x" * 2000)
    assert len(fetcher.send("POST", site.url()).body) == 2000
    assert "dépasse" in str(refused(lambda: fetcher.send("POST", site.url(), limit=1999)))


def test_a_silent_server_costs_its_time_and_no_more(site: Receiver, fetcher: Fetcher) -> None:
    over = threading.Event()

    def wait(sent: Sent) -> Said:
        over.wait(10)
        return Said()

    site.answer = wait
    assert "en 0.2 s" in str(refused(lambda: fetcher.send("POST", site.url(), b"x", seconds=0.2)))
    over.set()
    assert len(site.received) == 1


def test_a_cut_connection_is_not_tried_again(site: Receiver, fetcher: Fetcher) -> None:
    site.answer = lambda sent: None
    assert refused(lambda: fetcher.send("POST", site.url(), b"x")).status is None
    assert len(site.received) == 1


def test_one_request_at_a_time_for_a_site(site: Receiver, fetcher: Fetcher) -> None:
    inside: list[int] = []
    most: list[int] = []

    def count(sent: Sent) -> Said:
        inside.append(1)
        most.append(len(inside))
        time.sleep(0.01)
        inside.pop()
        return Said()

    site.answer = count
    threads = [threading.Thread(target=fetcher.send, args=("POST", site.url())) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1] * 6


def test_a_reader_waiting_for_its_pause_delays_no_writer(site: Receiver) -> None:
    asleep, awake = threading.Event(), threading.Event()

    def sleep(seconds: float) -> None:
        asleep.set()
        awake.wait(10)

    with Fetcher([site.host], sleep=sleep) as fetcher:
        site.answer = lambda sent: Said(200, b"User-agent: *\nCrawl-delay: 50" if sent.path == "/robots.txt" else b"")
        reader = threading.Thread(target=fetcher.get, args=(Request(site.url("/liste")),))
        reader.start()
        assert asleep.wait(10)
        fetcher.send("POST", site.url("/ping"))
        assert [sent.path for sent in site.received] == ["/robots.txt", "/ping"]
        awake.set()
        reader.join()
    assert [sent.path for sent in site.received] == ["/robots.txt", "/ping", "/liste"]


def test_a_server_that_reads_slowly_spends_the_same_time(tmp_path: Path) -> None:
    if not shutil.which("openssl"):
        pytest.skip("openssl is needed to make a certificate")
    pem = tmp_path / "both.pem"
    command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=site.test"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:site.test", "-keyout", str(pem), "-out", f"{pem}.crt"],
        capture_output=True,
        check=True,
    )
    pem.write_text(pem.read_text() + Path(f"{pem}.crt").read_text())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    over = threading.Event()
    taken: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            plain, _ = listening.accept()
            with context.wrap_socket(plain, server_side=True) as there:
                while not over.is_set() and (part := there.recv(1 << 16)):
                    taken.append(len(part))
                    over.wait(0.05)

        server = threading.Thread(target=drip)
        server.start()
        trusted = ssl.create_default_context(cafile=str(pem))
        with Fetcher(["site.test"], tls=trusted, resolve=lambda name, port: ["127.0.0.1"]) as fetcher:
            address = f"https://site.test:{listening.getsockname()[1]}/"
            assert "en 0.5 s" in str(refused(lambda: fetcher.send("POST", address, b"x" * (8 << 20), seconds=0.5)))
            assert sum(taken) < 4 << 20
        over.set()
        server.join()
