"""The hub that a feed names (WebSub, 4): who tells of its changes, so that nobody need ask. No I/O."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from bridge.readers.paging import LINK
from bridge.record import Response

_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.I)
_LONGEST = 2000


def named(response: Response, hub: Any, topic: Any) -> tuple[str, str]:
    """The addresses of the hub and of what is followed there; both empty where no hub is named.

    Args:
        hub, topic: what the document itself says: the ``Link`` headers of the answer come first, as the standard wants.
            A document that does not say its own address is followed under the one where it was found. Of a list in
            pages, the first one speaks.
    """
    if response.carry.get("steps"):
        return "", ""
    links = _links(response.headers.get("link", ""))
    hub = _address(response.url, links.get("hub") or hub)
    topic = _address(response.url, links.get("self") or topic) or _address("", response.url)
    return (hub, topic) if hub and topic else ("", "")


def in_json(hubs: Any) -> str:
    """The WebSub hub of a JSON Feed (1.1, « hubs »), or empty."""
    for hub in hubs if isinstance(hubs, list) else ():
        if isinstance(hub, dict) and str(hub.get("type", "")).lower() in ("websub", "pubsubhubbub"):
            address = hub.get("url")
            return address if isinstance(address, str) else ""
    return ""


def _links(header: str) -> dict[str, str]:
    """The first target of each relation (RFC 8288)."""
    found: dict[str, str] = {}
    for target, parameters in LINK.findall(header):
        if rel := _REL.search(parameters):
            for name in (rel[1] or rel[2]).lower().split():
                found.setdefault(name, target)
    return found


def _address(base: str, address: Any) -> str:
    """A web address, absolute, or empty."""
    if not address or not isinstance(address, str):
        return ""
    try:
        found = urljoin(base, address.strip())
    except ValueError:
        return ""
    usable = found.startswith(("http://", "https://")) and found.isprintable() and len(found) <= _LONGEST
    return found if usable else ""
