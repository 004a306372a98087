"""What visitors and harvesters are served: OAI-PMH pages, kept pages, searches with all their facets.

An OAI-PMH page of 100 records is compared with the least it can cost: the same rows read with bare ``sqlite3`` and
joined. Searches run on 20,000 records with a value in every facet.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from random import Random
from statistics import median
from typing import Any

from werkzeug.test import EnvironBuilder, run_wsgi_app

from bench.corpus import WORDS
from bench.figure import Figure, cpu, ratio, wall
from bench.harvested import harvested
from bridge.collective import Collective
from bridge.meaning import territory
from bridge.oai import Identity, respond
from bridge.record import SCHEMES, Entry, Record
from bridge.store.search import Index, Query
from bridge.web import create_app
from bridge.web.page_cache import PageCache

PAGES = 50
SEARCHED = 20_000
HITS = 500
NOW = "2100-01-01T00:00:00Z"
_TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)</resumptionToken>")
_BARE = (
    "SELECT r.id, r.datestamp, c.head, c.oai_dc, c.about FROM ledger_record r JOIN cache_record c ON c.id = r.id "
    "WHERE (r.datestamp, r.id) > (?, ?) ORDER BY r.datestamp, r.id LIMIT 100"
)
ASKED = (
    Query(),
    Query("mares"),
    Query("trame verte éclairage nocturne"),
    Query("haie bocage", sort="recent"),
    Query("", {"territoire": ("region/84",)}),
    Query("prairie", {"territoire": ("region/84", "departement/44"), "type": ("r-guide", "r-rex")}),
    Query("zone humide", near=(4.83, 45.76, 100.0)),
)


def oai_pages(here: Collective) -> list[Figure]:
    """All the pages of the repository, by the provider and by bare SQL."""
    about = {"name": "Exemple", "base_url": "http://a.fr/oai", "admin_emails": ("contact@a.fr",), "node": "a.fr"}
    identity = Identity(**about, secret=b"s")

    def provider() -> float:
        def run() -> None:
            arguments = [("verb", "ListRecords"), ("metadataPrefix", "oai_dc")]
            count = 0
            while arguments:
                with here.store.snapshot() as snapshot:
                    body = respond(arguments, snapshot.oai, identity, NOW)
                count += 1
                found = _TOKEN.search(body)
                arguments = [("verb", "ListRecords"), ("resumptionToken", found[1].decode())] if found else []
            assert count == PAGES, count

        return cpu(run)

    def bare() -> float:
        connection = sqlite3.connect(here.settings.data / "partageons.sqlite")

        def run() -> None:
            after = ("", "")
            for _ in range(PAGES):
                rows = connection.execute(_BARE, after).fetchall()
                assert len(b"".join([part for row in rows for part in row[2:]])) > len(rows) == 100
                after = (rows[-1][1], rows[-1][0])

        return cpu(run)

    return [
        Figure("oai-pages-vs-bare-sql", ratio(provider, bare), "x", at_least=0.2),
        Figure("oai-pages-per-cpu-second", PAGES / median(provider() for _ in range(5)), "/s", at_least=0),
    ]


def kept_pages(here: Collective) -> list[Figure]:
    """A page that the cache holds, by the whole application, without the socket."""
    application = PageCache(create_app(here), lambda: (here.store.seq, here.index.seq))

    def asked(**headers: str) -> Callable[[], Any]:
        environ = EnvironBuilder("/", headers={"Accept-Encoding": "gzip", **headers}).get_environ()

        def ask() -> Any:
            body, status, found = run_wsgi_app(application, dict(environ))
            b"".join(body)
            return status, found

        return ask

    status, headers = asked()()
    assert status == "200 OK", status
    unchanged = asked(**{"If-None-Match": headers["ETag"]})
    assert unchanged()[0].startswith("304")
    hit = median(wall(asked()) for _ in range(HITS))
    return [
        Figure("page-hit", hit * 1000, "ms", at_most=1),
        Figure("page-unchanged", median(wall(unchanged) for _ in range(HITS)) * 1000, "ms", at_most=1),
    ]


def entries(here: Collective) -> Iterable[Entry]:
    """Records with words, a place and a value in every facet; the same at each run."""
    random = Random(1)
    concepts = {field: [c.id for c in here.vocabulary.concepts(scheme)] for field, scheme in SCHEMES.items()}
    places = [code for code in territory.search("saint", 500) if code.startswith("commune/")]
    licences = [licence.code for licence in here.vocabulary.licences]
    blank = Record(id="", source="", title="")
    for n in range(SEARCHED):
        coded: dict[str, Any] = {}
        for field, known in concepts.items():
            one = isinstance(getattr(blank, field), str)
            coded[field] = random.choice(known) if one else tuple(random.sample(known, min(2, len(known))))
        place = random.choice(places)
        source = f"source-{n % 10}"
        record = replace(
            blank,
            id=f"{source}:{n}",
            source=source,
            title=" ".join(random.choices(WORDS, k=6)),
            abstract=" ".join(random.choices(WORDS, k=60)),
            territories=(place,),
            point=territory.centroid(place),
            licence=random.choice(licences),
            language="fr",
            **coded,
        )
        yield Entry(record.id, f"2026-0{n % 9 + 1}-1{n % 9}T08:00:{n % 60:02}Z", record=record)


def searches(here: Collective, folder: Path) -> list[Figure]:
    """Several searches with the counts of all facets; the median of each, then the mean and the slowest."""
    index = Index(folder, here.vocabulary)
    index.update(entries(here), 1)
    times = []
    for query in ASKED:
        found = index.search(query)
        assert found.total and all(found.facets.values()), (query, found)
        times.append(median(wall(lambda query=query: index.search(query)) for _ in range(15)) * 1000)
    return [
        Figure("search-20000-all-facets", sum(times) / len(times), "ms", at_most=30),
        Figure("search-20000-slowest", max(times), "ms", at_most=30),
    ]


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        here = harvested(folder, PAGES)
        found = [*oai_pages(here), *kept_pages(here), *searches(here, folder / "searched")]
        here.close()
    return found
