"""One answer of a site, looked at in every way the probes need; read once, whatever asks for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol
from urllib.parse import urljoin, urlsplit

from lxml import etree

from bridge.errors import BridgeError, FetchError, ReadError
from bridge.meaning.text import clean
from bridge.readers import decode
from bridge.record import NOASSERTION, PAUSE, Request, Response

if TYPE_CHECKING:
    from bridge.meaning.suggest import Memory

_HEAD = 1 << 20
_ASKED_MAX = 20
_HEADER_LINK = re.compile(r"<([^<>]*)>\s*;([^<>]*)")
_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)([^>]*)")
_LICENCES = (
    (re.compile(r"creativecommons\.org/publicdomain/zero/1\.0"), "CC0-1.0"),
    (re.compile(r"creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)"), "CC-{0}-{1}"),
    (re.compile(r"etalab.*licen[cs]e"), "etalab-2.0"),
    (re.compile(r"opendatacommons\.org/licenses/odbl"), "ODbL-1.0"),
)
_SKIPPED = re.compile(r"\s+|<\?[^>]*>|<!--.*?-->|<!DOCTYPE[^>]*>", re.S | re.I)


class Fetch(Protocol):
    """What recognising asks of ``fetch.Fetcher``."""

    def get(self, request: Request, /) -> Response: ...


class Link(NamedTuple):
    """A ``<link>``, ``<a rel>`` or ``Link`` header; ``url`` is absolute, ``rel`` lower case."""

    url: str
    rel: frozenset[str]
    type: str
    title: str


@dataclass
class Look:
    """What one address answers.

    ``response`` is None when the site refused; ``tried`` tells people what was asked; ``memory`` is what the mapping
    files of other partners taught.
    """

    fetch: Fetch
    url: str
    response: Response | None
    tried: list[str] = field(default_factory=list)
    memory: Memory | None = None

    def ask(self, url: str, pause: float = PAUSE) -> Look:
        """What another address of the site answers; a refusal is noted, not raised: the other doors may be open.

        After ``_ASKED_MAX`` of them nothing more is asked: a site is recognised by its clues, not by being searched.
        ``pause`` is that of ``Request``.
        """
        if len(self.tried) >= _ASKED_MAX:
            return Look(self.fetch, url, None, self.tried, self.memory)
        self.tried.append(url)
        try:
            response = self.fetch.get(Request(url, pause=pause))
        except FetchError as error:
            self.tried[-1] = f"{url} : {error.message}"
            return Look(self.fetch, url, None, self.tried, self.memory)
        return Look(self.fetch, response.url, response, self.tried, self.memory)

    @cached_property
    def text(self) -> str:
        """The first million octets as text."""
        if self.response is None:
            return ""
        return decode.text(self.response.body[:_HEAD], self.response.charset)

    @cached_property
    def json(self) -> Any:
        """The JSON value; None when it is something else."""
        if self.response is None or not self.text.lstrip().startswith(("{", "[")):
            return None
        return self._read(lambda response: decode.json(response))

    @cached_property
    def xml(self) -> Any:
        """The root element of XML; None when it is something else (HTML included)."""
        if self.response is None or self.root in ("", "html"):
            return None
        found = self._read(lambda response: decode.xml(response))
        return None if found is None else found[0]

    def _read(self, read: Any) -> Any:
        try:
            return read(self.response)
        except ReadError as error:
            self.tried.append(f"{self.url} : {error.message}")
            return None

    @cached_property
    def root(self) -> str:
        """Local name of the first element, lower case; empty when the answer is no markup."""
        position, text = 0, self.text
        while skipped := _SKIPPED.match(text, position):
            position = skipped.end()
        found = _ROOT.match(text, position)
        return found[2].lower() if found else ""

    @cached_property
    def html(self) -> Any:
        """The parsed page; None when the answer is not HTML."""
        if self.response is None or not ("html" in self.response.media_type or self.root == "html"):
            return None
        parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False)
        return etree.fromstring(self.text.encode("utf-8", "replace") or b" ", parser)

    @cached_property
    def base(self) -> str:
        """What relative links are relative to."""
        href = "" if self.html is None else "".join(self.html.xpath("(//base/@href)[1]"))
        return _join(self.url, href) or self.url

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """Links that say what they lead to, those of the ``Link`` header (RFC 8288) first."""
        return tuple(link for link in self._links() if link.url)

    def _links(self) -> Iterator[Link]:
        headers: Mapping[str, str] = self.response.headers if self.response else {}
        for href, parameters in _HEADER_LINK.findall(headers.get("link", "")):
            said = dict(re.findall(r"(\w+)=\"?([^\";,]*)", parameters))
            rel = frozenset(said.get("rel", "").lower().split())
            yield Link(_join(self.url, href), rel, said.get("type", "").lower(), said.get("title", ""))
        if self.html is not None:
            for element in self.html.xpath("//*[(self::link or self::a) and @rel and @href]"):
                yield Link(
                    _join(self.base, element.get("href")),
                    frozenset(element.get("rel").lower().split()),
                    (element.get("type") or "").partition(";")[0].strip().lower(),
                    element.get("title") or "",
                )

    @cached_property
    def title(self) -> str:
        """What the page calls its site: ``og:site_name``, else a part of ``<title>``; empty when it is no page."""
        if self.html is None:
            return ""
        named = self.html.xpath("string((//meta[@property='og:site_name']/@content)[1])")
        titled = self.html.xpath("string((//title)[1])")
        marks = "|–—·-" if "«" in titled else "|–—»·-"  # « », as a pair, quote; » alone separates
        parts = re.split(rf"\s[{marks}]\s", clean(titled))
        # Home pages say "site – motto", the others "page – site".
        home = urlsplit(self.url)._replace(scheme="", netloc="").geturl() in ("", "/")
        return clean(named) or parts[0 if home else -1]

    @cached_property
    def licence(self) -> str:
        """What ``rel="license"`` links say (RFC 4946), as SPDX; a licence is never guessed from words."""
        for link in self.links:
            if "license" in link.rel:
                for pattern, code in _LICENCES:
                    if found := pattern.search(link.url.lower()):
                        return code.format(*(part.upper() for part in found.groups()))
        return NOASSERTION

    @cached_property
    def scripts(self) -> tuple[str, ...]:
        """Absolute addresses of the page's scripts and style sheets."""
        if self.html is None:
            return ()
        found = self.html.xpath("//script/@src | //link[@rel='stylesheet']/@href")
        return tuple(filter(None, (_join(self.base, src) for src in found)))


def first_look(url: str, fetch: Fetch, memory: Memory | None = None) -> Look:
    """What the address that a person gave answers.

    Raises:
        FetchError: nothing answers, or it is closed (401, 403). Other refusals are kept: some doors only open with
            arguments.
    """
    try:
        response = fetch.get(Request(url))
    except FetchError as error:
        if error.status is None or error.status in (401, 403, 429):
            raise
        return Look(fetch, url, None, [f"{url} : {error.message}"], memory)
    return Look(fetch, response.url, response, [url], memory)


def nothing(look: Look) -> BridgeError:
    """The error of an address that no probe knows."""
    tried = " ; ".join(dict.fromkeys(look.tried))
    return BridgeError(
        f"Rien n'a été reconnu à cette adresse : une API, un flux ou un fichier était attendu (essayé : {tried}).",
        "Donnez l'adresse d'un flux RSS ou OAI-PMH, d'une API, d'un fichier CSV ou GeoJSON, ou installez le module du "
        "pont sur le site.",
    )


def _join(base: str, href: str) -> str:
    try:
        url = urljoin(base, href.strip())
    except ValueError:
        return ""
    return url if url.startswith(("http://", "https://")) else ""
