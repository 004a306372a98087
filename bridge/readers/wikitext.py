"""MediaWiki's markup -> simple HTML and the parameters of its templates (infoboxes). No I/O.

Not a parser of all of MediaWiki (https://www.mediawiki.org/wiki/Specs/wikitext): templates are read, not expanded;
tables, references, galleries and files are left out; links to pages of the wiki keep their words only. The HTML is
sanitised later, as any other.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

_LENGTH_MAX = 1 << 20
_DEPTH_MAX = 40
_TEMPLATES_MAX = 50
_PARAMETERS_MAX = 200

_TOKEN = re.compile(r"\{\{|\}\}|\{\||\|\}(?!\})|\[\[|\]\]|\|")
_HIDDEN = (
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<ref\b[^<>]{0,500}(?<!/)>", re.I), re.compile(r"</ref\s*>", re.I)),
    (re.compile(r"<gallery\b[^<>]{0,500}>", re.I), re.compile(r"</gallery\s*>", re.I)),
    (re.compile(r"<(?:templatestyles|ref|references)\b[^<>]{0,500}/", re.I), re.compile(r">")),
)
_SWITCH = re.compile(r"__[A-Z]{3,40}__|</?(?:nowiki|references|noinclude|includeonly|onlyinclude)\s*/?>", re.I)
_NOT_SHOWN = re.compile(
    r"\s*(?:fichier|file|image|m[ée]dia|cat[ée]gorie|category|[a-z]{2,3}(?:-[a-z]{2,8})?)\s*:", re.I
)
# Each repetition is bounded: a text made to be slow stays cheap.
_INNER = re.compile(r"\[\[([^\[\]|\n]{1,500})(?:\|([^\[\]\n]{0,1000}))?\]\]")
_OUTER = re.compile(r"\[((?:https?:)?//[^\s\[\]<>\"]{1,2000})(?:[ \t]+([^\[\]\n]{1,1000}))?\]")
_BOTH = re.compile(r"'''''([^\n]{1,1000}?)'''''")
_BOLD = re.compile(r"'''([^\n]{1,1000}?)'''")
_ITALIC = re.compile(r"''([^\n]{1,1000}?)''")
_APOSTROPHES = re.compile(r"'{2,5}")
_HEADING = re.compile(r"(={1,6})(.{1,300}?)={1,6}")
_BLOCK = re.compile(r"\n|^[*#;:=]|<(?:p|div|ul|ol|li|br|table|blockquote)\b", re.I)
_LINE = {"*": "ul", "#": "ol", ":": "p", ";": "p"}


class Template(NamedTuple):
    """A template as the page calls it; parameters without a name are numbered from ``1``."""

    name: str
    parameters: dict[str, str]

    @property
    def named(self) -> int:
        """How many of its parameters have a name: an infobox has many."""
        return sum(not name.isdecimal() for name in self.parameters)


def read(source: str) -> tuple[str, list[Template]]:
    """The page as HTML, and the templates that it calls (those inside others left out), in its order."""
    shown, templates = _take_apart(_without_hidden(source[:_LENGTH_MAX]))
    return to_html(shown), templates


def value(text: str) -> str:
    """A parameter as a plain text, or HTML when it has several lines; a link outwards is its words (see ``link``)."""
    text = text.strip()
    if _BLOCK.search(text):
        return to_html(text)
    text = _OUTER.sub(lambda m: m[2] or m[1], _INNER.sub(_words, text))
    return _APOSTROPHES.sub("", text).strip()


def link(text: str) -> str:
    """The address of a parameter that is one link outwards with words of its own, or empty."""
    found = _OUTER.fullmatch(text.strip())
    return found[1] if found and found[2] else ""


def to_html(text: str) -> str:
    """HTML of markup without templates, tables and files."""
    out: list[str] = []
    lines: list[str] = []
    tag = ""

    def close() -> None:
        if lines:
            inner = "".join(f"<li>{line}</li>" for line in lines) if tag in ("ul", "ol") else " ".join(lines)
            out.append(f"<{tag}>{inner}</{tag}>")
            lines.clear()

    for raw in text.split("\n"):
        line = raw.strip()
        heading = _HEADING.fullmatch(line)
        wanted = _LINE.get(line[:1], "p")
        if wanted != tag or not line or heading or line.startswith(("----", ":", ";")):
            close()
            tag = wanted
        if heading:
            level = min(max(len(heading[1]), 2) + 1, 6)
            out.append(f"<h{level}>{_inline(heading[2].strip())}</h{level}>")
        elif not line.startswith("----") and (words := _inline(line.lstrip("*#:;").strip())):
            lines.append(words)
    close()
    return "".join(out)


def _inline(text: str) -> str:
    text = _INNER.sub(_words, text)
    text = _OUTER.sub(lambda m: f'<a href="{html.escape(html.unescape(m[1]))}">{m[2] or m[1]}</a>', text)
    text = _BOTH.sub(r"<strong><em>\1</em></strong>", text)
    text = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", text))
    return _APOSTROPHES.sub("", text)


def _words(link: re.Match[str]) -> str:
    return (link[2] or link[1].removeprefix(":")).strip()


def _without_hidden(text: str) -> str:
    """The text without comments, references and the like; what is opened and never closed stays."""
    for opening, closing in _HIDDEN:
        kept: list[str] = []
        at = 0
        while (start := opening.search(text, at)) and (end := closing.search(text, start.end())):
            kept.append(text[at : start.start()])
            at = end.end()
        text = "".join([*kept, text[at:]])
    return _SWITCH.sub("", text)


@dataclass
class _Frame:
    """What is open: its mark, and what is inside of it, cut at ``|``."""

    mark: str
    parts: list[list[str]] = field(default_factory=lambda: [[]])

    def add(self, text: str) -> None:
        if text:
            self.parts[-1].append(text)

    def texts(self) -> list[str]:
        return ["".join(part) for part in self.parts]


_CLOSES = {"}}": "{{", "]]": "[[", "|}": "{|"}


def _take_apart(text: str) -> tuple[str, list[Template]]:
    """The text without templates, tables and files, and the templates."""
    templates: list[Template] = []
    stack = [_Frame("")]
    at = 0
    for token in _TOKEN.finditer(text):
        mark = token[0]
        stack[-1].add(text[at : token.start()])
        at = token.end()
        if mark in ("{{", "[[", "{|") and len(stack) <= _DEPTH_MAX:
            stack.append(_Frame(mark))
        elif mark == "|" and stack[-1].mark in ("{{", "[["):
            stack[-1].parts.append([])
        elif _CLOSES.get(mark) == stack[-1].mark:
            frame = stack.pop()
            stack[-1].add(_rendered(frame, stack, templates))
        else:
            stack[-1].add(mark)
    stack[-1].add(text[at:])
    while len(stack) > 1:  # never closed: what was read of it is text
        frame = stack.pop()
        stack[-1].add("" if frame.mark == "{|" else frame.mark + "|".join(frame.texts()))
    return stack[0].texts()[0], templates


def _rendered(frame: _Frame, stack: list[_Frame], templates: list[Template]) -> str:
    """What stands in the text for something that is closed now."""
    if frame.mark == "{|":
        return ""
    parts = frame.texts()
    if frame.mark == "[[":
        if not parts[0].startswith(":") and _NOT_SHOWN.match(parts[0]):
            return ""
        return f"[[{parts[0]}{f'|{parts[-1]}' if len(parts) > 1 else ''}]]"
    name = parts[0].strip()
    if ":" in name or not name:  # {{DEFAULTSORT:…}}, {{#if:…}}
        return ""
    template = Template(name, dict(_parameters(parts[1:])))
    if all(each.mark != "{{" for each in stack) and len(templates) < _TEMPLATES_MAX:
        templates.append(template)
    alone = len(stack) == 1 and (not stack[0].parts[0] or stack[0].parts[0][-1].endswith("\n"))
    if alone or template.named:
        return ""
    return " ".join(filter(None, template.parameters.values()))  # {{unité|12|ha}}


def _parameters(parts: list[str]) -> Iterator[tuple[str, str]]:
    number = 0
    for part in parts[:_PARAMETERS_MAX]:
        name, equals, said = part.partition("=")
        if equals and "<" not in name and "[" not in name:
            yield name.strip()[:100], said.strip()
        else:
            number += 1
            yield str(number), part.strip()
