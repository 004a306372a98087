"""The sheets of an Office Open XML workbook (ISO/IEC 29500-1, SpreadsheetML; transitional or strict). No I/O.

Values are those that were last computed; formulas, comments, names of people and hidden properties are not read.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache, partial
from posixpath import dirname, join, normpath
from typing import NamedTuple
from xml.etree.ElementTree import Element

from bridge.errors import ReadError
from bridge.readers import decode
from bridge.readers.workbook import BROKEN, Grid, Package, Sheet, boolean, clock, name_of, number, percent

_REFERENCE = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_HYPERLINK = re.compile(r'\s*HYPERLINK\(\s*"(https?://[^"\s]{1,2000})"', re.I)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# Dates among the formats that have a number and no code (§ 18.8.30); the others of dates are for East Asia.
_BUILT_IN = {
    9: "0%",
    10: "0.00%",
    **dict.fromkeys((14, 15, 16), "yyyy-mm-dd"),
    17: "yyyy-mm",
    **dict.fromkeys((18, 19, 20, 21, 45, 46, 47), "h:mm"),
    22: "yyyy-mm-dd h:mm",
    **dict.fromkeys((*range(27, 37), *range(50, 59)), "yyyy-mm-dd"),
}
_QUOTED = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?![hms]{1,2}\])[^\]]*\]')
_SECONDS = 86400


class _Book(NamedTuple):
    """What cells refer to: shared texts, the format of each style, and the first day of the calendar."""

    texts: Sequence[str]
    formats: Sequence[str]
    epoch: datetime


def sheets(package: Package) -> list[Sheet]:
    """The sheets of cells, in the order of their tabs; charts and macros are none.

    Raises:
        ReadError: no workbook in the package.
    """
    main = next(
        (target for kind, target in _relations(package, "").values() if kind == "officeDocument"), "xl/workbook.xml"
    )
    root = package.xml(main)
    if root is None or name_of(root.tag) != "workbook":
        raise ReadError(
            "Le fichier n'est ni un classeur .xlsx ni un classeur .ods.",
            "Vérifiez l'adresse, ou faites-le enregistrer en .xlsx ou .ods.",
        )
    related = _relations(package, main)
    of_kind = {kind: target for kind, target in related.values()}
    properties = next((e for e in root if name_of(e.tag) == "workbookPr"), None)
    late = properties is not None and properties.get("date1904") in ("1", "true")
    book = _Book(
        _texts(package.xml(of_kind.get("sharedStrings", ""))),
        _formats(package.xml(of_kind.get("styles", ""))),
        datetime(1904, 1, 1) if late else datetime(1899, 12, 30),
    )
    found = []
    for element in root.iter():
        if name_of(element.tag) == "sheet":
            said = {name_of(key): value for key, value in element.items()}
            kind, target = related.get(said.get("id", ""), ("", ""))
            if kind == "worksheet":
                hidden = said.get("state", "visible") != "visible"
                found.append(Sheet(said.get("name", ""), hidden, partial(_grid, package, target, book)))
    return found


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Id -> (kind, part or address) of what a part is related to (ISO/IEC 29500-2, § 9.3)."""
    folder = dirname(part)
    root = package.xml(join(folder, "_rels", f"{part[len(folder) :].lstrip('/')}.rels"))
    found: dict[str, tuple[str, str]] = {}
    for element in () if root is None else root:
        target = element.get("Target", "")
        if element.get("TargetMode") != "External":
            target = normpath(join("/", folder, target.replace("\\", "/"))).lstrip("/")
        found[element.get("Id", "")] = element.get("Type", "").rpartition("/")[2], target
    return found


def _texts(root: Element | None) -> list[str]:
    return [] if root is None else [_text(item) for item in root if name_of(item.tag) == "si"]


def _text(item: Element) -> str:
    """A text in one or several runs; how it is pronounced (``rPh``) is left out."""
    runs = (part for child in item for part in (child if name_of(child.tag) == "r" else (child,)))
    parts = [part.text or "" for part in runs if name_of(part.tag) == "t"]
    return _ESCAPED.sub(lambda m: decode.ILLEGAL.sub("", chr(int(m[1], 16))), "".join(parts))


def _formats(root: Element | None) -> list[str]:
    """The format code of each cell style; empty for a style that says nothing of numbers."""
    codes: dict[str, str] = {str(number): code for number, code in _BUILT_IN.items()}
    formats: list[str] = []
    for part in () if root is None else root:
        if name_of(part.tag) == "numFmts":
            codes |= {each.get("numFmtId", ""): each.get("formatCode", "") for each in part}
        elif name_of(part.tag) == "cellXfs":
            formats = [codes.get(each.get("numFmtId", ""), "") for each in part]
    return formats


