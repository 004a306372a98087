"""MediaWiki, CKAN, udata, DCAT: what their cases leave out, what items become, how sites are recognised."""

from __future__ import annotations

import json
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
    assert "commune/69123" in found.territories
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
    assert "mare" in found.keywords
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
        {**odd, "coordinates": [{"lat": "x"}, 8, {"lat": 95, "lon": 1}], "original": 9, "pagelanguage": ""},
        of_page("", pageid=2, ns="0"),
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
        ("'''''gras''''' d''un", "<p><strong><em>gras</em></strong> dun</p>"),
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
        (" [http://x.example la page] ", "la page"),
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
def test_markup_takes_no_longer_than_its_length(text: str) -> None:
    assert isinstance(wikitext.value(wikitext.read(text)[0]), str)


def test_links_of_parameters() -> None:
    source = "{{A|p=[http://x.example Ville]|q=[http://y.example]|r=un [http://z.example lien]}}"
    (item,) = contents(of_page(source))
    told = {"p": "Ville", "p (lien)": "http://x.example", "q": "http://y.example", "r": "un lien"}
    assert item.data["template"] == told


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
    assert dataset(temporal={"x": 1}, landingPage=[3, " "]) == {}
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
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_json_is_a_page_or_a_refusal(value: Any, carry: dict[str, Any]) -> None:
    document = {"@type": ["Catalog"], **value} if isinstance(value, dict) else value
    for reader in (mediawiki, dcat):
        try:
            page = reader.read(answer(document, **carry), {})
        except ReadError:
            continue
        assert all(json.dumps(dict(item.data)) for item in page.items)
        assert all(json.dumps(dict(request.carry)) for request in page.next)


TAGS = ("d:Dataset", "d:Catalog", "t:title", "t:spatial", "d:bbox", "d:distribution", "r:Description", "d:accessURL")


