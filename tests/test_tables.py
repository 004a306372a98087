"""Tables in files: workbooks (and what a hostile one may hold), calendars, OAI-PMH in one file; how they are found."""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.errors import BridgeError, FetchError, ReadError
from bridge.readers import csv_file, ics, ics_time, oai, spreadsheet, table, workbook
from bridge.recognise import recognise
from bridge.recognise.linked import linked_file
from bridge.recognise.look import Look
from bridge.recognise.shares import direct
from bridge.recognise.tables import ics as ics_probe
from bridge.recognise.tables import spreadsheet as spreadsheet_probe
from bridge.recognise.tables import static_repository
from bridge.record import Page, Problem, Request, Response

# Rows


def test_names_on_two_rows_of_which_some_are_merged() -> None:
    rows = [(1, ["Titre", "Lieu", "", "Date"]), (2, ["Titre", "Commune", "INSEE", "Date"]), (3, ["a", "b", "1", "c"])]
    assert table.header(rows) == 1
    assert table.header([rows[0], rows[2]]) == 0
    assert table.header(rows[:1]) == 0


def test_only_the_first_unequal_rows_are_told_one_by_one() -> None:
    rows = [(1, ["a", "b", "c"])] + [(n, ["x", "y"]) for n in range(2, 32)]
    problems: list[Problem] = []
    items, whole, total = table.read(rows, "", problems)
    assert (len(items), whole, total) == (30, True, 30)
    assert len(problems) == 21
    assert problems[-1].message == "10 autres lignes n'ont pas autant de cellules que le tableau a de colonnes."


def test_a_table_without_rows() -> None:
    with pytest.raises(ReadError, match="vide"):
        table.read([], "", [])


def test_a_column_may_already_bear_the_name_of_the_link() -> None:
    rows = [(1, ["Lien", "Lien (lien)"]), (2, ["voir", "déjà"])]
    (item,), _, _ = table.read(rows, "", [], aligned=True, links={2: {0: "https://a.fr/", 9: "https://b.fr/"}})
    assert item.data == {"Lien": "voir", "Lien (lien)": "déjà"}


@pytest.mark.parametrize(
    ("body", "cut", "names"),
    [
        ("id,titre,lieu\n1,Mare,Lyon\n2,Ha", True, ["1"]),
        ('id,titre,lieu\n1,Mare,Lyon\n2,Haie,"Ves', True, ["1"]),
        ("id,titre,lieu\n1,Mare,Lyon\n2,Haie,Vesoul", False, ["1", "2"]),
    ],
)
def test_a_text_that_ends_in_the_middle_of_a_row(body: str, cut: bool, names: list[str]) -> None:
    page = csv_file.read(Response("https://x.fr/t.csv", 200, {}, body.encode()), {})
    assert ([item.id for item in page], page.whole) == (names, not cut)
    assert any("semble coupé" in problem.message for problem in page.problems) is cut


# Workbooks

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return out.getvalue()


def xlsx(
    cells: str,
    *,
    after: str = "",
    texts: str = "",
    formats: str = "",
    more: Mapping[str, str] | None = None,
    **book: str,
) -> bytes:
    """A workbook of one sheet; ``cells`` is what ``sheetData`` holds."""
    sheets = book.get("sheets", '<sheet name="F" r:id="r1"/>')
    related = [("r1", "worksheet", "worksheets/s.xml"), ("r2", "sharedStrings", "t.xml"), ("r3", "styles", "/xl/f.xml")]
    relations = "".join(f'<Relationship Id="{i}" Type="x/{kind}" Target="{target}"/>' for i, kind, target in related)
    parts: dict[str, str | bytes] = {
        "xl/workbook.xml": f'<workbook xmlns:r="{RELATIONS}">{book.get("properties", "")}{sheets}</workbook>',
        "xl/_rels/workbook.xml.rels": f"<Relationships>{relations}</Relationships>",
        "XL\\Worksheets\\s.xml": f'<worksheet xmlns:r="{RELATIONS}"><sheetData>{cells}</sheetData>{after}</worksheet>',
    }
    if texts:
        parts["xl/t.xml"] = f"<sst>{texts}</sst>"
    if formats:
        codes = formats.split("|")
        xfs = "".join(f'<xf numFmtId="{c if len(c) < 3 and c.isdecimal() else 200 + n}"/>' for n, c in enumerate(codes))
        own = "".join(f'<numFmt numFmtId="{200 + n}" formatCode="{c}"/>' for n, c in enumerate(codes))
        parts["xl/f.xml"] = f"<styleSheet><fonts/><numFmts>{own}</numFmts><cellXfs>{xfs}</cellXfs></styleSheet>"
    return zipped({**parts, **(more or {})})


OPEN = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body>'
)


def ods(rows: str) -> bytes:
    book = f'<office:spreadsheet><table:table table:name="F">{rows}</table:table></office:spreadsheet>'
    return zipped({"content.xml": f"{OPEN}{book}</office:body></office:document-content>"})


def row(*cells: str, times: str = "1") -> str:
    return f'<table:table-row table:number-rows-repeated="{times}">{"".join(cells)}</table:table-row>'


