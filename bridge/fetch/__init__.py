"""The only door out: every address that the bridge reads or writes to is asked here, politely and behind a guard.

Polite: ``robots.txt``, one request at a time for a site, a pause between two, ``Retry-After``, conditional requests, a
name and a contact address. Guarded: public addresses only (see ``guard``), size, time and decompression capped.
"""

from __future__ import annotations

import logging
import ssl
import time
from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from urllib.parse import urljoin

from bridge.errors import ConfigError
from bridge.fetch import trouble
from bridge.fetch.door import Answer, Door, Target, target
from bridge.fetch.guard import Guard, Resolver, system_resolver
from bridge.fetch.origin import Origins, Rules, retry_after
from bridge.record import PAUSE, Request, Response

__all__ = ["Fetcher"]

_log = logging.getLogger(__name__)

LONGEST_CRAWL_DELAY = 60.0
LONGEST_RETRY_AFTER = 120.0
LONGEST_WAIT = 24 * 3600.0
"""What a server to which we send may make us wait; nothing is held meanwhile."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MAX_REDIRECTS = 5
_RETRIES = 2
_BACK_OFF = 0.5
_ROBOTS_LIMIT = 500 << 10
_ROBOTS_SECONDS = 24 * 3600
_ACCEPT = "application/json, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.8, */*;q=0.5"


class Fetcher:
    """Reads addresses. Thread-safe; one for the whole process, so that its pace holds everywhere.

    Args:
        allow_hosts: ``host`` or ``host:port`` that the operator answers for: read although private, and without a pause
            of ours. Their ``robots.txt`` and ``Crawl-delay`` are obeyed like others'.
        user_agent: who we are, ``partageons-vert/0.1 (+https://pont.fr; contact@pont.fr)``; what precedes ``/`` is the
            name looked for in ``robots.txt``.
        contact: e-mail address of the operator, sent as ``From``.
        max_bytes: octets that a body may have, compressed or not.
        timeout: seconds for one exchange with one server, to the last byte. Pauses, new tries and the resolving
            of names by the system are not counted.
        connect_timeout: seconds of it for the connection.
        resolve, tls, clock, now, sleep: the resolver, the trusted certificates, the monotonic clock, the wall clock and
            the waiting, given by tests.

    Raises:
        ConfigError: a name or contact that cannot be sent in a header.
    """

    def __init__(
        self,
        allow_hosts: Collection[str] = (),
        user_agent: str = "partageons-vert/0.1",
        contact: str = "",
        *,
        max_bytes: int = 64 << 20,
        timeout: float = 60.0,
        connect_timeout: float = 10.0,
        resolve: Resolver = system_resolver,
        tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._headers = {
            "User-Agent": user_agent,
            "Accept": _ACCEPT,
            "Accept-Encoding": "gzip, deflate",
        }
        if contact:
            self._headers["From"] = contact
        if not all(_sendable(value) for value in self._headers.values()):
            raise ConfigError(
                "Le nom du pont ou son contact ne peut pas être envoyé aux sites lus.",
                "Écrivez-les en lettres sans accent, sur une ligne.",
            )
        self._robot = user_agent.partition("/")[0]
        self._max_bytes = max_bytes
        self._guard = Guard(allow_hosts, resolve)
        self._door = Door(self._guard, timeout, connect_timeout, tls)
        self._origins = Origins(clock, sleep)
        self._clock = clock
        self._now = now
        self._sleep = sleep

    def __enter__(self) -> Fetcher:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Closes the kept connections; the fetcher still works, and opens new ones."""
        self._door.close()

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response:
        """The answer of a server, redirects followed, body decompressed.

        Args:
            request: the address; its ``carry`` is found again in the response. Listed hosts are not made to wait for
                its ``pause``.
            etag, last_modified: validators of an earlier answer, as they were received; with them a response of status
                304 and without body means: nothing changed.

        Returns:
            a response of status 2xx, or 304 when a validator was sent.

        Raises:
            FetchError: everything else, told in one sentence; ``status`` is the HTTP status if there was one.
        """
        validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        conditions = {name: value for name, value in validators.items() if value and _sendable(value)}

        def step(goal: Target) -> Answer:
            rules = self._rules(goal)
            if not rules.allow(goal.url):
                raise trouble.robots_forbid(goal.host)
            delay = max(self._pause(goal, request.pause), rules.delay)
            return self._ask(goal, conditions, delay, self._max_bytes)

        goal, answer = self._follow(target(request.url), step)
        if answer.status == 304 and not conditions:
            raise trouble.not_asked_unchanged(goal.host)
        if not (200 <= answer.status < 300 or answer.status == 304):
            raise trouble.refusal(goal.host, answer.status, answer.body)
        return Response(goal.url, answer.status, answer.headers, answer.body, request.carry)

    def send(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: Mapping[str, str] = MappingProxyType({}),
        *,
        limit: int = 1 << 20,
        seconds: float = 10.0,
    ) -> Response:
        """What a server answers to something that is sent to it, or read there with a password.

        Asked once: a write is never repeated here, nor handed on to where a redirect points. ``robots.txt`` says
        nothing of those who were invited to write. Requests to a site follow each other without a pause.

        Args:
            method: ``POST``, ``PUT``, ``PATCH``, ``DELETE`` or ``GET``.
            url: http(s), without name or password: these go in ``headers`` and are not repeated in any error.
            body: sent as it is; ``Content-Type`` is one of the headers.
            limit: octets that the answer may have.
            seconds: for the exchange, to the last byte; the time to wait for one's turn is not counted.

        Returns:
            a response of status 2xx.

        Raises:
            FetchError: everything else; ``status``, ``body`` (the beginning of a refusal) and ``wait``.
        """
        for name, value in headers.items():
            if not _sendable(name + value):
                raise trouble.not_sendable(name)
        goal = target(url)
        sent = None if method in ("GET", "DELETE") and not body else body
        with self._origins.use(goal.origin) as origin, self._origins.alone(origin):
            answer = self._door.exchange(
                goal, {**self._headers, **headers}, limit, method=method, body=sent, seconds=seconds
            )
        if answer.status in _REDIRECTS:
            raise trouble.sent_elsewhere(goal.host, answer.status)
        if not 200 <= answer.status < 300:
            wait = retry_after(answer.headers.get("retry-after", ""), self._now(), LONGEST_WAIT)
            raise trouble.not_taken(goal.host, answer.status, answer.body, wait)
        return Response(goal.url, answer.status, answer.headers, answer.body)

    def allowed(self, url: str) -> bool:
        """Whether ``robots.txt`` lets us read this address.

        Raises:
            FetchError: the address cannot be read, or ``robots.txt`` is out of order.
        """
        goal = target(url)
        return self._rules(goal).allow(goal.url)

    def _follow(self, goal: Target, step: Callable[[Target], Answer]) -> tuple[Target, Answer]:
        """The end of a chain of redirects, each one asked like the first by ``step``, and its answer."""
        for _ in range(_MAX_REDIRECTS + 1):
            answer = step(goal)
            if answer.status not in _REDIRECTS:
                return goal, answer
            # Header bytes are read as Latin-1; servers write addresses in UTF-8.
            location = answer.headers.get("location", "").encode("latin-1").decode("utf-8", "replace")
            if not location:
                raise trouble.redirect_to_nowhere(goal.host, answer.status)
            there = target(urljoin(goal.url, location))
            if goal.origin[0] == "https" and there.origin[0] == "http":
                _log.warning(
                    "%s renvoie de https vers http (%s) : la suite n'est plus chiffrée.", goal.host, there.host
                )
            goal = there
        raise trouble.too_many_redirects(goal.host, _MAX_REDIRECTS)

    def _pause(self, goal: Target, pause: float) -> float:
        return 0.0 if self._guard.lists(goal.host, goal.origin[2]) else pause

    def _rules(self, goal: Target) -> Rules:
        """What ``robots.txt`` says, asked once a day (RFC 9309, 2.4)."""
        with self._origins.use(goal.origin) as origin, origin.asking_rules:
            if origin.rules is None or self._clock() >= origin.rules_until:
                origin.rules = Rules(self._robots_txt(goal), self._robot, LONGEST_CRAWL_DELAY)
                origin.rules_until = self._clock() + _ROBOTS_SECONDS
            return origin.rules

    def _robots_txt(self, goal: Target) -> str:
        """The text; empty when there is none (4xx). Failures are not remembered: the next request asks again."""

        def step(goal: Target) -> Answer:
            return self._ask(goal, {}, self._pause(goal, PAUSE), _ROBOTS_LIMIT, cut=True)

        goal, answer = self._follow(target(urljoin(goal.url, "/robots.txt")), step)
        if answer.status >= 500:
            raise trouble.robots_unavailable(goal.host, answer.status)
        return answer.body.decode("utf-8-sig", "replace") if answer.status < 300 else ""

    def _ask(self, goal: Target, extra: dict[str, str], delay: float, limit: int, *, cut: bool = False) -> Answer:
        """One address, no redirect; asked again when the failure may pass."""
        headers = self._headers | extra
        attempt = 0
        with self._origins.turn(goal.origin, delay):
            while True:
                wait = _BACK_OFF * 2**attempt
                try:
                    answer = self._door.exchange(goal, headers, limit, cut)
                except trouble.Passing:
                    if attempt == _RETRIES:
                        raise
                else:
                    if attempt == _RETRIES or answer.status < 500 and answer.status != 429:
                        return answer
                    if answer.status in (429, 503):
                        asked = retry_after(answer.headers.get("retry-after", ""), self._now(), LONGEST_RETRY_AFTER)
                        wait = wait if asked is None else asked
                self._sleep(wait)
                attempt += 1


def _sendable(value: str) -> bool:
    """Whether a header may hold this: ASCII, one line, so that it can smuggle nothing in (RFC 9110, 5.5)."""
    return value.isascii() and value.isprintable()
