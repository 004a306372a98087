"""Walking all of a selection in the order of change: where one stands is in the hands of who walks, sealed.

A place is the datestamp and the id of the last record given: what changes meanwhile goes to the end. ``until`` is the
newest datestamp when the walk began: asking again ``since`` it, that second included, gives all that changed, even what
was stamped in the second of a place that was already passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bridge.oai.token import opened, sealed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.store.members import Member, Members


class Cursor(NamedTuple):
    """A place in a walk; empty at its beginning. Instants UTC."""

    until: str
    datestamp: str = ""
    id: str = ""


def seal(cursor: Cursor, scope: str, secret: bytes) -> str:
    """The cursor as who walks will give it back. ``scope``: what is walked; with another, it means nothing."""
    return sealed(cursor, _layout(scope), secret)


def unseal(text: str, scope: str, secret: bytes) -> Cursor | None:
    """The cursor that was sealed for this walk, or None."""
    values = opened(text, _layout(scope), secret)
    return None if values is None else Cursor(*values)


def step(members: Members, cursor: Cursor, limit: int, since: str) -> tuple[Sequence[Member], Cursor | None]:
    """The next members, and the place after them; None at the end.

    Args:
        since: only what is stamped then or later, those that are gone included; empty: all, without them.
    """
    found: list[Member] = []
    after = (cursor.datestamp, cursor.id) if cursor.id else None
    while len(found) <= limit:
        page = members.page(limit + 1, after, since)
        found += page if since else (row for row in page if not row.gone)
        if len(page) <= limit:
            break
        after = (page[-1].datestamp, page[-1].id)
    if len(found) <= limit:
        return found, None
    last = found[limit - 1]
    return found[:limit], Cursor(cursor.until, last.datestamp, last.id)


def _layout(scope: str) -> str:
    """Ties a cursor to its layout too: one of another version of the program is refused."""
    return f"{','.join(Cursor._fields)} {scope}"
