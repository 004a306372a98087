"""The API described by itself: OpenAPI 3.1, written from the schemas of its parameters and the types of its answers."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints, is_typeddict

from marshmallow import fields, validate

from bridge import __version__
from bridge.record import Record
from bridge.web import answers, parameters
from bridge.web.answers import TROUBLES
from bridge.web.operations import OPERATIONS, Operation

PROBLEM = "application/problem+json"
_JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}
_ALWAYS = ("indisponible", "erreur-interne")
_OPEN = {
    "Access-Control-Allow-Origin": {
        "description": "Toute page peut lire cette réponse.",
        "required": True,
        "schema": {"const": "*"},
    }
}
_CONDITIONAL = {
    "ETag": {"description": "À rendre dans If-None-Match : 304 si rien n'a changé.", "schema": {"type": "string"}},
    "Last-Modified": {"description": "À rendre dans If-Modified-Since.", "schema": {"type": "string"}},
}


def document(title: str, server: str, contact: str, examples: Mapping[str, str]) -> dict[str, Any]:
    """The whole description.

    Args:
        server: the address that those of the operations follow.
        examples: an id for each path that has one.
    """
    components = _Components()
    paths = {path: {"get": _operation(path, each, components, examples)} for path, each in OPERATIONS.items()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{title} : API",
            "version": __version__,
            "description": "Lecture seule. Les licences sont propres à chaque fiche : citer sa source.",
            "contact": {"email": contact},
        },
        "servers": [{"url": server}],
        "paths": paths,
        "components": {"schemas": dict(sorted(components.schemas.items()))},
    }


def _operation(path: str, operation: Operation, components: _Components, examples: Mapping[str, str]) -> dict[str, Any]:
    summary = str(operation.summary)
    inside = [part.partition("}")[0] for part in path.split("{")[1:]]
    asked: list[dict[str, Any]] = [_inside(name, examples.get(path, "")) for name in inside]
    asked += [_parameter(name, field) for name, field in operation.parameters.fields.items()]
    headers = {
        **_OPEN,
        "Cache-Control": {
            "required": True,
            "schema": {"const": "public, no-cache" if operation.kept else "no-cache"},
        },
        **(_CONDITIONAL if operation.kept else {}),
    }
    given = {"application/json": {"schema": components.of(operation.answer)}}
    found: dict[str, Any] = {"200": {"description": summary, "headers": headers, "content": given}}
    if operation.kept:
        found["304"] = {"description": "Rien n'a changé depuis.", "headers": _OPEN}
    return {
        "operationId": path.strip("/").replace("/{id}", "_one"),
        "summary": summary,
        "parameters": asked,
        "responses": found | _problems(("parametres-refuses", *operation.troubles, *_ALWAYS), components),
    }


def _problems(keys: tuple[str, ...], components: _Components) -> dict[str, Any]:
    """The errors that may be answered, by status."""
    given = {PROBLEM: {"schema": components.of(answers.Problem)}}
    return {
        str(TROUBLES[key].status): {
            "description": f"{TROUBLES[key].title}. {TROUBLES[key].meaning}",
            "headers": _OPEN,
            "content": given,
        }
        for key in keys
    }


def _inside(name: str, example: str) -> dict[str, Any]:
    """A parameter that is a part of the path."""
    told = {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    return told | ({"example": example} if example else {})


def _parameter(name: str, field: fields.Field[Any]) -> dict[str, Any]:
    schema = of_field(field)
    told = {"name": name, "in": "query", "required": field.required, "description": str(field.metadata["description"])}
    # Forms send what nobody filled in; only these types would forbid it.
    narrow = schema["type"] == "integer" or not {"enum", "pattern"}.isdisjoint(schema)
    return {**told, **({"allowEmptyValue": True} if narrow else {}), "schema": schema}


def of_field(field: fields.Field[Any]) -> dict[str, Any]:
    """The JSON schema of a parameter."""
    schema: dict[str, Any]
    if isinstance(field, fields.List):
        schema = {"type": "array", "items": of_field(field.inner)}
    else:
        schema = {"type": "integer" if isinstance(field, fields.Int) else "string"}
    if isinstance(field, parameters.BoundingBox | parameters.Instant):
        schema["pattern"] = f"^{field.pattern}$"
    for limit in field.validators:
        if isinstance(limit, validate.Range):
            schema |= {"minimum": limit.min, "maximum": limit.max}
        elif isinstance(limit, validate.OneOf):
            schema["enum"] = list(limit.choices)
        elif isinstance(limit, validate.Length):
            schema["maxItems" if isinstance(field, fields.List) else "maxLength"] = limit.max
    if field.required:
        schema["minLength"] = 1
    if field.load_default and isinstance(field.load_default, str | int):
        schema["default"] = field.load_default
    return schema


class _Components:
    """The schemas of the types of answers: those that have a name are written once."""

    def __init__(self) -> None:
        self.schemas: dict[str, Any] = {}

    def of(self, hint: Any) -> dict[str, Any]:
        """The JSON schema of a type. What is absent is left out, hence never null."""
        origin, inside = get_origin(hint), get_args(hint)
        if hint in _JSON_TYPES:
            return {"type": _JSON_TYPES[hint]}
        if hint is Any:
            return {}
        if origin is Annotated:
            kind, note = inside
            if isinstance(note, answers.RecordMark):
                return self._named("Record", self._record)
            return {**self.of(kind), "description": note}
        if origin is NotRequired:
            return self.of(inside[0])
        if origin is Literal:
            return {"enum": list(inside)}
        if origin in (tuple, list):
            return {"type": "array", "items": self.of(inside[0])}
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(inside[1])}
        if origin in (Union, types.UnionType):
            options = [option for option in inside if option is not type(None)]
            return self.of(options[0]) if len(options) == 1 else {"oneOf": [self.of(each) for each in options]}
        if is_typeddict(hint):
            return self._named(hint.__name__, lambda: self._object(hint))
        return self._object(hint)

    def _named(self, name: str, write: Any) -> dict[str, Any]:
        if name not in self.schemas:
            self.schemas[name] = write()
        return {"$ref": f"#/components/schemas/{name}"}

    def _object(self, kind: type) -> dict[str, Any]:
        """The JSON object that a class of named fields becomes."""
        hints = get_type_hints(kind, include_extras=True)
        return {
            "type": "object",
            "properties": {name: self.of(hint) for name, hint in hints.items()},
            "required": [name for name, hint in hints.items() if get_origin(hint) is not NotRequired],
            "additionalProperties": False,
        }

    def _record(self) -> dict[str, Any]:
        """A record: only the fields that hold something, and what is said around it."""
        fields_, around = self._object(Record), self._object(answers.Shown)
        return {
            **fields_,
            "properties": fields_["properties"] | around["properties"],
            "required": ["id", "source", "title", *around["required"]],
        }
