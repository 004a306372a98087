"""Tables: the one list of columns, under our names or a target's; CSV and XLSX read back; XLSX judged by openpyxl."""

from __future__ import annotations

import json
import os
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.cell import Cell
from writers_cases import BY_ID, CASES, ENTRIES, FEED, FULL, LIVE, TableWords, one, written

from bridge.readers import READERS
from bridge.record import COLUMNS as KEYS
from bridge.record import FIELDS, NOASSERTION, Agent, Amount, Contact, Entry, Organisation, Point, Record, Response
from bridge.writers import WRITERS, xlsx
from bridge.writers.columns import COLUMNS, PROVENANCE, TITLES, Value, cell, columns, texts
from bridge.writers.feed import Feed

NOW = "2026-11-01T10:00:00Z"
FORMULA = tuple("=+-@＝＋－＠")


def entry(record: Record) -> Entry:
    return Entry(record.id, NOW, "live", record)


# The columns


def test_the_keys_are_those_that_mappings_know() -> None:
    assert tuple(COLUMNS) == KEYS
    assert len(set(TITLES.values())) == len(KEYS)


def test_every_field_has_a_column_or_a_reason_to_have_none() -> None:
    several = {"territory_codes", "latitude", "longitude", "budget_tax", "datestamp", "page"}
    machines = {"harvested", "same_as", "version_of", "related"}
    assert set(FIELDS) - set(KEYS) == {"content", "point"} | machines
    assert set(KEYS) - set(FIELDS) == several


def test_a_target_has_its_columns_in_its_order_then_the_provenance() -> None:
    named = replace(FEED, names={"leads": "Structure", "title": "bf_titre", "licence": "Droits"})
    assert [column.title for column in columns(named)] == [
        *("Structure", "bf_titre", "Droits"),
        *("Identifiant", "Adresse de la fiche", "Source", "Attribution", "Changé ici le"),
    ]
    said = [texts(column.value(FULL, entry(FULL), named)) for column in columns(named)]
    assert said[:2] == [["Ville de Villeurbanne"], [FULL.title]] and all(said)


@pytest.mark.parametrize("key", PROVENANCE)
def test_the_provenance_may_bear_the_names_of_the_target(key: str) -> None:
    named = columns(replace(FEED, names={key: "à eux"}))
    assert [column.title for column in named] == ["à eux", *[TITLES[other] for other in PROVENANCE if other != key]]


def test_what_bears_one_name_shares_its_cells() -> None:
    feed = replace(FEED, names={"themes": "Mots", "id": "Code", "keywords": "Mots", "budget": "Mots"})
    mots, code = columns(feed)[:2]
    assert (mots.title, code.title) == ("Mots", "Code")
    assert cell(mots.value(FULL, entry(FULL), feed)) == (
        "Zones humides & mares | Trame verte et bleue | mares | amphibiens | chantier participatif | 45000"
    )


class OneWord(TableWords):
    """A target that has the same word for everything."""

    def label(self, concept: str, language: str = "fr") -> str:
        return " Eau\n"


@pytest.mark.parametrize("name", ["csv_file", "gogocarto", "geojson", "umap"])
def test_a_word_of_the_target_is_not_repeated(name: str) -> None:
    document = one(name, replace(FULL, abstract="", habitats=()), replace(FEED, words=OneWord())).decode()
    themes = {"csv_file": ";Eau;Eau;mares |", "gogocarto": '"categories":["Eau"]'}
    assert themes.get(name, '"themes":" Eau\\n"') in document


def test_columns_speak_the_language_of_the_document() -> None:
    english = replace(FEED, language="en")
    assert texts(COLUMNS["themes"].value(FULL, entry(FULL), english)) == ["Wetlands", "Green and blue infrastructure"]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, []),
        ([], []),
        (["", " \n"], []),
        (["a", "", " a ", "b\x00\x0b\nc"], ["a", "b c"]),
        (0.0, ["0"]),
        (12000, ["12000"]),
        (-4.486, ["-4.486"]),
        (1e16, ["1" + "0" * 16]),
        (date(2014, 4, 30), ["2014-04-30"]),
    ],
)
def test_texts(value: Value, said: list[str]) -> None:
    assert texts(value) == said


@pytest.mark.parametrize("text", ["", "2014", "2014-04", "2014-21", "2014-02-30", "20140430", "2014-W18-3", "2014~"])
def test_what_is_no_day_stays_its_text(text: str) -> None:
    assert COLUMNS["published"].value(replace(FULL, published=text), entry(FULL), FEED) == [text]


def test_a_day_is_one() -> None:
    record = replace(FULL, published="2014-04-30")
    assert COLUMNS["published"].value(record, entry(record), FEED) == date(2014, 4, 30)
    assert b";2014-04-30;" in one("csv_file", record)


# Written, then read

