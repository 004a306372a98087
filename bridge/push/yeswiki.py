"""Entries of a YesWiki's Bazar form, by its API and a key that its administrator gave (``api_allowed_keys``).

The form says what its fields are called and which codes its lists have; what it has no field or no code for is left
out, but for the origin, which no resource goes without. An entry has the same name for ever (``wikiword.tag``),
so that it is found again whatever happened.

Seen on a running wiki: it replaces an entry whole, so that all that it holds besides our fields is sent along; it
rewrites what it is sent (entities, tags), so that what it keeps is never compared with what was sent; whatever is not
a field of the form stays until a person saves the entry, and tells so by its absence; an unknown form takes entries
that nobody will ever see.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from functools import cached_property
from itertools import islice
from typing import Any
from urllib.parse import quote

import orjson

from bridge.errors import FetchError
from bridge.meaning.target import Push
from bridge.push import JSON, Closed, Refused, Send, ask, said
from bridge.push.bazar import ORIGIN, TITLE, Form
from bridge.push.copies import Fields, Found, Told, digest
from bridge.record import Entry, Record, Response
from bridge.writers.feed import Feed
from bridge.writers.wikiword import tag

MARK = "partageons_empreinte"
"""The hash of what we sent, in the entry itself: no field of any form, it goes when a person saves the entry."""
# What a wiki makes up by itself, or changes although nobody edits.
_OWN = (
    *("user", "owner", "url", "html_data", "html_output", "semantic", "geolocation"),
    *("date_creation_fiche", "date_maj_fiche", "statut_fiche", "id_typeannonce", "rawOutput"),
)
_OURS = ("id_fiche", ORIGIN, MARK)
_CLOSED = (401, 403, 404, 405, 407)
# « This wiki may only be read », in the words of its translations.
_HIBERNATES = (b"lecture seule", b"read alone", b"do solo", b"alleen leest", b"lida sozinho", b"llegeix sol", b"hibern")
_BEGINNING = re.compile(r"[{\[]")
_BEGINNINGS = 50


class YesWiki:
    """A form of a YesWiki as ``copies.Site``.

    Args:
        push: ``url`` is the wiki's address, or that of any of its pages.
        key: of its API.
        form: the form's number.
        feed: whose words and names are spoken.
    """

    def __init__(self, send: Send, push: Push, key: str, form: int, feed: Feed) -> None:
        self._send = send
        self._base = _base(push.url)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": JSON}
        self._form = form
        self._feed = feed

    def keys(self) -> Collection[str]:
        return self._bazar.names

    def written(self, entry: Entry, record: Record) -> Fields:
        return self._bazar.written(entry, record)

    def told(self, key: str, value: Any) -> Told:
        return self._bazar.told(key, value)

    def name(self, id: str) -> str:
        return tag(id)

    def find(self, id: str) -> Found | None:
        return self._entry(tag(id))

    def read(self, remote: str) -> Found | None:
        found = self._entry(remote)
        if found is None and self._status(remote) != 404:
            raise Closed(
                "Ce YesWiki ne montre plus ses fiches au pont : sa clé a peut-être été retirée.",
                "Vérifiez api_allowed_keys dans wakka.config.php, et le droit de lire de ce compte.",
            )
        return found

    def write(self, id: str, there: Found | None, fields: Fields, back: bool) -> Found:
        url = f"{self._base}?api/entries/{self._form}"
        # The address that the wiki remembers an entry came from, in ASCII: it would lose its way on another letter.
        headers = self._headers | {"Source-Url": quote(self._feed.page(id), safe=":/?&=%#")}
        own = {"id_fiche": tag(id), MARK: digest(fields)}
        values = {**(there.rest if there else {}), **fields, **self._bazar.title(fields), **own}
        told = _said(self._ask("POST", url, orjson.dumps(values), headers))
        address = told.get("success", "") if isinstance(told, dict) else ""
        name = str(address).rpartition("?")[2].rpartition("/")[2] or tag(id)
        written = self.read(name)
        if written is None:
            raise Refused(
                "Ce YesWiki a dit oui, mais ne montre pas la fiche envoyée.",
                "Le droit de lire les fiches de ce formulaire doit être ouvert au compte de la clé.",
            )
        return written

    def withdraw(self, remote: str) -> Found | None:
        url = f"{self._base}?api/pages/{quote(remote, safe='')}"
        try:
            try:
                self._ask("DELETE", url, closed=(401, 407), refused=(400,))
            except FetchError as error:
                # Many servers in front of a wiki let nothing be deleted; the wiki hears it said otherwise.
                if error.status not in (403, 405, 501):
                    raise
                headers = self._headers | {"X-HTTP-Method-Override": "DELETE"}
                self._ask("POST", url, b"", headers, closed=(401, 407), refused=(400, 403, 405))
        except FetchError as error:
            if error.status != 404:
                raise
        if self.read(remote) is not None:
            raise Refused(
                "Ce YesWiki garde une fiche retirée.",
                "Le compte de la clé doit en être propriétaire, ou administrateur.",
            )
        return None

    def _entry(self, remote: str) -> Found | None:
        found = self._get(f"api/entries/json/{quote(remote, safe='')}")
        entry = found.get(remote) if isinstance(found, dict) else None
        if not isinstance(entry, dict):
            return None
        held = {key: value for key, value in entry.items() if key not in (*_OWN, *_OURS) and value not in (None, "")}
        if self._bazar.computed:
            held.pop(TITLE, None)
        judged = {key: _evenly(value) for key, value in held.items()}
        rest = {key: value for key, value in held.items() if key not in self._bazar.names}
        return Found(remote, judged, str(entry.get(MARK) or ""), rest)

    def _status(self, remote: str) -> int:
        """What a wiki says of a page: 404 when there is none, another status when it only does not show it."""
        url = f"{self._base}?api/pages/{quote(remote, safe='')}"
        try:
            return ask(self._send, "GET", url, headers=self._headers, closed=(), refused=()).status
        except Closed:  # a redirect
            return 302
        except FetchError as error:
            if error.status not in (401, 403, 404):
                raise
            return error.status

    @cached_property
    def _bazar(self) -> Form:
        """The form.

        Raises:
            Closed: there is no such form.
        """
        try:
            form = self._get(f"api/forms/{self._form}")
        except FetchError as error:
            if error.status != 404:
                raise
            form = None
        if not isinstance(form, dict) or not isinstance(form.get("prepared"), list):
            raise Closed(
                f"Ce YesWiki n'a pas de formulaire {self._form}, ou ne le montre pas.",
                "Vérifiez « form » et l'adresse dans [target].",
            )
        return Form(form, self._form, self._feed)

    def _get(self, path: str) -> Any:
        return _said(self._ask("GET", f"{self._base}?{path}", closed=(401, 403, 407)))

    def _ask(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        closed: Collection[int] = _CLOSED,
        refused: Collection[int] = (400, 409, 410, 411, 413, 414, 415, 422),
    ) -> Response:
        """``push.ask``; a wiki that may only be read for a while says so in words."""
        try:
            return ask(self._send, method, url, body, headers or self._headers, closed=closed, refused=refused)
        except FetchError as error:
            if error.status == 500 and any(word in error.body.lower() for word in _HIBERNATES):
                raise FetchError(
                    "Ce YesWiki est en lecture seule pour le moment (« hibernation ») : rien ne peut y être écrit.",
                    "Son administrateur le réveille en retirant wiki_status ; le pont réessaie de lui-même.",
                ) from error
            raise


def address(url: str, remote: str) -> str:
    """The page of an entry, in the wiki of a ``Push.url``."""
    return f"{_base(url)}?{quote(remote, safe='')}"


def _base(url: str) -> str:
    return url.partition("?")[0].partition("#")[0]


def _said(response: Response) -> Any:
    """The JSON value of an answer, among what PHP printed before or after it."""
    try:
        return said(response)
    except FetchError:
        text, found, longest = response.body.decode("utf-8", "replace"), None, 0
        for start in (each.start() for each in islice(_BEGINNING.finditer(text), _BEGINNINGS)):
            try:
                value, end = json.JSONDecoder().raw_decode(text, start)
            except ValueError:
                continue
            if isinstance(value, dict) and end - start > longest:
                found, longest = value, end - start
        if found is None:
            raise
        return found


def _evenly(value: Any) -> Any:
    """A value as it stays when a person saves an entry without a change: browsers send other line breaks."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
