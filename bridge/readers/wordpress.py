"""WordPress: the REST API of the core (https://developer.wordpress.org/rest-api/), one content type after another.

Options: ``types`` (REST bases, ``["posts"]`` by default), ``rest`` (``"query"`` when addresses like ``/wp-json/`` are
closed and ``?rest_route=`` is open).

``data`` of an item is the post as WordPress gives it (``title.rendered``, ``meta.commune``, ``acf.budget``), without
authors, and with ``terms`` (taxonomy -> names) and ``image`` (``url``, ``alt``, ``caption``).

A walk of what changed asks, of each type, the posts modified since (``modified_after``, with an overlap: WordPress
compares it with its local time), then the light list of all the ids, by which what was deleted, trashed, made private
or locked is known. ``modified`` does not move when terms, fields or the picture change: the full walk sees those.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bridge.errors import ReadError
from bridge.readers import clock, decode, listing, paging
from bridge.readers.trail import MARKERS, path_of
from bridge.record import Hop, Item, Page, Problem, Request, Response

INCREMENTAL = True
REFUSALS: frozenset[int] = frozenset({400, 401, 403, 404})

_PER_PAGE = 100
# What a site that refuses a hundred a page takes, when it does not say how many.
_FEW = 10
_AT_MOST = re.compile(r"\b(?:and|et) ([1-9]\d?)\b")
_EMBED = "_embed=wp:term,wp:featuredmedia"
# Enough to name a post, and to see that it is shown to everyone.
_LIGHT = "_fields=id,type,status,content.protected,excerpt.protected"
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
    types = list(map(str, asked)) if isinstance(asked, list) else [str(asked)]
    site = {"root": root.partition("?")[0].rstrip("/"), "query": options.get("rest") == "query", "total": 0}
    window = {"since": clock.overlapping(since)} if since else {}
    return _request({**site, **window, "types": types, "first": True})


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The posts of one page, protected and unpublished ones left out; or, of the light list, their ids.

    Raises:
        ReadError: the REST API is closed, or this type does not exist.
    """
    carry = response.carry
    understood = response.status < 400 or response.body.lstrip()[:1] == b"{"
    posts = decode.json(response) if understood else None
    page = carry.get("page", 1)
    if not isinstance(posts, list):
        if page == 1 and "per" not in carry and _too_many(posts):
            allowed = _AT_MOST.search(str(posts))
            return Page(next=(_request({**carry, "per": int(allowed[1]) if allowed else _FEW}),))
        if page == 1 or "invalid_page_number" not in str(posts):
            raise _refused(posts, response)
        posts = []  # Past the end: the answer of a site whose headers do not tell how many pages there are.
    objects = [post for post in posts if isinstance(post, dict)]
    problems = listing.strangers(len(posts) - len(objects))
    state, more = _progress(response, posts, problems)
    rest: dict[str, Any] = {"whole": not problems, "next": _next(state, more)}
    if carry.get("first"):
        rest["watermark"] = clock.served_at(response)
    base = carry.get("types", ["posts"])[0]
    if carry.get("light"):
        named = [post for post in objects if listing.local_id(post.get("id"))]
        rest["whole"] &= len(named) == len(posts)
        names = [_name(post, base) for post in named if _public(post) and not _protected(post)]
        return Page(present=names, problems=problems, **rest)
    items = [item for post in objects if (item := _item(post, base, problems))]
    if state.get("unbounded"):
        rest["present"] = ()
    return listing.page(response, items, problems, total=state["total"] or None, **rest)


