"""A table put on line by hand: saved by a French spreadsheet (Windows-1252, semicolons), served as a file."""

from __future__ import annotations

import csv
import io

from bridge.demo.site import Answer, Asked, Fiche, Site
from bridge.demo.sites.validators import validated

ROBOTS = "User-agent: *\nDisallow:\n"


def head(site: Site) -> str:
    return f'<link rel="alternate" type="text/csv" title="Tableau" href="{site.base}/{site.content["table"]["file"]}">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/projets/{fiche.number:03}.html"


def answer(site: Site, asked: Asked) -> Answer | None:
    table = site.content["table"]
    if asked.path != f"/{table['file']}":
        return None
    out = io.StringIO(newline="")
    rows = csv.DictWriter(out, [*table["columns"], "Lien"], restval="", delimiter=";")
    rows.writeheader()
    for fiche in site.fiches():
        rows.writerow({**fiche.values, "Référence": f"VA-{fiche.number:03}", "Lien": site.url(fiche)})
    return validated(out.getvalue().encode("cp1252"), "text/csv", site.updated())
