"""The end of a visit: the rule of withdrawal, and what is noted of the source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bridge.collective import Collective
from bridge.errors import FetchError
from bridge.fetch import Fetcher
from bridge.harvest import Walk
from bridge.meaning.source import Source
from bridge.record import Problem, Request
from bridge.refresh.pace import next_visit
from bridge.refresh.summary import Summary
from bridge.store import now

PAGES_CHECKED = 20
UNLISTED_AFTER = timedelta(days=30)
EMPTIED_AFTER = timedelta(days=90)


def end(collective: Collective, walk: Walk, summary: Summary, fetch: Fetcher, pace: timedelta | None) -> None:
    """Apply the rule of withdrawal, and note the visit."""
    source, settings = walk.source, collective.settings
    if source.id not in collective.sources:  # forgotten while it was being walked
        return
    with collective.store.writing() as writing:
        live = writing.live(source.id)
    absence = walk.complete and walk.whole and (walk.listed or not walk.incremental)
    met = walk.seen | walk.refused
    if absence and live and not met:
        walk.tell(Problem(f"La liste est vide alors que {len(live)} fiches étaient connues : rien n'est retiré."))
    if absence and len(walk.seen) < source.minimum:
        walk.tell(Problem(f"{len(walk.seen)} fiches au lieu de {source.minimum} attendues : rien n'est retiré."))
        absence = False
    missing = [record_id for record_id in live if record_id not in met] if absence else []
    back = [record_id for record_id, since in live.items() if since and record_id in met]
    held = too_many(len(missing), len(live))
    first = [record_id for record_id in missing if live[record_id] is None]
    gone = [record_id for record_id in missing if live[record_id] is not None]
    if not held:
        gone += _pages_gone(collective, source, first[:PAGES_CHECKED], fetch)
    if held and gone:
        walk.tell(
            Problem(
                f"{len(missing)} fiches sur {len(live)} ont disparu de ce site : elles sont gardées en attendant "
                "qu'une personne confirme (partageons release)."
            )
        )
    waiting = [record_id for record_id in first if record_id not in set(gone)]
    summary.note("absent", missing if held else waiting)
    summary.note("held_back", gone if held else ())
    cached = None
    if walk.complete:
        cached = {"complete": True, "version": source.version, "keeps_deleted": walk.keeps_deleted}
        if walk.watermark:
            cached["watermark"] = walk.watermark
        if not walk.incremental:
            cached["last_full"] = now()
    with collective.store.writing() as writing:
        writing.absent(waiting, back)
        withdrawn = () if held else writing.withdraw(gone)
        if walk.complete and not walk.incremental:
            writing.forget_pages(source.id, walk.keys)
        since = writing.visited(
            source.id,
            success=walk.complete,
            next_visit=next_visit(source, walk.complete, bool(waiting), settings.confirm_delay, pace),
            held_back=summary.held_back if absence else None,
            cached=cached,
            problems=walk.problems,
            unplaced=walk.unplaced if walk.touched else None,
        )
        away = _ago(since)
        writing.list_source(source.id, away < UNLISTED_AFTER)
        if away >= EMPTIED_AFTER:
            withdrawn += writing.empty(source.id)
    summary.note("withdrawn", withdrawn)
    summary.complete = walk.complete
    summary.problems = walk.problems


def too_many(missing: int, live: int) -> bool:
    """Whether absences are too many to believe without a person: a whole source, >= 5 and > 20 %, > 50 and > 2 %."""
    return missing > 0 and (
        missing == live or (missing >= 5 and missing > 0.2 * live) or (missing > 50 and missing > 0.02 * live)
    )


def _pages_gone(collective: Collective, source: Source, ids: Sequence[str], fetch: Fetcher) -> list[str]:
    """Those whose own page answers that it is gone, on a site that has just answered well."""
    with collective.store.snapshot() as snapshot:
        entries = snapshot.entries(ids)
    gone = []
    for entry in entries:
        address = entry.record.url if entry.record else ""
        if address and address != source.url:
            try:
                fetch.get(Request(address))
            except FetchError as error:
                if error.status in (404, 410):
                    gone.append(entry.id)
    return gone


def _ago(since: str) -> timedelta:
    if not since:
        return timedelta(0)
    return datetime.now(UTC) - datetime.strptime(since, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
