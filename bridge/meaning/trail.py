"""The nodes a record went through, as one line of text: what tables and feeds without a word for it carry.

``node id | node id``: nearest first, its home last. ``%`` and ``|`` of an identifier are percent-encoded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from bridge.record import Hop, Record

SEPARATOR = " | "
HOPS_READ = 32
_NODE = re.compile(r"(?:https?://|tag:)\S+|[\w-]+(?:\.[\w-]+)+(?::\d+)?(?:/\S*)?")


def whole(record: Record, node: str) -> tuple[Hop, ...]:
    """The way of a record as another system is to read it: this node first, its home last."""
    home = (Hop(*record.origin),) if record.origin and not record.path else ()
    return (Hop(node, record.id, altered=True), *record.path, *home)


def texts(hops: Iterable[Hop]) -> list[str]:
    """Each hop as text."""
    return [f"{hop.node} {hop.id.replace('%', '%25').replace('|', '%7C')}".strip() for hop in hops]


def line(hops: Iterable[Hop]) -> str:
    """All hops on one line."""
    return SEPARATOR.join(texts(hops))


def parsed(text: str) -> tuple[Hop, ...]:
    """The hops of a line; none when it is not one: a column of this name may hold anything."""
    parts = [part.strip() for part in text.split("|")]
    hops = []
    for part in parts[:HOPS_READ]:
        node, _, name = part.partition(" ")
        if not _NODE.fullmatch(node) or not (name or len(parts) > 1):
            return ()
        hops.append(Hop(node, name.strip().replace("%7C", "|").replace("%25", "%"), altered=True))
    return tuple(hops)
