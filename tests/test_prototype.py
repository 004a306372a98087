"""The first prototype, again: a form « Initiatives » of a YesWiki, 19 entries whose facets sum to 19 each.

Its answers, and those of its feed once the extension is there, were recorded on a real wiki, whose form builder gave
the fields names that say nothing (``bf_select``, ``bf_choice``, ``bf_select1``).
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import html

from bridge import adding, pairing
from bridge.collective import Collective
from bridge.readers import yeswiki
from bridge.recording import replay
from bridge.refresh import Summary
from bridge.store.pairings import Plugins
from bridge.web import create_app
from tests.conftest import Web

CASES = Path(__file__).parent / "cases"
WIKI = "https://wiki.exemple.fr/"
FEED = f"{WIKI}?api/partageons/oai"
HEAD = '<title>Les initiatives du val : PagePrincipale</title><script src="{}javascripts/yeswiki-base.js"></script>{}'
FACETS = {
    "acteur": {
        "Collectivité": 11,
        "Association": 1,
        "Citoyen": 1,
        "État et établissements publics": 1,
        "Partenariat public privé": 3,
        "Autre": 2,
    },
    "reconnu": {"Territoire engagé pour la nature": 8, "Pas reconnu": 11},
    "statut": {"En projet": 7, "En cours": 7, "Terminé": 5},
}
LOCATED = 18
"""16 have coordinates, 2 more a town."""
TARGET = """
[target]
id = "voisins"
title = "Les voisins"
site = "https://voisins.exemple.fr/"
tool = "yeswiki"
form = 7
"""


@pytest.fixture
def wiki(web: Web) -> Web:
    """The wiki without the extension."""
    case = CASES / "yeswiki-initiatives"
    web.put(WIKI, HEAD.format(WIKI, ""), content_type="text/html; charset=UTF-8")
    web.put(f"{WIKI}?api/forms", json.loads((case / "forms.json").read_text(encoding="utf-8")))
    web.put(f"{WIKI}?api/forms/5", (case / "01.body").read_bytes(), content_type="application/json")
    web.put(f"{WIKI}?api/forms/5/entries", (case / "02.body").read_bytes(), content_type="application/json")
    return web


def extend(web: Web) -> None:
    """The extension is installed."""
    case = CASES / "oai-yeswiki-initiatives"
    named = f'<link rel="alternate" type="text/xml" title="OAI-PMH" href="{FEED}" />'
    web.put(WIKI, HEAD.format(WIKI, named), content_type="text/html; charset=UTF-8")
    for verb, name in (
        ("Identify", "01.body"),
        ("ListMetadataFormats", "formats.xml"),
        ("ListRecords&metadataPrefix=pv", "02.body"),
    ):
        web.put(f"{FEED}&verb={verb}", (case / name).read_bytes(), content_type="text/xml; charset=utf-8")


def add(here: Collective, web: Web) -> dict[str, Any]:
    """The source is added by the address of its wiki alone; returns its mapping file."""
    found = adding.arrival(here, WIKI, web, "initiatives")  # type: ignore[arg-type]  # web stands for a Fetcher
    assert not found.sample.unplaced and not found.sample.problems
    adding.accept(here, found.text)
    return tomllib.loads(found.text)


@pytest.fixture(params=["api", "extension"])
def read(request: pytest.FixtureRequest, collective: Collective, wiki: Web, harvest: Callable[..., Summary]) -> str:
    """The initiatives, read by the wiki's own API or by its extension."""
    kind: str = request.param
    if kind == "extension":
        extend(wiki)
    add(collective, wiki)
    assert harvest("initiatives").created == 19
    (collective.settings.mappings / "voisins.toml").write_text(TARGET, encoding="utf-8")
    collective.catch_up()
    return kind


@pytest.fixture
def client(collective: Collective) -> FlaskClient:
    return create_app(collective).test_client()


def test_it_sums_to_nineteen() -> None:
    assert {sum(counts.values()) for counts in FACETS.values()} == {19}


def test_its_form_is_found_by_what_it_says(collective: Collective, wiki: Web) -> None:
    written = add(collective, wiki)
    assert written["extends"] == "_yeswiki" and written["source"]["options"] == {"form": "5"}
    assert written["fields"] == {"actor_types": "bf_select", "recognitions": "bf_choice", "status": "bf_select1"}


