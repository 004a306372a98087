"""The API described by itself: OpenAPI 3.1, written from the schemas of its parameters and from the record's types."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

from marshmallow import Schema, fields, validate

from bridge import __version__
from bridge.record import Record

_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
PROBLEM = "application/problem+json"


def document(title: str, server: str, contact: str, paths: Mapping[str, tuple[str, Schema]]) -> dict[str, Any]:
    """The whole description. ``paths``: address -> (what it gives, the schema of its query)."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title} : API",
            "version": __version__,
            "description": "Lecture seule. Les licences sont propres à chaque fiche : citer sa source.",
            "contact": {"email": contact},
        },
        "servers": [{"url": server}],
        "paths": {path: {"get": _operation(path, summary, schema)} for path, (summary, schema) in paths.items()},
        "components": {
            "schemas": {
                "Record": _named_fields(Record, required=("id", "source", "title")),
                "Problem": {
                    "type": "object",
                    "description": "RFC 9457",
                    "properties": {
                        "title": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "errors": {"type": "array", "items": {"type": "object"}},
                    },
                },
            }
        },
    }


def _operation(path: str, summary: str, schema: Schema) -> dict[str, Any]:
    inside = [part.partition("}")[0] for part in path.split("{")[1:]]
    parameters: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in inside
    ]
    parameters += [_parameter(name, field) for name, field in schema.fields.items()]
    problem = {"description": "Erreur", "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}}}
    found: dict[str, Any] = {"$ref": "#/components/schemas/Record"} if inside else {"type": "object"}
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            "200": {"description": summary, "content": {"application/json": {"schema": found}}},
            "default": problem,
        },
    }


def _parameter(name: str, field: fields.Field[Any]) -> dict[str, Any]:
    told = field.metadata["description"]
    return {"name": name, "in": "query", "required": field.required, "description": told, "schema": _of_field(field)}


def _of_field(field: fields.Field[Any]) -> dict[str, Any]:
    if isinstance(field, fields.List):
        return {"type": "array", "items": _of_field(field.inner)}
    schema: dict[str, Any] = {"type": "integer" if isinstance(field, fields.Int) else "string"}
    for limit in field.validators:
        if isinstance(limit, validate.Range):
            schema |= {"minimum": limit.min, "maximum": limit.max}
        elif isinstance(limit, validate.OneOf):
            schema["enum"] = list(limit.choices)
        elif isinstance(limit, validate.Length):
            schema["maxLength"] = limit.max
    if isinstance(field.load_default, str | int):
        schema["default"] = field.load_default
    return schema


def _named_fields(kind: type, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """The JSON object that a class of named fields becomes."""
    described: dict[str, Any] = {
        "type": "object",
        "properties": {name: _of_type(hint) for name, hint in get_type_hints(kind).items()},
    }
    return described | ({"required": list(required)} if required else {})


def _of_type(hint: Any) -> dict[str, Any]:
    """What JSON holds of a type of ``bridge.record``; what is absent is left out, hence never null."""
    if hint in _JSON_TYPES:
        return {"type": _JSON_TYPES[hint]}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _of_type(get_args(hint)[0])}
    if get_origin(hint) in (Union, types.UnionType):
        return _of_type(next(option for option in get_args(hint) if option is not type(None)))
    return _named_fields(hint)
