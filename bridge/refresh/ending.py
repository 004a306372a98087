"""The end of a visit: the rule of withdrawal, and what is noted of the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bridge.collective import Collective
from bridge.errors import FetchError
from bridge.harvest import Fetch, Walk
from bridge.instants import moment
from bridge.meaning.source import Source
from bridge.record import Problem, Request
from bridge.refresh.pace import Visit, after
from bridge.refresh.settling import held_back, notify, remarks, settle
from bridge.refresh.summary import Summary
from bridge.store import now
from bridge.store.identity import Identity
from bridge.store.subscriptions import Subscriptions

PAGES_CHECKED = 20
UNLISTED_AFTER = timedelta(days=30)
EMPTIED_AFTER = timedelta(days=90)


def end(collective: Collective, walk: Walk, summary: Summary, pace: timedelta | None) -> None:
    """Apply the rule of withdrawal, and note the visit. Where identifiers have changed nothing is judged absent: what
    they are now is settled, and ``summary.again`` asks for a walk under these names."""
    source, settings = walk.source, collective.settings
    if not collective.describes(source.id):  # forgotten while it was being walked
        return
    with collective.store.writing() as writing:
        live, kept = writing.live(source.id), writing.kept(source.id)
    met = walk.seen | walk.refused
    whole = walk.complete and walk.whole and (walk.listed or not walk.incremental)
    listed = len(walk.seen) + len(walk.naming.suspended)
    if few := whole and listed < source.minimum:
        walk.tell(Problem(f"{listed} fiches au lieu de {source.minimum} attendues : rien n'est retiré."))
    absence = whole and not few and not walk.naming.suspended
    here = met | kept
    missing = [record_id for record_id in live if record_id not in here] if absence else []
    back = [record_id for record_id, since in live.items() if since and record_id in met]
    held = too_many(len(missing), len(live) - len(kept - met))
    first = [record_id for record_id in missing if live[record_id] is None]
    gone = [record_id for record_id in missing if live[record_id] is not None]
    if not held:
        gone += _pages_gone(collective, source, first[:PAGES_CHECKED], walk.fetch)
    empty = whole and live and not met and not walk.naming.suspended
    if held and gone:
        walk.tell(Problem(("La liste est vide, " if empty else "") + held_back(len(missing), len(live))))
    elif empty:
        walk.tell(Problem(f"La liste est vide alors que {len(live)} fiches étaient connues : rien n'est retiré."))
    left = set(gone)
    waiting = [record_id for record_id in first if record_id not in left]
    summary.note("absent", missing if held else waiting)
    summary.note("held_back", gone if held else ())
    with collective.store.writing() as writing:
        if walk.naming.suspended and not few:
            settle(writing, walk, summary, certain=whole)
        writing.absent(waiting, back)
        writing.met([*kept & met])
        withdrawn = () if held else writing.withdraw(gone)
        if walk.incremental and (summary.created or summary.changed or summary.withdrawn or withdrawn):
            # What the last whole walk read is no longer what is kept: a site put back as it was must be read again.
            writing.forget_pages(source.id, ())
        elif walk.complete and not walk.incremental:
            writing.forget_pages(source.id, walk.keys)
        if absence:
            Identity(writing).keep_only(source.id, met)
        remarks(walk, summary, len(live))
        changed = bool(summary.created or summary.changed or summary.withdrawn or gone)
        visit = Visit(walk.complete, changed, bool(waiting), walk.seconds, walk.first)
        rhythm = after(source, writing.rhythm(source.id), visit, settings.confirm_delay, pace)
        since = writing.visited(
            source.id,
            success=walk.complete,
            rhythm=replace(rhythm, next_visit="") if summary.again else rhythm,
            held_back=summary.held_back if absence else None,
            cached=_cached(walk, bool(missing) and not walk.listed),
            problems=walk.problems,
            unplaced=walk.unplaced if walk.touched else None,
        )
        Subscriptions(writing).note(source.id, walk.hub, walk.topic)
        away = _ago(since)
        writing.list_source(source.id, away < UNLISTED_AFTER)
        if away >= EMPTIED_AFTER:
            withdrawn += writing.empty(source.id)
        if not summary.again:
            notify(writing, walk, summary, len(live), absence, away >= UNLISTED_AFTER)
    summary.note("withdrawn", withdrawn)
    summary.complete = walk.complete
    summary.problems = walk.problems


def _cached(walk: Walk, unsure: bool) -> dict[str, object] | None:
    """What the next walk starts from. What waits to be told what it is will be asked for again, in a whole walk; so is
    what is missing, whose absence or return only a whole walk confirms."""
    if not walk.complete:
        return None
    cached: dict[str, object] = {
        "complete": True, "version": walk.source.version, "keeps_deleted": walk.keeps_deleted
    }  # fmt: skip
    if walk.naming.suspended:
        cached["watermark"] = ""
    else:
        if walk.watermark:
            # A site whose clock is early would hide what it changes until then.
            cached["watermark"] = "" if unsure else min(walk.watermark, walk.began)
        if not walk.incremental:
            cached["last_full"] = now()
    return cached


def too_many(missing: int, live: int) -> bool:
    """Whether absences are too many to believe without a person: a whole source, >= 5 and > 20 %, > 50 and > 2 %."""
    return missing > 0 and (
        missing == live or (missing >= 5 and missing > 0.2 * live) or (missing > 50 and missing > 0.02 * live)
    )


def _pages_gone(collective: Collective, source: Source, ids: Sequence[str], fetch: Fetch) -> list[str]:
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
    return datetime.now(UTC) - moment(since)
