"""Mapping files (tables de correspondance): the shape of the TOML file that describes a partner.

The marshmallow schemas of this module are the only place that names the rules of the file; nothing in it is evaluated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from bridge.errors import MappingError
from bridge.meaning import bounds
from bridge.meaning.convert import CONVERTERS, EVIDENCE
from bridge.record import COLUMNS, NOASSERTION, SCHEMES

ID = r"^[a-z0-9][a-z0-9-]{0,39}\Z"
_ID = validate.Regexp(ID, error="lettres minuscules, chiffres et tirets, 40 au plus")
_EVERY = validate.Regexp(r"^([0-9]{1,4}[hdw])?\Z", error="une durée comme 12h, 30d, 4w")
MAPPED = (*CONVERTERS, *EVIDENCE)
"""What ``[fields]`` may name: fields of the record, and what is known of its place."""
_EMAIL = validate.Regexp(r"^([^\s@<>,;:\"'()]{1,64}@[^\s@<>,;:\"'()]{1,190})?\Z", error="une adresse de courriel")
_LANGUAGE = validate.Regexp(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}\Z", error="un code de langue comme fr")
_URL_MAX = 1000
TOOLS = ("yeswiki", "wordpress", "spip", "drupal", "gogocarto", "umap", "pmb", "koha", "tableur", "oai")
"""What a target may say it uses, so that its page begins with how to plug that in."""
_ONE_OF = "inconnu ; possibles : {choices}"


class _Agreement(Schema):
    date = fields.Date(required=True)
    scope = fields.Str(load_default="")
    contact = fields.Str(load_default="")


class _Url(fields.Url):
    """An address that the library's expression reads in no time."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str) and len(value) > _URL_MAX:
            raise ValidationError(f"une adresse de {_URL_MAX} caractères au plus")
        return super()._deserialize(value, attr, data, **kwargs)


class _SourceTable(Schema):
    id = fields.Str(required=True, validate=_ID)
    kind = fields.Str(required=True)
    url = _Url(required=True, schemes={"http", "https"}, require_tld=False)
    home = _Url(load_default="", schemes={"http", "https"}, require_tld=False)
    title = fields.Str(load_default="")
    partner = fields.Str(load_default="")
    licence = fields.Str(load_default=NOASSERTION)
    language = fields.Str(load_default="fr", validate=_LANGUAGE)
    keep = fields.Str(load_default="notice", validate=validate.OneOf(["notice", "full"], error=_ONE_OF))
    agreement = fields.Nested(_Agreement, load_default=None)
    pushed = fields.Bool(load_default=False, truthy={True}, falsy={False})
    contact = fields.Str(load_default="", validate=_EMAIL)
    options = fields.Dict(keys=fields.Str(), load_default=dict)
    ignore = fields.List(fields.Str(), load_default=list)


class _Expect(Schema):
    min = fields.Int(load_default=0, strict=True, validate=validate.Range(0, 10_000_000, error="de 0 à 10 000 000"))
    every = fields.Str(load_default="", validate=_EVERY)


class _Path(fields.Field[Any]):
    """A JMESPath, a column's name, a list of them, or a constant ``"=…"``."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        paths = value if isinstance(value, list) else [value]
        if not paths or not all(isinstance(p, str) and p for p in paths):
            raise ValidationError("un nom de champ, une liste de noms, ou « =constante »")
        return tuple(paths)


class _Row(fields.Field[Any]):
    """What one word of the partner means: a concept, several, or nothing (``""``)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        concepts = value if isinstance(value, list) else [value]
        if not all(isinstance(c, str) for c in concepts):
            raise ValidationError('un concept, une liste de concepts, ou "" pour rien')
        return tuple(c for c in concepts if c)


_AGE = validate.Regexp(r"^[0-9]{1,3}[my]\Z", error="une durée comme 18m (mois) ou 10y (ans)")
SELECTED = (*SCHEMES, "territories", "source", "licence", "language")
"""The fields of the record that a target may choose by."""


