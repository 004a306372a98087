"""A workbook, as Excel or LibreOffice writes it: .xlsx (ISO/IEC 29500) or .ods (ISO/IEC 26300).

Options: ``sheet`` (its name, or its number from 1; by default the first visible one that looks like a table of
resources), ``id`` (the column that identifies a row).

``data`` of an item is ``{name of the column: text}``, empty cells left out; ``<name> (lien)`` is the web address under
a cell whose text is another. Dates are ISO 8601, as precise as they are shown; numbers have a decimal point; yes and no
are « oui » and « non »; a cell merged over several rows is that of each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bridge.errors import ReadError
from bridge.meaning.text import fold
from bridge.readers import decode, listing, ods, table, xlsx
from bridge.readers.workbook import Grid, Package, Sheet, locked
from bridge.record import Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

# Compound File Binary: what Excel wrote before 2007, and what holds a workbook that is encrypted.
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_TITLE = re.compile(r"(?:^|\b)(?:titre|title|intitule|nom|name|libelle|action|projet|initiative|ressource)(?:\b|$)")
_ASIDE = re.compile(
    r"lisez|read.?me|notice|mode d'emploi|aide\b|legende|listes?\b|param|sommaire|accueil|menu|intro|\bsources?\b"
    r"|metadonnees|a lire|a propos|consigne|nomenclature|dictionnaire"
)


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The file itself."""
    return Request(url)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The rows of one sheet.

    Raises:
        ReadError: empty, a web page, another kind of file, broken, encrypted, oversized, no such sheet or column.
    """
    with decode.uncollected():
        found = sheets(response)
        _, grid = _chosen(found, options.get("sheet", ""))
    lines = rows(grid)[: listing.MAX_ITEMS + table.SAMPLE]
    links = {row + 1: under for row, under in grid.links.items()}
    problems: list[Problem] = []
    if grid.uncomputed:
        problems.append(
            Problem(
                f"Formules dont le fichier ne contient pas la valeur, qui ne sont pas lues : {grid.uncomputed}. "
                "Ouvrez le classeur dans un tableur et enregistrez-le."
            )
        )
    items, whole, total = table.read(lines, str(options.get("id") or ""), problems, aligned=True, links=links)
    return listing.page(response, items, problems, whole=whole, total=total)


def sheets(response: Response) -> list[Sheet]:
    """The sheets of a workbook. Raises ``ReadError`` as ``read`` does."""
    body = response.body
    if body.startswith(OLE):
        if _ENCRYPTED in body:
            raise locked()
        raise ReadError(
            "Le fichier est un classeur d'un ancien format (.xls), qui n'est pas lu.",
            "Demandez au partenaire de l'enregistrer en .xlsx, en .ods ou en CSV.",
        )
    if not body.startswith(b"PK"):
        _refuse_text(response)
    package = Package(body)
    if "xl/workbook.bin" in package:
        raise ReadError(
            "Le fichier est un classeur binaire (.xlsb), qui n'est pas lu.",
            "Demandez au partenaire de l'enregistrer en .xlsx, en .ods ou en CSV.",
        )
    found = ods.sheets(package) if "content.xml" in package else xlsx.sheets(package)
    if not found:
        raise ReadError("Le classeur ne contient aucune feuille.", "Vérifiez l'adresse du fichier.")
    return found


def _refuse_text(response: Response) -> None:
    source = decode.text(response.body[:200_000], response.charset)
    if not source.strip():
        raise ReadError("La réponse est vide : un classeur était attendu.", "Vérifiez l'adresse du fichier.")
    decode.refuse_web_page(source)
    raise ReadError(
        "La réponse n'est pas un classeur .xlsx ou .ods.",
        'Si le fichier est du texte en colonnes, écrivez kind = "csv_file" ; sinon vérifiez l\'adresse.',
    )


def rows(grid: Grid) -> list[tuple[int, list[str]]]:
    """The rows that hold something: number as people see it, cells from the first column."""
    return [
        (row + 1, [cells.get(column, "") for column in range(max(cells) + 1)])
        for row, cells in sorted(grid.cells.items())
    ]


def _chosen(found: list[Sheet], asked: object) -> tuple[str, Grid]:
    if asked != "":
        return _named(found, asked)
    name, grid, _ = max(tables(found), key=lambda each: each[2], default=("", Grid(), 0))
    return name, grid


def tables(found: list[Sheet]) -> list[tuple[str, Grid, int]]:
    """The visible sheets that hold something, in the order of their tabs, and how much each looks like resources.

    The first of the greatest merit is the one to read.
    """
    visible = [sheet for sheet in found if not sheet.hidden] or found
    judged = []
    for sheet in visible:
        grid = sheet.read()
        if grid.cells:
            judged.append((sheet.name, grid, _merit(sheet.name, rows(grid))))
    return judged


def _merit(name: str, lines: table.Rows) -> int:
    at = table.header(lines)
    names = table.headers(lines[at][1])
    if len(names) < 2 or len(lines) < at + 2:
        return 0
    titled = any(_TITLE.search(fold(each)) for each in names)
    return 1 + titled * 2 + (not _ASIDE.search(fold(name))) * 4


def _named(found: list[Sheet], asked: object) -> tuple[str, Grid]:
    wanted = fold(str(asked))
    for sheet in found:
        if fold(sheet.name) == wanted:
            return sheet.name, sheet.read()
    if wanted.isdecimal() and len(wanted) < 5 and 0 < int(wanted) <= len(found):
        sheet = found[int(wanted) - 1]
        return sheet.name, sheet.read()
    shown = ", ".join(f"« {sheet.name} »" for sheet in found)[:300]
    raise ReadError(f"La feuille « {asked} » n'existe pas dans le classeur.", f"Feuilles : {shown}.")
