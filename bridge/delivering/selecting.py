"""What changed for a target: of the records that changed, those it receives, and those it no longer does."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import NamedTuple
from urllib.parse import urlsplit

from bridge.collective import Collective
from bridge.meaning.sets import specs_of
from bridge.meaning.target import Push, Target, host_of
from bridge.push.copies import HELD
from bridge.record import Entry
from bridge.store import Snapshot
from bridge.store.copies import Copies
from bridge.store.deliveries import Changed, Deliveries, Place
from bridge.store.pairings import Plugins
from bridge.store.search import FACETS, Query
from bridge.writers import skos
from bridge.writers.feed import Feed

COPIES = ("yeswiki", "wordpress")
"""The ways to send that leave articles at the target, of which we know exactly what they hold."""
# What we write of an article is not compared with what an older version of this program wrote: it is looked at anew.
_MANNERS = {"yeswiki": (2,)}
_PARTS = re.compile(r"/(?:wp-json|index\.php|xmlrpc\.php|feed)\b")
MOST = 500
"""Changes looked at together."""


def pushed(here: Collective) -> list[Target]:
    """The targets to which something is sent: their table says so, or the plugin of their site asks to be told."""
    with here.store.snapshot() as snapshot:
        plugins = Plugins(snapshot).all()
    asking = {here.sources[id].partner: plugin.ping for id, plugin in plugins.items() if id in here.sources}
    found = []
    for target in here.targets.values():
        if target.push:
            found.append(target)
        elif url := asking.get(target.partner):
            found.append(replace(target, push=Push("ping", url)))
    return found


class Some(NamedTuple):
    """What changed for a target up to a place; ``end`` when nothing more did after it."""

    entries: Sequence[Entry]
    until: Place
    end: bool


def some(here: Collective, snapshot: Snapshot, target: Target, since: Place, until: Place) -> Some:
    """The next changes of a target after a place: none only when there are none up to ``until``."""
    deliveries = Deliveries(snapshot)
    while True:
        rows = deliveries.changed(since, until, MOST)
        end = len(rows) < MOST
        last = until if end else rows[-1].place
        entries = _of(here, snapshot, target, rows)
        if entries or end:
            return Some(entries, last, end)
        since = last


def one(here: Collective, snapshot: Snapshot, target: Target, record: str) -> Sequence[Entry]:
    """What became of one record, for a target."""
    row = Deliveries(snapshot).one(record)
    return _of(here, snapshot, target, [row]) if row else []


def shape(here: Collective, target: Target) -> str:
    """What tells one way of choosing and saying from another: under a new one, all is to be looked at again."""
    query = _query(here, target)
    # Articles that became too old in a night are taken back; of messages nobody expects that.
    query = query if target.push and target.push.to in COPIES else replace(query, since=target.max_age)
    told = repr((query, sorted(target.names.items()), sorted(target.labels.items())))
    return blake2b(told.encode(), digest_size=12).hexdigest()


def door(target: Target) -> str:
    """What tells one place where articles are written from another."""
    push = target.push
    told = repr((push.to, push.url, push.type, target.form, *_MANNERS.get(push.to, ()))) if push else ""
    return blake2b(told.encode(), digest_size=12).hexdigest()


def _query(here: Collective, target: Target) -> Query:
    """What a target receives; never what is read on the very site where articles are written."""
    query, push = here.query_of(target), target.push
    if not push or push.to not in COPIES:
        return query
    there = _site(push.url)
    own = {source.id for source in here.sources.values() if there in (_site(source.url), _site(source.home))}
    sources = tuple(sorted({*query.without.get("source", ()), *own}))
    return replace(query, without={**query.without, "source": sources})


def _site(url: str) -> str:
    """What all addresses of a site begin with, wikis and blogs of one host told apart."""
    path = _PARTS.split(urlsplit(url).path)[0].rstrip("/")
    return f"{host_of(url)}{path}"


def feed_of(here: Collective, target: Target) -> Feed:
    """What is sent to a target says of itself, and the words it is said in."""
    home = here.settings.base_url or "http://localhost/"
    return Feed(
        title=target.title,
        url=f"{home}pour/{target.id}/",
        home=home,
        words=here.words_of(target),
        updated="",
        node=here.settings.node,
        names=target.names,
        concepts=skos.base(here.vocabulary, home),
    )


def _of(here: Collective, snapshot: Snapshot, target: Target, rows: Sequence[Changed]) -> list[Entry]:
    """The entries of what changed, those that left as withdrawn; in order."""
    if not rows:
        return []
    query = _query(here, target)
    ids = [row.place.record for row in rows if row.here == "live" and (not query.ids or row.place.record in query.ids)]
    asked = replace(query, ids=tuple(ids), limit=len(ids), offset=0, facets=False)
    found = here.index.search(asked).ids if ids else ()
    live = {entry.id: entry for entry in snapshot.entries(found)}
    others = [row.place.record for row in rows if row.place.record not in live and row.here != "hidden"]
    if target.push and target.push.to in COPIES:
        left = {id for id, copy in Copies(snapshot).of(target.id, others).items() if copy.state in HELD}
    else:
        specs = specs_of({FACETS[name].field: values for name, values in query.within.items()})
        left = Deliveries(snapshot).left(others, query.without.get("source", ()), specs)
    entries = []
    for row in rows:
        id = row.place.record
        if id in live:
            entries.append(live[id])
        elif id in left:
            entries.append(Entry(id, row.datestamp, "withdrawn"))
    return entries
