"""A table in text (RFC 4180, or as Excel writes it): comma, semicolon, tab or pipe; UTF-8, UTF-16 or Windows-1252.

Options: ``separator``, ``id`` (the column that identifies a row), ``charset``.

``data`` of an item is ``{header: text}``, headers cleaned, empty cells left out.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from bridge.errors import ReadError
from bridge.readers import decode, listing, table
from bridge.record import Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

# The limit belongs to the whole process: it is set once, above what is kept of a text.
csv.field_size_limit(1 << 24)

_SEPARATORS = ";,\t|"
_MAX_CELLS = 3_000_000


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
    if len(separator) != 1 or separator in '"\r\n':
        raise ReadError(f"« {separator} » ne peut pas séparer des colonnes.", "Corrigez l'option « separator ».")
    try:
        decode.refuse_swarm(source, (separator,), _MAX_CELLS)
        rows = list(islice(_rows(source, separator), listing.MAX_ITEMS + table.SAMPLE))
    except csv.Error as error:
        raise ReadError(f"Le tableau ne peut pas être lu ({error}).", "Exportez-le de nouveau en CSV.") from error
    problems: list[Problem] = []
    whole = True
    if rows and not source.endswith(("\n", "\r")):
        width = len(table.headers(rows[table.header(rows)][1]))
        if len(rows[-1][1]) < width or source.count('"') % 2 == 1:
            told = "Le tableau semble coupé : sa dernière ligne n'est pas entière, rien n'est retiré."
            problems.append(Problem(told))
            whole = False
            rows.pop()
    items, equal, total = table.read(rows, str(options.get("id") or ""), problems)
    return listing.page(response, items, problems, whole=whole and equal, total=total)


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
        widths = Counter(len(row) for row, _ in zip(reader, range(table.SAMPLE), strict=False) if row)
        width, rows = max(widths.items(), key=lambda found: found[0] * found[1] if found[0] > 1 else 0, default=(1, 0))
        if width > 1 and (rows, width) > score:
            best, score = candidate, (rows, width)
    return best
