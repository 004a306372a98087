"""What changes is sent to a target: a ping, a signed message, or articles of its own. One verb, ``deliver``.

Nothing is remembered here, and nothing is opened: each module is given ``send``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Protocol

import orjson

from bridge.errors import BridgeError, FetchError
from bridge.record import Response

JSON = "application/json"
_REDIRECTS = (301, 302, 303, 307, 308)
_CODE = re.compile(r"[a-z][a-z0-9_]{1,60}")


class Send(Protocol):
    """``Fetcher.send``."""

    def __call__(self, method: str, url: str, body: bytes = b"", headers: Mapping[str, str] = ...) -> Response: ...


class Refused(BridgeError):
    """The target does not want this, and will not want it later: the rest may go on."""


class Closed(BridgeError):
    """The target lets us write nothing: a person must do something about it."""


def ask(
    send: Send,
    method: str,
    url: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    closed: Collection[int] = (401, 403, 407),
    refused: Collection[int] = (400, 409, 410, 411, 413, 414, 415, 422),
) -> Response:
    """What ``send`` gives, its refusals told apart.

    Raises:
        Closed, Refused: by the status that the target answers; a redirect closes it too.
        FetchError: anything that may be over later.
    """
    try:
        return send(method, url, body, headers or {})
    except FetchError as error:
        told = f"{error.message.removesuffix('.')}{_code(error.body)}."
        if error.status in (*closed, *_REDIRECTS):
            raise Closed(told, error.remedy) from error
        if error.status in refused:
            raise Refused(told, error.remedy) from error
        raise


def said(response: Response) -> Any:
    """The JSON value of an answer.

    Raises:
        FetchError: it is none: a page of maintenance, of a firewall.
    """
    try:
        return orjson.loads(response.body)
    except orjson.JSONDecodeError as error:
        raise FetchError(
            "La destination n'a pas répondu en JSON : une page de maintenance ou un pare-feu a pris sa place.",
            "Le pont réessaie plus tard de lui-même.",
            response.status,
        ) from error


def _code(body: bytes) -> str:
    """The code of a refusal, where the target gives one: the rest of what it says may quote what was sent."""
    try:
        code = orjson.loads(body)["code"]
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return ""
    return f" ({code})" if isinstance(code, str) and _CODE.fullmatch(code) else ""
