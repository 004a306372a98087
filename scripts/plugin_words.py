"""The words of the WordPress plugin: read its English strings in the code, keep its translations in step with them.

``python scripts/plugins.py --words`` runs ``update``. Strings are read from the syntax tree of PHP, from the plugin's
header and from each ``block.json``; a string that is not written out as it is in the code is an error, since nobody
could translate it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import tree_sitter
import tree_sitter_php
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

DOMAIN = "partageons"
KEYWORDS = {
    "__": ("id",),
    "_e": ("id",),
    "esc_html__": ("id",),
    "esc_html_e": ("id",),
    "esc_attr__": ("id",),
    "esc_attr_e": ("id",),
    "_x": ("id", "context"),
    "_ex": ("id", "context"),
    "esc_html_x": ("id", "context"),
    "esc_attr_x": ("id", "context"),
    "_n": ("id", "plural", "number"),
    "_nx": ("id", "plural", "number", "context"),
    "_n_noop": ("id", "plural"),
}
"""WordPress's functions, and what their arguments before the domain are."""
LANGUAGES = {"fr_FR": "nplurals=2; plural=(n > 1);"}
SINCE = datetime(2026, 11, 26, tzinfo=UTC)
"""Of every file, so that the same words give the same bytes."""
_PARSER = tree_sitter.Parser(tree_sitter.Language(tree_sitter_php.language_php()))
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "$": "$", "\\": "\\"}


class Unreadable(ValueError):
    """A string that cannot be translated, and where it is."""


@dataclass(frozen=True)
class Found:
    """A string to translate. ``plural`` and ``context`` are empty when there is none."""

    text: str
    plural: str
    context: str
    file: str
    said: str = ""
    """What the code tells translators (« translators: … »)."""


def parse(code: bytes) -> tree_sitter.Node:
    """The syntax tree of PHP."""
    return _PARSER.parse(code).root_node