def cell(kind: str = "string", shown: str = "", **said: str) -> str:
    named = "".join(f' {name.replace("__", ":").replace("_", "-")}="{value}"' for name, value in said.items())
    return f'<table:table-cell office:value-type="{kind}"{named}><text:p>{shown}</text:p></table:table-cell>'


def read(body: bytes, **options: Any) -> Page:
    return spreadsheet.read(Response("https://x.fr/f", 200, {}, body), options)


def values(body: bytes) -> list[str]:
    """The cells of the first column, below its name."""
    return [item.data["T"] for item in read(body)]


HEAD = '<row r="1"><c t="inlineStr"><is><t>T</t></is></c></row>'


@pytest.mark.parametrize(
    ("number", "code", "shown"),
    [
        ("69003", "General", "69003"),
        ("69003.0", "", "69003"),
        ("0.30000000000000004", "0.00", "0.3"),
        ("1004", "00000", "01004"),
        ("-4", "00000", "-4"),
        ("0.25", "0.0%", "25 %"),
        ("1e308", "0%", "inf %"),
        ("45000", "14", "2023-03-15"),
        ("45000.5", "[$-40C]d mmm yyyy h:mm", "2023-03-15T12:00:00"),
        ("45000", "yyyy", "2023"),
        ("45000", "mmmm yyyy", "2023-03"),
        ("1", "dd/mm/yyyy", "1900-01-01"),
        ("61", "dd/mm/yyyy", "1900-03-01"),
        ("0.5", "h:mm", "12:00"),
        ("1.5", "[h]:mm:ss", "36:00"),
        ("0.0001", "h:mm:ss", "0:00:09"),
        ("0.5", "mm:ss", "0.5"),
        ("-1", "dd/mm/yyyy", "-1"),
        ("99999999", "dd/mm/yyyy", "99999999"),
        ("12", '0 "mois"', "12"),
        ("12", "0 dm", "12"),
        ("12", "Standard", "12"),
        ("1e20", "", "1e+20"),
        ("12 ha", "", "12 ha"),
    ],
)
def test_numbers_are_what_people_see(number: str, code: str, shown: str) -> None:
    code = code.replace('"', "&quot;") or "0"
    assert values(xlsx(f'{HEAD}<row><c s="0"><v>{number}</v></c></row>', formats=code)) == [shown]


@pytest.mark.parametrize(
    ("cell_", "shown"),
    [
        ('<c t="b"><v>1</v></c>', "oui"),
        ('<c t="b"><v>0</v></c>', "non"),
        ('<c t="str"><v>texte</v></c>', "texte"),
        ('<c t="d"><v>2024-05-01</v></c>', "2024-05-01"),
        ('<c t="s"><v>0</v></c>', "rouge vif"),
        ('<c t="s"><v>1</v></c>', "a\nbc"),
        ('<c s="7"><v>3</v></c>', "3"),
        ('<c><f>HYPERLINK("https://a.fr/1","x")</f></c>', "https://a.fr/1"),
    ],
)
def test_cells_of_every_kind(cell_: str, shown: str) -> None:
    texts = "<si><r><t>rouge</t></r><r><t> vif</t></r><rPh><t>non</t></rPh></si><si><t>a_x000A_b_x0001_c</t></si>"
    assert values(xlsx(f"{HEAD}<row>{cell_}</row>", texts=texts)) == [shown]


@pytest.mark.parametrize(
    "cell_",
    [
        '<c t="e"><v>#N/A</v></c>',
        '<c t="b"/>',
        '<c t="inlineStr"/>',
        "<c><v>nan</v></c>",
        '<c r="ZZZ9"><v>1</v></c>',
        "<c/>",
    ],
)
def test_cells_that_hold_nothing(cell_: str) -> None:
    assert values(xlsx(f"{HEAD}<row>{cell_}</row>")) == []


def test_formulas_that_were_never_computed_are_told() -> None:
    page = read(xlsx(f"{HEAD}<row><c><f>A1</f><v/></c></row><row><c><f>1+1</f><v>2</v></c></row>"))
    assert [item.data for item in page] == [{"T": "2"}]
    assert page.problems[0].message.startswith("Formules dont le fichier ne contient pas la valeur")


def test_the_calendar_of_1904() -> None:
    body = xlsx(f'{HEAD}<row><c s="0"><v>0</v></c></row>', formats="14", properties='<workbookPr date1904="1"/>')
    assert values(body) == ["1904-01-01"]


def test_texts_that_are_missing_are_no_empty_cells() -> None:
    with pytest.raises(ReadError, match="Des textes du classeur manquent"):
        read(xlsx(f'{HEAD}<row><c t="s"><v>4</v></c></row>'))


def test_links_and_merged_cells() -> None:
    after = (
        '<mergeCells><mergeCell ref="A2:A3"/><mergeCell ref="A9:A10"/><mergeCell ref="A1"/>'
        '<mergeCell ref="x:y"/></mergeCells>'
        '<hyperlinks><hyperlink ref="A2" r:id="h1"/><hyperlink ref="B3" r:id="h2"/><hyperlink ref="?"/></hyperlinks>'
    )
    more = {
        "xl/worksheets/_rels/s.xml.rels": '<R><R Id="h1" Type="x/hyperlink" TargetMode="External" Target="https://a.fr/1"/>'
        '<R Id="h2" Type="x/hyperlink" TargetMode="External" Target="mailto:a@b.fr"/></R>'
    }
    data = HEAD.replace("</row>", '<c t="str"><v>U</v></c></row>')
    data += '<row r="2"><c t="str"><v>a</v></c><c><v>1</v></c></row><row r="3"><c r="B3"><v>2</v></c></row>'
    found = [item.data for item in read(xlsx(data, after=after, more=more))]
    assert found == [
        {"T": "a", "U": "1", "T (lien)": "https://a.fr/1"},
        {"T": "a", "U": "2", "T (lien)": "https://a.fr/1"},
    ]


