"""An Atom feed (RFC 4287) that lists all that its site publishes, and says so (RFC 5005, ``fh:complete``)."""

from __future__ import annotations

from html import escape as escape_html
from xml.sax.saxutils import escape, quoteattr

from bridge.demo.site import Answer, Asked, Fiche, Site, latest, utc
from bridge.demo.sites.validators import validated

ROBOTS = "User-agent: *\nDisallow:\n"
PATH = "/atom.xml"


def head(site: Site) -> str:
    return f'<link rel="alternate" type="application/atom+xml" title="Flux" href="{site.base}{PATH}">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/{fiche.slug}.html"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path != PATH:
        return None
    feed = site.content["feed"]
    complete = "<fh:complete/>" if feed["complete"] else ""
    entries = "".join(_entry(site, fiche) for fiche in latest(site.fiches()))
    document = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"'
        ' xmlns:georss="http://www.georss.org/georss" xmlns:fh="http://purl.org/syndication/history/1.0">'
        f"<title>{escape(site.name)}</title><subtitle>{escape(feed['subtitle'])}</subtitle>"
        f"<id>{site.base}/</id><updated>{utc(site.updated())}</updated>{complete}"
        f'<link rel="self" href="{site.base}{PATH}"/><link href="{site.base}/"/>'
        f"<rights>{escape(feed['rights'])}</rights>\n{entries}</feed>\n"
    )
    return validated(document.encode(), "application/atom+xml", site.updated())


def _entry(site: Site, fiche: Fiche) -> str:
    values = fiche.values
    categories = "".join(f"<category term={quoteattr(name)}/>" for name in values["categories"])
    content = values.get("content") or f"<p>{escape_html(values['summary'], quote=False)}</p>"
    point = f"<georss:point>{values['point']}</georss:point>" if "point" in values else ""
    return (
        f"<entry><title>{escape(values['title'])}</title><id>tag:{site.id}.example,2021:{fiche.number}</id>"
        f'<link rel="alternate" type="text/html" href={quoteattr(site.url(fiche))}/>'
        f"<published>{utc(fiche.created)}</published><updated>{utc(fiche.modified)}</updated>"
        f"<author><name>Nadège Fauvel</name></author>{categories}{point}"
        f'<summary>{escape(values["summary"])}</summary><content type="html">{escape(content)}</content></entry>\n'
    )
