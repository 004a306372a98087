"""MediaWiki, CKAN, udata, DCAT: what their cases leave out, what items become, how sites are recognised."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError, FetchError, ReadError
from bridge.meaning.mapping import apply
from bridge.meaning.source import load_source
from bridge.meaning.vocabulary import load
from bridge.readers import READERS, dcat, linked_data, mediawiki, semantic, wikitext
from bridge.recognise import Proposal, catalogues, proposal_toml, recognise
from bridge.recognise.look import Look
from bridge.record import Item, Page, Record, Request, Response

CASES = Path(__file__).parent / "cases"
MAPPINGS = Path(__file__).parents[1] / "mappings"
PRESETS = {path.stem: path.read_text() for path in (MAPPINGS / "presets").glob("_*.toml")}
VOCABULARY = load(MAPPINGS / "vocabulary")
API = "https://wiki.example/w/api.php"
DATA = "https://data.example/catalog"
PEOPLE = ("Jeanne", "jeanne", "Martin", "Paul", "@exemple.org")


def answer(body: Any, url: str = API, **carry: Any) -> Response:
    return Response(url, 200, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), carry)


def record(case: str, preset: str, number: int = 0) -> Record:
    """The record that a partner without anything of its own gets from an item of a case."""
    text = f'extends = "{preset}"\n[source]\nid = "x"\nurl = "https://x.example/"\nkeep = "full"\n'
    text += "agreement = { date = 2024-01-01 }\n"
    source = load_source(text, "x.toml", PRESETS, VOCABULARY, "1")
    assert source is not None
    item = json.loads((CASES / case / "items.json").read_text())["items"][number]
    found = apply(source, Item(item["id"], item["data"], item["url"])).record
    assert found is not None
    return found


# What becomes of the items


def test_a_page_of_a_wiki_becomes_a_record() -> None:
    found = record("mediawiki-suite", "_mediawiki")
    assert (found.title, found.territories) == ("Mare de l'école", ("commune/69123",))
    assert set(found.themes) == {"t-zones-humides", "t-pollinisateurs"}
    assert (found.abstract, found.budget and found.budget.value) == ("Une mare creusée plantée", 12500)
    assert "<strong>mare</strong>" in found.content and "Le Progrès" not in found.content
    assert found.point and found.point[:2] == (4.8357, 45.764)
    assert found.image and found.image.url == "https://wiki.example/images/Mare.jpg"
    assert [lead.name for lead in found.leads] == ["Ville de Lyon"]
    assert (found.modified, found.period) == ("2026-03-01T08:00:00Z", "")


def test_a_page_of_a_semantic_query_becomes_a_record() -> None:
    found = record("mediawiki-semantique", "_mediawiki", 1)
    assert (found.abstract, found.area_ha, found.period) == ("Une mare", 2.5, "2021-03")
    assert found.themes == ("t-zones-humides", "t-pollinisateurs")
    assert found.point and found.point[:2] == (4.8357, 45.764)


def test_a_dataset_becomes_a_record() -> None:
    found = record("dcat-jsonld", "_dcat")
    assert (found.title, found.abstract, found.themes) == ("Mares", "Toutes les mares.", ("t-zones-humides",))
    assert (found.url, found.licence) == ("https://data.example/mares", "etalab-2.0")
    assert "commune/69123" in found.territories and "departement/2A" in found.territories
    assert found.period == "2020-01-01/.."
    assert [one.name for one in found.publishers] == ["Ville de Lyon"]
    assert [document.media_type for document in found.documents] == ["text/csv", "HTML"]


@pytest.mark.parametrize(("case", "preset"), [("json_api-udata", "_udata"), ("json_api-ckan-jeux", "_ckan")])
def test_a_dataset_of_a_portal_becomes_a_record(case: str, preset: str) -> None:
    found = record(case, preset)
    assert (found.title, found.abstract) == ("Mares", "Tout sur « Mares ».")
    assert [one.name for one in found.leads] == ["Parc de l'Exemple"]
    assert (found.licence, found.modified, found.created[:10]) == ("etalab-2.0", "2026-02-01T08:00:00Z", "2024-01-01")
    assert [(one.media_type, one.size, one.title) for one in found.documents] == [("text/csv", 120, "Export")]
    assert found.keywords == ("mare",)
    assert not [word for word in PEOPLE if word in str(found)]


@pytest.mark.parametrize("case", ["dcat-jsonld", "dcat-rdf", "mediawiki-suite", "mediawiki-semantique"])
def test_no_person_is_read(case: str) -> None:
    written = (CASES / case / "items.json").read_text()
    assert not [word for word in PEOPLE if word in written]


# MediaWiki


def contents(*pages: Mapping[str, Any], **carry: Any) -> Page:
    return mediawiki.read(answer({"batchcomplete": True, "query": {"pages": list(pages)}}, **carry), {})


def of_page(source: Any, **more: Any) -> dict[str, Any]:
    return {"pageid": 1, "ns": 0, "title": "T", "revisions": [{"slots": {"main": {"content": source}}}], **more}


def test_a_category_may_be_written_in_full() -> None:
    assert "gcmtitle=Kategorie:X&" in mediawiki.start(f"{API}?action=rsd", {"category": "Kategorie:X"}).url
    assert "gapnamespace=0" in mediawiki.start(API, {"namespace": "x"}).url
    assert mediawiki.start(API, {"ask": "[[A::+]]|?B=modified|limit=5"}).url.count("modified") == 1


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"query": []}', b"3"])
def test_what_is_no_answer_of_a_wiki(body: bytes) -> None:
    with pytest.raises(ReadError, match="pas celle de l'API"):
        mediawiki.read(answer(body), {})


@pytest.mark.parametrize(
    ("error", "said"), [({"code": "internal", "info": "<b>Panne</b>"}, r"\(Panne\)"), ("x", r"\(\)"), ({}, r"\(\)")]
)
def test_a_refusal_is_told(error: Any, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        mediawiki.read(answer({"error": error}), {})


def test_odd_pages_of_a_wiki() -> None:
    odd = of_page(3, canonicalurl=4, extract=5, categories=[6, {"title": 7}, {"title": "Nue"}], displaytitle="<i></i>")
    (item,) = contents(
        {**odd, "coordinates": [{"lat": "x"}, 8], "original": 9, "pagelanguage": ""}, of_page("", ns="0")
    )
    assert item.data == {"title": "T", "categories": ["Nue"]}
    (item,) = contents(of_page("function()", revisions=[{"slots": {"main": {"content": "x", "contentmodel": "js"}}}]))
    assert "text" not in item.data
    (item,) = contents(of_page("x", revisions=[{"slots": []}, 3], touched=1))
    assert item.data == {"title": "T"}
    (item,) = contents({**of_page("x", revisions=3), "ns": 0, "title": None})
    assert item.data == {}


def test_a_list_whose_revisions_are_unknown_is_always_asked() -> None:
    known = mediawiki.read(
        answer({"batchcomplete": True, "query": {"pages": [of_page("", lastrevid=4)]}}, list=["A"]), {}
    )
    unknown = mediawiki.read(answer({"batchcomplete": True, "query": {"pages": [of_page("")]}}, list=[]), {})
    assert known.next[0].mark and not unknown.next[0].mark
    moved = mediawiki.read(
        answer({"batchcomplete": True, "query": {"pages": [of_page("", lastrevid=5)]}}, list=["A"]), {}
    )
    assert (moved.next[0].url, moved.next[0].carry) == (known.next[0].url, known.next[0].carry)
    assert moved.next[0].mark != known.next[0].mark


def test_a_long_list_is_asked_by_twenties() -> None:
    pages = [of_page("", pageid=n, lastrevid=n) for n in range(45, 0, -1)]
    found = mediawiki.read(answer({"batchcomplete": True, "query": {"pages": pages}}, list=[]), {})
    asked = [unquote(request.url).partition("pageids=")[2].split("|") for request in found.next]
    assert [len(some) for some in asked] == [20, 20, 5]
    assert asked[2] == ["41", "42", "43", "44", "45"]


def test_a_list_that_goes_round_in_circles() -> None:
    url = f"{API}?gcmcontinue=a"
    with pytest.raises(ReadError, match="tourne en rond"):
        mediawiki.read(answer({"continue": {"gcmcontinue": "a"}, "batchcomplete": True}, url, list=[]), {})


def query(*results: Any, offset: int = 0, **more: Any) -> Page:
    body = {"query": {"results": list(results)}, **more}
    return mediawiki.read(answer(body, ask="[[A]]", offset=offset), {})


def result(title: str, **printouts: Any) -> dict[str, Any]:
    return {title: {"fulltext": title, "namespace": 0, "printouts": printouts, "fullurl": "https://w/" + title}}


def test_long_titles_are_asked_apart() -> None:
    titles = [f"{n:03}{'é' * 120}" for n in range(12)]
    found = query(*(result(title, modified=[{"timestamp": "0"}]) for title in titles))
    assert max(len(request.url) for request in found.next) < 6000
    assert sum((list(request.carry["said"]) for request in found.next), []) == titles
    assert all(request.mark for request in found.next)
    assert not query(result("A")).next[0].mark
    assert len(query(*(result(str(n)) for n in range(21))).next) == 2


def test_a_semantic_query_without_results() -> None:
    assert "ne donne aucune page" in query().problems[0].message
    assert query(offset=50).whole
    assert query(result("A"), **{"query-continue-offset": 0}).next[1:] == []


def test_the_results_of_older_versions() -> None:
    body = {"query": {"results": result("A") | result("B")}}
    (request,) = mediawiki.read(answer(body, ask="[[A]]", offset=0), {}).next
    assert list(request.carry["said"]) == ["A", "B"]
    assert list(semantic.results(3)) == [] and list(semantic.results({"A": {"fulltext": ""}, "B": 1})) == []
    assert list(semantic.results({"A": {"fulltext": "A", "printouts": [], "fullurl": 3, "namespace": "x"}})) == [
        semantic.Result("A", "A", "", 0, True, {})
    ]


def test_what_a_wiki_made_canonical_is_not_lost() -> None:
    body = {"query": {"pages": [of_page("", title="B")], "normalized": [3, {"from": "a", "to": "B"}, {"from": "c"}]}}
    page = mediawiki.read(answer(body, said={"a": {"X": 1}}), {})
    assert page.items[0].data["printouts"] == {"X": 1}


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([], None),
        (3, None),
        ([{"raw": "1/2020"}], "2020"),
        ([{"raw": "1/2020/3/1/9/5"}], "2020-03-01T09:05:00Z"),
        ([{"raw": "1/-52"}], None),
        ([{"raw": "", "timestamp": "86400"}], "1970-01-02T00:00:00Z"),
        ([{"timestamp": "9e99"}], None),
        ([{"timestamp": None}], None),
        ([{"lat": "x", "lon": 1}], None),
        ([None, True, 4, "f"], [True, 4, False]),
        ([{"fulltext": "Aide:Sujet", "namespace": 12, "displaytitle": "Le sujet"}], "Le sujet"),
        ([{"fulltext": "Fichier:X", "namespace": 6, "fullurl": "//w/Fichier:X"}], "https://w/Special:FilePath/X"),
        ([{"fulltext": "Fichier:X", "namespace": 6, "fullurl": ""}], "X"),
        ([{"fulltext": "Jeanne", "namespace": 2}], None),
        ({"A": {"item": []}, "B": 3}, None),
        ([{"A": {"item": ["x"]}, "B": {"item": "x"}, "C": {"item": ["y"], "key": "_TEXT"}}], {"A": "x", "C": "y"}),
        ([{"A": {"item": ["x"]}, "B": {}}], {"A": "x"}),
        ([{"Text": {"item": ["Pond"]}, "Language code": {"item": ["en"]}}], "Pond"),
    ],
)
def test_semantic_values(held: Any, expected: Any) -> None:
    assert semantic.plain(held) == expected


def test_the_first_position_among_lists() -> None:
    assert semantic.first_position({"A": "x", "B": [3, {"lon": 1.0, "lat": 2.0}]}) == {"lon": 1.0, "lat": 2.0}
    assert semantic.first_position({"A": {"lon": 1.0}}) == {}


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("Simple.", "<p>Simple.</p>"),
        ("a\nb\n\nc", "<p>a b</p><p>c</p>"),
        ("; terme\n: sens", "<p>terme</p><p>sens</p>"),
        ("= T =\n====== U ======", "<h3>T</h3><h6>U</h6>"),
        ("[[:Catégorie:Mares|les mares]] [[X]]s", "<p>les mares Xs</p>"),
        ("[[Catégorie:Mares]]{{Palette|Eau}}", ""),
        ("avant {{nobr|a b}} après {{=}}", "<p>avant a b après</p>"),
        ("{{Boîte|x=[[a|b]]|y={{z|1}}", "<p>{{Boîte|x=b|y=1</p>"),
        ("{| class=x\n| jamais fermé", ""),
        ("[[jamais", "<p>[[jamais</p>"),
        ("a ]] b }} c |} d | e", "<p>a ]] b }} c |} d | e</p>"),
        ("<!-- a --><!-- jamais", "<p>&lt;!-- jamais</p>".replace("&lt;", "<")),
        ("'''''gras''''' d''un", "<p><em><strong>gras</strong></em> dun</p>"),
        ('[//x.example/"onclick=1 y]', '<p>[//x.example/"onclick=1 y]</p>'),
        ("<nowiki>''</nowiki>\n----\n*", ""),
    ],
)
def test_markup_of_mediawiki(markup: str, expected: str) -> None:
    assert wikitext.read(markup)[0] == expected


def test_templates_of_mediawiki() -> None:
    source = "{{A|un|deux=2|http://x?a=b|<b c=d>|[[e=f]]}}\n" + "{{B|" * 60 + "}}" * 60 + "{{C}}" * 60
    templates = wikitext.read(source)[1]
    assert templates[0] == wikitext.Template(
        "A", {"1": "un", "deux": "2", "http://x?a": "b", "2": "<b c=d>", "3": "[[e=f]]"}
    )
    assert templates[0].named == 2
    assert len(templates) == 50


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (" [http://x.example la page] ", "http://x.example"),
        ("[http://x.example]", "http://x.example"),
        ("voir [http://x.example] et [[A|b]]", "voir http://x.example et b"),
        ("un<br>deux", "<p>un<br>deux</p>"),
        ("* a", "<ul><li>a</li></ul>"),
    ],
)
def test_values_of_parameters(said: str, expected: str) -> None:
    assert wikitext.value(said) == expected


@pytest.mark.parametrize(
    "text",
    ["{{" * 99_999, "[[" * 99_999, "{|" * 99_999, "<!--" * 99_999, "<ref>" * 99_999, "{{a|" * 99_999, "'''" * 99_999]
    + ["[http://" * 50_000, "[[a|" * 99_999, "=" * 300_000, "<ref " * 99_999, "{{a|b}}" * 50_000, "*\n" * 99_999],
)
def test_markup_made_to_be_slow(text: str) -> None:
    begun = time.process_time()
    wikitext.value(wikitext.read(text)[0] + text)
    assert time.process_time() - begun < 3


# DCAT


def catalogue(*nodes: Any, **carry: Any) -> Page:
    body = {"@graph": [{"@type": "Catalog", "@id": "c"}, *nodes]}
    return dcat.read(answer(body, DATA, **carry), {})


def dataset(**more: Any) -> dict[str, Any]:
    """The ``data`` of one dataset."""
    (item,) = catalogue({"@type": "dcat:Dataset", **more})
    return dict(item.data)


def test_json_ld_of_any_shape() -> None:
    context = [None, {"titre": "dct:title", "@vocab": "x", "n": None, "type": "@type", "rev": {"@reverse": "x"}}, "u"]
    (item,) = catalogue({"@context": context, "type": "Dataset", "titre": {"fr": ["Mare"], "@none": "Sans"}})
    assert item.data["title"] == "Mare"
    assert dataset(title={"fr": 3}) == {}
    assert dataset(title={"@value": None}, keyword=[{"@value": {}}, {"@value": True}, {"@set": ["a", 3]}]) == {
        "keywords": ["a", "3"]
    }
    assert linked_data.from_json([{"@graph": [{"@id": "a", "x": 1}], "@id": "g", "y": None}, 3])["a"]["x"] == [1]
    assert linked_data.from_json({"@type": [3, "A"], "@index": 1, "@id": 4})["_:partageons1"]["@type"] == ["A"]


def test_odd_catalogues() -> None:
    assert dataset(publisher="https://x.example", creator="Jeanne", license={"@id": "_:x"}) == {}
    assert dataset(creator={"@type": "org:Organization", "name": "Asso"})["creator"] == ["Asso"]
    assert dataset(rights={"@id": "https://l.example"})["licence"] == "https://l.example"
    assert dataset(temporal={"hasEnd": "2021-12-31"})["temporal"] == "../2021-12-31"
    assert dataset(temporal={"x": 1}) == {}
    assert dataset(distribution=[{"downloadURL": "ftp://x"}, "x", {"accessURL": "https://x", "byteSize": -1}]) == {
        "documents": [{"url": "https://x"}]
    }
    two = [{"accessURL": f"https://x/{n}", "license": {"@id": f"https://l/{n}"}} for n in "ab"]
    assert "licence" not in dataset(distribution=two)
    assert dataset(title={"@value": "Pond", "@language": "en"}) == {"title": "Pond"}
    assert dataset(title=[{"@value": "T", "@language": "de"}, {"@value": "P", "@language": "en"}]) == {
        "title": "T",
        "title@en": "P",
    }


@pytest.mark.parametrize(
    ("spatial", "expected"),
    [
        ({"bbox": "4.7, 45.7, 4.8, 45.8"}, [4.7, 45.7, 4.8, 45.8]),
        ({"geometry": {"asWKT": "POINT(4.7 45.7)"}}, [4.7, 45.7, 4.7, 45.7]),
        ({"bbox": "842666 6519924"}, None),
        ({"bbox": "rien"}, None),
    ],
)
def test_boxes(spatial: Any, expected: Any) -> None:
    found = dataset(spatial=spatial)
    assert (found.get("bbox"), "geometry" in found) == (expected, expected is not None)


def test_codes_of_places() -> None:
    found = dataset(spatial={"@id": "_:x", "identifier": "fr:commune:69123", "sameAs": {"@id": "https://x/region/84"}})
    assert (found["insee"], found["region"]) == (["69123"], ["84"])


def test_pages_of_a_catalogue() -> None:
    page = catalogue({"@type": "Dataset", "title": "T"}, {"hydra:next": {"@id": "?page=2"}})
    assert (page.next[0].url, page.next[0].carry["count"]) == (f"{DATA}?page=2", 1)
    assert catalogue(count=1).whole
    with pytest.raises(ReadError, match="tourne en rond"):
        catalogue({"hydra:next": DATA})


def rdf(inside: str) -> Page:
    spaces = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#"'
    spaces += ' xmlns:dct="http://purl.org/dc/terms/"'
    return dcat.read(answer(f"<rdf:RDF {spaces}>{inside}</rdf:RDF>".encode(), DATA), {})


def test_rdf_xml_of_any_shape() -> None:
    (item,) = rdf('<dcat:Dataset rdf:ID="a" dct:title="T" xml:lang="fr"><dct:type></dct:type></dcat:Dataset>')
    assert (item.id, item.data) == ("a", {"title": "T"})
    one = b"<d:Dataset xmlns:d='http://www.w3.org/ns/dcat#' xmlns:t='http://purl.org/dc/terms/'><t:title>U</t:title></d:Dataset>"
    assert dcat.read(answer(one, DATA), {}).items[0].data == {"title": "U"}
    for deep in ("<dct:a><dct:B>", '<dct:a rdf:parseType="Resource">'):
        closing = "</dct:B></dct:a>" if "B" in deep else "</dct:a>"
        with pytest.raises(ReadError, match="niveaux"):
            rdf("<dcat:Dataset>" + deep * 400 + closing * 400 + "</dcat:Dataset>")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@id",
                    "@type",
                    "@value",
                    "@context",
                    "@graph",
                    "title",
                    "spatial",
                    "bbox",
                    "distribution",
                    "hydra:next",
                ]
                + ["query", "pages", "results", "printouts", "fulltext", "pageid", "ns", "revisions", "slots", "main"]
                + ["content", "continue", "batchcomplete", "A", "item", "lat", "lon", "raw", "timestamp", "license"]
                + ["accessURL", "publisher", "temporal", "query-continue-offset", "coordinates", "normalized", "from"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(JSON, st.sampled_from([{}, {"list": []}, {"ask": "[[A]]", "offset": 0}, {"said": {"A": {}}, "held": {}}]))
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_is_a_page_or_a_refusal(value: Any, carry: dict[str, Any]) -> None:
    document = {"@type": ["Catalog"], **value} if isinstance(value, dict) else value
    for reader in (mediawiki, dcat):
        try:
            page = reader.read(answer(document, **carry), {})
        except ReadError:
            continue
        assert all(json.dumps(dict(item.data)) for item in page.items)
        assert all(json.dumps(dict(request.carry)) for request in page.next)


@given(st.text(alphabet="{}[]|='<>!-*#\n ab:/", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_markup_is_read(source: str) -> None:
    wikitext.read(source)
    wikitext.value(source)