def test_what_a_merged_cell_covers_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 50)
    grid = workbook.Grid()
    grid.put(0, 0, "a")
    for _ in range(1000):
        grid.spread(0, 0, 1 << 20)
    assert grid.count < 50 + 1000 + 2


SHEETS = '<sheet name="F" r:id="r1"/><sheet name="G" state="hidden" r:id="r1"/><sheet name="H" r:id="r9"/>'


def test_sheets_by_name_or_number() -> None:
    body = xlsx(f"{HEAD}<row><c><v>1</v></c></row>", sheets=SHEETS)
    for asked in ("f", "G", 1, "2"):
        assert [item.data for item in read(body, sheet=asked)] == [{"T": "1"}]
    for asked in (0, 3, "x", True):
        with pytest.raises(ReadError, match="Feuilles : « F », « G »"):
            read(body, sheet=asked)


def test_when_every_sheet_is_hidden() -> None:
    assert values(xlsx(f"{HEAD}<row><c><v>1</v></c></row>", sheets='<sheet name="G" state="hidden" r:id="r1"/>')) == [
        "1"
    ]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "vide : un classeur"),
        (b" \r\n", "vide : un classeur"),
        (b"<!DOCTYPE html><html><form><input type=password>", "page de connexion"),
        (b"titre;lieu\n1;2\n", "csv_file"),
        (spreadsheet.OLE + b"\0" * 600, r"\.xls\), qui n'est pas lu"),
        (spreadsheet.OLE + "EncryptedPackage".encode("utf-16-le"), "mot de passe"),
        (b"PK\3\4 puis plus rien", "abîmé ou coupé"),
        (zipped({"xl/workbook.bin": b""}), r"\.xlsb"),
        (zipped({"word/document.xml": "<x/>"}), r"ni un classeur \.xlsx ni un classeur \.ods"),
        (zipped({"xl/workbook.xml": "<document/>"}), r"ni un classeur \.xlsx ni un classeur \.ods"),
        (zipped({"xl/workbook.xml": "<workbook"}), "Une partie du classeur n'est pas lisible"),
        (zipped({"xl/workbook.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><workbook/>"}), "Une partie du classeur"),
        (zipped({"xl/workbook.xml": "<workbook/>"}), "aucune feuille"),
        (zipped({"content.xml": f"{OPEN}<office:text/></office:body></office:document-content>"}), "pas un classeur"),
        (zipped({"content.xml": ""}), "pas un classeur"),
        (zipped({"content.xml": "x", "META-INF/manifest.xml": "<m:encryption-data/>"}), "mot de passe"),
        (xlsx(""), "vide"),
        (zipped({"xl/workbook.xml": "<workbook/>"}, zipfile.ZIP_BZIP2), "comprimé d'une façon"),
    ],
)
def test_what_is_no_workbook(body: bytes, said: str) -> None:
    with pytest.raises(ReadError, match=said):
        read(body)


