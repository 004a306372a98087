"""Resumption tokens: stateless, sealed, good for ever; the whole state of a list is in the hands of the client."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from bridge.oai.model import Identity, Refused

_SEAL = 8  # bytes


class Cursor(NamedTuple):
    """A place in a list. ``until`` is frozen at the first request: what changes meanwhile is for the next harvest."""

    prefix: str
    from_: str
    until: str
    set_: str
    datestamp: str = ""
    id: str = ""
    position: int = 0
    total: int = 0


def seal(cursor: Cursor, verb: str, identity: Identity) -> str:
    return sealed(cursor, _scope(verb, identity), identity.secret)


def unseal(token: str, verb: str, identity: Identity) -> Cursor:
    values = opened(token, _scope(verb, identity), identity.secret)
    if values is None:
        raise Refused("badResumptionToken", "Ce jeton n'est pas de cet entrepôt : reprendre la liste à son début.")
    return Cursor(*values)


def _scope(verb: str, identity: Identity) -> str:
    """Ties a token to its verb, its repository and the layout of the cursor."""
    return f"{','.join(Cursor._fields)} {verb} {identity.base_url}"


def sealed(values: Sequence[str | int], scope: str, secret: bytes) -> str:
    """Values that somebody will give back, in characters that need no escape; with another scope they mean nothing."""
    text = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(text, scope, secret) + text).rstrip(b"=").decode()


def opened(token: str, scope: str, secret: bytes) -> list[Any] | None:
    """The values that were sealed in this scope, or None."""
    try:
        whole = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    mac, text = whole[:_SEAL], whole[_SEAL:]
    found: list[Any] | None = json.loads(text) if hmac.compare_digest(mac, _mac(text, scope, secret)) else None
    return found


def _mac(text: bytes, scope: str, secret: bytes) -> bytes:
    return blake2b(f"{scope} ".encode() + text, key=secret[:64], digest_size=_SEAL).digest()
