"""The sheets of an OpenDocument workbook (ISO/IEC 26300, OpenDocument 1.x), as LibreOffice writes them.

Values are those that were last computed; formulas, comments and names of people are not read. No I/O.
"""

from __future__ import annotations

import math
import re
from functools import partial
from xml.etree.ElementTree import Element

from bridge.errors import ReadError
from bridge.readers import decode
from bridge.readers.workbook import MAX_COLUMNS, Grid, Package, Sheet, boolean, clock, locked, name_of, number, percent

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_MAX_ROWS = 1 << 20
_TIME = re.compile(r"PT(\d{1,5})H(\d{1,2})M(?:(\d{1,2})(?:[.,]\d{1,12})?S)?")
_HYPERLINK = re.compile(r'(?:of:)?=\s*HYPERLINK\(\s*"(https?://[^"\s]{1,2000})"', re.I)


def sheets(package: Package) -> list[Sheet]:
    """The sheets, in the order of their tabs.

    Raises:
        ReadError: encrypted, or not a workbook.
    """
    if b"encryption-data" in package.bytes("META-INF/manifest.xml"):
        raise locked()
    root = package.xml("content.xml")
    book = None if root is None else root.find(f"{_OFFICE}body/{_OFFICE}spreadsheet")
    if root is None or book is None:
        raise ReadError("Le document n'est pas un classeur.", "Vérifiez l'adresse : un .ods ou un .xlsx est attendu.")
    hidden = {
        style.get(f"{_STYLE}name")
        for style in root.iterfind(f"{_OFFICE}automatic-styles/{_STYLE}style")
        if any(part.get(f"{_TABLE}display") == "false" for part in style)
    }
    return [
        Sheet(table.get(f"{_TABLE}name", ""), table.get(f"{_TABLE}style-name") in hidden, partial(_grid, table))
        for table in book.iterfind(f"{_TABLE}table")
    ]


def _grid(table: Element) -> Grid:
    grid = Grid()
    merged: list[tuple[int, int, int]] = []
    row = 0
    for element in table.iter(f"{_TABLE}table-row"):
        times = _times(element, "number-rows-repeated")
        column = 0
        for cell in element:
            if cell.tag not in _CELLS:
                continue
            wide = _times(cell, "number-columns-repeated")
            text, link = _value(cell)
            if text:
                for at in range(column, min(column + wide, MAX_COLUMNS)):
                    grid.put(row, at, text, link)
            if (high := _times(cell, "number-rows-spanned")) > 1:
                merged.append((row, column, high))
            column += wide
        if row in grid.cells:  # each turn then adds cells, which are counted
            for below in range(row + 1, row + times):
                for at, text in grid.cells[row].items():
                    grid.put(below, at, text, grid.links.get(row, {}).get(at, ""))
        row += times
    for begin, column, high in merged:
        grid.spread(begin, column, high)
    return grid


def _times(element: Element, name: str) -> int:
    said = element.get(f"{_TABLE}{name}", "1")
    return max(1, min(int(said), _MAX_ROWS)) if said.isdecimal() and len(said) < 10 else 1


def _value(cell: Element) -> tuple[str, str]:
    """The text of a cell and the web address under it.

    What is shown wins where it says more than the value: ``01004`` of the number 1004, ``2014`` of a first of January.
    """
    kind = cell.get(f"{_OFFICE}value-type", "")
    if not kind and not len(cell):
        return "", ""
    links: list[str] = []
    shown = "\n".join(_shown(p, links) for p in cell if p.tag == f"{_TEXT}p").strip()
    if found := _HYPERLINK.match(cell.get(f"{_TABLE}formula", "")):
        links.append(found[1])
    link = links[0] if links else ""
    if kind in ("float", "currency", "percentage"):
        try:
            value = float(cell.get(f"{_OFFICE}value", ""))
        except ValueError:
            return shown, link
        if not math.isfinite(value):
            return "", ""
        if kind == "percentage":
            return percent(value), link
        written = number(value)
        return shown if re.fullmatch("0\\d{1,20}", shown) and shown.lstrip("0") == written else written, link
    if kind == "date":
        date = cell.get(f"{_OFFICE}date-value", "").removesuffix("T00:00:00")
        return shown if re.fullmatch(r"\d{4}", shown) and date.startswith(shown) else date or shown, link
    if kind == "time" and (found := _TIME.fullmatch(cell.get(f"{_OFFICE}time-value", ""))):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return clock(hours * 3600 + minutes * 60 + seconds), link
    if kind == "boolean":
        return boolean(cell.get(f"{_OFFICE}boolean-value") == "true"), link
    return ("" if re.fullmatch(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d{3}", shown) else shown), link


def _shown(element: Element, links: list[str], depth: int = 0) -> str:
    """The text of a paragraph: its spaces are elements, its notes and comments are not it."""
    if depth > decode.MAX_DEPTH:
        raise decode.too_deep()
    if element.tag == f"{_TEXT}a":
        links.append(element.get(_HREF, ""))
    parts = [element.text or ""]
    for child in element:
        name = name_of(child.tag)
        if name == "s":
            count = child.get(f"{_TEXT}c", "1")
            parts.append(" " * min(int(count) if count.isdecimal() and len(count) < 5 else 1, 100))
        elif name in ("tab", "line-break"):
            parts.append("\n" if name == "line-break" else "\t")
        elif name not in ("annotation", "note", "ruby-text"):
            parts.append(_shown(child, links, depth + 1))
        parts.append(child.tail or "")
    return "".join(parts)
