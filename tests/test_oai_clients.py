"""Harvesters that others wrote, against the whole application on a real socket: what they hold must be the truth."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import pytest
from oaipmh.client import Client
from oaipmh.metadata import MetadataRegistry, oai_dc_reader
from oaipmh_scythe import RetryConfig, Scythe
from sickle import Sickle
from werkzeug.serving import make_server

from bridge.errors import StoreError
from bridge.oai import oai_identifier
from bridge.web import create_app
from bridge.web import oai as web_oai
from bridge.web.page_cache import PageCache
from tests.real.parts import need

COUNT, PAGE, WITHDRAWN = 60, 25, 5
PREFIXES = list(web_oai.FORMATS)
TARGET = '[target]\nid = "partie"\ntitle = "Une partie"\n[target.select]\nlicence = "CC-BY-4.0"\nnever = "a:59"\n'
URL = "https://a.exemple.fr/data.json"

Held = dict[str, bool]
"""Identifier -> whether it is deleted."""


class Site(NamedTuple):
    url: str
    truth: Held
    sets: set[str]
    change: Callable[[], None]


def with_sickle(url: str, verb: str = "ListRecords", prefix: str = "oai_dc", set_: str | None = None) -> Held:
    client = Sickle(url, max_retries=5)
    give = client.ListRecords if verb == "ListRecords" else client.ListIdentifiers
    found = give(metadataPrefix=prefix, set=set_) if set_ else give(metadataPrefix=prefix)
    headers = (getattr(one, "header", one) for one in found)
    return {header.identifier: header.deleted for header in headers}


def with_scythe(url: str, verb: str = "ListRecords", prefix: str = "oai_dc", set_: str | None = None) -> Held:
    with Scythe(url, retry_config=RetryConfig(max_retries=5)) as client:
        give = client.list_records if verb == "ListRecords" else client.list_identifiers
        headers = (getattr(one, "header", one) for one in give(metadata_prefix=prefix, set_=set_))
        return {header.identifier: header.deleted for header in headers}


def with_oaipmh(url: str, verb: str = "ListRecords", prefix: str = "oai_dc", set_: str | None = None) -> Held:
    """It sends forms (POST)."""
    registry = MetadataRegistry()
    registry.registerReader("oai_dc", oai_dc_reader)
    for written in PREFIXES[1:]:
        registry.registerReader(written, lambda element: element)
    client = Client(url, registry)
    asked = {"metadataPrefix": prefix} | ({"set": set_} if set_ else {})
    if verb == "ListIdentifiers":
        return {header.identifier(): header.isDeleted() for header in client.listIdentifiers(**asked)}
    return {header.identifier(): header.isDeleted() for header, _, _ in client.listRecords(**asked)}


def with_catmandu(url: str, verb: str = "ListRecords", prefix: str = "oai_dc", set_: str | None = None) -> Held:
    """Debian's libcatmandu-oai-perl, over HTTP::OAI."""
    need("catmandu", why="libcatmandu-oai-perl")
    command = ["catmandu", "convert", "OAI", "--url", url, "--metadataPrefix", prefix]
    command += ["--listIdentifiers", "1"] if verb == "ListIdentifiers" else []
    command += ["--set", set_] if set_ else []
    done = subprocess.run(
        [*command, "to", "JSON", "--line_delimited", "1"], capture_output=True, check=True, timeout=60
    )
    rows = map(json.loads, done.stdout.splitlines())
    return {row["_id"]: row["_status"] == "deleted" for row in rows}


def with_http_oai(url: str, verb: str = "ListRecords", prefix: str = "oai_dc", set_: str | None = None) -> Held:
    """The command of Debian's libhttp-oai-perl: it prints each header as lines, each record after the other."""
    need("oai_pmh", why="libhttp-oai-perl")
    command = ["oai_pmh", "--request", verb, "--metadataPrefix", prefix]
    command += ["--set", set_] if set_ else []
    done = subprocess.run([*command, url], capture_output=True, check=True, timeout=60)
    printed = done.stdout.decode(errors="replace").split("\f")  # texts are in two encodings at once
    headers = [record.lstrip().split("\n", 3) for record in printed if record.strip()]
    return {lines[0].removeprefix("identifier: "): lines[2] == "status: deleted" for lines in headers}


every_client = pytest.mark.parametrize("client", [with_sickle, with_scythe, with_oaipmh, with_catmandu, with_http_oai])


