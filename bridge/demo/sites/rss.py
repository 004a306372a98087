"""An RSS 2.0 feed as WordPress writes it: the last ones only, dated by publication, ETag and Last-Modified honoured."""

from __future__ import annotations

from email.utils import format_datetime
from xml.sax.saxutils import escape

from bridge.demo.site import Answer, Asked, Fiche, Site, latest
from bridge.demo.sites.validators import validated
from bridge.meaning.text import plain

ROBOTS = "User-agent: *\nDisallow:\n"
PATH = "/feed/"


def head(site: Site) -> str:
    return f'<link rel="alternate" type="application/rss+xml" title="Flux" href="{site.base}{PATH}">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/{fiche.created:%Y/%m}/{fiche.slug}/"


def answer(site: Site, asked: Asked) -> Answer | None:
    if asked.path.rstrip("/") != PATH.rstrip("/"):
        return None
    feed = site.content["feed"]
    items = "".join(_item(site, fiche) for fiche in latest(site.fiches())[: feed["last"]])
    document = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"\n'
        '\txmlns:content="http://purl.org/rss/1.0/modules/content/"\n\txmlns:dc="http://purl.org/dc/elements/1.1/"\n'
        '\txmlns:atom="http://www.w3.org/2005/Atom"\n\txmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"\n\t>\n\n'
        f"<channel>\n\t<title>{escape(site.name)}</title>\n"
        f'\t<atom:link href="{site.base}{PATH}" rel="self" type="application/rss+xml" />\n'
        f"\t<link>{site.base}</link>\n\t<description>{escape(feed['subtitle'])}</description>\n"
        f"\t<lastBuildDate>{format_datetime(site.updated())}</lastBuildDate>\n\t<language>fr-FR</language>\n"
        f"{items}</channel>\n</rss>\n"
    )
    return validated(document.encode(), "application/rss+xml; charset=UTF-8", site.updated())


def _item(site: Site, fiche: Fiche) -> str:
    values = fiche.values
    categories = "".join(f"\t\t<category><![CDATA[{name}]]></category>\n" for name in values["categories"])
    place = f"\t\t<geo:lat>{values['lat']}</geo:lat><geo:long>{values['lon']}</geo:long>\n" if "lat" in values else ""
    return (
        f"\t<item>\n\t\t<title>{escape(values['title'])}</title>\n\t\t<link>{site.url(fiche)}</link>\n"
        f"\t\t<dc:creator><![CDATA[Nadège Fauvel]]></dc:creator>\n"
        f"\t\t<pubDate>{format_datetime(fiche.created)}</pubDate>\n{categories}"
        f'\t\t<guid isPermaLink="false">{site.base}/?p={fiche.number}</guid>\n{place}'
        f"\t\t<description><![CDATA[{plain(values['description'])}]]></description>\n"
        f"\t\t<content:encoded><![CDATA[{values['description']}]]></content:encoded>\n\t</item>\n"
    )
