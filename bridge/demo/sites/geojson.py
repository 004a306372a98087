"""A map as a file: one GeoJSON FeatureCollection (RFC 7946)."""

from __future__ import annotations

import json

from bridge.demo.site import Answer, Asked, Fiche, Site, utc
from bridge.demo.sites.validators import validated

ROBOTS = "User-agent: *\nDisallow:\n"


def head(site: Site) -> str:
    file = site.content["map"]["file"]
    return f'<link rel="alternate" type="application/geo+json" title="Carte" href="{site.base}/{file}">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/carte/{fiche.number}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path != f"/{site.content['map']['file']}":
        return None
    document = {
        "type": "FeatureCollection",
        "name": site.name,
        "features": [_feature(site, fiche) for fiche in site.fiches()],
    }
    return validated(json.dumps(document, ensure_ascii=False).encode(), "application/geo+json", site.updated())


def _feature(site: Site, fiche: Fiche) -> dict[str, object]:
    properties = {name: value for name, value in fiche.values.items() if name != "position"}
    return {
        "type": "Feature",
        "id": f"chantier-{fiche.number}",
        "geometry": {"type": "Point", "coordinates": fiche.values["position"]},
        "properties": {**properties, "url": site.url(fiche), "date_maj": utc(fiche.modified)},
    }
