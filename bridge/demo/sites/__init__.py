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
    mediawiki,
    oai,
    ods,
    plugin,
    rss,
    schema_org,
    spip,
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
    "mediawiki": mediawiki,
    "oai": oai,
    "ods": ods,
    "plugin": plugin,
    "rss": rss,
    "schema_org": schema_org,
    "spip": spip,
    "umap": umap,
    "wordpress": wordpress,
    "yeswiki": yeswiki,
}
