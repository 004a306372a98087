"""A YesWiki: ``?api/forms``, ``?api/forms/{id}/entries``, ``?api/entries/json/{tag}``; values as codes, no validators.

With ``long_names`` in the content file it answers like those before 2024: a field with choices is then named after its
list (``listeListeTypeDeFichebf_type``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote, unquote

from bridge.demo import pages
from bridge.demo.site import PARIS, Answer, Asked, Fiche, Site, State, html_answer

ROBOTS = "User-agent: *\nDisallow: /*/edit\nDisallow: /*/deletepage\n"

_CHOICES = ("checkbox", "liste", "radio")
_TYPES = {"texte": "text", "champs_mail": "email"}
_TAG_MAX = 41
# By which one sees, on any page, that a site is a YesWiki and where its root is.
_SCRIPT = "/javascripts/yeswiki-base.js"
# What PHP's session and the API's controller send with every answer; no validator among them.
_HEADERS = {
    "X-frame-Options": "deny",
    "Set-Cookie": "YesWiki-main=demonstration; path=/; HttpOnly; SameSite=Lax",
    "Expires": "Thu, 19 Nov 1981 08:52:00 GMT",
    "Cache-Control": "no-store, no-cache, must-revalidate",
    "Pragma": "no-cache",
    "Access-Control-Allow-Origin": "*",
}


def head(site: Site) -> str:
    return f'<script src="{site.base}{_SCRIPT}" defer></script>'


def page(site: Site, fiche: Fiche) -> str:
    return f"/?{tag(fiche)}"


def tag(fiche: Fiche) -> str:
    """The page's name: the title's words, capitalised and joined."""
    return "".join(word.capitalize() for word in fiche.slug.split("-"))[:_TAG_MAX]


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path == _SCRIPT:
        return Answer(b"", headers={"Content-Type": "text/javascript"})
    if asked.path not in ("/", "/index.php"):
        return None
    route, *_ = unquote(asked.query).split("&")
    match route.strip("/").split("/"):
        case [""]:
            return Answer(b"", 302, {**_HEADERS, "Location": f"{site.base}/?PagePrincipale"})
        case ["PagePrincipale"]:
            return site.home()
        case ["api", "forms"]:
            return _json({site.content["form"]["id"]: _form(site)})
        case ["api", "forms", number]:
            known = number == site.content["form"]["id"]
            return _json(_form(site)) if known else Answer(b"", 404, {**_HEADERS, "Content-Type": "text/html"})
        case ["api", "forms", number, "entries", *_]:
            known = number == site.content["form"]["id"]
            chosen = [name for name in dict(asked.arguments).get("fields", "").split(",") if name]
            return _json(_entries(site, chosen) if known else {})
        case ["api", "entries", "json", name]:
            return _json({key: entry for key, entry in _entries(site).items() if key == name})
        case ["api", *_]:
            return _json({"exceptionMessage": "Not found"}, 404)
        case [name] if name not in {tag(fiche) for fiche in site.fiches()}:
            # A YesWiki proposes to write the page that does not exist (any more): 200, not 404.
            return html_answer(pages.unknown(site.name))
    return None


def _json(value: Any, status: int = 200) -> Answer:
    text = json.dumps(value, separators=(",", ":")).replace("/", "\\/")
    return Answer(text.encode(), status, {**_HEADERS, "Content-Type": "application/json"})


def _property(site: Site, field: Mapping[str, Any]) -> str:
    kind, name = field["type"], str(field["name"])
    return f"{kind}{field['list']}{name}" if kind in _CHOICES and site.about.get("long_names") else name


def _form(site: Site) -> dict[str, Any]:
    form = site.content["form"]
    template = [_row(field) for field in form["field"]]
    return {
        "bn_id_nature": form["id"],
        "bn_label_nature": form["label"],
        "bn_description": form["description"],
        "bn_condition": "",
        "bn_sem_context": "",
        "bn_sem_type": "",
        "bn_sem_use_template": "1",
        "bn_template": "\r\n".join("***".join(cell or " " for cell in row) for row in template),
        "bn_ce_i18n": "fr-FR",
        "bn_only_one_entry": "N",
        "bn_only_one_entry_message": "",
        "template": template,
        "prepared": [_prepared(site, field) for field in form["field"]],
    }


def _row(field: Mapping[str, Any]) -> list[str]:
    """The field as the form's template writes it: sixteen positions, whose meaning depends on the first."""
    kind = field["type"]
    row = [kind, field.get("list", field["name"]), field["label"], *[""] * 13]
    if "list" in field:
        row[6] = field["name"]
    row[7] = field.get("syntax", "text" if kind == "texte" else "")
    row[8] = "1" if field.get("required") else "0"
    row[11] = field.get("read_acl", "")
    return row


def _prepared(site: Site, field: Mapping[str, Any]) -> dict[str, Any]:
    kind, name = field["type"], _property(site, field)
    prepared = {
        "id": name,
        "propertyname": name,
        "label": field["label"],
        "name": field["name"],
        "type": _TYPES.get(kind, kind),
        "default": "",
        "required": bool(field.get("required")),
        "helper": "",
        "read_acl": field.get("read_acl", ""),
        "write_acl": "",
        "sem_type": "",
    }
    if kind in _CHOICES:
        prepared |= {"linkedObjectName": field["list"], "queries": "", "options": field["options"]}
    elif kind == "tags":
        words = {word: word for fiche in site.fiches() for word in str(fiche.values.get(name, "")).split(",") if word}
        prepared |= {"linkedObjectName": name, "queries": "", "options": words}
    elif kind == "map":
        prepared |= {"id": "geolocation", "propertyname": "geolocation", "label": "geolocation"}
        prepared |= {"latitudeField": "bf_latitude", "longitudeField": "bf_longitude"}
    return prepared


def _entries(site: Site, chosen: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
    """The entries by tag; of each, only these fields when there are any."""
    entries = {tag(fiche): _entry(site, fiche) for fiche in site.fiches(State.PUBLISHED, State.DRAFT)}
    if not chosen:
        return entries
    return {name: {key: entry[key] for key in chosen if key in entry} for name, entry in entries.items()}


def _entry(site: Site, fiche: Fiche) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for field in site.content["form"]["field"]:
        value = fiche.values.get(field["name"], "")
        if field["type"] == "map":
            if value:
                place = {"bf_latitude": value, "bf_longitude": fiche.values["bf_longitude"]}
                entry |= {**place, "geolocation": place}
        else:
            # Fields that not everyone may read come out empty, not absent.
            entry[_property(site, field)] = "" if field.get("read_acl") else value
    name = tag(fiche)
    return entry | {
        "id_typeannonce": site.content["form"]["id"],
        "id_fiche": name,
        "date_creation_fiche": _local(fiche.created),
        "statut_fiche": "1" if fiche.state is State.PUBLISHED else "0",
        "date_maj_fiche": _local(fiche.modified),
        "user": "FauvelNadege",
        "owner": "FauvelNadege",
        "html_data": f'data-id_typeannonce="{site.content["form"]["id"]}" data-id_fiche="{name}" ',
        "url": f"{site.base}/?{quote(name)}",
    }


def _local(instant: datetime) -> str:
    return instant.astimezone(PARIS).strftime("%Y-%m-%d %H:%M:%S")
