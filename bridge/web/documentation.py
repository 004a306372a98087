"""``/api/``: the API for people, written from the tables that it answers by."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, Response, make_response, render_template
from marshmallow import fields

from bridge.store.search import FACETS
from bridge.web import openapi, shown
from bridge.web.answers import TROUBLES
from bridge.web.operations import OPERATIONS
from bridge.web.selection import title

blueprint = Blueprint("documentation", __name__)


class Parameter(NamedTuple):
    """A parameter: ``limits`` are what it may be, in a few signs; empty for any text."""

    name: str
    what: Any
    limits: str
    required: bool


class Chapter(NamedTuple):
    """An address: ``path`` as it is described, with where to try it; ``filtered`` when it takes every filter."""

    path: str
    summary: Any
    parameters: list[Parameter]
    filtered: bool
    examples: list[str]


@blueprint.get("/api/")
def documentation() -> Response:
    """Every address, what it takes, where to try it; how to cite; what errors mean."""
    page = make_response(
        render_template(
            "api.html",
            root=shown.address(""),
            openapi=shown.address("/openapi.json"),
            chapters=_chapters(),
            filters={key: title(key) for key in FACETS},
            troubles=TROUBLES,
        )
    )
    page.headers["Cache-Control"] = "public, no-cache"
    return page


def _chapters() -> list[Chapter]:
    found, ids = [], shown.examples()
    for path, operation in OPERATIONS.items():
        taken = operation.parameters.fields
        own = [_parameter(name, field) for name, field in taken.items() if name not in FACETS]
        known = path if "{id}" not in path else path.replace("{id}", ids[path]) if path in ids else ""
        tried = [shown.address(known) + query for query in operation.examples if known]
        found.append(Chapter(path, operation.summary, own, FACETS.keys() <= taken.keys(), tried))
    return found


def _parameter(name: str, field: fields.Field[Any]) -> Parameter:
    schema = openapi.of_field(field)
    choices = schema.get("enum", ())
    limits = f"{schema['minimum']}–{schema['maximum']}" if "minimum" in schema else ", ".join(choices)
    default = schema.get("default")
    if default is not None:
        limits = f"{limits} ({default})"
    return Parameter(name, field.metadata["description"], limits, field.required)
