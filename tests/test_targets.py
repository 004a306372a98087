"""Targets: what each partner receives, in its own words; the five exchanges that the collective was made for."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest

from bridge.collective import Collective, shipped
from bridge.errors import MappingError
from bridge.meaning.target import Target, TargetWords, load_target
from bridge.meaning.vocabulary import load
from bridge.record import Entry, Record
from bridge.web import create_app
from tests.harvested_demo import Demo

VOCABULARY = load(shipped() / "vocabulary")
PRESETS = {
    "_yeswiki": '[source]\nkind = "yeswiki"\n[fields]\ntitle = ["bf_titre", "bf_nom"]\nplace = "bf_ville"\n'
    '[values.themes]\n"Biotopes humides" = "t-zones-humides"\n"Nuit" = "t-trame-noire"\n'
}


def target(text: str, name: str = "exemple.toml") -> Target:
    found = load_target(text, name, PRESETS, VOCABULARY)
    assert found is not None
    return found


def words(of: Target) -> TargetWords:
    return TargetWords(VOCABULARY, {}, of.labels)


SOURCE = """
extends = "_yeswiki"
[source]
id = "wiki"
url = "https://wiki.exemple.fr/"
title = "Le wiki"
[fields]
themes = "bf_themes"
url = "address.main"
lon = "bf_longitude"
[values.themes]
"Mares et étangs" = ["t-zones-humides"]
"Eau" = ["t-zones-humides", "t-rivieres"]
"Continuités" = "t-tvb"
"Rien" = ""
"""


def test_a_file_without_a_target_has_none():
    assert load_target(SOURCE, "wiki.toml", PRESETS, VOCABULARY) is None


def test_words_go_back_by_the_value_table_read_backwards():
    said = words(target(f"{SOURCE}\n[target]\n")).label
    assert said("t-zones-humides") == "Mares et étangs"  # its own row before the preset's
    assert said("t-rivieres") == "Cours d'eau et ripisylves"  # « Eau » is not exactly that
    assert said("t-tvb") == said("t-passage-faune") == "Continuités"  # the nearest ancestor's row
    assert said("t-trame-noire") == "Nuit"  # the preset's row is nearer than the ancestor's
    assert said("t-haies", "en") == "Hedgerows"  # our label, in the language asked for


def test_words_of_the_target_itself_come_first():
    said = words(target(f'{SOURCE}\n[target.values.themes]\n"Milieux humides" = "t-zones-humides"\n')).label
    assert (said("t-zones-humides"), said("t-tvb")) == ("Milieux humides", "Continuités")


def test_names_go_back_too_where_people_gave_them():
    assert target(f"{SOURCE}\n[target]\n").names == {
        "title": "bf_titre",
        "themes": "bf_themes",
        "place_text": "bf_ville",
        "longitude": "bf_longitude",
    }
    assert target(SOURCE.replace('"_yeswiki"', '"_yeswiki"') + '[target.fields]\nabstract = "bf_r"').names == {
        "abstract": "bf_r"
    }
    without = target('[source]\nid = "a"\nkind = "drupal"\nurl = "https://a.fr"\n[fields]\ntitle = "title"\n[target]\n')
    assert without.names == {}


def test_what_is_not_said_is_taken_from_the_source_or_the_file():
    found = target(f"{SOURCE}\n[target]\n")
    assert (found.id, found.title, found.partner, found.site) == ("wiki", "Le wiki", "wiki", "https://wiki.exemple.fr/")
    found = target("[target]\n", "agences.toml")
    assert (found.id, found.title, found.partner, found.site) == ("agences", "agences", "", "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[target.select]\nthemes = "t-inconnu"', "t-inconnu"),
        ('[target.select]\nthemes = "r-guide"', "r-guide"),
        ('[target.select]\nlicence = "libre"', "libre"),
        ('[target.select]\nmax_age = "dix ans"', "max_age"),
        ("[target.select]\nthemes = 3", "themes"),
        ('[target.select]\ncouleur = "vert"', "couleur"),
        ('[target]\ntool = "minitel"', "tool"),
        ('[target]\nid = "Pas Bon"', "id"),
        ('[target.fields]\ntitre = "bf_titre"', "titre"),
        ('[target.fields]\ntitle = "a"\nabstract = "a"', "« a »"),
        ('[target.values.themes]\n"A" = "t-tvb"\n"B" = "t-tvb"', "deux mots"),
        ('[target.values.themes]\n"A" = "r-guide"', "r-guide"),
        ('[target.values.couleur]\n"A" = "t-tvb"', "couleur"),
    ],
)
def test_a_mistake_is_told_with_its_key(text: str, told: str):
    with pytest.raises(MappingError) as raised:
        target(text)
    assert told in str(raised.value) and "exemple.toml" in str(raised.value)


@pytest.mark.parametrize(
    ("age", "first"), [("", ""), ("10y", "2016-11-24"), ("18m", "2025-05-24"), ("999y", "1027-11-24")]
)
def test_an_age_is_a_first_day(age: str, first: str):
    text = f'[target.select]\nmax_age = "{age}"' if age else "[target]"
    assert target(text).since(date(2026, 11, 24)) == first
    assert target('[target.select]\nmax_age = "1m"').since(date(2026, 3, 31)) == "2026-02-28"


@pytest.fixture
def receive(collective: Collective) -> Callable[[str], list[str]]:
    """``receive("[target.select]…")``: the ids that such a target receives."""

    def ids(text: str, name: str = "cible") -> list[str]:
        (collective.settings.mappings / f"{name}.toml").write_text(text, encoding="utf-8")
        assert not collective.broken
        (found,) = collective.targets.values()
        return sorted(collective.index.search(collective.query_of(found)).ids)

    return ids


def shelve(collective: Collective, *records: Record) -> None:
    entries = [Entry(record.id, "2026-11-01T10:00:00Z", record=record) for record in records]
    collective.index.update(entries, 1)


def record(id: str, **values: object) -> Record:
    return Record(id=id, source=id.partition(":")[0], title=f"Fiche {id}", **values)  # type: ignore[arg-type]


def test_a_selection_holds_each_condition(collective, receive):
    shelve(
        collective,
        record(
            "a:1", themes=("t-passage-faune",), type="r-guide", licence="etalab-2.0", territories=("commune/69123",)
        ),
        record("a:2", themes=("t-tvb",), type="r-outil", language="fr"),
        record("b:1", themes=("t-haies",), type="r-guide", published="2012"),
        record("b:2", themes=("t-haies",), period="2015/2019-06"),
        record("b:3", themes=("t-haies",), created="2020-02-03T00:00:00Z"),
    )
    assert receive('[target.select]\nthemes = "t-tvb"') == ["a:1", "a:2"]
    assert receive('[target.select]\nthemes = ["t-tvb", "t-haies"]\ntype = "r-guide"') == ["a:1", "b:1"]
    assert receive('[target.select]\nterritories = "region/84"') == ["a:1"]
    assert receive('[target.select]\nlicence = "etalab-2.0"') == ["a:1"]
    assert receive('[target.select]\nlanguage = "fr"') == ["a:2"]
    assert receive('[target.select]\nonly = ["a:2", "b:2", "z:9"]') == ["a:2", "b:2"]
    assert receive('[target.select]\nnever = ["a:2"]\nthemes = "t-tvb"') == ["a:1"]
    years = date.today().year - 2019
    assert receive(f'[target.select]\nsource = "b"\nmax_age = "{years + 1}y"') == ["b:2", "b:3"]
    assert receive(f'[target.select]\nmax_age = "{years - 2}y"') == ["a:1", "a:2"]  # undated: never too old
    assert receive("[target]\n") == ["a:1", "a:2", "b:1", "b:2", "b:3"]


def test_nothing_comes_back_to_where_it_is_from(collective, add_source, receive):
    add_source("a", url="https://a.exemple.fr/data.json", source_more='partner = "asso"')
    add_source("a2", url="https://partage.exemple.fr/a2.json", source_more='partner = "asso"')
    add_source("b", url="https://partage.exemple.fr/b.json")
    add_source("reseau", url="https://reseau.exemple.fr/oai")
    shelve(
        collective,
        record("a:1"),
        record("a2:1"),
        record("b:1", url="https://partage.exemple.fr/b/1"),  # a host of several partners tells nothing
        record("reseau:1", url="https://www.a.exemple.fr/fiche/1"),  # its own page, told by somebody else
        record("reseau:2", url="https://b.exemple.fr/2"),
    )
    assert receive('[target]\npartner = "asso"') == ["b:1", "reseau:2"]
    assert receive('[target]\npartner = "b"') == ["a2:1", "a:1", "reseau:1", "reseau:2"]
    assert receive('[target]\npartner = "asso"\n[target.select]\nsource = ["b", "asso"]') == ["b:1"]
    assert receive('[target.select]\nsource = "asso"') == ["a2:1", "a:1"]  # named by their partner


def test_two_files_cannot_describe_the_same_target(collective):
    for name in ("un", "deux"):
        (collective.settings.mappings / f"{name}.toml").write_text('[target]\nid = "x"\n', encoding="utf-8")
    assert list(collective.targets) == ["x"] and list(collective.broken) == ["un.toml"]


def test_who_leaves_a_selection_is_told(collective, web, add_source, harvest):
    url = "https://a.exemple.fr/data.json"
    items = [
        {"id": n, "titre": f"Fiche {n}", "lien": f"https://a.exemple.fr/{n}", "mots": "Zones humides"} for n in range(9)
    ]
    add_source("a", fields={"title": "titre", "url": "lien", "themes": "mots"})
    (collective.settings.mappings / "cible.toml").write_text(
        '[target.select]\nthemes = "t-zones-humides"\n', encoding="utf-8"
    )

    def members() -> dict[str, bool]:
        with collective.store.snapshot() as snapshot:
            found = collective.members(snapshot, collective.query_of(collective.targets["cible"]))
            return {row.id: row.gone for row in found.page(100)}

    web.put(url, items)
    harvest()
    assert members() == {f"a:{n}": False for n in range(9)}
    items[3]["mots"] = "Oiseaux"
    web.put(url, [item for item in items if item["id"] != 5])
    for _ in "12":
        harvest()
    assert {id for id, gone in members().items() if gone} == {"a:3", "a:5"}


# The five exchanges, on the demo network.


def received(demo: Demo, id: str) -> dict[str, Record]:
    here = demo.here
    ids = here.index.search(here.query_of(here.targets[id])).ids or ()
    found = demo.records()
    total = here.index.search(here.query_of(here.targets[id])).total
    with here.store.snapshot() as snapshot:
        members = here.members(snapshot, here.query_of(here.targets[id]))
    assert members.live == total >= len(ids)
    return {row.id: found[row.id] for row in members.page(1000) if not row.gone}


def about(record: Record, *themes: str) -> bool:
    """Whether a record is about one of these, or about what is below one of them."""
    return any({theme, *VOCABULARY.ancestors(theme)} & set(themes) for theme in record.themes)


LICENCES = ("etalab-2.0", "ODbL-1.0", "CC-BY-4.0", "CC-BY-SA-4.0")
EXCHANGES: dict[str, tuple[str, Callable[[Record], bool]]] = {
    # target: (a source that it was made for, what it should receive, told once more by hand)
    "centre-tvb": (
        "cpie-sept-etangs",
        lambda r: (
            r.type in ("r-retour-experience", "r-fiche-technique", "r-guide", "r-evenement")
            and about(r, "t-tvb", "t-haies", "t-zones-humides")
        ),
    ),
    "civam-ormelle": (
        "parc-trois-rivieres",
        lambda r: r.source != "civam-ormelle" and about(r, "t-agroecologie", "t-captages"),
    ),
    "marais-oree": (
        "parc-trois-rivieres",
        lambda r: r.source in ("parc-trois-rivieres", "rando-crete") and r.type == "r-retour-experience",
    ),
    "territoires-engages": (
        "parc-trois-rivieres",
        lambda r: r.licence in LICENCES and about(r, "t-tvb", "t-trame-noire", "t-nature-ville"),
    ),
    "agences-urbanisme": (
        "caue-val-ambre",
        lambda r: r.source == "caue-val-ambre" and about(r, "t-amenagement", "t-erc", "t-desimpermeabilisation"),
    ),
}
SAID = {
    "centre-tvb": {"Trame bleue", "Trame verte", "Continuités écologiques"},
    "civam-ormelle": {"Circuits courts"},
    "territoires-engages": {"Éteindre la nuit", "La nature près de chez soi"},
    "agences-urbanisme": {"Renaturer", "Planifier"},
}


@pytest.mark.parametrize("id", EXCHANGES)
def test_the_right_resources_arrive_and_nothing_else(demo: Demo, id: str):
    source, fits = EXCHANGES[id]
    found, expected = received(demo, id), {r.id for r in demo.records().values() if fits(r)}
    assert set(found) == expected
    assert source in {record.source for record in found.values()} and len(found) < len(demo.records()) / 2


@pytest.mark.parametrize("id", SAID)
def test_they_arrive_in_the_words_of_the_target(demo: Demo, id: str):
    target = demo.here.targets[id]
    answer = create_app(demo.here).test_client().get(f"/pour/{id}/feed.csv")
    rows = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig")), delimiter=";"))
    assert len(rows) == len(received(demo, id))
    column = target.names.get("themes", "Thèmes")
    said = {word for row in rows for word in row[column].split(" | ")}
    assert said >= SAID[id], said
    ours = {VOCABULARY.label(concept) for concept in target.labels} - set(target.labels.values())
    assert not said & ours
    if target.names:
        assert list(rows[0])[: len(target.names)] == list(target.names.values())


def test_the_page_of_a_target_shows_what_it_receives(demo: Demo):
    client = create_app(demo.here).test_client()
    assert client.get("/pour/centre-tvb/").headers["Location"].endswith("/pour/centre-tvb/?PagePrincipale")
    page = client.get("/pour/centre-tvb/?PagePrincipale").get_data(as_text=True)
    assert "{{bazarliste id=" in page and "/pour/centre-tvb/|7" in page
    assert "Trame bleue" in page and "bf_trames" in page and "/pour/centre-tvb/oai" in page
    assert client.get("/en/pour/centre-tvb/").status_code == 200
    assert client.get("/pour/inconnue/").status_code == client.get("/pour/inconnue/feed.rss").status_code == 404
    assert client.get("/pour/centre-tvb/feed.inconnu").status_code == 404
    listed = unescape(client.get("/pour/").get_data(as_text=True))
    assert all(target.title in listed for target in demo.here.targets.values())
