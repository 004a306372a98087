"""``/vocabulaire``: what a person reads of the words, and what a machine takes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from bs4 import BeautifulSoup
from fake_collective import fill, records
from flask.testing import FlaskClient
from rdflib import RDF, SKOS, Graph
from rdflib.compare import isomorphic

from bridge.collective import Collective
from bridge.config import load
from bridge.web import create_app
from bridge.writers import skos

BASE = "https://pont.exemple.fr/vocabulaire#"


@pytest.fixture(scope="module")
def collective(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collective]:
    folder = tmp_path_factory.mktemp("collective")
    (folder / "mappings").mkdir()
    here = Collective(load(folder, {"PARTAGEONS_BASE_URL": "https://pont.exemple.fr/"}))
    fill(here)
    yield here
    here.close()


@pytest.fixture(scope="module")
def client(collective: Collective) -> FlaskClient:
    return create_app(collective).test_client()


def page(client: FlaskClient, path: str = "/vocabulaire") -> BeautifulSoup:
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "public, no-cache"
    return BeautifulSoup(answer.text, "lxml")


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_every_address_leads_to_an_anchor_of_the_page(client: FlaskClient) -> None:
    graph = Graph().parse(data=client.get("/vocabulaire.ttl").data, format="turtle")
    assert isomorphic(graph, Graph().parse(data=client.get("/vocabulaire.jsonld").data, format="json-ld"))
    named = {str(subject) for kind in (SKOS.Concept, SKOS.ConceptScheme) for subject in graph.subjects(RDF.type, kind)}
    assert len(named) > 100
    for path in ("/vocabulaire", "/en/vocabulaire"):
        anchors = [element["id"] for element in page(client, path).select("main [id]")]
        assert len(anchors) == len(set(anchors)) and {BASE + str(anchor) for anchor in anchors} == named


@pytest.mark.parametrize(
    ("path", "media_type"), [("/vocabulaire.ttl", skos.TURTLE_TYPE), ("/vocabulaire.jsonld", skos.JSON_LD_TYPE)]
)
def test_anyone_may_take_it(client: FlaskClient, path: str, media_type: str) -> None:
    answer = client.get(path)
    assert answer.content_type == media_type
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, no-cache"
    assert page(client).select(f'head link[rel=alternate][type="{answer.mimetype}"][href="{path}"]')


def test_a_concept_says_its_labels_and_what_is_broader(client: FlaskClient) -> None:
    concept = page(client).select_one("#t-abc > .concept")
    assert concept is not None
    read = " ".join(concept.get_text(" ").split())
    assert "Atlas de la biodiversité communale Municipal biodiversity atlas" in read and "ABC, atlas de" in read
    assert [(a["href"], a.text) for a in concept.select("dd a")] == [
        ("#t-connaissance", "Connaissance et suivi de la biodiversité"),
        ("http://www.eionet.europa.eu/gemet/concept/616", "GEMET\N{NO-BREAK SPACE}616"),
    ]
    assert "Sens proche" in read and "Même sens" not in read and "t-abc" in read


def test_a_concept_is_inside_what_is_broader(client: FlaskClient, collective: Collective) -> None:
    soup = page(client)
    for scheme in collective.vocabulary.schemes:
        for concept in collective.vocabulary.concepts(scheme.id):
            found = soup.find(id=concept.id)
            assert found is not None
            above = found.find_parent("li")
            assert (above["id"] if above else "") == concept.broader


def test_in_english(client: FlaskClient) -> None:
    soup = page(client, "/en/vocabulaire")
    concept = soup.select_one("#t-abc > .concept")
    assert concept is not None and concept.strong is not None and concept.strong.text == "Municipal biodiversity atlas"
    assert [each["lang"] for each in concept.select("p [lang], dd[lang]")] == ["fr", "fr"]
    assert soup.select_one(".switch a")["href"] == "/vocabulaire"  # type: ignore[index]  # a page without it fails too


def test_resources_are_counted_and_one_click_away(client: FlaskClient, collective: Collective) -> None:
    def has(themes: tuple[str, ...]) -> bool:
        return any("t-restauration" in (theme, *collective.vocabulary.ancestors(theme)) for theme in themes)

    soup, expected = page(client), sum(has(record.themes) for record in records())
    link = soup.select_one("#t-restauration > .concept .count a")
    assert link is not None and link["href"] == "/?theme=t-restauration"
    assert link.text.startswith(f"{expected}\N{NO-BREAK SPACE}ressources") or link.text.startswith(
        f"{expected} ressources"
    )
    asked = {a["href"] for a in soup.select(".count a")}
    assert len(asked) > 30 and all(client.get(str(href)).status_code == 200 for href in list(asked)[:5])


def test_the_lists_come_in_the_order_of_the_facets(client: FlaskClient, collective: Collective) -> None:
    titles = [title["id"] for title in page(client).select("main h2")]
    assert titles[:2] == ["theme", "type_ressource"]
    assert sorted(titles) == sorted(scheme.id for scheme in collective.vocabulary.schemes)


def test_every_page_leads_there(client: FlaskClient) -> None:
    assert page(client, "/a-propos").select('footer a[href="/vocabulaire"]')
    assert page(client, "/en/a-propos").select('footer a[href="/en/vocabulaire"]')


def test_the_catalogue_names_themes_by_the_same_addresses(client: FlaskClient) -> None:
    graph = Graph().parse(data=client.get("/feed.dcat.ttl").data, format="turtle")
    themes = {str(subject) for subject in graph.subjects(RDF.type, SKOS.Concept)}
    vocabulary = Graph().parse(data=client.get("/vocabulaire.ttl").data, format="turtle")
    assert len(themes) > 5 and themes <= {str(subject) for subject in vocabulary.subjects(RDF.type, SKOS.Concept)}


def test_the_catalogues_addresses_answer(client: FlaskClient) -> None:
    graph = Graph().parse(data=client.get("/feed.dcat.ttl?source=reseau-haies").data, format="turtle")
    ours = {str(o) for o in graph.objects() if str(o).startswith("https://pont.exemple.fr/")}
    assert len({address for address in ours if "/feed." in address}) == 3
    for address in sorted(ours):
        path = address.removeprefix("https://pont.exemple.fr").partition("#")[0]
        assert client.get(path).status_code == 200, address
