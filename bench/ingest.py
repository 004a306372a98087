"""Bytes -> parsed -> mapped -> validated -> stored and indexed, against C parse + one bulk insert of the same bytes.

The second harvest, with nothing changed, is measured on the same collective.
"""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from statistics import median

from lxml import etree

from bench.corpus import page
from bench.figure import Figure, wall
from bench.harvested import collective, visit
from bridge.refresh import Summary

PAGES = 50
BODIES = [page(number, PAGES) for number in range(PAGES)]
RECORD = "{http://www.openarchives.org/OAI/2.0/}record"


def bulk(folder: Path) -> float:
    """C parse of every page, each record serialised, one bulk insert."""

    def run() -> None:
        connection = sqlite3.connect(folder / "bulk.sqlite")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("CREATE TABLE record (id INTEGER PRIMARY KEY, body BLOB)")
        rows = [(etree.tostring(each),) for body in BODIES for each in etree.fromstring(body).iter(RECORD)]
        with connection:
            connection.executemany("INSERT INTO record (body) VALUES (?)", rows)
        connection.close()

    return wall(run)


def harvest(folder: Path) -> tuple[float, float]:
    """A first harvest into a new collective, then a second one with nothing changed."""
    here = collective(folder)
    source_known = bool(here.sources)  # the mapping file is read before the clock starts
    first: list[Summary] = []
    once = wall(lambda: first.append(visit(here, BODIES)))
    assert source_known and first[0].created == PAGES * 100 and first[0].complete, first[0]
    again = median(wall(lambda: visit(here, BODIES)) for _ in range(5))
    assert here.index.seq == here.store.seq > 0
    here.close()
    return once, again


def figures() -> list[Figure]:
    firsts, seconds, bulks = [], [], []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            bulks.append(bulk(folder))
            once, again = harvest(folder)
            firsts.append(once)
            seconds.append(again)
    first = median(firsts)
    return [
        Figure("ingest-5000-vs-c-bulk-insert", median(bulks) / first, "x", at_least=0.2),
        Figure("second-harvest-speedup", first / median(seconds), "x", at_least=50),
        Figure("ingest-records-per-second", PAGES * 100 / first, "/s", at_least=0),
    ]
