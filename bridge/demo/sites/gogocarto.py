"""A GoGoCarto map: its elements at one address, in full."""

from __future__ import annotations

import json

from bridge.demo.site import Answer, Asked, Fiche, Site, json_answer, utc

ROBOTS = "User-agent: *\nDisallow:\n"


def head(site: Site) -> str:
    return '<script src="/js/gogocarto.js"></script>'


def page(site: Site, fiche: Fiche) -> str:
    return f"/annuaire/{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path != "/api/elements.json":
        return None
    limit = int(dict(asked.arguments).get("limit", 0)) or None
    elements = [_element(site, fiche) for fiche in site.fiches()[:limit]]
    document = {
        "licence": "https://opendatacommons.org/licenses/odbl/summary/",
        "ontology": "gogofull",
        "data": elements,
    }
    return json_answer(json.dumps(document, ensure_ascii=False))


def _element(site: Site, fiche: Fiche) -> dict[str, object]:
    values = fiche.values
    lon, lat = values["position"]
    return {
        "id": f"e{fiche.number}",
        "name": values["titre"],
        "geo": {"latitude": lat, "longitude": lon},
        "sourceKey": site.name,
        "address": {"addressLocality": values["commune"], "postalCode": values["cp"], "addressCountry": "FR"},
        "createdAt": utc(fiche.created).replace("Z", "+00:00"),
        "updatedAt": utc(fiche.modified).replace("Z", "+00:00"),
        "status": 1,
        "categories": [values["theme"]],
        "description": values["resume"],
        "email": "bonjour@friches.example",
        "website": site.url(fiche),
    }
