"""A SPIP: pages as its own templates write them, the site map of its articles, the RSS of the last ten."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime
from html import escape

from bridge.demo.site import Answer, Asked, Fiche, Site, html_answer, latest, slugs, utc

ROBOTS = "User-agent: *\nDisallow: /local/\nDisallow: /ecrire/\nDisallow: /prive/\n"
_LAST = 10
_SECTION = "spip.php?rubrique1"


def head(site: Site) -> str:
    return (
        '<meta name="generator" content="SPIP 4.4.3">'
        f'<link rel="alternate" type="application/rss+xml" title="Syndiquer tout le site" href="{_backend(site)}">'
    )


def page(site: Site, fiche: Fiche) -> str:
    return f"/spip.php?article{fiche.number}"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.target in ("/", f"/{_SECTION}"):
        found = html_answer(_section(site, asked.target == "/"))
    elif asked.target == "/spip.php?page=sitemap.xml":
        found = Answer(_sitemap(site).encode(), headers={"Content-Type": "text/xml; charset=utf-8"})
    elif asked.target == "/spip.php?page=backend":
        found = Answer(_rss(site).encode(), headers={"Content-Type": "text/xml; charset=utf-8"})
    elif articles := [fiche for fiche in site.fiches() if asked.target == page(site, fiche)]:
        found = html_answer(_article(site, articles[0]))
        found = found._replace(headers={**found.headers, "Last-Modified": format_datetime(articles[0].modified, True)})
    else:
        return None
    composed = f"SPIP 4.4.3 @ www.spip.net + {site.base}/local/config.txt"
    return found._replace(headers={**found.headers, "Composed-By": composed, "Vary": "Cookie, Accept-Encoding"})


def _backend(site: Site) -> str:
    return f"{site.base}/spip.php?page=backend"


def _sitemap(site: Site) -> str:
    """Home page, sections and articles alike, without their dates: that is how SPIP writes it."""
    named = [f"{site.base}/", f"{site.base}/{_SECTION}", *(site.url(fiche) for fiche in latest(site.fiches()))]
    urls = "".join(f"\n\n<url>\n\t<loc>{escape(url)}</loc>\n</url>\n" for url in named)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
        f' xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{urls}\n</urlset>\n'
    )


def _rss(site: Site) -> str:
    items = "".join(
        f'<item xml:lang="fr"><title>{escape(fiche.values["titre"])}</title><link>{site.url(fiche)}</link>'
        f'<guid isPermaLink="true">{site.url(fiche)}</guid><dc:date>{utc(fiche.created)}</dc:date>'
        f"<dc:creator>Hortense Vial</dc:creator><description>{escape(fiche.values['chapo'])}</description></item>\n"
        for fiche in latest(site.fiches())[:_LAST]
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        f'<channel xml:lang="fr"><title>{escape(site.name)}</title><link>{site.base}/</link><description></description>'
        f"<generator>SPIP - www.spip.net</generator>\n{items}</channel></rss>\n"
    )


def _section(site: Site, home: bool) -> str:
    entries = "".join(
        f'<li class="item hentry"><h3 class="entry-title"><a href="{page(site, fiche)[1:]}" rel="bookmark">'
        f'{escape(fiche.values["titre"])}</a></h3><div class="introduction entry-content">'
        f"<p>{escape(fiche.values['chapo'])}</p></div></li>"
        for fiche in latest(site.fiches())
    )
    title = site.name if home else site.about["section"]
    listed = f'<div class="liste articles"><ul class="liste-items">{entries}</ul></div>'
    kind = "sommaire" if home else "rubrique"
    return _page(site, f"page_{kind}", title, f"<h1>{escape(title)}</h1>{listed}")


def _article(site: Site, fiche: Fiche) -> str:
    values = fiche.values
    words = _words(values["mots"])
    text = "".join(f"<p>{escape(line)}</p>" for line in values["texte"].splitlines())
    by = '<span class="auteurs">par <a href="spip.php?auteur1">Hortense Vial</a></span>'
    lines = "".join(
        f"<p><strong>{label} :</strong> {escape(values[key])}</p>"
        for label, key in (("Commune", "commune"), ("Porteur", "porteur"), ("Budget", "budget"), ("Dates", "annee"))
        if values.get(key)
    )
    return _page(
        site,
        "page_article",
        values["titre"],
        f'<article class="content hentry"><header class="cartouche"><h1 class="crayon article-titre-{fiche.number}">'
        f'{escape(values["titre"])}</h1><p class="info-publi"><time pubdate="pubdate" datetime="{utc(fiche.created)}">'
        f"{fiche.created:%d/%m/%Y}</time>, {by}"
        f'</p></header><div class="chapo"><p>{escape(values["chapo"])}</p></div><div class="texte">{text}{lines}</div>'
        f'<div class="liste mots"><ul>{words}</ul></div></article>',
    )


def _words(words: Sequence[str]) -> str:
    return "".join(f'<li><a href="spip.php?{slugs(word)}" rel="tag">{escape(word)}</a></li>' for word in words)


def _page(site: Site, kind: str, title: str, body: str) -> str:
    return (
        f'<!DOCTYPE html><html dir="ltr" lang="fr"><head><base href="{site.base}/"><meta charset="utf-8">'
        f"<title>{escape(title)} - {escape(site.name)}</title>{head(site)}</head>"
        f'<body class="{kind}"><div class="page"><div class="header"><strong class="spip_logo"><a href="{site.base}/">'
        f'{escape(site.name)}</a></strong></div><div class="nav"><ul><li><a href="{_SECTION}">'
        f'{escape(site.about["section"])}</a></li></ul></div><div class="main"><div class="content" id="content">'
        f'<p class="arbo"><a href="{site.base}/">Accueil</a></p>{body}</div></div><div class="footer">'
        '<a href="spip.php?page=login">Se connecter</a> Organisme et actions inventés.</div></div></body></html>'
    )
