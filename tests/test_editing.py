"""A person's answer written into a mapping file: that row and nothing else."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import MappingError
from bridge.meaning import bounds, editing
from bridge.meaning.source import Source, load_source
from bridge.meaning.text import fold
from bridge.meaning.vocabulary import load
from bridge.record import SCHEMES

ROOT = Path(__file__).parent.parent
WORDS = load(ROOT / "mappings" / "vocabulary")
PRESETS = {path.stem: path.read_text("utf-8") for path in (ROOT / "mappings" / "presets").glob("*.toml")}
# The few lines that coordinators of the demo write, under a preset.
HEAD = 'extends = "_csv"\n\n[source]\nid = "x"\nurl = "{url}"\n'
FILES = {
    path.stem: HEAD + path.read_text("utf-8").removeprefix("[source]\n")
    for path in (ROOT / "bridge" / "demo" / "mappings").glob("*.toml")
}
EXAMPLE = """\
# Un partenaire.
extends = "_csv"

[source]
id      = "parc"   # son nom
url     = "https://parc.fr/a.csv"
ignore  = [
    "Contact",  # une personne
]

[fields]
title = "Nom"
leads = ["Porteur", "Qui"]

[values.themes]
"Mares"     = "t-zones-humides"  # oui
'Divers'    = ""
"Haies, arbres" = ["t-haies"]

