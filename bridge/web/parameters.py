"""The parameters of the API: what each address takes, read from a query or refused in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from bridge.store.search import DEEPEST, FACETS

SORTS = ("pertinence", "recent", "titre")
START = "*"
"""The cursor of who has none yet."""
_LONGEST = 200  # characters of a text
_LONGEST_TITLE = 300
_LONGEST_DRAFT = 4000
_LONGEST_CURSOR = 1000
_MOST = 50  # values of a filter
_SHOWN = 20  # errors told at once

Box = tuple[float, float, float, float]


class Parameters(Schema):
    """The parameters of one address. Others are refused, so that a slip of the pen does not widen a search unseen."""

    error_messages = {"unknown": "Ce paramètre n'existe pas."}


class Whole(fields.Int):
    default_error_messages = {"invalid": "Un nombre entier est attendu."}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        # Python reads « 1_000 », « ١ » and « +1 » as numbers too.
        if not _WHOLE.fullmatch(value):
            raise self.make_error("invalid")
        return int(value)


class Text(fields.Str):
    default_error_messages = {"required": "Ce paramètre est nécessaire."}


class BoundingBox(fields.Field[Box]):
    """West, south, east, north in degrees WGS84; west > east crosses the antimeridian."""

    pattern = ",".join([r"-?[0-9]{1,3}(\.[0-9]{1,20})?"] * 4)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Box:
        if re.fullmatch(self.pattern, value):
            west, south, east, north = map(float, value.split(","))
            if abs(west) <= 180 and abs(east) <= 180 and -90 <= south <= north <= 90:
                return west, south, east, north
        raise ValidationError("Ouest,sud,est,nord sont attendus : quatre nombres en degrés, séparés par des virgules.")


class Instant(fields.Field[str]):
    """A day or an instant UTC; a day is its first instant."""

    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?"

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        if re.fullmatch(self.pattern, value):
            try:
                return datetime.fromisoformat(value).strftime("%Y-%m-%dT%H:%M:%SZ")
            except ValueError:
                pass
        raise ValidationError("Une date est attendue : AAAA-MM-JJ, ou AAAA-MM-JJThh:mm:ssZ en temps universel.")


_WHOLE = re.compile("-?[0-9]{1,18}")


def _text(what: object, longest: int = _LONGEST, **options: Any) -> Text:
    length = validate.Length(max=longest, error=f"{longest} caractères au plus.")
    return Text(validate=length, metadata={"description": what}, **options)


def _texts(what: object) -> fields.List[Any]:
    most = validate.Length(max=_MOST, error=f"{_MOST} valeurs au plus.")
    return fields.List(_text(what), validate=most, metadata={"description": what})


def _whole(what: object, low: int, high: int, default: int) -> Whole:
    limits = validate.Range(low, high, error=f"Un nombre de {low} à {high} est attendu.")
    return Whole(load_default=default, validate=limits, metadata={"description": what})


_FILTERS: dict[str, fields.Field[Any]] = {
    key: _texts(f"{facet.fr} : un code que donne /facets ; répété, l'un ou l'autre.") for key, facet in FACETS.items()
}
_SELECTION: dict[str, fields.Field[Any]] = {
    "q": _text(_l("Mots cherchés."), load_default=""),
    "bbox": BoundingBox(load_default=None, metadata={"description": _l("Ouest,sud,est,nord en degrés WGS84.")}),
    "target": _text(_l("Une destination : ce qu’elle reçoit, et ses mots pour nos concepts."), load_default=""),
    **_FILTERS,
}
_SORT = validate.OneOf(SORTS, error=f"Les tris possibles : {', '.join(SORTS)}.")

NONE = Parameters()
FACETS_OF = Parameters.from_dict(_SELECTION, name="FacetsParameters")()
RECORDS = Parameters.from_dict(
    {
        **_SELECTION,
        "page": _whole(_l("Page, à partir de 1."), 1, DEEPEST, 1),
        "per_page": _whole(_l("Fiches par page."), 1, 100, 20),
        "sort": Text(load_default=SORTS[0], validate=_SORT, metadata={"description": _l("Tri.")}),
        "cursor": _text(
            _l("« * », puis ce que donne links.next : tout parcourir, sans limite, dans l’ordre des changements."),
            _LONGEST_CURSOR,
            load_default="",
        ),
        "since": Instant(
            load_default="",
            metadata={"description": _l("Ce qui a changé depuis cet instant (temps universel), retraits compris.")},
        ),
    },
    name="RecordsParameters",
)()
SIMILAR = Parameters.from_dict(
    {
        "title": _text(_l("Titre de ce qui s’écrit."), _LONGEST_TITLE, load_default=""),
        "text": _text(
            _l("Son texte : les adresses, fichiers, ISBN et DOI qu’il cite sont reconnus."),
            _LONGEST_DRAFT,
            load_default="",
        ),
        "territory": _texts(_l("Code d’un territoire, comme commune/69266.")),
        "theme": _texts(_l("Code d’un thème, comme t-haies.")),
        "n": _whole(_l("Nombre de réponses."), 1, 20, 5),
        "exclude": _texts(_l("Sources ou fiches à laisser de côté, comme la sienne.")),
    },
    name="SimilarParameters",
)()
TERRITORIES = Parameters.from_dict(
    {
        "q": _text(_l("Début du nom d’une commune, d’un EPCI, d’un département ou d’une région."), required=True),
        "n": _whole(_l("Nombre de réponses."), 1, 50, 10),
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
        held = [value for value in given if value]
        if isinstance(schema.fields.get(name), fields.List):
            values[name] = given
        elif len(held) > 1:
            errors[name] = ["Ce paramètre ne se donne qu'une fois."]
        elif held:
            values[name] = held[0]
    if errors:
        raise ValidationError(dict(errors))
    loaded: Mapping[str, Any] = schema.load(values)
    return {name: list(filter(None, value)) if isinstance(value, list) else value for name, value in loaded.items()}


def explain(error: ValidationError) -> list[dict[str, str]]:
    """The errors as RFC 9457 may carry them: parameter, what was expected."""
    found = []
    for name, messages in list(error.messages_dict.items())[:_SHOWN]:
        # The values of a list have their messages by position.
        texts = messages if isinstance(messages, list) else [text for some in messages.values() for text in some]
        found.append({"parameter": name[:_LONGEST], "detail": texts[0]})
    return found
