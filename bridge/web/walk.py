"""Walking all of a selection in the order of change: where one stands is in the hands of who walks, sealed.

A place is the datestamp and the id of the last record given: what changes meanwhile goes to the end. ``until`` is the
newest datestamp when the walk began: asking again ``since`` it, that second included, gives all that changed, even what
was stamped in the second of a place that was already passed.
"""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bridge.store.members import Member, Members

_SEAL = 8  # bytes


class Cursor(NamedTuple):
    """A place in a walk; empty at its beginning. Instants UTC."""

    until: str
    datestamp: str = ""
    id: str = ""


def seal(cursor: Cursor, scope: str, secret: bytes) -> str:
    """The cursor as who walks will give it back. ``scope``: what is walked; with another, it means nothing."""
    text = json.dumps(cursor, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(text, scope, secret) + text).rstrip(b"=").decode()


def unseal(text: str, scope: str, secret: bytes) -> Cursor | None:
    """The cursor that was sealed for this walk, or None."""
    try:
        sealed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    inside = sealed[_SEAL:]
    if not hmac.compare_digest(sealed[:_SEAL], _mac(inside, scope, secret)):
        return None
    return Cursor(*json.loads(inside))


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


def _mac(text: bytes, scope: str, secret: bytes) -> bytes:
    bound = f"{','.join(Cursor._fields)} {scope} ".encode()
    return blake2b(bound + text, key=secret[:64], digest_size=_SEAL).digest()