# La fin.
[expect]
min = 20
"""


def read(text: str) -> Source:
    source = load_source(text.replace("{url}", "https://exemple.fr"), "x", PRESETS, WORDS, "")
    assert source is not None
    return source


def changed(before: str, after: str) -> list[str]:
    """The lines of ``after`` that are new; none of ``before`` but one may be gone, nor moved."""
    old, new = ([line for line in text.splitlines() if line] for text in (before, after))
    kept = [line for line in new if line in old]
    assert len([line for line in old if line not in new]) <= 1
    assert kept == [line for line in old if line in new]
    return [line for line in new if line not in old]


@pytest.mark.parametrize(
    ("label", "concepts", "line"),
    [
        ("Mares", ["t-restauration"], '"Mares"     = "t-restauration"  # oui'),
        ("MARES", [], '"Mares"     = ""  # oui'),
        ("Divers", ["t-haies", "t-foret"], '\'Divers\'    = ["t-haies", "t-foret"]'),
        ("Haies, arbres", ["t-haies", "t-foret"], '"Haies, arbres" = ["t-haies", "t-foret"]'),
        ("Haies, arbres", ["t-foret"], '"Haies, arbres" = "t-foret"'),
        ("Bocage", ["t-haies"], '"Bocage" = "t-haies"'),
        ('L\'« arbre » "têtu" \\ 𝕏.a', [], '"L\'« arbre » \\"têtu\\" \\\\ 𝕏.a" = ""'),
    ],
)
def test_a_word_is_one_row(label: str, concepts: list[str], line: str) -> None:
    after = editing.accept(EXAMPLE, "themes", label, concepts)
    assert changed(EXAMPLE, after) == [line]
    assert read(after).values["themes"][fold(label)] == tuple(concepts)


def test_a_new_row_is_in_its_table_and_before_the_next() -> None:
    after = editing.accept(EXAMPLE, "themes", "Bocage", ["t-haies"])
    assert after.index('"Haies, arbres"') < after.index('"Bocage"') < after.index("[expect]")


def test_the_table_is_made_when_it_is_missing() -> None:
    assert editing.accept('extends = "_csv"\n', "type", "Récit", ["r-retour-experience"]) == (
        'extends = "_csv"\n\n[values.type]\n"Récit" = "r-retour-experience"\n'
    )
    assert editing.accept("", "type", "a", []) == '[values.type]\n"a" = ""\n'
    after = editing.accept(EXAMPLE, "type", "Récit", ["r-retour-experience"])
    assert changed(EXAMPLE, after) == ["[values.type]", '"Récit" = "r-retour-experience"']


@pytest.mark.parametrize(
    "text",
    [
        'values.themes."A b" = "t-haies"\n',
        '[values]\nthemes = { "A b" = "t-haies" }\n',
        '[values.themes]\n"A b" = "t-haies"\n\n[fields]\ntitle = "t"\n\n[values.type]\n"x" = "r-guide"\n',
        '[values.type]\n"x" = "r-guide"\n[fields]\ntitle = "t"\n[values.themes]\n"A b" = "t-haies"\n',
        '[values.themes]\r\n"A b" = "t-haies"\r\n',
    ],
)
def test_other_ways_to_write_a_table(text: str) -> None:
    for label in ("a B", "C"):
        after = tomllib.loads(editing.accept(text, "themes", label, ["t-foret"]))
        expected = tomllib.loads(text)
        expected["values"]["themes"]["A b" if label == "a B" else label] = "t-foret"
        assert after == expected


def concepts_of(field: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from([each.id for each in WORDS.concepts(SCHEMES[field])]), unique=True, max_size=3)


LABELS = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), min_size=1, max_size=40).filter(
    lambda label: not bounds._INVISIBLE.search(label)
)


@settings(max_examples=40)
@given(st.sampled_from([EXAMPLE, *FILES.values()]), st.sampled_from([*SCHEMES]), LABELS, st.data())
def test_only_that_row_changes(text: str, field: str, label: str, data: Any) -> None:
    concepts = data.draw(concepts_of(field))
    after = editing.accept(text, field, label, concepts)
    old, new = read(text), read(after)
    assert new.values[field][fold(label)] == tuple(concepts)
    for name in {*old.values, field}:
        kept = {key: row for key, row in old.values.get(name, {}).items() if (name, key) != (field, fold(label))}
        assert {k: row for k, row in new.values.get(name, {}).items() if (name, k) != (field, fold(label))} == kept
    assert (new.ignore, new.options, new.minimum) == (old.ignore, old.options, old.minimum)
    assert [getter.field for getter in new.getters] == [getter.field for getter in old.getters]
    assert len([line for line in changed(text, after) if not line.startswith("[values.")]) <= 1
    assert [line for line in text.splitlines() if "#" in line and line not in after.splitlines()] == []
    assert editing.accept(after, field, label, concepts) == after


# Fields


@pytest.mark.parametrize(
    ("ours", "theirs", "line"),
    [
        ("title", "Intitulé", 'title = ["Nom", "Intitulé"]'),
        ("title", "Nom", None),
        ("leads", "Structure", 'leads = ["Porteur", "Qui", "Structure"]'),
        ("leads", "Qui", None),
        ("budget", "Coût (€)", 'budget = "Coût (€)"'),
        ("url", "meta.lien", 'url = "meta.lien"'),
        ("url", "categories[0]", 'url = "categories[0]"'),
        ("url", "fields.Site web", 'url = "fields.\\"Site web\\""'),
        ("place", "N. de lieu", 'place = "N. de lieu"'),
        ("place", "Lieu [où]", 'place = "\\"Lieu [où]\\""'),
    ],
)
def test_a_field_is_one_line(ours: str, theirs: str, line: str | None) -> None:
    after = editing.set_field(EXAMPLE, ours, theirs)
    assert changed(EXAMPLE, after) == ([line] if line else [])
    assert read(after).id == "parc"


def test_names_of_the_preset_stay() -> None:
    text = 'extends = "_csv"\n'
    assert editing.set_field(text, "title", "Nom", ["titre"]) == f'{text}\n[fields]\ntitle = ["titre", "Nom"]\n'
    assert editing.set_field(text, "title", "titre", ["titre"]) == text
    assert editing.set_field(EXAMPLE, "title", "b", ["titre"]).count('["Nom", "b"]') == 1


def test_a_field_left_behind() -> None:
    after = editing.ignore(EXAMPLE, "Date de saisie")
    assert changed(EXAMPLE, after) == ['    "Date de saisie",']
    assert read(after).ignore >= {"Contact", "Date de saisie"}
    assert editing.ignore(EXAMPLE, "Contact") == EXAMPLE
    assert editing.ignore('[source]\nid = "a"\n', "b") == '[source]\nid = "a"\nignore = ["b"]\n'


# Refusals


@pytest.mark.parametrize("text", ["[", "a = " + "[" * 40, "values = 1", "[values]\nthemes = 1"])
def test_what_is_no_mapping(text: str) -> None:
    with pytest.raises(MappingError):
        editing.accept(text, "themes", "a", [])


def test_an_ignore_that_is_no_list() -> None:
    with pytest.raises(MappingError, match="« ignore » doit être une liste"):
        editing.ignore('[source]\nignore = "a"\n', "b")


def test_what_cannot_be_changed_alone_is_left_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editing, "_put", lambda document, *_: document.add("x", 1))
    with pytest.raises(MappingError, match="à la main"):
        editing.accept(EXAMPLE, "themes", "a", [])

    def fails(*_: object) -> None:
        raise ValueError

    monkeypatch.setattr(editing, "_put", fails)
    with pytest.raises(MappingError, match="à la main"):
        editing.accept(EXAMPLE, "themes", "a", [])
