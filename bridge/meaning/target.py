"""A target: what a partner receives, under its own field names and in its own words.

Its words are the value tables of its mapping file read backwards: the first row that leads to exactly that concept,
else the row of its nearest ancestor, else our label. ``[target.values]`` comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2b
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from bridge.config import SETTINGS
from bridge.errors import MappingError
from bridge.meaning import mapping_file
from bridge.meaning.vocabulary import Vocabulary
from bridge.meaning.words import Words
from bridge.record import COLUMNS, SCHEMES

# What is known of a place, by the column it would be read from.
_PLACES = {"place_text": ("place", "commune"), "latitude": ("lat",), "longitude": ("lon",)}
# The kinds of source whose fields are names that people give, and would see again in what comes to them.
_NAMED_BY_PEOPLE = ("yeswiki", "csv_file", "spreadsheet")
_NAME = re.compile(r"\w[\w -]*")

Rows = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Push:
    """How what changes is sent to a target.

    Attributes:
        to: one of ``mapping_file.PUSHES``.
        url: where: the address that receives messages, or that of the site.
        user: the account, at a WordPress.
        password: the environment variable that holds its password, or the key of a YesWiki's API. Never the secret.
        status: of a new article at a WordPress, ``draft`` or ``publish``.
        type: what its REST API calls the kind of articles.
    """

    to: str
    url: str
    user: str = ""
    password: str = ""
    status: str = "draft"
    type: str = "posts"


class Copy(NamedTuple):
    """What a target that holds articles of its own has of a record.

    Attributes:
        remote: what it is called there; empty as long as that is not known.
        sent: a hash of what was last sent; of what we would send, where people changed it.
        hash: a hash of what it was there after we last wrote.
        state: ``writing`` (we began to), ``live``, ``withdrawn`` (we took it back), ``edited`` (people of the target
            changed it: it is theirs, and what we would write is a proposal), ``kept`` (likewise, and nothing is
            proposed until the record changes), ``removed`` (they took it away); empty when it never had any.
    """

    remote: str = ""
    sent: str = ""
    hash: str = ""
    state: str = ""


@dataclass(frozen=True)
class Target:
    """What a partner receives.

    Attributes:
        partner: the one whose own sources are left out.
        site: where it will be shown.
        tool: what it is shown with, one of ``mapping_file.TOOLS``, or empty.
        form: the number of the form that a YesWiki is shown.
        filters: the values asked of each field of the record (``mapping_file.SELECTED``): any of them, for each field.
        max_age: ``10y``, ``18m`` or empty.
        only, never: ids of records.
        names: what it calls the columns of a record (``record.COLUMNS``), in its order; empty for our names.
        labels: what it calls concepts.
        push: how what changes is sent to it; None when it comes and takes it.
    """

    id: str
    title: str
    partner: str
    site: str
    tool: str
    form: int
    filters: Mapping[str, tuple[str, ...]]
    max_age: str
    only: tuple[str, ...]
    never: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    version: str = ""
    push: Push | None = None

    def since(self, today: date) -> str:
        """The first day of what is not too old, ``YYYY-MM-DD``; empty when nothing is."""
        if not self.max_age:
            return ""
        months = int(self.max_age[:-1]) * (12 if self.max_age.endswith("y") else 1)
        year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
        return f"{max(year, 1):04}-{month + 1:02}-{min(today.day, 28):02}"


class TargetWords(Words):
    """The words of a collective, where a target has none of its own."""

    def __init__(self, vocabulary: Vocabulary, titles: Mapping[str, str], labels: Mapping[str, str]) -> None:
        super().__init__(vocabulary, titles)
        self._labels = labels

    def label(self, concept: str, language: str = "fr") -> str:
        return self._labels.get(concept) or super().label(concept, language)


def load_target(text: str, name: str, presets: Mapping[str, str], vocabulary: Vocabulary) -> Target | None:
    """The target of a mapping file, or None when the file only describes a source.

    Raises:
        MappingError: file, line or key, what was expected.
    """
    tables, texts = mapping_file.read(text, name, presets)
    table, source = tables["target"], tables["source"] or {}
    if table is None:
        return None
    partner = table["partner"] or source.get("partner") or source.get("id", "")
    id = table["id"] or partner or name.removesuffix(".toml")
    select = table["select"]
    filters = {key: select[key] for key in mapping_file.SELECTED if select[key]}
    _check(name, filters, vocabulary)
    return Target(
        id=id,
        title=table["title"] or source.get("title") or id,
        partner=partner,
        site=table["site"] or source.get("home") or source.get("url", ""),
        tool=table["tool"],
        form=table["form"],
        filters=filters,
        max_age=select["max_age"],
        only=select["only"],
        never=select["never"],
        names=_names(name, table["fields_"]) or _named(tables["fields_"], source.get("kind", "")),
        labels=_labels(name, table["values"], tables["values"], vocabulary),
        version=blake2b(f"{texts}\0{vocabulary.version}".encode(), digest_size=12).hexdigest(),
        push=_push(name, table["push"]),
    )


def host_of(node: str) -> str:
    """The site of a node that is named by an address: its host and port, without ``www.``; the name itself else."""
    try:
        host = urlsplit(node).netloc
    except ValueError:  # what somebody wrote for an address
        host = ""
    return (host or node).lower().removeprefix("www.")


def _check(name: str, filters: Mapping[str, Sequence[str]], vocabulary: Vocabulary) -> None:
    for key, values in filters.items():
        for value in values:
            if key in SCHEMES and getattr(vocabulary.concept(value), "scheme", "") != SCHEMES[key]:
                known = ", ".join(concept.id for concept in vocabulary.concepts(SCHEMES[key]))
                raise MappingError(
                    f"{name} : [target.select] {key} = « {value} » n'est pas un concept de {SCHEMES[key]}.",
                    f"Concepts : {known}.",
                )
            if key == "licence" and vocabulary.licence(value) != value:
                codes = ", ".join(sorted(licence.code for licence in vocabulary.licences))
                raise MappingError(f"{name} : [target.select] licence « {value} » inconnue.", f"Licences : {codes}.")


def _push(name: str, table: Mapping[str, str] | None) -> Push | None:
    """How it is sent what changes; a secret stands in no file, and none of the bridge's own can be named."""
    if table is None:
        return None
    push = Push(**table)
    told = f"{name} : [target.push] to = « {push.to} »"
    if "@" in urlsplit(push.url).netloc:
        raise MappingError(
            f"{name} : [target.push] url contient un nom ou un mot de passe.",
            "Mettez-le dans une variable d'environnement, que « password » nomme.",
        )
    if push.to in ("ping", "webhook"):
        if push.user or push.password:
            raise MappingError(
                f"{told} ne prend ni user ni password.", "Ces messages sont signés par la clé du partenaire."
            )
    elif not push.password:
        raise MappingError(
            f"{told} : « password » manque.",
            'Nommez la variable d\'environnement qui tient le mot de passe, comme "PARTAGEONS_CLE_WIKI".',
        )
    elif push.to == "wordpress" and (not push.user or ":" in push.user):
        raise MappingError(f"{told} : « user », le compte qui écrit, est attendu.", "Il n'a pas de « : ».")
    if push.password in {setting.variable for setting in SETTINGS}:
        raise MappingError(f"{told} : {push.password} est un réglage du pont.", "Nommez une variable à part.")
    return push


