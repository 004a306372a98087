"""The vocabulary that ships, the rules of its files, and licences."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.errors import MappingError
from bridge.meaning.vocabulary import Scheme, Vocabulary, label_key, load
from bridge.record import SCHEMES

FOLDER = Path(__file__).parent.parent / "mappings" / "vocabulary"
COUNTS = {
    **{"theme": 55, "type_ressource": 11, "type_acteur": 12, "statut": 4, "reconnaissance": 5, "public": 6},
    **{"milieu": 10, "echelle": 6},
}


@pytest.fixture(scope="module")
def words() -> Vocabulary:
    return load(FOLDER)


def test_schemes_and_concepts_are_all_there(words: Vocabulary) -> None:
    assert {scheme.id: len(words.concepts(scheme.id)) for scheme in words.schemes} == COUNTS
    assert sum(COUNTS.values()) == 109
    assert set(SCHEMES.values()) == set(COUNTS)
    assert Scheme("statut", "Statut de l'initiative", "Status of the initiative", False, True) in words.schemes
    assert words.concepts("nonsense") == ()
    assert words.about["id"] == "pv"


def test_every_label_finds_its_own_concept(words: Vocabulary) -> None:
    for scheme in COUNTS:
        for concept in words.concepts(scheme):
            assert concept.fr
            assert concept.en
            for label in (concept.fr, concept.en, *concept.alt, concept.fr.upper(), f"  {concept.fr} : "):
                assert words.find(scheme, label) == concept.id, label


def test_every_parent_is_in_the_scheme_and_no_chain_is_a_circle(words: Vocabulary) -> None:
    for scheme in COUNTS:
        for concept in words.concepts(scheme):
            above = words.ancestors(concept.id)
            assert above[:1] == ((concept.broader,) if concept.broader else ())
            assert concept.id not in above
            assert all(parent.scheme == scheme for parent in map(words.concept, above) if parent)


def test_an_exact_match_belongs_to_one_concept(words: Vocabulary) -> None:
    exact = [address for scheme in COUNTS for c in words.concepts(scheme) for address in c.match.get("exactMatch", ())]
    assert len(exact) == len(set(exact)) == 20
    assert all(address.startswith("http://www.eionet.europa.eu/gemet/concept/") for address in exact)


def test_nothing_was_lost_of_a_concept(words: Vocabulary) -> None:
    birds = words.concept("t-oiseaux")
    assert birds is not None
    assert birds.broader == "t-especes"
    assert birds.alt[:5] == ("avifaune", "refuge LPO", "hirondelles", "martinets", "chouette")
    assert birds.match == {
        "exactMatch": ("http://www.eionet.europa.eu/gemet/concept/912",),
        "closeMatch": ("http://www.eionet.europa.eu/gemet/concept/6750",),
        "odd": (15,),
        "sert": ("TEN", "EEN"),
    }
    status, habitat, kind = (words.concept(id_) for id_ in ("s-projet", "m-bocage", "r-guide"))
    assert status is not None
    assert status.match == {"schema": "PotentialActionStatus", "prototype": True}
    assert habitat is not None
    assert habitat.match["eunis"] == ("X", "F")
    assert kind is not None
    assert (kind.match["dcmi"], kind.match["schema"]) == ("Text", "HowTo")


@pytest.mark.parametrize(
    ("scheme", "label", "expected"),
    [
        ("theme", "mares", "t-zones-humides"),
        ("theme", "Zone(s) humide(s) :", "t-zones-humides"),
        ("theme", "COURS D’EAU", "t-rivieres"),
        ("theme", "cours d'eau et ripisylves", "t-rivieres"),
        ("theme", "trame-verte-et-bleue", "t-tvb"),
        ("theme", "Faune & flore", "t-especes"),
        ("theme", "PLU(i)", "t-documents-urbanisme"),
        ("type_ressource", "retour-d-experience", "r-retour-experience"),
        ("type_ressource", "Case study", "r-retour-experience"),
        ("milieu", "Forêt", "m-foret"),
        ("theme", "zones", ""),
        ("theme", "les zones humides", ""),
        ("theme", "marais salants", ""),
        ("statut", "mares", ""),
        ("nonsense", "mares", ""),
        ("theme", "", ""),
    ],
)
def test_find_is_exact_once_folded(words: Vocabulary, scheme: str, label: str, expected: str) -> None:
    assert words.find(scheme, label) == expected


def test_label_key() -> None:
    assert label_key("Œuvre(s)  d’Été ; ") == "oeuvre d ete"
    assert label_key("") == ""


def test_labels(words: Vocabulary) -> None:
    assert words.label("t-tvb") == "Trame verte et bleue"
    assert words.label("t-tvb", "en") == "Green and blue infrastructure"
    assert words.label("t-tvb", "oc") == "Trame verte et bleue"
    assert words.label("x-unknown") == "x-unknown"
    assert words.concept("x-unknown") is None
    assert words.ancestors("x-unknown") == ()
    assert words.ancestors("t-desimpermeabilisation") == ("t-artificialisation", "t-amenagement")


# Licences --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("etalab-2.0", "etalab-2.0"),
        ("Licence Ouverte / Open Licence version 2.0", "etalab-2.0"),
        ("LO 2.0", "etalab-2.0"),
        ("fr-lo", "etalab-2.0"),
        ("https://www.etalab.gouv.fr/wp-content/uploads/2017/04/ETALAB-Licence-Ouverte-v2.0.pdf", "etalab-2.0"),
        ("https://github.com/etalab/licence-ouverte/blob/master/LO.md", "etalab-2.0"),
        ("© 2020 CPIE, Licence Ouverte", "etalab-2.0"),
        ("Licence Ouverte v1.0", ""),
        ("Licence Ouverte 1", ""),
        ("ODbL", "ODbL-1.0"),
        ("https://opendatacommons.org/licenses/odbl/summary/", "ODbL-1.0"),
        ("Open Data Commons Open Database License (ODbL) 1.0", "ODbL-1.0"),
        ("CC0", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/zero/1.0/deed.fr", "CC0-1.0"),
        ("domaine public", "CC0-1.0"),
        ("https://creativecommons.org/publicdomain/mark/1.0/", ""),
        ("CC BY", "CC-BY-4.0"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC-BY 4.0 International", "CC-BY-4.0"),
        ("CC BY-SA", "CC-BY-SA-4.0"),
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("ccbysa", "CC-BY-SA-4.0"),
        ("CC BY-SA 3.0 FR", "CC-BY-SA-3.0"),
        ("CC by sa 2", "CC-BY-SA-2.0"),
        ("http://creativecommons.org/licenses/by-sa/2.0/fr/", "CC-BY-SA-2.0"),
        ("https://creativecommons.org/licenses/by-nc-sa/4.0/deed.fr", "CC-BY-NC-SA-4.0"),
        ("Creative Commons BY-NC-ND", "CC-BY-NC-ND-4.0"),
        ("Attribution 4.0 International (CC BY 4.0)", "CC-BY-4.0"),
        ("Creative Commons Attribution - Partage dans les Mêmes Conditions 4.0 International", "CC-BY-SA-4.0"),
        ("Creative Commons Paternité – Pas d’Utilisation Commerciale 3.0", "CC-BY-NC-3.0"),
        ("Creative Commons, pas de modification", "CC-BY-ND-4.0"),
        ("Sauf mention contraire, les contenus sont sous licence CC BY-SA 4.0.", "CC-BY-SA-4.0"),
        ("Textes CC BY 4.0, photos CC BY-NC 4.0", ""),
        ("CC BY-SA 3.0 ou CC BY-SA 4.0", ""),
        ("Licence Ouverte ou ODbL", ""),
        ("CC BY-SA-ND", ""),
        ("CC BY 1.0", ""),
        ("Creative Commons", ""),
        ("© OFB 2024", "NOASSERTION"),
        ("Copyright OFB", "NOASSERTION"),
        ("Tous droits réservés", "NOASSERTION"),
        ("OFB 2021. Tous droits réservés.", "NOASSERTION"),
        ("Tous droits réservés, sauf CC BY", ""),
        ("", "NOASSERTION"),
        ("NOASSERTION", "NOASSERTION"),
        ("MIT", ""),
        ("libre", ""),
        ("x" * 5000, ""),
    ],
)
def test_licence(words: Vocabulary, text: str, code: str) -> None:
    assert words.licence(text) == code


def test_every_licence_is_found_by_all_it_goes_by(words: Vocabulary) -> None:
    reuse = {"full", "full-sharealike", "full-noncommercial", "notice-only"}
    assert {"etalab-2.0", "ODbL-1.0", "CC0-1.0", "CC-BY-4.0", "CC-BY-SA-4.0", "CC-BY-NC-SA-4.0", "NOASSERTION"} <= {
        each.code for each in words.licences
    }
    for each in words.licences:
        assert each.reuse in reuse
        for text in filter(None, (each.code, each.label, each.url, *each.alt)):
            assert words.licence(text) == each.code, text


# Files -----------------------------------------------------------------------------------------------------------

THEME = '[scheme]\nid = "theme"\nfr = "Thème"\n'


def folder(path: Path, **files: str) -> Path:
    path.mkdir(exist_ok=True)
    for name, text in files.items():
        (path / f"{name}.toml").write_text(text)
    return path


def concept(id_: str, fr: str = "", more: str = "") -> str:
    return f'[[concept]]\nid = "{id_}"\nfr = "{fr or id_}"\n{more}\n'


def test_a_later_folder_replaces_key_by_key_and_adds(tmp_path: Path) -> None:
    own = folder(
        tmp_path / "own",
        theme=THEME + concept("t-haies", "Haies", 'alt = ["talus"]') + concept("t-vergers", "Vergers"),
        licences='[[licence]]\ncode = "MIT"\nlabel = "MIT"\n',
        note="",
    )
    (own / "LISEZMOI.txt").write_text("pas lu")
    words = load(FOLDER, own)
    hedges = words.concept("t-haies")
    assert hedges is not None
    assert (hedges.fr, hedges.en, hedges.alt, hedges.broader) == ("Haies", "Hedgerows", ("talus",), "t-agroecologie")
    assert words.find("theme", "vergers") == "t-vergers"
    assert words.find("theme", "bocage") == ""
    assert words.label("t-vergers", "en") == "Vergers"
    assert words.licence("MIT") == "MIT"
    assert len(words.concepts("theme")) == 56
    assert words.version != load(FOLDER).version


def test_the_version_follows_the_files(tmp_path: Path) -> None:
    first = load(folder(tmp_path, theme=THEME + concept("t-a"))).version
    assert load(tmp_path).version == first
    assert load(folder(tmp_path, theme=THEME + concept("t-b"))).version != first


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[scheme", "TOML"),
        ("[[concept]]\nid = 'a'\n", "sans [scheme]"),
        ("[nonsense]\n", "[nonsense]"),
        (THEME + concept("t-é"), "t-é"),
        (THEME + "[[concept]]\nfr = 'A'\n", "None"),
        (THEME + "[[concept]]\nid = 't-a'\n", "n'a pas de libellé"),
        (THEME + concept("t-a") + concept("t-a"), "deux fois"),
        (THEME + concept("t-a", more="colour = 'red'"), "clé inconnue"),
        (THEME + concept("t-a", more="alt = 'mares'"), "attendu"),
        (THEME + concept("t-a", more="alt = [1]"), "attendu"),
        (THEME + concept("t-a", more="prototype = 1"), "attendu"),
        (THEME + concept("t-a", more="broader = 't-z'"), "parent"),
        (THEME + concept("t-a", more="broader = 't-b'") + concept("t-b", more="broader = 't-a'"), "ancêtre"),
        (THEME + concept("t-a", "Mares") + concept("t-b", "Étangs", "alt = ['mare(s)', 'MARES']"), "désigne à la fois"),
        (THEME + concept("t-a", more="exactMatch = ['gemet:1']"), "préfixes"),
        (THEME + concept("t-a", more="exactMatch = [1]"), "attendu"),
        ("[scheme]\nid = 'theme'\n", "n'a pas de libellé"),
        ("[[licence]]\ncode = 'MIT'\n", "n'a pas de libellé"),
        ("scheme = 3\n", "une table"),
        ("concept = 3\n" + THEME, "une liste de tables"),
        ("concept = [3]\n" + THEME, "3"),
        ("vocabulary = 3\n", "une table"),
    ],
)
def test_a_broken_file_is_refused_and_said(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(MappingError, match="theme.toml|Vocabulaire") as error:
        load(folder(tmp_path, theme=text))
    assert message in str(error.value)


def test_an_exact_match_of_two_concepts_is_refused(tmp_path: Path) -> None:
    text = "[prefix]\ngemet = 'https://g.example/'\n" + THEME
    match = "exactMatch = ['gemet:1']"
    assert load(folder(tmp_path, theme=text + concept("t-a", more=match))).concept("t-a") is not None
    with pytest.raises(MappingError, match="exactMatch de"):
        load(folder(tmp_path, theme=text + concept("t-a", more=match) + concept("t-b", more=match)))


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "theme.toml").write_bytes("fr = 'é'".encode("latin-1"))
    with pytest.raises(MappingError, match="UTF-8"):
        load(tmp_path)


def test_parents_are_of_the_same_scheme(tmp_path: Path) -> None:
    other = '[scheme]\nid = "milieu"\nfr = "Milieu"\n' + concept("m-a")
    with pytest.raises(MappingError, match="n'est pas dans son schéma"):
        load(folder(tmp_path, milieu=other, theme=THEME + concept("t-a", more="broader = 'm-a'")))
