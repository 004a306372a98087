"""What the command line and the demo show of a harvest: a progress bar for each source, then what was found."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from bridge.collective import Collective
from bridge.meaning.source import Source
from bridge.refresh import Summary, fetcher, refresh

out = Console(highlight=False)


def safe(text: str) -> str:
    """Text in which rich reads no markup."""
    return text.replace("[", "\\[")


def harvest_now(
    here: Collective, sources: Sequence[Source], *, full: bool = False, quiet: bool = False
) -> list[Summary]:
    """Visit sources with a progress bar each, and tell what was found."""
    fetch = fetcher(here)
    if quiet:
        return refresh(here, sources, fetch, full=full)
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed:>5.0f} fiches"))
    with Progress(*columns, console=out) as bars:
        tasks: dict[str, TaskID] = {s.id: bars.add_task(safe(s.title)[:50], total=None) for s in sources}

        def progress(source: str, done: int, total: int | None, ended: bool) -> None:
            bars.update(tasks[source], completed=done, total=max(done, 1) if ended else total)

        summaries = refresh(here, sources, fetch, full=full, progress=progress)
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
