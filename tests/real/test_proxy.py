"""The nginx and systemd files of the documentation, as they are written there, before a real service."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.real.parts import lack, need

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs" / "exploiter.md").read_text(encoding="utf-8")
HOST = "pont.exemple.fr"
PUSHED = '[source]\nid = "loin"\nkind = "oai"\nurl = "https://loin.exemple.fr/oai"\npushed = true\n'


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
    return str(found)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    text: str


Ask = Callable[..., Answer]


@contextlib.contextmanager
def running(command: list[str], **options: object) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(command, text=True, **options)  # type: ignore[call-overload]
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()


@contextlib.contextmanager
def served(folder: Path, prefix: str = "") -> Iterator[Ask]:
    """A service behind the nginx of the guide: ``ask("/sources", X_Header="…")`` through it, encrypted."""
    need("nginx", "openssl", why="nginx-light, openssl")
    (folder / "mappings").mkdir()
    (folder / "mappings" / "loin.toml").write_text(PUSHED, encoding="utf-8")
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PARTAGEONS_")}
    told = {"PARTAGEONS_BASE_URL": f"https://{HOST}{prefix}/", "PARTAGEONS_TRUSTED_PROXIES": "1"}
    told |= {"PARTAGEONS_URL_PREFIX": prefix} if prefix else {}
    serve = [sys.executable, "-m", "bridge.cli", "serve", "--port", "0", "--workers", "1"]
    environ = {**kept, **told, "PYTHONPATH": str(ROOT)}
    with running(serve, cwd=folder, env=environ, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as service:
        assert service.stdout
        behind = re.search(r":(\d+)/", service.stdout.readline())
        assert behind
        port = free_port()
        with running(["nginx", "-p", str(folder), "-c", str(_nginx(folder, port, behind[1], prefix))]):
            _until_open(port)

            def ask(path: str, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
                connection = HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context(), timeout=30)
                names = {"Host": HOST, **{name.replace("_", "-"): value for name, value in headers.items()}}
                connection.request(method, path, body, names)
                found: HTTPResponse = connection.getresponse()
                names = {name.lower(): value for name, value in found.headers.items()}
                answer = Answer(found.status, names, found.read().decode("utf-8", "replace"))
                connection.close()
                return answer

            yield ask


def _nginx(folder: Path, port: int, behind: str, prefix: str) -> Path:
    """The guide's server, where this test may listen and write."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={HOST}"]
        + ["-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
        check=True,
        capture_output=True,
    )
    server = block("nginx")
    for written, here in (
        ("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;"),
        ("# ssl_certificate … ; ssl_certificate_key … ;", "ssl_certificate cert.pem; ssl_certificate_key key.pem;"),
        ("http://127.0.0.1:8000;", f"http://127.0.0.1:{behind};"),
        ("location / {", f"location {prefix}/ {{"),
    ):
        assert server.count(written) == 1, written
        server = server.replace(written, here)
    places = "".join(f"{kind}_temp_path tmp;" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root; " if os.geteuid() == 0 else ""  # it would write where only root may
    text = (
        f"{user}pid nginx.pid; daemon off; error_log stderr; events {{}} http {{ access_log off; {places} {server} }}"
    )
    path = folder / "nginx.conf"
    path.write_text(text, encoding="utf-8")
    return path


def _until_open(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    pytest.fail("nginx does not listen")


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    with served(tmp_path_factory.mktemp("pont")) as asked:
        yield asked


def test_pages_feeds_and_harvests_go_through(ask: Ask) -> None:
    for path in ("/", "/en/", "/sources", "/feed.json", "/api/v1/records", "/oai?verb=Identify", "/healthz/live"):
        assert ask(path).status == 200, path
    assert f"<baseURL>https://{HOST}/oai</baseURL>" in ask("/oai?verb=Identify").text
    packed = ask("/a-propos", Accept_Encoding="gzip")
    assert packed.headers["content-encoding"] == "gzip" and packed.headers["etag"]
    assert ask("/a-propos", Accept_Encoding="gzip", If_None_Match=packed.headers["etag"]).status == 304
    harvest = "application/x-www-form-urlencoded"
    assert "<Identify>" in ask("/oai", "POST", b"verb=Identify", Content_Type=harvest).text


def test_the_service_knows_that_visitors_come_encrypted(ask: Ask) -> None:
    moved = ask("/pour")
    assert moved.status == 308 and moved.headers["location"] == f"https://{HOST}/pour/"


def test_what_a_visitor_claims_is_replaced(ask: Ask) -> None:
    claims = {"X_Forwarded_Host": "mal.exemple", "X_Forwarded_Proto": "http", "X_Forwarded_Prefix": "/mal"}
    moved = ask("/pour", **claims)
    assert moved.headers["location"] == f"https://{HOST}/pour/"
    assert "mal.exemple" not in ask("/formats", **claims).text and "/mal" not in ask("/formats").text


def test_figures_stay_inside(ask: Ask) -> None:
    assert ask("/metrics").status == 404 and ask("/healthz/live").status == 200


def test_a_delivery_of_several_mebibytes_reaches_the_service(ask: Ask) -> None:
    """Refused by the service, whose key did not sign it, and not by the server before it."""
    signed = {"webhook_id": "msg_1", "webhook_timestamp": f"{time.time():.0f}", "webhook_signature": "v1,AAAA"}
    refused = ask("/push/loin?part=1&of=1&walk=whole", "POST", b"<x>" * (2 << 20), **signed)
    assert refused.status == 401 and refused.headers["content-type"] == "application/json"


def test_clients_are_told_apart_by_the_address_that_nginx_saw(ask: Ask) -> None:
    """A visitor of another machine meets the limits, whatever it claims; this machine never does."""
    codes = {ask(f"/introuvable-{n}", X_Forwarded_For=f"203.0.113.{n % 250}").status for n in range(260)}
    assert codes == {404}, "what is forwarded is the address that nginx saw: this machine's"


def test_under_a_path(tmp_path: Path) -> None:
    with served(tmp_path, "/pont") as ask:
        assert ask("/pont/").status == 200 and ask("/ailleurs").status == 404
        links = re.findall(r'href="(/[^"]*)"', ask("/pont/sources").text)
        assert links and all(link.startswith("/pont/") for link in links)
        assert ask("/pont/pour").headers["location"] == f"https://{HOST}/pont/pour/"
        assert f"<baseURL>https://{HOST}/pont/oai</baseURL>" in ask("/pont/oai?verb=Identify").text


def test_the_unit_is_one_and_closed(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        lack("Il manque systemd-analyze. Installez : systemd.")
    unit = tmp_path / "partageons.service"
    text = block("ini").replace("/srv/collectif/venv/bin/partageons", sys.executable)
    unit.write_text(text.replace("/srv/collectif/pont", str(tmp_path)), encoding="utf-8")
    checked = subprocess.run(["systemd-analyze", "verify", unit], capture_output=True, text=True)
    ours = [line for line in checked.stderr.splitlines() if "partageons.service" in line]
    assert checked.returncode == 0 and not ours, checked.stderr
    exposed = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=25", unit], capture_output=True, text=True
    )
    assert exposed.returncode == 0, exposed.stdout
