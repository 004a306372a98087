"""Fixtures shared by the tests: a collective in a temporary folder, and a web of answers that a test decides."""

from __future__ import annotations

import json
import os
import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from bridge.cli import main
from bridge.cli.base import err
from bridge.collective import Collective
from bridge.config import load
from bridge.console import out
from bridge.errors import FetchError
from bridge.record import Request, Response
from bridge.refresh import Summary, refresh
from tests.harvested_demo import Demo, harvested
from tests.terminal import ROOT
from tests.web_server import WebServer


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
        (summary,) = refresh(collective, [collective.sources[source]], web, **options)  # type: ignore[arg-type]  # web stands for a Fetcher
        return summary

    return visit


def items(*numbers: int, site: str = "a.exemple.fr") -> list[dict[str, Any]]:
    return [{"id": n, "titre": f"Fiche {n}", "resume": "Une mare", "lien": f"https://{site}/{n}"} for n in numbers]


class Site(WebServer):
    """A partner: a list of resources in JSON; and the same titles at another one."""

    def put(self, found: object, path: str = "/data.json") -> None:
        body = found if isinstance(found, bytes) else json.dumps(found).encode()
        self.pages[path] = (200, {"Content-Type": "application/json"}, body)

    def fail(self, status: int) -> None:
        self.pages["/data.json"] = (status, {}, b"en panne")


@pytest.fixture
def site() -> Iterator[Site]:
    with Site() as running:
        running.put(items(1, 2, 3))
        running.put(items(1, 2, 3, site="b.exemple.fr"), "/other.json")
        yield running


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """The demo network, harvested once for the tests that only look."""
    with harvested(tmp_path_factory.mktemp("demo")) as found:
        yield found


Run = Callable[..., str]


@pytest.fixture
def run(tmp_path, monkeypatch, site) -> Run:
    """``run("harvest", code=1)``: what a command prints (both streams), in this process, in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("PARTAGEONS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PARTAGEONS_ALLOW_HOSTS", f"127.0.0.1:{site.server_port}")
    for each in (out, err):
        monkeypatch.setattr(each, "width", 200)

    def call(*arguments: str, code: int = 0, typed: str | None = None) -> str:
        result = CliRunner().invoke(main, arguments, input=typed)
        if not isinstance(result.exception, SystemExit | None):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    return call


@pytest.fixture
def source(run, site) -> str:
    """A source « a », added and not harvested."""
    run("add", site.url("/data.json"), "--id", "a")
    return "a"


@pytest.fixture(scope="session")
def plugin_zips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a partner downloads, built from the clone: the zips of « wordpress », « php » and « yeswiki »."""
    made: dict[str, Path] = runpy.run_path(str(ROOT / "scripts" / "plugins.py"))["build"](
        tmp_path_factory.mktemp("dist")
    )
    return made
