"""One small partner site of the demo: what it publishes, in its own words, and who answers in its name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from threading import Lock
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl, unquote
from zoneinfo import ZoneInfo

from bridge.demo import pages
from bridge.meaning.text import fold, plain

PARIS = ZoneInfo("Europe/Paris")

# What a content file says of a resource beside the partner's own fields.
_OURS = frozenset(("_date", "_state", "_key", "_pair"))


class State(StrEnum):
    """What became of a resource at home; the values are the words of the content files."""

    PUBLISHED = "publie"
    DRAFT = "brouillon"
    PROTECTED = "protege"
    DELETED = "retire"
    COMING = "a-venir"


@dataclass(slots=True)
class Fiche:
    """One resource. ``values`` are the partner's own fields; dates are UTC.

    ``key`` is how the timeline names it; ``pair`` is shared by resources of two sites that tell of the same thing.
    """

    number: int
    slug: str
    values: dict[str, Any]
    created: datetime
    modified: datetime
    state: State
    key: str = ""
    pair: str = ""


class Asked(NamedTuple):
    """A request: ``path`` decoded, ``query`` as it was sent (or the body of a form)."""

    path: str
    query: str = ""

    @property
    def arguments(self) -> list[tuple[str, str]]:
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def target(self) -> str:
        return unquote(f"{self.path}?{self.query}" if self.query else self.path)


class Answer(NamedTuple):
    """What is answered. An ``ETag`` or ``Last-Modified`` among the headers makes the answer conditional."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = {}


class Speaker(Protocol):
    """A module of ``sites/``: how one kind of software answers."""

    ROBOTS: str

    def head(self, site: Site) -> str:
        """What its pages' ``<head>`` tells of its feeds."""

    def page(self, site: Site, fiche: Fiche) -> str:
        """The resource's own page: path and query."""

    def answer(self, site: Site, asked: Asked) -> Answer | None:
        """The answer of its API; None for what every site answers (``robots.txt``, pages)."""


class Site:
    """A partner: a content file, and the speaker that answers with it. Thread-safe.

    Args:
        name: of the content file, also the source's id.
        content: the file, parsed.
        speaker: of its kind.
    """

    def __init__(self, name: str, content: Mapping[str, Any], speaker: Speaker) -> None:
        about = content["site"]
        self.id = name
        self.name: str = about["name"]
        self.title: str = about["title"]
        self.text: str = about["text"]
        self.about: Mapping[str, Any] = about
        self.content = content
        self.speaker = speaker
        self.base = ""
        self._lock = Lock()
        self._fiches = [_fiche(n, each, self.title) for n, each in enumerate(content["fiche"], 1)]

    def fiches(self, *states: State) -> list[Fiche]:
        """The resources in these states (published ones by default), in the order of the file."""
        wanted = states or (State.PUBLISHED,)
        with self._lock:
            return [fiche for fiche in self._fiches if fiche.state in wanted]

    def find(self, key: str) -> Fiche:
        """The resource that the timeline calls ``key``."""
        return next(fiche for fiche in self._fiches if fiche.key == key)

    def change(self, key: str, state: State, values: Mapping[str, Any]) -> dict[str, Any]:
        """Edit a resource now; returns the values that were replaced."""
        now = datetime.now(UTC).replace(microsecond=0)
        fiche = self.find(key)
        with self._lock:
            before = {name: fiche.values.get(name, "") for name in values}
            fiche.values = {**fiche.values, **values}
            fiche.modified = now
            if fiche.state is State.COMING:
                fiche.created = now
            fiche.state = state
        return before

    def updated(self) -> datetime:
        """When something last changed."""
        return max(fiche.modified for fiche in self._fiches)

    @property
    def pasted(self) -> str:
        """The address that a person would copy to show this site."""
        return self.base + str(self.about.get("paste", "/"))

    def url(self, fiche: Fiche) -> str:
        return self.base + self.speaker.page(self, fiche)

    def answer(self, asked: Asked) -> Answer:
        """The answer to any request."""
        if asked.path == "/robots.txt":
            return Answer(self.speaker.ROBOTS.encode(), headers={"Content-Type": "text/plain; charset=utf-8"})
        return self.speaker.answer(self, asked) or self._page(asked)

    def home(self) -> Answer:
        """The list of what is published."""
        links = [(self.speaker.page(self, fiche), self.words(fiche)[0]) for fiche in self.fiches()]
        return html_answer(pages.home(self.name, self.speaker.head(self), links))

    def words(self, fiche: Fiche) -> tuple[str, str]:
        """Title and text without markup."""
        values = fiche.values
        return plain(str(values[self.title])) or "(sans titre)", plain(str(values.get(self.text, "")))

    def _page(self, asked: Asked) -> Answer:
        if asked.target == "/":
            return self.home()
        for fiche in self.fiches(State.PUBLISHED, State.DELETED):
            if asked.target == unquote(self.speaker.page(self, fiche)):
                if fiche.state is State.DELETED:
                    return html_answer(pages.gone(self.name), 410)
                title, text = self.words(fiche)
                when = fiche.modified.astimezone(PARIS)
                return html_answer(pages.resource(self.name, self.speaker.head(self), title, text, when))
        return html_answer(pages.unknown(self.name), 404)


def html_answer(body: str, status: int = 200) -> Answer:
    """A web page."""
    return Answer(body.encode(), status, {"Content-Type": "text/html; charset=utf-8"})


def json_answer(body: str, status: int = 200, **headers: str) -> Answer:
    """A JSON answer; ``_`` in a header's name stands for ``-``."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(body.encode(), status, {"Content-Type": "application/json; charset=utf-8", **named})


def slugs(text: str) -> str:
    """``Une mare pour l'école`` -> ``une-mare-pour-l-ecole``."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))


def utc(fiche_date: datetime) -> str:
    """``YYYY-MM-DDThh:mm:ssZ``."""
    return fiche_date.strftime("%Y-%m-%dT%H:%M:%SZ")


def latest(fiches: Sequence[Fiche]) -> list[Fiche]:
    """The newest first, as blogs list them."""
    return sorted(fiches, key=lambda fiche: (fiche.created, fiche.number), reverse=True)


def _fiche(number: int, content: Mapping[str, Any], title: str) -> Fiche:
    values = {name: value for name, value in content.items() if name not in _OURS}
    # A working hour of its own for each, so that no two resources of a site share their instant.
    created = datetime.fromisoformat(content["_date"]).replace(tzinfo=UTC) + timedelta(hours=8, minutes=number * 7)
    return Fiche(
        number=number,
        slug=slugs(str(content[title])) or f"fiche-{number}",
        values=values,
        created=created,
        modified=created,
        state=State(content.get("_state", State.PUBLISHED)),
        key=content.get("_key", ""),
        pair=content.get("_pair", ""),
    )
