"""The JSON API: what it gives, what it refuses and in which words, and that it describes itself truly."""

from __future__ import annotations

import json

import pytest
from fake_collective import SOURCES, fill, records

from bridge.record import FIELDS, from_json
from bridge.store import Store
from bridge.store.search import FACETS
from bridge.web import create_app

TRUTH = {record.id: record for record in records()}


@pytest.fixture
def client(collective):
    fill(collective)
    return create_app(collective).test_client()


@pytest.fixture
def get(client):
    def ask(path, status=200):
        answer = client.get(path)
        assert answer.status_code == status, answer.text
        expected = "application/json" if status == 200 else "application/problem+json"
        assert answer.content_type == expected
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return json.loads(answer.data)

    return ask


def ids(answer):
    return [record["id"] for record in answer["records"]]


def test_all_records_page_by_page(get):
    address, found, pages = "/api/v1/records?per_page=15&sort=titre", [], 0
    while address:
        answer = get(address)
        assert answer["total"] == len(TRUTH) and answer["links"]["self"].startswith("https://pont.exemple.fr/api/v1/")
        found += ids(answer)
        pages += 1
        assert ("previous" in answer["links"]) == (pages > 1)
        address = answer["links"].get("next", "").removeprefix("https://pont.exemple.fr")
    assert pages == 3 and sorted(found) == sorted(TRUTH)


def test_a_record_is_the_record(get):
    given = get("/api/v1/records/cerema-nature:112")
    assert given["oai_identifier"] == "oai:pont.exemple.fr:cerema-nature:112"
    assert given["links"] == {
        "self": "https://pont.exemple.fr/api/v1/records/cerema-nature:112",
        "page": "https://pont.exemple.fr/fiche/cerema-nature:112",
    }
    record = from_json(given)
    assert record.title == TRUTH["cerema-nature:112"].title and record.budget == TRUTH["cerema-nature:112"].budget
    (listed,) = get("/api/v1/records?q=cour+oasis&per_page=1")["records"]
    assert listed == given


def test_withdrawn_and_unknown_records(get):
    gone = get("/api/v1/records/arb-ouest:999", 410)
    assert gone["status"] == 410 and "retirée" in gone["detail"]
    assert get("/api/v1/records/arb-ouest:nulle%2Fpart", 404)["title"] == "Fiche inconnue"


@pytest.mark.parametrize(
    "query, wanted",
    [
        ("source=lpo-demo&source=entreprises", lambda r: r.source in ("lpo-demo", "entreprises")),
        ("source=lpo-demo&type=r-evenement", lambda r: r.source == "lpo-demo" and r.type == "r-evenement"),
        ("bbox=4,45,5.5,46.5", lambda r: r.point and 4 <= r.point.lon <= 5.5 and 45 <= r.point.lat <= 46.5),
        ("licence=CC-BY-4.0", lambda r: r.licence == "CC-BY-4.0"),
        ("source=&q=", lambda r: True),
        ("source=inconnue", lambda r: False),
    ],
)
def test_filters(get, query, wanted):
    answer = get(f"/api/v1/records?per_page=100&{query}")
    assert sorted(ids(answer)) == sorted(id for id, record in TRUTH.items() if wanted(record))
    assert answer["total"] == len(answer["records"])


@pytest.mark.parametrize(
    "query, parameter, words",
    [
        ("page=0", "page", "1 à 10000"),
        ("page=deux", "page", "nombre entier"),
        ("page=1&page=2", "page", "une fois"),
        ("page=" + "9" * 5000, "page", "nombre"),
        ("page=200&per_page=100", "page", "flux"),
        ("per_page=101", "per_page", "1 à 100"),
        ("sort=hasard", "sort", "pertinence, recent, titre"),
        ("bbox=1,2,3", "bbox", "quatre nombres"),
        ("bbox=a,b,c,d", "bbox", "quatre nombres"),
        ("bbox=nan,nan,nan,nan", "bbox", "quatre nombres"),
        ("bbox=0,50,1,40", "bbox", "quatre nombres"),
        ("q=" + "a" * 201, "q", "200 caractères"),
        ("theme=" + "a" * 201, "theme", "200 caractères"),
        ("&".join(f"theme={n}" for n in range(51)), "theme", "50 valeurs"),
        ("themes=t-tvb", "themes", "n'existe pas"),
    ],
)
def test_what_is_refused(get, query, parameter, words):
    problem = get(f"/api/v1/records?{query}", 400)
    assert problem["status"] == 400 and problem["type"] == "about:blank" and problem["title"]
    (error,) = problem["errors"]
    assert error["parameter"] == parameter and words in error["detail"] and words in problem["detail"]


def test_all_errors_are_told_and_few_enough_to_read(get):
    problem = get("/api/v1/records?page=x&sort=y&z=1", 400)
    assert {error["parameter"] for error in problem["errors"]} == {"page", "sort", "z"}
    many = "&".join(f"{'x' * 300}{n}=1" for n in range(500))
    problem = get(f"/api/v1/records?{many}", 400)
    assert len(problem["errors"]) == 20 and len(problem["errors"][0]["parameter"]) == 200


