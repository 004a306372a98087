"""What the bridge remembers of each site while it runs: whose turn it is, when to come back, what robots.txt says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from threading import Lock

from protego import Protego

_KEPT = 4096
"""Sites remembered before the idle ones are forgotten."""


class Rules:
    """A ``robots.txt`` (RFC 9309) as one robot reads it.

    Args:
        text: the file; empty when the site has none, which allows everything.
        robot: our product token.
        longest_delay: seconds; a longer ``Crawl-delay`` is shortened to it.
    """

    def __init__(self, text: str, robot: str, longest_delay: float) -> None:
        self._robot = robot
        self._parsed = Protego.parse(text) if text.strip() else None
        asked = self._parsed.crawl_delay(robot) if self._parsed else None
        self.delay = min(float(asked or 0), longest_delay)

    def allow(self, url: str) -> bool:
        """Whether the robot may read this address."""
        return self._parsed is None or self._parsed.can_fetch(url, self._robot)


@dataclass(slots=True, eq=False)
class Origin:
    """One (scheme, host, port). ``free_at`` and ``rules_until`` are times of the fetcher's clock.

    ``line`` is held by the reader who waits for the end of the pause, ``turn`` by whoever is asking.
    """

    line: Lock = field(default_factory=Lock)
    turn: Lock = field(default_factory=Lock)
    asking_rules: Lock = field(default_factory=Lock)
    users: int = 0
    free_at: float = float("-inf")
    rules: Rules | None = None
    rules_until: float = 0.0


class Origins:
    """The sites being read. Thread-safe.

    Args:
        clock: seconds, monotonic.
        sleep: waits that many seconds.
    """

    def __init__(self, clock: Callable[[], float], sleep: Callable[[float], object]) -> None:
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._known: dict[tuple[str, str, int], Origin] = {}

    @contextmanager
    def use(self, key: tuple[str, str, int]) -> Iterator[Origin]:
        """The site's memory, not forgotten as long as someone uses it."""
        with self._lock:
            origin = self._known.get(key)
            if origin is None:
                if len(self._known) >= _KEPT:
                    self._known = {k: known for k, known in self._known.items() if known.users}
                origin = self._known[key] = Origin()
            origin.users += 1
        try:
            yield origin
        finally:
            with self._lock:
                origin.users -= 1

    @contextmanager
    def turn(self, key: tuple[str, str, int], delay: float) -> Iterator[None]:
        """The right to read this site, alone, at least ``delay`` seconds after the end of the request before."""
        with self.use(key) as origin, origin.line:
            wait = origin.free_at + delay - self._clock()
            if wait > 0:
                self._sleep(wait)
            with self.alone(origin):
                yield

    @contextmanager
    def alone(self, origin: Origin) -> Iterator[None]:
        """The only request to this site: one that is sent waits for the one that is read, not for its pause."""
        with origin.turn:
            try:
                yield
            finally:
                origin.free_at = self._clock()


def retry_after(value: str, now: float, longest: float) -> float | None:
    """Seconds that ``Retry-After`` (RFC 9110, 10.2.3: seconds or an HTTP date) asks to wait; None when it says nothing.

    ``now`` is the time since the epoch, for dates.
    """
    if value.isascii() and value.isdigit():
        return min(float(value), longest)
    try:
        return min(max(parsedate_to_datetime(value).timestamp() - now, 0.0), longest)
    except (ValueError, OverflowError):
        return None
