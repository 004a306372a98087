"""What all writers keep to. ``GOLDEN=1`` rewrites the expected files: read the diff."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
import rdflib
from lxml import etree
from writers_cases import BY_ID, CASES, ENTRIES, FEED, FULL, LIVE, ROOT, WITHDRAWN, WORDS, one, written

from bridge.record import FIELDS, Entry, Record, to_json
from bridge.writers import WRITERS
from bridge.writers.edtf import bounds, iso_period, w3c_date
from bridge.writers.feed import rights
from bridge.writers.stream import PIECE, encode
from bridge.writers.stream import to_json as dump
from bridge.writers.xml import attribute, legal, text


def test_the_full_record_holds_every_field() -> None:
    assert list(to_json(FULL)) == list(FIELDS)


def test_cases_are_many_and_start_with_a_title_alone() -> None:
    assert len(LIVE) >= 15 and len(WITHDRAWN) >= 2
    assert set(to_json(LIVE[0])) == {"id", "source", "title"}
    assert max(len(r.lessons) for r in LIVE) > 10_000


# Every writer

BINARY = {"xlsx"}
"""Judged by what a spreadsheet shows of it (tests/test_writers_columns.py)."""
CATALOGUES = {"dcat", "dcat_ttl", "dcat_xml"}
"""Tell of sources, not of each record."""
TELLS_WITHDRAWALS = {
    *("atom", "json_flat", "marc21", "marc21_xml", "oai_dc", "oai_qdc", "pv_xml", "unimarc", "unimarc_xml", "wordpress")
}
IN_FRENCH = {"marc21", "marc21_xml", "oai_dc", "oai_qdc", "pv_xml", "unimarc", "unimarc_xml"}
"""What harvesters take is the same for all of them, whatever the language of a page."""
GIVEN = {
    "gogocarto": replace(BY_ID["biblio:G-12"], point=FULL.point),
    "ics": replace(BY_ID["biblio:G-12"], type="r-evenement", period="2026-05-22"),
    "umap": replace(BY_ID["biblio:G-12"], point=FULL.point),
}
"""A record that a writer takes, where it takes only some."""
TEXTS = sorted(set(WRITERS) - BINARY)


def test_expected_files_are_those_of_the_writers() -> None:
    assert {p.name.removeprefix("out.") for p in (CASES / "writers").iterdir()} == set(TEXTS)


@pytest.mark.parametrize("name", TEXTS)
def test_golden(name: str) -> None:
    path = CASES / "writers" / f"out.{name}"
    if os.environ.get("GOLDEN"):
        path.write_bytes(written(name))
    assert written(name) == path.read_bytes()


@pytest.mark.parametrize("name", sorted(set(TEXTS) - CATALOGUES))
def test_streams_without_reading_the_whole_list(name: str) -> None:
    taken = 0
    model = replace(ENTRIES[1], record=GIVEN["ics"]) if name == "ics" else ENTRIES[1]

    def endless() -> Iterator[Entry]:
        nonlocal taken
        while True:
            taken += 1
            yield replace(model, id=f"s:{taken}")

    pieces = WRITERS[name].write(endless(), FEED)
    first = next(pieces)
    assert isinstance(first, bytes) and PIECE <= len(first) < 3 * PIECE
    assert taken < 100


@pytest.mark.parametrize("name", TEXTS)
def test_pieces_are_few_and_end_as_they_should(name: str) -> None:
    pieces = list(WRITERS[name].write(ENTRIES * 20, FEED))
    assert all(len(p) >= PIECE for p in pieces[:-1])
    assert pieces[-1].endswith(b"\x1d" if name in {"marc21", "unimarc"} else b"\n")


@pytest.mark.parametrize("name", TEXTS)
def test_an_empty_list_is_a_whole_document(name: str) -> None:
    empty, media_type = written(name, []), WRITERS[name].MEDIA_TYPE.partition(";")[0]
    if media_type.endswith("xml"):
        etree.fromstring(empty)
    elif media_type.endswith("json"):
        json.loads(empty)
    elif media_type == "text/csv":
        assert empty.startswith(b"\xef\xbb\xbfIdentifiant;Titre;") and empty.count(b"\r\n") == 1
    elif media_type == "text/calendar":
        assert empty.startswith(b"BEGIN:VCALENDAR\r\n") and empty.endswith(b"END:VCALENDAR\r\n")
    elif media_type == "text/turtle":
        assert len(rdflib.Graph().parse(data=empty, format="turtle"))
    else:
        assert (media_type, empty) == ("application/marc", b"")


@pytest.mark.parametrize("name", TEXTS)
def test_a_withdrawn_record_leaves_no_content(name: str) -> None:
    gone = Entry("brut:2", "2026-11-05T12:00:00Z", "withdrawn")
    document = written(name, [gone]).decode()
    assert ("brut:2" in document) == (name in TELLS_WITHDRAWALS)


def test_constants_are_there_and_extensions_unique() -> None:
    assert {name: w.EXTENSION for name, w in WRITERS.items()} == {
        "atom": "atom",
        "csv_file": "csv",
        "dcat": "dcat.jsonld",
        "dcat_ttl": "dcat.ttl",
        "dcat_xml": "dcat.rdf",
        "geojson": "geojson",
        "gogocarto": "gogocarto.json",
        "ics": "ics",
        "json_feed": "json",
        "json_flat": "flat.json",
        "marc21": "marc21.mrc",
        "marc21_xml": "marc21.xml",
        "oai_dc": "dc.xml",
        "oai_qdc": "qdc.xml",
        "pv_xml": "pv.xml",
        "rss": "rss",
        "schema_org": "jsonld",
        "spip": "spip.rss",
        "umap": "umap.geojson",
        "unimarc": "unimarc.mrc",
        "unimarc_xml": "unimarc.xml",
        "wordpress": "wordpress.json",
        "wxr": "wxr.xml",
        "xlsx": "xlsx",
    }
    assert all(w.TITLE and "/" in w.MEDIA_TYPE for w in WRITERS.values())
    assert len({w.TITLE for w in WRITERS.values()}) == len(WRITERS)


@pytest.mark.parametrize("name", sorted(set(TEXTS) - IN_FRENCH))
def test_labels_follow_the_language_of_the_document(name: str) -> None:
    record = GIVEN.get(name, BY_ID["biblio:G-12"])
    english = replace(FEED, language="en")
    if name == "json_flat":
        assert one(name, record) == one(name, record, english)
    elif name == "schema_org" or name in CATALOGUES:
        assert b"Wetlands" in one(name, FULL, english)
    elif name == "ics":
        assert "Événement".encode() in one(name, record) and b"Event" in one(name, record, english)
    else:
        assert b"Guide pratique" in one(name, record) and b"Practical guide" in one(name, record, english)


# Escaping


@pytest.mark.parametrize(
    ("raw", "in_text", "in_attribute"),
    [
        ("Trame verte", "Trame verte", "Trame verte"),
        ("a & b < c > d", "a &amp; b &lt; c &gt; d", "a &amp; b &lt; c &gt; d"),
        ("]]>", "]]&gt;", "]]&gt;"),
        ("\"x\" 'y'", "\"x\" 'y'", "&quot;x&quot; 'y'"),
        ("a\tb\nc\rd", "a\tb\nc&#13;d", "a&#9;b&#10;c&#13;d"),
        ("\x00\x08\x0b\x0c\x0e\x1f\ud800\udfff\ufffe\uffff.", ".", "."),
        ("\x7f\x85\xa0\u200f\u2028\ud7ff\ue000\U0001f438", *["\x7f\x85\xa0\u200f\u2028\ud7ff\ue000\U0001f438"] * 2),
        ("", "", ""),
    ],
)
def test_escape(raw: str, in_text: str, in_attribute: str) -> None:
    assert text(raw) == in_text
    assert attribute(raw) == in_attribute
    back = etree.fromstring(f'<a b="{attribute(raw)}">{text(raw)}</a>')
    assert back.text == (legal(raw) or None) and back.get("b") == legal(raw)


@pytest.mark.parametrize("special", ["&", "<", ">", '"'])
def test_each_special_character_leaves_the_fast_path(special: str) -> None:
    back = etree.fromstring(f'<a b="{attribute(special)}">{text(special)}</a>')
    assert back.text == back.get("b") == special


def test_no_character_at_all_breaks_a_document() -> None:
    everything = "".join(map(chr, range(0x10000)))
    back = etree.fromstring(f'<a b="{attribute(everything)}">{text(everything)}</a>')
    assert back.text == back.get("b") == legal(everything)
    assert len(everything) - len(legal(everything)) == 29 + 2048 + 2


def test_pieces_hold_all_the_text() -> None:
    assert list(encode([])) == [] and list(encode(["é", "\ud83d"])) == [b"\xc3\xa9?"]
    assert [len(piece) for piece in encode(["a" * PIECE, "b" * (PIECE - 1), "c"])] == [PIECE, PIECE]


def test_json_refuses_what_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        dump({"lon": float("nan")})


# Dates


@pytest.mark.parametrize(
    ("edtf", "date"),
    [
        ("2014", "2014"),
        ("2014-04", "2014-04"),
        ("2014-04-30", "2014-04-30"),
        ("2020-21", "2020"),
        ("2015~", "2015"),
        ("2015-06?", "2015-06"),
        ("201X", ""),
        ("2014-XX", "2014"),
        ("2014-04-XX", "2014-04"),
        ("2014-04-31T", "2014-04-31"),
        ("2014-040", "2014"),
        ("2014-04-321", "2014-04"),
        ("..", ""),
        ("", ""),
    ],
)
def test_w3c_date(edtf: str, date: str) -> None:
    assert w3c_date(edtf) == date


@pytest.mark.parametrize(
    ("edtf", "start", "end", "iso"),
    [
        ("2014-04/2015-07", "2014-04", "2015-07", "2014-04/2015-07"),
        ("2018/..", "2018", "", "2018/.."),
        ("../2020~", "", "2020", "../2020"),
        ("2016", "2016", "2016", "2016"),
        ("201X", "", "", ""),
        ("../..", "", "", ""),
        ("", "", "", ""),
    ],
)
def test_bounds(edtf: str, start: str, end: str, iso: str) -> None:
    assert bounds(edtf) == (start, end)
    assert iso_period(edtf) == iso


# Feed


def test_names_and_addresses_of_records() -> None:
    odd = "île:é/1 ?#%<"
    assert FEED.page(odd) == "https://pont.exemple.org/fiche/%C3%AEle:%C3%A9%2F1%20%3F%23%25%3C"
    assert FEED.tag(odd) == "tag:pont.exemple.org,2026:%C3%AEle:%C3%A9%2F1%20%3F%23%25%3C"
    assert FEED.tag("brut:1") == "tag:pont.exemple.org,2026:brut:1"


def test_rights_on_one_line() -> None:
    assert rights(LIVE[0], WORDS) == "Licence non précisée"
    assert rights(BY_ID["osm:node/123456"], WORDS) == (
        "ODbL 1.0 – https://opendatacommons.org/licenses/odbl/1-0/ – © les contributeurs d'OpenStreetMap"
    )


# Documentation


def test_the_documentation_lists_the_fields_of_the_record() -> None:
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    table = page.partition("## Les champs")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE) == list(FIELDS)


def test_the_documentation_says_which_fields_hold_many() -> None:
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    empty = Record(id="", source="", title="")
    for field, count in re.findall(r"^\| `(\w+)` \| (\S+) \|", page, re.MULTILINE):
        assert (count == "0..n") == isinstance(getattr(empty, field), tuple), field


def test_the_documentation_lists_the_formats() -> None:
    page = (ROOT / "docs" / "record.md").read_text(encoding="utf-8")
    listed = re.findall(r"\| `\.([\w.]+)` \|", page.partition("## Dans chaque format")[2])
    assert sorted(listed) == sorted(w.EXTENSION for w in WRITERS.values())
