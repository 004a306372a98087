"""A YesWiki that answers as a running one was seen to (code of October 2024), on a real loopback server.

What is kept of it: an entry that is sent with the ``id_fiche`` of another replaces it whole, whoever wrote it; fields
of the form that were not sent become empty, what is no field of it is kept until a person saves the entry; texts come
back as its purifier leaves them; an absent entry answers ``{}``, as does one that is not shown to who asks; an unknown
form answers 404 to its description, and takes entries that no list shows; a page that is gone answers 404, one that is
not shown 403; only ``DELETE ?api/pages/{tag}`` deletes, which the server in front of it may not let through, whereas
``X-HTTP-Method-Override`` goes through; a wiki that hibernates answers 500.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import Any
from urllib.parse import unquote

from tests.receiver import Receiver, Said, Sent

KEY = "rig-api-key-0123456789"
FORM = 5
ASLEEP = "Action désactivée car ce wiki est en lecture seule. Veuillez contacter l'administrateur."
LISTS = {
    "bf_type": {"init": "Initiative", "rex": "Retour d'expérience", "guide": "Guide pratique"},
    "bf_themes": {"zh": "Mares, étangs et zones humides", "tvb": "Continuités écologiques"},
}


def field(name: str, type: str, label: str, **more: Any) -> dict[str, Any]:
    blank = {"default": "", "searchable": "", "required": False, "helper": "", "read_acl": "", "write_acl": ""}
    return {**blank, "id": name, "propertyname": name, "name": name, "label": label, "type": type, **more}


PREPARED = [
    field("bf_titre", "text", "Nom de l'initiative", required=True),
    field("bf_description", "textelong", "Description"),
    field("bf_type", "liste", "Type", options=LISTS["bf_type"]),
    field("bf_themes", "checkbox", "Thèmes", options=LISTS["bf_themes"]),
    field("bf_tags", "tags", "Mots-clés"),
    field("imagebf_image", "image", "Photo"),
    field("bf_local", "text", "Ce que nous en disons"),
    field("geolocation", "map", "Carte", latitudeField="bf_latitude", longitudeField="bf_longitude"),
]


class FakeYesWiki(Receiver):
    """``wiki.entries`` by tag; ``wiki.saves`` counts what was written."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.entries: dict[str, dict[str, Any]] = {}
        self.source_urls: dict[str, str] = {}
        self.prepared: list[dict[str, Any]] = list(PREPARED)
        self.syntax = "wiki"
        """Of its long texts: ``wiki``, ``html`` or ``nohtml``."""
        self.saves = 0
        self.private = False
        """Only members read its entries."""
        self.hibernates = False
        self.deletes = True
        """Whether the server in front of it lets ``DELETE`` through."""
        self.key = KEY
        self.warnings = ""
        """What PHP prints among the answers."""
        self.refuse: dict[str, int] = {}
        """A status to answer, by method and beginning of the question (``POST api/entries``)."""
        self._clock = itertools.count()

    def edit(self, tag: str, **fields: str) -> None:
        """What a person does in the form."""
        known = {field["propertyname"] for field in self.prepared} | {"bf_latitude", "bf_longitude", "id_fiche"}
        kept = {name: value for name, value in self.entries[tag].items() if name in known}
        self._save({name: str(value).replace("\n", "\r\n") for name, value in kept.items()} | fields, form=str(FORM))

    def _answer(self, sent: Sent) -> Said:
        _, _, query = sent.path.partition("?")
        asked = unquote(query.partition("&")[0])
        for beginning, status in self.refuse.items():
            if f"{sent.method} {asked}".startswith(beginning):
                return _page(status)
        if sent.method == "DELETE" and not self.deletes:
            return _page(405)
        said = self._routed(sent, asked, sent.headers.get("x-http-method-override") or sent.method)
        if not self.warnings or said.headers.get("Content-Type") != "application/json":
            return said
        value = json.loads(said.body)
        value = {"rawOutput": self.warnings, **value} if isinstance(value, dict) else value
        return Said(said.status, f"{self.warnings}{json.dumps(value)}{self.warnings}".encode(), said.headers)

    def _routed(self, sent: Sent, asked: str, method: str) -> Said:
        member = sent.headers.get("authorization") == f"Bearer {self.key}"
        if found := re.fullmatch(r"api/forms/(\w+)", asked):
            return _json(self._form()) if found[1] == str(FORM) else _page(404, b"")
        if found := re.fullmatch(r"api/entries/json/(.+)", asked):
            entry = self.entries.get(found[1])
            return _json({found[1]: self._shown(entry)} if entry and (member or not self.private) else {})
        if found := re.fullmatch(r"api/pages/(.+)", asked):
            if method == "GET":
                if found[1] not in self.entries:
                    return _json({}, 404)
                return _json({"tag": found[1]}) if member or not self.private else _page(403, b"")
            if not member:
                return _page(401, b"")
            if method != "DELETE":
                return _page(405, b"")
            if self.hibernates:
                return _json({"notDeleted": [found[1]], "error": ASLEEP}, 500)
            gone = self.entries.pop(found[1], None)
            return _json({"deleted": [found[1]]}) if gone else _json({"notDeleted": [found[1]]}, 404)
        if method == "POST" and (found := re.fullmatch(r"api/entries/(\w+)", asked)):
            if not member:
                return _page(401, b"")
            return self._create(found[1], json.loads(sent.body), sent.headers.get("source-url", ""))
        return _page(200)

    def _create(self, form: str, data: dict[str, Any], source_url: str) -> Said:
        if self.hibernates:
            return _json({"exceptionMessage": f"Exception: {ASLEEP}"}, 500)
        if "bf_titre" not in data:
            return _json({"exceptionMessage": "Exception: La fiche n'a pas pu &ecirc;tre sauv&eacute;e"}, 500)
        tag = data.get("id_fiche") or self._name(data["bf_titre"])
        self._save({**data, "id_fiche": tag}, form)
        self.source_urls[tag] = source_url
        return _json({"success": self.url(f"/?{tag}")}, 201)

    def _save(self, data: dict[str, Any], form: str) -> None:
        tag = data["id_fiche"]
        instant = f"2026-11-24 10:{next(self._clock) % 60:02}:00"
        own = {"date_creation_fiche": instant, "date_maj_fiche": instant, "statut_fiche": "1", "id_typeannonce": form}
        data = dict(data)
        for field in self.prepared if form == str(FORM) else ():
            name = field["propertyname"]
            if field["type"] == "titre":
                data[name] = re.sub("{{(.+?)}}", lambda found: str(data.get(found[1], found[0])), data[name])
            elif field["type"] in ("text", "textelong"):
                data[name] = _purified(str(data.get(name, "")))
            elif name != "geolocation":
                data[name] = data.get(name, "")
        place = {name: data.get(name, "") for name in ("bf_latitude", "bf_longitude")}
        data.pop("geolocation", None)
        self.entries[tag] = {**data, **({"geolocation": place} if all(place.values()) else {}), **own}
        self.saves += 1

    def _name(self, title: str) -> str:
        camel = "".join(word.capitalize() for word in re.findall(r"\w+", title)) or "Fiche"
        return next(name for n in itertools.count(1) if (name := f"{camel}{n if n > 1 else ''}") not in self.entries)

    def _shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        own = {"user": "WikiAdmin", "owner": "WikiAdmin", "html_data": f'data-maj="{entry["date_maj_fiche"]}"'}
        return {**entry, **own, "url": self.url(f"/?{entry['id_fiche']}")}

    def _form(self) -> dict[str, Any]:
        rows = [[field["type"], field["name"], field["label"], *[" "] * 13] for field in self.prepared]
        for row in rows:
            row[7] = self.syntax if row[0] == "textelong" else " "
        named = {"bn_id_nature": str(FORM), "bn_label_nature": "Initiatives"}
        return {**named, "template": rows, "prepared": self.prepared}


def _purified(text: str) -> str:
    """What the wiki's purifier makes of the texts of the tests."""
    text = re.sub(r"&(?!(?:amp|lt|gt|quot);)", "&amp;", text.replace("\r\n", "\n"))
    return re.sub(r"<(?![a-z/])", "&lt;", text)


def _json(value: object, status: int = 200) -> Said:
    return Said(status, json.dumps(value).encode(), {"Content-Type": "application/json", "Cache-Control": "no-store"})


def _page(status: int, body: bytes = b"<html>YesWiki</html>") -> Said:
    return Said(status, body, {"Content-Type": "text/html; charset=UTF-8"})
