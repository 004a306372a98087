"""The record (profil pivot) and the plain values that travel between the floors. No I/O.

Instants are strings ``YYYY-MM-DDThh:mm:ssZ`` (UTC): they sort as text and go to JSON, XML and SQL as they are.
Dates of works and periods are EDTF (Library of Congress, level 1): ``2014``, ``2014-04/2015-07``, ``2020/..``.
Concepts are ids of ``mappings/vocabulary`` (``t-tvb``); territories are ``commune/69123``, ``epci/200046977``,
``departement/69``, ``region/84`` (Code officiel géographique, INSEE).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

NOASSERTION = "NOASSERTION"


class Point(NamedTuple):
    """A position, degrees WGS84. ``precision`` is ``point`` (given by the source) or ``commune`` (its centroid)."""

    lon: float
    lat: float
    precision: str = "point"


class Organisation(NamedTuple):
    """A legal person. ``siren`` is nine digits or empty; ``type`` a concept of ``type_acteur`` or empty."""

    name: str
    siren: str = ""
    type: str = ""


class Agent(NamedTuple):
    """An author of a published work: ``kind`` is ``person``, ``organisation`` or empty when the source does not say."""

    name: str
    kind: str = ""


class Document(NamedTuple):
    """A file to download. ``size`` is in bytes, 0 when unknown."""

    url: str
    media_type: str = ""
    size: int = 0
    title: str = ""


class Identifier(NamedTuple):
    """A validated identifier of a published work: ``scheme`` is ``isbn``, ``issn`` or ``doi``."""

    scheme: str
    value: str


class Amount(NamedTuple):
    """Euros. ``tax`` is ``HT``, ``TTC`` or empty (unknown); ``approx`` when the source says about."""

    value: float
    tax: str = ""
    approx: bool = False


class Image(NamedTuple):
    url: str
    credit: str = ""
    licence: str = NOASSERTION


class Contact(NamedTuple):
    """A service, never a person. ``email`` only when the source declares a functional address."""

    name: str = ""
    url: str = ""
    email: str = ""


class Relation(NamedTuple):
    """Another record. ``state`` is ``proposed`` (by the machine) or ``confirmed`` (by a person)."""

    id: str
    state: str = "proposed"


class Origin(NamedTuple):
    """Where a record was born: the home node and the identifier it has there. Immutable across bridges."""

    node: str
    id: str


class Hop(NamedTuple):
    """One node a record went through (OAI-PMH ``originDescription``)."""

    node: str
    id: str = ""
    datestamp: str = ""
    namespace: str = ""
    altered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One resource in our words. Only ``id``, ``source`` and ``title`` are required; see ``docs/record.md``."""

    id: str
    source: str
    title: str
    origin: Origin | None = None
    path: tuple[Hop, ...] = ()
    abstract: str = ""
    content: str = ""
    type: str = ""
    themes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    url: str = ""
    documents: tuple[Document, ...] = ()
    territories: tuple[str, ...] = ()
    place_text: str = ""
    point: Point | None = None
    scale: str = ""
    period: str = ""
    period_text: str = ""
    status: str = ""
    published: str = ""
    authors: tuple[Agent, ...] = ()
    publishers: tuple[Organisation, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    edition: str = ""
    leads: tuple[Organisation, ...] = ()
    department: str = ""
    actor_types: tuple[str, ...] = ()
    partners: tuple[Organisation, ...] = ()
    funders: tuple[Organisation, ...] = ()
    recognitions: tuple[str, ...] = ()
    budget_text: str = ""
    budget: Amount | None = None
    area_ha: float | None = None
    length_m: float | None = None
    habitats: tuple[str, ...] = ()
    audiences: tuple[str, ...] = ()
    sdgs: tuple[str, ...] = ()
    taxa: tuple[str, ...] = ()
    lessons: str = ""
    image: Image | None = None
    contact: Contact | None = None
    licence: str = NOASSERTION
    attribution: str = ""
    language: str = ""
    created: str = ""
    modified: str = ""
    harvested: str = ""
    same_as: tuple[Relation, ...] = ()
    version_of: tuple[Relation, ...] = ()
    related: tuple[Relation, ...] = ()


FIELDS: tuple[str, ...] = tuple(f.name for f in fields(Record))
_DEFAULTS: dict[str, Any] = {f.name: (None if f.default is MISSING else f.default) for f in fields(Record)}
_VALUES = attrgetter(*FIELDS)

# The concept scheme of each coded field; the one place that ties a field to the vocabulary.
SCHEMES: Mapping[str, str] = {
    "type": "type_ressource",
    "themes": "theme",
    "status": "statut",
    "actor_types": "type_acteur",
    "recognitions": "reconnaissance",
    "audiences": "public",
    "habitats": "milieu",
    "scale": "echelle",
}

COLUMNS: tuple[str, ...] = (
    *("id", "title", "abstract", "type", "themes", "keywords", "url", "documents", "territories", "territory_codes"),
    *("place_text", "latitude", "longitude", "scale", "period", "period_text", "status", "published", "authors"),
    *("publishers", "identifiers", "edition", "leads", "department", "actor_types", "partners", "funders"),
    *("recognitions", "budget_text", "budget", "budget_tax", "area_ha", "length_m", "habitats", "audiences", "sdgs"),
    *("taxa", "lessons", "image", "contact", "licence", "attribution", "source", "language", "created", "modified"),
    *("datestamp", "origin", "path", "page"),
)
"""What a record is in a table, where a field may need several columns; ``writers.columns`` fills them."""


def to_json(record: Record) -> dict[str, Any]:
    """The record as a JSON object: only the fields that hold something, nested values as objects."""
    held = zip(_DEFAULTS.items(), _VALUES(record), strict=True)
    return {name: _json(value) for (name, default), value in held if value and value != default}


def _json(value: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    if hasattr(value, "_asdict"):
        return value._asdict()
    return list(value) if isinstance(value[0], str) else [item._asdict() for item in value]


def from_json(data: Mapping[str, Any]) -> Record:
    """The record that ``to_json`` wrote; keys that are not ours are left out."""
    builders = _builders()
    values: dict[str, Any] = {}
    for key, value in data.items():
        if key in _DEFAULTS:
            build, many = builders.get(key, (None, isinstance(value, list)))
            if build is None:
                values[key] = tuple(value) if many else value
            elif many:
                values[key] = tuple(build(**item) for item in value)
            else:
                values[key] = build(**value)
    return Record(**values)


@cache
def _builders() -> dict[str, tuple[type, bool]]:
    """For each field of nested values: the value's type and whether the field holds many."""
    found: dict[str, tuple[type, bool]] = {}
    for name, hint in get_type_hints(Record).items():
        many = get_origin(hint) is tuple
        for kind in (a for a in get_args(hint) if isinstance(a, type)):
            if hasattr(kind, "_fields"):
                found[name] = (kind, many)
    return found


Status = Literal["live", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A record as it is visible here. ``record`` is None when it was withdrawn: a tombstone holds no content."""

    id: str
    datestamp: str
    status: Status = "live"
    record: Record | None = None
    sets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """What a person must know about one source: ``item`` is the local id concerned, or empty for the whole walk."""

    message: str
    item: str = ""


PAUSE = 1.0
"""Seconds between the end of a request and the start of the next one to the same site."""
PAGE_PAUSE = 5.0
"""The same, before a web page that was made for people."""


@dataclass(frozen=True, slots=True)
class Request:
    """An address to fetch.

    Attributes:
        carry: what the reader wants to find again beside the answer (JSON values); with the address it names the page.
        mark: what a list says of the state of this answer (a date, a hash): known under the same mark, it is not asked
            again for some days. Empty: always asked.
        single: the answer is one item of a list, whose failure costs itself alone.
        pause: seconds to leave between two requests to this site.
    """

    url: str
    carry: Mapping[str, Any] = field(default_factory=dict)
    mark: str = ""
    single: bool = False
    pause: float = PAUSE


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered, decompressed. ``url`` is the last one after redirects; header names are lower case."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    carry: Mapping[str, Any] = field(default_factory=dict)

    @property
    def media_type(self) -> str:
        """``text/html`` and the like, lower case, without parameters; empty when the server gave none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        """The charset the server declared, lower case, or empty."""
        for part in self.headers.get("content-type", "").split(";")[1:]:
            name, _, value = part.partition("=")
            if name.strip().lower() == "charset":
                return value.strip(" \"'").lower()
        return ""


@dataclass(frozen=True, slots=True)
class Item:
    """One resource in its partner's words.

    ``id`` is the identifier it has at home, stable when its page moves; ``data`` holds JSON values under the partner's
    names; ``url`` is the page that links inside ``data`` are relative to; ``path`` the nodes it went through before.
    """

    id: str
    data: Mapping[str, Any]
    url: str = ""
    path: tuple[Hop, ...] = ()
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """What a reader found in one answer.

    Attributes:
        items: the resources; one with ``deleted`` is an explicit tombstone.
        next: addresses that belong to the same walk.
        whole: False when the list these pages form is not all that the source has (the last ten of an RSS feed):
            absence from it then means nothing.
        watermark: instant from which a later incremental walk may start, or empty.
        keeps_deleted: the source announces deletions for ever, so that incremental walks suffice.
        total: how many items the source says the whole list holds, or None.
        present: ids that the source still has, beside the items of this page (a light list), or None: with them even a
            walk of what changed knows what is gone.
        problems: items that could not be read, and doubts about the whole.
        hub: the address of the WebSub hub that tells of the changes of ``topic``; both empty where there is none.
    """

    items: Sequence[Item] = ()
    next: Sequence[Request] = ()
    whole: bool = True
    watermark: str = ""
    keeps_deleted: bool = False
    total: int | None = None
    present: Sequence[str] | None = None
    problems: Sequence[Problem] = ()
    hub: str = ""
    topic: str = ""

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)
