"""What a table of rows becomes, whatever file it comes from: the row of names, clean names, an id for each row. No I/O.

A row is the number that people see in the margin and its cells as text, stripped; rows without any text are left out
by the caller.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from bridge.errors import ReadError
from bridge.readers import listing
from bridge.readers.trail import path_of
from bridge.record import Item, Problem

Rows = Sequence[tuple[int, Sequence[str]]]

SAMPLE = 20
"""Rows among which that of the names is looked for."""
_TOLD = 20
_IDS = frozenset(
    ("id", "identifiant", "identifier", "uid", "uuid", "guid", "code", "ref", "référence", "reference", "numéro")
    + ("numero", "n°", "id_fiche", "id fiche", "slug")
)
_TITLES = frozenset(("titre", "title", "nom", "name", "intitulé", "intitule", "libellé", "libelle", "action", "projet"))
_PLACES = frozenset(
    ("commune", "ville", "city", "insee", "code insee", "code_insee", "territoire", "lieu", "collectivité")
)


def header(rows: Rows) -> int:
    """The index of the row of names: the first that is at least half as full as the fullest of the beginning.

    What is above it (a title, a date, a logo's caption) fills one cell or two. Of names on two rows, some
    of them merged over both, the second has them all. ``rows`` is not empty.
    """
    filled = [sum(map(bool, row)) for _, row in rows[:SAMPLE]]
    at = next(n for n, count in enumerate(filled) if count * 2 > max(filled))
    if at + 1 < len(filled) and filled[at + 1] > filled[at]:
        merged = any(name and name == below for name, below in zip(rows[at][1], rows[at + 1][1], strict=False))
        return at + merged
    return at


def headers(row: Sequence[str]) -> list[str]:
    """Distinct names, one line each; the trailing empty ones are not columns."""
    while row and not row[-1]:
        row = row[:-1]
    seen: Counter[str] = Counter()
    names = []
    for number, cell in enumerate(row, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"colonne {number}"
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return names


def read(
    rows: Rows,
    asked: str,
    problems: list[Problem],
    *,
    aligned: bool = False,
    links: Mapping[int, Mapping[int, str]] = MappingProxyType({}),
) -> tuple[list[Item], bool, int]:
    """The items of a table, whether it is whole, and how many rows it has under its names.

    Args:
        asked: the column that identifies a row, or empty to look for one.
        problems: what is told is added to it.
        aligned: the file says in which column each cell is (a spreadsheet). Otherwise a row longer than the names is
            left out, because one no longer knows which cell is which.
        links: number of a row -> column -> the web address under that cell, read as ``<name> (lien)``.

    Raises:
        ReadError: no row, or no column called ``asked``.
    """
    if not rows:
        raise ReadError("Le tableau est vide.", "Vérifiez l'adresse du fichier.")
    at = header(rows)
    names = headers(rows[at][1])
    table: list[dict[str, str]] = []
    unequal: list[str] = []
    left_out = beyond = 0
    for line, row in rows[at + 1 :]:
        if any(row[len(names) :]):
            if not aligned:
                left_out += 1
                unequal.append(
                    f"Ligne {line} : {len(row)} cellules pour {len(names)} colonnes, la ligne est laissée de côté."
                )
                continue
            beyond += 1
        elif len(row) < len(names) and not aligned:
            unequal.append(f"Ligne {line} : {len(row)} cellules pour {len(names)} colonnes.")
        data = {name: cell for name, cell in zip(names, row, strict=False) if cell}
        for column, address in links.get(line, {}).items():
            if column < len(names):
                data.setdefault(f"{names[column]} (lien)", address)
        table.append(data)
    problems.extend(map(Problem, unequal[:_TOLD]))
    if len(unequal) > _TOLD:
        problems.append(
            Problem(f"{len(unequal) - _TOLD} autres lignes n'ont pas autant de cellules que le tableau a de colonnes.")
        )
    if beyond:
        problems.append(
            Problem(
                f"Lignes qui ont des cellules dans des colonnes sans nom, à droite, qui ne sont pas lues : {beyond}."
            )
        )
    if not table:
        problems.append(Problem("Le tableau n'a aucune ligne sous ses intitulés : rien n'est retiré."))
    ids = _ids(table, names, asked)
    items = [Item(name, data, path=path_of(data)) for name, data in zip(ids, table, strict=True) if data]
    return items, bool(table) and not left_out, len(table)


def _ids(table: Sequence[Mapping[str, str]], names: Sequence[str], asked: str) -> list[str]:
    """A local id for each row, empty when its cell is: its identifying column, else title and place, else all of it.

    One row copied or added without its number must not rename all the others.
    """
    if asked and asked not in names:
        raise ReadError(
            f"La colonne « {asked} » n'existe pas dans le tableau.", f"Colonnes : {', '.join(names)[:300]}."
        )
    usual = [asked] if asked else [name for name in names if name.casefold() in _IDS]
    for column in usual:
        values = [row.get(column, "") for row in table]
        if asked or len({*values} - {""}) * 2 > len(values):
            return [listing.local_id(value) for value in values]
    titles = [name for name in names if name.casefold() in _TITLES][:1]
    places = [name for name in names if name.casefold() in _PLACES][:1]
    keys = [*titles, *places]
    return [
        listing.digest([row.get(key, "") for key in keys] if titles and row.get(titles[0]) else row) for row in table
    ]
