"""What our feeds hold at this moment: each written once, however many subscribers it has."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from threading import Lock
from typing import NamedTuple

Render = Callable[[str], tuple[str, bytes]]
"""A topic -> its content type and bytes; raises LookupError when no feed of ours has this address any more."""

ROOM = 64 << 20
"""Bytes of feeds kept from the moment they change to their last delivery; those beyond are written again."""


class Content(NamedTuple):
    """A feed: ``digest`` tells one state of it from another."""

    media_type: str
    body: bytes
    digest: str


class Contents:
    """The feeds, as they were when they were first asked for after ``forget``. Thread-safe."""

    def __init__(self, render: Render, room: int = ROOM) -> None:
        self._render = render
        self._room = room
        self._kept: OrderedDict[str, Content] = OrderedDict()
        self._digests: dict[str, str] = {}
        self._age = 0
        self._lock = Lock()
        self._writing = Lock()

    def forget(self) -> None:
        """They may have changed."""
        with self._lock:
            self._kept.clear()
            self._digests.clear()
            self._age += 1

    def digest(self, topic: str) -> str:
        """The digest of ``get``."""
        with self._lock:
            known = self._digests.get(topic)
        return known or self.get(topic).digest

    def get(self, topic: str) -> Content:
        """A feed.

        Raises:
            LookupError: there is none at this address.
            BridgeError: it cannot be written.
        """
        if found := self._find(topic):
            return found
        with self._writing:  # one at a time: who waits for the same one finds it
            if found := self._find(topic):
                return found
            age = self._age
            media_type, body = self._render(topic)
            content = Content(media_type, body, blake2b(body, digest_size=16).hexdigest())
            with self._lock:
                if age != self._age:  # of before a change, perhaps: not for those who ask after it
                    return content
                self._digests[topic] = content.digest
                self._kept[topic] = content
                while len(self._kept) > 1 and sum(len(kept.body) for kept in self._kept.values()) > self._room:
                    self._kept.popitem(last=False)
            return content

    def _find(self, topic: str) -> Content | None:
        with self._lock:
            return self._kept.get(topic)
