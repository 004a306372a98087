"""A uMap map: its settings, then one GeoJSON a layer (a layer a theme)."""

from __future__ import annotations

import json

from bridge.demo.site import Answer, Asked, Fiche, Site, html_answer, json_answer, slugs

ROBOTS = "User-agent: *\nDisallow:\n"
ID = 4321


def head(site: Site) -> str:
    return ""


def page(site: Site, fiche: Fiche) -> str:
    return f"/lieux/{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    themes = sorted({fiche.values["theme"] for fiche in site.fiches()})
    if asked.path == f"/fr/map/{slugs(site.name)}_{ID}":
        settings = json.dumps(_settings(site, themes), ensure_ascii=False)
        head = f"<!doctype html><html><head><title>{site.name} - uMap</title></head>"
        return html_answer(
            f'{head}<body><div id="map"></div><script>new U.Map("map", {settings})</script></body></html>'
        )
    if asked.path in (f"/fr/map/{ID}/geojson/", f"/map/{ID}/geojson/"):
        return json_answer(json.dumps(_settings(site, themes), ensure_ascii=False))
    for theme in themes:
        if asked.path == f"/fr/datalayer/{ID}/{slugs(theme)}/":
            features = [_feature(site, fiche) for fiche in site.fiches() if fiche.values["theme"] == theme]
            layer = {"type": "FeatureCollection", "features": features, "_umap_options": {"name": theme}}
            return json_answer(json.dumps(layer, ensure_ascii=False))
    return None


def _settings(site: Site, themes: list[str]) -> dict[str, object]:
    layers = [
        {"id": slugs(theme), "name": theme, "displayOnLoad": True, "type": "Default", "rank": rank}
        for rank, theme in enumerate(themes)
    ]
    urls = {"datalayer_view": "/fr/datalayer/{map_id}/{pk}/"}
    properties = {"name": site.name, "id": ID, "umap_version": "2.9.0", "urls": urls, "datalayers": layers}
    return {"type": "Feature", "geometry": {"type": "Point", "coordinates": [2, 47]}, "properties": properties}


def _feature(site: Site, fiche: Fiche) -> dict[str, object]:
    values = fiche.values
    properties = {
        "name": values["titre"],
        "description": f"{values['resume']}\n[[{site.url(fiche)}|La fiche]]",
        "commune": values["commune"],
        "insee": values["insee"],
        "annee": values["annee"],
    }
    return {
        "type": "Feature",
        "id": f"u{fiche.number}",
        "properties": properties,
        "geometry": {"type": "Point", "coordinates": values["position"]},
    }
