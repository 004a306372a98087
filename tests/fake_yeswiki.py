"""A YesWiki that answers as a real one was seen to (code of October 2024), on a real loopback server.

What is kept of it: an entry that is sent with the ``id_fiche`` of another replaces it whole, whoever wrote it; any
field is kept, form or not; an absent entry answers ``{}``; an unknown form answers 404 to its description and takes no
entry; a page that is gone answers 404; only ``DELETE ?api/pages/{tag}`` deletes.
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
    field("geolocation", "map", "Carte", latitudeField="bf_latitude", longitudeField="bf_longitude"),
]


class FakeYesWiki(Receiver):
    """``wiki.entries`` by tag; ``wiki.saves`` counts what was written."""

    def __init__(self) -> None:
        super().__init__(self._answer)
        self.entries: dict[str, dict[str, Any]] = {}
        self.source_urls: dict[str, str] = {}
        self.prepared: list[dict[str, Any]] = list(PREPARED)
        self.saves = 0
        self.refuse: dict[str, int] = {}
        """A status to answer, by method and beginning of the question (``POST api/entries``)."""
        self._clock = itertools.count()

    def edit(self, tag: str, **fields: str) -> None:
        """What a person does in the form."""
        self._save(self.entries[tag] | fields)

    def _answer(self, sent: Sent) -> Said:
        _, _, query = sent.path.partition("?")
        asked = unquote(query.partition("&")[0])
        for beginning, status in self.refuse.items():
            if f"{sent.method} {asked}".startswith(beginning):
                return _page(status)
        if found := re.fullmatch(r"api/forms/(\w+)", asked):
            return _json(self._form()) if found[1] == str(FORM) else _page(404, b"")
        if found := re.fullmatch(r"api/entries/json/(.+)", asked):
            entry = self.entries.get(found[1])
            return _json({found[1]: self._shown(entry)} if entry else {})
        if found := re.fullmatch(r"api/pages/(.+)", asked):
            if sent.method == "GET":
                return _json({"tag": found[1]}) if found[1] in self.entries else _json({}, 404)
            if sent.headers.get("authorization") != f"Bearer {KEY}":
                return _page(401, b"")
            if sent.method != "DELETE":
                return _page(405)
            return _json({"deleted": [found[1]]}) if self.entries.pop(found[1], None) else _json({}, 404)
        if sent.method == "POST" and (found := re.fullmatch(r"api/entries/(\w+)", asked)):
            if sent.headers.get("authorization") != f"Bearer {KEY}":
                return _page(401, b"")
            return self._create(found[1], json.loads(sent.body), sent.headers.get("source-url", ""))
        return _page(200)

    def _create(self, form: str, data: dict[str, Any], source_url: str) -> Said:
        if form != str(FORM) or "bf_titre" not in data:
            return _page(500)
        tag = data.get("id_fiche") or self._name(data["bf_titre"])
        self._save({**data, "id_fiche": tag, "id_typeannonce": form})
        self.source_urls[tag] = source_url
        return _json({"success": self.url(f"/?{tag}")}, 201)

    def _save(self, data: dict[str, Any]) -> None:
        tag = data["id_fiche"]
        instant = f"2026-11-24 10:{next(self._clock) % 60:02}:00"
        created = self.entries.get(tag, {}).get("date_creation_fiche", instant)
        own = {"date_creation_fiche": created, "date_maj_fiche": instant, "statut_fiche": "1"}
        place = {name: data.get(name, "") for name in ("bf_latitude", "bf_longitude")}
        self.entries[tag] = {"imagebf_image": "", **data, "geolocation": place if all(place.values()) else "", **own}
        self.saves += 1

    def _name(self, title: str) -> str:
        camel = "".join(word.capitalize() for word in re.findall(r"\w+", title)) or "Fiche"
        return next(name for n in itertools.count(1) if (name := f"{camel}{n if n > 1 else ''}") not in self.entries)

    def _shown(self, entry: dict[str, Any]) -> dict[str, Any]:
        own = {"user": "WikiAdmin", "owner": "WikiAdmin", "html_data": f'data-maj="{entry["date_maj_fiche"]}"'}
        return {**entry, **own, "url": self.url(f"/?{entry['id_fiche']}")}

    def _form(self) -> dict[str, Any]:
        return {"bn_id_nature": str(FORM), "bn_label_nature": "Initiatives", "prepared": self.prepared}


def _json(value: object, status: int = 200) -> Said:
    return Said(status, json.dumps(value).encode(), {"Content-Type": "application/json", "Cache-Control": "no-store"})


def _page(status: int, body: bytes = b"<html>YesWiki</html>") -> Said:
    return Said(status, body, {"Content-Type": "text/html; charset=UTF-8"})
