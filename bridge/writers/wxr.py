"""WordPress eXtended RSS 1.2: what « Outils, Importer, WordPress » takes once, as posts to read before publishing.

Everything comes as a draft: a person chooses what the site shows, and nothing of ours appears by itself. Each post ends
with a link to the resource at its owner's, its source and its licence. What the importer goes by:

- it knows a post again by its title and its date: that is when the record was first seen here, which does not move, so
  that a newer file adds what is new and leaves alone what is there;
- it looks for a term by its slug: that of a category is our code (``t-tvb``), whatever it is called;
- it asks to which account posts go: the login of the file is the network's, never a person's.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from bridge.meaning.text import clean, fold
from bridge.record import Entry, Record
from bridge.writers.feed import Feed
from bridge.writers.rss import as_html, rfc822
from bridge.writers.stream import encode, live
from bridge.writers.xml import XML_DECLARATION, attribute, legal, text

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
EXTENSION = "wxr.xml"
TITLE = "Import WordPress (WXR)"

LOGIN = "partageons-vert"
_NAMESPACES = (
    'xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:wp="http://wordpress.org/export/1.2/"'
)
_NOT_SLUG = re.compile(r"[\W_]+")


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """A WXR file: each live record as a draft post, each concept as a category before the first post that has it."""
    return encode(_document(entries, feed))


def _document(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    home, own, date = text(feed.home), text(feed.url.partition("?")[0]), rfc822(feed.updated)
    yield (
        f'{XML_DECLARATION}<rss version="2.0" {_NAMESPACES}>\n<channel>\n'
        f"<title>{text(feed.title)}</title>\n<link>{home}</link>\n"
        f"<description>{text(as_html(feed.description or feed.title))}</description>\n"
        f"<pubDate>{date}</pubDate>\n<language>{text(feed.language)}</language>\n"
        f"<wp:wxr_version>1.2</wp:wxr_version>\n"
        # The importer can turn links to the site of origin into links to the new one: none leads here.
        f"<wp:base_site_url>{own}</wp:base_site_url>\n<wp:base_blog_url>{own}</wp:base_blog_url>\n"
        f"<wp:author><wp:author_id>1</wp:author_id><wp:author_login>{_cdata(LOGIN)}</wp:author_login>"
        f"<wp:author_email>{_cdata('')}</wp:author_email>"
        f"<wp:author_display_name>{_cdata(feed.title)}</wp:author_display_name>"
        f"<wp:author_first_name>{_cdata('')}</wp:author_first_name>"
        f"<wp:author_last_name>{_cdata('')}</wp:author_last_name></wp:author>\n"
        "<generator>Partageons vert</generator>\n"
    )
    known: dict[str, int] = {}
    for number, (entry, record) in enumerate(live(entries), 1):
        concepts = [concept for concept in (record.type, *record.themes) if concept]
        for concept in concepts:
            if concept not in known:
                known[concept] = len(known) + 1
                yield _category(known[concept], concept, feed)
        yield _item(number, entry, record, concepts, feed)
    yield "</channel>\n</rss>\n"


def _category(number: int, concept: str, feed: Feed) -> str:
    return (
        f"<wp:category><wp:term_id>{number}</wp:term_id>"
        f"<wp:category_nicename>{_cdata(concept)}</wp:category_nicename>"
        f"<wp:category_parent>{_cdata('')}</wp:category_parent>"
        f"<wp:cat_name>{_cdata(feed.words.label(concept, feed.language))}</wp:cat_name></wp:category>\n"
    )


def _item(number: int, entry: Entry, r: Record, concepts: list[str], feed: Feed) -> str:
    words, page = feed.words, feed.page(r.id)
    first_seen, modified = r.harvested or entry.datestamp, entry.datestamp
    terms = [("category", concept, words.label(concept, feed.language)) for concept in concepts]
    terms += [("post_tag", _NOT_SLUG.sub("-", fold(word)).strip("-") or word, word) for word in _keywords(r)]
    out = [
        # Titles and excerpts are HTML there.
        f"<item>\n<title>{_cdata(as_html(r.title))}</title>\n<link>{text(r.url or page)}</link>\n"
        f"<pubDate>{rfc822(first_seen)}</pubDate>\n<dc:creator>{_cdata(LOGIN)}</dc:creator>\n"
        # WordPress keeps what looks like a web address only.
        f'<guid isPermaLink="false">{text(page)}</guid>\n<description></description>\n'
        f"<content:encoded>{_cdata(_content(r, feed))}</content:encoded>\n"
        f"<excerpt:encoded>{_cdata(as_html(r.abstract))}</excerpt:encoded>\n<wp:post_id>{number}</wp:post_id>\n"
        f"<wp:post_date>{_cdata(_sql(first_seen))}</wp:post_date>\n"
        f"<wp:post_date_gmt>{_cdata(_sql(first_seen))}</wp:post_date_gmt>\n"
        f"<wp:post_modified>{_cdata(_sql(modified))}</wp:post_modified>\n"
        f"<wp:post_modified_gmt>{_cdata(_sql(modified))}</wp:post_modified_gmt>\n"
        f"<wp:comment_status>{_cdata('closed')}</wp:comment_status>\n<wp:ping_status>{_cdata('closed')}</wp:ping_status>\n"
        f"<wp:post_name>{_cdata('')}</wp:post_name>\n<wp:status>{_cdata('draft')}</wp:status>\n"
        "<wp:post_parent>0</wp:post_parent>\n<wp:menu_order>0</wp:menu_order>\n"
        f"<wp:post_type>{_cdata('post')}</wp:post_type>\n<wp:post_password>{_cdata('')}</wp:post_password>\n"
        "<wp:is_sticky>0</wp:is_sticky>\n",
        *[
            f'<category domain="{taxonomy}" nicename="{attribute(slug)}">{_cdata(name)}</category>\n'
            for taxonomy, slug, name in terms
        ],
        *[
            f"<wp:postmeta><wp:meta_key>{_cdata(key)}</wp:meta_key><wp:meta_value>{_cdata(value)}</wp:meta_value></wp:postmeta>\n"
            for key, value in _meta(r, feed).items()
            if value
        ],
        "</item>\n",
    ]
    return "".join(out)


def _keywords(r: Record) -> Iterable[str]:
    return dict.fromkeys(filter(None, map(clean, r.keywords)))


def _content(r: Record, feed: Feed) -> str:
    """The text, else the abstract, as HTML; then where it comes from and what may be done with it."""
    body = r.content or "".join(f"<p>{html.escape(line)}</p>" for line in r.abstract.splitlines() if line.strip())
    licence, address = feed.words.licence(r.licence)
    under = _link(address, licence) if address else html.escape(licence)
    parts = (_link(r.url or feed.page(r.id), feed.words.source(r.source)), under, html.escape(r.attribution))
    return "\n".join(filter(None, (body, f"<p>Source : {' – '.join(filter(None, parts))}</p>")))


def _link(url: str, label: str) -> str:
    return f'<a href="{html.escape(url)}">{html.escape(label)}</a>'


def _meta(r: Record, feed: Feed) -> dict[str, str]:
    """Custom fields: ours, and WordPress's own names for a position."""
    licence, address = feed.words.licence(r.licence)
    place = r.place_text or ", ".join(map(feed.words.place, r.territories))
    return {
        "partageons_id": r.id,
        "partageons_source": feed.words.source(r.source),
        "partageons_url": r.url,
        "partageons_licence": licence,
        "partageons_licence_url": address,
        "partageons_attribution": r.attribution,
        "geo_latitude": str(r.point.lat) if r.point else "",
        "geo_longitude": str(r.point.lon) if r.point else "",
        "geo_address": place,
    }


def _sql(instant: str) -> str:
    """``2026-11-01T10:00:00Z`` -> ``2026-11-01 10:00:00``."""
    return instant.rstrip("Z").replace("T", " ")


def _cdata(value: str) -> str:
    """A CDATA section, as WordPress writes them and as the plainest of its importer's parsers asks."""
    return f"<![CDATA[{legal(value).replace(']]>', ']]]]><![CDATA[>')}]]>"
