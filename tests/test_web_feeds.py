"""Feeds: the showcase's selection, whole, in every format, for readers that unpublish what leaves a feed."""

from __future__ import annotations

import csv
import io
import json
import re
from html import unescape

import pytest
from fake_collective import fill, records
from lxml import etree

from bridge.web import create_app
from bridge.web.page_cache import PageCache
from bridge.writers import WRITERS, spip

EXTENSIONS = {writer.EXTENSION: writer for writer in WRITERS.values()}


@pytest.fixture
def client(collective):
    fill(collective)
    return create_app(collective).test_client()


def flat(client, address):
    return json.loads(client.get(address).data)


@pytest.mark.parametrize("extension", EXTENSIONS)
def test_every_format_is_served(client, extension):
    answer = client.get(f"/feed.{extension}")
    assert answer.status_code == 200
    assert answer.content_type == EXTENSIONS[extension].MEDIA_TYPE
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Content-Disposition"] == f'inline; filename="partageons-vert.{extension}"'
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert answer.headers["ETag"].startswith('W/"')
    body = answer.data
    if answer.mimetype.endswith("xml"):
        etree.fromstring(body)
    elif answer.mimetype.endswith("json"):
        json.loads(body)
    elif answer.mimetype == "text/csv":
        assert len(list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))) > len(records())
    else:
        assert len(body) > 1000  # each has its own judges elsewhere


def test_an_unknown_format_is_not_found(client):
    assert client.get("/feed.exe").status_code == client.get("/feed.").status_code == 404


def test_the_whole_list_is_given_without_what_was_withdrawn(client):
    assert {one["id"] for one in flat(client, "/feed.flat.json")} == {record.id for record in records()}


@pytest.mark.parametrize(
    "query, wanted",
    [
        ("source=reseau-haies", lambda r: r.source == "reseau-haies"),
        ("source=reseau-haies&source=entreprises", lambda r: r.source in ("reseau-haies", "entreprises")),
        ("source=arb-ouest&type=r-etude", lambda r: r.source == "arb-ouest" and r.type == "r-etude"),
        ("langue=en", lambda r: r.language == "en"),
        ("source=", lambda r: True),
        ("source=inconnue", lambda r: False),
        ("inconnu=1&page=3&tri=titre", lambda r: True),
    ],
)
def test_the_filters_of_the_showcase(client, query, wanted):
    found = flat(client, f"/feed.flat.json?{query}")
    assert {one["id"] for one in found} == {record.id for record in records() if wanted(record)}


def test_words_are_searched(client):
    found = flat(client, "/feed.flat.json?q=hirondelles+ravalement")
    assert [one["id"] for one in found] == ["lpo-demo:122"]


@pytest.mark.parametrize("limit, count", [("3", 3), ("0", 40), ("-2", 40), ("trois", 40), ("100000", 40), ("", 40)])
def test_a_limit_cuts(client, limit, count):
    assert len(flat(client, f"/feed.flat.json?limite={limit}")) == count


def test_what_is_withdrawn_leaves_the_list(client, collective):
    with collective.store.writing() as writing:
        writing.withdraw(["arb-ouest:106"])
    collective.catch_up()
    assert "arb-ouest:106" not in {one["id"] for one in flat(client, "/feed.flat.json")}


def test_the_document_says_what_it_is(client):
    whole = flat(client, "/feed.json")
    assert whole["title"] == "Partageons vert"
    assert whole["feed_url"] == "https://pont.exemple.fr/feed.json"
    assert whole["home_page_url"] == "https://pont.exemple.fr/"
    some = flat(client, "/feed.json?limite=2&source=lpo-demo&q=oiseaux&page=2&vue=carte")
    assert some["title"] == "Partageons vert : « oiseaux », Refuges et communes"
    assert some["feed_url"] == "https://pont.exemple.fr/feed.json?q=oiseaux&source=lpo-demo&limite=2"


def test_an_empty_selection_is_a_document(client):
    feed = etree.fromstring(client.get("/feed.atom?source=inconnue").data)
    assert feed.findtext("{*}updated") == "1970-01-01T00:00:00Z" and feed.find("{*}entry") is None


def test_the_newest_datestamp_is_the_feeds(client, collective):
    with collective.store.snapshot() as snapshot:
        newest = max(entry.datestamp for entry in snapshot.walk() if entry.record)
    assert etree.fromstring(client.get("/feed.atom").data).findtext("{*}updated") == newest


def test_it_is_the_same_document_until_the_store_changes(client, collective):
    application = PageCache(client.application, lambda: (collective.store.seq, collective.index.seq))
    client.application.wsgi_app, inner = application, client.application.wsgi_app
    application._app = inner
    first = client.get("/feed.atom?source=lpo-demo&type=r-evenement")
    tag = first.headers["ETag"]
    same = client.get("/feed.atom?type=r-evenement&source=lpo-demo", headers={"If-None-Match": tag})
    assert same.status_code == 304
    with collective.store.writing() as writing:
        writing.withdraw(["entreprises:137"])
    collective.catch_up()
    elsewhere = {"If-None-Match": tag}
    assert client.get("/feed.atom?type=r-evenement&source=lpo-demo", headers=elsewhere).status_code == 304
    with collective.store.writing() as writing:
        writing.withdraw([record.id for record in records() if record.source == "lpo-demo"])
    collective.catch_up()
    after = client.get("/feed.atom?source=lpo-demo&type=r-evenement", headers=elsewhere)
    assert after.status_code == 200 and b"<entry" not in after.data


def test_the_stores_connection_is_given_back(client, collective, monkeypatch):
    opened, snapshot = [], collective.store.snapshot

    class Counted:
        def __enter__(self):
            opened.append(1)
            self.held = snapshot()
            return self.held.__enter__()

        def __exit__(self, *error):
            opened.pop()
            return self.held.__exit__(*error)

    monkeypatch.setattr(collective.store, "snapshot", Counted)
    for address in ("/feed.csv", "/feed.atom?source=inconnue", "/feed.rss"):
        answer = client.get(address)
        assert answer.status_code == 200
        answer.close()
        assert not opened
    left = client.get("/feed.geojson", buffered=False)
    assert opened
    left.close()
    assert not opened


def test_lots_share_a_selection_out(client):
    everything = {one["id"] for one in flat(client, "/feed.flat.json")}
    lots = [{one["id"] for one in flat(client, f"/feed.flat.json?lot={n}-3")} for n in (1, 2, 3)]
    assert all(lots) and set().union(*lots) == everything and sum(map(len, lots)) == len(everything)
    for junk in ("", "0-3", "4-3", "a", "1-3-2", "-1-3"):
        assert {one["id"] for one in flat(client, f"/feed.flat.json?lot={junk}")} == everything


def test_a_selection_too_large_for_a_feed_of_spip_is_cut_by_source_then_in_lots(client, monkeypatch):
    monkeypatch.setattr(spip, "MOST", 4)
    page = client.get("/formats").get_data(as_text=True)
    addresses = {unescape(found) for found in re.findall(r'data-copy="([^"]+feed\.spip\.rss[^"]*)"', page)}
    assert all("source=" in address for address in addresses) and any("lot=" in address for address in addresses)
    # Lots are equal in the hundreds, not among so few: their members are what is looked at.
    lots = [flat(client, address.partition("exemple.fr")[2].replace("spip.rss", "flat.json")) for address in addresses]
    assert sorted(one["id"] for lot in lots for one in lot) == sorted(record.id for record in records())
