"""Walks beside one another, never two at once on a host, their batches handed to one thread."""

from __future__ import annotations

import gc
import queue
from collections.abc import Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from threading import Event
from urllib.parse import urlsplit

from bridge.harvest import Batch, Walk

WALKS_AT_ONCE = 4


def steps(groups: Sequence[Sequence[Walk]]) -> Generator[tuple[Walk, Batch | None], None, None]:
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


def by_host(walks: Iterable[Walk]) -> list[list[Walk]]:
    groups: dict[str, list[Walk]] = {}
    for walk in walks:
        groups.setdefault(urlsplit(walk.source.url).netloc.lower(), []).append(walk)
    return list(groups.values())


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
