"""Fixtures shared by the tests: a collective in a temporary folder, and a web of answers that a test decides."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bridge.collective import Collective
from bridge.config import load
from bridge.errors import FetchError
from bridge.record import Request, Response
from bridge.refresh import Summary, refresh


class Web:
    """Answers by address, and what was asked. Stands for ``fetch.Fetcher`` where the network is not what is tested."""

    def __init__(self) -> None:
        self.pages: dict[str, Response | FetchError] = {}
        self.asked: list[str] = []
        self.conditional: list[tuple[str, str]] = []

    def put(self, url: str, body: object, status: int = 200, **headers: str) -> None:
        """Answer ``body`` at an address: bytes and texts as they are, other values as JSON."""
        data = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        names = {key.replace("_", "-"): value for key, value in headers.items()}
        if not isinstance(body, bytes | str):
            names.setdefault("content-type", "application/json")
        self.pages[url] = Response(url, status, names, data)

    def fail(self, url: str, status: int | None = 500) -> None:
        self.pages[url] = FetchError(f"Le site répond {status}.", status=status)

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        self.asked.append(request.url)
        page = self.pages.get(request.url, FetchError(f"{request.url} est introuvable.", status=404))
        if isinstance(page, FetchError):
            raise page
        if etag and page.headers.get("etag") == etag:
            self.conditional.append((request.url, etag))
            return Response(request.url, 304, page.headers, b"", request.carry)
        return Response(page.url, page.status, page.headers, page.body, request.carry)


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def collective(tmp_path: Path) -> Iterator[Collective]:
    (tmp_path / "mappings").mkdir()
    here = Collective(load(tmp_path, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    yield here
    here.close()


@pytest.fixture
def add_source(collective: Collective) -> Callable[..., None]:
    """Write a mapping file: ``add_source("a", kind="json_api", url=…, fields={…}, more="…")``."""

    def add(
        source: str,
        kind: str = "json_api",
        url: str = "https://a.exemple.fr/data.json",
        fields: dict[str, str] | None = None,
        more: str = "",
        source_more: str = "",
    ) -> None:
        named = {"title": "titre", "url": "lien", "abstract": "resume"} if fields is None else fields
        lines = [f'[source]\nid = "{source}"\nkind = "{kind}"\nurl = "{url}"\ntitle = "Source {source}"\n{source_more}']
        lines += ["[fields]", *(f"{ours} = {json.dumps(theirs)}" for ours, theirs in named.items()), more]
        (collective.settings.mappings / f"{source}.toml").write_text("\n".join(lines), encoding="utf-8")

    return add


@pytest.fixture
def harvest(collective: Collective, web: Web) -> Callable[..., Summary]:
    """Visit one source once."""

    def visit(source: str = "a", **options: bool) -> Summary:
        (summary,) = refresh(collective, [collective.sources[source]], web, **options)  # type: ignore[arg-type]
        return summary

    return visit
