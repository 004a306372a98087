"""What the command line and the demo show in a terminal: a harvest under way, a new partner, what a visit would do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn
from rich.table import Table

from bridge.adding import Arrival
from bridge.collective import Collective
from bridge.meaning.source import Source
from bridge.meaning.suggest import Suggestion
from bridge.preview import Preview
from bridge.record import FIELDS, Record, to_json
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
    _tell_numbers(summary)
    for problem in summary.problems[:5]:
        out.print(f"    {problem.item + ' : ' if problem.item else ''}{problem.message}", markup=False)
    if len(summary.problems) > 5:
        out.print(f"    … et {len(summary.problems) - 5} autres remarques, sur la page de la source.")


def _tell_numbers(summary: Summary) -> None:
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


def several(count: int, one: str, many: str) -> str:
    """``1 mot``, ``2 mots``."""
    return f"{count} {one if count == 1 else many}"


def tell_arrival(here: Collective, found: Arrival, *, written: bool) -> None:
    """What was recognised and why, the first records, what has no place yet, where the mapping file is."""
    for reason in found.proposal.why:
        out.print(f"• {reason}", markup=False)
    for title, url in found.proposal.others:
        out.print(f"  autre porte : {title} – partageons add {url}", markup=False)
    show_records(here, [mapped.record for mapped in found.sample.mapped if mapped.record])
    for problem in found.sample.problems:
        out.print(f"⚠ {problem.item + ' : ' if problem.item else ''}{problem.message}", markup=False)
    if found.sample.unplaced:
        out.print("\nChamps non repris :")
        for name in sorted(found.sample.unplaced):
            out.print(f"  {name}{_may_be(here.memory.fields(name))}", markup=False)
    if written:
        out.print(f"\nÉcrit : {found.path}. Ensuite : partageons harvest {found.proposal.id}", markup=False)
    else:
        out.print(f"\nRien n'a été écrit (--dry-run). {found.path.name} serait :\n\n{found.text}", markup=False)


def tell_preview(here: Collective, found: Preview) -> None:
    """Three records as a table, then all that a person may want to correct, then what the visit would do."""
    source = found.summary.source
    out.print(f"\n[bold]{escape(here.sources[source].title)}[/] ({source})")
    show_records(here, found.records)
    if found.unplaced:
        out.print("\nChamps laissés de côté (partageons assign) :")
    for field in found.unplaced:
        said = " : une personne, à écarter" if field.personal else _may_be(field.suggestions)
        out.print(f"  {field.size:>5} × {field.name}{said}", markup=False)
    if found.unknown:
        out.print("\nMots non reconnus (partageons accept) :")
    for word in found.unknown:
        out.print(f"  {word.size:>5} × {word.field} « {word.label} »{_may_be(word.suggestions)}", markup=False)
    if found.summary.problems:
        out.print("\nÀ corriger :")
    for problem in found.summary.problems:
        out.print(f"  ⚠ {problem.item + ' : ' if problem.item else ''}{problem.message}", markup=False)
    if found.patterns:
        out.print("\nÀ regarder :")
    for pattern in found.patterns:
        examples = f" ({', '.join(pattern.examples)}…)" if pattern.examples else ""
        out.print(f"  • {pattern.message}{examples}", markup=False)
    out.print("\nUne visite ferait :")
    _tell_numbers(found.summary)


def show_records(here: Collective, records: Sequence[Record]) -> None:
    """Records side by side, a row for each field that one of them holds."""
    if not records:
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    table.add_column("", style="bold")
    for _ in records:
        table.add_column("", overflow="fold", ratio=1)
    held = [to_json(record) for record in records]
    for name in FIELDS:
        if name not in _HIDDEN and any(name in each for each in held):
            table.add_row(name, *(escape(_cell(here, each.get(name, ""))) for each in held))
    out.print()
    # The one thing that the terminal may not fold by itself.
    out.print(table, soft_wrap=False)


_HIDDEN = frozenset(("source", "origin", "path", "attribution", "content", "harvested"))
_CELL = 160


def _cell(here: Collective, value: Any) -> str:
    """A value in people's words: labels of concepts, names of places."""
    if isinstance(value, list):
        return ", ".join(_cell(here, each) for each in value)
    if isinstance(value, dict):
        return " ".join("environ" if each is True else str(each) for each in value.values() if each not in ("", 0))
    text = str(value)
    if here.vocabulary.concept(text):
        text = here.vocabulary.label(text)
    elif text.startswith(("commune/", "epci/", "departement/", "region/")):
        text = here.words.place(text)
    return text if len(text) <= _CELL else text[:_CELL] + "…"


def _may_be(suggestions: Sequence[Suggestion]) -> str:
    told = ", ".join(f"{each.id} ({each.confidence:.0%}, {each.reason})" for each in suggestions)
    return f" → {told}" if told else ""
