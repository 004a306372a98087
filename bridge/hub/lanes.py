"""Waiting on other people's servers: a few hosts at once, one thread a host, whatever the others do."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from math import inf
from threading import Lock
from time import monotonic
from types import TracebackType

from bridge.errors import BridgeError

log = logging.getLogger("partageons")

REST = 30.0
"""Seconds that a host is left alone after a fault of ours (a full disk): what was sent could not be noted."""


class Lane(AbstractContextManager["Lane"]):
    """Threads, each at work for one host.

    Args:
        name: of its threads.
        hosts: how many at once; the others wait for their turn.
    """

    def __init__(self, name: str, hosts: int) -> None:
        self._pool = ThreadPoolExecutor(hosts, f"hub-{name}")
        self._lock = Lock()
        self._busy: dict[str, float] = {}  # until when, by the monotonic clock

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def offer(self, host: str, job: Callable[[], None]) -> None:
        """Do this for a host, unless something is being done for it already."""
        with self._lock:
            if self._busy.get(host, 0.0) > monotonic():
                return
            self._busy[host] = inf
        self._pool.submit(self._do, host, job)

    def _do(self, host: str, job: Callable[[], None]) -> None:
        until = monotonic() + REST
        try:
            job()
            until = 0.0
        except BridgeError as error:
            log.error("%s", error)
        except Exception:  # a fault of ours must not stop the others, nor be tried again at once, nor be silent
            log.exception("WebSub: %s", host)
        finally:
            with self._lock:
                del self._busy[host]
                if until:
                    self._busy[host] = until
