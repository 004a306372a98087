"""Entries of a YesWiki's Bazar form, by its API and a key that its administrator gave (``api_allowed_keys``).

The form says what its fields are called and which codes its lists have; what it has no field or no code for is left
out, but for the origin, which no resource goes without. An entry has the same name for ever (``writers.yeswiki.tag``),
so that it is found again whatever happened. A wiki keeps only what was last sent: fields that its people filled are
never written over, because an entry that they touched is theirs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote

import orjson

from bridge.errors import FetchError
from bridge.meaning.target import Push
from bridge.meaning.text import fold
from bridge.push import JSON, Closed, Refused, Send, ask, said
from bridge.push.copies import Fields, Found
from bridge.record import Entry, Record
from bridge.writers import yeswiki as writer
from bridge.writers.columns import TITLES
from bridge.writers.feed import Feed

ORIGIN = "partageons_origine"
"""The hidden field: the node where a record was born, and what it is called there."""
# What a wiki makes up by itself, or changes although nobody edits.
_OWN = (
    *("user", "owner", "url", "html_data", "html_output", "semantic"),
    *("date_creation_fiche", "date_maj_fiche", "statut_fiche", "id_typeannonce"),
)
_PLACE = ("bf_latitude", "bf_longitude")
_FILES = ("image", "file", "fichier", "email", "champs_mail", "map", "carte_google")
_CLOSED = (401, 403, 404, 405, 407)


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
        self._base = push.url.partition("?")[0].partition("#")[0]
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": JSON}
        self._form = form
        self._feed = feed

    def keys(self) -> Collection[str]:
        return ["id_fiche", ORIGIN, *self._names]

    def written(self, entry: Entry, record: Record) -> Fields:
        (said_,) = orjson.loads(b"".join(writer.entries([entry], self._feed, self._form))).values()
        ours = _options(writer.form([entry], self._feed, self._form))
        values = {name: self._value(name, str(said_.get(name, "")), ours.get(name)) for name in self._names}
        if self._text and not {self._ours_named[TITLES[key]] for key in ("url", "licence")} <= set(self._names):
            origin_told = (self._ours_named[TITLES[key]] for key in ("source", "licence", "attribution", "url"))
            told = filter(None, (_shown(str(said_.get(name, "")), ours.get(name)) for name in origin_told))
            values[self._text] = "\n\n".join(filter(None, (values[self._text], f"Source : {' – '.join(told)}")))
        origin = record.origin
        node, id = (origin.node, origin.id) if origin else (self._feed.node, record.id)
        return {"id_fiche": writer.tag(entry.id), ORIGIN: f"{node} {id}", **values}

    def find(self, id: str) -> Found | None:
        return self.read(writer.tag(id))

    def read(self, remote: str) -> Found | None:
        found = self._get(f"api/entries/json/{quote(remote, safe='')}")
        entry = found.get(remote) if isinstance(found, dict) else None
        if not isinstance(entry, dict):
            return None
        return Found(remote, {key: value for key, value in entry.items() if key not in _OWN})

    def write(self, id: str, remote: str, fields: Fields, back: bool) -> Found:
        url = f"{self._base}?api/entries/{self._form}"
        # The address that the wiki remembers an entry came from, in ASCII: it would lose its way on another letter.
        headers = self._headers | {"Source-Url": quote(self._feed.page(id), safe=":/?&=%#")}
        told = said(ask(self._send, "POST", url, orjson.dumps(dict(fields)), headers, closed=_CLOSED))
        address = told.get("success", "") if isinstance(told, dict) else ""
        name = str(address).rpartition("?")[2].rpartition("/")[2] or writer.tag(id)
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
            ask(self._send, "DELETE", url, headers=self._headers, closed=(401, 407), refused=(400, 403, 405))
        except FetchError as error:
            if error.status != 404:
                raise
        if self.read(remote) is not None:
            raise Refused(
                "Ce YesWiki garde une fiche retirée.",
                "Le compte de la clé doit en être propriétaire, ou administrateur.",
            )
        return None

    @cached_property
    def _fields(self) -> Mapping[str, Mapping[str, Any]]:
        """The fields of the form, by name.

        Raises:
            Closed: there is no such form.
        """
        try:
            form = self._get(f"api/forms/{self._form}")
        except FetchError as error:
            if error.status != 404:
                raise
            form = None
        prepared = form.get("prepared") if isinstance(form, dict) else None
        if not isinstance(prepared, list):
            raise Closed(
                f"Ce YesWiki n'a pas de formulaire {self._form}, ou ne le montre pas.",
                "Vérifiez « form » et l'adresse dans [target].",
            )
        return {
            str(field.get("propertyname") or field.get("name")): field for field in prepared if isinstance(field, dict)
        }

    @cached_property
    def _ours_named(self) -> Mapping[str, str]:
        """The names that we give fields, by their label (``columns.TITLES``)."""
        form = writer.form([], self._feed, self._form)
        return {field["label"]: field["name"] for field in form["prepared"]}

    @cached_property
    def _names(self) -> Collection[str]:
        """The fields that we write: those of ours that the form has, its title, a place on its map."""
        known = {name for name, field in self._fields.items() if field.get("type") not in _FILES}
        place = _PLACE if any(field.get("type") in ("map", "carte_google") for field in self._fields.values()) else ()
        return [
            "bf_titre",
            *(name for name in self._ours_named.values() if name in known and name != "bf_titre"),
            *place,
        ]

    @cached_property
    def _text(self) -> str:
        """The field of long texts where the origin may be told."""
        long = (name for name in self._names if self._fields.get(name, {}).get("type") == "textelong")
        return next(long, "")

    def _value(self, name: str, value: str, ours: Mapping[str, str] | None) -> str:
        """A value as the form takes it: codes of its own lists."""
        field = self._fields.get(name, {})
        theirs = field.get("options")
        if field.get("type") == "tags":
            return ",".join(_labels(value, ours))
        if not isinstance(theirs, dict) or not theirs:
            return _shown(value, ours)
        codes = {_key(str(code)): str(code) for code in theirs} | {
            _key(str(theirs[code])): str(code) for code in theirs
        }
        words = _labels(value, ours) if ours else [value, *value.split(", ")]
        return ",".join(dict.fromkeys(codes[_key(word)] for word in words if _key(word) in codes))

    def _get(self, path: str) -> Any:
        return said(ask(self._send, "GET", f"{self._base}?{path}", headers=self._headers, closed=(401, 403, 407)))


def _options(form: Mapping[str, Any]) -> dict[str, Mapping[str, str]]:
    return {field["name"]: field["options"] for field in form["prepared"] if "options" in field}


def _labels(value: str, ours: Mapping[str, str] | None) -> list[str]:
    """The words of a value that we write: those of its codes, where it has codes."""
    return (
        [ours.get(code, code) for code in value.split(",") if code] if ours is not None else list(filter(None, [value]))
    )


def _shown(value: str, ours: Mapping[str, str] | None) -> str:
    return ", ".join(_labels(value, ours))


def _key(text: str) -> str:
    """What two labels have in common when they are the same to a reader."""
    return "".join(filter(str.isalnum, fold(text)))
