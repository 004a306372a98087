"""Atom (RFC 4287): the complete list, with tombstones (RFC 6721), licences (RFC 4946) and GeoRSS points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bridge.meaning import trail
from bridge.record import SCHEMES, Entry, Record
from bridge.writers.feed import Feed, rights
from bridge.writers.rss import media_type
from bridge.writers.stream import encode
from bridge.writers.xml import PV_NAMESPACE, XML_DECLARATION, attribute, text

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
EXTENSION = "atom"
TITLE = "Atom"

_NAMESPACES = (
    'xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"'
    ' xmlns:georss="http://www.georss.org/georss" xmlns:media="http://search.yahoo.com/mrss/"'
    f' xmlns:pv="{PV_NAMESPACE}"'
)


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """An Atom feed: ``updated`` is the datestamp, so that a reader notices every change."""
    return encode(_document(entries, feed))


def _document(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    title, url, home = text(feed.title), attribute(feed.url), attribute(feed.home)
    subtitle = f"<subtitle>{text(feed.description)}</subtitle>" if feed.description else ""
    hub = f'<link rel="hub" href="{attribute(feed.hub)}"/>' if feed.hub else ""
    yield (
        f'{XML_DECLARATION}<feed {_NAMESPACES} xml:lang="{attribute(feed.language)}">'
        f"<id>{url}</id><title>{title}</title>{subtitle}<updated>{feed.updated}</updated>"
        f'<link rel="self" type="application/atom+xml" href="{url}"/>'
        f'<link rel="alternate" type="text/html" href="{home}"/>'
        f"{hub}<author><name>{title}</name><uri>{home}</uri></author>"
        "<generator>Partageons vert</generator>\n"
    )
    for entry in entries:
        if entry.record is None:
            yield f'<at:deleted-entry ref="{attribute(feed.tag(entry.id))}" when="{entry.datestamp}"/>\n'
        else:
            yield _entry(entry, entry.record, feed)
    yield "</feed>\n"


def _entry(entry: Entry, r: Record, feed: Feed) -> str:
    page, source = attribute(feed.page(r.id)), text(feed.words.source(r.source))
    language = f' xml:lang="{attribute(r.language)}"' if r.language and r.language != feed.language else ""
    via = f'<link rel="via" type="text/html" href="{page}"/>' if r.url else ""
    licence = feed.words.licence(r.licence)[1]
    node = r.origin.node if r.origin and r.origin.node.startswith(("http://", "https://")) else ""
    home = f'<link rel="via" href="{attribute(node)}"/>' if node else ""
    out = [
        f"<entry{language}><id>{text(feed.tag(r.id))}</id><title>{text(r.title)}</title>",
        f"<published>{r.harvested}</published>" if r.harvested else "",
        f"<updated>{entry.datestamp}</updated>",
        f'<link rel="alternate" type="text/html" href="{attribute(r.url) or page}"/>{via}',
        *[_enclosure(d.url, d.media_type, d.size, d.title) for d in r.documents],
        f'<link rel="license" href="{attribute(licence)}"/>' if licence else "",
        *[f"<author><name>{text(who.name)}</name></author>" for who in r.authors],
        *[f"<contributor><name>{text(who.name)}</name></contributor>" for who in r.leads],
        *_categories(r, feed),
        f"<summary>{text(r.abstract)}</summary>" if r.abstract else "",
        f'<content type="html">{text(r.content)}</content>' if r.content else "",
        f"<rights>{text(rights(r, feed.words))}</rights>",
        f"<georss:point>{r.point.lat} {r.point.lon}</georss:point>" if r.point else "",
        f'<media:content medium="image" url="{attribute(r.image.url)}">' if r.image else "",
        f"<media:credit>{text(r.image.credit)}</media:credit>" if r.image and r.image.credit else "",
        "</media:content>" if r.image else "",
        f"<source><id>{text(feed.tag(r.source))}</id><title>{source}</title><updated>{entry.datestamp}</updated>{home}"
        f"<author><name>{source}</name></author></source>",
        f"<pv:path>{text(trail.line(trail.whole(r, feed.node)))}</pv:path></entry>\n",
    ]
    return "".join(out)


def _enclosure(url: str, said: str, size: int, title: str) -> str:
    known = media_type(said)
    kind = f' type="{known}"' if known else ""
    length = f' length="{size}"' if size else ""
    name = f' title="{attribute(title)}"' if title else ""
    return f'<link rel="enclosure" href="{attribute(url)}"{kind}{length}{name}/>'


def _categories(record: Record, feed: Feed) -> Iterator[str]:
    """Concepts with their scheme (its id in the vocabulary), then the source's own keywords without one."""
    for field, concepts in (("type", (record.type,) if record.type else ()), ("themes", record.themes)):
        for concept in concepts:
            label = attribute(feed.words.label(concept, feed.language))
            yield f'<category scheme="{PV_NAMESPACE}#{SCHEMES[field]}" term="{attribute(concept)}" label="{label}"/>'
    for keyword in record.keywords:
        yield f'<category term="{attribute(keyword)}"/>'
