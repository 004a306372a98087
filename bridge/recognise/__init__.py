"""An address -> what kind of source it is, and the mapping file to start from. A person accepts it or not.

As few requests as possible: what the address itself answers is looked at first, and another one is asked only when a
clue names it.
"""

from __future__ import annotations

from collections.abc import Callable

from bridge.recognise.guess import guess
from bridge.recognise.look import Fetch, Look, first_look, nothing
from bridge.recognise.proposal import Proposal, proposal_toml
from bridge.recognise.sites import feed, oai, wordpress, yeswiki
from bridge.recognise.tables import csv_file, geojson, json_api

__all__ = ["Proposal", "guess", "proposal_toml", "recognise"]

PROBES: tuple[tuple[str, Callable[[Look], Proposal | None]], ...] = (
    ("oai", oai),
    ("yeswiki", yeswiki),
    ("wordpress", wordpress),
    ("feed", feed),
    ("geojson", geojson),
    ("json_api", json_api),
    ("csv_file", csv_file),
)
"""(kind, probe) in order of preference. A probe looks at what the given address answered, and asks another one only
when a clue names it; it says None when the site is not of its kind."""


def recognise(url: str, fetcher: Fetch) -> Proposal:
    """The best way to read what is at this address: API, then feed, then file.

    Args:
        url: what a person copied: a home page, any page, an API, a feed, a file; ``https://`` may be missing.
        fetcher: the door out.

    Raises:
        FetchError: the address cannot be read at all.
        BridgeError: nothing was recognised; says what was tried and what to do.
    """
    look = first_look(url, fetcher)
    for _, probe in PROBES:
        if proposal := probe(look):
            return proposal
    raise nothing(look)
