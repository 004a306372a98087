"""What a mapping file may hold before its meaning is looked at: size, depth, number and kind of values.

A file may come from anybody. TOML itself sets no limit, and reading it costs more than its length: a key of many dots
is walked again for each dot, lists may be nested deeper than Python's stack.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, time
from typing import Any

from bridge.errors import MappingError

MAX_FILE = 1 << 20
MAX_TEXT = 4096
MAX_DEPTH = 12
MAX_VALUES = 20_000
MAX_NUMBER = 1 << 53
_MAX_DOTS = 16
_MAX_OPTIONS = 500

_STRINGS = re.compile(
    r"#[^\n]*|\"\"\"(?:[^\\]|\\.)*?\"\"\"|'''.*?'''|\"(?:[^\"\\\n]|\\.)*+\"|'[^'\n]*+'",
    re.S,
)
_DOTS = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{_MAX_DOTS}}}")
_BRACKETS = re.compile(rf"(?:[\[{{]\s*+){{{MAX_DEPTH + 1}}}")
# Controls, and the marks that turn the direction of a text on a page.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]")


def parse(text: str, name: str) -> dict[str, Any]:
    """The document of a TOML text, within the bounds of this module; ``name`` is shown in messages.

    Raises:
        MappingError: not TOML, or out of bounds.
    """
    if len(text) > MAX_FILE:
        raise MappingError(f"{name} dépasse 1 Mo : ce n'est pas une table de correspondance.")
    bare = _STRINGS.sub("_", text)
    if _DOTS.search(bare) or _BRACKETS.search(bare):
        raise _too_deep(name)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        where = f"ligne {place[1]}, colonne {place[2]}" if place else "à sa fin"
        raise MappingError(f"{name} n'est pas un fichier TOML lisible ({where}).") from error
    except ValueError as error:  # more digits than Python turns into a number
        raise _number(name) from error
    except RecursionError as error:
        raise _too_deep(name) from error
    _check(document, name)
    return document


def options(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """The options of a reader, that must be JSON values and few.

    Raises:
        MappingError: they are not.
    """
    level: list[Any] = [table]
    count = 0
    while level:
        inside = [child for holder in level for child in _children(holder)]
        count += len(inside)
        if count > _MAX_OPTIONS or any(isinstance(child, date | time) for child in inside):
            told = f"des textes, des nombres, true ou false, {_MAX_OPTIONS} au plus"
            raise MappingError(f"{name} : « source.options » : {told}.", "Mettez les dates entre guillemets.")
        level = inside
    return table


def _check(document: Mapping[str, Any], name: str) -> None:
    level: list[Any] = [document]
    count = 0
    for _ in range(MAX_DEPTH):
        inside = []
        for holder in level:
            if isinstance(holder, Mapping):
                for key in holder:
                    _check_text(key, name)
            inside += _children(holder)
        count += len(inside)
        if count > MAX_VALUES:
            raise MappingError(f"{name} contient plus de {MAX_VALUES} valeurs.", "Gardez celles qui servent.")
        for value in inside:
            if isinstance(value, str):
                _check_text(value, name)
            elif isinstance(value, int | float) and not (abs(value) < MAX_NUMBER):  # nor is it when it is no number
                raise _number(name)
        level = inside
    if any(_children(holder) for holder in level):
        raise _too_deep(name)


def _children(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []


def _check_text(text: str, name: str) -> None:
    if len(text) > MAX_TEXT:
        told = f"{name} : « {text[:40]}… » : un texte dépasse {MAX_TEXT} caractères."
        raise MappingError(_INVISIBLE.sub("", told), "Raccourcissez-le.")
    if not text.isprintable() and _INVISIBLE.search(text):
        told = f"« {text[:40]} » contient un caractère invisible"
        raise MappingError(f"{name} : {_INVISIBLE.sub('', told)}.", "Retapez ce texte à la main.")


def _number(name: str) -> MappingError:
    return MappingError(f"{name} contient un nombre démesuré.", "Corrigez-le, ou mettez-le entre guillemets.")


def _too_deep(name: str) -> MappingError:
    return MappingError(
        f"{name} emboîte trop de tables ou de listes.", f"Une table de correspondance a moins de {MAX_DEPTH} niveaux."
    )
