"""Where our fields are in a partner's items: JMESPath expressions, names of columns, fallbacks and constants."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.parser import ParsedResult

from bridge.errors import MappingError


class Path(NamedTuple):
    """One path: as it is written, how it is followed (None for a mere key), the keys it may look at."""

    name: str
    search: Callable[[Any], Any] | None
    keys: frozenset[str]


@dataclass(frozen=True)
class Getter:
    """Where one of our fields is in an item: paths tried in order, the first that is not empty wins."""

    field: str
    constant: str
    paths: tuple[Path, ...]

    def get(self, data: Mapping[str, Any]) -> Any:
        """The raw value, or None. A key that is literally there beats the same text read as a JMESPath."""
        for path in self.paths:
            value = data.get(path.name)
            if value is None and path.search is not None:
                value = path.search(data)
            if value is not None and value != "" and value != []:
                return value
        return None


def getter_of(name: str, key: str, paths: Iterable[str]) -> Getter:
    """What finds one of our fields along the paths that a mapping file writes; ``name`` is that file's.

    Raises:
        MappingError: a path that was meant as an expression is not one.
    """
    constant, compiled = "", []
    for path in paths:
        if path.startswith("="):
            constant = constant or path[1:]
            continue
        expression: ParsedResult | None
        try:
            expression = jmespath.compile(path)
            expression.search({})
        except JMESPathTypeError:
            pass  # a function that wants what an empty item does not have: the expression itself is sound
        except JMESPathError as error:
            # « Thème(s) », « Code INSEE »: a column's name, which need not be an expression. What was meant as an
            # expression and is not one is told by its characters.
            if any(mark in path for mark in "[]{}|`@&"):
                raise MappingError(
                    f"{name} : [fields] {key} = {path!r} n'est pas un chemin JMESPath.",
                    "Vérifiez ses crochets et ses guillemets.",
                ) from error
            expression = None
        compiled.append(_path(path, expression))
    return Getter(key, constant, tuple(compiled))


def _path(name: str, expression: ParsedResult | None) -> Path:
    if expression is None or expression.parsed.get("value") == name:
        return Path(name, None, frozenset({name}))
    keys = frozenset({name, *_names(expression.parsed)})
    steps = _steps(expression.parsed)
    return Path(name, expression.search if steps is None else partial(_follow, steps), keys)


def _steps(node: Mapping[str, Any]) -> tuple[str | int, ...] | None:
    """The steps of a chain of names and positions (``a.b[0]``), as most paths are; None for any other expression."""
    if node["type"] in ("field", "index"):
        return (node["value"],)
    if node["type"] not in ("subexpression", "index_expression"):
        return None
    steps: tuple[str | int, ...] = ()
    for child in node["children"]:
        inner = _steps(child)
        if inner is None:
            return None
        steps += inner
    return steps


def _follow(steps: tuple[str | int, ...], value: Any) -> Any:
    """What JMESPath finds along these steps, without interpreting them again at each item."""
    for step in steps:
        if isinstance(step, str):
            value = value.get(step) if isinstance(value, dict) else None
        else:
            value = value[step] if isinstance(value, list) and -len(value) <= step < len(value) else None
    return value


def _names(node: Mapping[str, Any]) -> Iterable[str]:
    if node["type"] == "field":
        yield node["value"]
    for child in node["children"]:
        if isinstance(child, Mapping):
            yield from _names(child)
