"""``/oai`` over HTTP: queries and forms as they come, friendly or not."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import quote

import pytest
from fake_collective import SOURCES, fill, records
from lxml import etree

from bridge.web import create_app
from bridge.web import oai as web_oai

FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def client(collective, monkeypatch):
    monkeypatch.setattr(web_oai, "SETTLED", timedelta(hours=-1))
    fill(collective)
    return create_app(collective).test_client()


def codes(answer):
    assert answer.status_code == 200 and answer.content_type == "text/xml; charset=utf-8"
    return etree.fromstring(answer.data).xpath("//*[local-name()='error']/@code")


def found(answer):
    return etree.fromstring(answer.data).xpath("//*[local-name()='header']/*[local-name()='identifier']/text()")


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


def test_the_schema_of_our_format_is_where_it_is_said(client):
    formats = etree.fromstring(client.get("/oai?verb=ListMetadataFormats").data)
    (address,) = formats.xpath("//*[local-name()='schema'][contains(., 'pv.xsd')]/text()")
    answer = client.get(address.removeprefix("https://pont.exemple.fr"))
    assert answer.status_code == 200 and answer.content_type == "text/xml; charset=utf-8"
    namespaces = formats.xpath("//*[local-name()='metadataNamespace']/text()")
    assert etree.fromstring(answer.data).get("targetNamespace") == namespaces[1]


def test_what_is_too_young_waits_for_the_next_answer(client, monkeypatch):
    monkeypatch.setattr(web_oai, "SETTLED", timedelta(hours=1))
    assert codes(client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc")) == ["noRecordsMatch"]
