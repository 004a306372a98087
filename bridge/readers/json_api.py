"""Any JSON list behind an address: the list is found in its envelope, its pages are followed.

Options: ``items`` (JMESPath of the list), ``id`` (JMESPath of the identifier), ``page`` or ``offset`` (name of the
query parameter to count up when the answers do not tell where they continue).

``data`` of an item is the object as it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from bridge.errors import ReadError
from bridge.readers import decode, listing, paging
from bridge.readers.trail import path_of
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

_LISTS = (
    *("data", "results", "items", "records", "elements", "features", "entries", "hydra:member", "member", "result"),
    *("value", "rows", "list", "objects", "posts", "resources", "content", "response", "@graph", "_embedded"),
)
_NEXT = (
    "next",
    "next_url",
    "nextUrl",
    "next_page",
    "nextPage",
    "next_page_url",
    "nextLink",
    "@odata.nextLink",
    "hydra:next",
)
_AROUND = ("links", "_links", "meta", "pagination", "paging", "page", "hydra:view", "view", "page_info")
_PAGE = ("page", "current_page", "currentPage", "page_number", "pageNumber", "number")
_PAGES = ("pages", "last_page", "lastPage", "total_pages", "totalPages", "page_count", "pageCount", "nb_pages")
_TOTAL = (
    "total",
    "total_count",
    "totalCount",
    "count",
    "total_items",
    "totalItems",
    "hydra:totalItems",
    "nhits",
    "numFound",
)
_OFFSET = ("offset", "start", "skip", "from")
_DEPTH = 4


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The address itself; the first page when the options name a parameter to count."""
    return Request(url)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The objects of one page.

    Raises:
        ReadError: no list of objects in the answer, or pages that go round in circles.
    """
    document = decode.json(response)
    path = str(options.get("items") or "")
    found, around = (_search(path, document), [document]) if path else _find(document)
    if isinstance(found, dict):
        # Without an ``id`` of its own, an object keeps the key it has in its parent.
        found = [{"@id": key, **value} if isinstance(value, dict) else value for key, value in found.items()]
    if not isinstance(found, list):
        raise ReadError(
            "Aucune liste d'objets dans la réponse JSON.", "Indiquez où elle est par l'option « items » (JMESPath)."
        )
    key = str(options.get("id") or "")
    objects = [value for value in found if isinstance(value, dict)]
    problems = listing.strangers(len(found) - len(objects))
    whole = not problems
    items = []
    for value in objects:
        given = listing.local_id(_search(key, value)) if key else ""
        # Of another bridge's plain list, what was withdrawn says so.
        gone = value.get("status") == "withdrawn" and "action_status" in value
        items.append(Item(given or listing.named(value), value, path=path_of(value), deleted=gone))
    came = response.carry.get("came", 0) + len(found)
    around = [*_around(around)]
    announced = _integer(around, _TOTAL)
    if moved := paging.moved(response, announced, "objets"):
        problems += moved
        whole = False
    total = response.carry.get("total") if announced is None else announced
    counted = total is not None or options.get("page") or options.get("offset")
    names = listing.digest([item.id or item.data for item in items]) if counted else None
    if items and names and names == response.carry.get("names"):
        raise paging.circle()  # a server that does not look at the number of the page
    address = _next(response, options, around, len(found), came, total)
    following: tuple[Request, ...] = ()
    if address:
        if there := paging.same_site(response.url, address):
            carry = {"came": came, "total": total, "names": names, **paging.step(response, response.url, there)}
            following = (Request(there, {name: value for name, value in carry.items() if value is not None}),)
        else:
            problems.append(Problem("La suite de la liste est sur un autre site : elle n'est pas lue."))
            whole = False
    elif total is not None and came < total:
        problems.append(Problem(f"La source annonçait {total} objets et en a livré {came}."))
        whole = False
    return listing.page(response, items, problems, whole=whole, next=following, total=announced)


@lru_cache(maxsize=256)
def _compiled(path: str) -> Any:
    try:
        return jmespath.compile(path)
    except JMESPathError as error:
        raise ReadError(f"Le chemin « {path} » n'est pas une expression JMESPath.", "Corrigez l'option.") from error


def _search(path: str, value: Any) -> Any:
    """What a path leads to; a key that is literally there beats the same text read as JMESPath (``@id``)."""
    if isinstance(value, dict) and path in value:
        return value[path]
    try:
        return _compiled(path).search(value)
    except JMESPathError as error:
        raise ReadError(f"Le chemin « {path} » ne s'applique pas à la réponse.", "Corrigez l'option.") from error


def _find(document: Any) -> tuple[Any, list[Any]]:
    """The list (or the object that holds objects by key) and the envelopes opened to reach it, innermost first."""
    if isinstance(document, list):
        return document, []
    around: list[Any] = []
    value = document
    for _ in range(_DEPTH):
        if not isinstance(value, dict):
            break
        around.insert(0, value)
        inner = _open(value)
        if inner is None:
            break
        if isinstance(inner, list):
            return inner, around
        value = inner
    return (document if _keyed(document) else None), around


def _open(envelope: Mapping[str, Any]) -> Any:
    """The list in an envelope: under a usual name when it holds objects, else the longest, else an inner envelope."""
    lists = {k: v for k, v in envelope.items() if isinstance(v, list) and all(isinstance(one, dict) for one in v[:50])}
    for key in _LISTS:
        if lists.get(key):
            return lists[key]
    for key in _LISTS:
        if isinstance(envelope.get(key), dict) and not _keyed(envelope[key]):
            return envelope[key]
        if isinstance(envelope.get(key), dict):
            return list(_with_keys(envelope[key]))
        if key in lists:
            return lists[key]
    others = [value for key, value in lists.items() if value and key not in _AROUND]
    return max(others, key=len, default=None)


def _keyed(value: Any) -> bool:
    """An object whose values are all objects, none of them a list's envelope or an error: a list written by key."""
    return (
        isinstance(value, dict)
        and bool(value)
        and all(isinstance(one, dict) for one in value.values())
        and not any(key in value for key in (*_LISTS, *_AROUND, "error", "errors"))
    )


