"""One line of a web page as a person reads it, in runs of one style, and the plain HTML of several. No I/O."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import NamedTuple

from bridge.meaning.text import clean, scrub

_MARKUP = re.compile("[&<>]")


class Run(NamedTuple):
    """A piece of a line. ``href`` is absolute or empty."""

    text: str
    strong: bool = False
    label: bool = False
    href: str = ""


@dataclass(slots=True)
class Line:
    """``soft``: it follows the line before in the same paragraph (``<br>``); ``row``, ``cell``: of a table, or 0."""

    tag: str
    runs: list[Run]
    soft: bool = False
    row: int = 0
    cell: int = 0
    text: str = ""
    written: str = ""  # what ``html`` made, for the next time

    def __post_init__(self) -> None:
        self.text = clean("".join([run.text for run in self.runs]))

    @property
    def html(self) -> str:
        """What is inside the element that the line becomes."""
        if not self.written:
            self.written = "".join(map(_run, self.runs)).strip()
        return self.written

    def scrub(self) -> None:
        """Take e-mail addresses and telephone numbers out; where one spreads over several runs, these become one."""
        if scrub(self.text) != self.text:
            self.runs = [run._replace(text=kept) for run in self.runs if (kept := scrub(run.text))]
            self.__post_init__()
            if (kept := scrub(self.text)) != self.text:
                self.runs, self.text = [Run(kept)], kept


def joined(runs: list[Run]) -> list[Run]:
    """As few runs as there are ways to write; a space goes with what is before it."""
    groups: list[list[Run]] = []
    for run in runs:
        if groups and (groups[-1][0][1:] == run[1:] or (run.text == " " and not groups[-1][0].href)):
            groups[-1].append(run)
        else:
            groups.append([run])
    return [group[0]._replace(text="".join(run.text for run in group)) for group in groups]


def parts(runs: list[Run]) -> Iterator[list[Run]]:
    """The runs of a line, apart where a new bold label begins (« A : 1  B : 2 »)."""
    start = 0
    if runs[0].strong:
        for at in range(1, len(runs)):
            after = runs[at + 1].text.lstrip()[:1] if at + 1 < len(runs) else ""
            if runs[at].strong and not runs[at - 1].strong and ":" in (runs[at].text.rstrip()[-1:], after):
                yield runs[start:at]
                start = at
    yield runs[start:]


def html(lines: Iterable[Line]) -> str:
    """Plain HTML of lines: paragraphs, headings, lists, tables, bold and links."""
    out: list[str] = []
    for kind, group in groupby((line for line in lines if line.text), lambda line: "tr" if line.row else line.tag):
        if kind == "tr":
            out.append("<table>")
            for _, row in groupby(group, lambda line: line.row):
                cells = groupby(row, lambda line: line.cell)
                out += ["<tr>", *(f"<td>{'<br>'.join(line.html for line in cell)}</td>" for _, cell in cells), "</tr>"]
            out.append("</table>")
        elif kind == "li":
            out += ["<ul>", *(f"<li>{line.html}</li>" for line in group), "</ul>"]
        else:
            tag = kind if kind[0] == "h" or kind in ("blockquote", "pre") else "p"
            opened = False
            for line in group:
                out.append("<br>" if opened and line.soft else f"</{tag}><{tag}>" if opened else f"<{tag}>")
                out.append(line.html)
                opened = True
            out.append(f"</{tag}>")
    return "".join(out)


def _run(run: Run) -> str:
    text = escape(run.text, quote=False) if _MARKUP.search(run.text) else run.text
    if run.strong:
        text = f"<strong>{text}</strong>"
    return f'<a href="{escape(run.href)}">{text}</a>' if run.href else text
