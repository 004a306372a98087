"""Mapping files and what they make of an item."""

from pathlib import Path

import jmespath
import pytest
from jmespath.exceptions import JMESPathError
from writers_cases import FULL

from bridge.errors import MappingError
from bridge.meaning.mapping import apply
from bridge.meaning.paths import _path
from bridge.readers import oai
from bridge.record import (
    Agent,
    Amount,
    Contact,
    Document,
    Hop,
    Identifier,
    Image,
    Item,
    Organisation,
    Origin,
    Point,
    Response,
)
from bridge.writers import pv_xml

HEAD = """
[source]
id = "a"
kind = "json_api"
url = "https://a.exemple.fr/data/"
title = "Source A"
licence = "etalab-2.0"
"""


@pytest.fixture
def mapped(collective):
    """``mapped('title = "t"', {...}, head="", tail="")`` -> Mapped."""

    def run(fields: str, data: dict, *, head: str = "", tail: str = "", **item):
        source = collective.load(f"{HEAD}{head}\n[fields]\n{fields}\n{tail}", "a.toml")
        return apply(source, Item("1", data, **item))

    return run


def record(result):
    assert result.record is not None, result.problems
    return result.record


def test_a_poor_item_gives_a_poor_record(mapped):
    got = record(mapped('title = "t"', {"t": " Une <b>mare</b> &amp; ses amis "}))
    assert (got.id, got.source, got.title) == ("a:1", "a", "Une mare & ses amis")
    assert (got.url, got.licence, got.attribution) == ("https://a.exemple.fr/data/", "etalab-2.0", "Source A")
    assert got.type == "" and got.territories == () and got.language == "fr"
    assert got.origin == Origin("https://a.exemple.fr/data/", "1")


@pytest.mark.parametrize("title", ["", "  ", None, [], {}, "<p> </p>", True])
def test_no_title_is_a_problem_and_no_record(mapped, title):
    result = mapped('title = "t"', {"t": title})
    assert result.record is None and result.problems[0].item == "1"


def test_only_named_fields_leave_and_the_others_are_told(mapped):
    result = mapped('title = "t"', {"t": "x", "secret": "confidentiel", "vu": "z"}, head='ignore = ["vu"]')
    assert result.unplaced == {"secret"}
    assert "confidentiel" not in str(result.record)


def test_keys_inside_an_object_are_told_when_the_mapping_opens_it(mapped):
    item = {"meta": {"titre": "x", "courriel": "a@b.fr", "vu": 1}, "tout": {"a": 1}, "autre": {"b": 2}, "court": "c"}
    fields = 'title = "meta.titre"\nabstract = "court.texte"\nlessons = "tout"'
    assert mapped(fields, item, head='ignore = ["meta.vu"]').unplaced == {"meta.courriel", "autre"}


