"""From an edit at a source to what everybody sees of it: a signed ping, the visit, OAI-PMH, a feed, the showcase, and a
webhook that receives it; with a thousand sources configured, by ``partageons serve``, on real sockets."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median, quantiles
from threading import Thread
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

from bench.crowd import crowd, describe, edited, host
from bench.figure import Figure
from bridge.collective import Collective
from bridge.config import load
from bridge.refresh import HEARTBEAT, fetcher, refresh
from bridge.signing import check, signed

SOURCES, RECORDS, EDITS = 1000, 3, 40
PATIENCE = 60.0
LOOK = 0.1  # seconds between two looks at a page: a visitor who asks more is asked to slow down
TARGET = """[target]
id = "recoit"

[target.push]
to = "webhook"
url = "{url}"
"""


class Seen(NamedTuple):
    """Seconds from an edit until it was seen in each place, and until it was seen in all."""

    oai: float
    feed: float
    showcase: float
    webhook: float

    @property
    def everywhere(self) -> float:
        return max(self)


class _Hook(BaseHTTPRequestHandler):
    """A partner that is told: keeps what it received, and when."""

    protocol_version = "HTTP/1.1"
    received: dict[str, float] = {}
    keys: Sequence[bytes] = ()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        check(self.keys, {name.lower(): value for name, value in self.headers.items()}, body, int(time.time()))
        for change in json.loads(body)["changes"]:
            self.received.setdefault(change["record"]["title"], time.monotonic())
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def service(folder: Path) -> Iterator[tuple[str, int]]:
    """The address and the process of ``partageons serve`` in a folder, one web worker."""
    command = [sys.executable, "-m", "bridge.cli", "serve", "--port", "0", "--workers", "1"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "PARTAGEONS_LOG_LEVEL": "warning"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder, env=environment) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip(), process.pid
        finally:
            process.terminate()


def get(url: str) -> str:
    with urlopen(url) as answer:
        return str(answer.read().decode())


def freshness(sources: int, edits: int) -> list[Seen]:
    """What each of so many edits took, one after the other, at sources far apart."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder, port = Path(name), stack.enter_context(crowd(RECORDS))
        describe(folder / "mappings", port, sources)
        hook = stack.enter_context(ThreadingHTTPServer(("127.0.0.1", 0), _Hook))
        Thread(target=hook.serve_forever, daemon=True).start()
        stack.callback(hook.shutdown)
        text = TARGET.format(url=f"http://127.0.0.1:{hook.server_port}/")
        (folder / "mappings" / "recoit.toml").write_text(text, encoding="utf-8")
        hosts = [json.dumps(host(number)) for number in range(sources)]
        allowed = f"allow_hosts = [{', '.join([*hosts, json.dumps('127.0.0.1')])}]\n"
        (folder / "partageons.toml").write_text(allowed, encoding="utf-8")
        with closing(Collective(load(folder, {}))) as here, fetcher(here) as fetch:
            summaries = refresh(here, here.sources.values(), fetch)
            assert all(each.complete and each.created == RECORDS for each in summaries), summaries[:3]
            _Hook.keys = here.keys("recoit")
            address, _ = stack.enter_context(service(folder))
            while not (here.settings.data / HEARTBEAT).exists():
                time.sleep(0.1)
            get(address)
            step = max(sources // edits, 1)
            return [
                _edit(here, address, port, number % sources, 1 + number // sources)
                for number in range(0, step * edits, step)
            ]


def _edit(here: Collective, address: str, port: int, number: int, edition: int) -> Seen:
    site, source = host(number), f"site-{number:04}"
    title = edited(site, edition)
    start = time.monotonic()
    get(f"http://{site}:{port}/edit")
    body = b'{"type": "changed"}'
    urlopen(Request(f"{address}ping/{source}", body, signed(here.keys(source), body, int(time.time())))).close()
    oai = f"{address}oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:{here.settings.node}:{source}:0"
    asked = {"oai": oai, "feed": f"{address}feed.atom?limite=50", "showcase": f"{address}?q={quote(title)}"}
    seen = {"webhook": 0.0}

    def look(where: str, there: Callable[[], bool]) -> None:
        while time.monotonic() - start < PATIENCE:
            if there():
                seen[where] = time.monotonic() - start
                return
            time.sleep(LOOK)

    def holds(url: str) -> Callable[[], bool]:
        def there() -> bool:
            try:
                return f">{title}<" in get(url)
            except HTTPError:
                return False

        return there

    looks = [Thread(target=look, args=(where, holds(url))) for where, url in asked.items()]
    for each in looks:
        each.start()
    for each in looks:
        each.join()
    while title not in _Hook.received and time.monotonic() - start < PATIENCE:
        time.sleep(0.02)
    seen["webhook"] = _Hook.received[title] - start
    return Seen(**seen)


def figures() -> list[Figure]:
    seen = freshness(SOURCES, EDITS)
    everywhere = [each.everywhere for each in seen]
    return [
        Figure("edit-visible-everywhere-p95", quantiles(everywhere, n=20)[-1], "s", at_most=2),
        Figure("edit-visible-everywhere-median", median(everywhere), "s", at_most=2),
        Figure("edit-delivered-median", median(each.webhook for each in seen), "s", at_most=2),
    ]
