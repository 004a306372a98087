"""The other side of WebSub, on real sockets: subscribers that our hub calls back, and a small hub that calls us back.

Written from the standard (https://www.w3.org/TR/websub/), not from the bridge, which it shares nothing with.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

from bridge import hub
from bridge.collective import Collective
from bridge.fetch import Fetcher
from bridge.hub.contents import Render


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    """Wait for something that other threads bring about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.01)


class Message(NamedTuple):
    path: str
    headers: dict[str, str]
    body: bytes


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer("GET", b"")

    def do_POST(self) -> None:
        self._answer("POST", self.rfile.read(int(self.headers.get("Content-Length", 0))))

    def _answer(self, method: str, body: bytes) -> None:
        status, headers, answer = self.server.answer(method, Message(self.path, dict(self.headers.items()), body))
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(answer))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__((address, 0), _Handler)

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.server_port}{path}"

    def answer(self, method: str, message: Message) -> tuple[int, dict[str, str], bytes]:
        raise NotImplementedError

    def handle_error(self, request: object, client_address: object) -> None:
        pass

    def __enter__(self) -> _Server:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self.server_close()


class Subscriber(_Server):
    """Confirms what it is asked and keeps what it is sent; ``confirms`` and ``takes`` decide otherwise."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        super().__init__(address)
        self.asked: list[dict[str, str]] = []
        self.got: list[Message] = []
        self.confirms: Callable[[dict[str, str]], tuple[int, bytes]] = lambda asked: (
            200,
            asked.get("hub.challenge", "").encode(),
        )
        self.takes: Callable[[Message], int | tuple[int, dict[str, str]]] = lambda message: 204

    def answer(self, method: str, message: Message) -> tuple[int, dict[str, str], bytes]:
        if method == "GET":
            asked = dict(parse_qsl(urlsplit(message.path).query)) | {"path": message.path}
            status, body = self.confirms(asked)
            self.asked.append(asked)
            return status, {"Location": "/elsewhere"} if 300 <= status < 400 else {}, body
        taken = self.takes(message)
        status, headers = taken if isinstance(taken, tuple) else (taken, {})
        self.got.append(message)
        return status, headers, b""


class OtherHub(_Server):
    """A hub: takes requests, asks the callback, then ``publish`` sends signed content. ``lease`` is what it grants."""

    def __init__(self, lease: int = 3600) -> None:
        super().__init__()
        self.lease = lease
        self.status = 202
        self.verifies = True
        self.requests: list[dict[str, str]] = []
        self.active: dict[tuple[str, str], str] = {}

    def answer(self, method: str, message: Message) -> tuple[int, dict[str, str], bytes]:
        form = {name: values[0] for name, values in parse_qs(message.body.decode()).items()}
        self.requests.append(form)
        if self.status == 202 and self.verifies:
            threading.Thread(target=self.verify, args=(form,), daemon=True).start()
        return self.status, {}, b"" if self.status == 202 else b"no"

    def verify(self, form: dict[str, str], topic: str = "") -> bool:
        challenge = secrets.token_hex(16)
        said = {"hub.mode": form["hub.mode"], "hub.topic": topic or form["hub.topic"], "hub.challenge": challenge}
        said["hub.lease_seconds"] = str(self.lease)
        status, body = ask(f"{form['hub.callback']}?{urlencode(said)}")
        confirmed = status == 200 and body == challenge.encode()
        if confirmed:
            self.active[form["hub.topic"], form["hub.callback"]] = form.get("hub.secret", "")
        return confirmed

    def publish(self, topic: str, body: bytes, method: str = "sha256") -> list[int]:
        """Tell all who follow a topic; the status that each answers."""
        told = []
        for (followed, callback), secret in self.active.items():
            if followed == topic:
                signature = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
                headers = {"X-Hub-Signature": f"{method}={signature}", "Content-Type": "application/atom+xml"}
                told.append(ask(callback, body, headers)[0])
        return told


def ask(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body, whatever the status is."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers or {}), timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


@contextmanager
def at_work(here: Collective, render: Render, fetch: Fetcher) -> Iterator[None]:
    """The hub's loop, in a thread as in the refresher's process."""
    stop = threading.Event()
    running = threading.Thread(target=hub.run, args=(here, fetch, stop, render))
    running.start()
    try:
        yield
    finally:
        stop.set()
        running.join()
        fetch.close()