class _Words(fields.Field[Any]):
    """A text, or a list of them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> tuple[str, ...]:
        words = value if isinstance(value, list) else [value]
        if not all(isinstance(word, str) and word for word in words):
            raise ValidationError("un texte, ou une liste de textes")
        return tuple(words)


_Select = Schema.from_dict(
    {
        "max_age": fields.Str(load_default="", validate=_AGE),
        **{key: _Words(load_default=()) for key in ("only", "never", *SELECTED)},
    },
    name="Select",
)


PUSHES = ("ping", "webhook", "yeswiki", "wordpress")
"""How a target may be sent what changes."""
_TO = validate.OneOf(PUSHES, error=_ONE_OF)
_VARIABLE = validate.Regexp(r"^(PARTAGEONS_[A-Z0-9_]{1,60})?\Z", error="le nom d'une variable, PARTAGEONS_…")


class _PushTable(Schema):
    to = fields.Str(required=True, validate=_TO)
    url = _Url(required=True, schemes={"http", "https"}, require_tld=False)
    user = fields.Str(load_default="", validate=validate.Length(max=100, error="100 caractères au plus"))
    password = fields.Str(load_default="", validate=_VARIABLE)
    status = fields.Str(load_default="draft", validate=validate.OneOf(["draft", "publish"], error=_ONE_OF))
    type = fields.Str(
        load_default="posts",
        validate=validate.Regexp(r"^[a-z0-9_-]{1,40}\Z", error="lettres minuscules, chiffres, tirets"),
    )


class _TargetTable(Schema):
    id = fields.Str(load_default="", validate=_ID)
    title = fields.Str(load_default="")
    partner = fields.Str(load_default="")
    site = _Url(load_default="", schemes={"http", "https"}, require_tld=False)
    tool = fields.Str(load_default="", validate=validate.OneOf(TOOLS, error=_ONE_OF))
    form = fields.Int(load_default=1, strict=True, validate=validate.Range(1, 999_999, error="de 1 à 999 999"))
    select = fields.Nested(_Select, load_default=lambda: _Select().load({}))
    fields_ = fields.Dict(
        keys=fields.Str(validate=validate.OneOf(COLUMNS, error=_ONE_OF)),
        values=fields.Str(validate=validate.Length(1, 100, error="de 1 à 100 caractères")),
        load_default=dict,
        data_key="fields",
    )
    values = fields.Dict(
        keys=fields.Str(validate=validate.OneOf([*SCHEMES], error=_ONE_OF)),
        values=fields.Dict(keys=fields.Str(), values=_Row()),
        load_default=dict,
    )
    push = fields.Nested(_PushTable, load_default=None)


class _Contribute(Schema):
    url = _Url(load_default="", schemes={"http", "https"}, require_tld=False)
    title = fields.Str(load_default="", validate=validate.Length(max=100, error="100 caractères au plus"))
    off = fields.Bool(load_default=False, truthy={True}, falsy={False})


class _File(Schema):
    class Meta:
        unknown = RAISE

    extends = fields.Str(load_default="")
    source = fields.Nested(_SourceTable, load_default=None)
    fields_ = fields.Dict(
        keys=fields.Str(validate=validate.OneOf(MAPPED, error=_ONE_OF)),
        values=_Path(),
        load_default=dict,
        data_key="fields",
    )
    values = fields.Dict(
        keys=fields.Str(validate=validate.OneOf([*SCHEMES, "licence"], error=_ONE_OF)),
        values=fields.Dict(keys=fields.Str(), values=_Row()),
        load_default=dict,
    )
    expect = fields.Nested(_Expect, load_default=lambda: {"min": 0, "every": ""})
    target = fields.Nested(_TargetTable, load_default=None)
    contribute = fields.Nested(_Contribute, load_default=lambda: _Contribute().load({}))


class MappingFile(NamedTuple):
    """A file over its presets: the tables that it holds, and its text with theirs."""

    tables: Mapping[str, Any]
    text: str


def read(text: str, name: str, presets: Mapping[str, str]) -> MappingFile:
    """A mapping file, checked.

    Args:
        text: the TOML; ``name`` is shown in messages.
        presets: text of each ``_kind`` that ``extends`` may name.

    Raises:
        MappingError: file, line or key, what was expected.
    """
    own = bounds.parse(text, name)
    base, preset_text = preset_of(own.get("extends", ""), name, presets)
    try:
        tables = _File().load(_merge(base, own))
    except ValidationError as error:
        raise MappingError(f"{name} : {_first(error.messages)}") from error
    return MappingFile(tables, f"{text}\0{preset_text}")


def preset_of(extends: Any, name: str, presets: Mapping[str, str]) -> tuple[dict[str, Any], str]:
    """A preset, over those that it extends in turn; and the texts of them all. Nothing for an empty name.

    Raises:
        MappingError: there is no preset of this name, or it goes round in circles.
    """
    found: dict[str, Any] = {}
    texts: list[str] = []
    while extends:
        if not isinstance(extends, str):
            raise MappingError(f'{name} : « extends » doit nommer un modèle, comme "_yeswiki".')
        if extends not in presets or presets[extends] in texts:
            raise MappingError(
                f"{name} : le modèle « {extends} » n'existe pas, ou se prolonge lui-même.",
                f"Modèles : {', '.join(sorted(presets))}.",
            )
        texts.append(presets[extends])
        base = bounds.parse(presets[extends], f"{extends}.toml")
        found = _merge(base, found)
        extends = base.get("extends", "")
    return found, "\0".join(texts)


def _merge(base: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """The preset overlaid by the partner's file, whose keys come first: tables are merged, lists of ``ignore`` added,
    the rest replaced."""
    out: dict[str, Any] = {}
    for key, value in own.items():
        there = base.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            out[key] = _merge(there, value)
        elif key == "ignore" and isinstance(there, list) and isinstance(value, list):
            out[key] = [*there, *value]
        else:
            out[key] = value
    return out | {key: value for key, value in base.items() if key not in own}


def _first(messages: Any, path: str = "") -> str:
    """The first of marshmallow's messages as one sentence that names the key."""
    if isinstance(messages, Mapping):
        key, inner = next(iter(messages.items()))
        return _first(inner, path if key in ("key", "value", "_schema") else f"{path}.{key}" if path else str(key))
    message = _first(messages[0], path) if isinstance(messages, list) and isinstance(messages[0], Mapping) else ""
    told = str(messages[0])
    return message or f"« {path} » : {_FRENCH.get(told, told).removesuffix('.')}."


_FRENCH = {
    "Unknown field.": "clé inconnue.",
    "Missing data for required field.": "clé obligatoire, absente.",
    "Not a valid string.": "un texte entre guillemets est attendu.",
    "Not a valid URL.": "une adresse complète (https://…) est attendue.",
    "Not a valid list.": "une liste entre crochets est attendue.",
    "Not a valid integer.": "un nombre entier est attendu.",
    "Not a valid boolean.": "true ou false est attendu.",
    "Not a valid mapping type.": "une table est attendue.",
    "Not a valid date.": "une date (2026-11-24) est attendue.",
    "Invalid input type.": "une table est attendue.",
}
