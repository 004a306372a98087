"""How a walk asks a site, and what it need not ask."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol

from bridge.errors import FetchError
from bridge.instants import moment
from bridge.readers import Reader
from bridge.record import Request, Response
from bridge.store import PageState, WalkState

FULL_WALK_EVERY = timedelta(hours=24)
# Lists say that a page moved more often than they forget to: a page is asked again, on a day of its own, all the same.
TRUSTED_FOR = timedelta(days=7)


class Fetch(Protocol):
    """What a walk asks of ``fetch.Fetcher``."""

    def get(self, request: Request, *, etag: str = "", last_modified: str = "") -> Response: ...


def answer(fetch: Fetch, request: Request, reader: Reader, known: PageState | None) -> Response:
    """The answer, or the refusal whose words this kind of source is known for."""
    validators = {"etag": known.etag, "last_modified": known.last_modified} if known else {}
    try:
        return fetch.get(request, **validators)
    except FetchError as error:
        if error.status not in reader.REFUSALS:
            raise
        return Response(request.url, error.status or 0, {}, error.body, request.carry)


def unmoved(request: Request, known: PageState) -> bool:
    """Whether the list says of this page what it said when it was read, not too long ago."""
    if not request.mark or known.facts["mark"] != request.mark:
        return False
    spread = 0.75 + int(known.key[:2], 16) / 512  # not all the pages of a site on the same day
    return moment(known.facts["read"]) + TRUSTED_FOR * spread > datetime.now(UTC)


def since_of(state: WalkState) -> str:
    """Where an incremental walk starts. A source that forgets its deletions is walked whole once a day."""
    if not state.watermark:
        return ""
    if not state.keeps_deleted and datetime.now(UTC) - moment(state.last_full) >= FULL_WALK_EVERY:
        return ""
    return state.watermark
