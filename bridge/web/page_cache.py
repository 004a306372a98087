"""A WSGI layer before the application: keeps pages as long as the store does not change, answers hits and 304s itself.

A page says that it may be kept with ``Cache-Control: public``. Requests with a cookie or credentials pass untouched.
ETags are strong and computed from the bytes, so that a page that a commit left alone still costs no transfer.

``Last-Modified`` (RFC 9110, 8.8.2) is not the date of what the page shows, which goes back when a record is withdrawn:
it is when this process first saw the version that all pages are of, rounded up to the second and one more, since
another may look at the version a little later (``server.lately``), never in the future.
So ``If-Modified-Since`` may be trusted: whoever got a page in that second or later, from any process, asked after the
version was there. In the second that follows a change, the date sent is that of the answer, and no date is answered
304. A date costs one transfer after each change, even of pages that it left alone: ``ETag`` is the better of the two.
"""

from __future__ import annotations

import gzip
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import ExitStack
from functools import lru_cache
from hashlib import blake2b
from itertools import chain
from threading import Lock
from time import time
from typing import TYPE_CHECKING, NamedTuple

from werkzeug.datastructures import Headers
from werkzeug.http import http_date, parse_accept_header, parse_date
from werkzeug.test import run_wsgi_app
from werkzeug.wsgi import ClosingIterator

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_WORTH = 512  # bytes; below, gzip saves no packet
_OVERHEAD = 2048  # bytes counted for a page's key and headers
_LONGEST = 1024  # characters of a query worth remembering
_OF_BODY = ("Content-Type", "Content-Length", "Content-Encoding", "Content-Disposition")


class _Age(NamedTuple):
    """What all pages depend on, and from which second on (Unix time) it is known to be what it is."""

    version: Hashable
    since: int


class _Kept(NamedTuple):
    """A page, its headers, those of the answer that it is unchanged; without ``Last-Modified``, which moves."""

    headers: list[tuple[str, str]]
    unchanged: list[tuple[str, str]]
    body: bytes
    etag: str

    @property
    def size(self) -> int:
        return len(self.body) + _OVERHEAD


class PageCache:
    """The layer.

    Args:
        app: the application.
        version: what pages depend on; when it changes, all are forgotten. Asked at each request: must be cheap.
        capacity: bytes kept, the least recently used go first.
        largest: bytes of the largest page kept; larger ones are streamed.
    """

    def __init__(
        self, app: WSGIApplication, version: Callable[[], Hashable], capacity: int = 64 << 20, largest: int = 8 << 20
    ) -> None:
        self._app = app
        self._version = version
        self._capacity = capacity
        self._largest = largest
        self._lock = Lock()
        self._pages: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._size = 0
        self._age = _Age(None, 0)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        personal = "HTTP_COOKIE" in environ or "HTTP_AUTHORIZATION" in environ
        if personal or environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return self._app(environ, start_response)
        # Before the version is looked at: see _modified.
        now = int(time())
        version, key = self._version(), _key(environ)
        kept, age = self._find(key, version)
        if kept:
            return _answer(kept, age, now, environ, start_response)
        return self._ask(key, age, now, environ, start_response)

    def _ask(
        self, key: tuple[str, ...], age: _Age, now: int, environ: WSGIEnvironment, start_response: StartResponse
    ) -> Iterable[bytes]:
        """What the application answers, kept if it may be, else passed on as it is written."""
        asked = {**environ, "REQUEST_METHOD": "GET"}
        # The whole page is wanted, whatever this visitor has already.
        for condition in ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE"):
            asked.pop(condition, None)
        body, status, headers = run_wsgi_app(self._app, asked)
        with ExitStack() as open_:
            open_.callback(getattr(body, "close", lambda: None))
            pieces = iter(body)
            found, text = status.startswith("200 "), _compressible(headers)
            public = found and _may_be_kept(headers)
            if text and "accept-encoding" not in _listed(headers, "Vary"):
                headers.add("Vary", "Accept-Encoding")
            if public:
                headers["Last-Modified"] = _modified(age, now)
            if found and _has_already(environ, headers.get("ETag", ""), age if public else None, now):
                return _unchanged(headers, start_response)
            gzipped = found and text and bool(key[-1])
            if public and len(environ.get("QUERY_STRING", "")) <= _LONGEST:
                start, whole = _take(pieces, self._largest)
                if whole:
                    kept = _keep(b"".join(start), headers, gzipped)
                    self._remember(key, age, kept)
                    return _answer(kept, age, now, environ, start_response)
                pieces = chain(start, pieces)
            if gzipped and headers.get("Content-Length", _WORTH, int) >= _WORTH:
                pieces = _squeeze(pieces)
                headers["Content-Encoding"] = "gzip"
                headers.pop("Content-Length", None)
                if headers.get("ETag", "").startswith('"'):
                    headers["ETag"] = f"W/{headers['ETag']}"
            start_response(status, headers.to_wsgi_list())
            if environ["REQUEST_METHOD"] == "HEAD":
                return []
            return ClosingIterator(pieces, open_.pop_all().close)

    def _find(self, key: Hashable, version: Hashable) -> tuple[_Kept | None, _Age]:
        with self._lock:
            if version != self._age.version:
                self._pages.clear()
                self._size, self._age = 0, _Age(version, int(time()) + 2)
            kept = self._pages.get(key)
            if kept:
                self._pages.move_to_end(key)
            return kept, self._age

    def _remember(self, key: Hashable, age: _Age, kept: _Kept) -> None:
        with self._lock:
            # A commit meanwhile: the page may be of before or after it.
            if age is not self._age or key in self._pages:
                return
            self._pages[key] = kept
            self._size += kept.size
            while self._size > self._capacity:
                self._size -= self._pages.popitem(last=False)[1].size


