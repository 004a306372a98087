"""``/oai`` over HTTP: queries and forms as they come, friendly or not."""

from __future__ import annotations

import base64
import gzip
import logging
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import fake_collective
import pytest
from fake_collective import SOURCES, fill, records
from lxml import etree
from werkzeug.test import Client

from bridge import store as store_module
from bridge.harvest.batch import change_of
from bridge.store import Snapshot
from bridge.web import create_app
from bridge.web import oai as web_oai
from bridge.web.page_cache import PageCache

FORM = "application/x-www-form-urlencoded"
SHAPE = etree.XMLSchema(etree.parse(Path(__file__).with_name("oai_pmh.xsd")))
TARGET = """
[target]
id = "refuges"
title = "Refuges & co"
partner = "lpo-demo"
[target.select]
type = ["r-retour-experience"]
[target.values.type]
"Retour de terrain" = "r-retour-experience"
"""


def real(collective, record):
    """A record as a harvest keeps it."""
    mapped = SimpleNamespace(terms=())
    source = SimpleNamespace(url=f"https://{record.source}.exemple.fr/", vocabulary=collective.vocabulary)
    return change_of(mapped, record, record.title.encode(), source, collective.words, collective.settings.node)


@pytest.fixture
def client(collective, monkeypatch):
    """The whole application, on what a harvest would have left."""
    monkeypatch.setattr(fake_collective, "change", real)
    fill(collective)
    (collective.settings.mappings / "refuges.toml").write_text(TARGET, encoding="utf-8")
    return create_app(collective).test_client()


def keep(collective, record):
    with collective.store.writing() as writing:
        writing.keep(record.source, "1", [real(collective, record)])
    collective.catch_up()


def withdraw(collective, *ids):
    with collective.store.writing() as writing:
        writing.withdraw(ids)
    collective.catch_up()


def parsed(answer):
    root = etree.fromstring(answer.data)
    assert SHAPE.validate(root), SHAPE.error_log
    return root


def codes(answer):
    assert answer.status_code == 200 and answer.content_type == "text/xml; charset=utf-8"
    return parsed(answer).xpath("//*[local-name()='error']/@code")


def found(answer):
    """Identifier -> whether it is deleted."""
    headers = parsed(answer).xpath("//*[local-name()='header']")
    return {header[0].text: header.get("status") == "deleted" for header in headers}


def named(*ids):
    return {f"oai:pont.exemple.fr:{id}" for id in ids}


def test_get_and_post_answer_alike(client):
    query = "verb=ListIdentifiers&metadataPrefix=oai_dc&set=partner%3Alpo-demo&from=2000-01-01"
    got, posted = client.get(f"/oai?{query}"), client.post("/oai", data=query, content_type=f"{FORM}; charset=utf-8")
    assert codes(got) == codes(posted) == []
    assert found(got) == found(posted)
    assert len(found(got)) == sum(record.source == "lpo-demo" for record in records())
    head = client.head("/oai?verb=Identify")
    assert head.status_code == 200 and not head.data


def test_the_address_does_not_count_in_a_form(client):
    assert codes(client.post("/oai?verb=Identify", data="", content_type=FORM)) == ["badVerb"]
    assert codes(client.post("/oai?verb=Identify", data="verb=Identify", content_type=FORM)) == []


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "text/plain", ""])
def test_another_type_of_form_has_no_verb(client, kind):
    assert codes(client.post("/oai", data="verb=Identify", content_type=kind)) == ["badVerb"]