def test_its_extension_is_found_first(collective: Collective, wiki: Web) -> None:
    extend(wiki)
    written = add(collective, wiki)
    assert written["extends"] == "_plugin" and written["source"]["url"] == FEED
    assert written["fields"] == {
        "actor_types": "fields.bf_select",
        "recognitions": "fields.bf_choice",
        "status": "fields.bf_select1",
    }


def test_who_asks_to_join_is_understood_as_well(
    collective: Collective, wiki: Web, harvest: Callable[..., Summary]
) -> None:
    extend(wiki)
    challenge = "c" * 43
    identify = (CASES / "oai-yeswiki-initiatives" / "01.body").read_bytes()
    proved = identify.replace(b' version="0.1.0"', f' version="0.1.0" challenge="{challenge}"'.encode())
    wiki.put(f"{FEED}&verb=Identify", proved, content_type="text/xml; charset=utf-8")
    asked = pairing.ask(collective, FEED, challenge)
    pairing.verify_all(collective, wiki)  # type: ignore[arg-type]  # web stands for a Fetcher
    source = pairing.accept(collective, asked.id, "Anne", wiki)  # type: ignore[arg-type]
    assert (source.title, source.home) == ("Les initiatives du val", WIKI)
    assert harvest(source.id).created == 19
    facets = create_app(collective).test_client().get("/api/v1/facets").json["facets"]  # type: ignore[index]
    assert {key: {each["label"]: each["count"] for each in facets[key]} for key in FACETS} == FACETS


def test_the_showcase_counts_the_same(read: str, client: FlaskClient) -> None:
    facets = client.get("/api/v1/facets").json["facets"]  # type: ignore[index]  # it is JSON
    assert {key: {each["label"]: each["count"] for each in facets[key]} for key in FACETS} == FACETS
    page = html.fromstring(client.get("/").get_data(as_text=True))
    for key, counts in FACETS.items():
        (group,) = page.xpath(f'//*[@id="groupe-{key}"]')
        told = [re.sub(r"\s+", " ", label.text_content()).strip() for label in group.xpath(".//label")]
        assert len(told) == len(counts), told
        for label, count in counts.items():
            assert any(text.startswith(f"{label} {count}") for text in told), (label, count, told)
    assert page.xpath('string(//*[@id="nombre"])') == "19 ressources"


def test_each_facet_narrows_the_list_to_what_it_says(read: str, client: FlaskClient) -> None:
    for key, values in client.get("/api/v1/facets").json["facets"].items():  # type: ignore[index]  # it is JSON
        for value in values if key in FACETS else ():
            page = client.get("/", query_string={key: value["value"]}).get_data(as_text=True)
            assert f">{value['count']} ressource" in page


def test_list_and_map_show_them(read: str, client: FlaskClient) -> None:
    page = html.fromstring(client.get("/").get_data(as_text=True))
    assert len(page.xpath('//ol[@class="cards"]/li')) == 19
    points = client.get("/carte.json").json["points"]  # type: ignore[index]  # it is JSON
    assert len(points) == LOCATED
    assert [48.838, -0.889] in [[lat, lon] for lon, lat, *_ in points]


def test_another_wiki_shows_the_same(read: str, client: FlaskClient) -> None:
    entries = client.get("/pour/voisins/?api/forms/7/entries").json
    form = client.get("/pour/voisins/?api/forms/7").json
    assert entries is not None and form is not None and len(entries) == 19
    titles = {field["name"]: field["label"] for field in form["prepared"]}
    for name, title, key in (
        ("bf_acteurs", "Type d'acteurs", "acteur"),
        ("bf_reconnaissance", "Reconnu acteur engagé", "reconnu"),
        ("bf_statut", "Statut", "statut"),
    ):
        assert titles[name] == title
        counts: dict[str, int] = {}
        for entry in entries.values():
            counts[entry[name]] = counts.get(entry[name], 0) + 1
        assert counts == FACETS[key]
    mapped = client.get("/pour/voisins/?api/forms/7/entries&query=bf_latitude!=|bf_longitude!=").json
    assert len(mapped or ()) == LOCATED


def test_one_adds_an_initiative_in_the_wiki_itself(read: str, collective: Collective, client: FlaskClient) -> None:
    form = f"{WIKI}?BazaR&vue=saisir&action=saisir_fiche&id=5"
    if read == "extension":  # what its Identify says, once a day
        assert client.get("/api/v1/sources").json["sources"][0].get("contribute") is None  # type: ignore[index]
        with collective.store.writing() as writing:
            Plugins(writing).note("initiatives", "", "0.1.0", form)
    page = html.fromstring(client.get("/").get_data(as_text=True))
    (link,) = page.xpath('//a[text()="J’ajoute une initiative"]/@href')
    there = html.fromstring(client.get(link, query_string={"titre": "Une mare"}).get_data(as_text=True))
    assert there.xpath('//ul[@class="sources"]//a/@href') == [f"{form}&bf_titre=Une%20mare"]
    assert client.get("/api/v1/sources").json["sources"][0]["contribute"] == form  # type: ignore[index]


