"""A browser for all these tests, and two collectives that it visits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import pytest
from fake_collective import change, fill, records
from werkzeug.serving import WSGIRequestHandler, make_server

from bridge.collective import Collective
from bridge.config import load
from bridge.record import Point
from bridge.web import create_app
from bridge.web.page_cache import PageCache
from tests.real.browser import Browser, Page
from tests.real.npm import unpacked

AXE = "axe-core@4.14.1"


def overflow(page: Page) -> int:
    """How many pixels can only be seen by scrolling sideways."""
    wide: int = page.run("document.scrollingElement.scrollWidth - document.documentElement.clientWidth")
    return wide


def serious(page: Page, axe: str) -> list[tuple[str, list[str]]]:
    """What keeps some people from using a page: the rule, and the elements that break it."""
    page.run(f"{axe}; 0")
    found = page.run("axe.run(document, {resultTypes: ['violations']})")["violations"]
    graves = [each for each in found if each["impact"] in ("serious", "critical")]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in graves]


class Quiet(WSGIRequestHandler):
    """Tells nothing of what is asked."""

    def log(self, type: str, message: str, *args: object) -> None:
        pass


@contextmanager
def serving(
    folder: Path, fill_in: Callable[[Collective], None], environ: Mapping[str, str] = MappingProxyType({})
) -> Iterator[str]:
    """The address, without its last slash, where a collective answers as it does in earnest."""
    (folder / "mappings").mkdir()
    here = Collective(load(folder, environ))
    fill_in(here)
    application = PageCache(create_app(here), lambda: (here.store.seq, here.index.seq))
    with closing(here), answering(application) as address:
        yield address


@contextmanager
def answering(application: Any) -> Iterator[str]:
    """The address, without its last slash, where a WSGI application answers."""
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def crowd(here: Collective) -> None:
    """1,200 resources all over metropolitan France and one in Guyane: too many positions to be sent one by one."""
    fill(here)
    like = replace(records()[0], territories=())
    spots = [Point(-1 + n % 40 * 0.15, 44 + n // 40 * 0.15) for n in range(1200)] + [Point(-52.3, 4.9)]
    many = [replace(like, id=f"{like.source}:p{n}", title=f"Lieu {n}", point=spot) for n, spot in enumerate(spots)]
    with here.store.writing() as writing:
        writing.keep(like.source, "1", [change(here, record) for record in many])
    here.catch_up()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("collective"), fill) as address:
        yield address


@pytest.fixture(scope="package")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with serving(tmp_path_factory.mktemp("crowded"), crowd) as address:
        yield address


@pytest.fixture(scope="package")
def axe() -> str:
    return (unpacked(AXE) / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that tells of nothing wrong, and never leaves this machine, whatever the test does."""
    opened = browser.page()
    yield opened
    opened.run("1")  # what was told until now is heard
    assert opened.problems == []
    strangers = {urlsplit(url).netloc for url in opened.requests if not url.startswith(("data:", "blob:"))}
    assert {host.partition(":")[0] for host in strangers} <= {"127.0.0.1"} and len(strangers) <= 1
    opened.close()
