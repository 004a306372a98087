"""A file of sheets made readable: the container, its limits, and what a cell of any kind is written as. No I/O.

OOXML (ISO/IEC 29500) and OpenDocument (ISO/IEC 26300) are ZIP files of XML; ``xlsx`` and ``ods`` know what is inside.
Everything is bounded before it is unpacked: a file of a few kilobytes may say that it holds gigabytes, or a cell in the
last column of the last row.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from xml.etree.ElementTree import Element

from bridge.errors import ReadError
from bridge.readers import decode
from bridge.record import Response

MAX_COLUMNS = 1000
MAX_CELLS = 500_000
_MAX_ENTRIES = 5000
_MAX_BYTES = 128 << 20
_MAX_RATIO = 500
_RATIO_FROM = 1 << 20

BROKEN = "Enregistrez-le de nouveau en .xlsx ou .ods, et vérifiez qu'il s'ouvre."
_FAILURES = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)


@dataclass
class Grid:
    """The cells of a sheet that hold something: row (from 0) -> column (from 0) -> text; the same for their links.

    ``uncomputed`` counts the formulas whose value the file does not hold.
    """

    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    links: dict[int, dict[int, str]] = field(default_factory=dict)
    count: int = 0
    uncomputed: int = 0

    def put(self, row: int, column: int, text: str, link: str = "") -> None:
        """A cell; one without text, or far to the right, is nobody's.

        Raises:
            ReadError: the sheet holds more than ``MAX_CELLS``.
        """
        text = text or link
        if not text or column >= MAX_COLUMNS:
            return
        self.count += 1
        if self.count > MAX_CELLS:
            raise ReadError(
                f"La feuille contient plus de {MAX_CELLS} cellules : elle est refusée.",
                "Demandez au partenaire une feuille plus courte, ou une API.",
            )
        self.cells.setdefault(row, {})[column] = text
        if link:
            self.link(row, column, link)

    def link(self, row: int, column: int, address: str) -> None:
        """The web address under a cell, when its text does not say it already."""
        text = self.cells.get(row, {}).get(column, "")
        if text and text != address and address.lower().startswith(("https://", "http://")):
            self.links.setdefault(row, {})[column] = address

    def spread(self, row: int, column: int, rows: int) -> None:
        """Writes a merged cell again in the rows that it covers: it says the same of each. Empty rows stay empty."""
        text = self.cells.get(row, {}).get(column, "")
        link = self.links.get(row, {}).get(column, "")
        for below in range(row + 1, row + rows):
            self.count += 1
            if not text or self.count > MAX_CELLS:
                break
            cells = self.cells.get(below)
            if cells is not None and column not in cells:
                cells[column] = text
                self.link(below, column, link)


class Sheet(NamedTuple):
    """One sheet: what people call it, whether they see it, and how to read it."""

    name: str
    hidden: bool
    read: Callable[[], Grid]


class Package:
    """A ZIP file and the XML in it, bounded.

    Raises:
        ReadError: no ZIP file, or one that would fill the memory, is encrypted or broken.
    """

    def __init__(self, body: bytes) -> None:
        if body.count(b"PK\1\2") > _MAX_ENTRIES:
            raise _bomb()
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
        except _FAILURES as error:
            raise ReadError("Le classeur est abîmé ou coupé.", BROKEN) from error
        entries = self._zip.infolist()
        if sum(entry.file_size for entry in entries) > _MAX_BYTES or any(map(_swollen, entries)):
            raise _bomb()
        if any(entry.flag_bits & 1 for entry in entries):
            raise locked()
        # Some writers use backslashes, and not the case that they announce.
        self._names = {entry.filename.replace("\\", "/").lower(): entry for entry in reversed(entries)}

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._names

    def bytes(self, name: str) -> bytes:
        """What a part holds; empty when there is none of this name."""
        entry = self._names.get(name.lower())
        if entry is None:
            return b""
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ReadError("Le classeur est comprimé d'une façon que les classeurs n'emploient pas.", BROKEN)
        try:
            with self._zip.open(entry) as part:
                # A number of bytes, because what an entry says of its size may be false.
                return part.read(entry.file_size + 1)
        except _FAILURES as error:
            raise ReadError("Le classeur est abîmé ou coupé.", BROKEN) from error

    def xml(self, name: str) -> Element | None:
        """The root element of a part; None when there is no such part."""
        body = self.bytes(name)
        if not body:
            return None
        try:
            return decode.xml(Response("", 200, {}, body))[0]
        except ReadError as error:
            raise ReadError("Une partie du classeur n'est pas lisible.", BROKEN) from error


def _swollen(entry: zipfile.ZipInfo) -> bool:
    return entry.file_size > max(_RATIO_FROM, entry.compress_size * _MAX_RATIO)


def _bomb() -> ReadError:
    return ReadError(
        "Le classeur, une fois décomprimé, serait démesuré : il est refusé.",
        "Demandez au partenaire un fichier plus petit, sans images ni lignes vides.",
    )


def locked() -> ReadError:
    """What to raise when a file cannot be opened without a password."""
    return ReadError(
        "Le classeur est protégé par un mot de passe.", "Demandez au partenaire de le publier sans mot de passe."
    )


def number(value: float) -> str:
    """A number as people read it: no ``.0``, and no more digits than a spreadsheet keeps (15)."""
    if abs(value) < 1e15 and value == int(value):
        return str(int(value))
    return format(value, ".15g")


def percent(value: float) -> str:
    """``0.25`` -> ``25 %``."""
    return f"{number(float(format(value * 100, '.15g')))} %"


def clock(seconds: int) -> str:
    """A time of day, or a duration: ``14:30``, ``36:00``, ``0:00:07``."""
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}" + (f":{second:02}" if second else "")


def boolean(value: bool) -> str:
    return "oui" if value else "non"


@lru_cache(maxsize=1024)
def name_of(tag: str) -> str:
    """The local name of an element or attribute; remembered, because sheets repeat the same few."""
    return tag.rpartition("}")[2]
