"""A ping: something changed, come and see. Signed, and without content."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from bridge.push import JSON, Send, ask
from bridge.signing import signed


def deliver(send: Send, url: str, keys: Sequence[bytes], since: str, message: str, at: int) -> None:
    """Tell that there is something new since an instant.

    Args:
        keys: what the target may know the bridge by.
        message: its identifier, the same at each try.
        at: now, in seconds since 1970.

    Raises:
        Closed, Refused, FetchError: see ``push.ask``.
    """
    body = orjson.dumps({"type": "changed", "since": since})
    # 410: the receiver is closed for good (Standard Webhooks).
    ask(send, "POST", url, body, {"Content-Type": JSON, **signed(keys, body, at, message)}, closed=CLOSED)


CLOSED = (401, 403, 407, 410)