HOSTILE = (
    *("=1+1", "+33", "-12", "@SUM(1)", "\t=1", "\r=1", "＝1", "'=1", '"', '";"', ";", ",", "\n", "\r\n", "|", " | "),
    *("_x0041_", "_x000D_", "\x00", "\x0b", "\ufeff", "\ufffe", "\ud800", "\u200f", "\u202e", "\xa0", "\u2028", "🦔"),
    *("https://a.fr/?b=1&c=<2>", "mailto:a@b.fr", "internal:A1", "external:c.xlsx", "0012", "1e5", "2014-04-30"),
    *("TRUE", "{=1}", "<b>", "&amp;", "]]>", "#REF!", "é", "e\u0301", "x" * 200),
)
said = st.lists(st.sampled_from(HOSTILE) | st.text(max_size=8), max_size=4).map("".join)
many = st.lists(said, max_size=3).map(tuple)
amounts = st.integers(0, 10**12).map(lambda thousandths: thousandths / 1000)
points = st.builds(
    lambda lon, lat: Point(lon / 1000, lat / 1000),
    st.integers(-180_000, 180_000),
    st.integers(-90_000, 90_000),
)
records = st.builds(
    Record,
    id=st.just("s:0"),
    source=said,
    title=said,
    abstract=said,
    type=said,
    themes=many,
    keywords=many,
    url=said,
    territories=many,
    place_text=said,
    point=st.none() | points,
    published=said | st.dates(date(1900, 3, 1)).map(date.isoformat),
    authors=st.lists(st.builds(Agent, said), max_size=2).map(tuple),
    leads=st.lists(st.builds(Organisation, said), max_size=2).map(tuple),
    budget=st.none() | st.builds(Amount, amounts),
    area_ha=st.none() | amounts,
    lessons=said,
    contact=st.none() | st.builds(Contact, said, said),
    licence=st.just(NOASSERTION) | said,
    language=said,
)
often = settings(max_examples=50, deadline=None, derandomize=True, database=None)


def read_back(name: str, feed: Feed, given: list[Record]) -> list[dict[str, str]]:
    numbered = [entry(replace(record, id=f"s:{n}")) for n, record in enumerate(given)]
    body = written(name, numbered, feed)
    kind = {"csv_file": "csv_file", "xlsx": "spreadsheet"}[name]
    return [dict(item.data) for item in READERS[kind].read(Response("https://a.fr/x", 200, {}, body), {}).items]


def expected(feed: Feed, given: list[Record]) -> Iterator[dict[str, str]]:
    for n, record in enumerate(given):
        numbered = replace(record, id=f"s:{n}")
        cells = {c.title: cell(c.value(numbered, entry(numbered), feed)) for c in columns(feed)}
        yield {title: text for title, text in cells.items() if text}


def without_guard(row: dict[str, str]) -> dict[str, str]:
    """The row without the apostrophe that CSV puts before what would be a formula."""
    return {k: v[1:] if v.startswith("'") and v[1:].startswith(FORMULA) else v for k, v in row.items()}


@pytest.mark.parametrize("names", [{}, {"lessons": "Bilan", "title": "Nom", "latitude": "y", "longitude": "x"}])
@pytest.mark.parametrize("name", ["csv_file", "xlsx"])
@often
@given(given_records=st.lists(records, min_size=1, max_size=4))
def test_what_is_written_is_read(name: str, names: dict[str, str], given_records: list[Record]) -> None:
    feed = replace(FEED, names=names)
    found = read_back(name, feed, given_records)
    if name == "csv_file":
        assert [*map(without_guard, found)] == [*map(without_guard, expected(feed, given_records))]
    else:
        assert found == [*expected(feed, given_records)]


# XLSX


def workbook(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(content))


def resources(content: bytes) -> list[dict[str, Any]]:
    """Each row of the first sheet: header -> value, empty cells left out."""
    header, *rows = workbook(content).worksheets[0].iter_rows(values_only=True)
    return [{str(h): v for h, v in zip(header, row, strict=True) if v is not None} for row in rows]


def test_xlsx_cells() -> None:
    """``GOLDEN=1`` rewrites the expected cells: read the diff."""
    path = CASES / "writers_xlsx.json"
    content = written("xlsx")
    about = [list(row) for row in workbook(content)["À propos"].iter_rows(values_only=True)]
    cells = (
        json.dumps({"Fiches": resources(content), "À propos": about}, ensure_ascii=False, indent=1, default=str) + "\n"
    )
    if os.environ.get("GOLDEN"):
        path.write_text(cells, encoding="utf-8")
    assert cells == path.read_text(encoding="utf-8")