@pytest.fixture
def site(collective, web, add_source, harvest, monkeypatch) -> Iterator[Site]:
    """A source on a free port: 25 records, 5 of which were withdrawn, then 35 more; 25 a page."""
    monkeypatch.setattr(web_oai, "Identity", partial(web_oai.Identity, page_size=PAGE))
    clock = ["2026-01-01T00:00:00Z"]
    monkeypatch.setattr("bridge.store.now", lambda: clock[0])
    items = [
        {"id": n, "titre": f"Fiche n° {n} : mares & haies", "lien": f"https://a.exemple.fr/{n}", "resume": "été"}
        for n in range(COUNT)
    ]
    add_source("a", url=URL, source_more='licence = "CC-BY-4.0"')
    (collective.settings.mappings / "partie.toml").write_text(TARGET, encoding="utf-8")

    def publish(kept: list[dict[str, object]], when: str) -> None:
        clock[0] = when
        web.put(URL, kept)
        for _ in "12":  # an absence is believed the second time
            harvest("a")

    publish(items[:PAGE], "2026-01-01T00:00:00Z")
    for item in items[:WITHDRAWN]:
        web.fail(str(item["lien"]), 404)
    publish(items[WITHDRAWN:PAGE], "2026-01-02T00:00:00Z")
    publish(items[WITHDRAWN:], "2026-01-03T00:00:00Z")

    def change() -> None:
        publish([item | {"titre": f"Changée {item['id']}"} for item in items[WITHDRAWN:]], "2099-01-01T00:00:00Z")

    node = collective.settings.node
    truth = {oai_identifier(f"a:{n}", node): n < WITHDRAWN for n in range(COUNT)}
    with collective.store.snapshot() as snapshot:
        sets = {"target:partie", "search"} | {spec for spec, _ in snapshot.oai.sets()}
    application = PageCache(create_app(collective), lambda: collective.store.seq)
    server = make_server("127.0.0.1", 0, application, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Site(f"http://127.0.0.1:{server.port}/oai", truth, sets, change)
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


@every_client
def test_each_client_harvests_everything(site, client):
    assert client(site.url) == site.truth
    assert client(site.url, "ListIdentifiers") == site.truth
    assert client(site.url, set_="partner:a") == client(site.url, set_="partner") == site.truth


@every_client
def test_each_client_harvests_each_format(site, client):
    for prefix in PREFIXES:
        assert client(site.url, prefix=prefix) == site.truth


@every_client
def test_each_client_harvests_what_a_target_receives(site, client):
    """From a repository of its own, or as a set."""
    kept = {id: gone for id, gone in site.truth.items() if not id.endswith(":a:59")}
    assert client(site.url.replace("/oai", "/pour/partie/oai")) == kept
    assert client(site.url, set_="target:partie") == kept


@pytest.mark.parametrize("client", [with_sickle, with_scythe, with_oaipmh, with_http_oai])
def test_each_client_comes_back_when_it_is_asked_to(site, client, monkeypatch):
    """503 and Retry-After while others are answered: nothing is lost."""
    respond, refused = web_oai.respond, []

    def busy(*arguments):
        if len(refused) < 2:
            refused.append(arguments)
            raise StoreError("occupée")
        return respond(*arguments)

    monkeypatch.setattr(web_oai, "respond", busy)
    monkeypatch.setattr(web_oai, "LATER", 1)
    assert client(site.url) == site.truth
    assert len(refused) == 2


@every_client
def test_a_list_whose_rest_changes_meanwhile_ends_for_each_client(site, client, monkeypatch):
    """All that was not given yet changes after the first page: what was given is kept, nothing is raised."""
    respond, pages = web_oai.respond, []

    def changing(*arguments):
        pages.append(respond(*arguments))
        if len(pages) == 1:
            site.change()
        return pages[-1]

    monkeypatch.setattr(web_oai, "respond", changing)
    held = client(site.url)
    assert len(pages) == 2 and len(held) == PAGE and set(held) < set(site.truth)


def test_what_a_repository_says_of_itself(site):
    said = Sickle(site.url).Identify()
    assert (said.repositoryName, said.protocolVersion, said.deletedRecord) == ("Partageons vert", "2.0", "persistent")
    assert {one.metadataPrefix for one in Sickle(site.url).ListMetadataFormats()} == set(PREFIXES)
    assert {one.setSpec for one in Sickle(site.url).ListSets()} == site.sets >= {"partner", "partner:a"}


def test_pages_are_linked_by_their_tokens(site):
    client = Sickle(site.url)
    records = client.ListRecords(metadataPrefix="oai_dc")
    first = records.resumption_token
    assert (first.cursor, first.complete_list_size) == ("0", str(COUNT))
    titles = [record.metadata["title"] for record in records if not record.deleted]
    assert ["Fiche n° 42 : mares & haies"] in titles and len(titles) == COUNT - WITHDRAWN
