"""CSV as French spreadsheets open it: UTF-8 with BOM, ``;``, CRLF, one line a record (RFC 4180 quoting)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator

from bridge.record import Entry
from bridge.writers.columns import Value, cell, columns
from bridge.writers.feed import Feed
from bridge.writers.stream import encode, live

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"
EXTENSION = "csv"
TITLE = "Tableur (CSV)"

# What a spreadsheet runs as a formula; the full-width forms are read as the plain ones.
_FORMULA = tuple("=+-@＝＋－＠")


class _Echo:
    """Gives back the line that ``csv`` has just made, so that rows can be streamed."""

    def write(self, line: str) -> str:
        return line


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A line of headers, one line a live record; several values in a cell are joined by `` | ``."""
    return encode(_lines(entries, feed))


def _lines(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    line: Callable[[Iterable[str]], str] = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n").writerow
    table = columns(feed)
    yield "\ufeff" + line([_safe([column.title]) for column in table])
    for entry, record in live(entries):
        yield line([_safe(column.value(record, entry, feed)) for column in table])


def _safe(value: Value) -> str:
    """The text of a cell, never a formula; a negative number is none."""
    text = cell(value)
    return f"'{text}" if text.startswith(_FORMULA) and not isinstance(value, (int, float)) else text
