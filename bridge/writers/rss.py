"""RSS 2.0: every live resource, not the last ten, because SPIP unpublishes what leaves the feed."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime
from functools import lru_cache

from bridge.meaning import trail
from bridge.record import Entry, Record
from bridge.writers.feed import Feed, rights
from bridge.writers.stream import encode, live
from bridge.writers.xml import PV_NAMESPACE, XML_DECLARATION, attribute, text

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
EXTENSION = "rss"
TITLE = "RSS"

_NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:georss="http://www.georss.org/georss"'
    f' xmlns:media="http://search.yahoo.com/mrss/" xmlns:pv="{PV_NAMESPACE}"'
)

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+(?:;[^\"<>]*)?", re.ASCII)


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """An RSS feed; ``pubDate`` is the datestamp (RFC 822), the guid the partner's page as SPIP keys on it."""
    return encode(_document(entries, feed))


def _document(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    hub = f'<atom:link rel="hub" href="{attribute(feed.hub)}"/>' if feed.hub else ""
    yield (
        f'{XML_DECLARATION}<rss version="2.0" {_NAMESPACES}><channel>'
        f"<title>{text(feed.title)}</title><link>{text(feed.home)}</link>"
        f"<description>{text(as_html(feed.description or feed.title))}</description>"
        f"<language>{text(feed.language)}</language><lastBuildDate>{rfc822(feed.updated)}</lastBuildDate>"
        f"<generator>Partageons vert</generator>"
        f'<atom:link rel="self" type="application/rss+xml" href="{attribute(feed.url)}"/>{hub}\n'
    )
    taken: set[str] = set()
    for entry, record in live(entries):
        # Two records may share one page (a list, a file): the second is known by its own page here.
        page = record.url if record.url not in taken else ""
        taken.add(record.url)
        yield _item(entry, record, page, feed)
    yield "</channel></rss>\n"


def _item(entry: Entry, r: Record, page: str, feed: Feed) -> str:
    here = feed.page(r.id)
    label, source = feed.words.label, feed.words.source(r.source)
    types = (r.type,) if r.type else ()
    if page:
        guid = f'<guid isPermaLink="true">{text(page)}</guid>'
    elif r.url:
        guid = f'<guid isPermaLink="true">{text(here)}</guid>'
    else:
        guid = f'<guid isPermaLink="false">{text(feed.tag(r.id))}</guid>'
    out = [
        f"<item><title>{text(r.title)}</title><link>{text(r.url or here)}</link>{guid}",
        f"<pubDate>{rfc822(entry.datestamp)}</pubDate><dc:date>{entry.datestamp}</dc:date>",
        f"<description>{text(as_html(r.abstract))}</description>" if r.abstract else "",
        f"<content:encoded>{text(r.content)}</content:encoded>" if r.content else "",
        *[f"<category>{text(label(concept, feed.language))}</category>" for concept in (*types, *r.themes)],
        *[f"<dc:subject>{text(keyword)}</dc:subject>" for keyword in r.keywords],
        # Many readers show the creator where they show nothing of the source.
        *[f"<dc:creator>{text(name)}</dc:creator>" for name in [who.name for who in r.authors] or [source]],
        f"<dc:language>{text(r.language)}</dc:language>" if r.language else "",
        f"<dc:rights>{text(rights(r, feed.words))}</dc:rights>",
        f"<georss:point>{r.point.lat} {r.point.lon}</georss:point>" if r.point else "",
        f'<media:content medium="image" url="{attribute(r.image.url)}">' if r.image else "",
        f"<media:credit>{text(r.image.credit)}</media:credit>" if r.image and r.image.credit else "",
        "</media:content>" if r.image else "",
        f'<source url="{attribute(r.url or feed.url)}">{text(source)}</source>',
        f"<pv:path>{text(trail.line(trail.whole(r, feed.node)))}</pv:path></item>\n",
    ]
    return "".join(out)


def as_html(plain: str) -> str:
    """A plain text as the HTML that RSS descriptions are; untouched when it reads the same, as most do."""
    return html.escape(plain, quote=False) if "<" in plain or html.unescape(plain) != plain else plain


@lru_cache(4096)
def rfc822(instant: str) -> str:
    """``2026-11-01T10:00:00Z`` -> ``Sun, 01 Nov 2026 10:00:00 GMT``."""
    return format_datetime(datetime.fromisoformat(instant), usegmt=True)


def media_type(said: str) -> str:
    """What a source says of a file's type when it is one (« PDF » is none), else empty."""
    return said if _MEDIA_TYPE.fullmatch(said) else ""
