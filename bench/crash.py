"""A harvest killed (SIGKILL) at a random moment, then taken up again: how often the end is that of a calm one.

What is compared is said in ``tests/crashing.py``: all but the instants of the harvests.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figure import Figure
from tests.crashing import scene

RUNS = 200


def figures() -> list[Figure]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder, scene(Path(folder)) as day:
        equal = sum(not day.differs(seed) for seed in range(RUNS))
        share = day.halfway / RUNS
    return [
        Figure("crash-runs-equal", equal, f"/{RUNS}", at_least=RUNS),
        Figure("crash-runs-halfway", share, "", at_least=0.25),
    ]
