"""Mixed reading while a hundred thousand records are harvested: ``partageons serve`` on real sockets, ``wrk`` for two
minutes. Pages change at each commit meanwhile: what is measured is what visitors and harvesters see of it."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from bench.figure import Figure
from bench.freshness import get, service
from bench.harvested import MAPPING
from bench.serve_memory import memory, tree
from bench.served import SIZE, repository

PAGES = 1000
SECONDS = 120
CONNECTIONS = 4
WARM = 2000  # records harvested before one begins to look
PATIENCE = 600.0
ASKED = (
    "",
    "?q=haies",
    "?vue=carte",
    "feed.atom?limite=50",
    "feed.json?limite=20",
    "api/v1/records?per_page=20",
    "oai?verb=Identify",
    "oai?verb=ListRecords&metadataPrefix=oai_dc",
    "sources",
)
SCRIPT = """
local paths, each, at = {{ {paths} }}, {{}}, 0
function init() for i, path in ipairs(paths) do each[i] = wrk.format("GET", path) end end
function request() at = at % #each + 1; return each[at] end
function done(summary, latency)
  io.write(string.format("%d %d %d\\n", latency:percentile(50), latency:percentile(99), summary.requests))
end
"""


def harvested(address: str) -> int:
    """How many records are visible."""
    return int(json.loads(get(f"{address}api/v1/records?per_page=1"))["total"])


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name, repository(PAGES) as source:
        folder = Path(name)
        (folder / "mappings").mkdir()
        text = MAPPING.format(preset="_oai", kind="oai", url=f"{source}/oai")
        (folder / "mappings" / "exemple.toml").write_text(text, encoding="utf-8")
        (folder / "partageons.toml").write_text('allow_hosts = ["127.0.0.1"]\n', encoding="utf-8")
        with service(folder) as (address, process):
            wait_for(lambda: harvested(address) >= WARM)
            script = folder / "mixed.lua"
            script.write_text(SCRIPT.format(paths=", ".join(f'"/{path}"' for path in ASKED)), encoding="utf-8")
            sizes: list[float] = []
            stop = Event()
            watch = Thread(target=weigh, args=(process, sizes, stop))
            watch.start()
            command = [
                "wrk",
                "-t1",
                f"-c{CONNECTIONS}",
                f"-d{SECONDS}s",
                "--timeout",
                "10s",
                "-s",
                str(script),
                address,
            ]
            done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            stop.set()
            watch.join()
            errors = sum(map(int, re.findall(r"(?:connect|read|write|timeout) (\d+)", done.stdout)))
            refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
            usual, slow, requests = map(int, done.stdout.split("\n")[-2].split())
            wait_for(lambda: harvested(address) == PAGES * SIZE)
    third = len(sizes) // 3
    return [
        Figure("load-errors", errors + (int(refused[1]) if refused else 0), "", at_most=0),
        Figure("load-p99", slow / 1000, "ms", at_most=250),
        Figure("load-median", usual / 1000, "ms", at_most=250),
        Figure("load-requests-per-second", requests / SECONDS, "/s", at_least=0),
        Figure("load-memory-end-vs-beginning", max(sizes[-third:]) / max(sizes[:third]), "x", at_most=1.25),
        Figure("load-memory-pss", max(sizes), "MiB", at_most=768),
    ]


def weigh(process: int, sizes: list[float], stop: Event) -> None:
    """Note the memory (PSS, MiB) of a tree of processes, again and again."""
    while not stop.wait(2):
        total = 0
        for each in tree(process):
            try:
                total += memory(each)[0]
            except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
                continue
        sizes.append(total / 1024)


def wait_for(there: Callable[[], bool]) -> None:
    """Wait until something is true."""
    end = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.5)
