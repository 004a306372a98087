"""What the command line and the demo show of a harvest: a progress bar for each source, then what was found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from bridge.collective import Collective
from bridge.meaning.source import Source
from bridge.refresh import Summary, fetcher, refresh

# A sentence is one line: it is for the terminal to fold it.
out = Console(highlight=False, soft_wrap=True)


def harvest_now(
    here: Collective,
    sources: Sequence[Source],
    *,
    full: bool = False,
    quiet: bool = False,
    pace: timedelta | None = None,
) -> list[Summary]:
    """Visit sources with a progress bar each, and tell what was found; ``full`` and ``pace`` as in ``refresh``."""
    fetch = fetcher(here)
    if quiet:
        return refresh(here, sources, fetch, full=full, pace=pace)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:>5.0f} fiches"))
    with Progress(*columns, console=out) as bars:
        tasks: dict[str, TaskID] = {s.id: bars.add_task(escape(s.title[:50]), total=None) for s in sources}

        def progress(source: str, done: int, total: int | None, ended: bool) -> None:
            bars.update(tasks[source], completed=done, total=max(done, 1) if ended else total)

        summaries = refresh(here, sources, fetch, full=full, pace=pace, progress=progress)
    for summary in summaries:
        _tell(summary)
    return summaries


def _tell(summary: Summary) -> None:
    numbers = (
        (summary.created, "nouvelles"),
        (summary.changed, "modifiées"),
        (summary.unchanged, "inchangées"),
        (summary.absent, "absentes"),
        (summary.withdrawn, "retirées"),
        (summary.held_back, "retenues"),
    )
    told = ", ".join(f"{count} {word}" for count, word in numbers if count) or "rien"
    out.print(f"{'✓' if summary.complete else '✗'} {summary.source} : {told}", markup=False)
    for problem in summary.problems[:5]:
        out.print(f"    {problem.item + ' : ' if problem.item else ''}{problem.message}", markup=False)
    if len(summary.problems) > 5:
        out.print(f"    … et {len(summary.problems) - 5} autres remarques, sur la page de la source.")
