"""A CKAN portal: the data sets of one organisation."""

from __future__ import annotations

import json

from bridge.demo.site import Answer, Asked, Fiche, Site, json_answer

ROBOTS = "User-agent: *\nDisallow: /user/\nDisallow: /api/\nAllow: /api/3/action/package_search\n"


def head(site: Site) -> str:
    return '<meta name="generator" content="ckan 2.10.4">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/dataset/{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path == "/organization/observatoire":
        return site.home()
    if asked.path != "/api/3/action/package_search":
        return None
    given = dict(asked.arguments)
    start, rows = int(given.get("start", 0)), int(given.get("rows", 10))
    shown = site.fiches()
    results = [_dataset(site, fiche) for fiche in shown[start : start + rows]]
    document = {"success": True, "result": {"count": len(shown), "results": results}}
    return json_answer(json.dumps(document, ensure_ascii=False))


def _dataset(site: Site, fiche: Fiche) -> dict[str, object]:
    values = fiche.values
    return {
        "id": f"9b3f0000-0000-4000-8000-{fiche.number:012}",
        "name": fiche.slug,
        "title": values["titre"],
        "notes": values["resume"],
        "license_id": "etalab-2.0",
        "license_title": "Licence Ouverte 2.0",
        "author": "Basile Terrier",
        "author_email": "basile.terrier@donnees.example",
        "organization": {"id": "o1", "name": "observatoire", "title": site.name},
        "tags": [{"name": values["theme"].lower(), "display_name": values["theme"]}],
        "groups": [{"name": values["theme"].lower(), "title": values["theme"], "display_name": values["theme"]}],
        "metadata_created": f"{fiche.created:%Y-%m-%dT%H:%M:%S.000000}",
        "metadata_modified": f"{fiche.modified:%Y-%m-%dT%H:%M:%S.000000}",
        "resources": [{"id": f"r{fiche.number}", "url": f"{site.base}/fichiers/{fiche.slug}.csv", "format": "CSV"}],
        "private": False,
        "state": "active",
    }
