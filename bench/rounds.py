"""A round over a thousand sources of which none has changed: real sockets, conditional requests, one visit each."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from statistics import median
from urllib.request import urlopen

from bench.crowd import RECORDS, crowd, describe, host
from bench.figure import Figure, wall
from bridge.collective import Collective
from bridge.config import load
from bridge.refresh import Summary, fetcher, refresh

SOURCES = 1000
ROUNDS = 3


def exchanged(port: int) -> int:
    """Bytes of requests and answers until now."""
    with urlopen(f"http://127.0.0.1:{port}/bytes") as answer:
        received, sent = json.load(answer)
    return int(received + sent)


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, crowd() as port:
        folder = Path(name)
        describe(folder / "mappings", port, SOURCES)
        hosts = ",".join(host(number) for number in range(SOURCES))
        with closing(Collective(load(folder, {"PARTAGEONS_ALLOW_HOSTS": hosts}))) as here, fetcher(here) as fetch:
            sources = list(here.sources.values())

            def visit(told: list[Sequence[Summary]]) -> None:
                told.append(refresh(here, sources, fetch))

            rounds: list[Sequence[Summary]] = []
            before = exchanged(port)
            first = wall(lambda: visit(rounds))
            whole = exchanged(port) - before
            assert all(each.complete and each.created == RECORDS for each in rounds[0]), rounds[0][:3]
            before = exchanged(port)
            times = [wall(lambda: visit(rounds)) for _ in range(ROUNDS)]
            light = (exchanged(port) - before) / ROUNDS
            for each in rounds[1:]:
                assert all(one.complete and one.unchanged == RECORDS and not one.events for one in each), each[:3]
    return [
        Figure(f"round-of-{SOURCES}-unchanged", median(times), "s", at_most=60),
        Figure(f"round-of-{SOURCES}-bytes-vs-first", light / whole, "x", at_most=0.01),
        Figure(f"round-of-{SOURCES}-first", first, "s", at_most=600),
    ]