@pytest.mark.parametrize(
    "query, expected",
    [
        ("", ["badVerb"]),
        ("&&&", ["badVerb"]),
        ("verb", ["badVerb"]),
        ("verb=Identify&verb=Identify", ["badVerb"]),
        ("verb=%49dentify", []),
        ("v%65rb=Identify", []),
        ("verb=Identify&x=1", ["badArgument"]),
        ("verb=Identify;x=1", ["badVerb"]),
        ("verb=ListSets&%00=%00", ["badArgument"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", ["badArgument"]),
        ("verb=ListRecords&resumptionToken=a+b/c%3D%26%C3%A9", ["badResumptionToken"]),
        ("verb=ListRecords&resumptionToken=", ["badResumptionToken"]),
        ("verb=ListRecords&resumptionToken=" + "A" * 8192, ["badResumptionToken"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00%0B%FF%ED%A0%80", ["idDoesNotExist"]),
        ("verb=GetRecord&metadataPrefix=oai_dc&identifier=" + quote("é" * 1300), ["idDoesNotExist"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=theme:t-inconnu", ["noRecordsMatch"]),
        ("verb=ListRecords&metadataPrefix=oai_dc&set=t%25", ["badArgument"]),
        ("&".join(["verb=Identify", *["a=b"] * 10_000]), ["badArgument"]),
        ("&".join([*["a=b"] * 10_000, "verb=Identify"]), ["badVerb"]),
    ],
)
def test_queries(client, query, expected):
    assert codes(client.get(f"/oai?{query}")) == expected
    assert codes(client.post("/oai", data=query, content_type=FORM)) == expected


def test_raw_bytes_in_the_address(client):
    raw = {"QUERY_STRING": "verb=GetRecord&identifier=\xff\xfe\x00&metadataPrefix=pv"}
    assert codes(client.get("/oai", environ_overrides=raw)) == ["idDoesNotExist"]


def test_a_large_form_is_refused(client):
    assert codes(client.post("/oai", data="verb=Identify" + "&" * 65_000, content_type=FORM)) == []
    assert client.post("/oai", data="verb=Identify" + "&" * 66_000, content_type=FORM).status_code == 413


def test_what_the_bridge_says_of_itself(client, collective):
    said = etree.fromstring(client.get("/oai?verb=Identify").data)
    texts = {etree.QName(e).localname: e.text for e in said.iter() if e.text and e.text.strip()}
    assert texts["repositoryIdentifier"] == collective.settings.node == "pont.exemple.fr"
    urls = said.xpath("//*[local-name()='baseURL']/text()")
    assert urls == ["https://pont.exemple.fr/oai", "https://arb-ouest.exemple.fr/"]
    assert [kind for _, kind, *_ in SOURCES.values()].count("oai") == 1
    path = collective.settings.mappings / "arb-ouest.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[fields]", "options = { file = true }\n[fields]"))
    urls = parsed(client.get("/oai?verb=Identify")).xpath("//*[local-name()='baseURL']/text()")
    assert urls == ["https://pont.exemple.fr/oai"]  # a file is no repository


def test_the_schema_of_our_format_is_where_it_is_said(client):
    formats = etree.fromstring(client.get("/oai?verb=ListMetadataFormats").data)
    (address,) = formats.xpath("//*[local-name()='schema'][contains(., 'pv.xsd')]/text()")
    answer = client.get(address.removeprefix("https://pont.exemple.fr"))
    assert answer.status_code == 200 and answer.content_type == "text/xml; charset=utf-8"
    namespaces = formats.xpath("//*[local-name()='metadataNamespace']/text()")
    assert etree.fromstring(answer.data).get("targetNamespace") == namespaces[list(web_oai.FORMATS).index("pv")]
    # Documents name it by an address relative to theirs.
    assert client.get("/pour/refuges/schemas/pv.xsd").data == answer.data


def test_an_answer_is_dated_so_that_no_later_commit_is_older(client, collective, monkeypatch):
    """Whoever asks again from that instant misses nothing, however slow a commit and whatever the clock does."""
    asked = "/oai?verb=ListIdentifiers&metadataPrefix=oai_dc"
    newest = max(stamp for stamp in parsed(client.get(asked)).xpath("//*[local-name()='datestamp']/text()"))
    monkeypatch.setattr(store_module, "now", lambda: "2999-01-01T00:00:00Z")  # a clock that was far ahead
    with collective.store.writing() as writing:  # somebody else is writing: its stamp is taken, its commit to come
        assert parsed(client.get(asked)).findtext("{*}responseDate") == newest
        writing.withdraw([next(each.id for each in records() if each.source == "arb-ouest")])
    monkeypatch.undo()
    dated = parsed(client.get(asked))
    assert dated.findtext("{*}responseDate") == "2999-01-01T00:00:00Z"
    assert dated.xpath("//*[@status='deleted']/*[local-name()='datestamp']/text()")[-1] == "2999-01-01T00:00:00Z"


def test_what_was_just_committed_is_listed_at_once(client, collective):
    record = next(each for each in records() if each.source == "arb-ouest")
    keep(collective, replace(record, title="À l'instant"))
    assert "À l'instant" in client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc").get_data(as_text=True)


# Formats


@pytest.mark.parametrize("prefix", list(web_oai.FORMATS))
@pytest.mark.parametrize("path", ["/oai", "/pour/refuges/oai"])
def test_each_format_is_given_as_it_is_said(client, path, prefix):
    formats = {one[0].text: (one[1].text, one[2].text) for one in formats_of(client, path)}
    assert list(formats) == list(web_oai.FORMATS)
    schema, namespace = formats[prefix]
    assert schema.startswith(("http://", "https://")) and schema.endswith(".xsd")
    root = parsed(client.get(f"{path}?verb=ListRecords&metadataPrefix={prefix}"))
    metadata = root.xpath("//*[local-name()='metadata']/*")
    assert metadata and {etree.QName(one).namespace for one in metadata} == {namespace}
    where = metadata[0].get("{http://www.w3.org/2001/XMLSchema-instance}schemaLocation", "").split()
    if where:
        assert namespace in where[::2]


def formats_of(client, path):
    return parsed(client.get(f"{path}?verb=ListMetadataFormats")).xpath("//*[local-name()='metadataFormat']")


@pytest.mark.parametrize("prefix", ["oai_qdc", "pv"])
def test_a_record_that_cannot_be_written_is_left_out_and_told(client, collective, monkeypatch, caplog, prefix):
    """Only formats that are written when asked may fail then: what is stored is."""
    broken = records()[3].id
    kind = web_oai.FORMATS[prefix]

    def write(record, words):
        if record.id == broken:
            raise ValueError("un champ impossible")
        return kind.fragment(record, words)

    monkeypatch.setitem(web_oai.FORMATS, prefix, kind._replace(fragment=write))
    with caplog.at_level(logging.ERROR):
        given = found(client.get(f"/oai?verb=ListRecords&metadataPrefix={prefix}"))
    everything = found(client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc"))
    assert everything.keys() - given.keys() == (named(broken) if prefix == "oai_qdc" else set())
    assert (broken in caplog.text) == (prefix == "oai_qdc")


# Provenance and rights


def test_each_record_says_where_it_comes_from_and_its_licence(client, collective):
    root = parsed(client.get("/oai?verb=ListRecords&metadataPrefix=pv"))
    seen = set()
    for record in root.xpath("//*[local-name()='record'][*[local-name()='about']]"):
        source = record.xpath("string(.//*[local-name()='identifier'])").split(":")[2]
        licence = SOURCES[source][2]
        kinds = [etree.QName(one[0]).localname for one in record.xpath("*[local-name()='about']")]
        assert kinds == ["provenance", "rights"][: 1 if licence == "NOASSERTION" else 2]
        address = collective.words.licence(licence)[1]
        assert record.xpath(".//*[local-name()='rightsReference']/@ref") == ([address] if len(kinds) == 2 else [])
        seen.add(licence)
    assert {"NOASSERTION", "etalab-2.0", "CC-BY-SA-4.0"} <= seen


# Targets: their sets and their repositories


def received():
    return {record.id for record in records() if record.type == "r-retour-experience" and record.source != "lpo-demo"}


def test_a_target_is_a_set_that_says_what_it_is(client):
    listed = parsed(client.get("/oai?verb=ListSets"))
    sets = {one[0].text: one for one in listed.xpath("//*[local-name()='set']")}
    assert list(sets)[-2:] == ["target:refuges", "search"]
    for spec, name in (("target:refuges", "Destination : Refuges & co"), ("search", "Recherches de la vitrine")):
        assert sets[spec][1].text == name
        french, english = sets[spec].xpath(".//*[local-name()='description']")
        lang = "{http://www.w3.org/XML/1998/namespace}lang"
        assert (french.get(lang), english.get(lang)) == ("fr", "en")
        assert "supprimée" in french.text and "promesse" in french.text and "promise" in english.text


def test_the_set_of_a_target_holds_what_it_receives(client):
    answer = client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc&set=target:refuges")
    given = found(answer)
    assert {id for id, gone in given.items() if not gone} == named(*received())
    headers = parsed(answer).xpath("//*[local-name()='header'][not(@status)]")
    assert all("target:refuges" in [spec.text for spec in header[2:]] for header in headers)


def test_what_a_target_no_longer_receives_is_deleted_there_and_only_there(client, collective):
    left, gone = sorted(received())[:2]
    asked = "verb=ListRecords&metadataPrefix=oai_dc"
    (moved,) = [record for record in records() if record.id == left]
    keep(collective, replace(moved, type="r-guide"))
    withdraw(collective, gone)
    for path in ("/oai?set=target:refuges&", "/pour/refuges/oai?"):
        given = found(client.get(f"{path}{asked}"))
        assert {id for id, deleted in given.items() if not deleted} == named(*received() - {left, gone})
        assert named(left, gone) <= {id for id, deleted in given.items() if deleted}
    everything = found(client.get(f"/oai?{asked}"))
    assert not everything[f"oai:pont.exemple.fr:{left}"] and everything[f"oai:pont.exemple.fr:{gone}"]
    one = f"verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:pont.exemple.fr:{left}"
    assert list(found(client.get(f"/pour/refuges/oai?{one}")).values()) == [True]
    assert list(found(client.get(f"/oai?{one}")).values()) == [False]


@pytest.mark.parametrize("prefix", ["oai_dc", "pv"])
def test_a_target_speaks_its_own_words(client, prefix):
    ours = client.get(f"/oai?verb=ListRecords&metadataPrefix={prefix}").get_data(as_text=True)
    theirs = client.get(f"/pour/refuges/oai?verb=ListRecords&metadataPrefix={prefix}").get_data(as_text=True)
    assert theirs.count("Retour de terrain") == len(received()) and "Retour de terrain" not in ours


def test_the_repository_of_a_target_is_its_own(client):
    root = parsed(client.get("/pour/refuges/oai?verb=Identify"))
    texts = {etree.QName(e).localname: e.text for e in root.iter() if e.text and e.text.strip()}
    assert texts["repositoryName"] == "Partageons vert : Refuges & co"
    assert root.xpath("string(//*[local-name()='Identify']/*[local-name()='baseURL'])") == (
        "https://pont.exemple.fr/pour/refuges/oai"
    )
    assert (texts["deletedRecord"], texts["repositoryIdentifier"]) == ("transient", "pont.exemple.fr")
    assert texts["sampleIdentifier"] in named(*received())
    assert set(found(client.get("/pour/refuges/oai?verb=ListIdentifiers&metadataPrefix=marc21"))) >= named(*received())
    assert "Cache-Control" in client.get("/pour/refuges/oai?verb=Identify").headers
    assert client.get("/pour/inconnue/oai?verb=Identify").status_code == 404


def test_the_sets_of_a_target_are_those_of_its_records(client, collective):
    given = parsed(client.get("/pour/refuges/oai?verb=ListSets")).xpath("//*[local-name()='setSpec']/text()")
    headers = parsed(client.get("/pour/refuges/oai?verb=ListIdentifiers&metadataPrefix=pv"))
    specs = set(headers.xpath("//*[local-name()='header']/*[local-name()='setSpec']/text()"))
    assert set(given) == specs | {spec.partition(":")[0] for spec in specs}
    assert "type:r-retour-experience" in given and not any(spec.startswith(("target", "search")) for spec in given)
    whole = found(client.get("/pour/refuges/oai?verb=ListIdentifiers&metadataPrefix=pv"))
    for spec in given:
        asked = f"/pour/refuges/oai?verb=ListIdentifiers&metadataPrefix=pv&set={spec}"
        everywhere = found(client.get(f"/oai?verb=ListIdentifiers&metadataPrefix=pv&set={spec}"))
        assert found(client.get(asked)).keys() == everywhere.keys() & whole.keys()
    stranger = next(record.id for record in records() if record.source == "lpo-demo")
    one = f"verb=GetRecord&metadataPrefix=pv&identifier=oai:pont.exemple.fr:{stranger}"
    assert codes(client.get(f"/pour/refuges/oai?{one}")) == ["idDoesNotExist"]
    for set_ in ("partner:lpo-demo", "target:refuges", "search:cT0x"):
        asked = f"/pour/refuges/oai?verb=ListRecords&metadataPrefix=pv&set={set_}"
        assert codes(client.get(asked)) == ["noRecordsMatch"]


def test_the_token_of_a_repository_is_its_own(client, monkeypatch):
    monkeypatch.setattr(web_oai, "Identity", lambda **named: IDENTITY(**named, page_size=2))
    path = "/pour/refuges/oai?verb=ListRecords"
    held, token = {}, "&metadataPrefix=oai_dc"
    while token:
        answer = client.get(path + token)
        held |= found(answer)
        mark = parsed(answer).xpath("string(//*[local-name()='resumptionToken'])")
        token = f"&resumptionToken={mark}" if mark else ""
        if mark:
            assert codes(client.get(f"/oai?verb=ListRecords{token}")) == ["badResumptionToken"]
    assert {id for id, gone in held.items() if not gone} == named(*received())


IDENTITY = web_oai.Identity


# Saved searches


@pytest.mark.parametrize(
    "pairs",
    [
        [("type", "r-retour-experience")],
        [("type", "r-retour-experience"), ("type", "r-guide"), ("source", "cerema-nature")],
        [("q", "mare"), ("territoire", "region/84")],
        [("q", "été & « haies »")],
    ],
)
def test_a_search_is_a_set(client, collective, pairs):
    set_ = web_oai.search_set(pairs)
    assert set_ == "search:" + set_.partition(":")[2].strip("=")
    answer = client.get(f"/oai?verb=ListIdentifiers&metadataPrefix=oai_dc&set={set_}")
    listed = client.get("/api/v1/records", query_string=[*pairs, ("per_page", "100")]).json["records"]
    given = {id for id, gone in found(answer).items() if not gone} if codes(answer) == [] else set()
    assert given == named(*(one["id"] for one in listed))
    assert given or pairs[0][0] == "q"


def coded(text):
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "set_",
    [
        "target:inconnue", "target", "target:refuges:x", "search", "search:a", "search:abcde", "search:~~~",
        f"search:{coded(b'')}x", f"search:{coded(bytes(9))}", f"search:{coded(b'q=%FF')}", f"search:{coded(b'page=3')}",
        f"search:{coded(b'inconnu=1')}", f"search:{coded(b'type=r-inconnu')}",
        f"search:{coded('q=é'.encode('latin-1'))}",
    ],
)  # fmt: skip
def test_a_set_that_means_nothing_holds_nothing(client, set_):
    asked = {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": set_}
    assert codes(client.post("/oai", data=asked)) == ["noRecordsMatch"]


# Changes that the index has not seen yet


def test_a_selection_never_goes_further_than_the_index(client, collective):
    """Else a record that the index sees a second later would be older than the answer, and lost for who comes back."""
    (record,) = [record for record in records() if record.id == sorted(received())[0]]
    with collective.store.writing() as writing:
        writing.keep(record.source, "1", [real(collective, replace(record, id=f"{record.source}:neuve"))])
        stamped = writing.datestamp
    for path in ("/pour/refuges/oai?", "/oai?set=target:refuges&"):
        answer = client.get(f"{path}verb=ListIdentifiers&metadataPrefix=oai_dc")
        assert parsed(answer).findtext("{*}responseDate") < stamped
        assert f"oai:pont.exemple.fr:{record.source}:neuve" not in found(answer)
    assert parsed(client.get("/oai?verb=Identify")).findtext("{*}responseDate") >= stamped
    collective.catch_up()
    answer = client.get("/pour/refuges/oai?verb=ListIdentifiers&metadataPrefix=oai_dc")
    assert f"oai:pont.exemple.fr:{record.source}:neuve" in found(answer)


def test_a_selection_waits_while_the_index_is_made(client, collective):
    collective.index.wipe()
    answer = client.get("/pour/refuges/oai?verb=ListIdentifiers&metadataPrefix=oai_dc")
    assert answer.status_code == 503 and answer.headers["Retry-After"].isdecimal()
    assert codes(client.get("/oai?verb=ListIdentifiers&metadataPrefix=oai_dc")) == []


# What may be kept


KEPT = "public, no-cache"


def test_an_answer_may_be_kept_once_it_holds_all_there_is(client, monkeypatch):
    asked = "/oai?verb=ListRecords&metadataPrefix=oai_dc"
    assert client.get(asked).headers["Cache-Control"] == KEPT
    assert client.get("/pour/refuges/oai?verb=ListSets").headers["Cache-Control"] == KEPT
    posted = client.post("/oai", data={"verb": "Identify"})
    assert posted.headers["Cache-Control"] == "no-cache"
    monkeypatch.setattr(Snapshot, "complete_until", lambda self, seq: "1970-01-02T00:00:00Z")  # the index is late
    assert client.get("/pour/refuges/oai?verb=ListRecords&metadataPrefix=oai_dc").headers["Cache-Control"] == "no-cache"
    for wrong in ("", "?verb=Identify&x=1", "?verb=ListRecords&metadataPrefix=oai_dc&from=hier"):
        assert client.get(f"/oai{wrong}").headers["Cache-Control"] == KEPT


def test_a_kept_page_is_forgotten_at_the_next_commit_and_travels_compressed(client, collective):
    layer = Client(PageCache(client.application, lambda: collective.store.seq))
    asked = "/oai?verb=ListRecords&metadataPrefix=oai_dc&set=partner:arb-ouest"
    gzipped = layer.get(asked, headers={"Accept-Encoding": "gzip"})
    assert gzipped.headers["Content-Encoding"] == "gzip"
    held = etree.fromstring(gzip.decompress(gzipped.data))
    before = held.xpath("//*[local-name()='header'][not(@status)]/*[local-name()='identifier']/text()")
    assert layer.get(asked).data == layer.get(asked).data
    withdraw(collective, before[0].split(":", 2)[2])
    assert found(layer.get(asked))[before[0]]


# Flow, other methods, other sites


def test_too_many_harvesters_at_once_are_asked_to_come_back(client):
    free = 0
    while web_oai.SLOTS.acquire(blocking=False):
        free += 1
    try:
        assert free == 3  # of the four threads of a worker
        for path in ("/oai", "/pour/refuges/oai"):
            answer = client.get(f"{path}?verb=Identify")
            assert answer.status_code == 503 and 0 < int(answer.headers["Retry-After"]) < 10
            assert "revenez" in answer.get_data(as_text=True)
    finally:
        web_oai.SLOTS.release(free)
    assert codes(client.get("/oai?verb=Identify")) == []


def test_the_place_of_a_request_that_fails_is_given_back(client, monkeypatch):
    def fail(*arguments):
        raise RuntimeError("une faute")

    monkeypatch.setattr(web_oai, "respond", fail)
    client.application.config["PROPAGATE_EXCEPTIONS"] = False
    for _ in range(9):
        assert client.get("/oai?verb=Identify").status_code == 500


def test_a_store_that_cannot_be_read_asks_to_come_back(client, collective, caplog):
    for file in collective.settings.data.glob("partageons.sqlite*"):
        file.write_bytes(b"plus rien de lisible " * 4096)
    collective.store._engine.dispose()
    answer = client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc")
    assert answer.status_code == 503 and answer.headers["Retry-After"].isdecimal()
    assert "pas pu être lue" in caplog.text


@pytest.mark.parametrize("path", ["/oai", "/pour/refuges/oai"])
def test_other_methods_and_other_sites(client, path):
    for method in ("GET", "HEAD", "OPTIONS", "POST"):
        answer = client.open(path, method=method)
        assert answer.status_code == 200 and answer.headers["Access-Control-Allow-Origin"] == "*"
    assert set(client.options(path).headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}
    head, got = client.head(f"{path}?verb=ListSets"), client.get(f"{path}?verb=ListSets")
    assert not head.data and head.headers["Content-Type"] == got.headers["Content-Type"]
    assert client.put(path).status_code == 405
