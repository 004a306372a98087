"""Requests that one client may make: far more than a person or a polite harvester does, and not without end.

A token bucket for each client and family of addresses, in each worker's memory. Kept pages are answered before and
count for nothing, nor does whoever is on this machine: it is the operator, or a proxy whose clients are not told apart
(``trusted_proxies``). Only ``serve`` applies these limits.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil
from threading import Lock
from typing import NamedTuple

from flask import Flask, Response, request

CLIENTS = 10_000
"""Clients remembered; the one not seen for longest is forgotten first. About 200 bytes each."""


class Rate(NamedTuple):
    """Requests a second, and how many at once after a rest."""

    each_second: float
    burst: int


RATES = {
    "oai": Rate(20, 400),
    "export": Rate(2, 60),
    "search": Rate(10, 200),
    "told": Rate(10, 300),  # pings and what sites say to the hub: a farm of wikis has one address
    "write": Rate(2, 60),
}
_FREE = ("health", "static")
_OAI = ("oai.provider", "oai.target_provider", "gateway.provider")
_EXPORTS = ("feeds",)
_TOLD = ("hooks", "hub")


class Buckets:
    """What is left to each client.

    Args:
        clock: seconds; ``most``: clients remembered.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = CLIENTS) -> None:
        self._clock = clock
        self._most = most
        self._lock = Lock()
        self._left: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def take(self, client: str, family: str) -> int:
        """Count a request: 0, or the seconds after which the next one is welcome."""
        rate, key, now = RATES[family], (client, family), self._clock()
        with self._lock:
            left, at = self._left.pop(key, (float(rate.burst), now))
            left = min(rate.burst, left + (now - at) * rate.each_second)
            wait = 0 if left >= 1 else ceil((1 - left) / rate.each_second)
            self._left[key] = (left if wait else left - 1), now
            if len(self._left) > self._most:
                self._left.popitem(last=False)
        return wait


def settle(app: Flask) -> None:
    """Limit what the clients of this application may ask."""
    buckets = Buckets()

    def check() -> Response | None:
        family, client = family_of(request.endpoint or "", request.method), client_of(request.remote_addr or "")
        wait = buckets.take(client, family) if family and client else 0
        return _refusal(family, wait) if wait else None

    app.before_request(check)


def family_of(endpoint: str, method: str) -> str:
    """Which limit an endpoint is under; empty for none."""
    blueprint = endpoint.partition(".")[0].removesuffix("_en")
    if blueprint in _FREE:
        return ""
    if endpoint in _OAI:
        return "oai"
    if blueprint in _TOLD:
        return "told"
    if blueprint in _EXPORTS:
        return "export"
    reading = method in ("GET", "HEAD", "OPTIONS") or endpoint.startswith("targets")  # YesWiki reads with POST
    return "search" if reading else "write"


def client_of(address: str) -> str:
    """Who asks: an IPv4 address; the /64 of an IPv6 one, since whoever has one address has them all. Empty for this
    machine."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "?"
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.is_loopback:
        return ""
    return parsed.exploded[:19] if parsed.version == 6 else str(parsed)


def _refusal(family: str, wait: int) -> Response:
    """429 (RFC 6585), or for OAI-PMH the 503 that its harvesters know (3.1.2.2)."""
    told = f"Trop de demandes à la fois : revenez dans {wait} s.\n"
    headers = {"Retry-After": str(wait), "Cache-Control": "no-store"}
    return Response(told, 503 if family == "oai" else 429, headers, content_type="text/plain; charset=utf-8")
