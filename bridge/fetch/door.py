"""One exchange with one server: the only place where bytes leave and come in (RFC 9110).

``requests`` gives its adapter and its preparation of addresses; nothing of a session is used, so that no proxy, netrc
file, cookie or redirect is ever taken from the environment or from an answer.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from http import HTTPStatus
from socket import socket
from types import MappingProxyType
from typing import Any, NamedTuple, cast
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidURL, RequestException
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH
from urllib3 import HTTPConnectionPool, HTTPResponse, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from bridge.fetch import trouble
from bridge.fetch.body import inflate
from bridge.fetch.guard import BudgetSSLSocket, Guard

_REFUSAL_BYTES = 16 << 10
_CHUNK = 1 << 18
_POOLS = 64
_DEFAULT_PORTS = {"http": 80, "https": 443}


class Target(NamedTuple):
    """An address ready to be asked. ``origin`` is (scheme, host, port), as RFC 6454 has it."""

    request: PreparedRequest
    url: str
    origin: tuple[str, str, int]

    @property
    def host(self) -> str:
        return self.origin[1]


class Answer(NamedTuple):
    """What came back. Header names are lower case, repeated ones joined by commas, values on one line."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def target(url: str) -> Target:
    """The address checked and put in the form that goes on the wire (IDNA, percent-encoding, no fragment).

    Raises:
        FetchError: not http(s), no host, a name or password inside, control characters.
    """
    url = url.strip()
    if not url.isprintable():
        raise trouble.not_an_address("elle contient des caractères de contrôle")
    scheme, colon, _ = url.partition("://")
    if scheme.lower() not in _DEFAULT_PORTS or not colon:
        raise trouble.not_an_address("elle ne commence pas par http:// ou https://")
    request = PreparedRequest()
    try:
        if "@" in (netloc := urlsplit(url).netloc):
            raise trouble.credentials(netloc.rpartition("@")[2])
        request.prepare_url(url.partition("#")[0], None)
        parts = urlsplit(str(request.url))
        port = parts.port
    except (InvalidURL, ValueError) as error:
        raise trouble.not_an_address("le nom du site est absent ou mal écrit") from error
    scheme = parts.scheme.lower()
    origin = (scheme, (parts.hostname or "").rstrip("."), _DEFAULT_PORTS[scheme] if port is None else port)
    return Target(request, str(request.url), origin)


class Door(HTTPAdapter):
    """Sends, receives, and lets through only what the guard and the caps allow. Thread-safe; connections are kept.

    Args:
        guard: says where to connect.
        seconds: for one exchange, from the connection to the last byte.
        connect_seconds: for the connection (names, TCP, TLS) alone.
        tls: certificates trusted; by default those of the system and of ``certifi``.
    """

    def __init__(self, guard: Guard, seconds: float, connect_seconds: float, tls: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._seconds = seconds
        self._connect_seconds = min(connect_seconds, seconds)
        self._tls = tls or _trusted()
        super().__init__(pool_connections=_POOLS, pool_maxsize=1)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **pool_kwargs: Any) -> None:
        guard = self._guard

        def connect(connection: HTTPConnection) -> socket:
            # urllib3 types its timeout wider than the Timeout that exchange() always gives.
            return guard.connect(connection._dns_host, connection.port, cast(float, connection.timeout))

        class Plain(HTTPConnection):
            def _new_conn(self) -> socket:
                return connect(self)

        class Encrypted(HTTPSConnection):
            def _new_conn(self) -> socket:
                return connect(self)

        class PlainPool(HTTPConnectionPool):
            ConnectionCls = Plain

        class EncryptedPool(HTTPSConnectionPool):
            ConnectionCls = Encrypted

        self._tls.sslsocket_class = BudgetSSLSocket
        self.poolmanager = PoolManager(connections, maxsize=maxsize, block=block, ssl_context=self._tls)
        self.poolmanager.pool_classes_by_scheme = {"http": PlainPool, "https": EncryptedPool}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing: the context already verifies; the inherited method would read the certificates again each time."""

    def exchange(
        self,
        goal: Target,
        headers: Mapping[str, str],
        limit: int,
        cut: bool = False,
        *,
        method: str = "GET",
        body: bytes | None = None,
        seconds: float | None = None,
    ) -> Answer:
        """Asks once, follows nothing.

        Args:
            goal: the address, see ``target``.
            headers: request headers.
            limit: octets of body, before and after decompression. Refusals (4xx) are cut short; redirects and
                failures have none.
            cut: keep the first ``limit`` octets instead of refusing.
            method, body: what is sent; None has no ``Content-Length`` either.
            seconds: for this exchange, when it is not the usual time.

        Raises:
            FetchError: see ``trouble``; a ``Passing`` one is worth another try.
        """
        goal.request.method = method
        goal.request.headers = CaseInsensitiveDict(headers)
        goal.request.body = body
        if body is not None:
            goal.request.headers["Content-Length"] = str(len(body))
        total = self._seconds if seconds is None else seconds
        timeout: Any = Timeout(total=total, connect=min(self._connect_seconds, total))
        try:
            raw: HTTPResponse = self.send(goal.request, stream=True, timeout=timeout).raw
            try:
                found = b""
                received = MappingProxyType({k.lower(): " ".join(v.split()) for k, v in raw.headers.itermerged()})
                if 200 <= raw.status < 300 or raw.status == HTTPStatus.NOT_MODIFIED:
                    found = _read(raw, goal.host, limit, cut)
                elif 400 <= raw.status < (500 if method == "GET" else 600):  # of what is sent, failures say why
                    limit, cut = min(limit, _REFUSAL_BYTES), True
                    found = _read(raw, goal.host, limit, cut)
            finally:
                raw.close()
        except (RequestException, HTTPError) as error:
            raise trouble.broken_exchange(goal.host, error, total) from error
        return Answer(raw.status, received, inflate(found, received.get("content-encoding", ""), goal.host, limit, cut))


def _read(raw: HTTPResponse, host: str, limit: int, cut: bool) -> bytes:
    if not cut and (raw.length_remaining or 0) > limit:
        raise trouble.too_large(host, limit)
    if raw.length_remaining is not None and raw.length_remaining <= limit:  # its size is known: no copy to gather it
        return raw.read(decode_content=False)
    body = bytearray()
    for part in raw.stream(_CHUNK, decode_content=False):
        body += part
        if len(body) > limit:
            if cut:
                del body[limit:]
                break
            raise trouble.too_large(host, limit)
    return bytes(body)


def _trusted() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    return context
