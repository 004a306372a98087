"""RSS 2.0 as SPIP syndicates it (« référencer un site », plugin Sites): its key is the address of a resource.

What SPIP 4 does with a feed, and what follows here:

- an article is known by the address in its guid: the resource's own page, at its owner's. Two records that share a page
  would overwrite each other: only the first keeps it, the others are known by their page in the showcase;
- it stops after 1,000 items, and « effet miroir » unpublishes what is not among those it read: an item more would come
  and go at each visit;
- it shows 300 characters of the description: they end at the end of a sentence;
- links with a ``rel`` found anywhere in an item take the place of its keywords: those of the text lose theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from bridge.meaning.text import clean, summarise
from bridge.record import Entry, Record
from bridge.writers.feed import Feed, rights
from bridge.writers.rss import as_html, media_type, rfc822
from bridge.writers.stream import encode, live
from bridge.writers.xml import XML_DECLARATION, attribute, text

MEDIA_TYPE = "application/rss+xml; charset=utf-8"
EXTENSION = "spip.rss"
TITLE = "RSS pour SPIP"

MOST = 1000
"""Items that SPIP takes from one feed."""
_SUMMARY = 300
_LIKE_A_TAG = re.compile(r"<[\w/!?]")
_NAMESPACES = (
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)


def write(entries: Iterable[Entry], feed: Feed) -> Iterator[bytes]:
    """An RSS feed of at most 1,000 live records; its description says when there are more, and where they are."""
    return encode(_document(entries, feed))


def _document(entries: Iterable[Entry], feed: Feed) -> Iterator[str]:
    yield (
        f'{XML_DECLARATION}<rss version="2.0" {_NAMESPACES}><channel>'
        f"<title>{text(feed.title)}</title><link>{text(feed.home)}</link>"
        f"<language>{text(feed.language)}</language><lastBuildDate>{rfc822(feed.updated)}</lastBuildDate>"
        f"<generator>Partageons vert</generator>"
        f'<atom:link rel="self" type="application/rss+xml" href="{attribute(feed.url)}"/>\n'
    )
    held = live(entries)
    taken: set[str] = set()
    for entry, record in islice(held, MOST):
        page = record.url if record.url and record.url not in taken else feed.page(record.id)
        taken.add(page)
        yield _item(entry, record, page, feed)
    # After the items, as RSS allows: before them nobody knows yet how many there are.
    about = feed.description or feed.title
    if next(held, None):
        about += (
            f" Ce flux s’arrête à {MOST} ressources, ce que SPIP prend d’un flux : il y en a d’autres."
            f" Des flux plus étroits, par thème ou par territoire, et tous les formats : {feed.home}formats"
        )
    yield f"<description>{text(_shown(about))}</description></channel></rss>\n"


def _item(entry: Entry, r: Record, page: str, feed: Feed) -> str:
    words = feed.words
    source = text(words.source(r.source))
    types = (r.type,) if r.type else ()
    labels = [words.label(concept, feed.language) for concept in (*types, *r.themes)]
    # An empty one would be the last that SPIP reads.
    subjects = dict.fromkeys(filter(None, map(clean, (*labels, *r.keywords))))
    content = r.content.replace(' rel="noopener noreferrer"', "")
    out = [
        f'<item><title>{text(r.title)}</title><link>{text(page)}</link><guid isPermaLink="true">{text(page)}</guid>',
        f"<dc:date>{entry.datestamp}</dc:date><dc:creator>{source}</dc:creator>",
        f"<description>{text(_shown(summarise(r.abstract, _SUMMARY)))}</description>" if r.abstract else "",
        f"<content:encoded>{text(content)}</content:encoded>" if content else "",
        *[f"<dc:subject>{text(word)}</dc:subject>" for word in subjects],
        # RSS asks for the three: a file of unknown size has none.
        *[
            f'<enclosure url="{attribute(d.url)}" length="{d.size}"'
            f' type="{media_type(d.media_type) or "application/octet-stream"}"/>'
            for d in r.documents
        ],
        f"<dc:language>{text(r.language or feed.language)}</dc:language>",
        f"<dc:rights>{text(rights(r, words))}</dc:rights>",
        f'<source url="{attribute(page)}">{source}</source></item>\n',
    ]
    return "".join(out)


def _shown(plain: str) -> str:
    """A plain text; as HTML only where it looks like tags: SPIP would then show ``&amp;`` for each ``&``."""
    return as_html(plain) if _LIKE_A_TAG.search(plain) else plain
