"""Memory of the whole process tree of ``partageons serve``, at rest after some visits.

Two web workers and the refresher, on a collective of 2,000 records. PSS counts a page that several processes share
once; RSS counts it in each.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from bench.figure import Figure
from bench.harvested import harvested

PAGES = 20
ASKED = ("", "oai?verb=Identify", "oai?verb=ListRecords&metadataPrefix=oai_dc", "feed.atom", "?q=mares")
ROUNDS = 4  # so that every worker has answered
REST = 5.0
_PROC = Path("/proc")


def tree(root: int) -> set[int]:
    """The processes below ``root``, and itself."""
    parents: dict[int, int] = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            stat = (folder / "stat").read_text()
        except (FileNotFoundError, ProcessLookupError):  # it ended meanwhile
            continue
        parents[int(folder.name)] = int(stat.rpartition(")")[2].split()[1])
    found, before = {root}, 0
    while len(found) > before:
        before = len(found)
        found |= {process for process, parent in parents.items() if parent in found}
    return found


def memory(process: int) -> tuple[int, int]:
    """Its PSS and RSS, KiB."""
    lines = (_PROC / str(process) / "smaps_rollup").read_text().splitlines()
    sizes = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    return sizes["Pss"], sizes["Rss"]


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        harvested(Path(name), PAGES).close()
        command = [sys.executable, "-m", "bridge.cli", "serve", "--port", "0", "--workers", "2"]
        environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
        with subprocess.Popen(command, cwd=name, env=environ, stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout
            try:
                home = server.stdout.readline().strip()
                time.sleep(REST)
                for _ in range(ROUNDS):
                    for path in ASKED:
                        with urlopen(home + path) as answer:
                            assert answer.read()
                time.sleep(REST)
                sizes = [memory(process) for process in tree(server.pid)]
            finally:
                server.terminate()
    assert len(sizes) >= 4, sizes  # the first process, two workers, the refresher
    pss, rss = (sum(column) / 1024 for column in zip(*sizes, strict=True))
    return [
        Figure("serve-memory-pss", pss, "MiB", at_most=512),
        Figure("serve-memory-rss", rss, "MiB", at_most=1024),
    ]
