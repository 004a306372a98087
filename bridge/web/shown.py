"""What the API shows of a record, of a target, of a likeness; and its own addresses."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask import request, url_for

from bridge.meaning.similarity import Reason as Found
from bridge.meaning.target import Target
from bridge.meaning.words import Words
from bridge.oai import oai_identifier
from bridge.record import SCHEMES, Entry, to_json
from bridge.store.search import Query
from bridge.web import answers
from bridge.web.addresses import feed_of, repository_of
from bridge.web.current import absolute, collective, to
from bridge.web.selection import label
from bridge.writers import WRITERS

ROOT = "/api/v1"
_REASONS = {
    "title": "Même titre, ou presque",
    "words": "Mots en commun",
    "identifier": "Même identifiant",
    "address": "Même adresse",
    "file": "Même fichier",
    "territory": "Territoire en commun",
    "theme": "Thème en commun",
}


def address(path: str) -> str:
    """The public address of a path of the API."""
    return absolute(f"{request.script_root}{ROOT}{path}")


def examples() -> dict[str, str]:
    """An id of today for each path of ``OPERATIONS`` that has one, when there is something to show."""
    newest = collective.index.search(Query(sort="recent", limit=1, facets=False)).ids
    ids = {"/records/{id}": next(iter(newest), ""), "/targets/{id}": next(iter(collective.targets), "")}
    return {path: id for path, id in ids.items() if id}


def target(each: Target) -> answers.Target:
    """A target and its addresses."""
    return {
        "id": each.id,
        "title": each.title,
        "addresses": {
            "page": absolute(to("targets.target", "fr", id=each.id)),
            "oai": repository_of(each),
            "records": f"{address('/records')}?{urlencode({'target': each.id})}",
            "feeds": {writer.EXTENSION: feed_of(writer.EXTENSION, each) for writer in WRITERS.values()},
        },
    }


def record(entry: Entry, words: Words | None = None) -> dict[str, Any]:
    """A record, and what a target calls its concepts when its words are given."""
    shown = to_json(entry.record) if entry.record else {}
    around: answers.Shown = {
        "datestamp": entry.datestamp,
        "oai_identifier": oai_identifier(entry.id, collective.settings.node),
        "links": {
            "self": absolute(url_for("api.record", id=entry.id)),
            "page": absolute(url_for("showcase.resource", id=entry.id)),
        },
    }
    if words:
        held = (shown.get(field, ()) for field in SCHEMES)
        codes = [code for value in held for code in ([value] if isinstance(value, str) else value)]
        around["labels"] = {code: words.label(code) for code in codes}
    return {**shown, **around}


def reason(found: Found) -> answers.Reason:
    """Why a record is given, in plain words."""
    named = found.values
    if found.kind in ("territory", "theme"):
        key = "territoire" if found.kind == "territory" else "theme"
        named = tuple(label(key, value) for value in named)
    told = f"{_REASONS[found.kind]} : {', '.join(named)}" if named else _REASONS[found.kind]
    return {"kind": found.kind, "label": told, "values": [*found.values]}
