"""A source as its mapping file describes it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from bridge.errors import MappingError
from bridge.meaning import bounds, mapping_file
from bridge.meaning.paths import Getter, getter_of
from bridge.meaning.suggest import Memory
from bridge.meaning.text import fold
from bridge.meaning.vocabulary import Vocabulary
from bridge.record import SCHEMES


class Contribute(NamedTuple):
    """What a mapping file says of where a visitor adds a resource: ``off``, nowhere."""

    url: str = ""
    title: str = ""
    off: bool = False


@dataclass(frozen=True)
class Source:
    """One source as its mapping file declares it.

    ``home`` is the page that people know it by; ``version`` changes whenever the same item could map otherwise;
    ``pushed`` sources are out of the bridge's reach and deliver their feed themselves.
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
    pushed: bool = False
    contribute: Contribute = Contribute()
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
    loaded, texts = mapping_file.read(text, name, presets)
    table = loaded["source"]
    if table is None:
        return None
    if table["keep"] == "full" and table["agreement"] is None:
        raise MappingError(f'{name} : [source] keep = "full" demande un accord.', "Ajoutez agreement = { date = … }.")
    if table["pushed"] and table["kind"] != "oai":
        raise MappingError(
            f'{name} : [source] pushed = true demande kind = "oai".',
            "Seul un flux OAI-PMH peut être livré par son site.",
        )
    licence = vocabulary.licence(table["licence"])
    if not licence:
        raise MappingError(
            f"{name} : [source] licence « {table['licence']} » inconnue.",
            f"Licences : {', '.join(sorted(each.code for each in vocabulary.licences))}.",
        )
    getters = tuple(getter_of(name, key, paths) for key, paths in loaded["fields_"].items())
    consumed = frozenset(key for getter in getters for path in getter.paths for key in path.keys)
    version = hashlib.blake2b("\0".join((texts, vocabulary.version, code_version)).encode(), digest_size=12).hexdigest()
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
        pushed=table["pushed"],
        contribute=Contribute(**loaded["contribute"]),
        vocabulary=vocabulary,
        version=version,
    )


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
