"""Drupal, Geotrek, uMap, GoGoCarto: what their cases leave out, what items become, how sites are recognised."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError, FetchError, ReadError
from bridge.meaning.mapping import apply
from bridge.meaning.source import load_source
from bridge.meaning.vocabulary import load
from bridge.readers import drupal, drupal_fields, geotrek, lambert93, umap
from bridge.recognise import Proposal, proposal_toml, recognise
from bridge.record import Item, Page, Record, Request, Response

CASES = Path(__file__).parent / "cases"
MAPPINGS = Path(__file__).parents[1] / "mappings"
PRESETS = {path.stem: path.read_text() for path in (MAPPINGS / "presets").glob("_*.toml")}
VOCABULARY = load(MAPPINGS / "vocabulary")
PARC = "https://parc.example"
LIST = f"{PARC}/jsonapi/node/guide"


def answer(body: Any, url: str = LIST, status: int = 200, **carry: Any) -> Response:
    return Response(url, status, {}, body if isinstance(body, bytes) else json.dumps(body).encode(), carry)


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


def test_a_drupal_content_becomes_a_record() -> None:
    found = record("drupal-champs", "_drupal")
    assert found.abstract == "Creusée avec les élèves."
    assert found.themes == ("t-zones-humides",)
    assert found.territories == ("commune/69123",)
    assert (found.point and found.point[:2], found.period, found.status) == (
        (4.835, 45.764),
        "2021-03-01/2022-06-30",
        "s-en-cours",
    )
    assert [lead.name for lead in found.leads] == ["Parc de l'Exemple"]
    assert found.image and found.image.url == f"{PARC}/sites/default/files/2024-03/mare.jpg"
    assert [document.url for document in found.documents] == [f"{PARC}/sites/default/files/plan.pdf"]
    assert (found.url, found.language, found.budget_text) == (f"{PARC}/retours/mare-cour", "fr", "3 500 € TTC")


def test_no_person_of_a_drupal_is_read() -> None:
    written = (CASES / "drupal-champs" / "items.json").read_text()
    assert not any(word in written for word in ("u1", "user--user", "Jeanne", "Martin", "jeanne@", "uid", "Brouillon"))


def test_a_geotrek_object_becomes_a_record() -> None:
    found = record("geotrek-itineraires", "_geotrek")
    assert found.title == "Le lac Bleu"
    assert found.territories == ("commune/05023", "commune/05061")
    assert set(found.keywords) >= {"Lacs et glaciers", "Faune", "Pédestre", "GR", "Parc national"}
    assert not any(word.isdigit() for word in found.keywords)
    assert (found.length_m, found.place_text) == (8000.0, "Champsaur")
    assert [each.name for each in found.leads] == ["Parc de l'Exemple"]
    assert found.image and (found.image.url, found.image.credit) == ("https://geo.example/media/lac.jpg", "Le lac")
    assert [document.title for document in found.documents] == ["Dépliant", "Fiche à imprimer"]
    area = record("geotrek-zones-sensibles", "_geotrek")
    assert (area.title, area.keywords) == ("Aigle royal", ("Vol libre", "Escalade"))


def test_no_person_of_a_geotrek_is_read() -> None:
    written = "".join((CASES / case / "items.json").read_text() for case in ("geotrek-itineraires", "geotrek-contenus"))
    written += (CASES / "geotrek-zones-sensibles" / "items.json").read_text()
    assert not any(word in written for word in ("Jean", "@", "contact", "06 12", "information_desks"))


def test_an_object_of_a_umap_becomes_a_record() -> None:
    found = record("umap-v3", "_umap")
    assert (found.title, found.url) == ("Mare de l'école", "https://parc.example/mare")
    assert "<strong>avec</strong>" in found.content and "[[" not in found.content
    assert found.abstract.startswith("Une mare") and "{{" not in found.abstract
    assert found.image and found.image.url == "https://umap.example/m.jpg"
    assert found.territories == ("commune/69123",)
    assert "jeanne" not in (CASES / "umap-v3" / "items.json").read_text()


def test_an_element_of_a_gogocarto_becomes_a_record() -> None:
    found = record("json_api-gogocarto-complet", "_gogocarto")
    assert set(found.keywords) == {"Maraîchage"}, "« Zones humides » is the theme's own label"
    assert (found.themes[-1], found.created) == ("t-zones-humides", "2018-12-17T15:04:30Z")
    assert found.point and found.image and found.url == "https://ferme.example/"
    old = record("json_api-gogocarto-ancien", "_gogocarto")
    assert (old.keywords, old.themes, old.created) == ((), (), "2018-12-17T00:00:00Z"), "numbers are no words"


# Drupal


@pytest.mark.parametrize("url", [PARC, f"{PARC}/jsonapi", f"{PARC}/jsonapi/node", f"{PARC}/jsonapi/node/a/b/c"])
def test_drupal_needs_the_address_of_a_type(url: str) -> None:
    with pytest.raises(ReadError, match="type de contenu"):
        drupal.start(url, {})


@pytest.mark.parametrize(
    ("url", "asked"),
    [
        (f"{PARC}/jsonapi/media/image?sort=-created", "sort=drupal_internal__mid&page%5Blimit%5D=50"),
        (f"{PARC}/fr/jsonapi/comment/avis/", "sort=id&page%5Blimit%5D=50"),
    ],
)
def test_drupal_sorts_by_what_does_not_move(url: str, asked: str) -> None:
    assert drupal.start(url, {}).url == f"{url.partition('?')[0]}?{asked}"


def test_drupal_include_as_one_word() -> None:
    assert drupal.start(LIST, {"include": "field_theme"}).url.endswith("&include=field_theme")


def content(**relations: Any) -> dict[str, Any]:
    return {"type": "node--guide", "id": "a", "attributes": {"title": "T"}, "relationships": relations}


def test_drupal_odd_answers() -> None:
    page = drupal.read(answer({"data": [12, {"id": None, "attributes": [], "relationships": []}], "meta": 3}), {})
    assert ([item.data for item in page], page.whole, page.items[0].url) == ([{}], False, "")
    page = drupal.read(
        answer({"data": [content(a=1, b={"data": 3}, c={"data": [1]})], "included": [1], "links": 2}), {}
    )
    assert page.items[0].data == {"title": "T"}
    page = drupal.read(answer({"data": [], "included": {}}), {})
    assert (page.whole, page.problems[0].message) == (
        False,
        "La liste est vide : ce site ne montre aucun contenu de ce type.",
    )
    with pytest.raises(ReadError, match="400"):
        drupal.read(answer(b"", status=400), {})


def test_drupal_next_page_elsewhere_or_without_what_was_included() -> None:
    page = drupal.read(answer({"data": [content()], "links": {"next": "https://x.example/2"}}), {})
    assert not page.whole and "autre site" in page.problems[0].message
    there = drupal.read(
        answer({"data": [content()], "links": {"next": {"href": "?p=2"}}}, include=["a"], fixed=True), {}
    )
    assert there.next[0].url == f"{LIST}?p=2&include=a"
    with pytest.raises(ReadError, match="tourne en rond"):
        drupal.read(answer({"data": [content()], "links": {"next": {"href": LIST}}}), {})


def test_drupal_asks_for_a_bounded_number_of_relations() -> None:
    many = content(**{f"field_{n}": {"data": {"type": "taxonomy_term--t", "id": str(n)}} for n in range(40)})
    page = drupal.read(answer({"data": [many]}), {})
    assert page.next[0].url.count("field_") == 30
    page = drupal.read(answer({"data": [many]}, **page.next[0].carry), {})
    assert len(page.items) == 1 and "40 contenu(s)" in page.problems[0].message


def test_drupal_words_of_what_is_included() -> None:
    included = [
        {"type": "media--remote_video", "id": "v", "attributes": {"field_media_oembed_video": "https://v.example/1"}},
        {"type": "file--file", "id": "f", "attributes": {"url": "/f.pdf"}},
        {"type": "file--file", "id": "g", "attributes": {"url": "http://[x"}},
        {"type": "taxonomy_term--t", "id": "n", "attributes": {"name": 3}},
    ]

    def to(kind: str, id: str) -> dict[str, Any]:
        return {"type": kind, "id": id}

    one = content(
        video={"data": to("media--remote_video", "v")},
        files={"data": [to("file--file", "f"), to("file--file", "g")]},
        term={"data": to("taxonomy_term--t", "n")},
        owner={"data": to("user--user", "n")},
    )
    page = drupal.read(answer({"data": [one], "included": included}), {})
    assert page.items[0].data == {"title": "T", "video": "https://v.example/1", "files": [f"{PARC}/f.pdf"]}
    assert "2 contenu(s)" in page.problems[0].message


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"value": "brut", "format": "x", "processed": ""}, "brut"),
        ({"uri": "internal:/contact", "title": ""}, f"{PARC}/contact"),
        ({"uri": "https://a.example"}, "https://a.example"),
        ({"uri": "tel:0102030405"}, None),
        ({"value": "2021-01-01", "end_value": "2021-01-01"}, "2021-01-01"),
        ({"country_code": "FR", "given_name": "J"}, None),
        ({"value": 3}, {"value": 3}),
        (["zone_humide", "", "Haie", {"uri": "route:<nolink>"}], ["zone humide", "Haie"]),
        ("a_faire", "a faire"),
        ("A_Faire", "A_Faire"),
        (False, False),
        (None, None),
    ],
)
def test_drupal_fields_are_made_plain(value: Any, expected: Any) -> None:
    assert drupal_fields.plain({"field_x": value}, PARC).get("field_x") == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ([{"value": "POINT (4.8 45.7)"}], (4.8, 45.7)),
        ({"lat": 45.7, "lng": 4.8, "lat_sin": 0.7}, (4.8, 45.7)),
        ({"lat": None, "lon": None, "value": "SRID=4326;POLYGON ((4 45, 5 45, 5 46, 4 45))"}, (4.5, 45.5)),
        ("MULTIPOINT ((4 45), (5 46))", (4.5, 45.5)),
        ("POINT (842666 6519924)", None),
        ("Point de vue (3 4)", None),
        ([], None),
        ({"value": 3}, None),
    ],
)
def test_drupal_positions(value: Any, expected: tuple[float, float] | None) -> None:
    found = drupal_fields.plain({"field_lieu": value, "field_autre": value}, "").get("geometry")
    assert found == (expected and {"lon": expected[0], "lat": expected[1]})


def test_drupal_paragraph_without_settings() -> None:
    held = {"parent_id": "3", "field_a": ["Deux mots", "mot"], "field_tel": "01 02 03 04 05", "field_b": 3}
    assert list(drupal_fields.texts(held)) == ["Deux mots"]


# Geotrek


def geo(results: Any, kind: str = "trek", options: Mapping[str, Any] | None = None, **more: Any) -> Page:
    carry = {"base": "https://g.example/api/v2", "type": kind, "query": "", "lists": [], "labels": {}}
    return geotrek.read(answer({"count": 1, "next": None, "results": results, **more}, **carry), options or {})


def test_geotrek_needs_the_address_of_an_api() -> None:
    with pytest.raises(ReadError, match="api/v2"):
        geotrek.start("https://g.example/", {})


def test_geotrek_type_by_its_other_name_and_a_period_of_ones_own() -> None:
    assert geotrek.start("https://g.example/api/v2/", {"type": "site"}).carry["type"] == "outdoor_site"
    request = geotrek.start("https://g.example/api/v2/sensitivearea/?period=7,8&format=geojson", {})
    page = geotrek.read(answer({"results": []}, **{**request.carry, "lists": ["structure"]}), {})
    assert page.next[0].url == "https://g.example/api/v2/sensitivearea/?page_size=100&period=7,8"


def test_geotrek_odd_lists() -> None:
    carry = {"base": "https://g.example/api/v2", "type": "trek", "query": "", "labels": {}}
    rows = [3, {"id": 1}, {"id": 2, "label": "A", "types": [4, {"values": 5}, {"values": [6, {"id": 7}]}]}]
    page = geotrek.read(answer({"results": rows, "next": "https://x.example/"}, lists=["theme"], **carry), {})
    assert page.next[0].carry["labels"] == {"theme": {"2": "A"}}
    for odd in ([1], {}, None, {"results": 3}):  # without its words every record would be another one
        with pytest.raises(ReadError, match="pas une liste"):
            geotrek.read(answer(odd, lists=["theme"], **carry), {})


def test_geotrek_odd_objects() -> None:
    rows = [3, {"id": 1, "name": ["x"], "themes": {"fr": "Eau"}, "practice": 2.5, "types": 4, "rules": 3, "url": 5}]
    rows += [
        {
            "id": 2,
            "geometry": {"type": "Point", "coordinates": []},
            "published": {},
            "cities": 3,
            "attachments": [{"type": "video", "url": "v"}],
        }
    ]
    page = geo(rows, options={"site": "https://r.example"}, count="1")
    assert not page.whole and page.total is None
    assert [item.data for item in page] == [{"name": ["x"], "themes": "Eau"}, {}]
    assert [item.url for item in page] == ["https://r.example/trek/1-", "https://r.example/trek/2-"]
    (poi,) = geo([{"id": 3, "type": 9, "url": "https://g.example/api/v2/poi/3/"}], "poi", {"site": "https://r.example"})
    assert (poi.url, poi.data) == ("https://g.example/api/v2/poi/3/", {})
    with pytest.raises(ReadError, match="API Geotrek"):
        geo(None)


def test_geotrek_next_page_elsewhere() -> None:
    page = geo([{"id": 1}], next="https://x.example/2")
    assert not page.whole and "autre site" in page.problems[0].message


def test_geotrek_language() -> None:
    (item,) = geo(
        [{"id": 1, "name": {"fr": "Lac", "en": "Lake"}, "gear": {"fr": "", "en": ""}}], options={"language": "en"}
    )
    assert item.data == {"name": "Lake"}


def test_lambert93_is_that_of_the_ign() -> None:
    # Reference points of the IGN's note technique: the origin of the projection, and two towns to a few metres.
    assert lambert93.degrees(700_000, 6_600_000) == (3.0, 46.5)
    assert lambert93.degrees(842_666, 6_519_924) == pytest.approx((4.8357, 45.7640), abs=1e-4)


@pytest.mark.parametrize(
    ("geometry", "expected"),
    [
        ({"geometries": [{"coordinates": [4, 45]}, 3, {"coordinates": [[6, 47], [5, 46]]}]}, (5.0, 46.0)),
        ({"coordinates": [700_000, 6_600_000]}, (3.0, 46.5)),
        ({"coordinates": [700_000, 1]}, None),
        ({"coordinates": [[700_000, "x"], [700_000], 3]}, None),
        ({"coordinates": "x"}, None),
        ({}, None),
    ],
)
def test_centres(geometry: Any, expected: Any) -> None:
    assert lambert93.centre(lambert93.coordinates(geometry)) == expected


@given(st.floats(-400_000, 1_400_000), st.floats(5_900_000, 7_300_000))
def test_lambert93_stays_in_the_world(x: float, y: float) -> None:
    lon, lat = lambert93.degrees(x, y)
    assert math.isfinite(lon) and -15 < lon < 20 and 38 < lat < 55


# uMap

SETTINGS = {
    "properties": {
        "id": 12,
        "urls": {"datalayer_view": "/fr/datalayer/{map_id}/{pk}/"},
        "datalayers": [
            {"name": "Mares", "id": "aa"},
            3,
            {"properties": {"name": "Haies"}, "id": "bb", "referenceVersion": "17"},
        ],
    }
}
MAP = "https://u.example/fr/map/mares_12"
PAGE = "<!DOCTYPE html><html><head><title>Mares - uMap</title></head><body>{}</body></html>"
IN_PAGES = [
    f'<script>var MAP = new L.U.Map("map", {json.dumps(SETTINGS)});</script>',
    f"<script>window.addEventListener('x', () => {{ U.MAP = new U.Map('map', {json.dumps(SETTINGS)}) }})</script>",
    f'<script id="map-settings" data-settings="{escape(json.dumps(SETTINGS))}"></script>',
]


@pytest.mark.parametrize("held", IN_PAGES)
def test_umap_settings_in_the_page_of_every_version(held: str) -> None:
    page = umap.read(answer(PAGE.format(held).encode(), MAP), {})
    assert [(request.url, request.mark) for request in page.next] == [
        ("https://u.example/fr/datalayer/12/aa/", ""),
        ("https://u.example/fr/datalayer/12/bb/", "17"),
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PAGE.format(""), "page web"),
        (PAGE.format('<script>new L.U.Map("map", {"properties": </script>'), "JSON complet"),
        (PAGE.format('<script>new L.U.Map("map", ' + '{"a":' * 100_000 + "</script>"), "niveaux|JSON"),
        ('{"properties": {"datalayers": 3}}', "pas une carte"),
        ("[]", "pas une carte"),
    ],
)
def test_umap_pages_that_hold_no_map(body: str, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        umap.read(answer(body.encode(), MAP), {})


@pytest.mark.parametrize(
    "properties", [{"urls": 3}, {"urls": {}}, {"urls": {"datalayer_view": "https://x.example/{pk}"}}]
)
def test_umap_layers_without_address(properties: Any) -> None:
    page = umap.read(answer({"properties": {**SETTINGS["properties"], **properties}}, MAP), {})
    assert (page.next, page.whole) == ([], False)


def test_umap_layers_within_layers_are_bounded() -> None:
    layer: dict[str, Any] = {"id": "0", "name": "x"}
    for number in range(1, 30):
        layer = {"id": str(number), "name": "x", "layers": [layer]}
    page = umap.read(answer({"properties": {**SETTINGS["properties"], "datalayers": [layer]}}, MAP), {})
    assert len(page.next) == 11


def test_umap_odd_layer() -> None:
    with pytest.raises(ReadError, match="GeoJSON"):
        umap.read(answer({"features": 3}, MAP, layer="Mares"), {})
    features = [3, {"properties": [], "geometry": 3}, {"properties": {"name": 4, "_storage": {}}, "geometry": {}}]
    page = umap.read(answer({"features": features}, MAP, layer="", key="|1"), {})
    assert ([item.data for item in page], page.whole) == ([{}, {"name": 4}], False)
    assert [item.url for item in page] == ["", ""]


@given(st.text("[]{}*#-| ahtps:/.\n", max_size=200))
def test_umap_markup_never_fails(text: str) -> None:
    assert umap.as_html(umap.as_html(text, []), []) is not None


@pytest.mark.parametrize(
    "mark", ["[[", "{{", "{{{", "**", "*a", "# ", "[[https://", "{{https://a", "---\n", "https://[[", "\n* "]
)
def test_umap_markup_takes_no_longer_than_its_length(mark: str) -> None:
    assert len(umap.as_html(mark * 100_000, [])) >= len(mark) * 100


# Recognising


class Site:
    """Answers by address: JSON, a page (text), or a status; ``asked`` is what was asked, in order."""

    def __init__(self, answers: Mapping[str, Any], **headers: str) -> None:
        self.answers = answers
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.asked: list[str] = []

    def get(self, request: Request, /) -> Response:
        self.asked.append(request.url)
        found = self.answers.get(request.url, 404)
        if isinstance(found, int):
            raise FetchError(f"refus {found}", status=found)
        kind = "text/html" if isinstance(found, str) and "<" in found else "application/json"
        body = found if isinstance(found, str) else json.dumps(found)
        return Response(request.url, 200, {"content-type": kind, **self.headers}, body.encode())


def found(url: str, answers: Mapping[str, Any], **headers: str) -> Proposal:
    proposal = recognise(url, Site(answers, **headers))
    text = proposal_toml(proposal)
    source = load_source(text, f"{proposal.id}.toml", PRESETS, VOCABULARY, "1")
    assert source is not None and source.kind == proposal.kind, "what is proposed can be used"
    return proposal


def html(head: str = "", body: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head>{head}<title>Accueil | Parc de l'Exemple</title></head><body>{body}</body></html>"
    )


ENTRY = {
    "data": [],
    "links": {
        "node--article": {"href": f"{PARC}/jsonapi/node/article"},
        "node--page": f"{PARC}/jsonapi/node/page",
        "node--retour_experience": {"href": "http://parc.example/jsonapi/node/retour_experience"},
        "node--annuaire": {"href": f"{PARC}/jsonapi/node/annuaire"},
        "node--ailleurs": {"href": "https://x.example/jsonapi/node/ailleurs"},
        "node--rien": 3,
        "user--user": {"href": f"{PARC}/jsonapi/user/user"},
    },
}
ASKED = "sort=drupal_internal__nid&page%5Blimit%5D=50&filter%5Bstatus%5D=1"
EXPERIENCE = f"{PARC}/jsonapi/node/retour_experience"
ROW = content(field_theme={"data": {"type": "taxonomy_term--t", "id": "1"}})
ROW["attributes"] |= {"body": {"processed": "x", "summary": ""}, "field_cout_projet": "3 €", "field_nom_structure": "P"}
TERM = {"type": "taxonomy_term--t", "id": "1", "attributes": {"name": "Eau"}}


@pytest.mark.parametrize(
    ("head", "headers", "api"),
    [
        ('<meta name="Generator" content="Drupal 10 (https://www.drupal.org)">', {}, "jsonapi"),
        ('<script src="/core/misc/drupal.js"></script>', {}, "jsonapi"),
        ('<link rel="icon" href="/sites/default/files/i.png">', {}, "jsonapi"),
        ("", {"x_generator": "Drupal 9 (https://www.drupal.org)"}, "jsonapi"),
        ("", {"x_drupal_cache": "HIT"}, "jsonapi"),
        (
            '<script type="application/json" data-drupal-selector="drupal-settings-json">'
            '{"path":{"baseUrl":"\\/","pathPrefix":"fr\\/"}}</script>',
            {},
            "fr/jsonapi",
        ),
        ('<script data-drupal-selector="drupal-settings-json">{"path":3}</script>', {}, "jsonapi"),
        (
            '<script data-drupal-selector="drupal-settings-json">'
            '{"path":{"baseUrl":"//x.example/","pathPrefix":1}}</script>',
            {},
            "jsonapi",
        ),
        ('<script data-drupal-selector="drupal-settings-json">{"path":{"baseUrl":4}}</script>', {}, "jsonapi"),
    ],
)
def test_drupal_is_recognised(head: str, headers: dict[str, str], api: str) -> None:
    answers = {
        f"{PARC}/": html(head),
        f"{PARC}/{api}": ENTRY,
        f"{EXPERIENCE}?{ASKED}": {"data": [ROW]},
        f"{EXPERIENCE}?{ASKED}&include=field_theme": {"data": [ROW], "included": [TERM]},
    }
    proposal = found(f"{PARC}/", answers, **headers)
    assert (proposal.kind, proposal.url, proposal.extends) == ("drupal", EXPERIENCE, "_drupal")
    assert proposal.fields == {
        "themes": ["field_theme"],
        "leads": ["field_nom_structure"],
        "budget": ["field_cout_projet"],
    }
    assert [address for _, address in proposal.others] == [
        f"{PARC}/jsonapi/node/{name}" for name in ("article", "page", "annuaire")
    ]
    assert proposal.why[-1] == "Autres types : article, page, annuaire."


def test_drupal_type_that_was_given_is_kept() -> None:
    first = f"{LIST}?{ASKED}"
    proposal = found(LIST, {LIST: {"data": [ROW]}, first: {"data": []}})
    assert (proposal.kind, proposal.url, proposal.others) == ("drupal", LIST, ())
    assert "« guide »" in proposal.why[0] and "vide" in proposal.why[1]


@pytest.mark.parametrize(
    "answers",
    [
        {},  # closed
        {f"{PARC}/jsonapi": []},
        {f"{PARC}/jsonapi": {"links": {"self": {"href": "x"}}}},
        {f"{PARC}/jsonapi": ENTRY},  # the list refuses
        {f"{PARC}/jsonapi": ENTRY, f"{EXPERIENCE}?{ASKED}": {"data": 3}},
    ],
)
def test_drupal_whose_api_is_closed(answers: dict[str, Any]) -> None:
    with pytest.raises(BridgeError, match="reconnu"):
        found(f"{PARC}/", {f"{PARC}/": html('<meta name="generator" content="Drupal 8">'), **answers})


def test_drupal_whose_relations_never_end() -> None:
    answers: dict[str, Any] = {f"{PARC}/": html('<meta name="generator" content="Drupal 8">'), f"{PARC}/jsonapi": ENTRY}
    names: list[str] = []
    for number in range(6):
        row = content(**{f"r{number}": {"data": {"type": "taxonomy_term--t", "id": "1"}}})
        answers[f"{EXPERIENCE}?{ASKED}" + (f"&include={','.join(names)}" if names else "")] = {"data": [row]}
        names.append(f"r{number}")
    assert found(f"{PARC}/", answers).fields == {}


CARTE = "https://carte.example"
ELEMENTS = f"{CARTE}/api/elements.json"
ELEMENT = {
    "id": "1",
    "name": "Mare",
    "geo": {"latitude": 45, "longitude": 5},
    "categories": ["Eau"],
    "cout_total": "3 €",
}


def test_gogocarto_is_recognised_by_its_script() -> None:
    answers = {
        f"{CARTE}/map": html('<script src="/js/gogocarto.js?ver=2"></script>'),
        f"{ELEMENTS}?limit=50": {"data": [ELEMENT]},
    }
    proposal = found(f"{CARTE}/map", answers)
    assert (proposal.kind, proposal.url, proposal.extends) == ("json_api", ELEMENTS, "_gogocarto")
    assert proposal.fields == {"budget": ["cout_total"]}


def test_gogocarto_is_asked_in_full() -> None:
    given = f"{CARTE}/api/elements?categories=3&ontology=gogocompact"
    full = f"{ELEMENTS}?categories=3&ontology=gogofull"
    old = {**ELEMENT, "categories": [10427]}
    answers = {given: {"data": [["1", "Mare", 45, 5, [10427]]]}, f"{full}&limit=50": {"data": [old]}}
    proposal = found(given, answers)
    assert proposal.url == full
    assert "api/taxonomy.json" in proposal.why[1]
    assert found(ELEMENTS, {ELEMENTS: {"data": [ELEMENT]}}).url == ELEMENTS


def test_gogocarto_that_wants_a_token() -> None:
    told = "You need to provide a token to access to this API."
    with pytest.raises(BridgeError, match="demande un jeton"):
        found(ELEMENTS, {ELEMENTS: told, f"{ELEMENTS}?limit=50": told})
    with pytest.raises(BridgeError, match="reconnu"):
        found(ELEMENTS, {ELEMENTS: "[]", f"{ELEMENTS}?limit=50": "[]"})


@pytest.mark.parametrize("head", ["", '<meta property="og:title" content="Mares - uMap">'])
def test_umap_is_recognised(head: str) -> None:
    proposal = found(f"{MAP}#9/45/4", {f"{MAP}#9/45/4": PAGE.format(head + IN_PAGES[2])})
    assert (proposal.kind, proposal.url, proposal.extends) == ("umap", MAP, "_umap")
    assert proposal.title == ("Mares - uMap" if head else "Mares")
    assert proposal.why[1] == "Couches : « Mares », « Haies »."


def test_umap_of_one_layer_or_none() -> None:
    one = {"properties": {**SETTINGS["properties"], "datalayers": SETTINGS["properties"]["datalayers"][:1]}}  # type: ignore[index]
    assert len(found(MAP, {MAP: one}).why) == 2
    none = {"properties": {**SETTINGS["properties"], "datalayers": []}}
    assert "aucune" in found(MAP, {MAP: none}).why[1]


def test_addresses_that_only_look_like_a_map() -> None:
    for answers in ({}, {MAP: html()}):
        with pytest.raises(BridgeError, match="reconnu"):
            found(MAP, answers)


GEO = "https://geo.example/api/v2"
TREKS = {"count": 12, "next": None, "previous": None, "results": [{"id": 1, "structure": 1, "published": {"fr": True}}]}
RANDO = {"props": {}, "runtimeConfig": {"global": {"apiUrl": GEO, "portalIds": []}}}


def test_geotrek_is_recognised_by_its_api() -> None:
    proposal = found(f"{GEO}/", {f"{GEO}/": html(), f"{GEO}/trek/?page_size=1": TREKS})
    assert (proposal.kind, proposal.url, proposal.options) == ("geotrek", f"{GEO}/", {"type": "trek"})
    assert "12" in proposal.why[1]
    assert ("Geotrek, zones de sensibilité de la faune", f"{GEO}/sensitivearea/") in proposal.others


def test_geotrek_list_that_was_given_is_kept() -> None:
    given = f"{GEO}/sensitivearea/?structures=1"
    site = Site({given: {**TREKS, "results": []}})
    proposal = recognise(given, site)
    assert (proposal.url, proposal.options, site.asked) == (given, {"type": "sensitivearea"}, [given])


def test_geotrek_is_recognised_by_its_public_site() -> None:
    held = json.dumps(RANDO).replace("/", "\\/")
    answers = {
        "https://rando.example/search": html(
            body=f'<script id="__NEXT_DATA__" type="application/json">{held}</script>'
        ),
        f"{GEO}/trek/?page_size=1": TREKS,
    }
    proposal = found("https://rando.example/search", answers)
    assert (proposal.url, proposal.options) == (f"{GEO}/", {"type": "trek", "site": "https://rando.example"})


@pytest.mark.parametrize(
    ("url", "answers"),
    [
        (f"{GEO}/catalog/datasets", {f"{GEO}/catalog/datasets": "{}"}),
        (f"{GEO}/", {f"{GEO}/": "{}", f"{GEO}/trek/?page_size=1": {"count": 1, "results": [{"id": 1}]}}),
        (f"{GEO}/", {f"{GEO}/": "{}", f"{GEO}/trek/?page_size=1": {"count": 1, "results": [3]}}),
        (f"{GEO}/", {f"{GEO}/": "{}", f"{GEO}/trek/?page_size=1": {"count": 1}}),
        ("https://a.example/", {"https://a.example/": html(body='"apiUrl": "/x"')}),
    ],
)
def test_addresses_that_only_look_like_a_geotrek(url: str, answers: dict[str, Any]) -> None:
    with pytest.raises(BridgeError, match="reconnu"):
        found(url, answers)


# Whatever the bytes

_KEYS = st.sampled_from(
    ["data", "id", "type", "attributes", "relationships", "included", "links", "next", "href", "meta", "count", "title"]
    + ["results", "name", "fr", "themes", "types", "geometry", "coordinates", "geometries", "attachments", "period"]
    + ["features", "properties", "datalayers", "layers", "urls", "datalayer_view", "remoteData", "_umap_options"]
    + ["processed", "uri", "lat", "lon", "path", "alias", "status", "published", "rules", "cities", "values", "label"]
    + ["url", "value"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=6),
    max_leaves=30,
)
CARRIES: Mapping[Any, tuple[dict[str, Any], ...]] = {
    drupal: ({}, {"include": ["a"]}, {"fixed": True}),
    geotrek: (
        {"base": GEO, "type": "touristiccontent", "query": "", "lists": ["theme"], "labels": {}},
        {"base": GEO, "type": "trek", "query": "", "lists": [], "labels": {"theme": {"1": "Eau"}}},
    ),
    umap: ({"map": MAP}, {"layer": "Mares", "key": "|1", "map": MAP}),
}


@pytest.mark.parametrize("reader", list(CARRIES))
@settings(deadline=None, suppress_health_check=list(HealthCheck))
@given(
    value=st.dictionaries(_KEYS, JSON, max_size=8),
    status=st.sampled_from([200, 200, 200, 400, 403, 404]),
    which=st.integers(0, 2),
)
def test_only_read_errors_come_out(reader: Any, value: Any, status: int, which: int) -> None:
    carries = CARRIES[reader]
    try:
        page = reader.read(answer(value, f"{PARC}/jsonapi/node/a", status, **carries[which % len(carries)]), {})
    except ReadError:
        return
    for request in page.next:
        json.dumps(request.carry)
