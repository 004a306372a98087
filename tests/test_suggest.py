"""What a word or a field of a partner may mean: suggestions that a person looks at."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.errors import MappingError
from bridge.meaning import keys
from bridge.meaning.likeness import Entry, Likeness, stem, words
from bridge.meaning.source import Source, load_source
from bridge.meaning.suggest import LEAST, Memory, Suggestion
from bridge.meaning.vocabulary import Vocabulary, load
from bridge.record import SCHEMES

ROOT = Path(__file__).parent.parent
WORDS = load(ROOT / "mappings" / "vocabulary")


def source(id: str, body: str) -> Source:
    head = f'[source]\nid = "{id}"\nkind = "json_api"\nurl = "https://{id}.fr/"\n'
    found = load_source(head + body, id, {}, WORDS, "")
    assert found is not None
    return found


PARC = source(
    "parc",
    """
    [fields]
    title = "Appellation"
    leads = ['fields."Qui a fait quoi" || fields."Le moteur"', "=Le parc"]
    lat = "geo.nord"
    type = "categories[0]"
    url = "permalien"
    [values.themes]
    "Transmettre" = "t-education"
    "Bocage, mares" = ["t-haies", "t-zones-humides"]
    "Divers" = ""
    [values.licence]
    "libre" = "etalab-2.0"
    """,
)
AGENCE = source(
    "agence",
    """
    [fields]
    abstract = ["titre", "Appellation"]
    [values.themes]
    "Transmettre" = "t-participation"
    """,
)
CPIE = source("cpie", '[values.themes]\n"Transmettre" = "t-education"\n')
MEMORY = Memory(WORDS, [PARC, AGENCE, CPIE])


def ids(found: tuple[Suggestion, ...]) -> list[str]:
    return [each.id for each in found]


# Words


def test_a_label_of_the_vocabulary_comes_first_and_is_sure() -> None:
    first, *others = MEMORY.concepts("themes", "Zone(s) humide(s)")
    assert first == ("t-zones-humides", 1.0, "libellé du vocabulaire")
    assert all(each.confidence < 1 for each in others)


def test_what_other_partners_say_of_the_same_label() -> None:
    assert MEMORY.concepts("themes", "TRANSMETTRE :")[:2] == (
        ("t-education", 0.97, "même libellé chez cpie"),
        ("t-participation", 0.97, "même libellé chez agence"),
    )
    assert ids(MEMORY.concepts("themes", "transmettre", without="agence"))[:1] == ["t-education"]
    assert "t-participation" not in ids(MEMORY.concepts("themes", "transmettre", without="agence"))
    assert ids(MEMORY.concepts("themes", "transmettre", n=1)) == ["t-education"]


def test_a_source_alone_teaches_itself_nothing() -> None:
    memory = Memory(WORDS, [AGENCE])
    for label in ("Transmettre", "Savoir transmettre"):
        assert memory.concepts("themes", label)[0].id == "t-participation"
        assert "t-participation" not in ids(memory.concepts("themes", label, without="agence"))


@pytest.mark.parametrize(
    ("label", "concept"),
    [
        ("Zone humides", "t-zones-humides"),
        ("haie champetres", "t-haies"),
        ("Restaurer les zones humides et les mares", "t-zones-humides"),
        ("Nature / environnement / Forêts", "t-foret"),
        ("Atlas de la biodiversité (ABC)", "t-abc"),
        ("zones humdies", "t-zones-humides"),
        ("Mares & bocage", "t-haies"),
    ],
)
def test_labels_that_look_like_a_known_one(label: str, concept: str) -> None:
    found = MEMORY.concepts("themes", label)
    assert concept in ids(found)
    assert all(LEAST <= each.confidence <= 1 for each in found)
    assert [each.confidence for each in found] == sorted((each.confidence for each in found), reverse=True)


def test_the_reason_names_what_it_looks_like() -> None:
    (first, *_) = MEMORY.concepts("themes", "Zones très humides")
    assert first.reason == "ressemble à « Zones humides »"
    assert 0.5 < first.confidence < 0.9
    (taught, *_) = MEMORY.concepts("themes", "Savoir transmettre")
    assert (taught.id, taught.reason) == ("t-education", "ressemble à « transmettre » (cpie)")


def test_no_suggestion_for_what_looks_like_nothing() -> None:
    assert MEMORY.concepts("themes", "xyzzy") == ()
    assert MEMORY.concepts("themes", "") == ()
    assert MEMORY.concepts("themes", "plantes", n=2)[2:] == ()
    assert MEMORY.concepts("licence", "libre") == ()
    assert MEMORY.concepts("nonsense", "mares") == ()


@given(st.text(), st.sampled_from([*SCHEMES, "licence", ""]))
def test_any_label_has_suggestions_of_its_scheme_or_none(label: str, field: str) -> None:
    found = MEMORY.concepts(field, label)
    assert len(set(ids(found))) == len(found) <= 3
    for each in found:
        concept = WORDS.concept(each.id)
        assert concept is not None
        assert concept.scheme == SCHEMES[field]


def test_a_wrong_concept_in_a_mapping_says_the_near_ones() -> None:
    with pytest.raises(MappingError, match="Proches : t-haies"):
        source("a", '[values.themes]\n"Haie champêtre" = "t-rien"\n')
    with pytest.raises(MappingError, match="voir mappings/vocabulary"):
        source("a", '[values.themes]\n"xyzzy" = "t-rien"\n')


# Names of fields


@pytest.mark.parametrize(
    ("key", "ours"),
    [
        ("bf_titre", "title"),
        ("field_porteur_projet", "leads"),
        ("dcterms:issued", "published"),
        ("schema.datePublished", "published"),
        ("acf.budget_previsionnel", "budget"),
        ("Organisme en charge de la mise en œuvre", "leads"),
        ("Dates de l'action", "period"),
        ("Service de la collectivité associé", "department"),
        ("Comment avez-vous financé l'action ?", "funders"),
        ("fields.Maître d’ouvrage :", "leads"),
        ('fields."Maître d\'ouvrage"', "leads"),
        ("Service référent", "department"),
    ],
)
def test_usual_names(key: str, ours: str) -> None:
    assert MEMORY.fields(key)[0] == (ours, 0.95, "nom courant")


def test_names_that_other_partners_gave() -> None:
    assert MEMORY.fields("appellation")[:2] == (
        ("abstract", 0.95, "même nom chez agence"),
        ("title", 0.95, "même nom chez parc"),
    )
    assert ids(MEMORY.fields("Appellation", n=1, without="agence")) == ["title"]
    for key in ("Qui a fait quoi", "sections.Le moteur"):
        assert MEMORY.fields(key)[0] == ("leads", 0.95, "même nom chez parc")
    assert MEMORY.fields("nord")[0].id == "lat"
    assert MEMORY.fields("permalien")[0].id == "url"
    assert "leads" not in ids(MEMORY.fields("Le parc"))  # a constant is no name


def test_a_usual_name_gives_way_to_three_partners_only() -> None:
    assert ids(MEMORY.fields("Titre"))[:2] == ["title", "abstract"]
    three = [source(id, '[fields]\nabstract = "titre"\n') for id in ("a", "b", "c")]
    assert MEMORY.fields("catégories")[0].id == "themes"  # categories[0] says nothing of the whole
    assert ids(Memory(WORDS, three).fields("Titre"))[:1] == ["abstract"]
    assert ids(Memory(WORDS, three).fields("Titre", without="c"))[:2] == ["title", "abstract"]


def test_names_that_look_like_a_usual_one() -> None:
    found = MEMORY.fields("Budget prévisionnel de l'opération (en €)")
    assert found[0].id == "budget"
    assert found[0].reason.startswith("ressemble à « budget")
    assert MEMORY.fields("xyzzy") == ()


@pytest.mark.parametrize(
    "key",
    ["Courriel du porteur", "bf_mail", "fields.Nom et prénom du référent", "Correspondante", "Adresse postale"],
)
def test_people_get_no_suggestion(key: str) -> None:
    assert MEMORY.personal(key)
    assert MEMORY.fields(key) == ()


@pytest.mark.parametrize("key", ["À qui s'adresse l'action ?", "Adresse web", "Service référent", "Référence"])
def test_what_is_no_person(key: str) -> None:
    assert not MEMORY.personal(key)


@given(st.text())
def test_any_key_has_a_plain_name(key: str) -> None:
    assert keys.plain(keys.plain(key)) == keys.plain(keys.plain(keys.plain(key)))
    assert set(ids(MEMORY.fields(key))) <= {*keys.NAMES}


def test_no_name_belongs_to_two_fields() -> None:
    owners: dict[str, str] = {}
    for ours, names in keys.NAMES.items():
        for name in names.split(", "):
            assert owners.setdefault(keys.plain(name), ours) == ours, name
    assert keys.all_named().keys() == owners.keys()
    assert not [name for name in owners if keys.is_personal(name)]


# Likeness


@pytest.mark.parametrize(
    ("word", "expected"),
    [("communales", "communal"), ("communaux", "communal"), ("eaux", "eau"), ("bureaux", "bureau"), ("eau", "eau")]
    + [("partagees", "partag"), ("zones", "zone"[:3]), ("bus", "bus")],
)
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_little_words_do_not_count_unless_alone() -> None:
    assert words("Les haies de l'été") == ["hai", "ete"]
    assert words("De la") == ["de", "la"]


def test_a_meaning_that_several_labels_tell_is_likelier() -> None:
    labels = ("mare forestiere", "mare prairiale", "bois")
    apart = Likeness(Entry(label, (label,), frozenset({""})) for label in labels)
    together = Likeness(Entry(label, (label[:4],), frozenset({""})) for label in labels)
    assert together.near("mare urbaine")[0].likeness > apart.near("mare urbaine")[0].likeness


def test_the_bench_reads_its_tables() -> None:
    """The figures of ``bench`` rest on fifteen partners at least, a third of them held out, and real concepts."""
    sys.path.insert(0, str(ROOT))
    from bench.suggestions import asked, read_tables, source_of

    tables = read_tables()
    held = [name for name, table in tables.items() if table.get("held_out")]
    assert len(tables) >= 15
    assert len(held) * 3 >= len(tables) - 2
    for name, table in tables.items():
        assert source_of(name, table, WORDS).id == name
        assert set(table) <= {"origin", "held_out", "themes", "audiences", "fields"}
    assert all(each.partner in held for each in asked(tables, "themes", True))


def test_the_memory_is_of_any_vocabulary() -> None:
    empty = Vocabulary([], [], [])
    assert Memory(empty).concepts("themes", "mares") == ()
