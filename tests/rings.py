"""Real bridges that harvest one another: real collectives and applications, the bytes of their answers between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask.testing import FlaskClient

from bridge.collective import Collective
from bridge.config import load
from bridge.errors import FetchError
from bridge.record import Entry, Request, Response
from bridge.refresh import Summary, refresh
from bridge.web import create_app

HOME = "https://source.exemple.fr/data.json"
Row = tuple[Any, ...]

WHOLE = "options = { complete = true }"
# Format -> what a mapping file says before its tables, in [source], and where the format is.
MAPPINGS = {
    "oai": ('extends = "_plugin"', "", "/oai"),
    "atom": ('extends = "_feed"', WHOLE, "/feed.atom"),
    "rss": ('extends = "_feed"', WHOLE, "/feed.rss"),
    "json": ('extends = "_feed"', WHOLE, "/feed.json"),
    "flat": ('extends = "_json"', "", "/feed.flat.json"),
    "csv": ("", 'kind = "csv_file"', "/feed.csv"),
    "geojson": ("", 'kind = "geojson"', "/feed.geojson"),
}
FIELDS = {
    "csv": {"title": "Titre", "abstract": "Résumé", "url": "Adresse de la fiche", "place": "Lieu (texte)"},
    "geojson": {"title": "name", "abstract": "description", "url": "url", "place": "place"},
}
OWN = {"title": "titre", "abstract": "resume", "url": "lien", "place": "lieu"}


def resource(number: int, **changed: Any) -> dict[str, Any]:
    told = f"Récit numéro {number} : une mare creusée à la main, avec les enfants de l'école, puis suivie trois ans."
    row = {"id": number, "titre": f"Mare {number}", "resume": told, "lien": f"https://source.exemple.fr/{number}"}
    return row | {"lieu": "Lyon"} | changed


class Node:
    """One bridge: what it is called, its collective, its application."""

    def __init__(self, folder: Path, name: str) -> None:
        (folder / "mappings").mkdir(parents=True)
        self.name, self.base = name, f"https://{name}.exemple.org/"
        self.here = Collective(load(folder, {"PARTAGEONS_BASE_URL": self.base}))
        self.client: FlaskClient = create_app(self.here).test_client()

    def add(self, id: str, said: str, url: str, fields: dict[str, str] | None = None, before: str = "") -> None:
        lines = [before, f'[source]\nid = "{id}"\nurl = "{url}"\n{said}']
        lines += ["[fields]", *(f'{ours} = "{theirs}"' for ours, theirs in (fields or {}).items())]
        (self.here.settings.mappings / f"{id}.toml").write_text("\n".join(lines), encoding="utf-8")

    def entries(self) -> list[Entry]:
        with self.here.store.snapshot() as snapshot:
            return list(snapshot.walk())

    def titles(self) -> list[str]:
        return sorted(entry.record.title for entry in self.entries() if entry.record)

    def ledger(self) -> list[Row]:
        """All that must not move by itself."""
        with self.here.store.snapshot() as snapshot:
            rows: list[Row] = []
            for table in ("ledger_record", "ledger_member", "ledger_echo", "ledger_alias"):
                rows += map(tuple, snapshot.connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1, 2, 3"))
        return rows

    def echoes(self) -> int:
        with self.here.store.snapshot() as snapshot:
            return int(snapshot.connection.exec_driver_sql("SELECT count(*) FROM ledger_echo").scalar_one())


class Network:
    """Nodes and sites by host. As a ``Fetch``, it brings the bytes of one to another."""

    def __init__(self, folder: Path, names: Sequence[str]) -> None:
        self.nodes = {name: Node(folder / name, name) for name in names}
        self.pages: dict[str, bytes] = {}
        self.strip: dict[str, Callable[[bytes], bytes]] = {}
        self.asked = 0

    def close(self) -> None:
        for node in self.nodes.values():
            node.here.close()

    def __getitem__(self, name: str) -> Node:
        return self.nodes[name]

    def __iter__(self) -> Iterator[Node]:
        return iter(self.nodes.values())

    def publish(self, rows: Sequence[dict[str, Any]], url: str = HOME) -> None:
        """What a site shows."""
        self.pages[url] = json.dumps(list(rows)).encode()

    def link(self, reader: str, read: str, format: str = "oai") -> None:
        """One node harvests another, in a format."""
        before, said, path = MAPPINGS[format]
        self[reader].add(f"de-{read}", said, self[read].base.rstrip("/") + path, FIELDS.get(format), before)

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        self.asked += 1
        host = urlsplit(request.url).netloc.partition(".")[0]
        if request.url in self.pages:
            body = self.pages[request.url]
            return Response(request.url, 200, {"content-type": "application/json"}, body, request.carry)
        if host not in self.nodes:
            raise FetchError(f"{request.url} est introuvable.", status=404)
        node = self.nodes[host]
        headers = {"If-None-Match": etag} if etag else {}
        answer = node.client.get(request.url.removeprefix(node.base.rstrip("/")), base_url=node.base, headers=headers)
        if answer.status_code >= 400:
            raise FetchError(f"{request.url} répond {answer.status_code}.", status=answer.status_code)
        body = self.strip.get(host, bytes)(answer.data)
        told = {name.lower(): value for name, value in answer.headers.items()}
        return Response(request.url, answer.status_code, told, body, request.carry)

    def visit(self, node: Node, **options: Any) -> list[Summary]:
        assert node.here.sources and not node.here.broken
        fetch: Any = self
        return refresh(node.here, node.here.sources.values(), fetch, **options)

    def round(self) -> None:
        """Each node visits all its sources once."""
        for node in self:
            for summary in self.visit(node):
                assert summary.complete, summary.problems

    def ledgers(self) -> list[list[Row]]:
        return [node.ledger() for node in self]

    def settle(self, rounds: int, at_most: int = 0) -> int:
        """Let them go round; after how many rounds nothing moved any more, which must not start again."""
        still = 0
        before = self.ledgers()
        for number in range(1, rounds + 1):
            self.round()
            after = self.ledgers()
            if after != before:
                still = number
            before = after
        assert still < (at_most or rounds), f"still moving in round {still}"
        return still


@contextmanager
def network(folder: Path, *names: str) -> Iterator[Network]:
    found = Network(folder, names)
    try:
        yield found
    finally:
        found.close()