def test_xlsx_is_a_table_to_work_on() -> None:
    book = workbook(one("xlsx", replace(FULL, published="2016-02-28")))
    sheet, about = book.worksheets
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.dimensions) == ("A2", "A1:AX2", "A1:AX2")
    assert all(head.font.b for head in sheet[1])
    assert all(10 <= sheet.column_dimensions[head.column_letter].width <= 61 for head in sheet[1])
    row: dict[str, Cell] = {head.value: sheet.cell(2, head.column) for head in sheet[1]}
    assert (row["Budget (€)"].value, row["Latitude"].value, row["Surface (ha)"].value) == (45000, 45.7719, 3.5)
    assert row["Publié"].is_date and row["Publié"].value == datetime(2016, 2, 28)
    assert row["Publié"].number_format == "yyyy-mm-dd"
    assert row["ODD"].data_type == row["Créé"].data_type == "s"
    assert about["B2"].value == FEED.url and about["B5"].value == 1


def test_xlsx_of_a_day_that_spreadsheets_cannot_count() -> None:
    assert resources(one("xlsx", replace(FULL, published="1899-12-31")))[0]["Publié"] == "1899-12-31"


def test_xlsx_has_no_formula_and_no_link() -> None:
    rows = [replace(LIVE[0], id=f"h:{n}", title=text, url=text) for n, text in enumerate(HOSTILE)]
    sheet = workbook(written("xlsx", [entry(record) for record in rows])).worksheets[0]
    for at, record in enumerate(rows, 2):
        title, url = sheet.cell(at, 2), sheet.cell(at, 7)
        assert title.data_type in {"s", "n"} and (title.data_type == "s") == (title.value is not None)
        assert title.hyperlink is None and url.hyperlink is None and title.value == url.value
        if record.title.startswith(FORMULA):
            assert title.value == record.title


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 32_767, "a" * 32_767),
        ("a" * 32_768, "a" * 32_765 + " …"),
        ("mot " * 10_000, "mot " * 8191 + "…"),
        ("🦔" * 16_383, "🦔" * 16_383),
        ("🦔" * 16_384, "🦔" * 16_382 + " …"),
        ("🦔 " * 16_000, "🦔 " * 10_921 + "…"),
    ],
)
def test_xlsx_cuts_a_text_that_no_cell_holds(text: str, kept: str) -> None:
    found = resources(one("xlsx", replace(LIVE[0], abstract=text)))[0]["Résumé"]
    assert found == kept and len(found.encode("utf-16-le")) <= 2 * 32_767


def test_xlsx_says_what_does_not_fit_in_its_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS", 6)
    content = written("xlsx", [entry(replace(LIVE[0], id=f"s:{n}")) for n in range(7)])
    rows = resources(content)
    assert [row["Identifiant"] for row in rows[:4]] == ["s:0", "s:1", "s:2", "s:3"]
    told = "3 fiches de plus ne tiennent pas dans cette feuille : elles sont dans l'export CSV."
    assert rows[4] == {"Identifiant": told}
    assert len(rows) == 5 and workbook(content)["À propos"]["B5"].value == 4
    assert len(resources(written("xlsx", [entry(replace(LIVE[0], id=f"s:{n}")) for n in range(5)]))) == 5


def test_xlsx_is_the_same_for_the_same_records(monkeypatch: pytest.MonkeyPatch) -> None:
    first = written("xlsx")
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert written("xlsx") == first
    finally:
        monkeypatch.undo()
        time.tzset()
    assert workbook(first).properties.created == datetime(2026, 11, 20, 12, 0)


def test_xlsx_of_nothing() -> None:
    assert resources(written("xlsx", [])) == []
    assert resources(written("xlsx", [Entry("brut:2", NOW, "withdrawn")])) == []


def break_off(pieces: Iterator[bytes]) -> None:
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]  # a generator, as every writer's pieces


def broken() -> Iterator[Entry]:
    yield ENTRIES[0]
    raise LookupError


@pytest.mark.parametrize("how", ["whole", "broken off", "broken"])
def test_xlsx_leaves_nothing_behind(how: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    seen: list[int] = []

    def watched() -> Iterator[Entry]:
        seen.append(len(list(tmp_path.iterdir())))
        yield from ENTRIES

    if how == "whole":
        assert b"".join(xlsx.write(watched(), FEED)).startswith(b"PK")
    elif how == "broken off":
        break_off(xlsx.write(watched(), FEED))
    else:
        with pytest.raises(LookupError):
            next(xlsx.write(broken(), FEED))
        seen.append(1)
    assert seen == [1] and list(tmp_path.iterdir()) == []


# Memory


@pytest.mark.parametrize("name", ["csv_file", "xlsx"])
def test_as_much_memory_for_twenty_thousand_records_as_for_a_few(name: str) -> None:
    named = replace(FEED, names={"title": "Titre", "abstract": "Résumé"})

    def peak(count: int) -> int:
        some = (entry(replace(BY_ID["carto:pt"], id=f"s:{n}", abstract="Un mot. " * 20)) for n in range(count))
        tracemalloc.start()
        try:
            for _ in WRITERS[name].write(some, named):
                pass
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert peak(20_000) < peak(2_000) + 500_000
