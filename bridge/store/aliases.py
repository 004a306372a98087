"""What a source calls its records when that is not what they are called here: public addresses outlive identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

from sqlalchemy import delete, select

from bridge.meaning.relinking import Owner, Suspended, relink
from bridge.store import cache, ledger
from bridge.store.reading import Snapshot
from bridge.store.writing import Writing

_A, _L = ledger.alias.c, ledger.record.c
_CHUNK = 500


class Alias(NamedTuple):
    """``name`` is that of the content for which a local identifier was found to name this record and no other."""

    record: str
    name: int


class Moved(NamedTuple):
    """A record that was kept during the walk with another content than its own: what it was, and its name ``now``."""

    local: str
    mark: int
    name: int
    now: int


class Aliases:
    """The aliases of a view of the store; what writes needs a ``Writing``."""

    def __init__(self, view: Snapshot | Writing) -> None:
        self._connection = view.connection

    def of(self, source: str) -> dict[str, Alias]:
        """What a source calls its records, by local identifier, where it is not what follows the source in their id."""
        query = select(_A.local, _A.record, _A.name).where(_A.source == source)
        return {row.local: Alias(row.record, row.name) for row in self._connection.execute(query)}

    def has_records(self, source: str) -> bool:
        """Whether anything of a source was ever here."""
        return self._connection.scalar(select(_L.id).where(_L.source == source).limit(1)) is not None

    def known(self, ids: Sequence[str]) -> dict[str, Any]:
        """``id``, ``name`` and ``mark`` of those that are or were here."""
        return {row.id: row for row in self._rows(_L.id, ids)}

    def named(self, source: str, names: Iterable[int]) -> list[Any]:
        """The records of a source, live or withdrawn, that bear one of these names."""
        return [row for row in self._rows(_L.name, list(names)) if row.source == source]

    def settle(
        self,
        source: str,
        suspended: Sequence[Suspended],
        met: set[str],
        moved: Mapping[str, Moved],
        certain: bool,
    ) -> dict[str, str]:
        """Decide which record each suspended item is, at the end of a complete walk, and note it for the next one.

        Args:
            met: ids of the records that the walk met, suspended ones apart.
            moved: among them, those whose content is no longer their own.
            certain: see ``relinking.relink``.

        Returns:
            The records that were found again under another identifier: local identifier -> record id.
        """
        away = {item.record for item in suspended}
        rows = self.named(source, {item.name for item in suspended})
        owners = [
            Owner(row.id, row.mark, row.name, row.id not in away)
            for row in rows
            if row.id not in moved and (row.id in away or row.id not in met)
        ]
        owners += [Owner(record_id, was.mark, was.name, False) for record_id, was in moved.items()]
        found = relink(suspended, owners, certain)
        present = {item.local: item.record for item in suspended}
        links = {local: record for local, record in found.items() if record != present[local]}
        self._write(source, self._after(source, suspended, moved, links))
        if links:
            self._connection.execute(delete(cache.page).where(cache.page.c.source == source))
        return links

    def _after(
        self, source: str, suspended: Sequence[Suspended], moved: Mapping[str, Moved], links: Mapping[str, str]
    ) -> dict[str, Alias | None]:
        """The aliases that change, None for those that go."""
        before, taken = self.of(source), set(links.values())
        after: dict[str, Alias | None] = {local: Alias(record, 0) for local, record in links.items()}
        # What bore the name of a record that is elsewhere now names a record of its own.
        nameless = {m.local: m.now for record_id, m in moved.items() if record_id in taken and m.local not in links}
        for item in suspended:
            if item.local not in links and item.record in taken:
                nameless[item.local] = item.name
            elif item.local not in links:
                after[item.local] = Alias(item.record, item.name)
        free = taken - {item.record for item in suspended} - moved.keys()
        for local in (record.partition(":")[2] for record in free):
            if local not in before and local not in after:
                nameless[local] = 0
        for local, alias in before.items():
            if alias.record in free and local not in after:
                after[local] = None
                if f"{source}:{local}" in taken:
                    nameless[local] = 0
        used = {alias.record for alias in (*before.values(), *filter(None, after.values()))} | taken
        fresh = self._fresh(source, list(nameless), used)
        return after | {local: Alias(record, nameless[local]) for local, record in fresh}

    def _fresh(self, source: str, locals_: Sequence[str], used: set[str]) -> Iterator[tuple[str, str]]:
        """An id that no record ever had, for each of these identifiers."""
        waiting = list(locals_)
        for number in count(1):
            if not waiting:
                return
            tried = {local: f"{source}:{local}" + (f"~{number}" if number > 1 else "") for local in waiting}
            there = self.known(list(tried.values())).keys() | used
            yield from ((local, record) for local, record in tried.items() if record not in there)
            waiting = [local for local, record in tried.items() if record in there]

    def _write(self, source: str, after: Mapping[str, Alias | None]) -> None:
        names = list(after)
        for start in range(0, len(names), _CHUNK):
            chunk = names[start : start + _CHUNK]
            self._connection.execute(delete(ledger.alias).where(_A.source == source, _A.local.in_(chunk)))
        rows = [
            {"source": source, "local": local, "record": alias.record, "name": alias.name}
            for local, alias in after.items()
            if alias and (alias.name or alias.record != f"{source}:{local}")
        ]
        if rows:
            self._connection.execute(ledger.alias.insert(), rows)

    def _rows(self, column: Any, values: Sequence[Any]) -> Iterator[Any]:
        query = select(_L.id, _L.source, _L.name, _L.mark)
        for start in range(0, len(values), _CHUNK):
            yield from self._connection.execute(query.where(column.in_(values[start : start + _CHUNK])))
