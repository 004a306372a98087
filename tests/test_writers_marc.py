"""UNIMARC and MARC 21, judged by pymarc, by yaz-marcdump, by the schema of MARCXML and by the fields each format has.

A golden case is a record of ``cases/marc``, named after its type of resource, and what each format makes of it in the
notation of MARCMaker. ``GOLDEN=1`` rewrites the expected files: read the diff.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from pymarc import MARCReader, parse_xml_to_array
from real.parts import need
from writers_cases import BY_ID, CASES, ENTRIES, FEED, FULL, LIVE, ROOT, WORDS, one, written

from bridge.meaning.vocabulary import load
from bridge.meaning.words import Words
from bridge.record import Agent, Contact, Document, Entry, Identifier, Organisation, Record, from_json
from bridge.writers import WRITERS, marc, marc21_xml, unimarc_xml
from bridge.writers.languages import language_code

FORMATS = ("unimarc", "marc21")
XML = {"unimarc": unimarc_xml, "marc21": marc21_xml}
TITLE = {"unimarc": "200", "marc21": "245"}
ABSTRACT = {"unimarc": "330", "marc21": "520"}
KEYWORD = {"unimarc": "610", "marc21": "653"}
FOLDER = CASES / "marc"
NAMED = sorted(FOLDER.glob("*.json"))
SCHEMA = etree.XMLSchema(etree.parse(ROOT / "tests" / "schemas" / "marcxml.xsd"))
SLIM = {"m": marc.NAMESPACE}
VOCABULARY = load(ROOT / "mappings" / "vocabulary")
NOW = "2026-11-20T12:00:00Z"


# What judges see: a leader without lengths, then the fields in order.
Seen = tuple[str, list[tuple[Any, ...]]]


def seen(record: Any) -> Seen:
    fields = [
        (f.tag, f.data) if f.control_field else (f.tag, *f.indicators, *map(tuple, f.subfields)) for f in record.fields
    ]
    return str(record.leader)[5:12] + str(record.leader)[17:], fields


def from_iso(name: str, document: bytes) -> list[Any]:
    """Every record, read strictly; the directory is checked byte by byte."""
    found = []
    for chunk in document.split(b"\x1d")[:-1]:
        chunk += b"\x1d"
        assert len(chunk) == int(chunk[:5]) <= 99_999
        base = int(chunk[12:17])
        assert chunk[base - 1 : base] == b"\x1e" and (base - 25) % 12 == 0
        end = 0
        for at in range(24, base - 1, 12):
            length, start = int(chunk[at + 3 : at + 7]), int(chunk[at + 7 : at + 12])
            field = chunk[base + start : base + start + length]
            assert start == end and len(field) <= 9_999 and field.endswith(b"\x1e") and field.count(b"\x1e") == 1
            field.decode("utf-8")
            end = start + length
        assert chunk[base + end :] == b"\x1d"
        (record,) = MARCReader(chunk, force_utf8=True)
        assert record is not None
        found.append(record)
    return found


def from_xml(document: bytes) -> list[Any]:
    return parse_xml_to_array(io.BytesIO(document), strict=True)


def values(record: Any, tag: str, code: str = "a") -> list[str]:
    return [value for field in record.get_fields(tag) for value in field.get_subfields(code)]


def read_one(name: str, record: Record) -> Any:
    (found,) = from_iso(name, one(name, record))
    return found


# Golden cases, one for each type of resource


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("path", NAMED, ids=lambda path: path.stem)
def test_golden_cases(path: Path, name: str) -> None:
    record = from_json(json.loads(path.read_text(encoding="utf-8")))
    feed = replace(FEED, words=Words(VOCABULARY, {"cdr-exemple": "Centre de ressources Exemple"}))
    (found,) = from_iso(name, one(name, record, feed))
    expected = path.with_suffix(f".{name}.txt")
    if os.environ.get("GOLDEN"):
        expected.write_text(str(found), encoding="utf-8")
    assert str(found) == expected.read_text(encoding="utf-8")


def test_every_type_of_resource_has_its_case() -> None:
    types = {concept.id for concept in VOCABULARY.concepts("type_ressource")}
    assert types == {path.stem for path in NAMED}
    assert all(json.loads(path.read_text(encoding="utf-8"))["type"] == path.stem for path in NAMED)


# Judges


@pytest.mark.parametrize("name", FORMATS)
def test_pymarc_reads_the_same_in_both_forms(name: str) -> None:
    iso, xml = from_iso(name, written(name)), from_xml(written(f"{name}_xml"))
    assert len(iso) == len(xml) == len(ENTRIES)
    assert list(map(seen, iso)) == list(map(seen, xml))
    assert [str(record["001"].data) for record in iso] == [entry.id for entry in ENTRIES]


@pytest.mark.parametrize("name", FORMATS)
def test_yaz_reads_it_without_a_word_and_makes_the_same_xml(name: str, tmp_path: Path) -> None:
    need("yaz-marcdump", why="yaz (Debian)")
    file = tmp_path / "out.mrc"
    file.write_bytes(written(name))
    # yaz would say "a" at position 9, as MARC 21 does for UTF-8.
    position9 = f"9={ord('a' if name == 'marc21' else ' ')}"
    asked = ["yaz-marcdump", "-f", "utf-8", "-t", "utf-8", "-l", position9, "-o", "marcxml", str(file)]
    done = subprocess.run(asked, capture_output=True, check=True)
    assert not done.stderr
    assert b"<!--" not in done.stdout.replace(b"&lt;!--", b"")
    assert list(map(seen, from_xml(done.stdout))) == list(map(seen, from_xml(written(f"{name}_xml"))))


@pytest.mark.parametrize("name", FORMATS)
def test_yaz_complains_of_a_wrong_directory(name: str, tmp_path: Path) -> None:
    need("yaz-marcdump", why="yaz (Debian)")
    file = tmp_path / "out.mrc"
    file.write_bytes(written(name).replace("é".encode(), b"e"))
    done = subprocess.run(["yaz-marcdump", "-o", "marcxml", str(file)], capture_output=True)
    assert done.stderr or done.returncode or b"<!--" in done.stdout


@pytest.mark.parametrize("name", FORMATS)
def test_xml_follows_its_schema(name: str) -> None:
    SCHEMA.assertValid(etree.fromstring(written(f"{name}_xml")))
    SCHEMA.assertValid(etree.fromstring(written(f"{name}_xml", [])))
    for record in LIVE:
        SCHEMA.assertValid(etree.fromstring(XML[name].fragment(record, WORDS)))


def rules(name: str) -> dict[str, tuple[bool, str, str]]:
    lines = (FOLDER / f"rules.{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {tag: (repeat == "R", many, single) for tag, repeat, many, single in rows}


@pytest.mark.parametrize("name", FORMATS)
def test_fields_and_subfields_are_those_of_the_format(name: str) -> None:
    known = rules(name)
    cases = [from_json(json.loads(path.read_text(encoding="utf-8"))) for path in NAMED]
    for record in (read_one(name, case) for case in [*LIVE, *cases]):
        tags = [field.tag for field in record.fields]
        assert tags == sorted(tags)
        for tag, count in Counter(tags).items():
            assert known[tag][0] or count == 1, tag
        for field in record.fields:
            if not field.control_field:
                _, many, single = known[field.tag]
                for code, count in Counter(subfield.code for subfield in field.subfields).items():
                    assert code in many or (code in single and count == 1), f"{field.tag}${code}"


# Limits, and text as it comes


@pytest.mark.parametrize("name", FORMATS)
def test_a_long_text_is_cut_at_a_word(name: str) -> None:
    for letter in ("é", "\U0001f438", "a"):
        for shift in range(4):
            text = "x" * shift + " ".join([letter * 5] * 9_000)
            (found,) = values(read_one(name, replace(FULL, abstract=text)), ABSTRACT[name])
            assert found.endswith(f" {letter * 5}…") and text.startswith(found[:-1] + " ")
            assert len(found.encode()) > 9_900


@pytest.mark.parametrize("name", FORMATS)
def test_a_word_without_end_is_cut_too(name: str) -> None:
    (found,) = values(read_one(name, replace(FULL, abstract="é" * 20_000)), ABSTRACT[name])
    assert set(found[:-1]) == {"é"} and found.endswith("…") and len(found.encode()) > 9_900


@pytest.mark.parametrize("name", FORMATS)
def test_an_address_is_whole_or_absent(name: str) -> None:
    address = "https://exemple.fr/" + "a" * 9_950
    files = (Document(address + "b" * 100, "application/pdf", 0, "Trop long"), Document("https://exemple.fr/b"))
    found = read_one(name, replace(FULL, url=address, documents=files))
    assert values(found, "856", "u")[:2] == [address, "https://exemple.fr/b"]
    assert "Trop long" not in str(found)


@pytest.mark.parametrize("name", FORMATS)
def test_a_record_too_long_keeps_the_first_field_of_each_tag(name: str) -> None:
    record = replace(FULL, keywords=tuple(f"mot {n} " + "é" * 400 for n in range(2_000)), taxa=(), sdgs=())
    found = read_one(name, record)
    kept = values(found, KEYWORD[name])
    assert len(found.as_marc()) > 99_000
    assert 50 < len(kept) < 200 and kept == list(record.keywords[: len(kept)])
    assert {f.tag for f in found.fields} == {f.tag for f in read_one(name, FULL).fields}


@pytest.mark.parametrize("name", FORMATS)
def test_separators_of_the_format_are_not_text(name: str) -> None:
    record = Record(id="a:1", source="a", title="Un\x1fatitre\x1e en\x1d trop\x98 de\x9c signes\x85fin")
    assert values(read_one(name, record), TITLE[name]) == ["Unatitre en trop de signes fin"]


@pytest.mark.parametrize("name", FORMATS)
def test_an_unknown_author_a_blank_name_and_a_blank_keyword(name: str) -> None:
    record = Record(id="a:1", source="a", title="T", authors=(Agent(" \x1f"), Agent("X")), keywords=("", "\x00"))
    found = read_one(name, record)
    assert not found.get_fields("610", "653", "700", "710")
    assert values(found, "711" if name == "unimarc" else "720") == ["X"]


text = st.text(st.characters(codec=None), max_size=60) | st.text("é \x1f\x1e\x1d\n", max_size=30)
texts = st.lists(text, max_size=3).map(tuple)
dates = st.sampled_from(["", "2016", "2016-02", "2014/2018", "../2020", "2020/..", "201X", "2015~", "../.."]) | text
organisations = st.lists(st.builds(Organisation, text, text), max_size=3).map(tuple)
schemes = st.sampled_from(["isbn", "issn", "doi", "hal"])
records = st.builds(
    Record,
    id=text,
    source=text,
    title=text,
    abstract=text | st.text(min_size=9_000, max_size=12_000),
    type=st.sampled_from(["", "r-guide", "r-jeu-donnees", "r-evenement"]) | text,
    themes=texts,
    keywords=texts,
    url=text,
    documents=st.lists(st.builds(Document, text, text, st.integers(0), text), max_size=3).map(tuple),
    territories=texts,
    place_text=text,
    period=dates,
    published=dates,
    authors=st.lists(st.builds(Agent, text, st.sampled_from(["", "person", "organisation"])), max_size=3).map(tuple),
    publishers=organisations,
    identifiers=st.lists(st.builds(Identifier, schemes, text), max_size=3).map(tuple),
    edition=text,
    leads=organisations,
    department=text,
    partners=organisations,
    funders=organisations,
    area_ha=st.none() | st.floats(0, 1e12),
    lessons=text,
    contact=st.none() | st.builds(Contact, text, text, text),
    licence=text,
    attribution=text,
    language=st.sampled_from(["", "fr", "fr-CA", "gsw", "zz"]) | text,
    created=dates,
)


@pytest.mark.parametrize("name", FORMATS)
@given(record=records)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
def test_whatever_a_record_says_it_is_read_back(name: str, record: Record) -> None:
    iso, xml = one(name, record), one(f"{name}_xml", record)
    ((found,), (same,)) = from_iso(name, iso), from_xml(xml)
    assert seen(found) == seen(same)
    SCHEMA.assertValid(etree.fromstring(xml))
    if name == "unimarc":
        assert len(found["100"]["a"]) == 36 and found["100"]["a"][26:30] == "50  "
    else:
        assert len(found["008"].data) == 40 and found.leader[9] == "a"


# Coded data


@pytest.mark.parametrize(
    ("published", "unimarc", "marc21", "words"),
    [
        ("2016-02", "d2016    ", "s2016    ", ["2016"]),
        ("2014-05/2018", "g20142018", "m20142018", ["2014-2018"]),
        ("2014-05/2014-09", "d2014    ", "s2014    ", ["2014"]),
        ("2020/..", "g20209999", "m20209999", ["2020-"]),
        ("../2020", "d2020    ", "s2020    ", ["2020"]),
        ("201X", "u        ", "nuuuuuuuu", []),
        ("", "d2009    ", "s2009    ", ["2009"]),
    ],
)
def test_dates_of_publication(published: str, unimarc: str, marc21: str, words: list[str]) -> None:
    record = Record(id="a:1", source="a", title="T", published=published, created="2009-07-01T00:00:00Z")
    ours, theirs = read_one("unimarc", record), read_one("marc21", record)
    assert ours["100"]["a"] == f"20090701{unimarc}u  u0frey50      ba"
    assert theirs["008"].data[:15] == f"090701{marc21}"
    assert values(ours, "210", "d") == values(theirs, "264", "c") == words


@pytest.mark.parametrize(
    ("tag", "code"),
    [("fr", "fre"), ("de-CH", "ger"), ("EU", "baq"), ("gsw", "gsw"), ("zz", "und"), ("", "und"), ("été", "und")],
)
def test_languages_by_their_bibliographic_code(tag: str, code: str) -> None:
    assert language_code(tag) == code


@pytest.mark.parametrize(
    ("title", "language", "passed"),
    [
        ("Les mares", "fr", "4"),
        ("L’eau vive", "", "2"),
        ("L'eau vive", "fr-FR", "2"),
        ("Une haie", "fr", "4"),
        ("Des haies", "fr", "4"),
        ("  La\u00a0 mare", "fr", "3"),
        ("Lesquin", "fr", "0"),
        ("The pond", "en", "4"),
        ("La charca", "es", "0"),
        ("The pond", "fr", "0"),
    ],
)
def test_articles_are_not_sorted(title: str, language: str, passed: str) -> None:
    found = read_one("marc21", Record(id="a:1", source="a", title=title, language=language))
    assert found["245"].indicators == ("0", passed)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    ("dcmi", "unimarc", "marc21"),
    [
        ("", "l", "a"),
        ("Text", "l", "a"),
        ("Event", "l", "a"),
        ("Collection", "m", "o"),
        ("Dataset", "l", "m"),
        ("Image", "k", "k"),
        ("InteractiveResource", "l", "m"),
        ("MovingImage", "g", "g"),
        ("PhysicalObject", "r", "r"),
        ("Service", "l", "m"),
        ("Software", "l", "m"),
        ("Sound", "i", "i"),
        ("StillImage", "k", "k"),
    ],
)
def test_each_kind_has_its_code_and_its_columns(dcmi: str, unimarc: str, marc21: str, name: str) -> None:
    class Kinds(Words):
        def dcmi_type(self, concept: str) -> str:
            return dcmi

    feed = replace(FEED, words=Kinds(VOCABULARY, {}))
    record = Record(id="a:1", source="a", title="T", type="r-x", url="https://exemple.fr/", language="fr")
    (found,) = from_iso(name, one(name, record, feed))
    assert found.leader[6] == (unimarc if name == "unimarc" else marc21)
    if name == "unimarc":
        assert re.fullmatch(r"[a-z]r\|{11}", found["135"]["a"])
    else:
        form = 29 if found.leader[6] in "gkor" else 23
        assert found["008"].data[form] == "o" and found["008"].data[35:] == "fre d"


def test_a_book_is_a_text_that_may_be_electronic() -> None:
    isbn = (Identifier("isbn", "9791092000016"),)
    printed = Record(id="a:1", source="a", title="T", identifiers=isbn)
    electronic = replace(printed, url="https://exemple.fr/")
    for record, form in ((printed, []), (electronic, ["s"])):
        found = read_one("unimarc", record)
        assert found.leader[6] == "a" and values(found, "106") == form


def test_roles_of_an_organisation_are_gathered() -> None:
    found = read_one("unimarc", FULL)
    (water,) = [f for f in found.get_fields("712") if f["a"] == "Agence de l'eau"]
    assert water.get_subfields("4") == ["205", "723"]
    assert [f.tag for f in found.fields if f.tag.startswith("7")] == ["700", "711", "711", "711", "712", "712", "712"]
    assert found["700"]["a"] == "Jeanne Exemple" and found["700"].indicators == (" ", "0")


def test_what_a_target_calls_a_theme_is_what_it_reads() -> None:
    class Own(Words):
        def label(self, concept: str, language: str = "fr") -> str:
            return "MARES" if concept == "t-zones-humides" else super().label(concept, language)

    feed = replace(FEED, words=Own(VOCABULARY, {}))
    for name, tag in (("unimarc", "606"), ("marc21", "650")):
        (found,) = from_iso(name, one(name, FULL, feed))
        assert values(found, tag)[0] == "MARES"


# OAI-PMH


@pytest.mark.parametrize("name", FORMATS)
def test_a_fragment_is_the_record_without_what_the_header_says(name: str) -> None:
    (fragment,) = from_xml(XML[name].fragment(BY_ID["biblio:G-12"], WORDS).encode())
    whole = read_one(name, BY_ID["biblio:G-12"])
    assert not fragment.get_fields("003", "005")
    assert {f.tag for f in whole.fields} - {f.tag for f in fragment.fields} == {"003", "005"}
    assert fragment["001"].data == "biblio:G-12"
    assert XML[name].fragment(FULL, WORDS).startswith(f'<record xmlns="{XML[name].NAMESPACE}" ')


@pytest.mark.parametrize("name", FORMATS)
def test_a_withdrawn_record_is_its_identifier(name: str) -> None:
    gone = Entry("brut:2", NOW, "withdrawn")
    for (found,) in (from_iso(name, written(name, [gone])), from_xml(written(f"{name}_xml", [gone]))):
        assert found.leader[5] == "d" and [(f.tag, f.data) for f in found.fields] == [("001", "brut:2")]


def test_an_empty_list_is_an_empty_file() -> None:
    assert written("unimarc", []) == written("marc21", []) == b""


def test_the_same_records_make_the_same_bytes() -> None:
    for name in FORMATS:
        assert written(name) == written(name) and WRITERS[name].MEDIA_TYPE == "application/marc"
