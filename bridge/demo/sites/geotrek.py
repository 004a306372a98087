"""A Geotrek-admin: contents of its API v2, whose codes are named by small lists."""

from __future__ import annotations

import json
from typing import Any

from bridge.demo.site import Answer, Asked, Fiche, Site, json_answer, utc

ROBOTS = "User-agent: *\nDisallow:\n"
API = "/api/v2"


def head(site: Site) -> str:
    return ""


def page(site: Site, fiche: Fiche) -> str:
    return f"/contenu/{fiche.number}-{fiche.slug}/"


def answer(site: Site, asked: Asked) -> Answer | None:
    if not asked.path.startswith(f"{API}/"):
        return None
    themes = sorted({fiche.values["theme"] for fiche in site.fiches()})
    named: dict[str, list[dict[str, Any]]] = {
        "theme": [{"id": n, "label": {"fr": theme}, "pictogram": None} for n, theme in enumerate(themes, 1)],
        "structure": [{"id": 1, "name": site.name}],
        "touristiccontent_category": [{"id": 1, "label": {"fr": "Lieux exemplaires"}, "order": 1, "types": []}],
        "touristiccontent": [_content(site, fiche, themes) for fiche in site.fiches()],
    }
    name, _, number = asked.path.removeprefix(f"{API}/").strip("/").partition("/")
    results = named.get(name, [])
    if number:
        found = [each for each in results if str(each["id"]) == number]
        return json_answer(json.dumps(found[0], ensure_ascii=False)) if found else json_answer("{}", 404)
    document = {"count": len(results), "next": None, "previous": None, "results": results}
    return json_answer(json.dumps(document, ensure_ascii=False))


def _content(site: Site, fiche: Fiche, themes: list[str]) -> dict[str, Any]:
    values = fiche.values
    return {
        "id": fiche.number,
        "url": f"{site.base}{API}/touristiccontent/{fiche.number}/",
        "uuid": f"7d2e0000-0000-4000-8000-{fiche.number:012}",
        "name": {"fr": values["titre"], "en": ""},
        "description_teaser": {"fr": f"<p>{values['resume']}</p>", "en": ""},
        "description": {"fr": f"<p>{values['resume']}</p>", "en": ""},
        "category": 1,
        "types": {},
        "themes": [themes.index(values["theme"]) + 1],
        "published": {"fr": True, "en": False},
        "structure": 1,
        "city_codes": [values["insee"]],
        "contact": "<p>Garde : 06 44 55 66 77</p>",
        "email": "garde@crete.example",
        "geometry": {"type": "Point", "coordinates": values["position"]},
        "website": site.url(fiche),
        "create_datetime": utc(fiche.created),
        "update_datetime": utc(fiche.modified),
    }
