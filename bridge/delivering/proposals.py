"""Proposals: copies that people of a target changed, while we would write something else.

What both sides say is asked of both when somebody looks; of it nothing is kept. Whoever decides has seen one state of
the article: it alone is written over.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from threading import Event
from typing import Any, NamedTuple

from bridge.collective import Collective
from bridge.delivering.articles import Articles, address_of
from bridge.delivering.selecting import COPIES, one
from bridge.errors import BridgeError
from bridge.meaning.target import Copy, Target
from bridge.push import Send, copies
from bridge.push.copies import Difference
from bridge.record import Entry
from bridge.store import Writing
from bridge.store.copies import Copies, Proposal, tell_proposals
from bridge.store.deliveries import Deliveries


class Shown(NamedTuple):
    """A proposal as it is shown.

    Attributes:
        title: of the record; empty once it is withdrawn.
        address: the page of the article; empty when the table no longer says how to write there.
        act: ``update``, or ``withdraw`` when the record is no longer there or no longer for this target.
        seen: a hash of the article as it was compared; empty before.
        differences: field by field, once it was compared; none when only fields that we do not write were changed.
        over: nothing differs any more, or the article is gone: it was closed.
    """

    number: int
    target: str
    record: str
    at: str
    title: str
    address: str
    act: str
    seen: str = ""
    differences: Sequence[Difference] = ()
    over: bool = False

    def to_json(self) -> dict[str, Any]:
        return self._asdict() | {"differences": [each._asdict() for each in self.differences]}


def listed(here: Collective, target: str = "") -> list[Shown]:
    """What is open, oldest first; nobody is asked anything."""
    with here.store.snapshot() as snapshot:
        kept = Copies(snapshot)
        found = []
        for proposal in kept.proposals(target):
            copy = kept.of(proposal.target, [proposal.record]).get(proposal.record, Copy())
            known = here.targets.get(proposal.target)
            entries = one(here, snapshot, known, proposal.record) if known else ()
            found.append(_shown(here, proposal, copy, entries[0] if entries else None))
    return found


def compared(here: Collective, send: Send, number: int) -> Shown:
    """A proposal, both sides asked.

    Raises:
        BridgeError: it is answered, or the site cannot be asked.
    """
    proposal, copy, entry, target = _open(here, number)
    articles = Articles(here, send, target, Event())
    planned = copies.plan(articles.site, entry, copy)
    shown = _shown(here, proposal, copy, entry)
    if planned.act != "edited" or planned.there is None:
        with here.store.writing() as writing:
            kept = Copies(writing)
            if kept.of(target.id, [entry.id]).get(entry.id) == copy:
                # The article is ours again, or gone: the next delivery sees to it as to any other.
                given_back = planned.act in ("update", "withdraw")
                kept.keep(target.id, entry.id, copy._replace(state="live") if given_back else planned.after)
                if given_back:
                    _at_once(writing, target.id, entry.id)
                tell_proposals(writing, target.id)
        return shown._replace(over=True)
    differences: list[Difference] = []
    if entry.record is not None:
        differences = copies.differences(articles.site, planned.there.fields, planned.fields)
    return shown._replace(seen=copies.digest(planned.there.fields), differences=differences)


def keep_theirs(here: Collective, number: int, who: str) -> Proposal:
    """What people of the target wrote stays; nothing is proposed until the record changes again.

    Raises:
        BridgeError: it is answered.
    """
    proposal, copy, _, _ = _open(here, number)
    with here.store.writing() as writing:
        _answer(writing, proposal, copy, copy._replace(state="kept"), "proposal keep", who)
    return proposal


def put_ours(here: Collective, number: int, seen: str, who: str) -> Proposal:
    """What the record says is written at the next delivery, over what was seen and nothing else.

    Args:
        seen: ``Shown.seen``.

    Raises:
        BridgeError: it is answered, or was not compared.
    """
    if not seen:
        raise BridgeError("Comparez d'abord les deux versions.", "On ne remplace que ce qu'on a vu.")
    proposal, copy, _, target = _open(here, number)
    with here.store.writing() as writing:
        _answer(writing, proposal, copy, Copy(copy.remote, "", seen, "live"), "proposal replace", who)
        _at_once(writing, target.id, proposal.record)
    return proposal


def _answer(writing: Writing, proposal: Proposal, copy: Copy, after: Copy, act: str, who: str) -> None:
    kept = Copies(writing)
    if kept.proposal(proposal.id) is None or kept.of(proposal.target, [proposal.record]).get(proposal.record) != copy:
        raise _answered(proposal.id)
    kept.keep(proposal.target, proposal.record, after)
    before = {"target": proposal.target, "record": proposal.record, "copy": list(copy), "after": list(after)}
    writing.journal(who, act, proposal.record, json.dumps(before))
    tell_proposals(writing, proposal.target)


def _at_once(writing: Writing, target: str, record: str) -> None:
    """The next delivery begins with this record."""
    deliveries = Deliveries(writing)
    deliveries.revived(target, record)
    if changed := deliveries.one(record):
        deliveries.open(target, record, changed.place, changed.place, only=record)


def _open(here: Collective, number: int) -> tuple[Proposal, Copy, Entry, Target]:
    with here.store.snapshot() as snapshot:
        kept = Copies(snapshot)
        if (proposal := kept.proposal(number)) is None:
            raise _answered(number)
        target = here.targets.get(proposal.target)
        if target is None or target.push is None or target.push.to not in COPIES:
            raise BridgeError(
                f"« {proposal.target} » ne reçoit plus de copies : sa table n'a plus de [target.push].",
                "Remettez-la, ou laissez la proposition.",
            )
        copy = kept.of(target.id, [proposal.record]).get(proposal.record, Copy())
        entries = one(here, snapshot, target, proposal.record)
    return proposal, copy, entries[0] if entries else Entry(proposal.record, "", "withdrawn"), target


def _answered(number: int) -> BridgeError:
    return BridgeError(f"La proposition {number} n'attend plus de réponse.", "Quelqu'un a déjà répondu.")


def _shown(here: Collective, proposal: Proposal, copy: Copy, entry: Entry | None) -> Shown:
    record = entry.record if entry else None
    target = here.targets.get(proposal.target)
    address = ""
    if target and target.push and target.push.to in COPIES and copy.remote:
        address = address_of(target.push, copy.remote)
    title, act = (record.title, "update") if record else ("", "withdraw")
    return Shown(proposal.id, proposal.target, proposal.record, proposal.at, title, address, act)
