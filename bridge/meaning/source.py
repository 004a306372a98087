"""Mapping files (tables de correspondance): one TOML file a partner, read into a ``Source``.

The marshmallow schemas of this module are the only place that names the rules of the file; nothing in it is evaluated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from bridge.errors import MappingError
from bridge.meaning import bounds
from bridge.meaning.convert import CONVERTERS, EVIDENCE
from bridge.meaning.paths import Getter, getter_of
from bridge.meaning.suggest import Memory
from bridge.meaning.text import fold
from bridge.meaning.vocabulary import Vocabulary
from bridge.record import NOASSERTION, SCHEMES

ID = r"^[a-z0-9][a-z0-9-]{0,39}\Z"
_ID = validate.Regexp(ID, error="lettres minuscules, chiffres et tirets, 40 au plus")
_EVERY = validate.Regexp(r"^([0-9]{1,4}[hdw])?\Z", error="une durée comme 12h, 30d, 4w")
MAPPED = (*CONVERTERS, *EVIDENCE)
_EMAIL = validate.Regexp(r"^([^\s@<>,;:\"'()]{1,64}@[^\s@<>,;:\"'()]{1,190})?\Z", error="une adresse de courriel")
_LANGUAGE = validate.Regexp(r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,4}\Z", error="un code de langue comme fr")
_URL_MAX = 1000
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
    target = fields.Dict(load_default=None)
    contribute = fields.Dict(load_default=None)


@dataclass(frozen=True)
class Source:
    """One source as its mapping file declares it.

    ``home`` is the page that people know it by; ``version`` changes whenever the same item could map otherwise.
    """

    id: str
    kind: str
    url: str
    home: str
    title: str
    partner: str
    licence: str
    language: str
    keep: str
    contact: str
    options: Mapping[str, Any]
    ignore: frozenset[str]
    getters: tuple[Getter, ...]
    consumed: frozenset[str]
    opened: frozenset[str]
    values: Mapping[str, Mapping[str, tuple[str, ...]]]
    minimum: int
    every: str
    vocabulary: Vocabulary = field(repr=False)
    version: str = ""
    agreement: Mapping[str, Any] | None = None
    memo: dict[tuple[str, str], tuple[Any, ...]] = field(default_factory=dict, repr=False, compare=False)


def load_source(
    text: str, name: str, presets: Mapping[str, str], vocabulary: Vocabulary, code_version: str
) -> Source | None:
    """The source of a mapping file, or None when the file only describes a target.

    Args:
        text: the TOML; ``name`` is shown in messages.
        presets: text of each ``_kind`` that ``extends`` may name.
        code_version: hash or number of what else decides the mapping (communes, code), part of ``Source.version``.

    Raises:
        MappingError: file, line or key, what was expected.
    """
    own = bounds.parse(text, name)
    base, preset_text = preset_of(own.get("extends", ""), name, presets)
    merged = _merge(base, own)
    try:
        loaded = _File().load(merged)
    except ValidationError as error:
        raise MappingError(f"{name} : {_first(error.messages)}") from error
    table = loaded["source"]
    if table is None:
        return None
    if table["keep"] == "full" and table["agreement"] is None:
        raise MappingError(f'{name} : [source] keep = "full" demande un accord.', "Ajoutez agreement = { date = … }.")
    licence = vocabulary.licence(table["licence"])
    if not licence:
        raise MappingError(
            f"{name} : [source] licence « {table['licence']} » inconnue.",
            f"Licences : {', '.join(sorted(each.code for each in vocabulary.licences))}.",
        )
    getters = tuple(getter_of(name, key, paths) for key, paths in loaded["fields_"].items())
    consumed = frozenset(key for getter in getters for path in getter.paths for key in path.keys)
    version = hashlib.blake2b(
        "\0".join((text, preset_text, vocabulary.version, code_version)).encode(), digest_size=12
    ).hexdigest()
    return Source(
        id=table["id"],
        kind=table["kind"],
        url=table["url"],
        home=table["home"] or table["url"],
        title=table["title"] or table["id"],
        partner=table["partner"] or table["id"],
        licence=licence,
        language=table["language"],
        keep=table["keep"],
        contact=table["contact"].lower(),
        options=bounds.options(table["options"], name),
        ignore=frozenset(table["ignore"]),
        getters=getters,
        consumed=consumed,
        opened=consumed - {path.name for getter in getters for path in getter.paths if path.search is None},
        values={f: _table(name, f, rows, vocabulary) for f, rows in loaded["values"].items()},
        minimum=loaded["expect"]["min"],
        every=loaded["expect"]["every"],
        agreement=table["agreement"],
        vocabulary=vocabulary,
        version=version,
    )


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
    """The preset overlaid by the partner's file: tables are merged, lists of ``ignore`` added, the rest replaced."""
    out = dict(base)
    for key, value in own.items():
        there = out.get(key)
        if isinstance(there, dict) and isinstance(value, dict):
            out[key] = _merge(there, value)
        elif key == "ignore" and isinstance(there, list) and isinstance(value, list):
            out[key] = [*there, *value]
        else:
            out[key] = value
    return out


def _table(
    name: str, key: str, rows: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary
) -> dict[str, tuple[str, ...]]:
    scheme = SCHEMES.get(key)
    for label, concepts in rows.items():
        for concept in concepts:
            found = vocabulary.concept(concept)
            if scheme is None:
                if not vocabulary.licence(concept):
                    raise MappingError(f"{name} : [values.{key}] « {label} » mène à « {concept} », licence inconnue.")
            elif found is None or found.scheme != scheme:
                alike = Memory(vocabulary).concepts(key, label)
                near = ", ".join(each.id for each in alike) or "voir mappings/vocabulary"
                raise MappingError(
                    f"{name} : [values.{key}] « {label} » mène à « {concept} », qui n'est pas un concept de {scheme}.",
                    f"Proches : {near}.",
                )
    return {fold(label): concepts for label, concepts in rows.items()}


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
    "Not a valid mapping type.": "une table est attendue.",
    "Not a valid date.": "une date (2026-11-24) est attendue.",
    "Invalid input type.": "une table est attendue.",
}