def _grid(package: Package, part: str, book: _Book) -> Grid:
    root = package.xml(part)
    grid = Grid()
    merged: list[str] = []
    links: list[tuple[str, str]] = []
    for element in () if root is None else root:
        name = name_of(element.tag)
        if name == "sheetData":
            _rows(element, book, grid)
        elif name == "mergeCells":
            merged = [each.get("ref", "") for each in element]
        elif name == "hyperlinks":
            related = _relations(package, part)
            for each in element:
                said = {name_of(key): value for key, value in each.items()}
                links.append((said.get("ref", ""), related.get(said.get("id", ""), ("", ""))[1]))
    for reference, address in links:
        if place := _place(reference.partition(":")[0]):
            grid.link(*place, address)
    for reference in merged:
        first, _, last = reference.partition(":")
        if (begin := _place(first)) and (end := _place(last)):
            grid.spread(*begin, end[0] - begin[0] + 1)
    return grid


def _place(reference: str) -> tuple[int, int] | None:
    """``B3`` -> ``(2, 1)``."""
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return None
    return max(int(found[2]) - 1, 0), _column(found[1])


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """``A`` -> 0, ``AA`` -> 26."""
    column = 0
    for letter in letters.upper():
        column = column * 26 + ord(letter) - 64
    return column - 1


def _rows(data: Element, book: _Book, grid: Grid) -> None:
    """Row and column numbers may be left out: what follows is then next to what precedes."""
    row = -1
    for element in data:
        said = element.get("r", "")
        row = int(said) - 1 if said.isdecimal() and len(said) < 8 else row + 1
        column = -1
        for cell in element:
            place = _place(cell.get("r", ""))
            column = place[1] if place else column + 1
            parts = {name_of(child.tag): child for child in cell}
            link = _HYPERLINK.match(parts["f"].text or "") if "f" in parts else None
            text = _value(cell, parts, book).strip()
            grid.uncomputed += "f" in parts and link is None and not ("v" in parts and parts["v"].text)
            grid.put(row, column, text, link[1] if link else "")


def _value(cell: Element, parts: Mapping[str, Element], book: _Book) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _text(parts["is"]) if "is" in parts else ""
    text = (parts["v"].text or "") if "v" in parts else ""
    if kind == "s":
        if (at := _index(text)) >= len(book.texts):
            raise ReadError("Des textes du classeur manquent.", BROKEN)
        return book.texts[at]
    if kind == "b":
        return boolean(text.strip() in ("1", "true")) if text else ""
    if kind == "e":
        return ""
    if kind != "n":  # the text of a formula, or a date in ISO 8601
        return text
    style = _index(cell.get("s", "0"))
    return _number(text, book.formats[style] if style < len(book.formats) else "", book.epoch)


def _index(text: str) -> int:
    """A position in a list; one that no list has when it is none."""
    return int(text) if text.isdecimal() and len(text) < 9 else 1 << 30


def _number(text: str, code: str, epoch: datetime) -> str:
    try:
        value = float(text)
    except ValueError:
        return text
    if not math.isfinite(value):
        return ""
    if code in ("", "General"):
        return number(value)
    plain = _QUOTED.sub("", code.partition(";")[0]).strip()
    if plain.endswith("%"):
        return percent(value)
    written = number(value)
    if re.fullmatch("0{2,20}", plain) and written.isdecimal():
        return written.zfill(len(plain))  # a postcode, a commune's code
    letters = plain.lower().replace("standard", "")
    if not re.search(r"[ymdhs]", letters) or re.search(r"[0#]", letters.partition(".")[0]):
        return written
    return _moment(value, letters, epoch) or written


def _moment(value: float, letters: str, epoch: datetime) -> str:
    """A serial day in ISO 8601, as precise as it is shown; empty when it is out of the calendar.

    Excel counts a 29 February 1900 that never was: before it, days are one further.
    """
    if value < 0:
        return ""
    if value < 60 and epoch.year == 1899 and re.search("[yd]", letters):
        value += 1
    try:
        moment = epoch + timedelta(seconds=round(value * _SECONDS))
    except OverflowError:
        return ""
    if not re.search("[yd]", letters):
        return clock(round(value * _SECONDS)) if "h" in letters else ""
    if "d" not in letters:
        return moment.strftime("%Y-%m") if "m" in letters else moment.strftime("%Y")
    if moment.hour or moment.minute or moment.second:
        return moment.strftime("%Y-%m-%dT%H:%M:%S")
    return moment.strftime("%Y-%m-%d")