def test_every_type_reads_its_own_kind_of_text(mapped):
    fields = "\n".join(
        f'{name} = "{name}"'
        for name in [
            "title",
            "abstract",
            "url",
            "documents",
            "period",
            "published",
            "authors",
            "publishers",
            "identifiers",
            "edition",
            "leads",
            "department",
            "partners",
            "funders",
            "budget_text",
            "area_ha",
            "length_m",
            "sdgs",
            "taxa",
            "image",
            "contact",
            "language",
            "created",
            "modified",
            "keywords",
            "content",
            "lessons",
        ]
    )
    data = {
        "title": "Mare",
        "abstract": "<p>Un résumé.</p><p>Écrire à jean@exemple.fr ou 06 12 34 56 78.</p>",
        "url": "/fiche?utm_source=x&id=2",
        "documents": [
            {"url": "/a.pdf", "type": "application/pdf", "size": "12", "title": "Le plan"},
            "/b.pdf",
            {"url": ""},
            "le plan",
        ],
        "period": "D'avril 2014 à juillet 2015",
        "published": "2019",
        "authors": "Dupont, Jeanne ; Martin, Paul",
        "publishers": ["OFB", {"name": "Cerema"}],
        "identifiers": "ISBN 978-2-86959-840-9",
        "edition": 2,
        "leads": "Ville de Villeurbanne (SIREN 216 902 668)",
        "department": "Espaces verts",
        "partners": "LPO | CEN",
        "funders": ["Agence de l'eau"],
        "budget_text": "12 000 € HT",
        "area_ha": "1 200 m²",
        "length_m": 350,
        "sdgs": "ODD 15 ; ODD 11",
        "taxa": ["Bufo bufo"],
        "image": {"url": "/i.jpg", "caption": "Vue"},
        "contact": ["Service nature", "https://a.exemple.fr/contact"],
        "language": "fre",
        "created": "2020-01-02T03:04:05Z",
        "modified": "2020-07-02 03:04:05",
        "keywords": "mare; amphibiens",
        "content": "<p onclick=x>Texte</p>",
        "lessons": "À refaire",
    }
    got = record(mapped(fields, data, url="https://a.exemple.fr/fiches/1"))
    assert "exemple.fr" not in got.abstract and "06" not in got.abstract and got.abstract.startswith("Un résumé.")
    assert got.url == "https://a.exemple.fr/fiche?id=2"
    assert got.documents == (
        Document("https://a.exemple.fr/a.pdf", "application/pdf", 12, "Le plan"),
        Document("https://a.exemple.fr/b.pdf"),
    )
    assert (got.period, got.period_text) == ("2014-04/2015-07", "D'avril 2014 à juillet 2015")
    assert got.published == "2019" and got.edition == "2"
    assert got.authors == (Agent("Dupont, Jeanne"), Agent("Martin, Paul"))
    assert got.publishers == (Organisation("OFB"), Organisation("Cerema"))
    assert got.identifiers == (Identifier("isbn", "9782869598409"),)
    assert got.leads[0].siren == "216902668"
    assert got.partners == (Organisation("LPO"), Organisation("CEN"))
    assert got.budget == Amount(12000.0, "HT") and got.budget_text == "12 000 € HT"
    assert (got.area_ha, got.length_m) == (0.12, 350.0)
    assert got.sdgs == ("15", "11") and got.taxa == ("Bufo bufo",)
    assert got.image == Image("https://a.exemple.fr/i.jpg", "Vue")
    assert got.contact == Contact("Service nature", "https://a.exemple.fr/contact")
    assert got.language == "fr" and got.keywords == ("mare", "amphibiens")
    assert got.created == "2020-01-02T03:04:05Z" and got.modified == "2020-07-02T01:04:05Z"
    assert got.content == "" and got.lessons == ""  # keep = "notice"


def test_an_agreement_keeps_the_text_made_safe(mapped):
    head = 'keep = "full"\nagreement = { date = 2026-01-01 }'
    data = {"t": "x", "c": '<p onclick="x">Texte <script>alert(1)</script><a href="/b">b</a></p>', "l": "À refaire"}
    got = record(mapped('title = "t"\ncontent = "c"\nlessons = "l"', data, head=head))
    assert "<p>Texte" in got.content and "script" not in got.content and "onclick" not in got.content
    assert 'href="https://a.exemple.fr/b"' in got.content
    assert got.lessons == "À refaire" and got.abstract == "Texte b"


def test_coded_words_are_all_accounted_for(mapped, collective):
    concept = next(c for c in collective.vocabulary.concepts("theme") if c.broader)
    tail = f'[values.themes]\n"Mares" = ["{concept.id}"]\n"Divers" = ""\n"A ; B" = ["{concept.id}"]'
    data = {"t": "x", "th": ["MARES", f"{concept.fr} ; Divers", "Inconnu", "A ; B", ""]}
    result = mapped('title = "t"\nthemes = "th"', data, tail=tail)
    assert record(result).themes == (concept.id,)
    assert [(t.label, t.concept) for t in result.terms] == [
        ("MARES", concept.id),
        (concept.fr, concept.id),
        ("Divers", "-"),
        ("Inconnu", ""),
        ("A ; B", concept.id),
    ]
    assert {"MARES", "Divers", "Inconnu"} <= set(record(result).keywords)


