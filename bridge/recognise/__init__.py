"""An address -> what kind of source it is, and the mapping file to start from. A person accepts it or not.

As few requests as possible: what the address itself answers is looked at first, and another one is asked only when a
clue names it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bridge.errors import BridgeError
from bridge.recognise.catalogues import ckan, dcat, mediawiki, udata
from bridge.recognise.guess import guess
from bridge.recognise.linked import linked_file
from bridge.recognise.look import Fetch, Look, first_look, nothing
from bridge.recognise.pages import html_list, sitemap, spip
from bridge.recognise.platforms import drupal, geotrek, gogocarto, umap
from bridge.recognise.proposal import Proposal, proposal_toml
from bridge.recognise.shares import direct
from bridge.recognise.sites import feed, oai, wordpress, yeswiki
from bridge.recognise.tables import csv_file, geojson, ics, json_api, spreadsheet, static_repository

if TYPE_CHECKING:
    from bridge.meaning.suggest import Memory

__all__ = ["Fetch", "Proposal", "guess", "proposal_toml", "recognise"]

PROBES: tuple[tuple[str, Callable[[Look], Proposal | None]], ...] = (
    ("oai", oai),
    ("static_repository", static_repository),
    ("yeswiki", yeswiki),
    ("wordpress", wordpress),
    ("drupal", drupal),
    ("gogocarto", gogocarto),
    ("umap", umap),
    ("geotrek", geotrek),
    ("mediawiki", mediawiki),
    ("ckan", ckan),
    ("udata", udata),
    ("spip", spip),
    ("dcat", dcat),
    ("feed", feed),
    ("linked_file", linked_file),
    ("ics", ics),
    ("geojson", geojson),
    ("json_api", json_api),
    ("csv_file", csv_file),
    ("spreadsheet", spreadsheet),
    ("sitemap", sitemap),
    ("html_list", html_list),
)
"""(kind, probe) in order of preference. A probe looks at what the given address answered, and asks another one only
when a clue names it; it says None when the site is not of its kind."""


def recognise(url: str, fetcher: Fetch, memory: Memory | None = None) -> Proposal:
    """The best way to read what is at this address: API, then feed, then file.

    Args:
        url: what a person copied: a home page, any page, an API, a feed, a file; ``https://`` may be missing.
        fetcher: the door out.
        memory: what the mapping files of other partners taught about names of fields.

    Raises:
        FetchError: the address cannot be read at all.
        BridgeError: nothing was recognised; says what was tried and what to do.
    """
    url = url.strip()
    if "://" not in url:
        url = f"https://{url}"
    address, why = direct(url)
    if not address:
        raise BridgeError(why)
    look = first_look(address, fetcher, memory)
    for _, probe in PROBES:
        if proposal := probe(look):
            return proposal._replace(home=url, why=(*filter(None, (why,)), *proposal.why))
    raise nothing(look)
