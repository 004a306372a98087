"""What the items of a walk are called here, and which of them look like another record than their identifier says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bridge.meaning.relinking import Suspended
from bridge.meaning.source import Source
from bridge.record import Problem
from bridge.store import Change, Snapshot
from bridge.store.aliases import Alias, Aliases, Moved


@dataclass(slots=True)
class Naming:
    """The names of one walk.

    Attributes:
        suspended: items that are not kept until the end of the walk tells which record they are.
        moved: records that were kept with another content than theirs, by id.
    """

    source: Source
    suspended: list[Suspended] = field(default_factory=list)
    moved: dict[str, Moved] = field(default_factory=dict)
    _aliases: Mapping[str, Alias] = field(default_factory=dict)
    _lived: bool = False
    _names: dict[str, int] = field(default_factory=dict)

    def load(self, snapshot: Snapshot) -> None:
        """What is known of this source before the walk."""
        aliases = Aliases(snapshot)
        self._lived = aliases.has_records(self.source.id)
        self._aliases = aliases.of(self.source.id) if self._lived else {}

    def of(self, local: str) -> str:
        """The id of the record that an item of this identifier is."""
        alias = self._aliases.get(local)
        return f"{self.source.id}:{local}" if alias is None else alias.record

    def settled(self, problem: Problem) -> Problem:
        """A problem of an item, under the identifier that the item has here."""
        if not problem.item or not self._aliases:
            return problem
        return Problem(problem.message, local_of(self.of(problem.item)))

    def twin(self, snapshot: Snapshot, local: str, change: Change) -> str:
        """The identifier of an item that comes under one that served in this walk: its own if it is the same record
        again, else one that follows from what it is called."""
        name = self._names.get(change.id)
        if name is None:
            known = Aliases(snapshot).known([change.id])
            name = known[change.id].name if change.id in known else 0
        if name in (0, change.marks.name):
            return local
        return f"{local}~{change.marks.name & 0xFFFFFFFF:08x}"

    def met(self, changes: Iterable[Change]) -> None:
        """These were mapped in this walk."""
        self._names.update((change.id, change.marks.name) for change in changes)

    def suspects(
        self, snapshot: Snapshot, changes: Mapping[str, Change], met: set[str], window: bool
    ) -> Sequence[Suspended]:
        """Those of a batch that look like a record which this walk has not met as itself, and those in whose place such
        a record was.

        Args:
            changes: by local identifier.
            met: ids of records that the walk met so far, this batch included.
            window: the list only shows what is new: then only the very same content tells.
        """
        if not self._lived or not changes:
            return ()
        aliases = Aliases(snapshot)
        known = aliases.known([change.id for change in changes.values()])
        doubtful: dict[str, Change] = {}
        for local, change in changes.items():
            before = known.get(change.id)
            if before is None or before.name not in (0, change.marks.name):
                doubtful[local] = change
        if not doubtful:
            return ()
        strangers = {change.id for change in doubtful.values() if change.id in known}
        elsewhere = strangers | self.moved.keys() | {item.record for item in self.suspended}
        owners: dict[int, list[tuple[str, int]]] = {}
        for row in aliases.named(self.source.id, {change.marks.name for change in doubtful.values()}):
            if (row.id in elsewhere or row.id not in met) and row.id not in self.moved:
                owners.setdefault(row.name, []).append((row.id, row.mark))
        for record_id, was in self.moved.items():
            owners.setdefault(was.name, []).append((record_id, was.mark))
        found: dict[str, Suspended] = {}
        claimed: set[str] = set()
        for local, change in doubtful.items():
            others = [owner for owner in owners.get(change.marks.name, ()) if owner[0] != change.id]
            if window:
                others = [owner for owner in others if owner[1] == change.marks.mark and change.id not in known]
            alias = self._aliases.get(local)
            looked_at = alias is not None and alias.name == change.marks.name
            if others and not looked_at:
                found[local] = _suspended(local, change, change.id in known)
                claimed |= {record_id for record_id, _ in others}
        for local, change in doubtful.items():
            if local not in found and change.id in known:
                if change.id in claimed:
                    found[local] = _suspended(local, change, True)
                else:
                    before = known[change.id]
                    self.moved[change.id] = Moved(local, before.mark, before.name, change.marks.name)
        self.suspended += found.values()
        return list(found.values())


def local_of(record_id: str) -> str:
    """What follows the source in the id of a record."""
    return record_id.partition(":")[2]


def _suspended(local: str, change: Change, known: bool) -> Suspended:
    return Suspended(local, change.id, change.marks.mark, change.marks.name, known)