@pytest.mark.parametrize("kind", ["size", "ratio", "entries"])
def test_bombs_are_refused_before_they_are_unpacked(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parts: dict[str, str | bytes] = {"xl/workbook.xml": "<workbook/>"}
    if kind == "entries":
        parts |= {str(n): "" for n in range(workbook._MAX_ENTRIES)}
    elif kind == "ratio":
        parts["a"] = b"\0" * (3 << 20)
    else:
        monkeypatch.setattr(workbook, "_MAX_BYTES", 1000)
        parts["a"] = bytes(range(256)) * 4
    body = zipped(parts)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    with pytest.raises(ReadError, match="démesuré"):
        read(body)


def test_a_part_larger_than_it_says_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    body = bytearray(zipped({"xl/workbook.xml": b"<workbook/>" + b" " * 900_000}))
    at = body.index(b"PK\1\2") + 24
    body[at : at + 4] = struct.pack("<I", 100)
    asked: list[int] = []
    inflate = zlib.decompressobj

    class Watched:
        def __init__(self, *arguments: Any) -> None:
            self.real = inflate(*arguments)

        def decompress(self, data: bytes, limit: int = 0) -> bytes:
            asked.append(limit)
            return self.real.decompress(data, limit)

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

    monkeypatch.setattr(zipfile.zlib, "decompressobj", Watched)  # type: ignore[attr-defined]
    with pytest.raises(ReadError, match="abîmé ou coupé"):
        read(bytes(body))
    assert asked and all(0 < limit < 10_000 for limit in asked)


def test_an_encrypted_archive() -> None:
    body = bytearray(zipped({"xl/workbook.xml": "<workbook/>"}))
    body[body.index(b"PK\1\2") + 8] |= 1
    with pytest.raises(ReadError, match="mot de passe"):
        read(bytes(body))


def test_a_cell_in_the_last_corner_costs_nothing() -> None:
    last = '<row r="1048576"><c r="A1048576"><v>1</v></c><c r="XFD1048576"><v>2</v></c></row>'
    assert values(xlsx(HEAD + last)) == ["1"]


@pytest.mark.parametrize(
    "rows",
    [
        row(cell(shown="T"), times="1048576"),
        row(cell(shown="T", table__number_columns_repeated="900"), times="1048576") * 3,
    ],
)
def test_cells_that_repeat_for_ever(rows: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 10_000)
    with pytest.raises(ReadError, match="plus de 10000 cellules"):
        read(ods(rows))


def test_empty_rows_that_repeat_are_only_counted() -> None:
    far = '<table:table-cell table:number-columns-repeated="16384"/>'
    late = cell(shown="loin", table__number_columns_repeated="5")
    rows = (
        row(cell(shown="T"))
        + row(far, times="1000000") * 50
        + row(far + late, times="1048576") * 50
        + row(cell(shown="x"))
    )
    assert values(ods(rows)) == ["x"]


@pytest.mark.parametrize(
    ("cell_", "shown"),
    [
        (cell("float", "12,5", office__value="12.5"), "12.5"),
        (cell("float", "01004", office__value="1004"), "01004"),
        (cell("float", "01004", office__value="1005"), "1005"),
        (cell("currency", "12 €", office__value="12"), "12"),
        (cell("float", "douze"), "douze"),
        (cell("percentage", "25 %", office__value="0.25"), "25 %"),
        (cell("date", "01/04/24", office__date_value="2024-04-01"), "2024-04-01"),
        (cell("date", "01/04/24", office__date_value="2024-04-01T00:00:00"), "2024-04-01"),
        (cell("date", "2014", office__date_value="2014-01-01"), "2014"),
        (cell("date", "hier"), "hier"),
        (cell("time", "14:30:00", office__time_value="PT14H30M00S"), "14:30"),
        (cell("time", "14 h 30", office__time_value="?"), "14 h 30"),
        (cell("boolean", "VRAI", office__boolean_value="true"), "oui"),
        (cell("boolean", "FAUX", office__boolean_value="false"), "non"),
        (
            cell(shown='a<text:s text:c="2"/>b<text:s/>c<text:s text:c="x"/>d<text:tab/>e<text:line-break/>f'),
            "a  b c d\te\nf",
        ),
        (cell(shown="a<text:note>note</text:note> <text:span>b</text:span>"), "a b"),
    ],
)
def test_cells_of_opendocument(cell_: str, shown: str) -> None:
    assert values(ods(row(cell(shown="T")) + row(cell_))) == [shown]


@pytest.mark.parametrize("cell_", [cell("float", office__value="inf"), cell(shown="#N/A"), cell(shown="Err:502")])
def test_cells_of_opendocument_that_hold_nothing(cell_: str) -> None:
    assert values(ods(row(cell(shown="T")) + row(cell_))) == []


def test_links_and_merged_cells_of_opendocument() -> None:
    head = row(cell(shown="T"), cell(shown="U"), "<table:autre/>")
    first = row(
        cell(shown='<text:a xlink:href="https://a.fr/1">voir</text:a>', table__number_rows_spanned="3"),
        cell(shown="un", table__formula="of:=HYPERLINK(&quot;https://a.fr/2&quot;;&quot;un&quot;)"),
    )
    rows = head + first + row("<table:covered-table-cell/>", cell(shown="deux"), times="2")
    assert [item.data for item in read(ods(rows))] == [
        {"T": "voir", "U": "un", "T (lien)": "https://a.fr/1", "U (lien)": "https://a.fr/2"},
        {"T": "voir", "U": "deux", "T (lien)": "https://a.fr/1"},
    ]


def test_paragraphs_nested_without_end() -> None:
    deep = "<text:span>" * 1000 + "x" + "</text:span>" * 1000
    with pytest.raises(ReadError, match="niveaux"):
        read(ods(row(cell(shown=deep))))


GOOD = xlsx(HEAD + '<row r="2"><c r="A2" s="0"><v>45000</v></c></row>', formats="14", texts="<si><t>x</t></si>")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.integers(0, len(GOOD) - 1), st.binary(min_size=1, max_size=30))
def test_any_bytes_give_a_page_or_a_read_error(noise: bytes, at: int, patch: bytes) -> None:
    sheet = f"{OPEN}<office:spreadsheet>".encode() + noise
    for body in (noise, b"PK\3\4" + noise, GOOD[:at] + patch + GOOD[at + len(patch) :], zipped({"content.xml": sheet})):
        with suppress(ReadError):
            assert isinstance(read(body), Page)
    for raw in (b"BEGIN:VCALENDAR\n" + noise, b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:" + noise):
        with suppress(ReadError):
            assert isinstance(ics.read(Response("https://x.fr/", 200, {}, raw), {}), Page)


# Calendars


def event(*lines: str) -> Mapping[str, Any]:
    body = "\r\n".join(["BEGIN:VCALENDAR", "BEGIN:VEVENT", *lines, "END:VEVENT", "END:VCALENDAR"]).encode()
    (item,) = ics.read(Response("https://x.fr/", 200, {}, body), {})
    return item.data


@pytest.mark.parametrize(
    ("lines", "period"),
    [
        (("DTSTART;VALUE=DATE:20260401", "DTEND;VALUE=DATE:20260402"), "2026-04-01"),
        (("DTSTART;VALUE=DATE:20260401", "DTEND;VALUE=DATE:20260401"), "2026-04-01"),
        (("DTSTART;VALUE=DATE:20260401", "DURATION:P1W2D"), "2026-04-01/2026-04-09"),
        (("DTSTART;VALUE=DATE:20260401T000000",), "2026-04-01"),
        (("DTSTART:20260401T223000Z",), "2026-04-02"),
        (("DTSTART:20260401T180000", "DTEND:20260402T000000"), "2026-04-01"),
        (("DTSTART:20260401T180000", "DTEND:20260403T010000"), "2026-04-01/2026-04-03"),
        (("DTSTART:20260401T180000Z", "DURATION:PT1H30M"), "2026-04-01"),
        (("DTSTART:20260401T180000", "DTEND:20260301T180000"), "2026-04-01"),
        (("DTSTART:99991231T235959Z", "DURATION:P9W"), "9999-12-31"),
        (("DTSTART:20260231",), ""),
        (('DTSTART;X="a:b;c";Y=z:20260401',), "2026-04-01"),
        (('DTSTART;X="a:20260401',), "2026-04-01"),
        (("DTSTART",), ""),
    ],
)
def test_periods_of_events(lines: tuple[str, ...], period: str) -> None:
    assert event("UID:1", *lines).get("period", "") == period


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("FREQ=DAILY;COUNT=10", "chaque jour, 10 fois"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR", "toutes les 2 semaines les lundi, mercredi, vendredi"),
        ("FREQ=MONTHLY;BYDAY=1TU", "chaque mois le premier mardi"),
        ("FREQ=MONTHLY;BYDAY=-1SU;INTERVAL=3", "tous les 3 mois le dernier dimanche"),
        ("FREQ=YEARLY;UNTIL=20300101", "chaque année, jusqu'au 2030-01-01"),
        ("FREQ=YEARLY;BYDAY=ZZ;COUNT=x;INTERVAL=y", "chaque année"),
        ("FREQ=SECONDLY", ""),
        ("rien", ""),
    ],
)
def test_recurrences_in_words(rule: str, words: str) -> None:
    assert ics_time.recurrence(rule) == words


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("GEO:47.1;6.2", (47.1, 6.2)),
        ("GEO:47.1\\;6.2", (47.1, 6.2)),
        ("GEO:0.0;0.0", None),
        ("GEO:95;6", None),
        ("GEO:ici", None),
        ("X-APPLE-STRUCTURED-LOCATION;VALUE=URI;X-TITLE=Ferme:geo:47.1,6.2", (47.1, 6.2)),
    ],
)
def test_positions_of_events(line: str, place: tuple[float, float] | None) -> None:
    found = event("UID:1", line)
    assert ((found["lat"], found["lon"]) if "lat" in found else None) == place


