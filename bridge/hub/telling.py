"""Our hub at work: subscribers are asked whether they want what was asked for, then sent the feeds that change.

All that is to be done is in the store, and what was done is noted there after it was: whoever starts again goes on, and
sends at worst once more what it had just sent.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable, Hashable, Mapping
from contextlib import AbstractContextManager, ExitStack
from datetime import date, timedelta
from functools import partial
from threading import Event
from time import monotonic
from types import TracebackType
from urllib.parse import urlencode

from bridge.collective import Collective
from bridge.errors import BridgeError, FetchError
from bridge.fetch import Fetcher
from bridge.hub.contents import Content, Contents
from bridge.hub.lanes import Lane
from bridge.instants import from_now
from bridge.logs import event
from bridge.store import now
from bridge.store.subscriptions import Subscriber, Subscribers

log = logging.getLogger("partageons")

BACK_OFF = (5, 30, 120, 600, 3600, 6 * 3600)
"""Seconds before each new try of a message that did not arrive; after the last one the subscription ends."""
IDLE = 3
"""For one second spent writing feeds to see which ones changed, seconds before they are written again."""
SETTLING = 2.0
"""Seconds that the index may be behind the store before feeds are written all the same."""
NOTED = 1.0
"""Seconds of work for a host after which what was done is noted."""

Done = Callable[[Subscribers], None]


class Telling(AbstractContextManager["Telling"]):
    """The hub; call ``step`` again and again."""

    def __init__(self, here: Collective, fetch: Fetcher, stop: Event, contents: Contents) -> None:
        self._here = here
        self._fetch = fetch
        self._stop = stop
        self._contents = contents
        with ExitStack() as lanes:
            # Apart: hosts that nothing is known of must not make those that are waiting for a feed wait.
            self._questions = lanes.enter_context(Lane("questions", 4))
            self._deliveries = lanes.enter_context(Lane("deliveries", 8))
            self._looks = lanes.enter_context(Lane("looks", 1))
            self._lanes = lanes.pop_all()
        self._seen: Hashable = None
        self._clock = ""
        self._unsettled: float | None = None
        self._idle_until = 0.0

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lanes.close()

    def step(self) -> None:
        """Give each lane what is to be done now."""
        if self._changed():
            self._looks.offer("", self._look)
        clock = now()
        with self._here.store.snapshot() as snapshot:
            hosts = Subscribers(snapshot).hosts(clock)
            overdue = clock != self._clock and Subscribers(snapshot).overdue(clock)
        self._clock = clock
        if overdue:
            self._note([partial(_expire, clock=clock)])
        for host, content in hosts:
            lane, act = (self._deliveries, self._deliver) if content else (self._questions, self._question)
            lane.offer(host, partial(self._serve, host, content, act))

    def _version(self) -> tuple[int, int, date]:
        """What feeds depend on; the day, for targets that leave out what is too old."""
        return self._here.store.seq, self._here.index.seq, date.today()

    def _changed(self) -> bool:
        """Whether feeds may have changed, once the index has followed the store."""
        version = self._version()
        if version == self._seen:
            self._unsettled = None
            return False
        if monotonic() < self._idle_until:
            return False
        self._unsettled = self._unsettled or monotonic()
        return version[0] == version[1] or monotonic() > self._unsettled + SETTLING

    def _look(self) -> None:
        """Write the feeds that have subscribers, and plan what is to be sent."""
        version, started = self._version(), monotonic()
        self._contents.forget()
        with self._here.store.snapshot() as snapshot:
            topics = Subscribers(snapshot).topics()
        for topic in topics:
            if self._stop.is_set():
                return
            self._compare(topic)
        self._seen, self._idle_until = version, monotonic() + IDLE * (monotonic() - started)

    def _compare(self, topic: str) -> None:
        """Plan what is to be sent to the subscribers of a topic."""
        try:
            digest = self._contents.digest(topic)
        except LookupError:  # a target that is not described any more: it may come back before the leases end
            return
        except BridgeError as error:
            log.error("%s", error)
            return
        with self._here.store.snapshot() as snapshot:
            behind = Subscribers(snapshot).behind(topic, digest)
        if behind:
            self._note([partial(Subscribers.changed, topic=topic, digest=digest)])

    def _serve(self, host: str, content: bool, act: Callable[[Subscriber], tuple[bool, Done]]) -> None:
        """Send a host all that is for it, one thing after the other; ``act`` tells what came of one."""
        with self._here.store.snapshot() as snapshot:
            due = Subscribers(snapshot).due(now(), host, content)
        done: list[Done] = []
        since = monotonic()
        for place, one in enumerate(due):
            if self._stop.is_set():
                break
            answers, outcome = act(one)
            done.append(outcome)
            if not answers:  # the others of this host would wait in vain too: their turn comes
                done += [partial(_postpone, one=other) for other in due[place + 1 :]]
                break
            if monotonic() > since + NOTED:
                self._note(done)
                done, since = [], monotonic()
        self._note(done)
        for topic in {one.topic for one in due if one.state == "subscribe"}:
            self._compare(topic)  # it may have changed between the question and its answer

    def _deliver(self, one: Subscriber) -> tuple[bool, Done]:
        """Send a subscriber the feed (WebSub, 7). Returns whether its host answers, and what is to be noted."""
        try:
            content = self._contents.get(one.topic)
        except LookupError:
            return True, partial(Subscribers.delivered, id=one.id, digest=one.digest)
        if content.digest == one.digest:  # it changed, and changed back
            return True, partial(Subscribers.delivered, id=one.id, digest=one.digest)
        try:
            self._fetch.send("POST", one.callback, content.body, self._headers(one, content))
        except FetchError as error:
            return error.status is not None, self._failed(one, error)
        event(log, "websub", host=one.host, bytes=len(content.body))
        return True, partial(Subscribers.delivered, id=one.id, digest=content.digest)

    def _headers(self, one: Subscriber, content: Content) -> dict[str, str]:
        links = f'<{self._here.settings.base_url}hub>; rel="hub", <{one.topic}>; rel="self"'
        headers = {"Content-Type": content.media_type, "Link": links}
        if one.secret:
            signature = hmac.new(one.secret.encode(), content.body, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature"] = f"sha256={signature}"
        return headers

    def _failed(self, one: Subscriber, error: FetchError) -> Done:
        if error.status == 410:
            log.info("WebSub : « %s » ne veut plus de %s.", one.host, one.topic)
            return partial(Subscribers.end, id=one.id)
        if one.attempts >= len(BACK_OFF):
            tries = len(BACK_OFF) + 1
            log.warning("WebSub : « %s » n'a pas reçu %s en %d essais : abonnement fini.", one.host, one.topic, tries)
            return partial(Subscribers.deny, id=one.id)
        later = after(max(BACK_OFF[one.attempts], error.wait or 0))
        return partial(Subscribers.put_off, id=one.id, attempts=one.attempts + 1, next_try=later)

    def _question(self, one: Subscriber) -> tuple[bool, Done]:
        """Ask a subscriber whether it meant what was asked (WebSub, 5.3), or tell it that it is over (5.2)."""
        said = {"hub.mode": one.state, "hub.topic": one.asked}
        if one.state == "denied":
            self._tell(one, said | {"hub.reason": "Ce flux n'existe plus, ou ne peut plus vous parvenir."})
            return True, partial(Subscribers.end, id=one.id)
        try:
            # Before the question: what changes from now on is to be sent.
            digest = self._contents.digest(one.topic) if one.state == "subscribe" else ""
        except LookupError:
            return True, partial(Subscribers.deny, id=one.id)
        challenge = secrets.token_urlsafe(32)
        lease = {"hub.lease_seconds": str(one.lease)} if one.state == "subscribe" else {}
        if not hmac.compare_digest(self._tell(one, {**said, "hub.challenge": challenge, **lease}), challenge.encode()):
            log.info("WebSub : « %s » ne confirme pas sa demande pour %s.", one.host, one.topic)
            return True, partial(Subscribers.end, id=one.id)
        return True, partial(Subscribers.confirmed, asked=one, digest=digest, lease_until=after(one.lease))

    def _tell(self, one: Subscriber, said: Mapping[str, str]) -> bytes:
        """What a subscriber answers; nothing when it refuses or is silent."""
        mark = "&" if "?" in one.callback else "?"
        try:
            return self._fetch.send("GET", f"{one.callback}{mark}{urlencode(said)}", limit=4096).body
        except FetchError:
            return b""

    def _note(self, done: list[Done]) -> None:
        if done:
            with self._here.store.writing() as writing:
                for act in done:
                    act(Subscribers(writing))


def _postpone(subscribers: Subscribers, one: Subscriber) -> None:
    subscribers.put_off(one.id, one.attempts, after(BACK_OFF[0]))


def _expire(subscribers: Subscribers, clock: str) -> None:
    subscribers.expire(clock)


def after(seconds: float) -> str:
    """The instant so many seconds from now."""
    return from_now(timedelta(seconds=seconds))
