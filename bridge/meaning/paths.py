"""Where our fields are in a partner's items: JMESPath expressions, names of columns, fallbacks and constants.

An expression runs on foreign data, and cannot be stopped once it runs: it is weighed beforehand (``_weigh``). What it
may build stays within ``MAX_GROWTH`` times what it was given, in a time that follows the size of the item.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from math import inf, prod
from typing import Any, NamedTuple

import jmespath
from jmespath.exceptions import JMESPathError, JMESPathTypeError
from jmespath.parser import ParsedResult

from bridge.errors import MappingError

MAX_LENGTH = 500
"""Characters of a path."""
MAX_PATHS = 20
"""Paths of one field."""
MAX_GROWTH = 64
_MAX_DEPTH = 60
_MAX_SLICE = 9  # digits of a position
_COST = 4  # of a function that writes more than it was given: glue between words, texts quoted again


class PathError(Exception):
    """A path does not suit what an item holds."""


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
        """The raw value, or None. A key that is literally there beats the same text read as a JMESPath.

        Raises:
            PathError: the path does not suit what the item holds.
        """
        for path in self.paths:
            value = data.get(path.name)
            if value is None and path.search is not None:
                value = _sought(path.search, data)
            if value is not None and value != "" and value != []:
                return value
        return None


def getter_of(name: str, key: str, paths: Iterable[str]) -> Getter:
    """What finds one of our fields along the paths that a mapping file writes; ``name`` is that file's.

    Raises:
        MappingError: a path that was meant as an expression is not one.
    """
    constant, compiled = "", []
    for number, path in enumerate(paths):
        if len(path) > MAX_LENGTH or number == MAX_PATHS:
            raise MappingError(
                f"{name} : [fields] {key} : {MAX_PATHS} chemins au plus, de {MAX_LENGTH} caractères au plus.",
                "Gardez ceux qui servent.",
            )
        if path.startswith("="):
            constant = constant or path[1:]
            continue
        expression: ParsedResult | None
        too_heavy = False
        try:
            expression = jmespath.compile(path)
            too_heavy = _weigh(expression.parsed) > MAX_GROWTH
            if not too_heavy:
                expression.search({})
        except JMESPathTypeError:
            pass  # a function that wants what an empty item does not have: the expression itself is sound
        except RecursionError:
            too_heavy = True
        except (JMESPathError, ValueError) as error:
            # « Thème(s) », « Code INSEE »: a column's name, which need not be an expression. What was meant as an
            # expression and is not one is told by its characters.
            if any(mark in path for mark in "[]{}|`@&"):
                raise MappingError(
                    f"{name} : [fields] {key} = {path!r} n'est pas un chemin JMESPath.",
                    "Vérifiez ses crochets et ses guillemets.",
                ) from error
            expression, too_heavy = None, False
        if too_heavy:
            raise MappingError(
                f"{name} : [fields] {key} = {path[:80]!r} demande trop de calculs.",
                "Gardez un chemin simple ; s'il faut davantage, demandez un lecteur.",
            )
        compiled.append(_path(path, expression))
    return Getter(key, constant, tuple(compiled))


def _weigh(node: Any, depth: int = 0) -> float:
    """How many times larger than the item what an expression builds may be; infinite when it must not run.

    Projections and filters only choose among what is there, whatever their number. Lists and objects that an
    expression makes (``[a, b]``) repeat it, once for each member, and each step works on what the step before made.
    """
    if not isinstance(node, Mapping):
        return 1
    kind, children = node["type"], node["children"]
    if depth > _MAX_DEPTH:
        return inf
    weights = [_weigh(child, depth + 1) for child in children]
    if kind == "function_expression" and node["value"] == "join":
        # Glue as long as the item between as many words: the only function whose product is more than a sum.
        glue = str(children[0]["value"]) if children and children[0]["type"] == "literal" else None
        return inf if glue is None else max(_COST, len(glue)) * prod(weights)
    if kind == "function_expression" and node["value"] == "to_string":
        return 2 * _COST * prod(weights)
    if kind in ("multi_select_list", "multi_select_dict") or node.get("value") == "merge":
        return max(1, sum(weights))
    if kind == "slice":
        return inf if 0 in children[2:] or any(len(str(n)) > _MAX_SLICE for n in children) else 1
    return prod(weights)


def _sought(search: Callable[[Any], Any], data: Any) -> Any:
    try:
        return search(data)
    except (
        JMESPathError,
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        # The library's functions check the types they are given, but not all of them (contains of a text, ceil of
        # an infinite number).
        raise PathError from error


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