@given(st.lists(st.tuples(st.sampled_from(TAGS), st.text("<>/ 4.,a", max_size=9), st.booleans()), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_rdf_is_a_page_or_a_refusal(parts: list[tuple[str, str, bool]]) -> None:
    spaces = "xmlns:r='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns:d='http://www.w3.org/ns/dcat#' xmlns:t='t#'"
    opened = [tag for tag, _, inside in parts if inside]
    body = "".join(f"<{tag}>{text}" + ("" if inside else f"</{tag}>") for tag, text, inside in parts)
    body += "".join(f"</{tag}>" for tag in reversed(opened))
    try:
        page = dcat.read(answer(f"<r:RDF {spaces}>{body}</r:RDF>".encode(), DATA), {})
    except ReadError:
        return
    assert all(json.dumps(dict(item.data)) for item in page.items)


@given(st.text(alphabet="{}[]|='<>!-*#\n ab:/", max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_markup_is_read(source: str) -> None:
    wikitext.read(source)
    wikitext.value(source)


# Recognising


class Web:
    """Answers by address: JSON, a page or XML (text), or 404; ``asked`` is what was asked, in order."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self.answers = answers
        self.asked: list[str] = []

    def get(self, request: Request, /) -> Response:
        url = unquote(request.url)
        self.asked.append(url)
        found = next((body for start, body in self.answers.items() if url.startswith(start)), None)
        if found is None:
            raise FetchError(f"{url} est introuvable.", status=404)
        if isinstance(found, str):
            kind = "text/html" if "<html" in found else "application/xml"
            return Response(request.url, 200, {"content-type": kind}, found.encode())
        return Response(request.url, 200, {"content-type": "application/json"}, json.dumps(found).encode())


WIKI = "https://wiki.example"
HEAD = '<html><head><title>Accueil — Wiki</title><meta name="generator" content="MediaWiki 1.43.9">{}</head></html>'
EDIT = '<link rel="EditURI" type="application/rsd+xml" href="//wiki.example/w/api.php?action=rsd">'
SITE = {
    "general": {"sitename": "Wiki des parcs", "script": "/w/index.php"},
    "extensions": [{"name": "Cite"}, 3],
}
CATEGORIES = [
    {"category": "Initiatives", "pages": 40},
    {"category": "Retours_d'expérience", "pages": 90},
    {"category": "Annuaire", "pages": 200},
    {"category": "Pages_avec_des_erreurs", "pages": 900},
    {"category": "Actions_cachées", "pages": 900, "hidden": True},
    {"category": "Petites_actions", "pages": 2},
    {"category": 3},
    4,
]
INFOBOX = "{{Initiative|commune=Lyon|budget=3 €|courriel=a@b.fr|description=Une mare|image=M.jpg}}\nTexte"


def wiki(
    categories: Any = CATEGORIES, site: Mapping[str, Any] = SITE, source: str = INFOBOX, **more: Any
) -> dict[str, Any]:
    page = of_page(source, lastrevid=1)
    return {
        f"{API}?action=query&format=json&formatversion=2&meta=siteinfo": {
            "batchcomplete": True,
            "query": {**site, "allcategories": categories},
        },
        f"{API}?action=query": {"batchcomplete": True, "query": {"pages": [page]}},
        **more,
        WIKI: HEAD.format(EDIT),
    }


def found_in(answers: Mapping[str, Any], url: str) -> Proposal:
    return recognise(url, Web(answers))


@pytest.mark.parametrize("path", ["/", "/wiki/Accueil", "/w/api.php", "/w/index.php?title=Mare&action=history"])
def test_a_wiki_is_recognised(path: str) -> None:
    found = found_in(wiki(), WIKI + path)
    assert (found.kind, found.url, found.extends) == ("mediawiki", API, "_mediawiki")
    assert (found.options, found.title) == (
        {"category": "Retours d'expérience"},
        "Wiki des parcs : Retours d'expérience",
    )
    assert found.others == (
        ("Catégorie « Annuaire »", f"{WIKI}/w/index.php?title=Category:Annuaire"),
        ("Catégorie « Initiatives »", f"{WIKI}/w/index.php?title=Category:Initiatives"),
    )
    assert found.fields["abstract"] == ["template.description", "extract", "text"]
    assert found.fields["commune"] == ["template.commune"] and "image" not in found.fields
    assert found.ignore == ("template.courriel",)
    source = load_source(proposal_toml(found), "w.toml", PRESETS, VOCABULARY, "1")
    assert source is not None and source.options == found.options


@pytest.mark.parametrize(
    "path",
    ["/wiki/Cat%C3%A9gorie:Nos_outils", "/w/index.php?title=Category:Nos_outils&x=1", "/wiki/Catégorie%3ANos_outils?x"],
)
def test_the_category_of_the_address_is_taken(path: str) -> None:
    found = found_in(wiki(), WIKI + path)
    assert found.options == {"category": "Nos outils"}
    assert "Catégorie de l'adresse" in found.why[1]


def test_a_wiki_without_a_likely_category_is_taken_whole() -> None:
    found = found_in(wiki([{"category": "Annuaire", "pages": 5}], {**SITE, "general": {"script": 3}}), WIKI)
    assert (found.options, found.title) == ({}, "Accueil")
    assert "toutes les pages" in found.why[1]
    assert found.others[0][1] == f"{WIKI}/w/index.php?title=Category:Annuaire"
    bare = found_in(wiki(None, source="Texte"), WIKI)
    assert (bare.others, bare.fields) == ((), {})


def test_a_wiki_that_does_not_name_its_api() -> None:
    answers = {**wiki(), WIKI: HEAD.format("")}
    assert found_in(answers, f"{WIKI}/wiki/Accueil").url == API
    assert found_in(answers, f"{WIKI}/w/index.php/Accueil").url == API
    elsewhere = {**wiki(), WIKI: HEAD.format(EDIT.replace("wiki.example", "autre.example"))}
    with pytest.raises(BridgeError):
        found_in(elsewhere, WIKI)


@pytest.mark.parametrize("said", [None, {"query": []}, {"query": {"general": 3}}, [1]])
def test_a_wiki_whose_api_is_closed(said: Any) -> None:
    with pytest.raises(BridgeError):
        found_in({f"{API}?action=query": said, WIKI: HEAD.format(EDIT)}, WIKI)


def test_a_wiki_whose_pages_are_closed() -> None:
    answers = {**wiki(), f"{API}?action=query&format=json&formatversion=2&prop": {"error": {"code": "readapidenied"}}}
    answers = {key: answers[key] for key in sorted(answers, key=len, reverse=True)}
    with pytest.raises(BridgeError):
        found_in(answers, WIKI)


def semantic_wiki(asked: Any, told: Any) -> dict[str, Any]:
    ask = f"{API}?action=ask&format=json&api_version=3&query=[[Category:Initiatives]]"
    answers: dict[str, Any] = {
        f"{ask}|limit=3": asked,
        f"{API}?action=browsebysubject": told,
        ask: {"query": {"results": [result("T", Commune=["Lyon"], Contact=["Jeanne"])]}},
    }
    site = {**SITE, "extensions": [{"name": "SemanticMediaWiki"}]}
    return {**answers, **wiki(CATEGORIES[:1], site)}


def test_a_semantic_wiki_is_asked_for_its_properties() -> None:
    names = ["Commune", "Budget_du_projet", "_INST", "", "A|b", 3]
    told = {"query": {"data": [{"property": name} for name in names] + [5]}}
    found = found_in(semantic_wiki({"query": {"results": [result("T"), 3, result("U")]}}, told), WIKI)
    assert found.options == {"ask": "[[Category:Initiatives]]|?Commune|?Budget du projet"}
    assert found.fields["commune"] == ["printouts.Commune", "template.commune"]
    assert "printouts.Contact" in found.ignore and "2 propriétés" in " ".join(found.why)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ([], None),
        ({"query": 3}, None),
        ({"query": {"results": 3}}, None),
        ({"query": {"results": [{"T": {}}]}}, []),
        ({"query": {"results": [{"T": {}}]}}, {"query": 3}),
        ({"query": {"results": [{"T": {}}]}}, {"query": {"data": 3}}),
    ],
)
def test_a_semantic_wiki_without_properties_is_read_by_its_category(asked: Any, told: Any) -> None:
    assert found_in(semantic_wiki(asked, told), WIKI).options == {"category": "Initiatives"}


def test_extensions_may_be_anything() -> None:
    assert found_in(wiki(site={**SITE, "extensions": None}), WIKI).kind == "mediawiki"


# CKAN

CKAN = "https://ckan.example"
PORTAL = '<html><head><meta name="generator" content="ckan 2.10.4"><title>Parc - Portail</title></head></html>'
SEARCH = f"{CKAN}/api/3/action/package_search"


def portal(count: Any = 12) -> dict[str, Any]:
    return {SEARCH: {"success": True, "result": {"count": count, "results": [{"id": "1"}]}}, CKAN: PORTAL}


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/", ""),
        ("/dataset", ""),
        ("/organization/parc", "fq=organization:parc&"),
        ("/fr/organization/parc?page=2", "fq=organization:parc&"),
        ("/group/eau", "fq=groups:eau&"),
        ("/organization/about", ""),
        ("/dataset?q=mare&tags=eau", 'q=mare&fq=tags:"eau"&'),
        ("/api/3/action/package_search?q=mare&rows=5", "q=mare&"),
        ("/api/action/status_show", ""),
    ],
)
def test_a_ckan_is_recognised(path: str, query: str) -> None:
    found = found_in(portal(), CKAN + path)
    assert (found.kind, found.extends) == ("json_api", "_ckan")
    assert unquote(found.url) == f"{SEARCH}?{query}sort=id asc&rows=100&start=0"
    assert "Jeux de données : 12." in found.why
    item = json.loads((CASES / "json_api-ckan-jeux" / "items.json").read_text())["items"][0]
    source = load_source(proposal_toml(found), "c.toml", PRESETS, VOCABULARY, "1")
    assert source is not None
    made = apply(source, Item(item["id"], item["data"]))
    assert made.record and made.record.url == f"{CKAN}/dataset/mares"
    assert not made.unplaced


@pytest.mark.parametrize("count", [None, "x"])
def test_a_ckan_that_does_not_answer(count: Any) -> None:
    with pytest.raises(BridgeError):
        found_in(portal(count), CKAN)
    with pytest.raises(BridgeError):
        found_in({SEARCH: [1], CKAN: PORTAL}, CKAN)


# udata

UDATA = "https://www.data.gouv.fr"
SHELL = "<html><head><title>Parc - data.gouv.fr</title></head></html>"
SETS = f"{UDATA}/api/1/datasets/"


def udata_portal(**more: Any) -> dict[str, Any]:
    return {
        f"{UDATA}/api/1/organizations/parc/": {"id": "5a1", "name": "Parc de l'Exemple"},
        f"{UDATA}/api/1/topics/eau/": {"id": "7b2"},
        SETS: {"data": [{"id": "1", "title": "Mares"}], "next_page": None, "total": 3},
        UDATA: SHELL,
        **more,
    }


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/organizations/parc", "organization=5a1"),
        ("/fr/organizations/parc/", "organization=5a1"),
        ("/topics/eau", "topic=7b2"),
        ("/fr/datasets/?q=mare&page=3", "q=mare"),
        ("/search?q=mare&organization=5a1", "q=mare&organization=5a1"),
        ("/api/1/datasets/?tag=mare&page_size=5", "tag=mare"),
        ("/api/2/datasets/search/?q=mare", "q=mare"),
    ],
)
def test_a_udata_is_recognised(path: str, query: str) -> None:
    found = found_in(udata_portal(**{f"{UDATA}/api/2": []}), UDATA + path)
    assert (found.kind, found.extends) == ("json_api", "_udata")
    assert unquote(found.url) == f"{SETS}?{query}&page_size=100"
    if "parc" in path:
        assert found.title == "Parc de l'Exemple"


@pytest.mark.parametrize("path", ["/datasets/une-mare", "/datasets/", "/organizations/inconnue", "/"])
def test_pages_of_a_udata_that_are_no_list(path: str) -> None:
    web = Web(udata_portal())
    assert catalogues.udata(Look(web, UDATA + path, web.get(Request(UDATA + path)))) is None


def test_a_udata_that_does_not_answer() -> None:
    for said in ([], {"data": []}, {"next_page": None, "total": "3"}):
        web = Web({**udata_portal(), SETS: said})
        look = Look(web, f"{UDATA}/search?q=x", web.get(Request(UDATA)))
        assert catalogues.udata(replace_url(look, f"{UDATA}/search?q=x")) is None
    assert catalogues.udata(Look(Web({}), "https://x.example/search?q=x", None)) is None


def replace_url(look: Look, url: str) -> Look:
    assert look.response is not None
    return Look(look.fetch, url, replace(look.response, url=url))


# DCAT

RDF = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#">{}</rdf:RDF>'
ONE = '<dcat:Dataset rdf:about="https://d.example/1"/>'


@pytest.mark.parametrize(
    "body",
    [RDF.format(ONE), {"@context": {"dcat": "http://www.w3.org/ns/dcat#"}, "@type": "dcat:Dataset", "@id": "x"}],
)
def test_a_catalogue_is_recognised(body: Any) -> None:
    found = found_in({DATA: body}, DATA)
    assert (found.kind, found.url, found.extends, found.title) == ("dcat", DATA, "_dcat", "data.example")


def test_a_catalogue_that_a_page_announces() -> None:
    links = '<link rel="alternate" type="application/ld+json" href="/non"><link rel="alternate" type="{}" href="/c">'
    page = f"<html><head><title>Données du parc</title>{links.format('application/rdf+xml')}</head></html>"
    answers = {
        "https://data.example/c": RDF.format(ONE),
        "https://data.example/non": [1],
        "https://data.example/": page,
    }
    found = found_in(answers, "https://data.example/")
    assert (found.kind, found.url, found.title) == ("dcat", "https://data.example/c", "Données du parc")


@pytest.mark.parametrize("body", [RDF.format(""), RDF.format("<dcat:Catalog/>"), RDF.format(ONE)[:-5]])
def test_rdf_that_is_no_catalogue(body: str) -> None:
    web = Web({DATA: body})
    look = Look(web, DATA, web.get(Request(DATA)))
    assert catalogues.dcat(look) is None


def test_every_catalogue_is_a_kind() -> None:
    assert {"mediawiki", "dcat"} <= set(READERS)