def _progress(response: Response, posts: list[Any], problems: list[Problem]) -> tuple[dict[str, Any], bool]:
    """What the walk knows after this page, and whether its list goes on; what is missing is added to ``problems``."""
    carry = response.carry
    page, count = carry.get("page", 1), carry.get("count", 0) + len(posts)
    told = listing.count(response.headers.get("x-wp-total", "").strip())
    pages = listing.count(response.headers.get("x-wp-totalpages", "").strip())
    announced = told if page == 1 else carry.get("announced")
    total = carry.get("total", 0) + (announced or 0) * (page == 1 and not carry.get("light"))
    more = page < pages if pages is not None else _goes_on(response, len(posts), carry.get("per", _PER_PAGE))
    if told is not None and announced is not None and told != announced:
        # What was deleted before a page pushes a post to the page before, which is read already.
        problems.append(Problem(f"La liste a changé pendant sa lecture ({announced} contenus, puis {told})."))
    elif not more and announced is not None and count < announced:
        problems.append(Problem(f"Le site annonçait {announced} contenus et en a livré {count}."))
    state = {**carry, "page": page, "count": count, "announced": announced, "total": total}
    state.pop("first", None)
    if more or page > 1:
        names = listing.digest([listing.named(post) for post in posts if isinstance(post, dict)])
        if posts and names == carry.get("names"):
            raise paging.circle()  # a cache that does not look at the number of the page
        state["names"] = names
    if carry.get("since") and not carry.get("light"):
        state["unbounded"] = carry.get("unbounded", False) or _unbounded(posts, carry["since"])
    return state, more


def _goes_on(response: Response, received: int, per: int) -> bool:
    return bool(paging.header_next(response.headers)) or received == per


def _unbounded(posts: list[Any], since: str) -> bool:
    """Whether these posts show that the site does not know ``modified_after`` (before WordPress 5.7): it lists all."""
    old = clock.overlapping(since)
    dates = (post.get("modified_gmt") for post in posts if isinstance(post, dict))
    return any(isinstance(date, str) and date[:4].isdecimal() and date < old for date in dates)


def _next(state: Mapping[str, Any], more: bool) -> tuple[Request, ...]:
    if more:
        return (_request({**state, "page": state["page"] + 1}),)
    types = state.get("types", ["posts"])
    kept = {key: state[key] for key in ("root", "query", "total", "since", "per") if key in state}
    if state.get("since") and not state.get("light") and not state["unbounded"]:
        return (_request({**kept, "types": types, "light": True}),)
    return (_request({**kept, "types": types[1:]}),) if types[1:] else ()


def _request(carry: Mapping[str, Any]) -> Request:
    # By id, so that a post published during the walk does not push another to a page already read.
    asked = f"per_page={carry.get('per', _PER_PAGE)}&page={carry.get('page', 1)}&orderby=id&order=asc"
    if carry.get("light"):
        asked += f"&{_LIGHT}"
    else:
        asked += f"&{_EMBED}&modified_after={carry['since']}" if carry.get("since") else f"&{_EMBED}"
    root, name = carry.get("root", ""), quote(carry.get("types", ["posts"])[0])
    url = f"{root}/?rest_route=/wp/v2/{name}&{asked}" if carry.get("query") else f"{root}/wp-json/wp/v2/{name}?{asked}"
    return Request(url, carry)


def _too_many(answer: Any) -> bool:
    """Whether a site refuses as many posts a page."""
    return isinstance(answer, dict) and answer.get("code") == "rest_invalid_param" and "per_page" in str(answer)


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


def _name(post: Mapping[str, Any], base: str) -> str:
    """The type and the number: numbers of different types may meet where a site was merged from others."""
    kind = post.get("type")
    number = listing.local_id(post.get("id")) or listing.digest(post)
    return f"{kind if isinstance(kind, str) and kind else base}-{number}"


def _public(post: Mapping[str, Any]) -> bool:
    return bool(post.get("status", "publish") == "publish")


def _protected(post: Mapping[str, Any]) -> bool:
    return any(isinstance(part := post.get(key), dict) and part.get("protected") for key in ("content", "excerpt"))


def _item(post: Mapping[str, Any], base: str, problems: list[Problem]) -> Item | None:
    name = _name(post, base)
    if not _public(post):
        return None
    if _protected(post):
        problems.append(Problem("Contenu protégé par un mot de passe : il est laissé de côté.", name))
        return None
    data = {key: value for key, value in post.items() if key not in _LEFT and "author" not in key}
    embedded = post.get("_embedded")
    if isinstance(embedded, dict):
        data["terms"] = _terms(embedded.get("wp:term"))
        if image := _image(embedded.get("wp:featuredmedia")):
            data["image"] = image
    link, meta = post.get("link"), data.get("meta")
    path: tuple[Hop, ...] = ()
    if isinstance(meta, dict):
        path = path_of({key: meta.get(key) for key in MARKERS})
        data["meta"] = {key: value for key, value in meta.items() if key not in MARKERS}
    return Item(name, data, link if isinstance(link, str) else "", path)


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
