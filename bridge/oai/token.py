"""Resumption tokens: stateless, sealed, good for ever; the whole state of a list is in the hands of the client."""

from __future__ import annotations

import base64
import hmac
import json
from hashlib import blake2b
from typing import NamedTuple

from bridge.oai.model import Identity, Refused

_SEAL = 8


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
    text = json.dumps(cursor, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_mac(text, verb, identity) + text).rstrip(b"=").decode()


def unseal(token: str, verb: str, identity: Identity) -> Cursor:
    try:
        sealed = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except ValueError:
        sealed = b""
    text = sealed[_SEAL:]
    if not hmac.compare_digest(sealed[:_SEAL], _mac(text, verb, identity)):
        raise Refused("badResumptionToken", "Ce jeton n'est pas de cet entrepôt : reprendre la liste à son début.")
    return Cursor(*json.loads(text))


def _mac(text: bytes, verb: str, identity: Identity) -> bytes:
    """Ties a token to its verb, its repository and the layout of the cursor."""
    scope = f"{','.join(Cursor._fields)} {verb} {identity.base_url} ".encode()
    return blake2b(scope + text, key=identity.secret[:64], digest_size=_SEAL).digest()