def walk(node: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """A node and all below it, in the order of the text."""
    yield node
    for child in node.children:
        yield from walk(child)


def of(node: tree_sitter.Node | None) -> str:
    """The code of a node."""
    return node.text.decode() if node is not None and node.text is not None else ""


def literal(node: tree_sitter.Node) -> str | None:
    """The value of a string written out in the code; None when it is anything else."""
    if node.type == "argument" and node.named_child_count == 1:
        node = node.named_children[0]
    if node.type == "string":
        return re.sub(r"\\([\\'])", r"\1", of(node)[1:-1])
    if node.type == "encapsed_string":
        if any(child.type not in ("string_content", "escape_sequence", '"') for child in node.children):
            return None
        return re.sub(r'\\([ntr"$\\])', lambda found: _ESCAPES[found[1]], of(node)[1:-1])
    return None


def strings(code: bytes, file: str = "") -> Iterator[Found]:
    """Every string of a PHP file that WordPress is asked to translate."""
    said: tuple[int, str] = (-9, "")
    for node in walk(parse(code)):
        if node.type == "comment" and "translators:" in of(node):
            said = (node.end_point[0], re.sub(r"^[/*#\s]+|[*/\s]+$", "", of(node)))
        if node.type != "function_call_expression" or of(node.child_by_field_name("function")) not in KEYWORDS:
            continue
        name, arguments = of(node.child_by_field_name("function")), node.child_by_field_name("arguments")
        values = [literal(each) for each in arguments.named_children if each.type == "argument"] if arguments else []
        where = f"{file}:{node.start_point[0] + 1}"
        wanted = KEYWORDS[name]
        if len(values) != len(wanted) + 1 or values[-1] != DOMAIN:
            raise Unreadable(f"{where} : {name}() doit nommer le domaine « {DOMAIN} » : {of(node)}")
        given = {part: value for part, value in zip(wanted, values, strict=False) if part != "number"}
        if any(not value for value in given.values()):
            raise Unreadable(f"{where} : {name}() veut des chaînes écrites en toutes lettres : {of(node)}")
        near = said[1] if node.start_point[0] - said[0] <= 2 else ""
        yield Found(given["id"] or "", given.get("plural") or "", given.get("context") or "", file, near)


def found(plugin: Path) -> list[Found]:
    """Every string to translate of a plugin's folder."""
    everything: list[Found] = []
    for path in sorted(plugin.rglob("*.php")):
        inside = path.relative_to(plugin)
        if inside.parts[0] not in ("core", "tests"):
            everything += strings(path.read_bytes(), inside.as_posix())
    header = re.search(r"^ \* Description: +(.+)$", (plugin / "partageons.php").read_text(encoding="utf-8"), re.M)
    if header:
        everything.append(Found(header[1], "", "", "partageons.php", "Description of the plugin"))
    for path in sorted(plugin.glob("blocks/**/block.json")):
        block = json.loads(path.read_text(encoding="utf-8"))
        file = path.relative_to(plugin).as_posix()
        if block.get("textdomain") != DOMAIN:
            raise Unreadable(f"{file} : textdomain doit être « {DOMAIN} »")
        everything += [
            Found(block[key], "", f"block {key}", file) for key in ("title", "description") if block.get(key)
        ]
        everything += [Found(word, "", "block keyword", file) for word in block.get("keywords", ())]
    return everything


def template(plugin: Path) -> Catalog:
    """The strings of a plugin's folder as a catalogue without translations."""
    catalog = Catalog(
        project="Partageons vert",
        version="WordPress",
        copyright_holder="Partageons vert",
        msgid_bugs_address="",
        creation_date=SINCE,
        revision_date=SINCE,
        last_translator="Partageons vert",
        language_team="Partageons vert",
        charset="utf-8",
        fuzzy=False,
    )
    catalog.header_comment = (
        "# Partageons vert, extension WordPress.\n# This file is distributed under the GPL-2.0-or-later."
    )
    for each in found(plugin):
        name = (each.text, each.plural) if each.plural else each.text
        comments = (each.said,) if each.said else ()
        catalog.add(name, None, [(each.file, None)], auto_comments=comments, context=each.context or None)
    return catalog


def update(root: Path) -> list[str]:
    """Write the template and bring each translation up to date; what is still without a translation."""
    plugin = root / "plugins" / "wordpress"
    folder = plugin / "languages"
    folder.mkdir(exist_ok=True)
    known = template(plugin)
    _write(folder / f"{DOMAIN}.pot", known)
    missing = []
    for language, plurals in LANGUAGES.items():
        path = folder / f"{DOMAIN}-{language}.po"
        translated = Catalog(language)
        if path.is_file():
            with path.open("rb") as file:
                translated = read_po(file, language)
        translated.update(known, no_fuzzy_matching=True)
        translated.obsolete.clear()
        translated.header_comment = known.header_comment
        translated.revision_date = translated.creation_date = SINCE
        translated.last_translator = translated.language_team = "Partageons vert"
        translated.project, translated.version = known.project, known.version
        translated.fuzzy = False
        _write(path, translated, plurals)
        missing += [str(each.id) for each in translated if each.id and not all(_forms(each.string))]
    return missing


def _write(path: Path, catalog: Catalog, plurals: str = "") -> None:
    with path.open("wb") as file:
        write_po(file, catalog, width=100, sort_output=True, include_lineno=False)
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'^"(?:Generated-By|Report-Msgid-Bugs-To):[^"]*"\n', "", text, flags=re.M)
    text = re.sub(r"^#, (?:php-format, )?python-format(?:, php-format)?$", "#, php-format", text, flags=re.M)
    if plurals:
        text = re.sub(r'^"Plural-Forms:[^"]*"', lambda _: f'"Plural-Forms: {plurals}\\n"', text, flags=re.M)
    path.write_text(text, encoding="utf-8")


def _forms(string: str | tuple[str, ...] | list[str] | None) -> tuple[str, ...]:
    return tuple(string) if isinstance(string, (tuple, list)) else (string or "",)
