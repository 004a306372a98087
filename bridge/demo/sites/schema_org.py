"""A site made by hand: a sitemap, and pages that describe themselves in JSON-LD (schema.org)."""

from __future__ import annotations

import json
from html import escape

from bridge.demo.site import Answer, Asked, Fiche, Site, html_answer, utc

ROBOTS = "User-agent: *\nDisallow: /brouillons/\n"
SITEMAP = "/sitemap.xml"


def head(site: Site) -> str:
    return ""


def page(site: Site, fiche: Fiche) -> str:
    return f"/fiches/{fiche.slug}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path == SITEMAP:
        named = [(site.url(fiche), utc(fiche.modified)) for fiche in site.fiches()]
        named += [(f"{site.base}{path}", utc(site.updated())) for path in ("/", "/mentions-legales", "/equipe")]
        urls = "".join(f"<url><loc>{escape(url)}</loc><lastmod>{when}</lastmod></url>" for url, when in named)
        body = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
        return Answer(body.encode(), headers={"Content-Type": "application/xml"})
    for fiche in site.fiches():
        if asked.target == page(site, fiche):
            return html_answer(_page(site, fiche))
    return None


def _page(site: Site, fiche: Fiche) -> str:
    values = fiche.values
    lon, lat = values["position"]
    said = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": values["titre"],
        "description": values["resume"],
        "keywords": values["theme"],
        "author": {"@type": "Person", "name": "Ernest Fougerolle"},
        "publisher": {"@type": "Organization", "name": site.name, "email": "bonjour@sentes.example"},
        "temporalCoverage": values["annee"],
        "datePublished": utc(fiche.created),
        "dateModified": utc(fiche.modified),
        "license": "https://creativecommons.org/licenses/by-sa/4.0/",
        "inLanguage": "fr",
        "spatialCoverage": {
            "@type": "Place",
            "name": f"{values['commune']} ({values['departement']})",
            "geo": {"@type": "GeoCoordinates", "latitude": lat, "longitude": lon},
        },
    }
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        f"<title>{escape(values['titre'])} – {escape(site.name)}</title>"
        f'<script type="application/ld+json">{json.dumps(said, ensure_ascii=False)}</script></head><body>'
        f'<nav><a href="/">Accueil</a> <a href="/equipe">Équipe</a></nav><main><h1>{escape(values["titre"])}</h1>'
        f"<p>{escape(values['resume'])}</p></main>"
        "<footer>Contact : 04 77 66 55 44. Actions et organisme inventés.</footer></body></html>"
    )
