"""The way to one target: its next message or batch of articles, and what is noted before and after."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from hashlib import blake2b
from threading import Event

from bridge.collective import Collective
from bridge.delivering.articles import Articles, Done, tell
from bridge.delivering.selecting import COPIES, door, feed_of, one, shape, some
from bridge.errors import FetchError, StoreError
from bridge.instants import from_now
from bridge.logs import event
from bridge.meaning.target import Copy, Push, Target
from bridge.push import Closed, Refused, Send, ping, webhook
from bridge.store.copies import Copies
from bridge.store.deliveries import END, Deliveries, Delivery, Known, Place

log = logging.getLogger("partageons")

BACK_OFF = (5, 30, 120, 600, 3600, 6 * 3600, 24 * 3600)
"""Seconds before each new try; after the last one a message is dead."""

QUIET = 20
"""Commits that may be looked at again and again, for a target that none of them concerns, before that is noted."""


@dataclass
class Way:
    """The way to a target that has a ``push``. ``failed`` once something did not arrive and is to be tried again."""

    here: Collective
    send: Send
    target: Target
    stop: Event
    failed: bool = False

    def once(self, impatient: bool = False) -> Sequence[Done] | None:
        """Send the next message or batch, and note what became of it; None when there is nothing to do now.

        Args:
            impatient: what waits for its next try does not.
        """
        known = self._known()
        if known.stopped or (delivery := self._next(known)) is None:
            return None
        if delivery.next_try > _in(0) and not impatient:
            return None
        done: list[Done] = []
        try:
            arrived = self._send(known, delivery, done)
        except Closed as error:
            return [*done, self._stop(known, delivery, error)]
        except Refused as error:
            return [*done, self._bury(known, delivery, str(error))]
        except FetchError as error:
            return [*done, self._later(known, delivery, str(error), error.wait or 0)]
        except StoreError:
            raise
        except Exception:  # a fault of ours, or of another package: it must not be met again ten times a second
            log.exception("%s: could not be delivered to", self.target.id)
            return [*done, self._later(known, delivery, "Le pont s'est trompé : son journal dit où.", 0)]
        if arrived:
            with self.here.store.writing() as writing:
                deliveries = Deliveries(writing)
                deliveries.close(delivery)
                deliveries.arrived(known, known.place if delivery.only else delivery.until)
                tell(writing, self.target.id)
            event(log, "delivery", target=self.target.id, to=self._push.to, records=len(done))
        return done if arrived else None

    def begin(self, everything: bool) -> None:
        """Forget that nothing more was to be sent, because a person asks; or begin again at the first record."""
        known = self._known()
        with self.here.store.writing() as writing:
            deliveries = Deliveries(writing)
            deliveries.place(replace(known, stopped="", place=Place() if everything else known.place))
            if everything:
                Copies(writing).forget_removed(self.target.id)

    def would(self, everything: bool) -> list[Done]:
        """What would be done; nothing is written."""
        known, until = self._standing(), self._until()
        since = Place() if everything else known.place
        done: list[Done] = []
        with self.here.store.snapshot() as snapshot:
            deliveries = Deliveries(snapshot)
            waiting = [each for each in deliveries.deliveries(self.target.id, "waiting") if each.only]
            entries = [entry for each in waiting for entry in one(self.here, snapshot, self.target, each.only)]
            end = False
            while not end:
                found, since, end = some(self.here, snapshot, self.target, since, until)
                entries += found
            ids = [entry.id for entry in entries]
            held = Copies(snapshot).of(self.target.id, ids) if known.door == door(self.target) else {}
        if self._push.to == "ping":
            return [Done(self.target.id, "ping")] if entries else []
        if not self._copied:
            return [Done(self.target.id, entry.status, entry.id) for entry in entries]
        try:
            for entry in entries:
                would = self._articles.would(entry, held.get(entry.id, Copy()))
                done += [would] if would else []
        except Closed as error:
            done.append(Done(self.target.id, "stopped", "", str(error)))
        except FetchError as error:
            done.append(Done(self.target.id, "failed", "", str(error)))
        return done

    # Where it stands

    @cached_property
    def _push(self) -> Push:
        assert self.target.push
        return self.target.push

    @cached_property
    def _articles(self) -> Articles:
        return Articles(self.here, self.send, self.target, self.stop)

    @property
    def _copied(self) -> bool:
        return self._push.to in COPIES

    def _until(self) -> Place:
        """The last commit that both the store and the index know."""
        return Place(min(self.here.store.seq, self.here.index.seq), END)

    def _standing(self) -> Known:
        """Where the target stands, its table being what it is now. New, a site receives everything; who is told of
        changes is told of those to come."""
        with self.here.store.snapshot() as snapshot:
            known = Deliveries(snapshot).known(self.target.id)
        new = Known(self.target.id, Place(), shape(self.here, self.target), door(self.target))
        if known is None:
            return new if self._copied else replace(new, place=self._until())
        if (known.shape, known.door) == (new.shape, new.door):
            return known
        again = known.door != new.door if self._copied else False
        again |= known.shape != new.shape and self._push.to != "ping"
        return replace(new, place=Place() if again else known.place, at=known.at)

    def _known(self) -> Known:
        """The same, remembered."""
        known = self._standing()
        with self.here.store.snapshot() as snapshot:
            before = Deliveries(snapshot).known(self.target.id)
        if before != known:
            with self.here.store.writing() as writing:
                deliveries = Deliveries(writing)
                if self._copied and (before is None or before.door != known.door):
                    Copies(writing).forget(self.target.id)
                deliveries.place(known)
        return known

    def _next(self, known: Known) -> Delivery | None:
        """The message to be sent now: the first that waits, else a new one, noted before it is sent."""
        with self.here.store.snapshot() as snapshot:
            for waiting in Deliveries(snapshot).deliveries(self.target.id, "waiting"):
                return waiting
            until = self._until()
            if until <= known.place:
                return None
            found = some(self.here, snapshot, self.target, known.place, until)
        if not found.entries:
            if until.seq - known.place.seq > QUIET:
                with self.here.store.writing() as writing:
                    Deliveries(writing).place(replace(known, place=until))
            return None
        end = until if self._push.to == "ping" else found.until
        told = repr((self.target.id, known.shape, known.place, end))
        message = f"msg_{blake2b(told.encode(), key=self.here.secret[:64], digest_size=18).hexdigest()}"
        with self.here.store.writing() as writing:
            return Deliveries(writing).open(self.target.id, message, known.place, end)

    # What is sent

    def _send(self, known: Known, delivery: Delivery, done: list[Done]) -> bool:
        """Send a message; False when it was left in the middle because the program ends.

        Raises:
            Closed, Refused, FetchError: see ``push.ask``.
        """
        here, target = self.here, self.target
        with here.store.snapshot() as snapshot:
            if delivery.only:
                entries = one(here, snapshot, target, delivery.only)
            else:
                entries = some(here, snapshot, target, delivery.since, delivery.until).entries
        if not entries:
            return True
        if self._copied:
            return self._articles.deliver(entries, done)
        keys = here.keys(target.partner or target.id)
        if not keys:
            raise Closed(
                f"La clé de « {target.partner or target.id} » est révoquée : rien ne part sans signature.",
                "partageons key en fait une nouvelle.",
            )
        if self._push.to == "ping":
            since = min(entry.datestamp for entry in entries)
            ping.deliver(self.send, self._push.url, keys, since, delivery.message, int(time.time()))
            done.append(Done(target.id, "ping"))
        else:
            about = (target.id, entries, feed_of(here, target), delivery.message, int(time.time()))
            webhook.deliver(self.send, self._push.url, keys, *about)
            done += [Done(target.id, entry.status, entry.id) for entry in entries]
        return True

    # What became of it

    def _stop(self, known: Known, delivery: Delivery, error: Closed) -> Done:
        self.failed = True
        with self.here.store.writing() as writing:
            deliveries = Deliveries(writing)
            deliveries.place(replace(known, stopped=str(error)))
            deliveries.keep(replace(delivery, said=str(error)))
            tell(writing, self.target.id)
        return Done(self.target.id, "stopped", "", str(error))

    def _later(self, known: Known, delivery: Delivery, said: str, wait: float) -> Done:
        attempts = delivery.attempts + 1
        if attempts > len(BACK_OFF):
            return self._bury(known, delivery, said)
        self.failed = True
        next_try = _in(max(BACK_OFF[attempts - 1], wait))
        with self.here.store.writing() as writing:
            Deliveries(writing).keep(replace(delivery, attempts=attempts, next_try=next_try, said=said))
        return Done(self.target.id, "failed", "", said)

    def _bury(self, known: Known, delivery: Delivery, said: str) -> Done:
        """It will not be tried again unless a person asks; what comes after it goes on."""
        with self.here.store.writing() as writing:
            deliveries = Deliveries(writing)
            deliveries.keep(replace(delivery, state="dead", attempts=delivery.attempts + 1, said=said))
            if not delivery.only:
                deliveries.place(replace(known, place=max(known.place, delivery.until)))
            tell(writing, self.target.id)
        return Done(self.target.id, "refused", "", said)


def _in(seconds: float) -> str:
    return from_now(timedelta(seconds=seconds))