def test_words_that_are_ours_already_are_told_as_the_others(mapped):
    result = mapped('title = "t"\nthemes = "th"\ntype = "=r-guide"', {"t": "x", "th": ["t-tvb", "r-guide"]})
    assert record(result).themes == ("t-tvb",) and record(result).type == "r-guide"
    assert [(t.field, t.label, t.concept) for t in result.terms] == [
        ("themes", "t-tvb", "t-tvb"),
        ("themes", "r-guide", ""),
    ]


def test_a_word_may_mean_several_things_and_several_words_one(mapped):
    tail = '[values.themes]\n"Mares" = ["t-zones-humides", "t-haies"]\n"Étangs" = "t-zones-humides"'
    result = mapped('title = "t"\nthemes = "th"', {"t": "x", "th": "Mares ; étangs"}, tail=tail)
    assert record(result).themes == ("t-zones-humides", "t-haies")
    assert [t.label for t in result.terms] == ["Mares", "Mares", "étangs"]


def test_the_table_of_the_partner_comes_before_our_labels(mapped, collective):
    label = collective.vocabulary.label("t-haies")
    tail = f'[values.themes]\n"{label}" = "t-tvb"'
    assert record(mapped('title = "t"\nthemes = "th"', {"t": "x", "th": label}, tail=tail)).themes == ("t-tvb",)


def test_every_licence_of_an_item_is_told(mapped):
    tail = '[values.licence]\n"voir le site" = ""\n"chez nous" = "CC-BY-4.0"'
    result = mapped('title = "t"\nlicence = "l"', {"t": "x", "l": ["voir le site", "chez nous", "zzz"]}, tail=tail)
    assert record(result).licence == "CC-BY-4.0"
    assert [t.concept for t in result.terms] == ["-", "CC-BY-4.0", ""]
    assert (
        record(mapped('title = "t"\nlicence = "l"', {"t": "x", "l": "voir le site"}, tail=tail)).licence
        == "NOASSERTION"
    )


def test_what_a_spreadsheet_makes_of_numbers_and_dates(mapped):
    fields = 'title = "t"\nperiod = ["d", "e"]\npublished = "p"\narea_ha = "a"\nlength_m = "l"'
    data = {"t": "x", "d": "41730", "p": 43831.0, "a": "1\u202f200,5", "l": "1 200"}
    got = record(mapped(fields, data))
    assert (got.period, got.published, got.area_ha, got.length_m) == ("2014-04-01", "2020-01-01", 1200.5, 1200.0)
    got = record(mapped(fields, {"t": "x", "d": "69003", "p": "12345", "e": "41730"}))
    assert (got.period, got.published) == ("", "")
    assert record(mapped('title = "t"\nperiod = "d"', {"t": "x", "d": ["41730", "41730"]})).period == "2014-04-01"
    assert record(mapped('title = "t"\nperiod = "d"', {"t": "x", "d": ["mars 2014", "2015"]})).period == "2014-03/2015"


def test_goals_are_numbers_that_a_person_would_read(mapped):
    for said, goals in [
        ("ODD 15 ; 11", ("15", "11")),
        ("² ; m²", ()),
        ("015" + "0" * 5000, ()),
        ("ODD 0, ODD 18", ()),
        ("6 - Eau", ("6",)),
    ]:
        assert record(mapped('title = "t"\nsdgs = "g"', {"t": "x", "g": said})).sdgs == goals


def test_the_functional_address_is_told_whatever_its_case(mapped):
    fields = 'title = "t"\ncontact = "c"'
    data = {"t": "x", "c": "Accueil ACCUEIL@a.exemple.fr"}
    got = record(mapped(fields, data, head='contact = "Accueil@A.exemple.fr"'))
    assert got.contact == Contact("Accueil", "", "accueil@a.exemple.fr")


