"""Signed messages between the bridge and its partners, in both directions: Standard Webhooks, symmetric signatures
(https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md).

Keys are derived from the bridge's one secret: none is stored anywhere.
"""

from __future__ import annotations

import binascii
import hmac
import re
import secrets
from base64 import b64encode
from collections.abc import Mapping, Sequence

from bridge.errors import BridgeError

TOLERANCE = 300
"""Seconds that a message's instant and ours may be apart: a signature seen on the way is soon worth nothing."""
PREFIX = "whsec_"
ID, INSTANT, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"

_SIGNATURES_MAX = 8
# No full stop: it separates what is signed, and one signature would do for two messages.
_MESSAGE = re.compile(r"[!-\-/-~]{1,128}")
_SECONDS = re.compile(r"[0-9]{1,12}")


class SignatureError(BridgeError):
    """A message is not signed by who it should be from, or no longer holds."""


def key_of(secret: bytes, id: str, version: int) -> bytes:
    """The 32 bytes of a partner's key: whoever holds it learns nothing of the secret, nor of other keys."""
    return hmac.digest(secret, f"partageons-vert/key/{id}/{version}".encode(), "sha256")


def shown(key: bytes) -> str:
    """A key as people and programs exchange it: ``whsec_`` and base64."""
    return PREFIX + b64encode(key).decode()


def signed(keys: Sequence[bytes], body: bytes, at: int, message: str = "") -> dict[str, str]:
    """The three headers of a message, signed by each key so that the receiver may know the old one or the new one.

    Args:
        at: seconds since 1970.
        message: its identifier, the same at each new try of the same message; a fresh one when empty.
    """
    message = message or f"msg_{secrets.token_urlsafe(18)}"
    signatures = (_signature(key, message, str(at), body) for key in keys)
    return {ID: message, INSTANT: str(at), SIGNATURE: " ".join(f"v1,{signature}" for signature in signatures)}


def check(keys: Sequence[bytes], headers: Mapping[str, str], body: bytes, at: int) -> str:
    """The identifier of a message that one of these keys signed, less than ``TOLERANCE`` seconds from ``at``.

    Raises:
        SignatureError: it is not so.
    """
    given = {name.lower(): value for name, value in headers.items()}
    message, instant = given.get(ID, ""), given.get(INSTANT, "")
    if not (_MESSAGE.fullmatch(message) and _SECONDS.fullmatch(instant) and given.get(SIGNATURE)):
        raise SignatureError(
            "Ce message n'est pas signé comme il le faudrait.",
            f"Les en-têtes {ID}, {INSTANT} et {SIGNATURE} (Standard Webhooks) sont attendus.",
        )
    if abs(at - int(instant)) > TOLERANCE:
        raise SignatureError(
            f"La signature de ce message date de plus de {TOLERANCE // 60} minutes de l'heure du pont.",
            "Mettez à l'heure la machine qui l'envoie.",
        )
    offered = [
        part[3:].encode("utf-8", "replace")
        for part in given[SIGNATURE].split(" ")[:_SIGNATURES_MAX]
        if part.startswith("v1,")
    ]
    expected = [_signature(key, message, instant, body).encode() for key in keys]
    if not any([hmac.compare_digest(mine, theirs) for mine in expected for theirs in offered]):
        raise SignatureError(
            "La signature de ce message n'est pas la bonne.", "Vérifiez la clé : partageons key la montre."
        )
    return message


def _signature(key: bytes, message: str, instant: str, body: bytes) -> str:
    content = f"{message}.{instant}.".encode() + body
    return binascii.b2a_base64(hmac.digest(key, content, "sha256"), newline=False).decode()