def _with_keys(value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, one in value.items():
        yield {"@id": key, **one}


def _around(envelopes: list[Any]) -> Iterator[Mapping[str, Any]]:
    """Where an answer says how its list continues: the envelopes and the usual objects in them."""
    for envelope in envelopes:
        if isinstance(envelope, dict):
            yield envelope
            yield from (inner for key in _AROUND if isinstance(inner := envelope.get(key), dict))


def _integer(around: list[Mapping[str, Any]], names: tuple[str, ...]) -> int | None:
    for place in around:
        for name in names:
            value = place.get(name)
            if isinstance(value, str) and (count := listing.count(value)) is not None:
                return count
            if type(value) is int:
                return value
    return None


def _next(
    response: Response,
    options: Mapping[str, Any],
    around: list[Mapping[str, Any]],
    count: int,
    came: int,
    total: int | None,
) -> str:
    """The address of the following page as the answer tells it, else as it can be counted; empty at the end."""
    if not count:
        return ""  # Some servers announce a next page for ever.
    asked = paging.query(response.url)
    if name := str(options.get("page") or ""):
        more = total is None or came < total
        return paging.with_query(response.url, **{name: (listing.count(asked.get(name, "")) or 1) + 1}) if more else ""
    if name := str(options.get("offset") or ""):
        more = total is None or came < total
        return (
            paging.with_query(response.url, **{name: (listing.count(asked.get(name, "")) or 0) + count}) if more else ""
        )
    if found := paging.header_next(response.headers):
        return found
    for place in around:
        for key in _NEXT:
            value = place.get(key)
            value = value.get("href") if isinstance(value, dict) else value
            if isinstance(value, str) and ("/" in value or "?" in value):
                return value
    page, pages = _integer(around, _PAGE), _integer(around, _PAGES)
    if page is not None and pages is not None:
        name = next(
            (name for name in ("page", "paged", "p", "pageNumber", "page[number]", *_PAGE) if name in asked), "page"
        )
        return paging.with_query(response.url, **{name: page + 1}) if page < pages else ""
    name = next((name for name in _OFFSET if name in asked), "")
    known = _integer(around, _OFFSET)
    if total is not None and (name or known is not None):
        offset = known if known is not None else listing.count(asked.get(name, "")) or 0
        return paging.with_query(response.url, **{name or "offset": offset + count}) if offset + count < total else ""
    return ""
