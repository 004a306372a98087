"""Sitemaps and indexes of sitemaps (https://www.sitemaps.org/protocol.html), also compressed. No I/O.

The sitemaps of an index are read one after another: each carries those that are left and how many pages are known.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from bridge.errors import ReadError
from bridge.meaning.text import clean
from bridge.readers import decode, listing, paging
from bridge.record import PAGE_PAUSE, PAUSE, Page, Problem, Request, Response

MAX_PAGES = 50_000
MAX_SITEMAPS = 200
MAX_SIZE = 64 << 20

_GZIP = b"\x1f\x8b"
_ROOT = re.compile(
    r"\s*(?:<\?[^>]{0,500}>\s*|<!--.{0,2000}?-->\s*){0,10}<(?:[\w.-]{1,40}:)?(urlset|sitemapindex|rss|feed|RDF)\b", re.S
)
_NAMED = re.compile(r"\.xml(?:\.gz)?$|sitemap", re.I)
# What people write and what lists pages are no resources.
_ASIDE = re.compile(r"(?:^|[-_])(?:users?|authors?|auteurs?)(?:[-_.\d]|$)", re.I)
_FILES = re.compile(r"\.(?:pdf|jpe?g|png|gif|svg|webp|docx?|xlsx?|pptx?|od[tsp]|zip|mp[34]|xml|gz|csv|ics)$", re.I)


def pause(url: str) -> float:
    """Seconds to leave before an address: sitemaps are made for robots, pages for people."""
    parts = urlsplit(url)
    return PAUSE if _NAMED.search(parts.path) or _NAMED.search(parts.query) else PAGE_PAUSE


def read(response: Response, only: Sequence[str]) -> Page | None:
    """What follows from a sitemap or an index: other sitemaps, pages whose path holds one of ``only`` (any if empty).

    None when the answer is no sitemap.

    Raises:
        ReadError: a feed, XML that is broken, an archive that swells.
    """
    response = _inflated(response)
    kind = _ROOT.match(decode.text(response.body[:20_000], response.charset))
    if not kind:
        return None
    if kind[1] not in ("urlset", "sitemapindex"):
        raise ReadError("La réponse est un flux, pas une page web ni un sitemap.", 'Écrivez kind = "feed".')
    root, problems = decode.xml(response)
    if kind[1] == "sitemapindex":
        return _index(response, root, only, problems)
    return _urls(response, root, only, problems)


def _inflated(response: Response) -> Response:
    if not response.body.startswith(_GZIP):
        return response
    unpacker = zlib.decompressobj(wbits=31)
    try:
        body = unpacker.decompress(response.body, MAX_SIZE)
    except zlib.error as error:
        raise ReadError("Le sitemap compressé est abîmé.", "Signalez-le au site.") from error
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise ReadError("Le sitemap compressé est coupé, ou trop grand une fois décompressé.", "Signalez-le au site.")
    return replace(response, body=body)


def _entries(root: Any) -> Iterator[tuple[str, str]]:
    """``loc`` and ``lastmod`` of each entry; other name spaces (pictures, languages) are left out."""
    for entry in root:
        told = {child.tag.rpartition("}")[2]: child.text or "" for child in reversed(entry) if "image" not in child.tag}
        yield clean(told.get("loc", "")), clean(told.get("lastmod", ""))[:40]


def _index(response: Response, root: Any, only: Sequence[str], problems: list[Problem]) -> Page:
    found = [each for loc, _ in _entries(root) if (each := paging.same_site(response.url, loc))]
    found = [each for each in dict.fromkeys(found) if not _ASIDE.search(_name(each))]
    words = [word for each in only if (word := each.strip("/").lower())]
    named = [each for each in found if any(word in _name(each) for word in words)]
    left = [*(named or found), *response.carry.get("left", ())]
    return _going_on(response, left, response.carry.get("pages", 0), [], problems)


def _name(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path.rpartition('/')[2]}?{parts.query}".lower()


def _urls(response: Response, root: Any, only: Sequence[str], problems: list[Problem]) -> Page:
    known = response.carry.get("pages", 0)
    pages: dict[str, Request] = {}
    whole = True
    elsewhere = 0
    for loc, lastmod in _entries(root):
        address = paging.same_site(response.url, loc)
        elsewhere += not address
        if not address or address in pages or not _wanted(address, only):
            continue
        if known + len(pages) >= MAX_PAGES:
            problems.append(
                Problem(f"Le sitemap nomme plus de {MAX_PAGES} pages : les suivantes sont laissées de côté.")
            )
            whole = False
            break
        # Without a date, a page is known under a mark that never changes: it is asked again after some days.
        mark = lastmod or "sitemap"
        pages[address] = Request(address, {"item": address}, mark=mark, single=True, pause=PAGE_PAUSE)
    if elsewhere:
        problems.append(Problem(f"Adresses du sitemap laissées de côté, car d'un autre site : {elsewhere}."))
    following = list(pages.values())
    return _going_on(response, response.carry.get("left", ()), known + len(pages), following, problems, whole)


def _wanted(address: str, only: Sequence[str]) -> bool:
    parts = urlsplit(address)
    path = parts.path + (parts.query and f"?{parts.query}")
    if path in ("", "/") or _FILES.search(parts.path):
        return False
    plain = unquote(path)
    return not only or any(each in path or each in plain for each in only)


def _going_on(
    response: Response,
    left: Sequence[str],
    pages: int,
    following: list[Request],
    problems: list[Problem],
    whole: bool = True,
) -> Page:
    read = response.carry.get("read", 0) + 1
    if left and (read + len(left) > MAX_SITEMAPS or not whole):
        if whole:
            problems.append(Problem(f"L'index nomme plus de {MAX_SITEMAPS} sitemaps : les suivants ne sont pas lus."))
        left, whole = left[: max(0, MAX_SITEMAPS - read)] if whole else [], False
    if left:
        carry = {"left": list(left[1:]), "pages": pages, "read": read}
        following = [Request(left[0], carry), *following]
    elif not pages and whole:
        raise ReadError(
            "Aucune adresse du sitemap ne convient : les pages y étaient attendues.", "Vérifiez l'option « only »."
        )
    return listing.page(response, (), problems, whole=whole, next=following)
