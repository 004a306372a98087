"""A person's answer written into a mapping file: that one row and nothing else; comments, order and style stay.

Pure: text in, text out, with TOML Kit (https://tomlkit.readthedocs.io), which keeps what it does not change.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import KeyType, SingleKey

from bridge.errors import MappingError
from bridge.meaning import bounds
from bridge.meaning.paths import getter_of
from bridge.meaning.text import fold

_NAME = "La table de correspondance"
_INSIDE = re.compile(r'([A-Za-z_]\w*)\.(?=[^\s"])([^"\[\]|]+)')
_BARE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
Value = str | list[str]


def accept(text: str, field: str, label: str, concepts: Sequence[str]) -> str:
    """The mapping with what a word of the partner means: ``[values.field]``, ``"label" = concepts``.

    A row of the same label, however it is written there, gets the new value; no concept at all is « nothing, on
    purpose » (``""``). The table is made when it is missing.

    Raises:
        MappingError: the text is no mapping file, or cannot be changed there without changing more.
    """
    rows = _at(bounds.parse(text, _NAME), ("values", field))
    same = next((key for key in rows if fold(key) == fold(label)), label)
    return _written(text, ("values", field), same, list(concepts) if len(concepts) > 1 else "".join(concepts))


def set_field(text: str, ours: str, theirs: str, inherited: Sequence[str] = ()) -> str:
    """The mapping with one of our fields read from theirs: after the names that are already tried for it, if any.

    Args:
        theirs: a column, a path, or a name inside an object as it is listed to people (``fields.Maître d'ouvrage``).
        inherited: the names that the file's preset tries; they stay where the file itself has none of its own.

    Raises:
        MappingError: as ``accept``.
    """
    there = _at(bounds.parse(text, _NAME), ("fields",)).get(ours, list(inherited))
    tried = there if isinstance(there, list) else [there]
    theirs = _path(theirs)
    if theirs in tried:
        return text
    return _written(text, ("fields",), ours, [*tried, theirs] if tried else theirs)


def describe(text: str, **said: str) -> str:
    """The mapping with these keys of its ``[source]`` (``title``, ``licence``); an empty one stays as it was.

    Raises:
        MappingError: as ``accept``.
    """
    for key, value in said.items():
        if value:
            text = _written(text, ("source",), key, value)
    return text


def ignore(text: str, key: str) -> str:
    """The mapping with a field of theirs left behind on purpose: one more name in ``ignore`` of ``[source]``.

    Raises:
        MappingError: as ``accept``.
    """
    there = _at(bounds.parse(text, _NAME), ("source",)).get("ignore", [])
    if not isinstance(there, list):
        raise MappingError(f"{_NAME} : « ignore » doit être une liste.", "Écrivez-la entre crochets.")
    return text if key in there else _written(text, ("source",), "ignore", [*there, key])


def _path(name: str) -> str:
    """The path of a name: quoted where JMESPath would read it as something else."""
    if (inside := _INSIDE.fullmatch(name)) and not _BARE.fullmatch(inside[2]):
        return f"{inside[1]}.{_quoted(inside[2])}"
    try:
        getter_of(_NAME, name, (name,))
    except MappingError:
        return _quoted(name)
    return name


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _at(document: dict[str, Any], tables: Sequence[str]) -> dict[str, Any]:
    """The table at this place, empty when there is none."""
    table = document
    for name in tables:
        found = table.get(name, {})
        if not isinstance(found, dict):
            raise MappingError(f"{_NAME} : « {name} » doit être une table.", f"Écrivez [{'.'.join(tables)}].")
        table = found
    return table


def _written(text: str, tables: Sequence[str], key: str, value: Value) -> str:
    """The text with this one value, checked: read again, it says what it said and that."""
    expected = copy.deepcopy(bounds.parse(text, _NAME))
    holder = expected
    for name in tables:
        holder = holder.setdefault(name, {})
    holder[key] = value
    try:
        document = tomlkit.parse(text)
        _put(document, tables, key, value)
        out = tomlkit.dumps(document)
    except (TOMLKitError, ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        # What TOML Kit raises on files that are right but unusual.
        raise _by_hand() from error
    if bounds.parse(out, _NAME) != expected:
        raise _by_hand()
    return out


def _put(document: tomlkit.TOMLDocument, tables: Sequence[str], key: str, value: Value) -> None:
    holder: Any = document
    for depth, name in enumerate(tables):
        if name not in holder:
            holder[name] = tomlkit.table(is_super_table=depth + 1 < len(tables))
        holder = holder[name]
    there = holder.get(key)
    if isinstance(there, list) and isinstance(value, list) and value[:-1] == there:
        there.append(value[-1])  # a list on several lines keeps them
    elif there is not None:
        holder[key] = value
    else:
        quoted = SingleKey(key, t=KeyType.Basic) if tables[0] == "values" else SingleKey(key)
        holder.append(quoted, tomlkit.item(value))


def _by_hand() -> MappingError:
    return MappingError(
        f"{_NAME} ne peut pas être modifiée sans risque : elle est écrite autrement que les autres.",
        "Ajoutez cette ligne à la main.",
    )
