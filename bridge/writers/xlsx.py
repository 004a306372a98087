"""A workbook (ISO/IEC 29500): a sheet with one row a record, where numbers are numbers, and one that says what it is.

The format is an archive, whose beginning depends on its end: the rows wait in a temporary folder, in constant memory,
and nothing is sent before the last one. Same records, same bytes: nothing in the archive tells when it was made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from bridge.record import Entry
from bridge.writers.columns import Value, cell, columns
from bridge.writers.feed import Feed
from bridge.writers.stream import PIECE, live
from bridge.writers.xml import legal

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
EXTENSION = "xlsx"
TITLE = "Classeur (XLSX)"

ROWS = 1_048_576
"""Of a sheet, that of the headers included."""
_CHARACTERS = 32_767  # of a cell, in UTF-16 code units
_FIRST_DAY = date(1900, 3, 1)  # before it, spreadsheets disagree on which day a number is
_NARROW, _WIDE = 10, 60  # characters


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """The workbook. Texts are never formulas or links; one too long for a cell ends with « … » after a whole word."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "fiches.xlsx")
        with xlsxwriter.Workbook(path, {"constant_memory": True, "tmpdir": folder}) as book:
            book.set_properties({"created": datetime.fromisoformat(feed.updated).replace(tzinfo=None)})
            count = _records(book, entries, feed)
            _about(book, feed, count)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece


def _records(book: Any, entries: Iterable[Entry], feed: Feed) -> int:
    """Fill the first sheet; how many records it holds."""
    sheet = book.add_worksheet("Fiches")
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    table = columns(feed)
    widths = [max(len(column.title) + 3, _NARROW) for column in table]  # 3: the filter's arrow
    sheet.freeze_panes(1, 0)
    for at, column in enumerate(table):
        sheet.write_string(0, at, _cut(cell([column.title])), bold)
    row = left_out = 0
    for entry, record in live(entries):
        if row == ROWS - 2:  # the last one is for saying that there are more
            left_out += 1
            continue
        row += 1
        for at, column in enumerate(table):
            widths[at] = max(widths[at], _fill(sheet, row, at, column.value(record, entry, feed), day))
    if left_out:
        told = f"{left_out} fiches de plus ne tiennent pas dans cette feuille : elles sont dans l'export CSV."
        sheet.write_string(row + 1, 0, told)
    sheet.autofilter(0, 0, row, len(table) - 1)
    for at, width in enumerate(widths):
        sheet.set_column(at, at, min(width, _WIDE))
    return row


def _fill(sheet: Any, row: int, at: int, value: Value, day: Any) -> int:
    """Write a cell, unless there is nothing to say; the width of what it shows, in characters."""
    if isinstance(value, (int, float)):
        sheet.write_number(row, at, value)
        return len(str(value))
    if isinstance(value, date) and value >= _FIRST_DAY:
        sheet.write_datetime(row, at, value, day)
        return len(value.isoformat())
    if text := _cut(cell(value)):
        sheet.write_string(row, at, text)
    return len(text)


def _cut(text: str) -> str:
    """The text, or its beginning that fits in a cell."""
    if len(text) <= _CHARACTERS // 2 or len(units := text.encode("utf-16-le")) <= 2 * _CHARACTERS:
        return text
    kept = units[: 2 * (_CHARACTERS - 2)].decode("utf-16-le", "ignore")
    return f"{kept.rpartition(' ')[0] or kept} …"


def _about(book: Any, feed: Feed, count: int) -> None:
    """The second sheet: what the first one is, for who is handed the file without the page it comes from."""
    sheet = book.add_worksheet("À propos")
    told: Sequence[tuple[str, str | int]] = (
        ("Titre", feed.title),
        ("Adresse de cet export", feed.url),
        ("À jour au", feed.updated),
        ("Licences", "propres à chaque fiche"),
        ("Nombre de fiches", count),
    )
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, _WIDE)
    for row, (name, value) in enumerate(told):
        sheet.write_string(row, 0, name)
        if isinstance(value, int):
            sheet.write_number(row, 1, value)
        else:
            sheet.write_string(row, 1, _cut(legal(value)))
