"""What the provider is given, and how it names things."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import NamedTuple, Protocol
from urllib.parse import quote, unquote

OAI = "http://www.openarchives.org/OAI/2.0/"
XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Header(NamedTuple):
    """``deleted``: withdrawn, or no longer in the set that was asked for."""

    id: str
    datestamp: str
    deleted: bool
    sets: tuple[str, ...]


class Listed(NamedTuple):
    """``metadata`` is one XML element, ``about`` whole ``about`` elements; both empty when deleted or not asked for.

    In UTF-8. ``metadata`` is also empty for a record that cannot be written in the format asked for. ``head`` is the
    whole ``header`` element where it is at hand: it is then not written from ``header``.
    """

    header: Header
    metadata: bytes = b""
    about: bytes = b""
    head: bytes = b""


class Repository(Protocol):
    """One consistent snapshot of what is visible. Datestamps and (inclusive) bounds have the identity's granularity."""

    def earliest(self) -> str:
        """The oldest datestamp, deleted records included; empty when there is none."""

    def sets(self) -> Iterable[tuple[str, str]]:
        """(setSpec, name), parents included."""

    def get(self, id: str, prefix: str) -> Listed | None:
        """One record; ``prefix`` empty: its header alone."""

    def list(
        self, prefix: str, from_: str, until: str, set_: str, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Listed]:
        """The first ``limit`` records by (datestamp, id) after ``after``, fewer only at the end of the list; those that
        cannot be written are passed over. ``prefix`` empty: headers alone."""

    def count(self, from_: str, until: str, set_: str) -> int:
        """How many records ``list`` would give without limit."""


class Selection(NamedTuple):
    """A set that is a question asked of the repository when it is read. ``description`` is (language, text)."""

    spec: str
    name: str
    description: tuple[tuple[str, str], ...]


class Format(NamedTuple):
    schema: str
    namespace: str


OAI_DC = Format(f"{OAI}oai_dc.xsd", f"{OAI}oai_dc/")
DAYS, SECONDS = "YYYY-MM-DD", "YYYY-MM-DDThh:mm:ssZ"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a repository says of itself.

    ``node`` is the domain of its identifiers, empty when they follow no scheme; ``secret`` seals resumption tokens;
    ``formats`` maps each metadataPrefix; ``friends`` are base URLs of other repositories; ``sample`` is an id to show
    when there is no record; ``deleted`` is the policy (``persistent``, ``transient``, ``no``); ``granularity`` that of
    every datestamp, ``DAYS`` or ``SECONDS``; ``selections`` are sets that are listed beside those the repository holds;
    ``descriptions`` are more XML elements.
    """

    name: str
    base_url: str
    admin_emails: tuple[str, ...]
    node: str
    secret: bytes
    formats: Mapping[str, Format] = field(default_factory=lambda: {"oai_dc": OAI_DC})
    friends: tuple[str, ...] = ()
    sample: str = "exemple:1"
    page_size: int = 100
    deleted: str = "persistent"
    granularity: str = SECONDS
    selections: tuple[Selection, ...] = ()
    descriptions: tuple[str, ...] = ()


class Refused(Exception):
    """A protocol error: ``error`` is its OAI code and what a person reads."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.error = (code, message)


def oai_identifier(record_id: str, node: str) -> str:
    """``source:local`` as an oai-identifier of this repository; percent-encoded, hence reversible. Without a node, the
    id itself."""
    return f"oai:{node}:{quote(record_id, safe=':')}" if node else record_id


def record_id(identifier: str, node: str) -> str:
    """The record an oai-identifier names; empty when this repository cannot have written it."""
    if not node:
        return identifier
    scheme = f"oai:{node}:"
    found = unquote(identifier[len(scheme) :]) if identifier.startswith(scheme) else ""
    return found if _ILLEGAL.search(found) is None and oai_identifier(found, node) == identifier else ""


def xml(text: str) -> str:
    """Text as XML content or attribute value, without the characters that XML 1.0 cannot hold."""
    return escape(_ILLEGAL.sub("", text))