def test_a_word_is_matched_whole_never_in_part(mapped):
    tail = '[values.type]\n"5" = ["r-guide"]'
    assert record(mapped('title = "t"\ntype = "y"', {"t": "x", "y": "15"}, tail=tail)).type == ""
    assert record(mapped('title = "t"\ntype = "y"', {"t": "x", "y": 5}, tail=tail)).type == "r-guide"


def test_constants_fallbacks_and_paths(mapped):
    fields = 'title = ["absent", "a.b[0].c"]\ntype = "=r-guide"\n'
    fields += 'abstract = ["vide", "Résumé (court)"]\nstatus = ["z", "=s-termine"]'
    got = record(mapped(fields, {"a": {"b": [{"c": "Titre"}]}, "vide": "", "Résumé (court)": "Bref.", "z": []}))
    assert (got.title, got.type, got.abstract, got.status) == ("Titre", "r-guide", "Bref.", "s-termine")
    assert got.keywords == ()


def test_an_expression_that_fails_on_an_item_costs_one_field(mapped):
    result = mapped('title = "t"\nabstract = "join(\', \', n)"', {"t": "x", "n": 3})
    assert record(result).title == "x" and "abstract" in result.problems[0].message


def test_the_place_is_weighed(mapped):
    fields = 'title = "t"\ncommune = "ville"\npostcode = "cp"\nlon = "x"\nlat = "y"'
    got = record(mapped(fields, {"t": "x", "ville": "Lyon", "cp": "69003", "x": "4,85", "y": "45,76"}))
    assert got.territories == ("commune/69123",) and got.place_text == "69003 Lyon"
    assert got.point == Point(4.85, 45.76, "point")
    result = mapped('title = "t"\nplace = "p"', {"t": "x", "p": "Saint-Denis"})
    assert record(result).territories == () and "non résolu" in result.problems[0].message
    assert record(result).place_text == "Saint-Denis"


@pytest.mark.parametrize(
    "point",
    ["45.76, 4.85", "45.76|4.85", "POINT (4.85 45.76)", {"lat": "45,76", "lng": 4.85}, [4.85, 45.76]]
    + [{"type": "Point", "coordinates": ["4.85", "45.76"]}, {"bf_latitude": "45.76", "bf_longitude": "4.85"}],
)
def test_positions_in_every_usual_form(mapped, point):
    got = record(mapped('title = "t"\npoint = "p"', {"t": "x", "p": point}))
    assert got.point is not None and (round(got.point.lon, 2), round(got.point.lat, 2)) == (4.85, 45.76)


@pytest.mark.parametrize("point", ["", "ici", "0,0", [0, 0], {"lat": None}, {"a": 1}, [1], True, "5, 5"])
def test_no_position_is_no_position(mapped, point):
    assert record(mapped('title = "t"\npoint = "p"', {"t": "x", "p": point})).point is None


