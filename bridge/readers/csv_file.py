"""A table in text (RFC 4180, or as Excel writes it): comma, semicolon, tab or pipe; UTF-8, UTF-16 or Windows-1252.

Options: ``separator``, ``id`` (the column that identifies a row), ``charset``.

``data`` of an item is ``{header: text}``, headers cleaned, empty cells left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from bridge.errors import ReadError
from bridge.readers import decode, listing
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

# The limit belongs to the whole process: it is set once, above what is kept of a text.
csv.field_size_limit(1 << 24)

_SEPARATORS = ";,\t|"
_SAMPLE = 20
_MAX_CELLS = 3_000_000
_IDS = frozenset(
    (
        "id",
        "identifiant",
        "identifier",
        "uid",
        "uuid",
        "guid",
        "code",
        "ref",
        "référence",
        "reference",
        "numéro",
        "numero",
    )
    + ("n°", "id_fiche", "id fiche", "slug")
)
_TITLES = frozenset(("titre", "title", "nom", "name", "intitulé", "intitule", "libellé", "libelle", "action", "projet"))
_PLACES = frozenset(
    ("commune", "ville", "city", "insee", "code insee", "code_insee", "territoire", "lieu", "collectivité")
)


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The file itself."""
    return Request(url)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The rows of the file. A row longer than the header is left out: one no longer knows which cell is which.

    Raises:
        ReadError: empty, a web page, or no column.
    """
    source = decode.text(response.body, str(options.get("charset") or response.charset)).replace("\0", "")
    decode.refuse_web_page(source)
    if source.lstrip()[:1] in ("{", "[", "<"):
        raise ReadError("La réponse n'est pas un tableau CSV.", "Vérifiez l'adresse et le type de la source.")
    first, _, rest = source.partition("\n")
    separator = str(options.get("separator") or "")
    if (mark := re.fullmatch(r'"?sep=(.)"?\s*', first, re.I)) is not None:
        separator, source = separator or mark[1], rest
    separator = separator or _separator(source)
    try:
        decode.refuse_swarm(source, (separator,), _MAX_CELLS)
        rows = list(islice(_rows(source, separator), listing.MAX_ITEMS + _SAMPLE))
    except csv.Error as error:
        raise ReadError(f"Le tableau ne peut pas être lu ({error}).", "Exportez-le de nouveau en CSV.") from error
    if not rows:
        raise ReadError("Le tableau est vide.", "Vérifiez l'adresse du fichier.")
    widest = max(sum(map(bool, row)) for _, row in rows[:_SAMPLE])
    at = next(n for n, (_, row) in enumerate(rows) if sum(map(bool, row)) * 2 > widest)
    headers = _headers(rows[at][1])
    problems: list[Problem] = []
    whole = True
    table: list[dict[str, str]] = []
    cut = not source.endswith(("\n", "\r")) and (len(rows[-1][1]) < len(headers) or source.count('"') % 2 == 1)
    if cut:
        problems.append(Problem("Le tableau semble coupé : sa dernière ligne n'est pas entière, rien n'est retiré."))
        whole = False
        rows.pop()
    for line, row in rows[at + 1 :]:
        if any(row[len(headers) :]):
            whole = False
            problems.append(
                Problem(
                    f"Ligne {line} : {len(row)} cellules pour {len(headers)} colonnes, la ligne est laissée de côté."
                )
            )
            continue
        if len(row) < len(headers):
            problems.append(Problem(f"Ligne {line} : {len(row)} cellules pour {len(headers)} colonnes."))
        table.append({name: cell for name, cell in zip(headers, row, strict=False) if cell})
    names = _names(table, headers, str(options.get("id") or ""))
    items = [Item(name, data) for name, data in zip(names, table, strict=True) if data]
    return listing.page(response, items, problems, whole=whole, total=len(table))


def _rows(source: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Each row that is not empty, with the number of the line it starts on."""
    reader = csv.reader(io.StringIO(source, newline=""), delimiter=separator)
    line = 1
    for row in reader:
        if any(cells := [cell.strip() for cell in row]):
            yield line, cells
        line = reader.line_num + 1


def _separator(source: str) -> str:
    """The separator that gives the most columns in the most rows of the beginning of the file."""
    best, score = ",", (0, 0)
    for candidate in _SEPARATORS:
        reader = csv.reader(io.StringIO(source[:100_000], newline=""), delimiter=candidate)
        widths = Counter(len(row) for row, _ in zip(reader, range(_SAMPLE), strict=False) if row)
        width, rows = max(widths.items(), key=lambda found: found[0] * found[1] if found[0] > 1 else 0, default=(1, 0))
        if width > 1 and (rows, width) > score:
            best, score = candidate, (rows, width)
    return best


def _headers(row: Sequence[str]) -> list[str]:
    """Distinct, one line each; the trailing empty ones are not columns."""
    while row and not row[-1]:
        row = row[:-1]
    seen: Counter[str] = Counter()
    headers = []
    for number, cell in enumerate(row, 1):
        name = " ".join(cell.replace("\ufeff", "").split()) or f"colonne {number}"
        seen[name] += 1
        headers.append(name if seen[name] == 1 else f"{name} {seen[name]}")
    return headers


def _names(table: Sequence[Mapping[str, str]], headers: Sequence[str], asked: str) -> list[str]:
    """A local id for each row, empty when its cell is: its identifying column, else title and place, else all of it.

    One row copied or added without its number must not rename all the others.
    """
    if asked and asked not in headers:
        raise ReadError(
            f"La colonne « {asked} » n'existe pas dans le tableau.", f"Colonnes : {', '.join(headers)[:300]}."
        )
    usual = [asked] if asked else [name for name in headers if name.casefold() in _IDS]
    for column in usual:
        values = [row.get(column, "") for row in table]
        if asked or len({*values} - {""}) * 2 > len(values):
            return [listing.local_id(value) for value in values]
    titles = [name for name in headers if name.casefold() in _TITLES][:1]
    places = [name for name in headers if name.casefold() in _PLACES][:1]
    keys = [*titles, *places]
    return [
        listing.digest([row.get(key, "") for key in keys] if titles and row.get(titles[0]) else row) for row in table
    ]
