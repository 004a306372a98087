"""Articles of a target that are copies of records: made, kept up to date, taken back; never over what people wrote.

Before anything is written over, what is there is read: if it is no longer what it was after our last writing, somebody
changed it, and it is theirs. What we would write instead becomes a proposal, as long as it says something else. What we
are about to write is noted first, so that a crash between the target's answer and our own memory leaves neither a
second article nor one that nobody dares to touch.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from hashlib import blake2b
from typing import Any, NamedTuple, Protocol

import orjson

from bridge.meaning.target import Copy
from bridge.push.reading import Apart, apart
from bridge.record import Entry, Record

Fields = Mapping[str, Any]
HELD = ("writing", "live", "edited", "kept")
"""The states of a copy that is there, as far as we know."""


class Found(NamedTuple):
    """An article: what it is called there, and what people may change in it.

    Attributes:
        mark: what we left in it that goes as soon as somebody else saves it: the hash of what we sent; empty where a
            site keeps none.
        rest: what else it holds, to be sent along to a site that replaces an article whole.
    """

    remote: str
    fields: Fields
    mark: str = ""
    rest: Fields = {}


class Told(NamedTuple):
    """A field as people read it: what they call it, and its value in plain text."""

    label: str
    text: str


class Difference(NamedTuple):
    """A field of an article where what is there is not what we would write."""

    label: str
    there: str
    ours: str

    @property
    def apart(self) -> Apart:
        """The same, brought down to what differs."""
        return apart(self.there, self.ours)


class Site(Protocol):
    """A target where articles are written.

    Methods that ask it raise ``Closed``, ``Refused`` or ``FetchError``: see ``push.ask``.
    """

    def keys(self) -> Collection[str]:
        """The fields that we write."""

    def written(self, entry: Entry, record: Record) -> Fields:
        """The record as its article should be, under these keys."""

    def told(self, key: str, value: Any) -> Told:
        """A field for people."""

    def name(self, id: str) -> str:
        """What the article of a record will be called there, where that is known before it is made; else empty."""

    def find(self, id: str) -> Found | None:
        """The article of a record, whose name there is not known."""

    def read(self, remote: str) -> Found | None:
        """The article of this name; None when it is no longer there."""

    def write(self, id: str, there: Found | None, fields: Fields, back: bool) -> Found:
        """Make the article of a record or change the one that is there; ``back``: it had been taken back."""

    def withdraw(self, remote: str) -> Found | None:
        """Take an article back; what is left of it."""


Keep = Callable[[Copy], None]
"""Remembers a copy, for good: called before each writing and after."""


class Plan(NamedTuple):
    """What is to be done with the copy of a record.

    Attributes:
        act: ``create``, ``update``, ``withdraw``; ``edited`` (people changed it: left alone), ``removed`` (they took it
            away: likewise); nothing.
        there: the article, as it was just read.
        fields: what the article should be; empty for what is to be withdrawn.
        sent: a hash of these fields.
        after: what is known of the copy now, before anything is done.
        same: the article is so already.
    """

    act: str
    there: Found | None
    fields: Fields
    sent: str
    after: Copy
    same: bool = False


def plan(site: Site, entry: Entry, copy: Copy) -> Plan:
    """Read what is there, where that matters, and decide; nothing is written.

    Raises:
        Closed, Refused, FetchError: see ``push.ask``.
    """
    if entry.record is None:
        return _plan_withdrawal(site, entry.id, copy)
    fields = site.written(entry, entry.record)
    sent = digest(fields)
    if copy.state == "removed" or (copy.state in ("live", "kept") and copy.sent == sent):
        return Plan("", None, fields, sent, copy)
    there = _look(site, entry.id, copy)
    if there is None:
        if copy.state in ("live", "edited", "kept"):
            return Plan("removed", None, fields, sent, copy._replace(state="removed"))
        return Plan("create", None, fields, sent, copy)
    act = "update" if copy.remote else "create"
    if _ours(there, site.keys(), copy._replace(sent=copy.sent or sent)):
        return Plan(act, there, fields, sent, copy, copy.state != "withdrawn" and _is(there, site.keys(), sent))
    differ = bool(differences(site, there.fields, fields))
    if not differ and copy.state in ("", "writing"):  # ours, which we do not remember well
        return Plan(act, there, fields, sent, copy, True)
    state = "edited" if differ else "kept"
    after = Copy(there.remote, sent, copy.hash, state)
    return Plan("edited" if state == "edited" else "", there, fields, sent, after)


def deliver(site: Site, entry: Entry, copy: Copy, keep: Keep) -> str:
    """Bring the copy of a record to what the record is now; returns what was done, an act of ``Plan``.

    Raises:
        Closed, Refused, FetchError: see ``push.ask``.
    """
    planned = plan(site, entry, copy)
    act, there = planned.act, planned.there
    if planned.after != copy:
        keep(planned.after)
    if act == "withdraw" and there:
        left = site.withdraw(there.remote)
        keep(Copy(left.remote, copy.sent, digest(left.fields), "withdrawn") if left else Copy(state="withdrawn"))
    elif act in ("create", "update"):
        if there is None or not planned.same:
            remote = there.remote if there else site.name(entry.id)
            keep(Copy(remote, planned.sent, copy.hash, "writing"))
            there = site.write(entry.id, there, planned.fields, copy.state == "withdrawn")
        keep(Copy(there.remote, planned.sent, digest(there.fields), "live"))
    return act


def differences(site: Site, there: Fields, fields: Fields) -> list[Difference]:
    """Where an article does not say what we would write, to a reader: the site's own ways with spaces or entities are
    no difference."""
    found, keys = [], site.keys()
    for key in keys:
        (label, theirs), (_, ours) = site.told(key, there.get(key)), site.told(key, fields.get(key))
        if theirs.split() != ours.split():
            found.append(Difference(label, theirs, ours))
    return found


def digest(fields: Fields) -> str:
    """A hash of an article, whatever the order of its fields."""
    return blake2b(orjson.dumps(fields, option=orjson.OPT_SORT_KEYS), digest_size=12).hexdigest()


def _plan_withdrawal(site: Site, id: str, copy: Copy) -> Plan:
    nothing = Plan("", None, {}, "", copy)
    if copy.state not in HELD or (copy.state == "kept" and not copy.sent):
        return nothing
    there = _look(site, id, copy)
    if there is None:
        return nothing._replace(after=copy._replace(state="withdrawn"))
    if _ours(there, site.keys(), copy):
        return nothing._replace(act="withdraw", there=there)
    return Plan("edited", there, {}, "", Copy(there.remote, "", copy.hash, "edited"))


def _look(site: Site, id: str, copy: Copy) -> Found | None:
    """The article; of one that we only began to make, the name alone does not say that it ever was."""
    known = copy.remote and not (copy.state == "writing" and not copy.hash)
    return site.read(copy.remote) if known else site.find(id)


def _ours(there: Found, keys: Collection[str], copy: Copy) -> bool:
    """Whether an article is as we left it: after our last writing, or after one whose end we did not see."""
    if copy.hash and digest(there.fields) == copy.hash:
        return True
    unknown = copy.state == "writing" or not copy.hash
    return unknown and _is(there, keys, copy.sent)


def _is(there: Found, keys: Collection[str], sent: str) -> bool:
    """Whether an article is what we sent, or would."""
    return sent in (there.mark, digest({key: there.fields.get(key) for key in keys}))