def test_licences(mapped):
    fields = 'title = "t"\nlicence = "l"'
    for label, code in [
        ("CC BY-SA 4.0", "CC-BY-SA-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("Licence Ouverte", "etalab-2.0"),
        ("tous droits à moi", "NOASSERTION"),
        ("", "etalab-2.0"),
        (None, "etalab-2.0"),
    ]:
        assert record(mapped(fields, {"t": "x", "l": label})).licence == code, label
    tail = '[values.licence]\n"Libre chez nous" = "CC-BY-4.0"'
    assert record(mapped(fields, {"t": "x", "l": "libre chez nous"}, tail=tail)).licence == "CC-BY-4.0"


def test_a_functional_address_is_kept_only_when_declared(mapped):
    fields = 'title = "t"\ncontact = "c"\nabstract = "a"'
    data = {"t": "x", "c": "Accueil accueil@a.exemple.fr", "a": "Écrire à accueil@a.exemple.fr, pas à j@b.fr."}
    got = record(mapped(fields, data, head='contact = "accueil@a.exemple.fr"'))
    assert got.contact == Contact("Accueil", "", "accueil@a.exemple.fr")
    assert "accueil@a.exemple.fr" in got.abstract and "j@b.fr" not in got.abstract
    assert record(mapped(fields, data)).contact == Contact("Accueil")


def test_the_home_of_a_record_that_travelled(mapped):
    path = (Hop("https://b.fr/oai", "oai:b:1"), Hop("https://home.fr/oai", "oai:home:9"))
    assert record(mapped('title = "t"', {"t": "x"}, path=path)).origin == Origin("https://home.fr/oai", "oai:home:9")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[source", "TOML"),
        ("[source]\nid = 'A b'", "source.id"),
        (HEAD + "nom = 'x'", "source.nom"),
        (HEAD.replace("kind", "sort"), "source"),
        (HEAD.replace("json_api", "carte"), "Sortes de sources"),
        (HEAD.replace("https://a", "ftp://a"), "source.url"),
        (HEAD.replace("etalab-2.0", "à moi"), "Licences :"),
        (HEAD + "keep = 'full'", "accord"),
        (HEAD + "[fields]\ntitre = 'x'", "fields"),
        (HEAD + "[fields]\ntitle = 3", "un nom de champ"),
        (HEAD + "[fields]\ntitle = 'a[?'", "JMESPath"),
        (HEAD + "[values.themes]\n'x' = 'r-guide'", "pas un concept de theme"),
        (HEAD + "[values.licence]\n'x' = 'wtf'", "licence inconnue"),
        (HEAD + "[values.themes]\n'x' = 3", "un concept"),
        (HEAD + "[expect]\nevery = 'souvent'", "durée"),
        ("extends = '_rien'" + HEAD, "Modèles"),
        ("extends = 3" + HEAD, "extends"),
        ("x = 1", "« x »"),
        ("# " + "x" * (1 << 20), "1 Mo"),
    ],
)
def test_a_mapping_file_with_an_error_says_where_and_what_was_expected(collective, text, told):
    with pytest.raises(MappingError, match="a.toml") as error:
        collective.load(text, "a.toml")
    assert told in str(error.value)


def test_a_file_may_only_describe_a_target(collective):
    assert collective.load("[target]\nid = 'x'", "a.toml") is None


def test_a_preset_is_overlaid(collective):
    (collective.settings.mappings / "presets").mkdir()
    (collective.settings.mappings / "presets" / "_maison.toml").write_text(
        '[source]\nkind = "json_api"\nignore = ["a"]\n[fields]\ntitle = "t"\nabstract = "r"\n[values.themes]\n"x" = ""'
    )
    head = HEAD.replace('kind = "json_api"\n', "")
    source = collective.load(f'extends = "_maison"\n{head}ignore = ["b"]\n[fields]\ntitle = "nom"', "a.toml")
    got = apply(source, Item("1", {"nom": "N", "t": "T", "r": "R", "a": 1, "b": 2}))
    assert (got.record.title, got.record.abstract, got.unplaced) == ("N", "R", {"t"})
    assert source.values["themes"] == {"x": ()}


def test_shipped_presets_load(collective):
    for preset in collective.presets():
        head = "\n".join(line for line in HEAD.splitlines() if not line.startswith("kind"))
        source = collective.load(f'extends = "{preset}"\n{head}', "a.toml")
        assert source is not None and any(getter.field == "title" for getter in source.getters), preset


def test_the_version_moves_with_all_that_decides(collective):
    one = collective.load(HEAD + "[fields]\ntitle = 'a'", "a.toml")
    same = collective.load(HEAD + "[fields]\ntitle = 'a'", "b.toml")
    other = collective.load(HEAD + "[fields]\ntitle = 'b'", "a.toml")
    assert one.version == same.version != other.version


