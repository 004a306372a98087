"""A home-made JSON API: pages counted from 1, the address of the next one given."""

from __future__ import annotations

import json
import math

from bridge.demo.site import PARIS, Answer, Asked, Fiche, Site, json_answer

ROBOTS = "User-agent: *\nDisallow: /admin/\n"


def head(site: Site) -> str:
    address = site.base + site.content["api"]["path"]
    return f'<link rel="alternate" type="application/json" title="Actions" href="{address}">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/actions/{fiche.number}-{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    api = site.content["api"]
    if asked.path != api["path"]:
        return None
    fiches, size = site.fiches(), api["page"]
    pages = math.ceil(len(fiches) / size)
    text = dict(asked.arguments).get("page", "1")
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= pages:
        return json_answer('{"error":"page inconnue"}', 404)
    following = f"{site.base}{api['path']}?page={number + 1}" if number < pages else None
    document = {
        "data": [_action(site, fiche) for fiche in fiches[(number - 1) * size : number * size]],
        "meta": {"page": number, "pages": pages, "total": len(fiches)},
        "links": {"next": following},
    }
    return json_answer(json.dumps(document, ensure_ascii=False), Access_Control_Allow_Origin="*")


def _action(site: Site, fiche: Fiche) -> dict[str, object]:
    return {
        "id": fiche.number,
        **fiche.values,
        "referent": "Nadège Fauvel",
        "courriel": "nadege.fauvel@clairieres.example",
        "url": site.url(fiche),
        "dateModified": fiche.modified.astimezone(PARIS).isoformat(),
    }
