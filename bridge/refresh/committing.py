"""A batch of a walk kept in one transaction, then brought to the index."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from typing import Any

from bridge.collective import Collective
from bridge.errors import BusyError
from bridge.harvest import Batch, Walk
from bridge.meaning.marks import node
from bridge.meaning.source import Source
from bridge.meaning.target import host_of
from bridge.record import Entry, Record
from bridge.refresh.summary import Summary
from bridge.store import Change
from bridge.store.copies import Copies
from bridge.store.identity import Identity
from bridge.store.search import Writer
from bridge.writers.wikiword import is_tag

UNNAMED = "partageons.localhost"
"""The node of every bridge that has no address yet: it tells none from another."""


def commit(collective: Collective, indexing: Indexing, walk: Walk, batch: Batch, summary: Summary) -> None:
    """Keep a batch in one transaction, then bring it to the index."""
    source = walk.source
    summary.unchanged += len(batch.same)
    summary.seen += len(batch)
    if not collective.describes(source.id):  # forgotten while it was being walked
        return
    if not (batch.changes or batch.deleted or batch.pages):
        return
    with collective.store.writing() as writing:
        opposed = writing.opposed()
        writing.remember([change for change in batch.changes.values() if change.id in opposed])
        changes = [change for change in batch.changes.values() if change.id not in opposed]
        identity = Identity(writing)
        put = _put(collective, Copies(writing), source, changes)
        echoes = identity.judge(source.id, changes, _ours(collective), put, partial(_at_home, collective))
        changes = [change for change in changes if change.id not in echoes.found]
        outcome = writing.keep(source.id, source.version, changes)
        gone = writing.withdraw(batch.deleted)
        summary.tombstones += len(gone)
        gone += writing.withdraw([*echoes.found, *echoes.farther])
        identity.forget(batch.deleted)
        heard = identity.note(source.id, echoes)
        writing.pages(source.id, source.version, batch.pages)
    summary.unchanged += len(outcome.unchanged)
    for event, ids in (("created", outcome.created), ("changed", outcome.changed), ("withdrawn", gone)):
        summary.note(event, ids)
    summary.note("echo", heard)
    if writing.touched:
        moved = {**dict.fromkeys((*outcome.created, *outcome.changed), writing.datestamp), **outcome.back}
        entries = [Entry(c.id, moved[c.id], "live", c.record) for c in changes if c.id in moved]
        entries += [Entry(record_id, writing.datestamp, "withdrawn") for record_id in gone]
        indexing.follow(entries, writing.seq)


def _ours(collective: Collective) -> tuple[str, ...]:
    """What this node is called in the path of a record."""
    settings = collective.settings
    named = settings.node if settings.node != UNNAMED else ""
    return tuple(filter(None, (named, node(settings.base_url))))


def _put(collective: Collective, copies: Copies, source: Source, changes: Sequence[Change]) -> dict[str, str]:
    """The articles that this bridge delivered to the site of a source itself, whatever became of their marks: by their
    id here, the record that each is a copy of."""
    remotes: dict[str, str] = {}
    for target in collective.targets.values() if changes else ():
        if target.push and host_of(target.push.url) == host_of(source.url):
            remotes |= copies.remotes(target.id)
    if source.kind == "yeswiki":  # what any bridge delivers to a wiki has a name that says so
        tags = (change.id.partition(":")[2] for change in changes)
        remotes = {tag: "" for tag in tags if is_tag(tag)} | remotes
    if not remotes:
        return {}
    # A WordPress numbers its articles; their type comes before.
    numbered = source.kind == "wordpress"
    local = {change.id: change.id.partition(":")[2] for change in changes}
    named = {id: name.rpartition("-")[2] if numbered else name for id, name in local.items()}
    return {id: remotes[name] for id, name in named.items() if name in remotes}


def _at_home(collective: Collective, record: Record) -> bool:
    """Whether the page of a record is on the site of its source."""
    source = collective.sources.get(record.source)
    return source is not None and host_of(record.url) in (host_of(source.url), host_of(source.home))


class Indexing:
    """The index follows the commits of one refresh; opened at the first, so that a visit without news costs nothing.

    When another process is indexing, nothing waits: whoever indexes next catches up from the store by ``seq``.
    """

    def __init__(self, collective: Collective) -> None:
        self._collective = collective
        self._stack = ExitStack()
        self._writer: Writer | None = None

    def __enter__(self) -> Indexing:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def follow(self, entries: Sequence[Entry], seq: int) -> None:
        """Index what was just committed as ``seq``."""
        if self._writer is None:
            try:
                self._writer = self._stack.enter_context(self._collective.index.writing())
            except BusyError:
                return
        if self._writer.seq == seq - 1:
            self._writer.update(entries, seq)
        else:
            with self._collective.store.snapshot() as snapshot:
                self._writer.update(snapshot.walk(after_seq=self._writer.seq), snapshot.seq)