def _names(name: str, given: Mapping[str, str]) -> Mapping[str, str]:
    """What a target calls our columns, as it says so itself."""
    theirs = list(given.values())
    for each in theirs:
        if theirs.count(each) > 1:
            raise MappingError(
                f"{name} : [target.fields] donne deux fois le nom « {each} ».", "Un nom par colonne est attendu."
            )
    return given


def _named(paths: Mapping[str, Sequence[str]], kind: str) -> dict[str, str]:
    """What a target calls our columns, as the table that reads its own resources shows: the first name of each."""
    if kind not in _NAMED_BY_PEOPLE:
        return {}
    found: dict[str, str] = {}
    for column in COLUMNS:
        for path in (path for key in _PLACES.get(column, (column,)) for path in paths.get(key, ())):
            if _NAME.fullmatch(path) and path not in found.values():
                found[column] = path
                break
    return found


def _labels(name: str, own: Mapping[str, Rows], read: Mapping[str, Rows], vocabulary: Vocabulary) -> dict[str, str]:
    """What a target calls each concept for which it has a word, or for an ancestor of which it has one."""
    words: dict[str, str] = {}
    for scheme, rows in own.items():
        for word, concept in _exact(rows):
            if getattr(vocabulary.concept(concept), "scheme", "") != SCHEMES[scheme]:
                raise MappingError(
                    f"{name} : [target.values.{scheme}] « {word} » mène à « {concept} », "
                    f"qui n'est pas un concept de {SCHEMES[scheme]}."
                )
            if words.setdefault(concept, word) != word:
                raise MappingError(
                    f"{name} : [target.values.{scheme}] donne à « {concept} » deux mots, "
                    f"« {words[concept]} » et « {word} ».",
                    "Un seul mot par concept est attendu.",
                )
    for scheme in SCHEMES:
        for word, concept in _exact(read.get(scheme, {})):
            words.setdefault(concept, word)
    return dict(_inherited(words, vocabulary))


def _exact(rows: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The rows that lead to one concept and no other."""
    return ((word, concepts[0]) for word, concepts in rows.items() if len(concepts) == 1)


def _inherited(words: Mapping[str, str], vocabulary: Vocabulary) -> Iterable[tuple[str, str]]:
    for scheme in vocabulary.schemes:
        for concept in vocabulary.concepts(scheme.id):
            path = (concept.id, *vocabulary.ancestors(concept.id))
            if word := next((words[each] for each in path if each in words), ""):
                yield concept.id, word
