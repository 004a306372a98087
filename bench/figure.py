"""A figure: what was measured, against what it should be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter, process_time
from typing import Any


@dataclass(frozen=True)
class Figure:
    """``at_least`` or ``at_most`` is the target; ``unit`` is « x » for a ratio to what is measured in the same run."""

    name: str
    value: float
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    def as_json(self) -> dict[str, Any]:
        low, high = self.at_least, self.at_most
        target = f">= {low:g}" if low is not None else f"<= {high:g}"
        ok = (low is None or self.value >= low) and (high is None or self.value <= high)
        return {"name": self.name, "value": self.value, "target": target, "unit": self.unit, "ok": ok}


def wall(run: Callable[[], Any]) -> float:
    """Seconds of wall-clock of one run."""
    start = perf_counter()
    run()
    return perf_counter() - start


def cpu(run: Callable[[], Any]) -> float:
    """Seconds of this process's CPU of one run."""
    start = process_time()
    run()
    return process_time() - start


def ratio(ours: Callable[[], float], theirs: Callable[[], float], runs: int = 5) -> float:
    """theirs / ours, each the median of several runs taken in turn, so that a noisy moment hurts both."""
    pairs = [(ours(), theirs()) for _ in range(runs)]
    return median(b for _, b in pairs) / median(a for a, _ in pairs)
