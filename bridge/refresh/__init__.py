"""All sources: the one writer. Decides what is new, changed, absent or withdrawn, and keeps everything fresh.

Walks run beside one another (never two at once on a host) and hand their batches to one thread that commits them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import closing
from datetime import timedelta
from threading import Event

from bridge.collective import Collective
from bridge.fetch import Fetcher
from bridge.harvest import Walk
from bridge.meaning.source import Source
from bridge.refresh.committing import Indexing, commit
from bridge.refresh.ending import end, too_many
from bridge.refresh.summary import Summary
from bridge.refresh.walking import by_host, fewer_collections, steps
from bridge.store import now

__all__ = ["Progress", "Summary", "due_sources", "fetcher", "refresh", "run", "too_many"]

Progress = Callable[[str, int, int | None, bool], None]
"""Called as a walk goes on: source id, items so far, how many the source announces, whether it has ended."""


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
    walks = [
        Walk(source, fetch, collective.store, collective.words, collective.settings.node, full) for source in sources
    ]
    summaries = {walk.source.id: Summary(walk.source.id) for walk in walks}
    with fewer_collections(), Indexing(collective) as indexing, closing(steps(by_host(walks))) as stepped:
        for walk, batch in stepped:
            summary = summaries[walk.source.id]
            if batch is not None:
                commit(collective, indexing, walk, batch, summary)
                progress(walk.source.id, summary.seen, batch.total, False)
            else:
                end(collective, walk, summary, fetch, pace)
                progress(walk.source.id, summary.seen, None, True)
    collective.catch_up()
    return [summaries[walk.source.id] for walk in walks]


def run(collective: Collective, fetch: Fetcher, stop: Event, pace: timedelta | None = None) -> None:
    """Keep everything fresh until ``stop``: every second, visit what is due. A mapping file that changes may change
    what each target receives: it counts as a commit."""
    files = collective.files
    while not stop.is_set():
        if files != collective.files:
            files = collective.files
            with collective.store.writing() as writing:
                writing.touch()
        if due := due_sources(collective):
            refresh(collective, due, fetch, pace=pace)
        collective.catch_up()
        stop.wait(1)


def due_sources(collective: Collective) -> list[Source]:
    """The sources whose next visit has come."""
    clock = now()
    with collective.store.snapshot() as snapshot:
        states = snapshot.states()
    return [s for s in collective.sources.values() if s.id not in states or states[s.id].next_visit <= clock]
