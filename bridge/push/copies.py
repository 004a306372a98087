"""Articles of a target that are copies of records: made, kept up to date, taken back; never over what people wrote.

Before anything is written over, what is there is read: if it is no longer what it was after our last writing, somebody
changed it, and it is theirs. What we are about to write is noted first, so that a crash between the target's answer
and our own memory leaves neither a second article nor one that nobody dares to touch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

import orjson

from bridge.meaning.target import Copy
from bridge.record import Entry, Record

Fields = Mapping[str, Any]


class Found(NamedTuple):
    """An article: what it is called there, and what people may change in it."""

    remote: str
    fields: Fields


class Site(Protocol):
    """A target where articles are written.

    Every method raises ``Closed``, ``Refused`` or ``FetchError``: see ``push.ask``.
    """

    def keys(self) -> Collection[str]:
        """The fields that we write."""

    def written(self, entry: Entry, record: Record) -> Fields:
        """The record as its article should be, under these keys."""

    def find(self, id: str) -> Found | None:
        """The article of a record, whose name there is not known."""

    def read(self, remote: str) -> Found | None:
        """The article of this name; None when it is no longer there."""

    def write(self, id: str, remote: str, fields: Fields, back: bool) -> Found:
        """Make the article of a record (``remote`` is empty) or change it; ``back``: it had been taken back."""

    def withdraw(self, remote: str) -> Found | None:
        """Take an article back; what is left of it."""


Keep = Callable[[Copy], None]
"""Remembers a copy, for good: called before each writing and after."""


def act(site: Site, entry: Entry, copy: Copy) -> str:
    """What ``deliver`` would do if nobody touched the copy: ``create``, ``update``, ``withdraw``, or nothing."""
    if entry.record is None:
        return "withdraw" if copy.state in ("writing", "live", "edited") else ""
    if copy.state == "removed" or (copy.state == "live" and copy.sent == digest(site.written(entry, entry.record))):
        return ""
    return "update" if copy.remote else "create"


def deliver(site: Site, entry: Entry, copy: Copy, keep: Keep) -> str:
    """Bring the copy of a record to what the record is now; returns what was done: ``create``, ``update``,
    ``withdraw``, ``edited`` (people changed it: left alone), ``removed`` (they took it away: likewise), or nothing.

    Raises:
        Closed, Refused, FetchError: see ``push.ask``.
    """
    if not (planned := act(site, entry, copy)):
        return ""
    if entry.record is None:
        return _withdraw(site, entry.id, copy, keep)
    fields = site.written(entry, entry.record)
    sent = digest(fields)
    there = site.read(copy.remote) if copy.remote else site.find(entry.id)
    if there is None and copy.state in ("live", "edited"):
        keep(copy._replace(state="removed"))
        return "removed"
    if there and not _ours(there, site.keys(), copy._replace(sent=copy.sent or sent)):
        if copy.state != "edited":
            keep(copy._replace(remote=there.remote, state="edited"))
        return "edited"
    remote = there.remote if there else ""
    if there is None or copy.state == "withdrawn" or _digest_of(there, site.keys()) != sent:
        keep(Copy(remote, sent, copy.hash, "writing"))
        back = copy.state == "withdrawn"
        there = site.write(entry.id, remote, fields, back)
    keep(Copy(there.remote, sent, digest(there.fields), "live"))
    return planned


def digest(fields: Fields) -> str:
    """A hash of an article, whatever the order of its fields."""
    return blake2b(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def _withdraw(site: Site, id: str, copy: Copy, keep: Keep) -> str:
    there = site.read(copy.remote) if copy.remote else site.find(id)
    if there is None:
        keep(copy._replace(state="withdrawn"))
        return ""
    if not _ours(there, site.keys(), copy):
        if copy.state != "edited":
            keep(copy._replace(remote=there.remote, state="edited"))
        return "edited"
    left = site.withdraw(there.remote)
    if left is None:
        keep(Copy(state="withdrawn"))
    else:
        keep(Copy(left.remote, copy.sent, digest(left.fields), "withdrawn"))
    return "withdraw"


def _ours(there: Found, keys: Collection[str], copy: Copy) -> bool:
    """Whether an article is as we left it: after our last writing, or after one whose end we did not see."""
    if copy.hash and digest(there.fields) == copy.hash:
        return True
    unknown = copy.state == "writing" or not copy.hash
    return unknown and _digest_of(there, keys) == copy.sent


def _digest_of(there: Found, keys: Collection[str]) -> str:
    """A hash of what an article says in the fields that we write."""
    return digest({key: there.fields.get(key) for key in keys})
