"""When sources are visited: the learnt pace, the refresher that runs, askings that come while it works."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from types import SimpleNamespace
from typing import Any

import pytest

from bridge.fetch.alone import alone
from bridge.record import Request, Response
from bridge.refresh import HEARTBEAT, due_sources, refresh, run
from bridge.refresh.pace import AFTER_FAILURE, FIRST, LONGEST, RESTS, SHORTEST, Visit, after
from bridge.refresh.walking import KEPT_FOR_PINGS, WALKS_AT_ONCE
from bridge.store import Rhythm
from bridge.store.pings import Pings

READ = Visit(complete=True, changed=False, confirm=False, seconds=0.0)
NEWS = READ._replace(changed=True)
FAILED = READ._replace(complete=False)


@pytest.fixture
def source(add_source, collective):
    add_source("a")
    return collective.sources["a"]


def items(*ids: int) -> list[dict[str, Any]]:
    return [{"id": n, "titre": f"Titre {n}"} for n in ids]


def delay_of(rhythm: Rhythm) -> timedelta:
    return datetime.fromisoformat(rhythm.next_visit) - datetime.now(UTC)


def repeated(source: Any, visit: Visit, times: int, start: Rhythm | None = None) -> Rhythm:
    rhythm = start or Rhythm()
    for _ in range(times):
        rhythm = after(source, rhythm, visit, 60, None)
    return rhythm


def test_what_changes_is_visited_more_and_what_does_not_less_within_bounds(source):
    assert abs(delay_of(after(source, Rhythm(), READ._replace(first=True), 60, None)) - FIRST) < FIRST / 5
    often, seldom = repeated(source, NEWS, 20), repeated(source, READ, 20)
    assert SHORTEST - timedelta(seconds=2) < delay_of(often) < SHORTEST * 1.2
    assert LONGEST * 0.8 < delay_of(seldom) <= LONGEST
    faster = after(source, seldom, NEWS, 60, None)
    assert LONGEST * 0.4 < delay_of(faster) < LONGEST * 0.6


def test_a_declared_rhythm_is_where_learning_starts(source):
    declared = replace(source, every="2d")
    assert timedelta(hours=10) < delay_of(after(declared, Rhythm(), READ._replace(first=True), 60, None))


def test_failures_are_waited_for_longer_and_longer_and_forgotten_at_the_first_success(source):
    delays = [delay_of(repeated(source, FAILED, times)) for times in (1, 2, 3, 30)]
    assert [round(delay / AFTER_FAILURE) for delay in delays[:3]] == [1, 2, 4] and delays[3] <= LONGEST
    back = after(source, repeated(source, FAILED, 5), READ, 60, None)
    assert back.failures == 0 and delay_of(back) < FIRST * 2


def test_a_site_that_takes_long_to_read_rests(source):
    slow = NEWS._replace(seconds=1800)
    assert delay_of(repeated(source, slow, 10)) > timedelta(seconds=RESTS * 1800 - 2)


def test_an_absence_and_a_fixed_pace_decide_alone(source):
    assert delay_of(after(source, Rhythm(), READ._replace(confirm=True), 60, None)) < timedelta(seconds=61)
    assert delay_of(after(source, Rhythm(), FAILED, 60, timedelta(seconds=5))) < timedelta(seconds=6)


def test_a_change_that_no_ping_announced_is_counted_for_those_that_ping(source):
    quiet = after(source, Rhythm(last_visit="2026-01-02T00:00:00Z"), NEWS, 60, None)
    pinging = Rhythm(last_visit="2026-01-02T00:00:00Z", pings=3, pinged="2026-01-01T00:00:00Z")
    missed = after(source, pinging, NEWS, 60, None)
    announced = after(source, replace(pinging, pinged="2026-01-03T00:00:00Z"), NEWS, 60, None)
    assert (quiet.missed, missed.missed, announced.missed) == (0, 1, 0)
    assert missed.pace < announced.pace  # news that were announced are no reason to look more often
    assert after(source, pinging, READ, 60, None).pace > after(source, Rhythm(), READ, 60, None).pace


def test_the_pace_is_kept_between_visits(source, web, harvest, collective):
    web.put("https://a.exemple.fr/data.json", items(1))
    harvest()
    for number in range(2, 6):
        web.put("https://a.exemple.fr/data.json", items(*range(1, number + 1)))
        harvest()
    with collective.store.snapshot() as snapshot:
        rhythm = snapshot.states()["a"].rhythm
    assert rhythm.pace < FIRST.total_seconds() / 8 and rhythm.missed == 0 and rhythm.failures == 0
    web.fail("https://a.exemple.fr/data.json")
    harvest()
    with collective.store.snapshot() as snapshot:
        assert snapshot.states()["a"].rhythm.failures == 1


@contextmanager
def running(collective: Any, web: Any) -> Iterator[Callable[[Callable[[], bool]], bool]]:
    """A refresher at work; gives what waits for something to become true."""
    stop = Event()
    thread = Thread(target=run, args=(collective, web, stop))
    thread.start()
    try:
        yield lambda there: any(there() or stop.wait(0.05) for _ in range(200))
    finally:
        stop.set()
        thread.join()


class Slow:
    """Answers when it is let to; ``asked`` are the hosts, in order; ``most`` the most requests at once on a host."""

    def __init__(self, web: Any, held: str) -> None:
        self._web, self._held = web, held
        self.go, self._lock = Event(), Lock()
        self.asked: list[str] = []
        self.now: dict[str, int] = {}
        self.most = 0

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        host = request.url.split("/")[2]
        with self._lock:
            self.asked.append(host)
            self.now[host] = self.now.get(host, 0) + 1
            self.most = max(self.most, self.now[host])
        try:
            if re.match(self._held, host):
                assert self.go.wait(20)
            answer: Response = self._web.get(request, etag=etag, last_modified=last_modified)
            return answer
        finally:
            with self._lock:
                self.now[host] -= 1


def hurry(collective: Any, *ids: str) -> None:
    with collective.store.writing() as writing:
        for id in ids:
            writing.hurry(id)


def test_an_asking_that_comes_during_a_visit_is_not_lost(source, web, collective):
    web.put("https://a.exemple.fr/data.json", items(1))
    slow = Slow(web, "a")
    with running(collective, slow) as reaches:
        assert reaches(lambda: slow.asked == ["a.exemple.fr"])
        hurry(collective, "a")  # while the site is answering with what it was
        slow.go.set()
        assert reaches(lambda: len(slow.asked) == 2)
        assert reaches(lambda: due_sources(collective) == [])


def test_whoever_announces_a_change_does_not_wait_for_slow_sites(add_source, web, collective):
    names = [f"s{number}" for number in range(WALKS_AT_ONCE + KEPT_FOR_PINGS)]
    for name in (*names, "vif"):
        add_source(name, url=f"https://{name}.exemple.fr/data.json")
        web.put(f"https://{name}.exemple.fr/data.json", items(1))
    refresh(collective, [collective.sources["vif"]], web)
    slow = Slow(web, r"s\d")
    with running(collective, slow) as reaches:
        assert reaches(lambda: len(slow.asked) == WALKS_AT_ONCE)  # the others wait for their turn
        web.put("https://vif.exemple.fr/data.json", items(1, 2))
        hurry(collective, "vif")
        assert reaches(lambda: collective.index.seq == collective.store.seq and "vif:2" in live(collective))
        assert len(slow.asked) == WALKS_AT_ONCE + 1 and not slow.go.is_set()
        slow.go.set()
        assert reaches(lambda: len(live(collective)) == len(names) + 2)


def live(collective: Any) -> list[str]:
    with collective.store.snapshot() as snapshot:
        return [entry.id for entry in snapshot.walk() if entry.record]


def test_two_sources_of_a_host_are_never_visited_at_once_by_one_program_or_two(add_source, web, collective):
    for name in ("un", "deux", "trois"):
        add_source(name, url=f"https://hote.exemple.fr/{name}.json")
        web.put(f"https://hote.exemple.fr/{name}.json", items(1))
    slow = Slow(web, "hote")
    with running(collective, slow) as reaches:
        assert reaches(lambda: len(slow.asked) == 1)
        other = Thread(target=refresh, args=(collective, list(collective.sources.values()), slow))
        other.start()
        assert not Event().wait(0.5) and len(slow.asked) == 1
        slow.go.set()
        other.join()
        assert reaches(lambda: due_sources(collective) == [])
    assert slow.most == 1 and len(slow.asked) >= 6


def test_a_host_is_given_up_when_one_is_asked_to_end(tmp_path):
    stop = Event()
    with alone(tmp_path / "hotes", "hote", stop.wait) as held:
        assert held
        stop.set()
        with alone(tmp_path / "hotes", "hote", stop.wait) as again, alone(tmp_path / "hotes", "x", stop.wait) as x:
            assert not again and x


def test_a_running_refresher_says_that_it_is_alive_and_ends_in_the_middle_of_walks(source, add_source, web, collective):
    add_source("b", url="https://b.exemple.fr/data.json")
    for name in "ab":
        web.put(f"https://{name}.exemple.fr/data.json", items(1))
    slow = Slow(web, "a")
    with running(collective, slow) as reaches:
        assert reaches(lambda: live(collective) == ["b:1"])
        assert reaches(lambda: [each.id for each in due_sources(collective)] in ([], ["a"]))  # its visit is over
        assert reaches((collective.settings.data / HEARTBEAT).exists)
        slow.go.set()
    assert [each.id for each in due_sources(collective)] in ([], ["a"])


def test_a_visit_that_was_cut_short_is_due_again(source, collective):
    with collective.store.writing() as writing:
        writing.begin("a")
    assert [each.id for each in due_sources(collective)] == ["a"]


@pytest.mark.parametrize("during", [False, True])
def test_a_ping_in_the_second_of_a_visit_announces_what_the_next_one_finds(collective, during):
    """Whether it came while the site was read, or just after."""

    def visit(meanwhile=lambda: None):
        with collective.store.writing() as writing:
            writing.begin("a")
        meanwhile()
        with collective.store.writing() as writing:
            rhythm = after(SimpleNamespace(id="a", every=""), writing.rhythm("a"), NEWS, 60, None)
            writing.visited("a", success=True, rhythm=rhythm)
        return rhythm

    def ping():
        with collective.store.writing() as writing:
            Pings(writing).came("a")

    ping()
    visit(ping if during else lambda: None)
    if not during:
        ping()
    assert visit().missed == 0
    assert visit().missed == 1  # nothing told of what this one found