@pytest.mark.parametrize("text", ["%00", "%FF", "%F0%9F%92%A7", '"', "a:b AND (", "*", "%27;--", "🌱" * 50])
def test_any_text_may_be_searched(get, text):
    assert isinstance(get(f"/api/v1/records?q={text}&theme={text}")["total"], int)


def test_facets(get):
    answer = get("/api/v1/facets?source=lpo-demo")
    assert answer["total"] == sum(record.source == "lpo-demo" for record in TRUTH.values())
    assert list(answer["facets"]) == list(FACETS)
    counted = {one["value"]: (one["label"], one["count"]) for one in answer["facets"]["source"]}
    assert counted.keys() == SOURCES.keys()
    assert counted["reseau-haies"] == ("Réseau Haies et bocages", 4)
    types = {one["value"]: one["count"] for one in answer["facets"]["type"]}
    assert sum(types.values()) >= answer["total"] and "r-etude" not in types
    assert get("/api/v1/facets?page=1", 400)["errors"][0]["parameter"] == "page"


def test_sources(get, collective, add_source):
    add_source("jamais-vue")
    listed = {source["id"]: source for source in get("/api/v1/sources")["sources"]}
    assert listed.keys() == SOURCES.keys() | {"jamais-vue"}
    arb = listed["arb-ouest"]
    assert (arb["title"], arb["kind"], arb["licence"]) == (*SOURCES["arb-ouest"][:2], "etalab-2.0")
    assert arb["live"] == sum(record.source == "arb-ouest" for record in TRUTH.values()) and arb["withdrawn"] == 1
    assert arb["last_visit"].endswith("Z") and "live" not in listed["jamais-vue"]


def test_vocabulary(get, collective):
    answer = get("/api/v1/vocabulary")
    found = {concept["id"]: concept for scheme in answer["schemes"] for concept in scheme["concepts"]}
    assert found["r-guide"]["fr"] and found["r-guide"]["en"]
    assert {licence["code"] for licence in answer["licences"]} >= {"etalab-2.0", "CC-BY-4.0"}


def test_territories(get):
    codes = [one["code"] for one in get("/api/v1/territories?q=Villeurb&n=3")["territories"]]
    assert codes[0] == "commune/69266" and len(codes) <= 3
    assert get("/api/v1/territories", 400)["errors"] == [{"parameter": "q", "detail": "Ce paramètre est nécessaire."}]
    assert get("/api/v1/territories?q=zzzzzz")["territories"] == []


def test_unknown_addresses_are_problems(get):
    assert "/api/v1/openapi.json" in get("/api/v1/recordz", 404)["detail"]


@pytest.mark.parametrize("path", ["/sources", "/vocabulary", "/records/lpo-demo:122"])
def test_addresses_without_parameters_say_so(get, path):
    assert get(f"/api/v1{path}?q=x", 400)["errors"][0]["parameter"] == "q"


def test_health(get, client, monkeypatch):
    health = get("/healthz")
    assert health == {"status": "ok", "records": len(TRUTH), "sources": len(SOURCES), "seq": health["seq"]}
    assert client.get("/healthz").headers["Cache-Control"] == "no-store"

    def broken(store):
        from bridge.errors import StoreError

        raise StoreError("Le disque est plein.")

    monkeypatch.setattr(Store, "snapshot", broken)
    assert get("/healthz", 503)["detail"] == "Le disque est plein."


def test_it_describes_itself(get):
    described = get("/api/v1/openapi.json")
    assert described["openapi"] == "3.1.0" and described["servers"] == [{"url": "https://pont.exemple.fr/api/v1"}]
    parameters = {one["name"]: one for one in described["paths"]["/records"]["get"]["parameters"]}
    assert parameters.keys() == {"q", "bbox", "page", "per_page", "sort", *FACETS}
    assert parameters["per_page"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert parameters["sort"]["schema"]["enum"] == ["pertinence", "recent", "titre"]
    assert parameters["theme"]["schema"] == {"type": "array", "items": {"type": "string", "maxLength": 200}}
    record = described["components"]["schemas"]["Record"]
    assert tuple(record["properties"]) == FIELDS and record["required"] == ["id", "source", "title"]
    assert record["properties"]["budget"]["properties"]["value"] == {"type": "number"}
    assert record["properties"]["themes"] == {"type": "array", "items": {"type": "string"}}
    assert record["properties"]["point"]["properties"]["precision"] == {"type": "string"}


def test_every_described_address_answers(get):
    for path in get("/api/v1/openapi.json")["paths"]:
        get(f"/api/v1{path.replace('{id}', 'lpo-demo:122')}{'?q=lyon' if path == '/territories' else ''}")
