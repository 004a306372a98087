"""Our subscriptions: the hub that a source names tells us that its feed changes, and the source is visited at once.

A public hub may refuse us or fall silent for good: it is asked again each day, and sources keep their pace without it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import logging
from collections.abc import Hashable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from types import TracebackType
from urllib.parse import urlencode, urlsplit

from bridge.collective import Collective
from bridge.errors import FetchError
from bridge.fetch import Fetcher
from bridge.hub.asking import LEASE
from bridge.hub.lanes import Lane
from bridge.hub.telling import after
from bridge.store import now
from bridge.store.subscriptions import Subscription, Subscriptions

log = logging.getLogger("partageons")

AGAIN = timedelta(days=1).total_seconds()
RENEWED_AT = 0.75
"""The part of a lease after which it is renewed."""
LEASE_MIN, LEASE_MAX = 60, 366 * 86400


class Listening(AbstractContextManager["Listening"]):
    """Asks hubs; call ``step`` again and again. What they answer comes to ``bridge.web.hub``."""

    def __init__(self, here: Collective, fetch: Fetcher) -> None:
        self._here = here
        self._fetch = fetch
        self._lane = Lane("hubs", 2)
        self._files: Hashable = None
        self._clock = ""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._lane.__exit__(kind, error, trace)

    def step(self) -> None:
        """Ask the hubs whose turn it is; instants are to the second, and so are looks."""
        clock = now()
        if clock == self._clock:
            return
        self._clock = clock
        sources = self._here.sources
        if self._files != self._here.files:
            self._files = self._here.files
            self._forget_strangers()
        with self._here.store.snapshot() as snapshot:
            due = Subscriptions(snapshot).due(clock)
        for one in due:
            if one.source in sources:
                self._lane.offer(urlsplit(one.hub).netloc, partial(self._ask, one))

    def _ask(self, one: Subscription) -> None:
        """Send a request (WebSub, 5.1). The hub may ask whether it is ours before it has answered."""
        with self._here.store.writing() as writing:
            if not Subscriptions(writing).asking(one, after(AGAIN)):
                return
        secret = self._here.secret
        form = {
            "hub.mode": "subscribe",
            "hub.topic": one.topic,
            "hub.callback": f"{self._here.settings.base_url}websub/{one.source}/{token_of(secret, one.source)}",
            "hub.lease_seconds": str(LEASE),
            "hub.secret": secret_of(secret, one),
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            self._fetch.send("POST", one.hub, urlencode(form).encode(), headers)
        except FetchError as error:
            log.warning("WebSub : le hub de la source « %s » ne la suit pas. %s", one.source, error)
            with self._here.store.writing() as writing:
                Subscriptions(writing).unanswered(one)

    def _forget_strangers(self) -> None:
        """Sources that are no longer described; a file with an error may be one of theirs, for a moment."""
        if self._here.broken:
            return
        with self._here.store.snapshot() as snapshot:
            gone = set(Subscriptions(snapshot).sources()) - set(self._here.sources)
        if gone:
            with self._here.store.writing() as writing:
                for source in gone:
                    Subscriptions(writing).end(source)


def begun(one: Subscription, seconds: str) -> tuple[str, str]:
    """Until when a lease of so many seconds lasts, and when it is to be renewed."""
    given = int(seconds) if seconds.isascii() and seconds.isdigit() and len(seconds) < 16 else LEASE
    lease = min(max(given, LEASE_MIN), LEASE_MAX)
    return after(lease), after(lease * RENEWED_AT)


def token_of(secret: bytes, source: str) -> str:
    """The part of a callback's address that only the hub was told: 32 characters."""
    return base64.urlsafe_b64encode(_derived(secret, "websub address", source)[:24]).decode()


def secret_of(secret: bytes, one: Subscription) -> str:
    """What the hub signs its messages with: 64 characters."""
    return _derived(secret, "websub secret", one.source, one.hub, one.topic).hex()


def _derived(secret: bytes, *parts: str) -> bytes:
    return hmac.new(secret, "\0".join(parts).encode(), hashlib.sha256).digest()
