"""All sources: the one writer. Decides what is new, changed, absent or withdrawn, and keeps everything fresh.

Walks run beside one another (never two at once on a host) and hand their batches to one thread that commits them.
"""

from __future__ import annotations

import gc
import queue
import re
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any
from urllib.parse import urlsplit

from bridge.collective import Collective
from bridge.errors import BusyError, FetchError
from bridge.fetch import Fetcher
from bridge.harvest import Batch, Walk
from bridge.meaning.source import Source
from bridge.record import Entry, Problem, Request
from bridge.store import now
from bridge.store.search import Writer

WALKS_AT_ONCE = 4
PAGES_CHECKED = 20
EVERY = timedelta(hours=1)
UNLISTED_AFTER = timedelta(days=30)
EMPTIED_AFTER = timedelta(days=90)

Progress = Callable[[str, int, int | None, bool], None]
"""Called as a walk goes on: source id, items so far, how many the source announces, whether it has ended."""


@dataclass(slots=True)
class Summary:
    """What one visit of a source did.

    Attributes:
        absent: missing and waiting for a second look.
        held_back: missing in such numbers that a person decides.
        events: ``(created | changed | absent | withdrawn | held_back, record id)``, in the order it happened.
    """

    source: str
    complete: bool = False
    seen: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    absent: int = 0
    withdrawn: int = 0
    held_back: int = 0
    problems: list[Problem] = field(default_factory=list)
    events: list[tuple[str, str]] = field(default_factory=list)

    def note(self, event: str, ids: Sequence[str]) -> None:
        """Something happened to these records."""
        self.events += [(event, record_id) for record_id in ids]
        setattr(self, event, getattr(self, event) + len(ids))

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


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
    with _fewer_collections(), _Indexing(collective) as indexing, closing(_steps(_by_host(walks))) as steps:
        for walk, batch in steps:
            summary = summaries[walk.source.id]
            if batch is not None:
                _commit(collective, indexing, walk, batch, summary)
                progress(walk.source.id, summary.seen, batch.total, False)
            else:
                _end(collective, walk, summary, fetch, pace)
                progress(walk.source.id, summary.seen, None, True)
    collective.catch_up()
    return [summaries[walk.source.id] for walk in walks]


def _steps(groups: Sequence[Sequence[Walk]]) -> Generator[tuple[Walk, Batch | None], None, None]:
    """The batches of every walk, each followed by None at its end; the walks of a group one after the other, the
    groups beside one another. One group alone needs no thread, and none to wait for."""
    if len(groups) == 1:
        yield from _in_turn(groups[0])
        return
    batches: queue.Queue[tuple[Walk, Batch | None]] = queue.Queue(maxsize=1)
    stop = Event()

    def run(group: Sequence[Walk]) -> None:
        for step in _in_turn(group):
            if stop.is_set():
                return
            batches.put(step)

    with ThreadPoolExecutor(WALKS_AT_ONCE, "walk") as pool:
        running = [pool.submit(run, group) for group in groups]
        try:
            while not all(each.done() for each in running) or not batches.empty():
                with suppress(queue.Empty):
                    yield batches.get(timeout=0.05)
            for each in running:
                each.result()  # an error of ours in a walk is told, not lost in its thread
        finally:
            stop.set()
            while wait(running, 0.05).not_done:  # those that an error left waiting for room in the queue
                with suppress(queue.Empty):
                    batches.get_nowait()


def _in_turn(group: Sequence[Walk]) -> Iterator[tuple[Walk, Batch | None]]:
    for walk in group:
        for batch in walk.batches():
            yield walk, batch
        yield walk, None


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Records hold no cycles: looking for them at each thousand of new objects, among the tables of places too, costs
    a third of a walk."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(100_000, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


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


def _by_host(walks: Iterable[Walk]) -> list[list[Walk]]:
    groups: dict[str, list[Walk]] = {}
    for walk in walks:
        groups.setdefault(urlsplit(walk.source.url).netloc.lower(), []).append(walk)
    return list(groups.values())


def _commit(collective: Collective, indexing: _Indexing, walk: Walk, batch: Batch, summary: Summary) -> None:
    """Keep a batch in one transaction, then bring it to the index."""
    source = walk.source
    summary.unchanged += len(batch.same)
    summary.seen += len(batch)
    if source.id not in collective.sources:  # forgotten while it was being walked
        return
    if not (batch.changes or batch.deleted or batch.pages):
        return
    with collective.store.writing() as writing:
        opposed = writing.opposed()
        changes = [change for change in batch.changes.values() if change.id not in opposed]
        outcome = writing.keep(source.id, source.version, changes)
        gone = writing.withdraw(batch.deleted)
        writing.pages(source.id, source.version, batch.pages)
    summary.unchanged += len(outcome.unchanged)
    for event, ids in (("created", outcome.created), ("changed", outcome.changed), ("withdrawn", gone)):
        summary.note(event, ids)
    if writing.touched:
        moved = {**dict.fromkeys((*outcome.created, *outcome.changed), writing.datestamp), **outcome.back}
        entries = [Entry(c.id, moved[c.id], "live", c.record) for c in changes if c.id in moved]
        entries += [Entry(record_id, writing.datestamp, "withdrawn") for record_id in gone]
        indexing.follow(entries, writing.seq)


