"""An OAI-PMH repository, and one JSON document, on a real socket in a process of its own.

``python -m bench.served PAGES``: the first line on standard output is its address. Pages are those of ``corpus``, made
from a few templates in which only the numbers change, so that the server is never what is measured.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from urllib.parse import parse_qs, urlsplit

from bench.corpus import IDENTIFY, PLACES, SUBJECTS, TYPES, WORDS, page

SIZE = 100
TEMPLATES = 8
DOCUMENT_BYTES = 32 << 20
# What numbers a record of the corpus, and the token of its page.
_NUMBERS = re.compile(r"(?<=oai:exemple.fr:)(\d+)|(?<=/fiches/)(\d+)|(?<=retour n° )(\d+)")
_TOKEN = re.compile(r"<resumptionToken.*</resumptionToken>")


@cache
def _template(number: int) -> tuple[list[str], list[int]]:
    """The text between the numbers of a page of the corpus, and which record each number is of."""
    text = _TOKEN.sub("", page(number, TEMPLATES, SIZE).decode())
    found = list(_NUMBERS.finditer(text))
    ends = [0, *(match.end() for match in found)]
    starts = [*(match.start() for match in found), len(text)]
    return [text[a:b] for a, b in zip(ends, starts, strict=True)], [int(match[0]) - number * SIZE for match in found]


def records(number: int, pages: int) -> bytes:
    """One answer to ListRecords, SIZE records; ``number`` counts from 0."""
    between, which = _template(number % TEMPLATES)
    whole = [between[0]]
    for each, text in zip(which, between[1:], strict=True):
        whole += (str(number * SIZE + each), text)
    more = f"p{number + 1}" if number + 1 < pages else ""
    token = f'<resumptionToken completeListSize="{pages * SIZE}" cursor="{number * SIZE}">{more}</resumptionToken>'
    return "".join(whole).replace("</ListRecords>", f"{token}</ListRecords>").encode()


@cache
def document() -> bytes:
    """A JSON list of DOCUMENT_BYTES, or just over, of records of about 3 kB."""
    random = Random(0)
    rows: list[bytes] = []
    size = 0
    while size < DOCUMENT_BYTES:
        n = len(rows)
        row = {
            "id": n,
            "title": f"{random.choice(WORDS).capitalize()} et {random.choice(WORDS)} : retour n° {n}",
            "type": random.choice(TYPES),
            "themes": random.sample(SUBJECTS, 3),
            "summary": " ".join(random.choices(WORDS, k=300)).capitalize() + ".",
            "location": random.choice(PLACES),
            "url": f"https://exemple.fr/fiches/{n}",
            "licence": "Licence Ouverte 2.0",
        }
        rows.append(json.dumps(row, ensure_ascii=False).encode())
        size += len(rows[-1]) + 2
    return b"[" + b",\n".join(rows) + b"]"


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # headers and body leave together
    pages = 0

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        kind = "text/xml; charset=utf-8"
        if parts.path == "/list.json":
            body, kind = document(), "application/json"
        elif asked.get("verb") == "Identify":
            body = IDENTIFY
        elif asked.get("verb") == "ListRecords":
            body = records(int(asked.get("resumptionToken", "p0")[1:]), self.pages)
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def repository(pages: int) -> Iterator[str]:
    """The address of a repository of ``pages`` pages, in another process; ``/oai`` and ``/list.json`` are below it."""
    command = [sys.executable, "-m", "bench.served", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[1]) as process:
        assert process.stdout
        try:
            yield process.stdout.readline().strip()
        finally:
            process.terminate()


def main(pages: int) -> None:
    _Answer.pages = pages
    for number in range(TEMPLATES):
        _template(number)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answer) as server:
        sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
