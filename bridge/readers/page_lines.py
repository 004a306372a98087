"""A part of a web page as lines: what a person reads, one after another, without menus, forms and comments. No I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple

from lxml import etree

from bridge.meaning.text import scrub
from bridge.readers import markup, page_line, page_parts
from bridge.readers.page_line import Line, Run

LABEL_MAX = 80
_CELL_LINES = 8
_AT_ONCE = 30  # lines looked at together for personal data

_INLINE = frozenset(
    ("a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins")
    + ("kbd", "label", "mark", "q", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u")
    + ("var", "wbr")
)
_KEPT = frozenset(
    ["p", "li", "dt", "dd", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "figcaption"]
)
_HOLDERS = frozenset(["li", "dd", "td", "th", "blockquote", "figcaption"])
_STRONG = frozenset(["b", "strong"])
_CELLS = frozenset(["td", "th"])
_BOLD = re.compile(r"font-weight:\s*(?:bold|[6-9]00)", re.I)
_CALLS = ("mailto:", "tel:", "callto:", "sms:")
_SPACES = re.compile(r"\s+")
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")

_LABELLED = re.compile(
    r"(?:\S{0,60}[-_])?(?:label|libelle|intitule|etiquette|key)|(?:field|fiche|info|meta|item|detail)s?[-_]{1,2}(?:title|name|titre|nom)",
    re.I,
)


@dataclass(slots=True)
class Lines:
    """``pairs``: from which line a label is, from which its value, and where that ends."""

    lines: list[Line] = field(default_factory=list)
    pairs: list[tuple[int, int, int]] = field(default_factory=list)


class _Cell(NamedTuple):
    """``start`` and ``end``: which lines it holds."""

    heading: bool
    start: int
    end: int = -1


@lru_cache(1 << 12)
def _label_name(names: str) -> bool:
    return any(_LABELLED.fullmatch(name) for name in names[:500].split())


def read(root: Any, at: str, limit: int = markup.MAX_TAGS) -> Lines:
    """The lines under an element, within its first ``limit`` elements; links are relative to ``at``.

    E-mail addresses and telephone numbers are taken out, which may leave a line empty.
    """
    found = _Reading(root, at, limit).found
    _scrub(found.lines)
    return found


def _scrub(lines: list[Line]) -> None:
    """By handfuls: most hold no address, and the signs of one cost a closer look at all the text that it is in."""
    for start in range(0, len(lines), _AT_ONCE):
        part = lines[start : start + _AT_ONCE]
        whole = "\n".join([line.text for line in part])
        if scrub(whole) != whole:
            for line in part:
                line.scrub()


class _Reading:
    """One walk through a part of a page."""

    def __init__(self, root: Any, at: str, limit: int) -> None:
        self.found = Lines()
        self.at = at
        self.pending: list[Run] = []
        self.strong = self.label = self.breaks = 0
        self.soft = False
        self.hrefs: list[str] = []
        self.said: list[tuple[bool, bool]] = []  # of the open elements: bold, label
        self.tags = ["p"]
        self.tables: list[list[list[_Cell]]] = []  # open tables, their rows, the cells of these
        self.rows = self.row = self.cell = 0
        self.holders: dict[Any, list[int]] = {}  # parent of labels -> where their lines are
        self.walk(root, limit)

    def walk(self, root: Any, limit: int) -> None:
        within, junk, opened, closed, add = root.tag != "body", page_parts.junk, self.open, self.close, self.add
        walker = etree.iterwalk(root, events=("start", "end"))
        skipped = None
        for event, element in islice(walker, 2 * limit):
            if event == "start":
                if element is not root and junk(element, within):
                    walker.skip_subtree()
                    skipped = element
                    continue
                opened(element)
                if (text := element.text) and (self.pending or not text.isspace()):
                    add(text)
                continue
            if element is skipped:
                skipped = None
            else:
                closed(element)
            if (text := element.tail) and element is not root and (self.pending or not text.isspace()):
                add(text)
        self.flush()

    def open(self, element: Any) -> None:
        tag = element.tag
        if tag == "br":
            breaks = 1 if self.pending else self.breaks + 1
            self.flush()
            self.breaks, self.soft = breaks, breaks == 1
            return
        if tag not in _INLINE:
            self.flush()
            above = self.tags[-1]
            self.tags.append(tag if tag in _KEPT and not (tag == "p" and above in _HOLDERS) else
                             above if above in _HOLDERS else "p")  # fmt: skip
            self.begin(tag)
        strong, label = said = self.says(element)
        self.said.append(said)
        self.strong += strong
        self.label += label
        if label and (holder := element.getparent()) is not None:
            self.flush()
            self.holders.setdefault(holder, []).append(len(self.found.lines))
        if tag == "a":
            self.hrefs.append((element.get("href") or "").strip())

    @staticmethod
    def says(element: Any) -> tuple[bool, bool]:
        """Whether an element makes its text bold, and whether it makes it a label."""
        tag = element.tag
        if not element.keys():
            return tag in _STRONG, tag == "dt"
        bold = tag in _STRONG or bool((style := element.get("style")) and _BOLD.search(style))
        return bold, tag == "dt" or bool((names := element.get("class")) and _label_name(names))

    def begin(self, tag: str) -> None:
        if tag == "table":
            self.tables.append([])
        elif self.tables and tag == "tr":
            self.rows += 1
            self.row, self.cell = self.rows, 0
            self.tables[-1].append([])
        elif self.tables and tag in _CELLS and self.tables[-1]:
            self.cell += 1
            self.tables[-1][-1].append(_Cell(tag == "th", len(self.found.lines)))

    def close(self, element: Any) -> None:
        tag = element.tag
        if tag == "br":
            return
        if tag == "a":
            self.hrefs.pop()
        strong, label = self.said.pop()
        self.strong -= strong
        self.label -= label
        if tag not in _INLINE:
            self.flush()
            self.tags.pop()
            if self.tables:
                self.finish(tag)
        if self.holders and element in self.holders:
            self.flush()
            self.pair(self.holders.pop(element))

    def finish(self, tag: str) -> None:
        rows = self.tables[-1]
        if tag in _CELLS and rows and rows[-1]:
            rows[-1][-1] = rows[-1][-1]._replace(end=len(self.found.lines))
        elif tag == "tr":
            self.row = self.cell = 0
        elif tag == "table":
            self.tables.pop()
            if not self.lays_out(rows):
                self.pair_rows(rows)

    def pair(self, starts: list[int]) -> None:
        """Each line that is a label alone goes with the lines after it, up to the next label of the same parent."""
        lines = self.found.lines
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            if start + 1 < end and all(run.label for run in lines[start].runs) and len(lines[start].text) <= LABEL_MAX:
                self.found.pairs.append((start, start + 1, end))

    def lays_out(self, rows: list[list[_Cell]]) -> bool:
        """Whether a table holds long texts, side by side as pages once were made: its lines are then like any other."""
        cells = [cell for row in rows for cell in row]
        if all(cell.end - cell.start <= _CELL_LINES for cell in cells):
            return False
        for line in self.found.lines[cells[0].start : cells[-1].end]:
            line.row = line.cell = 0
            line.tag = "p" if line.tag in _CELLS else line.tag
        return True

    def pair_rows(self, rows: list[list[_Cell]]) -> None:
        """A table of two columns without headings is a list of labels and values."""
        two = [row for row in rows if len(row) == 2]
        if not two or any(len(row) > 2 for row in rows) or all(cell.heading for cell in two[0]):
            return
        for label, value in two:
            short = label.end - label.start == 1 and len(self.found.lines[label.start].text) <= LABEL_MAX
            if short and value.end > value.start:
                self.found.pairs.append((label.start, value.start, value.end))

    def add(self, text: str) -> None:
        if not text.isprintable() or "  " in text:
            text = _SPACES.sub(" ", _UNSEEN.sub("", text))
        href = self.hrefs[-1] if self.hrefs else ""
        if text and not href.lower().startswith(_CALLS):
            self.pending.append(Run(text, self.strong > 0, self.label > 0, href))

    def flush(self) -> None:
        soft, self.soft, self.breaks = self.soft, False, 0
        if not (pending := self.pending):
            return
        self.pending = []
        runs = pending if len(pending) == 1 else page_line.joined(pending)
        tag = "p" if self.tags[-1] in _CELLS and not self.row else self.tags[-1]
        for part in page_line.parts([self.linked(run) if run.href else run for run in runs]):
            line = Line(tag, part, soft, self.row, self.cell)
            if line.text:
                self.found.lines.append(line)
                soft = True

    def linked(self, run: Run) -> Run:
        """Its address absolute; none for one inside the page."""
        return run._replace(href="" if run.href[0] == "#" else markup.address(run.href, self.at))