def test_a_broken_file_costs_only_itself(collective, add_source):
    add_source("a")
    add_source("b")
    (collective.settings.mappings / "b.toml").write_text("[source")
    (collective.settings.mappings / "c.toml").write_text((collective.settings.mappings / "a.toml").read_text())
    (collective.settings.mappings / "d.toml").write_bytes(b"\xff\xfe")
    assert list(collective.sources) == ["a"]
    assert set(collective.broken) == {"b.toml", "c.toml", "d.toml"}
    assert "déjà décrite" in str(collective.broken["c.toml"])
    assert collective.words.source("a") == "Source a"
    (collective.settings.mappings / "b.toml").unlink()
    assert set(collective.sources) == {"a"} and set(collective.broken) == {"c.toml", "d.toml"}


def test_a_memory_of_words_is_bounded(mapped, collective, monkeypatch):
    monkeypatch.setattr("bridge.meaning.mapping._MEMO_MAX", 2)
    source = collective.load(HEAD + "[fields]\ntitle = 't'\nthemes = 'th'", "a.toml")
    for n in range(10):
        apply(source, Item(str(n), {"t": "x", "th": f"mot {n}"}))
    assert len(source.memo) <= 4


def test_a_plugin_feed_needs_no_mapping(collective):
    """What ``pv_xml`` writes, read by the OAI-PMH reader and mapped by the preset, keeps what it says."""
    head = "\n".join(line for line in HEAD.splitlines() if not line.startswith("kind"))
    full = 'keep = "full"\nagreement = { date = 2026-01-01 }\ncontact = "biodiversite@cdr.exemple.fr"'
    source = collective.load(f'extends = "_plugin"\n{head}\n{full}', "a.toml")
    fragment = pv_xml.fragment(FULL, collective.words)
    body = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-01-01T00:00:00Z</responseDate>'
        "<request/><ListRecords><record><header><identifier>x</identifier><datestamp>2026-01-01</datestamp></header>"
        f"<metadata>{fragment}</metadata></record></ListRecords></OAI-PMH>"
    )
    identify = Path("tests/cases/oai-pv/1-identify.http").read_bytes().partition(b"\n\n")[2]
    carry = oai.read(Response("https://o/oai?verb=Identify", 200, {}, identify), {"prefix": "pv"}).next[0].carry
    (item,) = oai.read(Response("https://o/oai", 200, {}, body.encode(), carry), {"prefix": "pv"}).items
    got = record(apply(source, item))
    for name in [
        "title",
        "type",
        "themes",
        "url",
        "documents",
        "point",
        "scale",
        "period",
        "period_text",
        "status",
        "published",
    ]:
        assert getattr(got, name) == getattr(FULL, name), name
    assert got.territories == ("commune/69266",) and got.place_text == FULL.place_text
    assert (got.area_ha, got.length_m) == (FULL.area_ha, FULL.length_m)
    for name in [
        "identifiers",
        "publishers",
        "edition",
        "department",
        "actor_types",
        "habitats",
        "audiences",
        "sdgs",
        "taxa",
        "licence",
        "language",
    ]:
        assert getattr(got, name) == getattr(FULL, name), name
    assert apply(source, item).unplaced == frozenset()


def test_a_quoted_name_is_a_name(mapped):
    assert record(mapped("title = '\"Nom du lieu\"'", {"Nom du lieu": "x"})).title == "x"


@pytest.mark.parametrize(
    "path", ["a.b", "a[0].b", "a[-1]", "a[5]", "a.b.c", "a[0][1]", '"a".b', "a[*].b", "a || b", "length(a)", "a[?b]"]
)
def test_chains_are_followed_as_jmespath_does(path):
    expression = jmespath.compile(path)
    follow = _path(path, expression).search
    for value in ({"a": {"b": 1}}, {"a": [{"b": 2}, [3, 4]]}, {"a": []}, {"b": "x", "a": ["y"]}):
        try:
            expected = expression.search(value)
        except JMESPathError:
            continue
        assert follow(value) == expected, (path, value)
