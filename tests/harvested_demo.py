"""The demo network, and the collective that harvested it: for the tests that look at its records."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

from bridge.collective import Collective
from bridge.demo.network import Network
from bridge.demo.run import settle
from bridge.record import Entry, Record
from bridge.refresh import Summary, fetcher, refresh


class Demo(NamedTuple):
    """A network and the collective that harvested it once."""

    network: Network
    here: Collective
    first: list[Summary]

    def visit(self) -> dict[str, Summary]:
        found = refresh(self.here, list(self.here.sources.values()), fetcher(self.here), pace=timedelta(seconds=5))
        return {summary.source: summary for summary in found}

    def entries(self) -> list[Entry]:
        with self.here.store.snapshot() as snapshot:
            return list(snapshot.walk())

    def records(self) -> dict[str, Record]:
        return {entry.id: entry.record for entry in self.entries() if entry.record}

    def titled(self, words: str) -> list[Record]:
        return [record for record in self.records().values() if words in record.title]


@contextmanager
def harvested(folder: Path) -> Iterator[Demo]:
    """The network, settled in a folder and harvested once."""
    with Network() as network, closing(Collective(settle(folder, network))) as here:
        assert not here.broken
        yield Demo(network, here, refresh(here, list(here.sources.values()), fetcher(here)))
