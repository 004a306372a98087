"""How each kind of partner answers, as real sites of that kind were seen to answer."""

from __future__ import annotations

from bridge.demo.site import Speaker
from bridge.demo.sites import (
    atom,
    ckan,
    csv_file,
    drupal,
    geojson,
    geotrek,
    gogocarto,
    html_list,
    ics,
    json_api,
    oai,
    ods,
    rss,
    schema_org,
    umap,
    wordpress,
    yeswiki,
)

SPEAKERS: dict[str, Speaker] = {
    "atom": atom,
    "ckan": ckan,
    "csv": csv_file,
    "drupal": drupal,
    "geojson": geojson,
    "geotrek": geotrek,
    "gogocarto": gogocarto,
    "html": html_list,
    "ics": ics,
    "json": json_api,
    "oai": oai,
    "ods": ods,
    "rss": rss,
    "schema_org": schema_org,
    "umap": umap,
    "wordpress": wordpress,
    "yeswiki": yeswiki,
}
