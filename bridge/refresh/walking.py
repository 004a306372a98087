"""Walks beside one another, never two at once on a host, their batches handed to one thread."""

from __future__ import annotations

import gc
import queue
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

from bridge.fetch.alone import alone
from bridge.harvest import Batch, Walk

WALKS_AT_ONCE = 8
KEPT_FOR_PINGS = 4
"""Walks beside those: whoever announces a change does not wait for slow sites to be read."""

Step = tuple[Walk, Batch | None]


class Walks:
    """Walks under way or waiting for their turn. One thread adds walks and takes their batches; each walk has a
    thread of its own, that waits until its last batch is taken: what is read stays in proportion to what is kept.

    Args:
        locks: the folder that tells other programs which hosts are being visited.
    """

    def __init__(self, locks: Path) -> None:
        self._locks = locks
        self._steps: queue.Queue[Step] = queue.Queue(maxsize=1)
        self._waiting: dict[str, deque[tuple[Walk, bool]]] = {}
        self._running: dict[Future[None], tuple[str, bool]] = {}
        self._known: set[str] = set()
        self._stop = Event()
        self._pool = ThreadPoolExecutor(WALKS_AT_ONCE + KEPT_FOR_PINGS, "walk")

    def __enter__(self) -> Walks:
        return self

    def __exit__(self, *error: object) -> None:
        """End: walks under way stop at their next batch."""
        self._stop.set()
        while wait(self._running, 0.05).not_done:  # those that wait for room in the queue
            with suppress(queue.Empty):
                self._steps.get_nowait()
        self._pool.shutdown()

    def __contains__(self, source: str) -> bool:
        return source in self._known

    def __len__(self) -> int:
        return len(self._known)

    def add(self, walk: Walk, urgent: bool = False) -> None:
        """Walk as soon as nobody else is on its host."""
        self._known.add(walk.source.id)
        line = self._waiting.setdefault(host_of(walk), deque())
        line.appendleft((walk, urgent)) if urgent else line.append((walk, urgent))
        self._start()

    def take(self, seconds: float) -> Step | None:
        """The next batch of any walk, or (walk, None) at its end; None when none came in so many seconds."""
        self._start()
        try:
            walk, batch = self._steps.get(timeout=seconds)
        except queue.Empty:
            return None
        if batch is None:
            self._known.discard(walk.source.id)
        return walk, batch

    def _start(self) -> None:
        for future in [each for each in self._running if each.done()]:
            del self._running[future]
            future.result()  # an error of ours in a walk is told, not lost in its thread
        busy = {host for host, _ in self._running.values()}
        ordinary = sum(not urgent for _, urgent in self._running.values())
        for host in [host for host in self._waiting if host not in busy]:
            if len(self._running) >= WALKS_AT_ONCE + KEPT_FOR_PINGS:
                return
            walk, urgent = self._waiting[host][0]
            if not urgent and ordinary >= WALKS_AT_ONCE:
                continue
            self._waiting[host].popleft()
            if not self._waiting[host]:
                del self._waiting[host]
            self._running[self._pool.submit(self._run, walk, host)] = host, urgent
            ordinary += not urgent

    def _run(self, walk: Walk, host: str) -> None:
        with alone(self._locks, host, self._stop.wait) as held:
            for step in in_turn([walk]) if held else ():
                if self._stop.is_set():
                    return
                self._steps.put(step)


def in_turn(walks: Iterable[Walk]) -> Iterator[Step]:
    """The batches of walks, one walk after the other, each followed by None at its end."""
    for walk in walks:
        for batch in walk.batches():
            yield walk, batch
        yield walk, None


def host_of(walk: Walk) -> str:
    """The host that a walk visits first."""
    return urlsplit(walk.source.url).netloc.lower()


@contextmanager
def fewer_collections() -> Iterator[None]:
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
