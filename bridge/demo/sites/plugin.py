"""A site with our own module: OAI-PMH in ``pv``, its labels as they are, its other fields under their own names."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

from bridge.demo.site import Answer, Asked, Fiche, Site, utc
from bridge.demo.sites import oai

ROBOTS = "User-agent: *\nDisallow: /admin/\n"
_NAMESPACE = "https://partageons-vert.org/ns/pv/1.0"
_ELEMENTS = ("theme", "keyword", "territory", "place-text")
_OWN = {
    "period-text": ("periode", "Période"),
    "status": ("statut", "Statut"),
    "lead": ("porteur", "Porteur du projet"),
    "partner": ("partenaires", "Partenaires"),
    "funder": ("financeurs", "Financeurs"),
    "budget": ("budget", "Budget"),
}
"""The fields of the site: name of the content -> name and label of the field."""


def head(site: Site) -> str:
    return oai.head(site)


def page(site: Site, fiche: Fiche) -> str:
    return f"/fiche/{fiche.number}-{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    return oai.respond(site, asked, {"pv": _FORMAT, "oai_dc": oai.DUBLIN_CORE})


def _record(site: Site, fiche: Fiche) -> str:
    values = fiche.values
    parts = [
        ("id", f"fiche/{fiche.number}"),
        ("title", values["titre"]),
        ("abstract", values["resume"]),
        ("content", f"<p>{escape(values['resume'])}</p>"),
        ("type", values["type"]),
        ("url", site.url(fiche)),
    ]
    for name in _ELEMENTS:
        value = values.get(name, [])
        parts += [(name, text) for text in (value if isinstance(value, list) else [value])]
    body = "".join(f"<pv:{name}>{escape(text)}</pv:{name}>" for name, text in parts)
    if "position" in values:
        lon, lat = values["position"]
        body += f'<pv:point lon="{lon}" lat="{lat}"/>'
    body += f"<pv:licence>{escape(values['licence'])}</pv:licence>"
    body += f"<pv:created>{utc(fiche.created)}</pv:created><pv:modified>{utc(fiche.modified)}</pv:modified>"
    for name, (own, label) in _OWN.items():
        value = values.get(name, [])
        texts = "".join(
            f"<pv:value>{escape(text)}</pv:value>" for text in (value if isinstance(value, list) else [value])
        )
        body += f'<pv:source-field name="{own}" label="{label}" type="text">{texts}</pv:source-field>' if texts else ""
    audience = quoteattr(values.get("public", "Tous"))
    body += (
        '<pv:source-field name="bf_public" label="Public visé" type="list">'
        f'<pv:value key="1" label={audience}/></pv:source-field>'
    )
    return f'<pv:record xmlns:pv="{_NAMESPACE}">{body}</pv:record>'


_FORMAT = oai.Format("https://partageons-vert.org/schemas/pv.xsd", _NAMESPACE, _record)
