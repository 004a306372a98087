"""A walk through a list and its pages: what is asked again, what one page's failure costs, what a light list proves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from types import ModuleType
from typing import Any

import pytest
from conftest import Web

from bridge import harvest as walking
from bridge.errors import ReadError
from bridge.harvest import asking
from bridge.readers import READERS
from bridge.record import Item, Page, Request, Response

SITE = "https://a.exemple.fr/"


class Pages(ModuleType):
    """A kind of source made of a list of addresses and a page for each; incremental, with a light list of ids."""

    INCREMENTAL = True
    REFUSALS: frozenset[int] = frozenset()

    @staticmethod
    def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
        return Request(f"{SITE}changes" if since else url)

    @staticmethod
    def read(response: Response, options: Mapping[str, Any]) -> Page:
        found = json.loads(response.body)
        if "pages" in found:
            following = [Request(f"{SITE}{name}", {}, mark, single=True) for name, mark in found["pages"].items()]
            return Page(next=following, watermark="2026-11-01T00:00:00Z", present=found.get("present"))
        if "titre" not in found:
            raise ReadError("Cette page n'est pas une fiche.")
        return Page(items=(Item(response.url.removeprefix(SITE), found),))


@pytest.fixture(autouse=True)
def pages_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(READERS, "pages", Pages("pages"))


class Site:
    """The list and its pages; ``visit`` forgets what was asked before."""

    def __init__(self, web: Web, harvest: Callable[..., Any]) -> None:
        self.web, self.harvest = web, harvest
        self.marks: dict[str, str] = {}

    def publish(self, **marks: str) -> None:
        self.marks |= marks
        for name in marks:
            self.web.put(f"{SITE}{name}", {"titre": f"{name} {marks[name]}"}, etag=marks[name])
        self.web.put(SITE, {"pages": self.marks})

    def visit(self, **options: bool) -> Any:
        self.web.asked.clear()
        return self.harvest(full=True) if options.get("full") else self.harvest()

    @property
    def asked(self) -> list[str]:
        return [url.removeprefix(SITE) for url in self.web.asked]


@pytest.fixture
def site(web: Web, add_source: Callable[..., None], harvest: Callable[..., Any], monkeypatch: Any) -> Iterator[Site]:
    monkeypatch.setattr(Pages, "INCREMENTAL", False)
    add_source("a", kind="pages", url=SITE)
    made = Site(web, harvest)
    made.publish(**{f"p{n}": "1" for n in range(6)})
    first = made.visit()
    assert (first.complete, first.created) == (True, 6)
    yield made


def test_only_pages_whose_mark_moved_are_asked(site: Site) -> None:
    again = site.visit()
    assert site.asked == [""] and (again.unchanged, again.absent, again.complete) == (6, 0, True)
    site.publish(p3="2")
    again = site.visit()
    assert site.asked == ["", "p3"] and again.events == [("changed", "a:p3")]
    assert site.visit(full=True).unchanged == 6 and len(site.asked) == 7


def test_a_mark_that_moves_for_nothing_is_learnt(site: Site) -> None:
    site.marks["p0"] = "same page, another date"
    site.web.put(SITE, {"pages": site.marks})
    assert site.visit().changed == 0 and site.asked == ["", "p0"]
    site.visit()
    assert site.asked == [""]


def test_a_mark_is_trusted_for_some_days(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(days=9)

    monkeypatch.setattr(asking, "datetime", Later)
    assert site.visit().unchanged == 6
    assert len(site.asked) == 7 and len(site.web.conditional) == 6
    monkeypatch.setattr(walking, "now", lambda: (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    site.visit()
    site.visit()
    assert site.asked == [""]


def test_a_page_that_fails_costs_itself(site: Site) -> None:
    site.publish(**{f"p{n}": "2" for n in range(6)})
    site.web.fail(f"{SITE}p1", 500)
    site.web.put(f"{SITE}p2", {"autre": "page de connexion"})
    summary = site.visit()
    assert (summary.complete, summary.changed, summary.absent) == (True, 4, 0)
    assert [problem.message.split(" : ")[0] for problem in summary.problems] == [f"{SITE}p1", f"{SITE}p2"]
    assert "n'est pas une fiche" in summary.problems[1].message


def test_a_page_that_is_gone_is_absent(site: Site) -> None:
    site.publish(p4="2")
    site.web.fail(f"{SITE}p4", 404)
    summary = site.visit()
    assert (summary.complete, summary.absent) == (True, 1) and "p4" in summary.problems[0].message


def test_a_page_never_read_hides_what_is_gone(site: Site) -> None:
    """Its record may be one of those that seem to be missing."""
    del site.marks["p0"]
    site.publish(new="1")
    site.web.fail(f"{SITE}new", 500)
    summary = site.visit()
    assert summary.complete and summary.absent == 0


def test_many_failures_in_a_row_end_the_walk(site: Site) -> None:
    site.publish(**{f"q{n:02}": "1" for n in range(20)})
    for n in range(20):
        site.web.fail(f"{SITE}q{n:02}", 403)
    summary = site.visit()
    assert not summary.complete and len(site.asked) == 1 + walking.FAILURES_MAX + 1


@pytest.fixture
def light(web: Web, add_source: Callable[..., None], harvest: Callable[..., Any]) -> Site:
    add_source("a", kind="pages", url=SITE)
    made = Site(web, harvest)
    made.publish(a="1", b="1", c="1", d="1", e="1", f="1")
    assert made.visit().created == 6
    return made


def test_an_incremental_walk_with_a_light_list_knows_what_is_gone(light: Site) -> None:
    light.publish(b="2")
    light.web.put(f"{SITE}changes", {"pages": {"b": "2"}, "present": ["a", "c", "d", "e"]})
    first = light.visit()
    assert light.asked == ["changes", "b"]
    assert (first.changed, first.absent, first.withdrawn) == (1, 1, 0)
    assert light.visit().events == [("withdrawn", "a:f")]


def test_an_incremental_walk_without_a_light_list_proves_no_absence(light: Site) -> None:
    light.web.put(f"{SITE}changes", {"pages": {}})
    assert light.visit().events == []


def test_a_page_that_two_pages_of_the_list_name_is_read_once(site: Site) -> None:
    site.web.put(SITE, {"pages": site.marks | {"p1?": "1"}})
    site.web.pages[f"{SITE}p1?"] = site.web.pages[f"{SITE}p1"]
    site.web.put(f"{SITE}p1?", {"pages": {"p2": "autre", "p3": "autre"}})
    summary = site.visit()
    assert summary.complete and summary.unchanged == 6 and sorted(site.asked) == ["", "p1?"]
