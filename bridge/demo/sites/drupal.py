"""A Drupal with JSON:API: one content type, its themes as related terms, fifty contents a page at most."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from bridge.demo.site import Answer, Asked, Fiche, Site, json_answer, slugs, utc

ROBOTS = "User-agent: *\nDisallow: /admin/\nDisallow: /user/\n"
TYPE = "retour_experience"


def head(site: Site) -> str:
    return '<meta name="Generator" content="Drupal 10 (https://www.drupal.org)">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/experiences/{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path == "/jsonapi":
        links = {
            name: {"href": f"{site.base}/jsonapi/{name.replace('--', '/')}"} for name in ("node--page", f"node--{TYPE}")
        }
        return _answer({"data": [], "links": links})
    if asked.path != f"/jsonapi/node/{TYPE}":
        return None
    given = dict(asked.arguments)
    size, offset = min(int(given.get("page[limit]", 50)), 50), int(given.get("page[offset]", 0))
    shown = site.fiches()[offset : offset + size]
    following: dict[str, Any] = {}
    if offset + size < len(site.fiches()):
        following["next"] = {
            "href": f"{site.base}{asked.path}?{quote('page[offset]')}={offset + size}&page[limit]={size}"
        }
    themes = sorted({fiche.values["theme"] for fiche in shown}) if "include" in given else []
    return _answer(
        {
            "data": [_node(site, fiche) for fiche in shown],
            "included": [_term(each) for each in themes],
            "links": following,
        }
    )


def _node(site: Site, fiche: Fiche) -> dict[str, Any]:
    values = fiche.values
    text = values["resume"]
    lon, lat = values["position"]
    attributes = {
        "drupal_internal__nid": fiche.number,
        "langcode": "fr",
        "status": True,
        "title": values["titre"],
        "created": utc(fiche.created).replace("Z", "+00:00"),
        "changed": utc(fiche.modified).replace("Z", "+00:00"),
        "path": {"alias": page(site, fiche), "pid": fiche.number, "langcode": "fr"},
        "body": {"value": text, "format": "basic_html", "processed": f"<p>{text}</p>", "summary": ""},
        "field_commune": values["commune"],
        "field_code_insee": values["insee"],
        "field_periode": values["annee"],
        "field_budget": values["budget"],
        "field_porteur": values["porteur"],
        "field_geo": {"value": f"POINT ({lon} {lat})", "geo_type": "Point", "lat": lat, "lon": lon},
        "field_courriel_referent": "agathe.rolland@bocages.example",
    }
    terms = {"field_thematique": {"data": [{"type": "taxonomy_term--thematique", "id": slugs(values["theme"])}]}}
    return {
        "type": f"node--{TYPE}",
        "id": f"5a1c0000-0000-4000-8000-{fiche.number:012}",
        "attributes": attributes,
        "relationships": terms,
    }


def _term(name: str) -> dict[str, Any]:
    return {"type": "taxonomy_term--thematique", "id": slugs(name), "attributes": {"name": name, "status": True}}


def _answer(value: dict[str, Any]) -> Answer:
    found = json_answer(json.dumps({"jsonapi": {"version": "1.0"}, **value}, ensure_ascii=False))
    return found._replace(headers={**found.headers, "Content-Type": "application/vnd.api+json"})
