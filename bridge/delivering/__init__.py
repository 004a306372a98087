"""Deliveries: what changes goes to the targets that asked for it, in their words, and never back to where it is from.

Each target follows the history of the store at its own pace: a slow one, or one that is down, delays no other. What is
sent is noted before and after, so that whatever happens between the two is taken up again where it was.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import Event

from bridge.collective import Collective
from bridge.delivering.articles import Done, tell
from bridge.delivering.proposals import Shown, compared, keep_theirs, listed, put_ours
from bridge.delivering.selecting import pushed
from bridge.delivering.way import BACK_OFF, Way
from bridge.errors import BridgeError
from bridge.fetch import Fetcher
from bridge.fetch.alone import alone
from bridge.meaning.target import Target
from bridge.store import now
from bridge.store.deliveries import Deliveries, Delivery

__all__ = [
    "BACK_OFF",
    "Done",
    "Shown",
    "compared",
    "deliver_now",
    "keep_theirs",
    "listed",
    "pushed",
    "put_ours",
    "replay",
    "run",
]

log = logging.getLogger("partageons")

AT_ONCE = 4
"""Targets to which something is sent at the same time."""
LOOK = 0.1
"""Seconds between two looks at what is new."""
FILES = 10
"""Looks between two looks at the mapping files."""


def run(here: Collective, fetch: Fetcher, stop: Event) -> None:
    """Deliver what changes until ``stop``: within a few tenths of a second when all is well."""
    _set_out_again(here)
    targets: Sequence[Target] = ()
    looked: dict[str, tuple[int, str]] = {}
    busy: dict[str, Future[int]] = {}
    looks = 0
    with ThreadPoolExecutor(AT_ONCE, "delivering") as pool:
        while not stop.wait(LOOK):
            if looks % FILES == 0:
                targets = pushed(here)
            looks += 1
            for id, future in list(busy.items()):
                if future.done():
                    del busy[id]
            if not targets:
                continue
            seq = min(here.store.seq, here.index.seq)
            with here.store.snapshot() as snapshot:
                waiting, stopped = Deliveries(snapshot).waiting(), Deliveries(snapshot).stopped()
            for target in targets:
                if target.id in waiting:
                    due = waiting[target.id] <= now()
                else:
                    due = looked.get(target.id) != (seq, target.version)
                changed = looked.get(target.id, (0, target.version))[1] != target.version
                if due and target.id not in busy and (changed or target.id not in stopped):
                    looked[target.id] = seq, target.version
                    busy[target.id] = pool.submit(_deliver, here, fetch, target, stop, looked)


def _deliver(here: Collective, fetch: Fetcher, target: Target, stop: Event, looked: dict[str, tuple[int, str]]) -> int:
    """All that a target does not know yet; returns how many messages or batches went there."""
    count = 0
    try:
        with alone(here.settings.data / "targets", target.id, lambda seconds: True) as held:
            way = Way(here, fetch.send, target, stop)
            while held and not stop.is_set() and way.once() is not None:
                count += 1
            if not held:
                looked.pop(target.id, None)
    except BridgeError as error:
        looked.pop(target.id, None)
        log.error("%s : %s", target.id, error)
        stop.wait(BACK_OFF[0])
    except Exception:  # a fault of ours: it is told, and costs this target alone
        log.exception("%s: could not be delivered to", target.id)
        stop.wait(BACK_OFF[0])
    return count


def deliver_now(
    here: Collective, fetch: Fetcher, target: Target, *, dry_run: bool = False, everything: bool = False
) -> list[Done]:
    """Deliver to one target at once, what waits for its next try included.

    Args:
        dry_run: only tell what would be done; nothing is written, here or there.
        everything: begin again at the first record.

    Returns:
        what was done, or would be, in order.
    """
    way = Way(here, fetch.send, target, Event())
    if dry_run:
        return way.would(everything)
    done: list[Done] = []
    with alone(here.settings.data / "targets", target.id, Event().wait):
        way.begin(everything)
        while (some := way.once(impatient=True)) is not None:
            done += some
            if way.failed:
                break
    return done


def replay(here: Collective, who: str, id: int = 0) -> list[Delivery]:
    """Make a dead message, or all of them, wait for the next try; returns those.

    Raises:
        BridgeError: there is no such message.
    """
    with here.store.writing() as writing:
        found = Deliveries(writing).replay(id)
        if id and not found:
            raise BridgeError(f"Aucun envoi abandonné ne porte le numéro {id}.", "partageons deliveries les montre.")
        for each in found:
            writing.journal(who, "replay", f"{each.target} {each.id}")
        for target in {each.target for each in found}:
            tell(writing, target)
    return found


def _set_out_again(here: Collective) -> None:
    """What stopped a target may have been mended while the service was: each start is a new try."""
    with here.store.snapshot() as snapshot:
        stopped = Deliveries(snapshot).stopped()
    if stopped:
        with here.store.writing() as writing:
            deliveries = Deliveries(writing)
            for id in stopped:
                if known := deliveries.known(id):
                    deliveries.place(replace(known, stopped=""))