def test_addresses_and_descriptions_of_events() -> None:
    assert event("UID:1", "URL:https\\://a.fr/\\,b")["url"] == "https://a.fr/,b"
    assert "html" not in event("UID:1", "X-ALT-DESC;FMTTYPE=text/rtf:x")
    assert event("UID:1", "a.SUMMARY:x", "pas une ligne", "IMAGE:https://a.fr/i.png")["image"] == "https://a.fr/i.png"


def test_an_occurrence_without_its_series_stands_for_it() -> None:
    assert event("UID:1", "RECURRENCE-ID:20260401", "SUMMARY:x")["title"] == "x"


def test_what_is_no_calendar() -> None:
    with pytest.raises(ReadError, match="pas un calendrier"):
        ics.read(Response("https://x.fr/", 200, {}, b"titre;lieu\n"), {})


@pytest.mark.parametrize(
    "body", ["BEGIN:VEVENT\n" * 200_000, "a;b=" * 400_000, "CATEGORIES:" + "a\\,," * 300_000, "\n " * 500_000]
)
def test_calendars_made_to_be_slow_end(body: str) -> None:
    ics.read(Response("https://x.fr/", 200, {}, f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{body}\nEND:VEVENT\n".encode()), {})


def test_the_name_of_a_calendar() -> None:
    assert ics.calendar_name("BEGIN:VCALENDAR\nX-WR-CALNAME:Les\\, sor\n ties\n") == "Les, sorties"
    assert ics.calendar_name("BEGIN:VCALENDAR\n?\nBEGIN:VEVENT\nNAME:x\n") == ""
    assert ics.calendar_name("BEGIN:VCALENDAR\n") == ""


# Where things are

Answer = tuple[str, str | bytes]


class Site:
    def __init__(self, answers: Mapping[str, Answer]) -> None:
        self.answers = answers

    def get(self, request: Request, /) -> Response:
        if request.url not in self.answers:
            raise FetchError("refus 404", status=404)
        media_type, body = self.answers[request.url]
        raw = body.encode() if isinstance(body, str) else body
        return Response(request.url, 200, {"content-type": media_type}, raw)


def look(body: str | bytes, url: str = "https://x.fr/f", media_type: str = "", **others: Answer) -> Look:
    site = Site(
        {url: (media_type, body), **{f"https://x.fr/{name.replace('__', '.')}": a for name, a in others.items()}}
    )
    return Look(site, url, site.get(Request(url)))


BOOK = ods(
    row(cell(shown="Identifiant"), cell(shown="Titre"), cell(shown="Lien"), cell(shown="Courriel"))
    + row(
        cell("float", "1", office__value="1"),
        cell(shown="Mare"),
        cell(shown='<text:a xlink:href="https://x.fr/1">voir</text:a>'),
        cell(shown="a@b.fr"),
    )
    + row(cell("float", "2", office__value="2"), cell(shown="Haie"))
)


def test_a_workbook_is_recognised() -> None:
    found = recognise("https://x.fr/f.ods", Site({"https://x.fr/f.ods": ("", BOOK)}))
    assert (found.kind, found.extends, dict(found.options)) == ("spreadsheet", "", {"id": "Identifiant"})
    assert found.fields == {"title": ["Titre"], "url": ["Lien (lien)", "Lien"]}
    assert found.ignore == ("Courriel", "Identifiant")
    assert found.why[0] == "Classeur : 2 lignes, 4 colonnes."


def test_the_sheet_of_a_workbook_of_several_is_named() -> None:
    sheets = '<sheet name="Notice" r:id="r1"/><sheet name="Fiches" r:id="r1"/><sheet name="Vide" r:id="r4"/>'
    cells = HEAD.replace(">T<", ">Titre<").replace("</row>", '<c t="str"><v>Ville</v></c></row>')
    body = xlsx(cells + '<row><c t="str"><v>Mare</v></c><c t="str"><v>Lyon</v></c></row>', sheets=sheets)
    found = spreadsheet_probe(look(body))
    assert found is not None
    assert dict(found.options) == {"sheet": "Fiches"}
    assert "Feuille choisie : « Fiches » (autres : « Notice »)." in found.why
    lone = xlsx(cells, sheets='<sheet name="Un" r:id="r1"/><sheet name="Deux" r:id="r1"/>')
    found = spreadsheet_probe(look(lone))
    assert found is not None and "Feuille choisie : « Un »." in found.why


def test_the_link_under_a_title_is_its_address() -> None:
    rows = row(cell(shown="Titre")) + row(cell(shown='<text:a xlink:href="https://x.fr/1">Mare</text:a>'))
    found = spreadsheet_probe(look(ods(rows)))
    assert found is not None
    assert found.fields["url"] == ["Titre (lien)"]


@pytest.mark.parametrize("body", [spreadsheet.OLE + b"\0" * 9, zipped({"a": "b"}), xlsx("")])
def test_a_workbook_that_cannot_be_read_is_told(body: bytes) -> None:
    with pytest.raises(BridgeError, match="classeur|tableau est vide"):
        recognise("https://x.fr/f", Site({"https://x.fr/f": ("", body)}))


CALENDAR = (
    "BEGIN:VCALENDAR\nX-WR-CALNAME:Sorties\n"
    + "BEGIN:VEVENT\nUID:{0}\nSUMMARY:{0}\nEND:VEVENT\n" * 2
    + "END:VCALENDAR\n"
)


def test_a_calendar_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    found = recognise("https://x.fr/a", Site({"https://x.fr/a": ("", CALENDAR.format("x"))}))
    assert (found.kind, found.title, found.extends) == ("ics", "Sorties", "_ics")
    monkeypatch.setattr(ics, "_MAX_LINES", 1)
    refused = look(CALENDAR)
    assert ics_probe(refused) is None and "éléments" in refused.tried[-1]


OAI_DC = '<metadata><dc xmlns="http://www.openarchives.org/OAI/2.0/oai_dc/"/></metadata>'
PV = '<metadata><pv xmlns="https://partageons.example/pv"/></metadata>'
OTHER = "<metadata><mods/></metadata>"


def repository(*prefixes: str) -> str:
    lists = "".join(f'<ListRecords metadataPrefix="{prefix}"><record/><record/></ListRecords>' for prefix in prefixes)
    return (
        '<Repository xmlns="http://www.openarchives.org/OAI/2.0/static-repository">'
        f"<Identify><repositoryName> Landes </repositoryName></Identify>{lists}</Repository>"
    )


@pytest.mark.parametrize(
    ("body", "prefix", "extends", "title"),
    [
        (repository("oai_dc", "pv"), "pv", "_plugin", "Landes"),
        (repository("mods", "oai_dc"), "oai_dc", "_oai", "Landes"),
        (repository("mods"), "mods", "", "Landes"),
        (f"<OAI-PMH><ListRecords><record>{OAI_DC}</record></ListRecords></OAI-PMH>", "oai_dc", "_oai", "x.fr"),
        (f"<OAI-PMH><ListRecords><record>{PV}</record></ListRecords></OAI-PMH>", "pv", "_plugin", "x.fr"),
        (f"<OAI-PMH><ListRecords><record>{OTHER}</record></ListRecords></OAI-PMH>", "", "", "x.fr"),
        ("<OAI-PMH><ListRecords/></OAI-PMH>", "", "", "x.fr"),
    ],
)
def test_records_in_one_file_are_recognised(body: str, prefix: str, extends: str, title: str) -> None:
    found = recognise("https://x.fr/f.xml", Site({"https://x.fr/f.xml": ("text/xml", body)}))
    assert (found.kind, found.url, found.title, found.extends) == ("oai", "https://x.fr/f.xml", title, extends)
    assert dict(found.options) == {"file": True} | ({"prefix": prefix} if prefix else {})


@pytest.mark.parametrize("body", ["<Repository/>", "<OAI-PMH><error/></OAI-PMH>", "<OAI-PMH><List", "<a/>"])
def test_no_records_in_one_file(body: str) -> None:
    assert static_repository(look(body)) is None


def test_the_answer_of_a_repository_is_no_file() -> None:
    body = f"<OAI-PMH><ListRecords><record>{OAI_DC}</record></ListRecords></OAI-PMH>"
    assert static_repository(look(body, "https://x.fr/oai?verb=ListRecords")) is None


def test_a_record_without_identifier_in_a_file() -> None:
    body = repository("oai_dc").replace("<record/>", '<record xmlns="http://www.openarchives.org/OAI/2.0/"/>')
    page = oai.read(Response("https://x.fr/f.xml", 200, {}, body.encode(), {"file": True}), {})
    assert not page.items and not page.whole and "identifiant" in page.problems[0].message


# Files that a page leads to

CSV: Answer = ("text/csv", "id,titre,commune\n1,Mare,Lyon\n2,Haie,Vesoul\n")


def html(body: str, head: str = "<title>Le réseau</title>") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


def test_a_page_leads_to_its_file() -> None:
    body = html(
        '<a href="mentions.html">x</a><a href=" export.csv#x">Toutes les fiches</a><a href="mailto:x.csv">y</a>'
    )
    found = recognise("https://x.fr/", Site({"https://x.fr/": ("text/html", body), "https://x.fr/export.csv": CSV}))
    assert (found.kind, found.url, found.title) == ("csv_file", "https://x.fr/export.csv", "Le réseau")
    assert found.why[0] == "La page mène à un fichier de données (« Toutes les fiches ») : c'est lui qui est lu."


def test_the_best_of_several_files() -> None:
    body = html(
        '<a href="budget.csv">Budget</a><a href="fiches.xlsx">Excel</a><a href="fiches.csv"></a><a href="http://[/a.csv">?</a>'
    )
    found = linked_file(look(body, media_type="text/html", fiches__csv=CSV))
    assert found is not None and found.url == "https://x.fr/fiches.csv"
    assert found.others == (
        ("Fichier : Budget", "https://x.fr/budget.csv"),
        ("Fichier : Excel", "https://x.fr/fiches.xlsx"),
    )


@pytest.mark.parametrize(
    ("body", "answers"),
    [
        ('<a href="a.csv">A</a><a href="b.csv">B</a>', {"a__csv": CSV, "b__csv": CSV}),
        ('<a href="a.csv">A</a>', {}),
        ('<a href="a.csv">A</a>', {"a__csv": ("text/html", "<html>perdu</html>")}),
        ('<a href="a.ics">A</a>', {"a__ics": ("text/calendar", CALENDAR.format("x").replace("BEGIN:VEVENT", "", 1))}),
    ],
)
def test_files_that_are_not_clear(body: str, answers: dict[str, Answer]) -> None:
    assert linked_file(look(html(body), media_type="text/html", **answers)) is None


def test_only_pages_lead_to_files() -> None:
    assert linked_file(look("a,b")) is None


def test_a_file_that_the_head_of_a_page_names() -> None:
    head = '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">' + "".join(
        f'<link rel="alternate" type="{kind}" href="{href}">'
        for kind, href in (("application/json", "/oembed"), ("text/calendar", "/agenda"))
    )
    found = linked_file(look(html("", head), media_type="text/html", agenda=("text/calendar", CALENDAR.format("x"))))
    assert found is not None
    assert (found.kind, found.title, found.licence) == ("ics", "Sorties", "CC-BY-4.0")


def test_an_api_that_the_head_of_a_page_names() -> None:
    head = '<link rel="alternate" type="application/json" title="Actions" href="/actions">'
    rows = json.dumps([{"id": n, "titre": f"Fiche {n}"} for n in range(3)])
    found = linked_file(look(html("", head), media_type="text/html", actions=("application/json", rows)))
    assert found is not None
    assert (found.kind, found.fields) == ("json_api", {"title": ["titre"]})


# Share links

SHEET_ID = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789"
UUID = "0a1b2c3d-1111-2222-3333-444455556666"
SHEETS_GOOGLE = "https://docs.google.com/spreadsheets"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("https://nuage.fr/s/Ab3dEfGh1JkLmNo", "https://nuage.fr/s/Ab3dEfGh1JkLmNo/download"),
        ("nuage.fr/n/index.php/s/mon-tableau?path=%2F", "https://nuage.fr/n/index.php/s/mon-tableau/download"),
        (
            "https://nuage.fr/apps/calendar/p/AbCdEfGhIjKl/dayGridMonth/now",
            "https://nuage.fr/remote.php/dav/public-calendars/AbCdEfGhIjKl?export",
        ),
        (
            "https://grist.numerique.gouv.fr/o/docs/sBtEtTbvBcHs/Ressources/p/3",
            "https://grist.numerique.gouv.fr/o/docs/api/docs/sBtEtTbvBcHs/download/xlsx",
        ),
        ("https://docs.getgrist.com/sBtEtTbvBcHs", "https://docs.getgrist.com/api/docs/sBtEtTbvBcHs/download/xlsx"),
        ("https://lite.framacalc.org/mares-9z7k/view", "https://lite.framacalc.org/mares-9z7k.csv"),
        ("https://calc.asso.fr/=mares", "https://calc.asso.fr/mares.1.csv"),
        (
            f"{SHEETS_GOOGLE}/d/{SHEET_ID}/edit?usp=sharing#gid=12",
            f"{SHEETS_GOOGLE}/d/{SHEET_ID}/export?format=csv&gid=12",
        ),
        (f"{SHEETS_GOOGLE}/u/0/d/{SHEET_ID}", f"{SHEETS_GOOGLE}/d/{SHEET_ID}/export?format=csv"),
        (f"{SHEETS_GOOGLE}/d/e/{SHEET_ID}/pubhtml", f"{SHEETS_GOOGLE}/d/e/{SHEET_ID}/pub?output=csv"),
        (
            f"{SHEETS_GOOGLE}/d/e/{SHEET_ID}/pubhtml?gid=0&single=true",
            f"{SHEETS_GOOGLE}/d/e/{SHEET_ID}/pub?output=csv&gid=0&single=true",
        ),
        (
            f"https://drive.google.com/file/d/{SHEET_ID}/view",
            f"https://drive.google.com/uc?export=download&id={SHEET_ID}",
        ),
        (f"https://drive.google.com/open?id={SHEET_ID}", f"https://drive.google.com/uc?export=download&id={SHEET_ID}"),
        (
            "https://calendar.google.com/calendar/embed?src=abc%40group.calendar.google.com",
            "https://calendar.google.com/calendar/ical/abc%40group.calendar.google.com/public/basic.ics",
        ),
        ("https://www.dropbox.com/s/abc/x.xlsx", "https://www.dropbox.com/s/abc/x.xlsx?dl=1"),
        ("https://dropbox.com/scl/fi/a/x.csv?rlkey=z&dl=0", "https://dropbox.com/scl/fi/a/x.csv?rlkey=z&dl=1"),
        ("https://a.sharepoint.com/:x:/s/b/c?e=d", "https://a.sharepoint.com/:x:/s/b/c?e=d&download=1"),
        ("https://a.sharepoint.com/:x:/s/b/c", "https://a.sharepoint.com/:x:/s/b/c?download=1"),
        ("https://github.com/a/b/blob/main/d/x.csv", "https://raw.githubusercontent.com/a/b/main/d/x.csv"),
        ("https://forge.fr/a/b/-/blob/main/x.csv?ref_type=heads", "https://forge.fr/a/b/-/raw/main/x.csv"),
        ("https://codeberg.org/a/b/src/branch/main/x.csv", "https://codeberg.org/a/b/raw/branch/main/x.csv"),
        (
            f"https://www.data.gouv.fr/fr/datasets/mares/#/resources/{UUID}",
            f"https://www.data.gouv.fr/fr/datasets/r/{UUID}",
        ),
        (f"https://www.data.gouv.fr/datasets/m?resource_id={UUID}", f"https://www.data.gouv.fr/fr/datasets/r/{UUID}"),
        ("webcal://a.fr/x.ics", "https://a.fr/x.ics"),
    ],
)
def test_shared_documents(given: str, address: str) -> None:
    found, why = direct(given)
    assert found == address and why.endswith(".")
    assert direct(found) == (found, ""), "what is found is not changed again"


