"""What is written of the visits of sources: when they come, what they found, what lets the next one skip a page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import orjson
from sqlalchemy import Connection, delete, select, update

from bridge.instants import SECOND, shifted
from bridge.record import Problem
from bridge.store import cache, ledger
from bridge.store.reading import RHYTHM, PageState, Rhythm

_CHUNK = 500


class Visits:
    """The visits' part of a transaction (``Writing``)."""

    connection: Connection
    datestamp: str
    seq: int
    _touched: bool

    def begin(self, source: str) -> None:
        """A visit begins: until it ends, an asking that comes in (``hurry``) is for the next one. Should the program
        stop meanwhile, the source is still due."""
        c = ledger.source.c
        self.connection.execute(update(ledger.source).where(c.id == source).values(next_visit=self.datestamp))

    def read_again(self, source: str) -> None:
        """A source is to be visited as soon as possible and read whole, even where nothing changed."""
        self.connection.execute(delete(cache.page).where(cache.page.c.source == source))
        self.connection.execute(update(cache.source).where(cache.source.c.id == source).values(watermark=""))
        self.hurry(source)

    def rhythm(self, source: str) -> Rhythm:
        """How often a source is visited until now."""
        columns = [ledger.source.c[name] for name in RHYTHM]
        row = self.connection.execute(select(*columns).where(ledger.source.c.id == source)).one_or_none()
        return Rhythm(*row) if row else Rhythm()

    def hurry(self, source: str) -> None:
        """A source is to be visited as soon as possible."""
        due = update(ledger.source).where(ledger.source.c.id == source).values(next_visit="")
        if not self.connection.execute(due).rowcount:
            self.connection.execute(ledger.source.insert().values(id=source, next_visit=""))

    def pages(self, source: str, version: str, states: Iterable[PageState]) -> None:
        """Keep the validators of answers whose items are all kept."""
        rows = [
            {
                "source": source,
                "key": page.key,
                "version": version,
                "etag": page.etag,
                "last_modified": page.last_modified,
                "body_hash": page.body_hash,
                "ids": json(page.ids),
                "next": json(page.next),
                "facts": json(page.facts),
            }
            for page in states
        ]
        if rows:
            keys = [row["key"] for row in rows]
            where = (cache.page.c.source == source, cache.page.c.key.in_(keys))
            self.connection.execute(delete(cache.page).where(*where))
            self.connection.execute(cache.page.insert(), rows)

    def forget_pages(self, source: str, keys: Collection[str]) -> None:
        """Drop the validators of addresses that a whole walk no longer met."""
        known = self.connection.scalars(select(cache.page.c.key).where(cache.page.c.source == source)).all()
        for chunk in chunks([key for key in known if key not in keys]):
            self.connection.execute(
                delete(cache.page).where(cache.page.c.source == source, cache.page.c.key.in_(chunk))
            )

    def visited(
        self,
        source: str,
        *,
        success: bool,
        rhythm: Rhythm | None = None,
        held_back: int | None = None,
        cached: Mapping[str, Any] | None = None,
        problems: Sequence[Problem] = (),
        unplaced: Mapping[str, int] | None = None,
    ) -> str:
        """Note a visit; returns since when the source is unreachable, empty when it is not.

        ``cached`` holds the columns of ``cache_source`` that the walk settled, or None when only the problems are new.
        """
        row = self.connection.execute(select(ledger.source).where(ledger.source.c.id == source)).one_or_none()
        since = "" if success else (row.unreachable_since if row else "") or self.datestamp
        rhythm = rhythm or Rhythm()
        # Whoever asked for a visit meanwhile (``hurry``) is not to wait for the one that this visit settled.
        asked = row is not None and not row.next_visit
        values: dict[str, Any] = {
            "last_visit": self.datestamp,
            "unreachable_since": since,
            "next_visit": "" if asked else rhythm.next_visit,
            "pace": rhythm.pace,
            "failures": rhythm.failures,
            "missed": rhythm.missed,
        }
        if row and row.pinged > row.last_visit:  # while this visit read, it may have come for the next one
            values["pinged"] = shifted(self.datestamp, SECOND) if asked else min(row.pinged, self.datestamp)
        if success:
            values["last_success"] = self.datestamp
        if held_back is not None:
            values["held_back"] = held_back
        if row:
            self.connection.execute(update(ledger.source).where(ledger.source.c.id == source).values(values))
        else:
            self.connection.execute(ledger.source.insert().values(id=source, **values))
        told = {"complete": False, "problems": json([asdict(p) for p in problems])}
        if unplaced is not None:
            told["unplaced"] = json(dict(unplaced))
        told |= cached or {}
        if not self.connection.execute(update(cache.source).where(cache.source.c.id == source).values(told)).rowcount:
            blank = {"version": "", "watermark": "", "last_full": "", "keeps_deleted": False, "unplaced": "{}"}
            self.connection.execute(cache.source.insert().values({"id": source, **blank, **told}))
        return since

    def list_source(self, source: str, listed: bool) -> bool:
        """Show a source's records in searches, or no longer; False when that is how it was."""
        c = ledger.source.c
        flip = update(ledger.source).where(c.id == source, c.unlisted == listed).values(unlisted=not listed)
        if not self.connection.execute(flip).rowcount:
            return False
        live = (ledger.record.c.source == source, ledger.record.c.status == "live")
        self.connection.execute(update(ledger.record).where(*live).values(seq=self.seq))
        self._touched = True
        return True


def json(value: Any) -> str:
    """A value as the store keeps it."""
    return orjson.dumps(value).decode()


def chunks(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    """So many at once as a statement may hold."""
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]
