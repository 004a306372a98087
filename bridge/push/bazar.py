"""A Bazar form of a YesWiki: what its fields are called, which of them we write, and how. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import Any

import orjson

from bridge.meaning.text import fold
from bridge.push.copies import Told
from bridge.push.reading import plain, unescaped
from bridge.record import Entry, Record
from bridge.writers import yeswiki as writer
from bridge.writers.columns import COLUMNS, TITLES, texts
from bridge.writers.feed import Feed

ORIGIN = "partageons_origine"
"""The hidden field: the node where a record was born, and what it is called there."""
TITLE = "bf_titre"
_PLACE = {"bf_latitude": "Latitude", "bf_longitude": "Longitude"}
_FILES = ("image", "file", "fichier", "email", "champs_mail", "map", "carte_google", "titre")
_DATES = ("jour", "listedatedeb", "listedatefin", "date")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_ONE = ("liste", "radio", "list", "select")
_PLACEHOLDER = re.compile(r"{{(.+?)}}")
_HTML, _WIKI = "html", "wiki"
_SOURCE = "Source : "


class Form:
    """A form.

    Args:
        description: what the wiki says of it (``?api/forms/{number}``).
        feed: whose words and names are spoken.
    """

    def __init__(self, description: Mapping[str, Any], number: int, feed: Feed) -> None:
        self._description = description
        self._number = number
        self._feed = feed

    def written(self, entry: Entry, record: Record) -> dict[str, Any]:
        """A record as its entry should be: the fields that we write, its title, its origin."""
        (given,) = orjson.loads(b"".join(writer.entries([entry], self._feed, self._number))).values()
        ours = _options(writer.form([entry], self._feed, self._number))
        values = {
            theirs: self._value(theirs, str(given.get(name, "")), ours.get(name))
            for name, theirs in self._mapped.items()
        }
        image = self._mapped.get(self._ours_named.get(TITLES["image"], ""), "")
        if image:  # a wiki takes no file of ours by its API: a field of text holds the address
            values[image] = "".join(texts(COLUMNS["image"].value(record, entry, self._feed))[:1])
        values |= {theirs: str(given.get(name, "")) for theirs, name in self._placed.items()}
        names = {key: self._ours_named[TITLES[key]] for key in ("source", "licence", "attribution", "url")}
        told = [_shown(str(given.get(name, "")), ours.get(name)) for name in names.values()]
        untold = not {names["url"], names["licence"]} <= self._mapped.keys()
        for name in values:
            if self._syntax(name):
                origin = list(dict.fromkeys(filter(None, told))) if untold and name == self._text else []
                values[name] = self._long(name, values[name], origin)
        origin_ = record.origin
        node, id = (origin_.node, origin_.id) if origin_ else (self._feed.node, record.id)
        return {ORIGIN: f"{node} {id}", TITLE: str(given[TITLE]), **values}

    def told(self, key: str, value: Any) -> Told:
        """A field for people."""
        field = self._fields.get(key, {})
        text, options = str(value or ""), field.get("options")
        if isinstance(options, dict) and options:
            text = ", ".join(str(options.get(code, code)) for code in text.split(",") if code)
        read = plain if self._syntax(key) == _HTML else unescaped
        return Told(str(_PLACE.get(self._placed.get(key, "")) or field.get("label") or key), read(text))

    @cached_property
    def _fields(self) -> Mapping[str, Mapping[str, Any]]:
        """The fields of the form, by the name under which entries hold them."""
        fields = [field for field in self._description["prepared"] if isinstance(field, dict)]
        named = {str(field.get("propertyname") or field.get("id") or ""): field for field in fields}
        return {name: field for name, field in named.items() if name}

    @cached_property
    def _ours_named(self) -> Mapping[str, str]:
        """The names that we give fields, by their label (``columns.TITLES``)."""
        return writer.labelled(self._feed)

    @cached_property
    def _mapped(self) -> Mapping[str, str]:
        """The fields that we write: our name -> that of the form. One is known by its name, which older wikis hold
        after that of its list; else by its label."""
        able = {name: field for name, field in self._fields.items() if field.get("type") not in _FILES}
        made_of = [name for name in _PLACEHOLDER.findall(self.computed) if name in able]
        found: dict[str, str] = {TITLE: made_of[0]} if made_of else {}
        if not self.computed:
            found[TITLE] = TITLE
        for name in self._ours_named.values():
            theirs = [each for each, field in able.items() if name in (each, field.get("name"))]
            if theirs and theirs[0] not in found.values():
                found[name] = theirs[0]
        for label, name in self._ours_named.items():
            same = [each for each, field in able.items() if _key(str(field.get("label", ""))) == _key(label)]
            if same and name not in found and same[0] not in found.values():
                found[name] = same[0]
        return found

    @cached_property
    def _placed(self) -> Mapping[str, str]:
        """The fields of a map: the form's name -> ours."""
        maps = [field for field in self._fields.values() if field.get("type") in ("map", "carte_google")]
        names = (("latitudeField", "bf_latitude"), ("longitudeField", "bf_longitude"))
        return {str(maps[0].get(key) or ours): ours for key, ours in names} if maps else {}

    @cached_property
    def names(self) -> Collection[str]:
        """The names of what we write."""
        return [*self._mapped.values(), *self._placed]

    @cached_property
    def computed(self) -> str:
        """What the form makes its titles of (``{{bf_nom}} ({{bf_annee}})``), empty where people write them."""
        field = self._fields.get(TITLE, {})
        return str(field.get("name") or "") if field.get("type") == "titre" else ""

    def title(self, fields: Mapping[str, Any]) -> dict[str, str]:
        """What is sent for the title: that which the form of the wiki would send, if it may be computed."""
        asked = _PLACEHOLDER.findall(self.computed)
        computed = bool(asked) and all(fields.get(name) for name in asked)
        return {TITLE: self.computed if computed else str(fields.get(TITLE, ""))}

    @cached_property
    def _text(self) -> str:
        """The field of long texts where the origin may be told."""
        long = (name for name in self.names if self._fields.get(name, {}).get("type") == "textelong")
        return next(long, "")

    def _syntax(self, name: str) -> str:
        """How a long text is written: ``html``, ``wiki``, ``nohtml``; empty for another field."""
        if self._fields.get(name, {}).get("type") != "textelong":
            return ""
        for row in self._description.get("template") or ():
            if isinstance(row, list) and len(row) > 7 and (row[0], row[1]) == ("textelong", name):
                return str(row[7]).strip() or _WIKI
        return _WIKI

    def _value(self, name: str, value: str, ours: Mapping[str, str] | None) -> str:
        """A value as the form takes it: codes of its own lists."""
        field = self._fields.get(name, {})
        kind, theirs = field.get("type"), field.get("options")
        if kind == "tags":
            return ",".join(word.replace(",", "‚") for word in _labels(value, ours))
        if kind in _DATES:
            return value if _DAY.fullmatch(value) else ""
        if not isinstance(theirs, dict) or not theirs:
            return _shown(value, ours)
        codes = {_key(str(code)): str(code) for code in theirs} | {
            _key(str(theirs[code])): str(code) for code in theirs
        }
        words = _labels(value, ours) if ours else [value, *value.split(", ")]
        known = list(dict.fromkeys(codes[_key(word)] for word in words if _key(word) in codes))
        return ",".join(known[:1] if kind in _ONE else known)

    def _long(self, name: str, text: str, origin: Sequence[str]) -> str:
        """A long text in the field's own syntax, and where it comes from after it."""
        if self._syntax(name) == _HTML:
            parts = [f"<p>{_escaped(text)}</p>"] if text else []
            parts += [f"<p>{_SOURCE}{' – '.join(map(_linked, origin))}</p>"] if origin else []
            return "".join(parts)
        if self._syntax(name).startswith(_WIKI):
            text = text.replace("[[", "[ [")
        return "\n\n".join(filter(None, (text, f"{_SOURCE}{' – '.join(origin)}" if origin else "")))


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _linked(text: str) -> str:
    """An address as a link, other text as it is."""
    if not text.startswith(("http://", "https://")):
        return _escaped(text)
    return f'<a href="{_escaped(text)}">{_escaped(text)}</a>'


def _options(form: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {field["name"]: field["options"] for field in form["prepared"] if "options" in field}


def _labels(value: str, ours: Mapping[str, str] | None) -> list[str]:
    """The words of a value that we write: those of its codes, where it has codes."""
    return (
        [ours.get(code, code) for code in value.split(",") if code] if ours is not None else list(filter(None, [value]))
    )


def _shown(value: str, ours: Mapping[str, str] | None) -> str:
    return ", ".join(_labels(value, ours))


def _key(text: str) -> str:
    """What two labels have in common when they are the same to a reader."""
    return "".join(filter(str.isalnum, fold(text)))