class _Indexing:
    """The index follows the commits of one refresh; opened at the first, so that a visit without news costs nothing.

    When another process is indexing, nothing waits: whoever indexes next catches up from the store by ``seq``.
    """

    def __init__(self, collective: Collective) -> None:
        self._collective = collective
        self._stack = ExitStack()
        self._writer: Writer | None = None

    def __enter__(self) -> _Indexing:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def follow(self, entries: Sequence[Entry], seq: int) -> None:
        """Index what was just committed as ``seq``."""
        if self._writer is None:
            try:
                self._writer = self._stack.enter_context(self._collective.index.writing())
            except BusyError:
                return
        if self._writer.seq == seq - 1:
            self._writer.update(entries, seq)
        else:
            with self._collective.store.snapshot() as snapshot:
                self._writer.update(snapshot.walk(after_seq=self._writer.seq), snapshot.seq)


def _end(collective: Collective, walk: Walk, summary: Summary, fetch: Fetcher, pace: timedelta | None) -> None:
    """Apply the rule of withdrawal, and note the visit."""
    source, settings = walk.source, collective.settings
    if source.id not in collective.sources:  # forgotten while it was being walked
        return
    with collective.store.writing() as writing:
        live = writing.live(source.id)
    absence = walk.complete and walk.whole and (walk.listed or not walk.incremental)
    met = walk.seen | walk.refused
    if absence and live and not met:
        walk.tell(Problem(f"La liste est vide alors que {len(live)} fiches étaient connues : rien n'est retiré."))
    if absence and len(walk.seen) < source.minimum:
        walk.tell(Problem(f"{len(walk.seen)} fiches au lieu de {source.minimum} attendues : rien n'est retiré."))
        absence = False
    missing = [record_id for record_id in live if record_id not in met] if absence else []
    back = [record_id for record_id, since in live.items() if since and record_id in met]
    held = too_many(len(missing), len(live))
    first = [record_id for record_id in missing if live[record_id] is None]
    gone = [record_id for record_id in missing if live[record_id] is not None]
    if not held:
        gone += _pages_gone(collective, source, first[:PAGES_CHECKED], fetch)
    if held and gone:
        walk.tell(
            Problem(
                f"{len(missing)} fiches sur {len(live)} ont disparu de ce site : elles sont gardées en attendant "
                "qu'une personne confirme (partageons release)."
            )
        )
    waiting = [record_id for record_id in first if record_id not in set(gone)]
    summary.note("absent", missing if held else waiting)
    summary.note("held_back", gone if held else ())
    cached = None
    if walk.complete:
        cached = {"complete": True, "version": source.version, "keeps_deleted": walk.keeps_deleted}
        if walk.watermark:
            cached["watermark"] = walk.watermark
        if not walk.incremental:
            cached["last_full"] = now()
    with collective.store.writing() as writing:
        writing.absent(waiting, back)
        withdrawn = () if held else writing.withdraw(gone)
        if walk.complete and not walk.incremental:
            writing.forget_pages(source.id, walk.keys)
        since = writing.visited(
            source.id,
            success=walk.complete,
            next_visit=_next_visit(source, walk.complete, bool(waiting), settings.confirm_delay, pace),
            held_back=summary.held_back if absence else None,
            cached=cached,
            problems=walk.problems,
            unplaced=walk.unplaced if walk.touched else None,
        )
        away = _ago(since)
        writing.list_source(source.id, away < UNLISTED_AFTER)
        if away >= EMPTIED_AFTER:
            withdrawn += writing.empty(source.id)
    summary.note("withdrawn", withdrawn)
    summary.complete = walk.complete
    summary.problems = walk.problems


def too_many(missing: int, live: int) -> bool:
    """Whether absences are too many to believe without a person: a whole source, >= 5 and > 20 %, > 50 and > 2 %."""
    return missing > 0 and (
        missing == live or (missing >= 5 and missing > 0.2 * live) or (missing > 50 and missing > 0.02 * live)
    )


def _pages_gone(collective: Collective, source: Source, ids: Sequence[str], fetch: Fetcher) -> list[str]:
    """Those whose own page answers that it is gone, on a site that has just answered well."""
    with collective.store.snapshot() as snapshot:
        entries = snapshot.entries(ids)
    gone = []
    for entry in entries:
        address = entry.record.url if entry.record else ""
        if address and address != source.url:
            try:
                fetch.get(Request(address))
            except FetchError as error:
                if error.status in (404, 410):
                    gone.append(entry.id)
    return gone


def _next_visit(source: Source, complete: bool, confirm: bool, confirm_delay: int, pace: timedelta | None) -> str:
    if confirm:
        delay = timedelta(seconds=confirm_delay)
    elif pace is not None:
        delay = pace
    else:
        delay = _rhythm(source.every) if complete else EVERY / 4
    return (datetime.now(UTC) + delay).strftime("%Y-%m-%dT%H:%M:%SZ")


def _rhythm(every: str) -> timedelta:
    """How often to look at a source that says how often it changes; never less than once a day."""
    if not (found := re.fullmatch(r"(\d+)([hdw])", every)):
        return EVERY
    hours = int(found[1]) * {"h": 1, "d": 24, "w": 168}[found[2]]
    return timedelta(hours=min(max(hours / 4, 1), 24))


def _ago(since: str) -> timedelta:
    if not since:
        return timedelta(0)
    return datetime.now(UTC) - datetime.strptime(since, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
