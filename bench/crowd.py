"""A thousand sites in one process: each loopback address 127.0.x.y is a site of its own, whose list has an ETag.

``python -m bench.crowd RECORDS``: lists of so many records; the first line on standard output is the port. ``/edit``
changes a site's list; ``/bytes`` tells how many bytes came in and went out.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Lock

from bench.corpus import PLACES, SUBJECTS, TYPES, WORDS

RECORDS = 30
MAPPING = """[source]
id = "{id}"
kind = "json_api"
url = "http://{host}:{port}/list.json"
title = "Source {number}"

[fields]
title = "title"
abstract = "summary"
themes = "themes"
keywords = "themes"
place = "location"
url = "url"
licence = "licence"
"""


def host(number: int) -> str:
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


def describe(mappings: Path, port: int, sources: int) -> None:
    """Write the mapping file of each site."""
    mappings.mkdir(parents=True, exist_ok=True)
    for number in range(sources):
        id = f"site-{number:04}"
        text = MAPPING.format(id=id, host=host(number), port=port, number=number)
        (mappings / f"{id}.toml").write_text(text, encoding="utf-8")


def edited(site: str, edition: int) -> str:
    """What the first record of a site is called after so many editions."""
    return f"Édition {edition} de {site}"


@lru_cache(maxsize=2000)
def listing(site: str, edition: int, records: int) -> tuple[bytes, str]:
    """A site's list and its ETag; an edition changes the title of its first record."""
    random = Random(site)
    rows = [
        {
            "id": n,
            "title": f"{random.choice(WORDS).capitalize()} et {random.choice(WORDS)} : retour n° {n}",
            "type": random.choice(TYPES),
            "themes": random.sample(SUBJECTS, 3),
            "summary": " ".join(random.choices(WORDS, k=300)).capitalize() + ".",
            "location": random.choice(PLACES),
            "url": f"http://{site}/fiches/{n}",
            "licence": "Licence Ouverte 2.0",
        }
        for n in range(records)
    ]
    if edition:
        rows[0]["title"] = edited(site, edition)
    body = json.dumps(rows, ensure_ascii=False).encode()
    return body, f'"{hashlib.blake2b(body, digest_size=8).hexdigest()}"'


class _Site(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1
    records = RECORDS
    editions: dict[str, int] = {}
    lock = Lock()
    received = sent = 0

    def do_GET(self) -> None:
        site = self.headers.get("Host", "").partition(":")[0]
        if self.path == "/bytes":
            self._answer(200, json.dumps([_Site.received, _Site.sent]).encode())
        elif self.path == "/edit":
            self.editions[site] = self.editions.get(site, 0) + 1
            self._answer(200, b"")
        elif self.path != "/list.json":
            self._answer(404, b"")
        else:
            body, etag = listing(site, self.editions.get(site, 0), self.records)
            same = self.headers.get("If-None-Match") == etag
            self._answer(304 if same else 200, b"" if same else body, etag)

    def _answer(self, status: int, body: bytes, etag: str = "") -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n" + (f"ETag: {etag}\r\n" if etag else "")
        head += f"Content-Length: {len(body)}\r\n\r\n" if status != 304 else "\r\n"
        self.wfile.write(head.encode() + body)
        with self.lock:
            _Site.received += len(self.raw_requestline) + len(str(self.headers))
            _Site.sent += len(head) + len(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Crowd(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


@contextmanager
def crowd(records: int = RECORDS) -> Iterator[int]:
    """The port of the sites, in another process."""
    command = [sys.executable, "-m", "bench.crowd", str(records)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout
        try:
            yield int(process.stdout.readline())
        finally:
            process.terminate()


def main(records: int) -> None:
    _Site.records = records
    with _Crowd(("0.0.0.0", 0), _Site) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
