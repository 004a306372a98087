"""A MediaWiki: ``api.php`` (lists of a category, contents by page number), an infobox at the top of each page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bridge.demo.site import Answer, Asked, Fiche, Site, json_answer, utc

ROBOTS = "User-agent: *\nDisallow: /w/index.php\nAllow: /w/api.php\n"
API = "/w/api.php"
_CATEGORY = "Catégorie:Initiatives"
_PARAMETERS = ("commune", "code postal", "thème", "porteur", "période", "budget", "licence")


def head(site: Site) -> str:
    return (
        '<meta name="generator" content="MediaWiki 1.43.1">'
        f'<link rel="EditURI" type="application/rsd+xml" href="{site.base}{API}?action=rsd">'
    )


def page(site: Site, fiche: Fiche) -> str:
    return f"/wiki/{quote(_named(fiche))}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path != API:
        return None
    given = dict(asked.arguments)
    if given.get("action") != "query":
        error = {"code": "badvalue", "info": 'Unrecognized value for parameter "action".'}
        return _answer({"error": error, "servedby": "demo"})
    if given.get("meta") == "siteinfo":
        return _answer({"batchcomplete": True, "query": _site(site)})
    fiches = site.fiches()
    if "pageids" in given:
        fiches = [fiche for fiche in fiches if str(fiche.number) in given["pageids"].split("|")]
        pages = [{**_info(fiche), **_contents(site, fiche)} for fiche in fiches]
    elif given.get("generator") == "allpages" or given.get("gcmtitle", "").endswith(":Initiatives"):
        pages = [_info(fiche) for fiche in fiches]
    else:
        return _answer({"batchcomplete": True})  # a category that has no pages, or does not exist
    return _answer({"batchcomplete": True, "query": {"pages": pages}})


def _answer(value: Mapping[str, Any]) -> Answer:
    return json_answer(json.dumps(value, ensure_ascii=False), X_Content_Type_Options="nosniff", Vary="Accept-Encoding")


def _named(fiche: Fiche) -> str:
    return str(fiche.values["titre"]).replace(" ", "_")


def _site(site: Site) -> dict[str, Any]:
    general = {"sitename": site.name, "generator": "MediaWiki 1.43.1", "script": "/w/index.php", "lang": "fr"}
    sizes = {"Initiatives": len(site.fiches()), "Ébauches": 3, "Pages avec des liens cassés": 4}
    listed = [{"category": name, "size": n, "pages": n, "files": 0, "subcats": 0} for name, n in sizes.items()]
    return {"general": general, "extensions": [{"type": "other", "name": "TextExtracts"}], "allcategories": listed}


def _info(fiche: Fiche) -> dict[str, Any]:
    return {
        "pageid": fiche.number,
        "ns": 0,
        "title": fiche.values["titre"],
        "contentmodel": "wikitext",
        "pagelanguage": "fr",
        "touched": utc(fiche.modified),
        "lastrevid": int(fiche.modified.timestamp()),
    }


def _contents(site: Site, fiche: Fiche) -> dict[str, Any]:
    values = fiche.values
    infobox = "".join(f"| {name} = {values[name]}\n" for name in _PARAMETERS if values.get(name))
    markup = f"{{{{Initiative\n{infobox}}}}}\n{values['texte']}\n\n[[{_CATEGORY}]]\n"
    revision = {
        "revid": int(fiche.modified.timestamp()),
        "timestamp": utc(fiche.modified),
        "slots": {"main": {"contentmodel": "wikitext", "contentformat": "text/x-wiki", "content": markup}},
    }
    return {
        "fullurl": site.url(fiche),
        "canonicalurl": site.url(fiche),
        "displaytitle": values["titre"],
        "revisions": [revision],
        "categories": [{"ns": 14, "title": _CATEGORY}],
        "extract": f"<p>{values['texte'].splitlines()[0]}</p>",
    }
