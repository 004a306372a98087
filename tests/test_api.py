"""The JSON API: what it gives, what it refuses and in which words, and that it describes itself truly."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from bs4 import BeautifulSoup
from fake_collective import SOURCES, change, fill, records
from werkzeug.test import Client

from bridge.collective import Collective
from bridge.config import load
from bridge.record import FIELDS, Record, from_json
from bridge.store import Store
from bridge.store.search import FACETS
from bridge.web import create_app
from bridge.web.answers import TROUBLES
from bridge.web.operations import OPERATIONS
from bridge.web.page_cache import PageCache
from bridge.writers import WRITERS

TRUTH = {record.id: record for record in records()}
HOME = "https://pont.exemple.fr"
TARGET = """[target]
id = "refuges"
title = "Les refuges"
partner = "lpo-demo"
[target.select]
themes = ["t-restauration", "t-haies"]
[target.values.themes]
"Nos haies" = "t-haies"
"""


@pytest.fixture(scope="module")
def here(tmp_path_factory):
    """A collective that no test changes."""
    folder = tmp_path_factory.mktemp("collective")
    (folder / "mappings").mkdir()
    collective = Collective(load(folder, {"PARTAGEONS_BASE_URL": f"{HOME}/"}))
    fill(collective)
    (folder / "mappings" / "refuges.toml").write_text(TARGET, encoding="utf-8")
    yield collective
    collective.close()


@pytest.fixture(scope="module")
def client(here):
    return create_app(here).test_client()


def asking(client):
    def ask(path, status=200):
        answer = client.get(path.removeprefix(HOME))
        assert answer.status_code == status, answer.text
        expected = "application/json" if status == 200 else "application/problem+json"
        assert answer.content_type == expected
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        return json.loads(answer.data)

    return ask


@pytest.fixture
def get(client):
    return asking(client)


@pytest.fixture
def changing(collective):
    """A collective of its own, and what asks it."""
    fill(collective)
    return collective, asking(create_app(collective).test_client())


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
        ("page=1_0", "page", "nombre entier"),
        ("page=%D9%A1", "page", "nombre entier"),
        ("since=hier", "since", "AAAA-MM-JJ"),
        ("since=2026-02-30", "since", "AAAA-MM-JJ"),
        ("since=2026-01-01T10:00:00%2B02:00", "since", "temps universel"),
        ("cursor=*&page=2", "page", "cursor"),
        ("since=2026-01-01&sort=titre", "sort", "cursor"),
        ("cursor=" + "a" * 1001, "cursor", "1000 caractères"),
        ("per_page=101", "per_page", "1 à 100"),
        ("sort=hasard", "sort", "pertinence, recent, titre"),
        ("bbox=1,2,3", "bbox", "quatre nombres"),
        ("bbox=a,b,c,d", "bbox", "quatre nombres"),
        ("bbox=nan,nan,nan,nan", "bbox", "quatre nombres"),
        ("bbox=1_0,2,3,4", "bbox", "quatre nombres"),
        ("bbox=0,50,1,40", "bbox", "quatre nombres"),
        ("q=" + "a" * 201, "q", "200 caractères"),
        ("theme=" + "a" * 201, "theme", "200 caractères"),
        ("&".join(f"theme={n}" for n in range(51)), "theme", "50 valeurs"),
        ("themes=t-tvb", "themes", "n'existe pas"),
    ],
)
def test_what_is_refused(get, query, parameter, words):
    problem = get(f"/api/v1/records?{query}", 400)
    assert problem["status"] == 400 and problem["title"] == "Paramètres refusés"
    assert problem["type"] == f"{HOME}/api/#parametres-refuses"
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


def test_sources(changing, add_source):
    _, get = changing
    add_source("jamais-vue")
    listed = {source["id"]: source for source in get("/api/v1/sources")["sources"]}
    assert listed.keys() == SOURCES.keys() | {"jamais-vue"}
    arb = listed["arb-ouest"]
    assert (arb["title"], arb["kind"], arb["licence"]) == (*SOURCES["arb-ouest"][:2], "etalab-2.0")
    assert arb["live"] == sum(record.source == "arb-ouest" for record in TRUTH.values()) and arb["withdrawn"] == 1
    assert arb["last_visit"].endswith("Z") and "live" not in listed["jamais-vue"]


def test_vocabulary(get):
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
    assert described["openapi"] == "3.1.0" and described["servers"] == [{"url": f"{HOME}/api/v1"}]
    parameters = {one["name"]: one for one in described["paths"]["/records"]["get"]["parameters"]}
    assert parameters.keys() == {
        *("q", "bbox", "target", "page", "per_page", "sort", "cursor", "since"),
        *FACETS,
    }
    assert parameters["per_page"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    assert parameters["sort"]["schema"]["enum"] == ["pertinence", "recent", "titre"]
    assert parameters["theme"]["schema"] == {
        "type": "array",
        "items": {"type": "string", "maxLength": 200},
        "maxItems": 50,
    }
    schemas = described["components"]["schemas"]
    record = schemas["Record"]
    assert (*record["properties"],) == (*FIELDS, "datestamp", "oai_identifier", "links", "labels")
    assert record["required"] == ["id", "source", "title", "datestamp", "oai_identifier", "links"]
    assert record["additionalProperties"] is False
    assert record["properties"]["budget"]["properties"]["value"] == {"type": "number"}
    assert record["properties"]["themes"] == {"type": "array", "items": {"type": "string"}}
    assert record["properties"]["point"]["properties"]["precision"] == {"type": "string"}
    assert schemas["Withdrawn"]["properties"]["status"] == {"enum": ["withdrawn"]}
    assert schemas["PageLinks"]["required"] == ["self"]
    assert described["paths"]["/records/{id}"]["get"]["responses"].keys() == {
        "200",
        "304",
        "400",
        "404",
        "410",
        "500",
        "503",
    }
    assert "ETag" not in described["paths"]["/sources"]["get"]["responses"]["200"]["headers"]


def test_every_described_address_answers(get):
    examples = {}
    for path, operation in get("/api/v1/openapi.json")["paths"].items():
        for parameter in operation["get"]["parameters"]:
            if parameter["in"] == "path":
                examples[path] = path.replace("{id}", quote(parameter["example"]))
        for query in OPERATIONS[path].examples:
            get(f"/api/v1{examples.get(path, path)}{query}")
    assert len(examples) == 2


def walk(get, address):
    """Everything that a walk gives, and what each page says may be asked next."""
    found, untils = [], set()
    while address:
        answer = get(address)
        found += answer["records"]
        untils.add(answer["until"])
        assert len(answer["records"]) <= answer["per_page"]
        address = answer["links"].get("next")
    (until,) = untils
    return found, until


@pytest.mark.parametrize("query", ["", "&source=lpo-demo&source=arb-ouest", "&q=mare", "&target=refuges"])
def test_all_of_a_selection_is_walked_once_in_the_order_of_change(get, query):
    found, _ = walk(get, f"/api/v1/records?cursor=*&per_page=4{query}")
    paged = get(f"/api/v1/records?per_page=100{query}")
    assert sorted(record["id"] for record in found) == sorted(ids(paged)) and len(found) > 2
    places = [(record["datestamp"], record["id"]) for record in found]
    assert places == sorted(places)
    assert get(f"/api/v1/records?cursor=*{query}")["total"] == len(found)


def test_a_walk_misses_nothing_that_changes_meanwhile(changing):
    collective, get = changing
    first = get("/api/v1/records?cursor=*&per_page=10")
    moved, gone, new = ids(first)[0], ids(get("/api/v1/records?cursor=*&per_page=100"))[-1], "lpo-demo:900"
    with collective.store.writing() as writing:
        record = from_json({**get(f"/api/v1/records/{moved}"), "title": "Un autre titre"})
        for each in (record, Record(id=new, source="lpo-demo", title="Nouvelle")):
            writing.keep(each.source, "1", [change(collective, each)])
        writing.withdraw([gone])
    collective.catch_up()
    later, until = walk(get, first["links"]["next"])
    assert first["until"] == until
    since, following = walk(get, f"/api/v1/records?since={until}&per_page=3")
    changed = {record["id"]: record for record in since}
    held = {record["id"]: record for record in (*first["records"], *later, *since)}
    # What changes in the second of the last place of a walk may be told by the next question only.
    assert {id for id, record in held.items() if record.get("status") != "withdrawn"} == TRUTH.keys() - {gone} | {new}
    assert held[moved]["title"] == changed[moved]["title"] == "Un autre titre"
    assert new in changed and following >= until
    withdrawn = changed[gone]
    assert withdrawn == {"id": gone, "status": "withdrawn", "datestamp": withdrawn["datestamp"]}
    assert get(f"/api/v1/records/{gone}", 410)["title"] == "Fiche retirée"
    assert get("/api/v1/records?since=2999-01-01")["records"] == []


def test_a_walk_tells_what_was_withdrawn_only_since_an_instant(get):
    started, _ = walk(get, "/api/v1/records?cursor=*&source=arb-ouest")
    since, _ = walk(get, "/api/v1/records?since=2020-01-01&source=arb-ouest&per_page=1")
    assert {each["id"] for each in since} == {each["id"] for each in started} | {"arb-ouest:999"}
    assert get("/api/v1/records?since=2020-01-01&source=arb-ouest")["total"] == len(since)


@pytest.mark.parametrize("junk", ["x", "%00", "é", "AAAA", "A" * 999, "====", "%F0%9F%92%A7", "-_-_", "[]", "null"])
def test_junk_is_no_cursor(get, junk):
    (error,) = get(f"/api/v1/records?cursor={junk}", 400)["errors"]
    assert error["parameter"] == "cursor" and "links.next" in error["detail"]


def test_a_cursor_is_of_one_walk(get):
    following = parse_qs(urlsplit(get("/api/v1/records?cursor=*&per_page=2")["links"]["next"]).query)["cursor"][0]
    for other in ("q=mare", "since=2020-01-01", "target=refuges", "source=lpo-demo", "bbox=0,40,9,50"):
        assert get(f"/api/v1/records?cursor={following}&{other}", 400)["errors"][0]["parameter"] == "cursor"
    forged = following[:-4] + ("AAAA" if following[-4:] != "AAAA" else "BBBB")
    assert get(f"/api/v1/records?cursor={forged}", 400)["errors"][0]["parameter"] == "cursor"
    assert len(get(f"/api/v1/records?cursor={following}&per_page=50")["records"]) == len(TRUTH) - 2


def test_targets(get):
    (listed,) = get("/api/v1/targets")["targets"]
    assert (listed["id"], listed["title"]) == ("refuges", "Les refuges")
    addresses = listed["addresses"]
    assert addresses["page"] == f"{HOME}/pour/refuges/" and addresses["oai"] == f"{HOME}/pour/refuges/oai"
    assert addresses["feeds"]["csv"] == f"{HOME}/pour/refuges/feed.csv"
    assert addresses["feeds"].keys() == {writer.EXTENSION for writer in WRITERS.values()}
    whole = get("/api/v1/targets/refuges")
    assert whole["labels"]["t-haies"] == "Nos haies" and whole["addresses"] == addresses
    received = get(addresses["records"])
    assert received["total"] == len(received["records"]) > 0
    for record in received["records"]:
        assert record["source"] != "lpo-demo" and record["labels"].keys() >= set(record.get("themes", ()))
    labels = [record["labels"]["t-haies"] for record in received["records"] if "t-haies" in record.get("themes", ())]
    assert labels and set(labels) == {"Nos haies"}
    assert "labels" not in get("/api/v1/records?per_page=1")["records"][0]
    assert get("/api/v1/facets?target=refuges")["total"] == received["total"]
    for path in ("targets/nulle", "records?target=nulle", "records?target=nulle&cursor=*", "facets?target=nulle"):
        problem = get(f"/api/v1/{path}", 404)
        assert problem["title"] == "Destination inconnue" and f"{HOME}/api/v1/targets" in problem["detail"]


def test_what_resembles_a_draft(get):
    answer = get("/api/v1/similar?title=Restaurer+une+mare&territory=commune/69266&n=3")
    best = answer["similar"][0]
    assert best["record"]["title"] == "Restaurer une mare : du diagnostic au suivi" and 0.5 < best["score"] <= 1
    assert best["reasons"][0] == {
        "kind": "words",
        "label": "Mots en commun : restaurer, mare",
        "values": ["restaurer", "mare"],
    }
    assert get("/api/v1/similar")["similar"] == [] == get("/api/v1/similar?title=Zythum")["similar"]
    near = get("/api/v1/similar?title=Cour+oasis&territory=commune/69266")["similar"][0]
    assert near["reasons"][-1]["label"] == "Territoire en commun : Villeurbanne (Rhône)"
    left = get(f"/api/v1/similar?title=Restaurer+une+mare&exclude={best['record']['source']}")["similar"]
    assert best["record"]["id"] not in [each["record"]["id"] for each in left]
    assert get("/api/v1/similar?n=21", 400)["errors"][0]["parameter"] == "n"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace", "query"])
@pytest.mark.parametrize("path", ["/records", "/records/a:1", "/rien"])
def test_it_is_only_read(client, method, path):
    answer = client.open(f"/api/v1{path}", method=method.upper())
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD, OPTIONS"
    assert answer.content_type == "application/problem+json" and answer.json["title"] == "Méthode refusée"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("path", ["/records", "/records/a:1", "/similar", "/rien"])
def test_other_sites_may_ask(client, path):
    answer = client.options(
        f"/api/v1{path}", headers={"Origin": "https://a.fr", "Access-Control-Request-Headers": "if-none-match"}
    )
    assert answer.status_code == 204 and answer.data == b""
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert answer.headers["Access-Control-Allow-Headers"] == "*" == answer.headers["Access-Control-Allow-Origin"]


def test_ids_may_be_addresses(changing):
    collective, get = changing
    record = Record(id="lpo-demo:https://a.fr//b/?c=1", source="lpo-demo", title="Née d'un flux")
    with collective.store.writing() as writing:
        writing.keep(record.source, "1", [change(collective, record)])
    assert get(f"/api/v1/records/{quote(record.id)}")["title"] == record.title


def test_what_did_not_change_costs_nothing(here):
    client = Client(PageCache(create_app(here), lambda: (here.store.seq, here.index.seq)))
    for path, operation in OPERATIONS.items():
        address = f"/api/v1{path}".replace("/records/{id}", "/records/lpo-demo:122").replace("{id}", "refuges")
        first = client.get(address + operation.examples[0])
        assert first.status_code == 200
        if not operation.kept:
            assert first.headers["Cache-Control"] == "no-cache"
            continue
        again = client.get(address + operation.examples[0], headers={"If-None-Match": first.headers["ETag"]})
        assert again.status_code == 304 and again.headers["Access-Control-Allow-Origin"] == "*"
        head = client.head(address + operation.examples[0])
        assert head.status_code == 200 and head.data == b"" and head.headers["ETag"] == first.headers["ETag"]


def test_a_fault_is_told_as_a_problem(here, monkeypatch):
    app = create_app(here)
    monkeypatch.setattr(Store, "snapshot", lambda store: 1 / 0)
    problem = asking(app.test_client())("/api/v1/sources", 500)
    assert problem["title"] == "Erreur interne" and "zero" not in json.dumps(problem)


# The page of the API


@pytest.mark.parametrize("path", ["/api/", "/en/api/"])
def test_its_page_tells_every_address_parameter_and_error(client, path):
    page = BeautifulSoup(client.get(path).text, "lxml")
    assert page.html["lang"] == ("en" if "/en/" in path else "fr")
    told = {code.text for code in page.select("h2 code, dt code")}
    assert told >= OPERATIONS.keys() | {name for each in OPERATIONS.values() for name in each.parameters.fields}
    assert {block["id"] for block in page.select("div[id]")} >= TROUBLES.keys()
    anchors = [link["href"] for link in page.select("main a[href^='#']")]
    assert anchors and all(page.find(id=anchor[1:]) for anchor in anchors)


def test_the_examples_of_its_page_answer(client, get):
    page = BeautifulSoup(client.get("/api/").text, "lxml")
    tried = [link["href"] for link in page.select(".tries a")]
    assert len(tried) >= len(OPERATIONS)
    answers = [get(address) for address in tried]
    assert all(answers) and sum("records" in answer for answer in answers) == 4
    assert all(record for answer in answers for record in [answer.get("records", True)])


def test_the_root_of_the_api_leads_to_its_page(client):
    answer = client.get("/api/v1/")
    assert answer.status_code == 302 and answer.headers["Location"] == f"{HOME}/api/"
