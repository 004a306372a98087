"""The parameters of the API: what each address takes, read from a query or refused in plain words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from bridge.store.search import DEEPEST, FACETS

SORTS = ("pertinence", "recent", "titre")
_LONGEST = 200  # characters of a text
_MOST = 50  # values of a filter
_SHOWN = 20  # errors told at once

Box = tuple[float, float, float, float]


class Parameters(Schema):
    """The parameters of one address. Others are refused, so that a slip of the pen does not widen a search unseen."""

    error_messages = {"unknown": "Ce paramètre n'existe pas."}


class Whole(fields.Int):
    default_error_messages = {"invalid": "Un nombre entier est attendu."}


class Text(fields.Str):
    default_error_messages = {"required": "Ce paramètre est nécessaire."}


class BoundingBox(fields.Field[Box]):
    """West, south, east, north in degrees WGS84; west > east crosses the antimeridian."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Box:
        try:
            west, south, east, north = (float(part) for part in value.split(","))
        except ValueError:
            west = south = east = north = math.nan
        if abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90:
            return west, south, east, north
        raise ValidationError("Ouest,sud,est,nord sont attendus : quatre nombres en degrés, séparés par des virgules.")


def _text(what: str, **options: Any) -> Text:
    length = validate.Length(max=_LONGEST, error=f"{_LONGEST} caractères au plus.")
    return Text(validate=length, metadata={"description": what}, **options)


def _whole(what: str, low: int, high: int, default: int) -> Whole:
    limits = validate.Range(low, high, error=f"Un nombre de {low} à {high} est attendu.")
    return Whole(load_default=default, validate=limits, metadata={"description": what})


_SELECTION: dict[str, fields.Field[Any]] = {
    "q": _text("Mots cherchés.", load_default=""),
    "bbox": BoundingBox(load_default=None, metadata={"description": "Ouest,sud,est,nord en degrés WGS84."}),
    **{
        key: fields.List(
            _text(facet.fr),
            validate=validate.Length(max=_MOST, error=f"{_MOST} valeurs au plus."),
            metadata={"description": f"{facet.fr} : un code que donne /facets ; répété, l'un ou l'autre."},
        )
        for key, facet in FACETS.items()
    },
}
_SORT = validate.OneOf(SORTS, error=f"Les tris possibles : {', '.join(SORTS)}.")

NONE = Parameters()
FACETS_OF = Parameters.from_dict(_SELECTION, name="FacetsParameters")()
RECORDS = Parameters.from_dict(
    {
        **_SELECTION,
        "page": _whole("Page, à partir de 1.", 1, DEEPEST, 1),
        "per_page": _whole("Fiches par page.", 1, 100, 20),
        "sort": Text(load_default=SORTS[0], validate=_SORT, metadata={"description": "Tri."}),
    },
    name="RecordsParameters",
)()
TERRITORIES = Parameters.from_dict(
    {
        "q": _text("Début du nom d'une commune, d'un EPCI, d'un département ou d'une région.", required=True),
        "n": _whole("Nombre de réponses.", 1, 50, 10),
    },
    name="TerritoriesParameters",
)()


def load(schema: Schema, arguments: MultiDict[str, str]) -> Mapping[str, Any]:
    """The values of a query. Empty ones, as forms send them, are as if they were not there.

    Raises:
        ValidationError: ``messages`` gives for each parameter what was expected.
    """
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, given in arguments.lists():
        given = [value for value in given if value]
        if isinstance(schema.fields.get(name), fields.List):
            values[name] = given
        elif len(given) > 1:
            errors[name] = ["Ce paramètre ne se donne qu'une fois."]
        elif given:
            values[name] = given[0]
    if errors:
        raise ValidationError(dict(errors))
    loaded: Mapping[str, Any] = schema.load(values)
    return loaded


def explain(error: ValidationError) -> list[dict[str, str]]:
    """The errors as RFC 9457 may carry them: parameter, what was expected."""
    found = []
    for name, messages in list(error.messages_dict.items())[:_SHOWN]:
        # The values of a list have their messages by position.
        texts = messages if isinstance(messages, list) else [text for some in messages.values() for text in some]
        found.append({"parameter": name[:_LONGEST], "detail": texts[0]})
    return found
