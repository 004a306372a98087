"""« Existe déjà ailleurs ? »: what resembles what somebody writes, in an index of some three hundred records."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from bridge.meaning.similarity import Draft, Likeness, Reason, address, compare
from bridge.meaning.vocabulary import load
from bridge.record import Document, Entry, Identifier, Record
from bridge.store.search import Index
from bridge.store.similar import Similar

VERBS = ("Créer", "Restaurer", "Aménager", "Financer", "Végétaliser", "Concevoir")
SCHOOLS = ("la cour de l'école", "une école", "les abords de l'école", "le jardin de l'école", "le toit de l'école")
MARES = ("une mare", "des mares", "un réseau de mares")
MORE = ("avec les habitants", "en ville", "pas à pas", "sur le littoral")


def made() -> dict[str, Record]:
    """Many schools, some mares, and records that have something of their own."""
    titles = [f"{verb} {school} {more}" for verb, school, more in product(VERBS, SCHOOLS, MORE)]
    titles += [f"{verb} {mare}" for verb, mare in product(VERBS[:3], MARES)]
    titles += [f"Projet de territoire n° {number}" for number in range(120)]
    records = [Record(id=f"a:{number}", source="a", title=title) for number, title in enumerate(titles)]
    site, here = "https://www.exemple.fr", ("commune/69266",)
    records += [
        Record(
            id="b:1", source="b", title="Hérissons", url=f"{site}/fiches/herissons/", territories=("commune/69266",)
        ),
        Record(id="b:2", source="b", title="Nichoirs", documents=(Document(f"{site}/f/plan%20des%20nichoirs.pdf"),)),
        Record(id="b:3", source="b", title="Ouvrage", identifiers=(Identifier("isbn", "9782070360536"),)),
        Record(id="b:4", source="b", title="Article", identifiers=(Identifier("doi", "10.5281/zenodo.1234"),)),
        Record(
            id="b:5", source="b", title="Muret en pierre sèche", territories=("departement/69",), themes=("t-haies",)
        ),
        Record(id="b:6", source="b", title="Muret en pierre sèche", territories=here),
        Record(id="c:1", source="c", title="Le muret en pierres sèches", territories=("departement/29",)),
    ]
    return {record.id: record for record in records}


RECORDS = made()
VOCABULARY = load(Path(__file__).parents[1] / "mappings" / "vocabulary")


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    index = Index(tmp_path_factory.mktemp("index"), VOCABULARY)
    index.update((Entry(record.id, "2026-01-01T00:00:00Z", record=record) for record in RECORDS.values()), 1)
    return index


def read(ids: Sequence[str]) -> list[Entry]:
    return [Entry(id, "2026-01-01T00:00:00Z", record=RECORDS[id]) for id in ids]


def asked(index: Index, title: str = "", text: str = "", limit: int = 50, **more: tuple[str, ...]) -> list[Similar]:
    without = more.pop("without", ())
    return index.similar(Draft(title, text, **more), read, limit, without)


def titles(found: list[Similar]) -> list[str]:
    return [each.entry.record.title for each in found if each.entry.record]


def kinds(likeness: Likeness) -> list[str]:
    return [reason.kind for reason in likeness.reasons]


def test_rare_words_tell_and_common_ones_do_not(index: Index) -> None:
    found = asked(index, "La mare de l'école")
    assert len(found) == 9 and all("mare" in title for title in titles(found))
    assert found[0].likeness.reasons == (Reason("words", ("mare",)),)
    assert asked(index, "Projet de territoire pour l'école") == []


def test_the_more_is_shared_the_higher(index: Index) -> None:
    found = asked(index, "Restaurer une mare")
    scores = [each.likeness.score for each in found]
    assert scores == sorted(scores, reverse=True) and all(0 < score <= 1 for score in scores)
    assert titles(found)[:2] == ["Restaurer une mare", "Restaurer des mares"]
    assert kinds(found[0].likeness) == ["title"] and scores[0] > 0.9 > scores[2] > 0.5
    assert found[2].likeness.reasons[0] == Reason("words", ("mare", "restaurer"))


@pytest.mark.parametrize("title", ["MURETS EN PIERRE SECHE", "Le muret, en pierre sèche !", "muret de pierres sèches"])
def test_the_same_title_otherwise_written(index: Index, title: str) -> None:
    found = asked(index, title)
    assert {each.entry.id for each in found[:3]} == {"b:5", "b:6", "c:1"}
    assert all(kinds(each.likeness)[0] == "title" for each in found[:3])


def test_a_title_of_common_words_finds_itself(index: Index) -> None:
    found = asked(index, "Projet de territoire n° 77")
    assert titles(found)[0] == "Projet de territoire n° 77" and found[0].likeness.score > 0.9


def test_a_typing_error_hides_nothing(index: Index) -> None:
    assert asked(index, "Restaurrer la mare")[0].entry.id in {id for id, r in RECORDS.items() if "mare" in r.title}


def test_the_territory_and_the_theme_decide_between_equals(index: Index) -> None:
    found = asked(index, "Muret en pierre sèche", territories=("commune/69266",), themes=("t-haies",))
    assert [each.entry.id for each in found[:3]] == ["b:6", "b:5", "c:1"]
    assert found[0].likeness.reasons == (Reason("title"), Reason("territory", ("commune/69266",)))
    assert found[1].likeness.reasons[1:] == (Reason("territory", ("departement/69",)), Reason("theme", ("t-haies",)))
    assert found[0].likeness.score > found[1].likeness.score > found[2].likeness.score


def test_a_territory_alone_tells_nothing(index: Index) -> None:
    assert asked(index, "Zythum", territories=("commune/69266",), themes=("t-haies",)) == []
    assert asked(index) == asked(index, "de la", "le") == []


@pytest.mark.parametrize(
    "text, id, kind, value",
    [
        ("voir http://exemple.fr/fiches/herissons.", "b:1", "address", "exemple.fr/fiches/herissons"),
        ("voir (https://www.exemple.fr/fiches/herissons/#haut)", "b:1", "address", "exemple.fr/fiches/herissons"),
        ("ci-joint plan%20des%20nichoirs.pdf", "b:2", "file", "plan des nichoirs.pdf"),
        ("ISBN 978-2-07-036053-6", "b:3", "identifier", "9782070360536"),
        ("ISBN 2-07-036053-9 (ancien)", "b:3", "identifier", "9782070360536"),
        ("https://doi.org/10.5281/ZENODO.1234", "b:4", "identifier", "10.5281/zenodo.1234"),
    ],
)
def test_the_same_work_under_any_title(index: Index, text: str, id: str, kind: str, value: str) -> None:
    (found,) = [each for each in asked(index, "Sans rapport aucun", text) if each.entry.id == id]
    assert found.likeness.score >= 0.9 and Reason(kind, (value,)) in found.likeness.reasons  # type: ignore[arg-type]


def test_a_text_without_title_speaks_for_itself(index: Index) -> None:
    found = asked(index, text="Nous avons creusé une mare près du verger")
    assert found and all("mare" in title for title in titles(found))


def test_what_is_ones_own_is_left_out(index: Index) -> None:
    found = asked(index, "Muret en pierre sèche", without=("b:6", "c"))
    assert [each.entry.id for each in found[:2]] == ["b:5"] and "b:6" not in {each.entry.id for each in found}


def test_any_text_is_a_draft(index: Index) -> None:
    for text in ("\0", "🌱" * 300, "http://[", "https://", "mare " * 2000, '"(*', "10.5281/" + "x" * 3000):
        for draft in (Draft(title=text), Draft(text=text)):
            index.similar(draft, read)
    assert Index(Path("/nowhere"), VOCABULARY).similar(Draft("mare"), read) == []


def test_fewer_may_be_asked_for(index: Index) -> None:
    assert titles(asked(index, "Une mare", limit=2)) == titles(asked(index, "Une mare"))[:2]


def test_comparing_needs_no_weights() -> None:
    assert compare(Draft("Mare"), Record(id="a:1", source="a", title="Des mares"), {}).reasons == (Reason("title"),)
    assert compare(Draft("Mare"), Record(id="a:1", source="a", title=""), {}) == Likeness(0.0, ())


def test_addresses_are_compared_without_what_varies() -> None:
    same = ("http://www.a.fr/b/", "https://A.fr/b", "https://a.fr/b#c", "https://a.fr/b.")
    assert {address(url) for url in same} == {"a.fr/b"}
    assert address("https://a.fr/?id=1") != address("https://a.fr/?id=2")
