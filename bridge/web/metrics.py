"""The figures of the service, in the text format of Prometheus (exposition format 0.0.4)."""

from __future__ import annotations

import platform
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from bridge import __version__
from bridge.collective import Collective
from bridge.refresh import HEARTBEAT
from bridge.store import SourceState
from bridge.store.figures import Figures
from bridge.store.notices import KINDS

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
KEPT = 5.0
"""Seconds that figures are kept: however many ask, the store is asked no more often."""
HEALTHS = ("ok", "never", "failing", "held")

Samples = list[tuple[Mapping[str, str], float]]


class Metric(NamedTuple):
    """One figure: its name without prefix, ``gauge`` or ``counter``, what it is, its values with their labels."""

    name: str
    kind: str
    help: str
    samples: Samples


class Kept:
    """The last text, for a while."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._until = float("-inf")
        self._text = ""

    def text(self, write: Callable[[], str]) -> str:
        with self._lock:  # whoever asks meanwhile waits for the one who counts
            if self._clock() >= self._until:
                self._text = write()
                self._until = self._clock() + KEPT
            return self._text


def text(here: Collective) -> str:
    """All the figures of a collective."""
    return "".join(piece for metric in figures(here) for piece in _written(metric))


def heartbeat_age(data: Path) -> float | None:
    """Seconds since the refresher last said that it lives; None when it never did."""
    try:
        return max(0.0, time.time() - (data / HEARTBEAT).stat().st_mtime)
    except OSError:
        return None


def figures(here: Collective) -> Iterator[Metric]:
    """Each figure of a collective: identifiers and numbers only."""
    indexed, now = here.index.seq, datetime.now(UTC)
    with here.store.snapshot() as snapshot:
        states, committed, counted = snapshot.states(), snapshot.seq, Figures(snapshot)
        notices, subscribers, deliveries = counted.notices(), counted.subscribers(), counted.deliveries()
    yield Metric("build_info", "gauge", "The program that runs.", [(_BUILD, 1)])
    yield from _of_sources(here, states, now)
    yield Metric("notices", "gauge", "Open notices.", [({"kind": kind}, notices.get(kind, 0)) for kind in KINDS])
    sent: Samples = [({"target": id, "state": state}, count) for (id, state), count in deliveries.items()]
    yield Metric("deliveries", "gauge", "Deliveries to targets that wait, or were given up (dead).", sent)
    yield Metric("subscribers", "gauge", "Active subscriptions to feeds (WebSub).", [({}, subscribers)])
    yield Metric("commits_total", "counter", "Commits that changed something public.", [({}, committed)])
    behind = max(0, committed - indexed)
    yield Metric("index_behind_commits", "gauge", "Commits that the search index does not know.", [({}, behind)])
    yield from _of_machine(here.settings.data)


_BUILD = {"version": __version__, "python": platform.python_version()}


def _of_sources(here: Collective, states: Mapping[str, SourceState], now: datetime) -> Iterator[Metric]:
    visited = {id: states[id] for id in here.sources if id in states}
    records: Samples = []
    for id, state in states.items():
        records.append(({"source": id, "status": "live"}, state.live))
        records.append(({"source": id, "status": "withdrawn"}, state.withdrawn))
    health = Counter(_health(states.get(id)) for id in here.sources)

    def each(value: Callable[[SourceState], float | None]) -> Samples:
        found = ((id, value(state)) for id, state in visited.items())
        return [({"source": id}, count) for id, count in found if count is not None]

    yield Metric("records", "gauge", "Records and tombstones.", records)
    yield Metric("sources", "gauge", "Declared sources.", [({"health": name}, health[name]) for name in HEALTHS])
    broken: Samples = [({}, len(here.broken))]
    yield Metric("mapping_files_broken", "gauge", "Mapping files that cannot be used.", broken)
    success = each(lambda state: _since(state.last_success, now))
    yield Metric("source_last_success_age_seconds", "gauge", "Time since the last complete visit.", success)
    late = each(lambda state: max(0.0, _since(state.rhythm.next_visit, now) or 0.0))
    yield Metric("source_visit_late_seconds", "gauge", "Time since a visit is due.", late)
    pings, missed = each(lambda state: state.rhythm.pings), each(lambda state: state.rhythm.missed)
    yield Metric("source_pings_total", "counter", "Signed pings.", pings)
    yield Metric("source_pings_missed_total", "counter", "Visits that found what no ping had told.", missed)
    held = each(lambda state: state.held_back)
    yield Metric("source_held_back_records", "gauge", "Records that wait for a person's decision.", held)


def _of_machine(data: Path) -> Iterator[Metric]:
    files = (("database", "partageons.sqlite"), ("log", "partageons.sqlite-wal"))
    sizes: Samples = [({"file": kind}, _size(data / name)) for kind, name in files]
    yield Metric("database_size_bytes", "gauge", "Files of the database (SQLite).", sizes)
    disk = shutil.disk_usage(data)
    yield Metric("disk_free_bytes", "gauge", "Free space where the data is.", [({}, disk.free)])
    yield Metric("disk_size_bytes", "gauge", "Space where the data is.", [({}, disk.total)])
    age = heartbeat_age(data)
    alive: Samples = [] if age is None else [({}, age)]
    yield Metric("refresher_heartbeat_age_seconds", "gauge", "Time since the refresher said that it lives.", alive)


def _health(state: SourceState | None) -> str:
    if state is None or not state.last_visit:
        return "never"
    if state.unreachable_since:
        return "failing"
    return "held" if state.held_back else "ok"


def _since(instant: str, now: datetime) -> float | None:
    return (now - datetime.fromisoformat(instant)).total_seconds() if instant else None


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _written(metric: Metric) -> Iterable[str]:
    name = f"partageons_{metric.name}"
    yield f"# HELP {name} {metric.help}\n# TYPE {name} {metric.kind}\n"
    for labels, value in metric.samples:
        told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{name}{{{told}}} {round(value, 3)}\n" if told else f"{name} {round(value, 3)}\n"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
