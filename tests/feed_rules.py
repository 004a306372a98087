"""What feeds must keep to, as a feed validator would say it: RFC 4287 (Atom), RSS 2.0.11, JSON Feed 1.1.

Each function gives the rules that a document breaks, in words; an empty list is a good feed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

ATOM = "{http://www.w3.org/2005/Atom}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_IRI = re.compile(r'[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+', re.I)
_WEB = re.compile(r'https?://[^\s/<>"{}|\\^`][^\s<>"{}|\\^`]*', re.I)
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RFC822 = re.compile(r"((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?\d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d(:\d\d)? (GMT|[+-]\d{4})")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][\w!#$&^.+-]*/[A-Za-z0-9][\w!#$&^.+-]*(\s*;.*)?")
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*")

_CHANNEL_ONCE = (
    *("title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate"),
    *("lastBuildDate", "generator", "docs", "cloud", "ttl", "image", "rating", "textInput", "skipHours", "skipDays"),
)
_ITEM_ONCE = ("title", "link", "description", "author", "comments", "guid", "pubDate", "source")


# Atom ------------------------------------------------------------------------------------------------------------


def atom(feed: Any) -> list[str]:
    """The rules that an ``atom:feed`` element breaks."""
    return list(_atom(feed))


def _atom(feed: Any) -> Iterator[str]:
    if feed.tag != f"{ATOM}feed":
        yield f"the root is {feed.tag}"
    yield from _counts(
        feed, once=("id", "title", "updated"), at_most=("generator", "icon", "logo", "rights", "subtitle")
    )
    yield from _constructs(feed)
    if not [link for link in feed.iterfind(f"{ATOM}link") if link.get("rel") == "self"]:
        yield "the feed has no link to itself (4.1.1)"
    entries = feed.findall(f"{ATOM}entry")
    for entry in entries:
        name = entry.findtext(f"{ATOM}id") or "an entry"
        for broken in _atom_entry(entry, feed):
            yield f"{name}: {broken}"
    seen = Counter((entry.findtext(f"{ATOM}id"), entry.findtext(f"{ATOM}updated")) for entry in entries)
    yield from (f"{pair}: two entries of one id at one moment (4.1.1)" for pair, count in seen.items() if count > 1)


def _atom_entry(entry: Any, feed: Any) -> Iterator[str]:
    yield from _counts(entry, ("id", "title", "updated"), ("content", "published", "rights", "source", "summary"))
    yield from _constructs(entry)
    content, source = entry.find(f"{ATOM}content"), entry.find(f"{ATOM}source")
    alternates = [link for link in entry.iterfind(f"{ATOM}link") if link.get("rel", "alternate") == "alternate"]
    if content is None and not alternates:
        yield "neither content nor an alternate link (4.1.2)"
    if content is not None and content.get("src") and entry.find(f"{ATOM}summary") is None:
        yield "content is elsewhere and there is no summary (4.1.2)"
    if not [e for e in (entry, source, feed) if e is not None and e.find(f"{ATOM}author") is not None]:
        yield "no author, in the entry, its source or the feed (4.1.2)"
    if source is not None:
        yield from _counts(source, (), ("id", "title", "updated", "generator", "icon", "logo", "rights", "subtitle"))
        yield from _constructs(source)


def _counts(parent: Any, once: Iterable[str], at_most: Iterable[str]) -> Iterator[str]:
    for name in once:
        if (count := len(parent.findall(ATOM + name))) != 1:
            yield f"{count} {name}, exactly one is asked"
    for name in at_most:
        if (count := len(parent.findall(ATOM + name))) > 1:
            yield f"{count} {name}, one at most"


def _constructs(parent: Any) -> Iterator[str]:
    """What each kind of child element must hold (sections 3 and 4.2)."""
    if (language := parent.get(_XML_LANG)) is not None and not _LANGUAGE.fullmatch(language):
        yield f"xml:lang {language!r}"
    alternates = Counter(
        (link.get("type"), link.get("hreflang"))
        for link in parent.iterfind(f"{ATOM}link")
        if link.get("rel", "alternate") == "alternate"
    )
    yield from (f"two alternate links of one type, {which}" for which, count in alternates.items() if count > 1)
    for child in parent:
        name = child.tag.removeprefix(ATOM)
        text = child.text or ""
        match name:
            case "id" | "icon" | "logo":
                if not _IRI.fullmatch(text):
                    yield f"{name} is no IRI: {text!r}"
            case "updated" | "published":
                if not _is_rfc3339(text):
                    yield f"{name} is no date: {text!r}"
            case "title" | "subtitle" | "summary" | "rights":
                if child.get("type", "text") not in ("text", "html") or len(child):
                    yield f"{name} is neither text nor html"
            case "content":
                if child.get("type", "text") not in ("text", "html") or len(child):
                    yield "content is neither text nor html"
            case "author" | "contributor":
                yield from _person(child)
            case "category":
                if child.get("term") is None or not _IRI.fullmatch(child.get("scheme", "tag:none")):
                    yield "a category without term, or with a scheme that is no IRI"
            case "link":
                yield from _link(child)
            case "generator":
                if not text.strip():
                    yield "generator says nothing"
            case "entry" | "source":
                pass
            case _:
                if child.tag.startswith(ATOM):
                    yield f"unknown element {name}"


def _person(person: Any) -> Iterator[str]:
    yield from _counts(person, ("name",), ("uri", "email"))
    if not (person.findtext(f"{ATOM}name") or "").strip():
        yield "a person without name"
    if (uri := person.findtext(f"{ATOM}uri")) is not None and not _IRI.fullmatch(uri):
        yield f"a person's uri is no IRI: {uri!r}"


def _link(link: Any) -> Iterator[str]:
    if not _IRI.fullmatch(link.get("href", "")):
        yield f"a link leads to {link.get('href')!r}"
    if (kind := link.get("type")) is not None and not _MEDIA_TYPE.fullmatch(kind):
        yield f"a link's type is {kind!r}"
    if (length := link.get("length")) is not None and not length.isdecimal():
        yield f"a link's length is {length!r}"


# RSS -------------------------------------------------------------------------------------------------------------


def rss(document: Any) -> list[str]:
    """The rules that an ``rss`` element breaks. Elements of other namespaces are let through, as the format asks."""
    return list(_rss(document))


def _rss(document: Any) -> Iterator[str]:
    if document.tag != "rss" or document.get("version") != "2.0" or [child.tag for child in document] != ["channel"]:
        yield "no rss element, version 2.0, with one channel"
        return
    channel = document[0]
    yield from _known(channel, {*_CHANNEL_ONCE, "category", "item"}, _CHANNEL_ONCE)
    for name in ("title", "link", "description"):
        if not (channel.findtext(name) or "").strip():
            yield f"the channel has no {name}"
    yield from _addresses_and_dates(channel, "pubDate", "lastBuildDate")
    if not _LANGUAGE.fullmatch(channel.findtext("language", "fr")):
        yield f"language {channel.findtext('language')!r}"
    guids: Counter[str] = Counter()
    for number, item in enumerate(channel.iterfind("item"), 1):
        guids[item.findtext("guid", "")] += 1
        for broken in _rss_item(item):
            yield f"item {number} ({item.findtext('guid')}): {broken}"
    yield from (f"{count} items have the guid {guid!r}" for guid, count in guids.items() if guid and count > 1)


def _rss_item(item: Any) -> Iterator[str]:
    yield from _known(item, {*_ITEM_ONCE, "category", "enclosure"}, _ITEM_ONCE)
    if not (item.findtext("title") or "").strip() and not (item.findtext("description") or "").strip():
        yield "neither title nor description"
    yield from _addresses_and_dates(item, "pubDate")
    guid = item.find("guid")
    if guid is not None:
        permanent = guid.get("isPermaLink", "true")
        if permanent not in ("true", "false") or not (guid.text or "").strip():
            yield "an odd guid"
        if permanent == "true" and not _WEB.fullmatch(guid.text or ""):
            yield "the guid is said to be an address and is none"
    if "@" not in item.findtext("author", "@"):
        yield "author is no e-mail address"
    for enclosure in item.iterfind("enclosure"):
        url, length, kind = (enclosure.get(name, "") for name in ("url", "length", "type"))
        if not (_WEB.fullmatch(url) and length.isdecimal() and _MEDIA_TYPE.fullmatch(kind)):
            yield f"an enclosure without good url, length and type: {dict(enclosure.attrib)}"
    source = item.find("source")
    if source is not None and not (_WEB.fullmatch(source.get("url", "")) and (source.text or "").strip()):
        yield "source has no address or no name"


def _known(parent: Any, names: set[str], once: tuple[str, ...]) -> Iterator[str]:
    found = Counter(child.tag for child in parent if not child.tag.startswith("{"))
    yield from (f"unknown element {name}" for name in found if name not in names)
    yield from (f"{found[name]} {name}, one at most" for name in once if found[name] > 1)


def _addresses_and_dates(parent: Any, *dates: str) -> Iterator[str]:
    if (link := parent.findtext("link")) is not None and not _WEB.fullmatch(link):
        yield f"link leads to {link!r}"
    for name in dates:
        if (text := parent.findtext(name)) is not None and not _is_rfc822(text):
            yield f"{name} is no date: {text!r}"


def _is_rfc822(text: str) -> bool:
    try:
        return bool(_RFC822.fullmatch(text)) and parsedate_to_datetime(text).strftime("%a") in ("", text[:3])
    except ValueError:
        return False


def _is_rfc3339(text: str) -> bool:
    try:
        return bool(_RFC3339.fullmatch(text)) and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


# JSON Feed -------------------------------------------------------------------------------------------------------


def json_feed(feed: Any) -> list[str]:
    """The rules that a JSON Feed breaks."""
    return list(_json_feed(feed))


def _json_feed(feed: Any) -> Iterator[str]:
    if feed.get("version") != "https://jsonfeed.org/version/1.1" or not feed.get("title"):
        yield "no version 1.1, or no title"
    for name in ("home_page_url", "feed_url"):
        if not _WEB.fullmatch(feed.get(name, "https://a")):
            yield f"{name} is {feed[name]!r}"
    items = feed.get("items")
    if not isinstance(items, list):
        yield "no list of items"
        return
    ids = Counter(item.get("id") for item in items)
    yield from (f"{count} items have the id {name!r}" for name, count in ids.items() if count > 1)
    for item in items:
        for broken in _json_item(item):
            yield f"{item.get('id')}: {broken}"


def _json_item(item: Any) -> Iterator[str]:
    if not isinstance(item.get("id"), str) or not item["id"]:
        yield "no id, or one that is no text"
    if not (item.get("content_html") or item.get("content_text")):
        yield "no content"
    for name in ("url", "external_url", "image", "banner_image"):
        if name in item and not _WEB.fullmatch(item[name]):
            yield f"{name} is {item[name]!r}"
    for name in ("date_published", "date_modified"):
        if name in item and not _is_rfc3339(item[name]):
            yield f"{name} is {item[name]!r}"
    if not all(author.keys() & {"name", "url", "avatar"} for author in item.get("authors", [])):
        yield "an author who says nothing"
    if not all(isinstance(tag, str) and tag for tag in item.get("tags", [])):
        yield "a tag that is no text"
    if not _LANGUAGE.fullmatch(item.get("language", "fr")):
        yield f"language {item['language']!r}"
    for file in item.get("attachments", []):
        if not _WEB.fullmatch(file.get("url", "")) or not _MEDIA_TYPE.fullmatch(file.get("mime_type", "")):
            yield f"an attachment without good url and mime_type: {file}"
        if not isinstance(file.get("size_in_bytes", 0), int):
            yield "a size that is no number"
