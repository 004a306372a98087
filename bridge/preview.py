"""What a visit of a source would do: the real visit, on a copy of what is known of it, thrown away afterwards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from bridge.collective import Collective
from bridge.correcting import Unknown, Unplaced, unknown, unplaced
from bridge.errors import BridgeError
from bridge.fetch import Fetcher
from bridge.meaning import quality
from bridge.meaning.source import Source
from bridge.record import Record, to_json
from bridge.refresh import Summary, refresh
from bridge.store import Snapshot, Store

SHOWN = 3


class Preview(NamedTuple):
    """What a visit would do and show. ``summary`` is what the real visit, made now, would tell."""

    summary: Summary
    records: Sequence[Record]
    unplaced: Sequence[Unplaced]
    unknown: Sequence[Unknown]
    patterns: Sequence[quality.Pattern]

    def to_json(self) -> dict[str, Any]:
        return {
            **self.summary.to_json(),
            "records": [to_json(record) for record in self.records],
            "unplaced": [each.to_json() for each in self.unplaced],
            "unknown": [each.to_json() for each in self.unknown],
            "patterns": [pattern._asdict() for pattern in self.patterns],
        }


def preview(here: Collective, source: Source, fetch: Fetcher) -> Preview:
    """Visit a source without changing anything here.

    Raises:
        BridgeError: the temporary folder cannot be written.
    """
    try:
        with TemporaryDirectory(prefix="partageons-essai-") as name:
            here.store.excerpt(Path(name), source.id)
            with closing(Collective(replace(here.settings, data=Path(name), database=""))) as scratch:
                (summary,) = refresh(scratch, [source], fetch)
                return _told(here, scratch.store, source, summary)
    except OSError as error:
        raise BridgeError(f"Le dossier temporaire ne peut pas être écrit : {error.strerror}.") from error


def _told(here: Collective, store: Store, source: Source, summary: Summary) -> Preview:
    with store.snapshot() as snapshot:
        return Preview(
            summary,
            list(islice(_records(snapshot, source), SHOWN)),
            unplaced(here, source, snapshot.states()[source.id].unplaced),
            unknown(here, source, snapshot.terms(source.id)),
            quality.patterns(_records(snapshot, source)),
        )


def _records(snapshot: Snapshot, source: Source) -> Iterator[Record]:
    return (entry.record for entry in snapshot.walk(source=source.id) if entry.record)
