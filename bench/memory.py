"""Peak memory of a process that harvests: 100,000 records page by page, and one document of 32 MiB.

Each harvest is the whole of it (fetched, read, mapped, stored, indexed) in a process of its own, whose peak resident
size is what counts; the sites are served by another process.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.figure import Figure
from bench.harvested import collective
from bench.served import SIZE, repository
from bridge.refresh import fetcher, refresh

PAGES = 1000
EMPTY = "-"


def peak(*arguments: str) -> float:
    """The peak resident size of a process that harvests, MiB."""
    command = [sys.executable, "-m", "bench.memory", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[1])
    return int(done.stdout) / 1024


def figures() -> list[Figure]:
    with repository(PAGES) as site:
        pages = peak(f"{site}/oai", "oai", "_oai", str(PAGES * SIZE))
        document = peak(f"{site}/list.json", "json_api", "_json", EMPTY)
    return [
        Figure("memory-100000-records", pages, "MiB", at_most=256),
        Figure("memory-one-document-of-32-mib", document, "MiB", at_most=512),
    ]


def main(url: str, kind: str, preset: str, expected: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        here = collective(Path(name), url, kind, preset)
        (summary,) = refresh(here, here.sources.values(), fetcher(here))
        assert summary.complete and summary.created and expected in (EMPTY, str(summary.created)), summary
        here.close()
    sys.stdout.write(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss}\n")  # KiB on Linux


if __name__ == "__main__":
    main(*sys.argv[1:])
