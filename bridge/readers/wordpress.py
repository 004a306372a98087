"""WordPress: the REST API of the core (https://developer.wordpress.org/rest-api/), one content type after another.

Options: ``types`` (REST bases, ``["posts"]`` by default), ``rest`` (``"query"`` when addresses like ``/wp-json/`` are
closed and ``?rest_route=`` is open).

``data`` of an item is the post as WordPress gives it (``title.rendered``, ``meta.commune``, ``acf.budget``), without
authors, and with ``terms`` (taxonomy -> names) and ``image`` (``url``, ``alt``, ``caption``).
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bridge.errors import ReadError
from bridge.readers import decode, listing, paging
from bridge.record import Item, Page, Problem, Request, Response

# ``modified`` does not move when terms or fields change: an incremental walk would miss edits.
INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset({400, 401, 403, 404})

_PER_PAGE = 100
# What names people, what is made for browsers, what only the site's own screens need.
_LEFT = frozenset(
    ("_links", "_embedded", "guid", "class_list", "ping_status", "comment_status", "template", "sticky", "format")
    + ("yoast_head", "yoast_head_json", "password", "featured_media", "jetpack_sharing_enabled", "menu_order", "parent")
)


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The first page of the first type. ``url`` may be the site's address or one inside its API."""
    root = url.partition("#")[0]
    named = ""
    for mark in ("/wp-json", "?rest_route=", "&rest_route="):
        root, found, rest = root.partition(mark)
        if found and "/wp/v2/" in rest:
            named = rest.partition("/wp/v2/")[2].partition("?")[0].partition("&")[0].strip("/")
    asked = options.get("types") or ([named] if named else ["posts"])
    types = [asked] if isinstance(asked, str) else [str(name) for name in asked]
    carry = {"root": root.partition("?")[0].rstrip("/"), "query": options.get("rest") == "query", "total": 0}
    return _request(carry, types, 1, 0)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The posts of one page; protected and unpublished ones are left out.

    Raises:
        ReadError: the REST API is closed, or this type does not exist.
    """
    carry = response.carry
    understood = response.status < 400 or response.body.lstrip()[:1] == b"{"
    posts = decode.json(response) if understood else None
    page, count = carry.get("page", 1), carry.get("count", 0)
    if not isinstance(posts, list):
        if page == 1 or "invalid_page_number" not in str(posts):
            raise _refused(posts, response)
        posts = []  # Past the end: the answer of a site whose headers do not tell how many pages there are.
    objects = [post for post in posts if isinstance(post, dict)]
    problems = listing.strangers(len(posts) - len(objects))
    whole = not problems
    base = carry.get("types", ["posts"])[0]
    items = [item for post in objects if (item := _item(post, base, problems))]
    count += len(posts)
    announced = _header(response, "x-wp-total")
    pages = _header(response, "x-wp-totalpages")
    total = carry.get("total", 0) + (announced or 0) * (page == 1)
    goes_on = bool(paging.header_next(response.headers)) or len(posts) == _PER_PAGE
    more = page < pages if pages is not None else goes_on
    if not more and announced is not None and count < announced:
        problems.append(Problem(f"Le site annonçait {announced} contenus et en a livré {count}."))
        whole = False
    following = _next({**carry, "total": total}, page, count, more)
    return listing.page(response, items, problems, whole=whole, next=following, total=total or None)


def _next(carry: Mapping[str, Any], page: int, count: int, more: bool) -> tuple[Request, ...]:
    types = carry.get("types", ["posts"])
    if more:
        return (_request(carry, types, page + 1, count),)
    return (_request(carry, types[1:], 1, 0),) if types[1:] else ()


def _request(carry: Mapping[str, Any], types: list[str], page: int, count: int) -> Request:
    # By id, so that a post published during the walk does not push another to a page already read.
    asked = f"per_page={_PER_PAGE}&page={page}&orderby=id&order=asc&_embed=wp:term,wp:featuredmedia"
    root, name = carry.get("root", ""), quote(types[0])
    url = f"{root}/?rest_route=/wp/v2/{name}&{asked}" if carry.get("query") else f"{root}/wp-json/wp/v2/{name}?{asked}"
    return Request(url, {**carry, "types": types, "page": page, "count": count})


def _refused(answer: Any, response: Response) -> ReadError:
    code = str(answer.get("code", "")) if isinstance(answer, dict) else ""
    code = code or (f"réponse {response.status}" if response.status >= 400 else "")
    if code == "rest_no_route":
        name = response.carry.get("types", ["posts"])[0]
        return ReadError(f"Ce site n'expose pas de type de contenu « {name} ».", "Vérifiez l'option « types ».")
    if code:
        return ReadError(
            f"Le site refuse l'accès à son API ({code}).",
            "Demandez au partenaire d'ouvrir l'API REST, ou prenez son flux (kind = \"feed\").",
        )
    return ReadError("La réponse n'est pas une liste de contenus WordPress.", "Vérifiez l'adresse de la source.")


def _header(response: Response, name: str) -> int | None:
    return listing.count(response.headers.get(name, "").strip())


def _item(post: Mapping[str, Any], base: str, problems: list[Problem]) -> Item | None:
    kind = post.get("type")
    name = (
        f"{kind if isinstance(kind, str) and kind else base}-{listing.local_id(post.get('id')) or listing.digest(post)}"
    )
    if post.get("status", "publish") != "publish":
        return None
    if any(isinstance(part := post.get(key), dict) and part.get("protected") for key in ("content", "excerpt")):
        problems.append(Problem("Contenu protégé par un mot de passe : il est laissé de côté.", name))
        return None
    data = {key: value for key, value in post.items() if key not in _LEFT and "author" not in key}
    embedded = post.get("_embedded")
    if isinstance(embedded, dict):
        data["terms"] = _terms(embedded.get("wp:term"))
        if image := _image(embedded.get("wp:featuredmedia")):
            data["image"] = image
    link = post.get("link")
    return Item(name, data, link if isinstance(link, str) else "")


def _terms(groups: Any) -> dict[str, list[str]]:
    terms: dict[str, list[str]] = {}
    for group in groups if isinstance(groups, list) else ():
        for term in group if isinstance(group, list) else ():
            if isinstance(term, dict) and term.get("taxonomy") and term.get("name"):
                terms.setdefault(term["taxonomy"], []).append(html.unescape(str(term["name"])))
    return terms


def _image(media: Any) -> dict[str, str]:
    first = media[0] if isinstance(media, list) and media else None
    if not isinstance(first, dict) or not first.get("source_url"):
        return {}
    caption = first.get("caption")
    rendered = caption.get("rendered", "") if isinstance(caption, dict) else ""
    return {"url": first["source_url"], "alt": first.get("alt_text") or "", "caption": rendered}