def test_no_address_of_people_goes_out(read: str, client: FlaskClient) -> None:
    for path in ("/api/v1/records?per_page=100", "/pour/voisins/?api/forms/7/entries", "/feed.json"):
        text = client.get(path).get_data(as_text=True)
        assert "personne0" not in text and "UneAdministratrice" not in text


# A wiki that is read by its API, then gets the extension


def ids() -> set[str]:
    """What the records are called here."""
    return {f"initiatives:{item['id']}" for item in replay(yeswiki, CASES / "yeswiki-initiatives")["items"]}


def switch(here: Collective, web: Web) -> None:
    """What the coordinator does: the table that ``add`` proposes, under the same id, in the same file."""
    found = adding.arrival(here, WIKI, web, "nouvelle")  # type: ignore[arg-type]  # web stands for a Fetcher
    said = [why for why in found.proposal.why if "déjà lu" in why]
    assert len(said) == 1 and "initiatives.toml" in said[0]
    text = found.text.replace('"nouvelle"', '"initiatives"')
    (here.settings.mappings / "initiatives.toml").write_text(text, encoding="utf-8")


def test_the_extension_changes_no_address(collective: Collective, wiki: Web, harvest: Callable[..., Summary]) -> None:
    add(collective, wiki)
    harvest("initiatives")
    extend(wiki)
    switch(collective, wiki)
    told = harvest("initiatives")
    assert told.rekeyed == 19 and not told.created and not told.withdrawn and not told.absent
    with collective.store.snapshot() as snapshot:
        assert snapshot.states()["initiatives"].live == 19
        assert all((entry := snapshot.entry(id)) and entry.status == "live" for id in ids())


def test_and_back(collective: Collective, wiki: Web, harvest: Callable[..., Summary]) -> None:
    add(collective, wiki)
    file = collective.settings.mappings / "initiatives.toml"
    first = file.read_text(encoding="utf-8")
    harvest("initiatives")
    extend(wiki)
    switch(collective, wiki)
    harvest("initiatives")
    file.write_text(first, encoding="utf-8")
    told = harvest("initiatives")
    assert not told.created and not told.withdrawn
    with collective.store.snapshot() as snapshot:
        entries = [snapshot.entry(id) for id in ids()]
        assert [entry.status for entry in entries if entry] == ["live"] * 19


# What a wiki does to its form


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("yeswiki-ferme", "La liste est vide : ce YesWiki ne montre aucune fiche."),
        ("yeswiki-formulaire-supprime", "Ce formulaire YesWiki n'existe pas ou n'est pas public."),
        ("yeswiki-champ-retire", "Le formulaire n'a plus ces champs, que des fiches portent encore : « bf_select »."),
        ("yeswiki-liste-videe", "La liste de ces champs est vide, leurs codes ne veulent plus rien dire"),
        ("yeswiki-hiberne", ""),
    ],
)
def test_it_is_said_in_one_sentence_and_nothing_is_withdrawn(
    case: str, told: str, collective: Collective, wiki: Web, harvest: Callable[..., Summary]
) -> None:
    add(collective, wiki)
    harvest("initiatives")
    form, entries = CASES / case / "01.body", CASES / case / "02.body"
    if entries.exists():
        wiki.put(f"{WIKI}?api/forms/5", form.read_bytes())
        some = json.loads(entries.read_bytes())
        whole = json.loads((CASES / "yeswiki-initiatives" / "02.body").read_bytes())
        wiki.put(f"{WIKI}?api/forms/5/entries", {**whole, **some} if some else {})
    else:
        wiki.fail(f"{WIKI}?api/forms/5", 404)
    summary = harvest("initiatives", full=True)
    assert not summary.withdrawn and not summary.absent
    page = html.fromstring(create_app(collective).test_client().get("/sources/initiatives").get_data(as_text=True))
    text = " ".join(page.text_content().replace("\u00a0", " ").replace("\u202f", " ").replace("’", "'").split())
    assert text.count(told) == 1 if told else "À jour" in text
    with collective.store.snapshot() as snapshot:
        assert snapshot.states()["initiatives"].live == 19