def _key(environ: WSGIEnvironment) -> tuple[str, ...]:
    """What tells one page from another; the last part is empty when gzip is not accepted."""
    query = environ.get("QUERY_STRING", "")
    if "&" in query:
        # Stable: only the order of different parameters means nothing.
        query = "&".join(sorted(query.split("&"), key=lambda pair: pair.partition("=")[0]))
    place = (environ["wsgi.url_scheme"], environ.get("HTTP_HOST", ""), environ.get("SCRIPT_NAME", ""))
    gzipped = "gzip" if _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else ""
    return (*place, environ.get("PATH_INFO", ""), query, gzipped)


@lru_cache(256)
def _takes_gzip(accepted: str) -> bool:
    return bool(accepted) and parse_accept_header(accepted)["gzip"] > 0


def _answer(
    kept: _Kept, age: _Age, now: int, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    modified = ("Last-Modified", _modified(age, now))
    if _has_already(environ, kept.etag, age, now):
        start_response("304 Not Modified", [*kept.unchanged, modified])
        return []
    start_response("200 OK", [*kept.headers, modified])
    return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]


def _unchanged(headers: Headers, start_response: StartResponse) -> list[bytes]:
    for name in _OF_BODY:
        headers.remove(name)
    start_response("304 Not Modified", headers.to_wsgi_list())
    return []


def _has_already(environ: WSGIEnvironment, etag: str, age: _Age | None, now: int) -> bool:
    """Whether the visitor has this page: by its tag if one is sent, else by its date (RFC 9110, 13.2.2).

    Args:
        age: None for a page whose date means nothing.
    """
    tags, date = environ.get("HTTP_IF_NONE_MATCH"), environ.get("HTTP_IF_MODIFIED_SINCE")
    if tags is not None or date is None or age is None:
        return _same(tags or "", etag)
    return age.since <= _instant(date) <= now


def _same(wanted: str, etag: str) -> bool:
    """If-None-Match, by the weak comparison of RFC 9110."""
    tags = (tag.strip().removeprefix("W/") for tag in wanted.split(","))
    return bool(wanted and etag) and (wanted.strip() == "*" or etag.removeprefix("W/") in tags)


def _modified(age: _Age, now: int) -> str:
    """Last-Modified. ``now`` was read before the version: at the date sent, this version was already there, or an
    older page sent at the same date is not taken for it, ``age.since`` being later."""
    return _http_date(min(now, age.since))


_http_date = lru_cache(16)(http_date)


@lru_cache(256)
def _instant(date: str) -> float:
    """Unix time of an HTTP date; 0 when it is none."""
    parsed = parse_date(date)
    return parsed.timestamp() if parsed else 0


def _may_be_kept(headers: Headers) -> bool:
    said = _listed(headers, "Cache-Control")
    return (
        "public" in said
        and not said & {"no-store", "private"}
        and _listed(headers, "Vary") <= {"accept-encoding", "cookie"}
        and "Set-Cookie" not in headers
    )


def _listed(headers: Headers, name: str) -> set[str]:
    """The members of a header that holds a list, lower case."""
    members = (part.strip().lower() for part in ",".join(headers.getlist(name)).split(","))
    return {member for member in members if member}


def _compressible(headers: Headers) -> bool:
    kind = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return "Content-Encoding" not in headers and (
        kind.startswith("text/") or kind.endswith(("json", "xml", "javascript"))
    )


def _take(pieces: Iterator[bytes], largest: int) -> tuple[list[bytes], bool]:
    """The first pieces, and whether they are all."""
    start, size = [], 0
    for piece in pieces:
        start.append(piece)
        size += len(piece)
        if size > largest:
            return start, False
    return start, True


def _keep(body: bytes, headers: Headers, gzipped: bool) -> _Kept:
    etag = blake2b(body, digest_size=12).hexdigest()
    if gzipped and len(body) >= _WORTH:
        body = gzip.compress(body, 6, mtime=0)
        headers["Content-Encoding"] = "gzip"
        etag += "-gz"
    headers["Content-Length"] = str(len(body))
    headers["ETag"] = f'"{etag}"'
    headers.remove("Last-Modified")
    whole = headers.to_wsgi_list()
    return _Kept(whole, [pair for pair in whole if pair[0].title() not in _OF_BODY], body, headers["ETag"])


def _squeeze(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Fast compression for what is sent once: level 6 costs several times the writing of a page."""
    squeezed = zlib.compressobj(1, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    for piece in pieces:
        if some := squeezed.compress(piece):
            yield some
    yield squeezed.flush()