@pytest.mark.parametrize(
    "given",
    [
        "https://cryptpad.fr/sheet/#/2/sheet/view/abc/",
        "https://airtable.com/shrAbc",
        "https://office.onlyoffice.com/doc",
        "https://asso.notion.site/x",
        "https://kdrive.infomaniak.com/app/share/1/x",
        "https://1drv.ms/x/s!abc",
        "https://www.dropbox.com/scl/fo/abc/def?dl=0",
        f"https://docs.google.com/document/d/{SHEET_ID}/edit",
        f"https://drive.google.com/drive/folders/{SHEET_ID}",
    ],
)
def test_documents_that_no_program_can_read(given: str) -> None:
    address, why = direct(given)
    assert address == "" and why.endswith(".")


@pytest.mark.parametrize(
    "given",
    [
        "https://a.fr/",
        "a.fr/s/x",
        "https://a.fr/s/une-page-du-site",
        "ftp://a.fr/s/Ab3dEfGh1JkLmNo",
        "http://[a",
        "https://docs.getgrist.com/",
        "https://lite.framacalc.org/a/b/c",
        "https://docs.google.com/",
        "https://www.dropbox.com/plans",
        "https://a.sharepoint.com/sites/b",
        "https://cryptpad.fr/",
        "https://www.data.gouv.fr/fr/datasets/mares/",
        "https://www.data.gouv.fr/fr/pages/x",
    ],
)
def test_addresses_that_are_left_as_they_are(given: str) -> None:
    assert direct(given) == (given, "")
