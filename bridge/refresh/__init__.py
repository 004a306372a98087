"""All sources: the one writer. Decides what is new, changed, absent or withdrawn, and keeps everything fresh.

Walks run beside one another (never two at once on a host) and hand their batches to one thread that commits them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event

from bridge.collective import Collective
from bridge.fetch import Fetcher
from bridge.fetch.alone import alone
from bridge.harvest import Batch, Walk
from bridge.instants import from_now
from bridge.logs import event
from bridge.meaning.source import Source
from bridge.refresh.committing import Indexing, commit
from bridge.refresh.ending import end, too_many
from bridge.refresh.summary import Summary
from bridge.refresh.walking import Step, Walks, fewer_collections, host_of, in_turn
from bridge.store import now
from bridge.store.pushed import Delivered

__all__ = ["HEARTBEAT", "Progress", "Summary", "due_sources", "fetcher", "refresh", "run", "too_many"]

log = logging.getLogger("partageons")

Progress = Callable[[str, int, int | None, bool], None]
"""Called as a walk goes on: source id, items so far, how many the source announces, whether it has ended."""

HEARTBEAT = "refresher.alive"
"""The file of the data folder that a running refresher touches each second."""
LOOK = 0.1
"""Seconds between two looks at what is due: what a ping waits for at most."""
UNDONE_FOR = timedelta(days=7)
"""How long what a person confirmed as gone can be brought back."""
FILES = 1.0
"""Seconds between two looks at the mapping files."""
BURST = 5.0
"""Seconds of walks without a look at anything else, however much they bring."""


def fetcher(collective: Collective) -> Fetcher:
    """The one door outwards, as the settings allow it."""
    settings = collective.settings
    return Fetcher(settings.allow_hosts, settings.user_agent, settings.admin_email)


def refresh(
    collective: Collective,
    sources: Iterable[Source],
    fetch: Fetcher,
    *,
    full: bool = False,
    pace: timedelta | None = None,
    progress: Progress = lambda *_: None,
) -> list[Summary]:
    """Visit these sources once and commit what they give. One source's failure costs only itself.

    Args:
        full: walk everything, even where the source could say what changed.
        pace: until the next visit, instead of each source's own rhythm.
    """
    wanted = list(sources)
    visits = _Visits(collective, fetch, pace, progress)
    with fewer_collections():
        walks = visits.begin(wanted, full)
        while walks:
            with Indexing(collective) as indexing, closing(_steps(collective, walks)) as steps:
                ended = [summary for step in steps if (summary := visits.follow(indexing, *step))]
            # What was learnt of changed identifiers takes a second walk to be applied.
            again = {summary.source for summary in ended if summary.again}
            walks = visits.begin([source for source in wanted if source.id in again], full=True)
    collective.catch_up()
    return [visits.told[source.id] for source in wanted]


def run(collective: Collective, fetch: Fetcher, stop: Event, pace: timedelta | None = None) -> None:
    """Keep everything fresh until ``stop``: visit what is due, what is announced first. A mapping file that changes may
    change what each target receives: it counts as a commit."""
    files, sources, looked, purged = collective.files, collective.sources, 0.0, ""
    visits = _Visits(collective, fetch, pace)
    with fewer_collections(), Walks(_locks(collective)) as walks, _alive(collective) as beat:
        while not stop.is_set():
            if time.monotonic() - looked > FILES:
                looked = time.monotonic()
                sources = collective.sources
                if files != collective.files:
                    files = collective.files
                    with collective.store.writing() as writing:
                        writing.touch()
            beat()
            if purged != (today := now()[:10]):
                purged = today
                with collective.store.writing() as writing:
                    writing.purge(from_now(-UNDONE_FOR))
            _add_due(collective, visits, walks, sources)
            with Indexing(collective) as indexing:
                until = time.monotonic() + BURST
                while not stop.is_set() and time.monotonic() < until and (step := walks.take(LOOK)):
                    beat()
                    ended = visits.follow(indexing, *step)
                    if ended and ended.again:
                        for walk in visits.begin([step[0].source], full=True):
                            walks.add(walk, urgent=True)
                    _add_due(collective, visits, walks, sources)
            collective.catch_up()


@contextmanager
def _alive(collective: Collective) -> Iterator[Callable[[], None]]:
    """What tells others, once a second at most, that a refresher is at work; one that ends says so too."""
    path, told = collective.settings.data / HEARTBEAT, 0.0

    def beat() -> None:
        nonlocal told
        if time.monotonic() - told > 1:
            told = time.monotonic()
            path.touch()

    try:
        yield beat
    finally:
        path.unlink(missing_ok=True)


def _add_due(collective: Collective, visits: _Visits, walks: Walks, sources: Mapping[str, Source]) -> None:
    due = {id: asked for id, asked in _due(collective, sources).items() if id not in walks}
    for walk in visits.begin([sources[id] for id in due]):
        walks.add(walk, urgent=due[walk.source.id])


def due_sources(collective: Collective) -> list[Source]:
    """The sources whose next visit has come."""
    return [collective.sources[id] for id in _due(collective, collective.sources)]


def _due(collective: Collective, sources: Iterable[str]) -> dict[str, bool]:
    """Those of these sources whose next visit has come, or that were never visited; whether somebody asked for it."""
    with collective.store.snapshot() as snapshot:
        due, known = snapshot.due(now()), snapshot.visited()
    return {id: due.get(id, False) for id in sources if id in due or id not in known}


class _Visits:
    """The visits of one program: what each source's present one did so far, in ``told``."""

    def __init__(
        self, collective: Collective, fetch: Fetcher, pace: timedelta | None, progress: Progress = lambda *_: None
    ) -> None:
        self.told: dict[str, Summary] = {}
        self._here, self._fetch, self._pace, self._progress = collective, fetch, pace, progress

    def begin(self, sources: Sequence[Source], full: bool = False) -> list[Walk]:
        """A walk of each of these sources."""
        if not sources:
            return []
        here = self._here
        with here.store.writing() as writing:
            for source in sources:
                writing.begin(source.id)
        for source in sources:
            before = self.told.get(source.id)
            self.told[source.id] = before.resumed() if before and before.again else Summary(source.id)
        return [self._walk(source, full) for source in sources]

    def _walk(self, source: Source, full: bool) -> Walk:
        here = self._here
        if source.pushed:  # it brings its feed itself: the network is never asked
            delivered = Delivered(here.store, source.id)
            return Walk(source, delivered, here.store, here.words, here.settings.node, delivered.full)
        return Walk(source, self._fetch, here.store, here.words, here.settings.node, full)

    def follow(self, indexing: Indexing, walk: Walk, batch: Batch | None) -> Summary | None:
        """Keep what a walk gives; its summary once it has ended."""
        summary = self.told[walk.source.id]
        if batch is not None:
            commit(self._here, indexing, walk, batch, summary)
            self._progress(walk.source.id, summary.seen, batch.total, False)
            return None
        end(self._here, walk, summary, self._pace)
        self._progress(walk.source.id, summary.seen, None, True)
        told = {name: getattr(summary, name) for name in ("complete", "seen", "created", "changed", "withdrawn")}
        event(log, "visit", source=summary.source, **told, seconds=round(walk.seconds, 2))
        return summary


def _steps(collective: Collective, walks: Sequence[Walk]) -> Generator[Step, None, None]:
    """The batches of these walks. On one host alone they need no thread, and none to wait for."""
    hosts = {host_of(walk) for walk in walks}
    if len(hosts) == 1:
        with alone(_locks(collective), host_of(walks[0]), Event().wait):
            yield from in_turn(walks)
        return
    with Walks(_locks(collective)) as beside:
        for walk in walks:
            beside.add(walk)
        while len(beside):
            if step := beside.take(1.0):
                yield step


def _locks(collective: Collective) -> Path:
    return collective.settings.data / "hosts"
