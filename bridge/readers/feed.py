"""RSS 0.9x/1.0/2.0, Atom (RFC 4287) and JSON Feed 1.1, with paging and archives of RFC 5005.

Options: ``follow`` (read the next pages or archives too), ``complete`` (the feed lists all that the source has: what
leaves it is gone).

``data`` of an item: ``title``, ``link``, ``summary``, ``content`` (HTML as given, relative links made absolute where an
``xml:base`` is about them), ``published``, ``updated`` (as given), ``categories`` (list), ``enclosures`` (list of
``url``, ``type``, ``length``), ``language``, ``licence``, ``rights``, ``lat``, ``lon`` (degrees WGS84). A key without
value is left out. Authors are never taken: in a feed they are the page's editors.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import feedparser

from bridge.errors import ReadError
from bridge.readers import decode, hubs, listing, paging
from bridge.readers.trail import path_of
from bridge.record import Hop, Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

# Tags, of which a tolerant parser makes much more than a strict one.
_MAX_TAGS = 500_000
_HISTORY = "http://purl.org/syndication/history/1.0"
_COMPLETE = re.compile(r"<(?:[\w-]+:)?complete\s*/?>")
_ARCHIVE = re.compile(r"<(?:[\w-]+:)?archive\s*/?>")
_ROOT = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", re.I)
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|RDF)\s*>\s*\Z")
_DECLARATION = re.compile(r"\A\s*<\?xml.*?\?>", re.S)
_RELATIVE = re.compile(
    r"""(?<![\w-])((?:href|src)\s{0,9}=\s{0,9})(["'])(?![a-z][a-z0-9+.-]{1,12}:|//|\#)([^"'<>]{1,2000})\2""", re.I
)
_PROTECTED = re.compile(r"(?:Protégé|Protected)\s*:")


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The feed itself; a feed cannot be asked for what changed."""
    return Request(url)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The entries of one document. ``whole`` only when the feed (``fh:complete``) or the options say so.

    Raises:
        ReadError: a web page, a DOCTYPE, or no feed at all.
    """
    if response.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_feed(response, options)
    source = decode.xml_text(response)
    if not source.strip():
        raise ReadError("La réponse est vide : un flux RSS ou Atom était attendu.", "Vérifiez l'adresse du flux.")
    decode.refuse_swarm(source, ("<",), _MAX_TAGS)
    source, mended = decode.mend(source)
    document = _parsed(source)
    if not document.get("version") or not _ROOT.search(source):
        raise ReadError("La réponse n'est ni du RSS ni de l'Atom.", "Vérifiez l'adresse du flux.")
    problems = [decode.mending(mended)] if mended else []
    broken = bool(document.bozo)
    if broken:
        problems.append(Problem("Le flux est mal formé ou coupé : seules les entrées lisibles sont prises."))
    entries = document.entries
    if _is_empty_yeswiki(document.feed, entries):
        entries = []
    elif broken and not _END.search(source):
        entries = entries[:-1]  # what is left of the last one may be only half of it
    items = [item for entry in entries if (item := _item(entry, document.feed, response.url, problems))]
    history = _HISTORY in source
    complete = bool(options.get("complete")) or (history and bool(_COMPLETE.search(source)))
    follow = bool(options.get("follow")) or (history and bool(_ARCHIVE.search(source)))
    links = {link.get("rel"): link.get("href", "") for link in document.feed.get("links", ())}
    following = _following(response, links.get("prev-archive") or links.get("next") or "") if follow else ()
    hub, topic = hubs.named(response, links.get("hub", ""), links.get("self", ""))
    lost = bool(response.carry.get("steps")) and not entries and not broken
    if lost:
        problems.append(Problem("La suite du flux ne contient aucune entrée : rien n'est retiré."))
    whole = complete and not broken and not lost
    return listing.page(response, items, problems, whole=whole, next=following, hub=hub, topic=topic)


def _parsed(source: str) -> Any:
    try:
        return feedparser.parse(
            io.BytesIO(_DECLARATION.sub("", source, count=1).encode()),
            # Without the address: feedparser would make absolute identifiers that only look relative.
            response_headers={"content-type": "application/xml; charset=utf-8"},
            sanitize_html=False,
            resolve_relative_uris=False,
        )
    except Exception as error:  # its tolerant parser trips on some elements of a broken feed (« license » outside any)
        raise ReadError("Le flux est trop abîmé pour être lu.", "Signalez-le au site.") from error


def _following(response: Response, address: str) -> tuple[Request, ...]:
    there = paging.same_site(response.url, address) if address else ""
    return (Request(there, paging.step(response, response.url, there)),) if there else ()


def _is_empty_yeswiki(feed: Mapping[str, Any], entries: list[Any]) -> bool:
    """A YesWiki without entries gives one that says so, under the address of its home page."""
    return (
        len(entries) == 1
        and "stervinou.com" in feed.get("docs", "")
        and html.unescape(entries[0].get("title", "")) == html.unescape(entries[0].get("summary", ""))
    )


def _item(entry: dict[str, Any], feed: Mapping[str, Any], base: str, problems: list[Problem]) -> Item | None:
    link = _absolute(base, entry.get("link"))
    place = _place(entry)
    content: Mapping[str, Any] = max(entry.get("content", ()), key=lambda part: len(part.get("value", "")), default={})
    found: dict[str, Any] = {
        "title": entry.get("title", ""),
        "link": link,
        "summary": _based(entry.get("summary", ""), entry.get("summary_detail") or {}, base),
        "content": _based(content.get("value", ""), content, base),
        "published": entry.get("published", ""),
        # Not entry.get: feedparser would answer with the date of publication.
        "updated": dict.get(entry, "updated", ""),
        "categories": [tag.get("label") or tag.get("term") or "" for tag in entry.get("tags", ())],
        "enclosures": [_enclosure(e, base) for e in entry.get("enclosures", ()) if e.get("href")],
        "language": entry.get("language") or feed.get("language") or "",
        "licence": entry.get("license") or feed.get("license") or "",
        "rights": entry.get("rights") or feed.get("rights") or "",
        **place,
    }
    data = {key: value for key, value in found.items() if value not in ("", [], None)}
    own = [found["title"], found["summary"], found["content"]]
    name = listing.local_id(entry.get("id")) or listing.local_id(link) or listing.digest(own)
    title = html.unescape(found["title"])
    if _PROTECTED.match(title) and _hides(found["summary"], found["content"]):
        problems.append(Problem("Article protégé par un mot de passe : il est laissé de côté.", name))
        return None
    if not place and (entry.get("geo_lat") or entry.get("where")):
        problems.append(Problem("La position de cette fiche est illisible ou hors du monde.", name))
    return Item(name, data, link, _origin(entry))


def _based(text: str, detail: Mapping[str, Any], base: str) -> str:
    """HTML as given; where an ``xml:base`` says what its relative links are relative to, they are made absolute, for it
    is not the page that others are."""
    there = detail.get("base") or ""
    if not there or detail.get("type") == "text/plain":
        return text
    at = _absolute(base, there)
    return _RELATIVE.sub(lambda found: f"{found[1]}{found[2]}{_absolute(at, found[3]) or found[3]}{found[2]}", text)


def _hides(summary: str, content: str) -> bool:
    """WordPress gives a form for the password, or a summary that says there is none, in place of what it hides."""
    return "post_password" in content or not (content or summary) or "protégé" in summary or "protected" in summary


def _absolute(base: str, address: Any) -> str:
    """A web address, or nothing: feedparser takes any identifier for a link."""
    try:
        found = urljoin(base, address) if address and isinstance(address, str) else ""
    except ValueError:
        return ""
    return found if found.startswith(("http://", "https://")) else ""


def _enclosure(entry: Mapping[str, Any], base: str) -> dict[str, Any]:
    return {
        "url": _absolute(base, entry["href"]),
        "type": entry.get("type", ""),
        "length": listing.count(str(entry.get("length", ""))) or 0,
    }


def _place(entry: Mapping[str, Any]) -> dict[str, Any]:
    """GeoRSS (any shape: the centre of its bounds) or the W3C Basic Geo vocabulary."""
    where = entry.get("where") or {}
    if point := listing.centre(where.get("coordinates")):
        return {"lon": point[0], "lat": point[1]}
    point = listing.centre([entry.get("geo_long"), entry.get("geo_lat")])
    return {"lon": point[0], "lat": point[1]} if point else {}


def _origin(entry: Mapping[str, Any]) -> tuple[Hop, ...]:
    """Our own line, else ``atom:source``: the feed that an aggregator took the entry from."""
    if found := path_of({"path": entry.get("pv_path")}):
        return found
    source = entry.get("source") or {}
    node = source.get("id") or source.get("link") or source.get("href") or ""
    return (Hop(node=node, id=entry.get("id", ""), datestamp=source.get("updated", "")),) if node else ()


def _json_feed(response: Response, options: Mapping[str, Any]) -> Page:
    document = decode.json(response)
    entries = document.get("items")
    if "jsonfeed.org" not in str(document.get("version", "")) or not isinstance(entries, list):
        raise ReadError("La réponse est du JSON, mais pas un JSON Feed.", "Essayez le type de source « json_api ».")
    items = [_json_item(entry, document, response.url) for entry in entries if isinstance(entry, dict)]
    problems = listing.strangers(len(entries) - len(items))
    address = document.get("next_url") if options.get("follow") else ""
    following = _following(response, address) if isinstance(address, str) else ()
    whole = bool(options.get("complete")) and len(items) == len(entries)
    hub, topic = hubs.named(response, hubs.in_json(document.get("hubs")), document.get("feed_url"))
    return listing.page(response, items, problems, whole=whole, next=following, hub=hub, topic=topic)


def _json_item(entry: Mapping[str, Any], feed: Mapping[str, Any], base: str) -> Item:
    link = _absolute(base, entry.get("url") or entry.get("external_url"))
    tags, files = entry.get("tags"), entry.get("attachments")
    found = {
        "title": entry.get("title"),
        "link": link,
        "summary": entry.get("summary"),
        "content": entry.get("content_html") or entry.get("content_text"),
        "published": entry.get("date_published"),
        "updated": entry.get("date_modified"),
        "categories": tags if isinstance(tags, list) else [],
        "enclosures": [
            {"url": file["url"], "type": file.get("mime_type", ""), "length": file.get("size_in_bytes", 0)}
            for file in (files if isinstance(files, list) else ())
            if isinstance(file, dict) and file.get("url")
        ],
        "image": entry.get("image") or entry.get("banner_image"),
        "language": entry.get("language") or feed.get("language"),
        **{key: value for key, value in entry.items() if key.startswith("_")},
    }
    data = {key: value for key, value in found.items() if value not in (None, "", [])}
    name = listing.local_id(entry.get("id")) or listing.local_id(link) or listing.digest(entry)
    return Item(name, data, link, path_of(entry))
