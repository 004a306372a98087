"""The pivot's words, read from TOML: concept schemes and licences.

A folder holds ``*.toml`` files; each may hold ``[vocabulary]`` and ``[prefix]``, one ``[scheme]`` with its
``[[concept]]`` tables, or ``[[licence]]`` tables. Their rules stand at the head of
``mappings/vocabulary/vocabulary.toml`` and are checked here; the words are SKOS's
(https://www.w3.org/TR/skos-reference/).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from bridge.errors import MappingError
from bridge.meaning.concepts import Concept, Scheme, Vocabulary, label_key
from bridge.meaning.licences import Licence

__all__ = ["Concept", "Licence", "Scheme", "Vocabulary", "label_key", "load"]

_TABLES = {"vocabulary": dict, "prefix": dict, "scheme": dict, "concept": list, "licence": list}
# Keys of the tables, with the type of their values: [str] is a list of texts.
_WORDS, _NUMBERS = [str], [int]
_MATCH = {"exactMatch": _WORDS, "closeMatch": _WORDS, "odd": _NUMBERS, "eunis": _WORDS, "sert": _WORDS} | {
    "dcmi": str,
    "schema": str,
    "prototype": bool,
}
_KEYS: Mapping[str, Mapping[str, Any]] = {
    "scheme": {"id": str, "fr": str, "en": str, "multiple": bool, "facet": bool},
    "concept": {"id": str, "fr": str, "en": str, "alt": _WORDS, "broader": str, **_MATCH},
    "licence": {"code": str, "label": str, "url": str, "alt": _WORDS, "reuse": str},
}
_FRENCH = {str: "un texte", bool: "true ou false", dict: "une table", list: "une liste de tables"}


class _Rows:
    """The tables of all the files: a later one replaces, key by key, the one of an earlier folder with the same id."""

    def __init__(self) -> None:
        self.about: dict[str, str] = {}
        self.prefixes: dict[str, str] = {}
        self.rows: dict[str, dict[str, dict[str, Any]]] = {"scheme": {}, "concept": {}, "licence": {}}

    def add(self, file: str, raw: bytes, here: set[str]) -> None:
        """One file. ``here`` are the ids that its folder already gave."""
        try:
            document = tomllib.loads(raw.decode())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise MappingError(f"{file} n'est pas un fichier TOML (UTF-8) : {error}.") from error
        for table, value in document.items():
            if table not in _TABLES:
                raise MappingError(f"{file} : [{table}] n'est pas une table du vocabulaire.")
            if not isinstance(value, _TABLES[table]):
                raise MappingError(f"{file} : {table} = {value!r} ; {_FRENCH[_TABLES[table]]} est attendue.")
        self.about.update({key: str(value) for key, value in document.get("vocabulary", {}).items()})
        self.prefixes.update({key: str(value) for key, value in document.get("prefix", {}).items()})
        scheme = ""
        if "scheme" in document:
            scheme = self._merge("scheme", "id", document["scheme"], file, here)["id"]
        elif "concept" in document:
            raise MappingError(f"{file} : [[concept]] sans [scheme].", "Nommer le schéma en tête du fichier.")
        for row in document.get("concept", ()):
            self._merge("concept", "id", row, file, here)["scheme"] = scheme
        for row in document.get("licence", ()):
            self._merge("licence", "code", row, file, here)

    def _merge(self, table: str, key: str, row: Any, file: str, here: set[str]) -> dict[str, Any]:
        id_ = row.get(key) if isinstance(row, dict) else row
        if not isinstance(row, dict) or not isinstance(id_, str) or not _ID.fullmatch(id_):
            expected = "des lettres sans accent, des chiffres, « - », « _ » et « . » sont attendus"
            raise MappingError(f"{file} : {table}, {key} = {id_!r} ; {expected}.")
        if id_ in here:
            raise MappingError(f"{file} : « {id_} » est défini deux fois.")
        here.add(id_)
        for name, value in row.items():
            if name not in _KEYS[table]:
                keys = ", ".join(_KEYS[table])
                raise MappingError(f"{file} : « {id_} » a une clé inconnue, « {name} ».", f"Clés : {keys}.")
            if not _is(value, _KEYS[table][name]):
                raise MappingError(f"{file} : « {id_} », {name} = {value!r} n'est pas ce qui est attendu là.")
        merged = self.rows[table].setdefault(id_, {})
        merged.update(row)
        return merged

    def required(self, table: str, name: str) -> Iterable[Mapping[str, Any]]:
        for id_, row in self.rows[table].items():
            if not row.get(name):
                raise MappingError(f"Vocabulaire : « {id_} » n'a pas de libellé ({name}).")
        return self.rows[table].values()


_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def _is(value: Any, kind: Any) -> bool:
    if isinstance(kind, list):
        return isinstance(value, list) and all(type(each) is kind[0] for each in value)
    return type(value) is kind


def load(*folders: Traversable | Path) -> Vocabulary:
    """The vocabulary of these folders; a table of a later one replaces, key by key, the one with the same id.

    Raises:
        MappingError: a file is not what it should be, or breaks a rule; says which file or which concept.
    """
    digest = blake2b(digest_size=8)
    found = _Rows()
    for folder in folders:
        here: set[str] = set()
        for file in sorted((each for each in folder.iterdir() if each.name.endswith(".toml")), key=lambda f: f.name):
            raw = file.read_bytes()
            digest.update(b"%d %b %b" % (len(raw), file.name.encode(), raw))
            found.add(file.name, raw, here)
    concepts = [_concept(row, found.prefixes) for row in found.required("concept", "fr")]
    _check(concepts)
    return Vocabulary(
        [Scheme(**row) for row in found.required("scheme", "fr")],
        concepts,
        [Licence(**{**row, "alt": tuple(row.get("alt", ()))}) for row in found.required("licence", "label")],
        digest.hexdigest(),
        found.about,
    )


def _concept(row: Mapping[str, Any], prefixes: Mapping[str, str]) -> Concept:
    match = {key: tuple(row[key]) if isinstance(row[key], list) else row[key] for key in _MATCH if key in row}
    for key in ("exactMatch", "closeMatch"):
        if key in match:
            match[key] = tuple(_address(row["id"], each, prefixes) for each in match[key])
    return Concept(
        row["id"],
        row["scheme"],
        row["fr"],
        row.get("en", ""),
        tuple(row.get("alt", ())),
        row.get("broader", ""),
        match,
    )


def _address(id_: str, short: str, prefixes: Mapping[str, str]) -> str:
    """``gemet:1881`` -> the address of that concept."""
    prefix, _, number = short.partition(":")
    if prefix not in prefixes or not number:
        raise MappingError(f"Vocabulaire : « {id_} » renvoie à « {short} » ; préfixes connus : {', '.join(prefixes)}.")
    return prefixes[prefix] + number


def _check(concepts: Iterable[Concept]) -> None:
    """The rules between concepts.

    Raises:
        MappingError: a parent that is not there or goes round in circles, a label or an exact match of two concepts.
    """
    by_id = {concept.id: concept for concept in concepts}
    owners: dict[tuple[str, str], str] = {}
    exact: dict[str, str] = {}
    for concept in by_id.values():
        parent, steps = concept, 0
        while parent.broader:
            above = by_id.get(parent.broader)
            if above is None or above.scheme != parent.scheme:
                raise MappingError(
                    f"Vocabulaire : le parent de « {parent.id} », « {parent.broader} », n'est pas dans son schéma."
                )
            parent, steps = above, steps + 1
            if steps > len(by_id):
                raise MappingError(f"Vocabulaire : « {concept.id} » est son propre ancêtre.")
        for label in (concept.fr, concept.en or concept.fr, *concept.alt):
            owner = owners.setdefault((concept.scheme, label_key(label)), concept.id)
            if owner != concept.id:
                raise MappingError(
                    f"Vocabulaire : « {label} » désigne à la fois « {owner} » et « {concept.id} ».",
                    "Un libellé n'appartient qu'à un concept de son schéma.",
                )
        for address in concept.match.get("exactMatch", ()):
            owner = exact.setdefault(address, concept.id)
            if owner != concept.id:
                raise MappingError(f"Vocabulaire : {address} est exactMatch de « {owner} » et de « {concept.id} ».")
