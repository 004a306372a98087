"""How each kind of partner answers, as real sites of that kind were seen to answer."""

from __future__ import annotations

from bridge.demo.site import Speaker
from bridge.demo.sites import atom, csv_file, geojson, json_api, oai, rss, wordpress, yeswiki

SPEAKERS: dict[str, Speaker] = {
    "atom": atom,
    "csv": csv_file,
    "geojson": geojson,
    "json": json_api,
    "oai": oai,
    "rss": rss,
    "wordpress": wordpress,
    "yeswiki": yeswiki,
}
