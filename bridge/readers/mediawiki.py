"""MediaWiki: the pages of a category, of a namespace, or of a Semantic MediaWiki query, through ``api.php``
(https://www.mediawiki.org/wiki/API:Main_page, https://www.semantic-mediawiki.org/wiki/Help:API:ask).

Options: ``category`` (a name or several, without « Catégorie: »), ``namespace`` (a number, 0 by default), ``ask`` (a
semantic query: ``[[Catégorie:Initiative]]|?Commune|?Budget``).

Pages are listed first, by hundreds; their contents are asked twenty at a time, and not again while none of them has a
new revision. Redirects, talk pages and what is missing are left out.

``data`` of an item: ``title``, ``url``, ``extract`` (the beginning, HTML, where the extension TextExtracts is),
``text`` (HTML), ``template`` (parameters of its infobox; « … (lien) » is the address that one leads to), ``templates``
(names), ``categories``, ``geometry`` (``lon``, ``lat``), ``image``, ``language``, ``modified``, and ``printouts`` (what
the query asked, plain values).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.errors import ReadError
from bridge.meaning.text import clean
from bridge.meaning.text import plain as plain_text
from bridge.readers import decode, listing, paging, semantic, wikitext
from bridge.record import Item, Page, Problem, Request, Response

# What is deleted or leaves the category is known by the list alone.
INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

_LISTED = 500
_ASKED = 50
_AT_ONCE = 20  # what TextExtracts gives at most
_URL_MAX = 4000
_USER = (2, 3)

_DETAIL: dict[str, object] = {
    "action": "query",
    "format": "json",
    "formatversion": 2,
    "prop": "info|revisions|categories|coordinates|pageimages|extracts",
    "inprop": "url|displaytitle",
    "rvprop": "ids|timestamp|content",
    "rvslots": "main",
    "clshow": "!hidden",
    "cllimit": "max",
    "colimit": "max",
    "piprop": "original|thumbnail",
    "pithumbsize": 1000,
    "pilimit": "max",
    "exintro": 1,
    "exlimit": "max",
}


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The first list. ``url`` is the address of ``api.php``."""
    api = url.partition("#")[0].partition("?")[0]
    if query := str(options.get("ask") or "").strip():
        return _ask(api, query, 0, {})
    asked = options.get("category") or []
    names = list(map(str, asked)) if isinstance(asked, list) else [str(asked)]
    return _list(api, options, names)


def _list(api: str, options: Mapping[str, Any], categories: Sequence[str]) -> Request:
    """A list of pages with their last revisions. In the order in which they came: what is new goes to the end."""
    namespace = listing.count(str(options.get("namespace") or 0)) or 0
    asked: dict[str, object] = {"action": "query", "format": "json", "formatversion": 2, "prop": "info"}
    if categories:
        name = categories[0] if ":" in categories[0] else f"Category:{categories[0]}"
        asked |= {"generator": "categorymembers", "gcmtitle": name, "gcmnamespace": namespace}
        asked |= {"gcmsort": "timestamp", "gcmlimit": _LISTED}
    else:
        asked |= {"generator": "allpages", "gapnamespace": namespace}
        asked |= {"gapfilterredir": "nonredirects", "gaplimit": _LISTED}
    return Request(paging.with_query(api, **asked), {"list": list(categories)})


def _ask(api: str, query: str, offset: int, step: Mapping[str, Any]) -> Request:
    parts = [part.strip() for part in query.split("|")]
    # How the list is cut and shown is our business.
    kept = [
        part for part in parts if part and not re.match(r"(?:limit|offset|format|link|headers|mainlabel)\s*=", part)
    ]
    if not any("=modified" in part for part in kept):
        kept.append("?Modification date=modified")
    said = "|".join([*kept, f"limit={_ASKED}", f"offset={offset}"])
    asked = {"action": "ask", "format": "json", "api_version": 3, "query": said}
    return Request(paging.with_query(api, **asked), {"ask": query, "offset": offset, **step})


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The pages of one answer, or the requests that a list leads to.

    Raises:
        ReadError: this is no answer of ``api.php``, or it is a refusal.
    """
    document = decode.json(response)
    if not isinstance(document, dict):
        raise _stranger()
    if "error" in document:
        raise _refused(document["error"])
    query = document.get("query")
    if not isinstance(query, dict) and "batchcomplete" not in document:
        raise _stranger()
    query = query if isinstance(query, dict) else {}
    carry = response.carry
    if "ask" in carry:
        return _results(response, document, query)
    pages = [page for page in _values(query.get("pages")) if isinstance(page, dict)]
    if "list" in carry:
        return _listed(response, options, document, pages)
    said = dict(carry.get("said", {}))
    for each in _values(query.get("normalized")):
        if isinstance(each, dict) and str(each.get("from")) in said:
            said[str(each.get("to"))] = said[str(each["from"])]
    return _contents(response, document, pages, said)


def _stranger() -> ReadError:
    return ReadError(
        "La réponse n'est pas celle de l'API d'un MediaWiki.",
        "L'adresse doit être celle de api.php ; la page « Spécial:Version » du wiki la donne.",
    )


def _refused(error: Any) -> ReadError:
    code, said = (str(error.get(name) or "") for name in ("code", "info")) if isinstance(error, dict) else ("", "")
    if code == "badcontinue":
        return ReadError(
            "Le wiki ne connaît plus la suite de sa liste : elle est à relire.",
            "La prochaine visite la reprendra au début.",
        )
    if code in ("readapidenied", "permissiondenied"):
        return ReadError("Ce wiki n'est pas public.", "Demandez au partenaire d'en ouvrir la lecture à tous.")
    if not said and isinstance(error, dict):
        said = " ".join(str(each) for each in _values(error.get("query")))  # of a semantic query
    return ReadError(f"Le wiki refuse la demande ({clean(plain_text(said or code))[:300]}).", "Corrigez les options.")


def _values(held: Any) -> list[Any]:
    """The values of a list, or of an object (older versions of the API write lists by key)."""
    return list(held.values()) if isinstance(held, dict) else held if isinstance(held, list) else []


# Lists


def _listed(
    response: Response, options: Mapping[str, Any], document: Mapping[str, Any], pages: list[dict[str, Any]]
) -> Page:
    carry, api = response.carry, response.url.partition("?")[0]
    count = carry.get("count", 0) + len(pages)
    kept = {int(page["pageid"]): page for page in pages if _is_resource(page)}
    numbers = sorted(kept)
    of = carry["list"][:1]  # the same pages may be in two categories
    following: list[Request] = []
    for first in range(0, len(numbers), _AT_ONCE):
        some = numbers[first : first + _AT_ONCE]
        revisions = [kept[number].get("lastrevid") for number in some]
        mark = listing.digest(revisions) if all(type(each) is int for each in revisions) else ""
        url = paging.with_query(api, **_DETAIL, pageids="|".join(map(str, some)))
        following.append(Request(url, {"of": of}, mark))
    if more := _continued(response, document, {**carry, "count": count}):
        return Page(next=(*following, more))
    problems: list[Problem] = []
    if not count:
        problems.append(Problem("La liste est vide : ce wiki n'a aucune page dans cette catégorie ou cet espace."))
    elif not pages and carry.get("steps"):
        problems.append(Problem("La suite de la liste du wiki est vide : rien n'est retiré."))
    if carry["list"][1:]:
        following.append(_list(api, options, carry["list"][1:]))
    return Page(next=following, whole=not problems, problems=problems)


def _is_resource(page: Mapping[str, Any]) -> bool:
    space = page.get("ns")
    return (
        type(page.get("pageid")) is int
        and type(space) is int
        and space % 2 == 0
        and space not in _USER
        and "redirect" not in page
        and "missing" not in page
    )


def _continued(response: Response, document: Mapping[str, Any], carry: dict[str, Any]) -> Request | None:
    told = document.get("continue")
    if not isinstance(told, dict) or not told:
        return None
    there = paging.with_query(response.url, **{str(name): value for name, value in told.items()})
    return Request(there, {**carry, **paging.step(response, response.url, there)})


def _results(response: Response, document: Mapping[str, Any], query: Mapping[str, Any]) -> Page:
    """The pages of a semantic query: the requests that bring their texts, and the subobjects, which have none."""
    carry, api = response.carry, response.url.partition("?")[0]
    results = [one for each in _values(query.get("results")) for one in semantic.results(each)]
    items: list[Item] = []
    asked: dict[str, dict[str, Any]] = {}
    for result in results:
        if result.space % 2 or result.space in _USER or not result.exists:
            continue
        if "#" in result.title:
            data = {"title": result.label, "url": result.url, "printouts": result.values}
            items.append(Item(listing.local_id(result.title), {k: v for k, v in data.items() if v}, result.url))
        else:
            asked[result.title] = result.values
    following = [_texts(api, titles, asked) for titles in _bundles(asked)]
    problems: list[Problem] = []
    offset = document.get("query-continue-offset")
    if type(offset) is int and offset > carry["offset"]:
        following.append(_ask(api, carry["ask"], offset, {}))
    elif not results and not carry["offset"]:
        problems.append(Problem("La requête sémantique ne donne aucune page.", ""))
    return listing.page(response, items, problems, whole=not problems, next=following)


def _bundles(titles: Mapping[str, Any]) -> list[list[str]]:
    """Titles that are asked together: not too many, and an address that servers take."""
    bundles: list[list[str]] = []
    length = 0
    for title in titles:
        length += len(title.encode("utf-8", "replace")) * 3
        if not bundles or len(bundles[-1]) == _AT_ONCE or length > _URL_MAX:
            bundles.append([])
            length = len(title.encode("utf-8", "replace")) * 3
        bundles[-1].append(title)
    return bundles


def _texts(api: str, titles: list[str], asked: Mapping[str, dict[str, Any]]) -> Request:
    said = {title: asked[title] for title in titles}
    dated = all(values.get("modified") for values in said.values())
    url = paging.with_query(api, **_DETAIL, titles="|".join(titles))
    return Request(url, {"said": said}, mark=listing.digest(said) if dated else "")


# Contents


def _contents(
    response: Response, document: Mapping[str, Any], pages: list[dict[str, Any]], said: Mapping[str, Any]
) -> Page:
    """The items of twenty pages, once all that is asked of them has come."""
    carry = response.carry
    held: dict[str, dict[str, Any]] = {key: dict(page) for key, page in carry.get("held", {}).items()}
    for page in pages:
        known = held.setdefault(str(page.get("pageid") or page.get("title") or ""), {})
        for name, value in page.items():
            joined = isinstance(value, list) and isinstance(known.get(name), list)
            known[name] = [*known[name], *value] if joined else value
    if more := _continued(response, document, {**carry, "held": held}):
        return Page(next=(more,))
    items = [_item(page, said.get(str(page.get("title")))) for page in held.values() if _is_resource(page)]
    asked = paging.query(response.url)
    silent = len((asked.get("pageids") or asked.get("titles") or "").split("|")) - len(held)
    problems = [Problem(f"Le wiki n'a rien dit de {silent} pages demandées : rien n'est retiré.")] if silent > 0 else []
    return listing.page(response, items, problems, whole=not problems)


def _item(page: Mapping[str, Any], printouts: Mapping[str, Any] | None) -> Item:
    revision = next((each for each in _values(page.get("revisions")) if isinstance(each, dict)), {})
    shown, templates = wikitext.read(_source(revision))
    title = page.get("title")
    display = page.get("displaytitle")
    if isinstance(display, str) and "<" in display[:1000] and (words := plain_text(display[:1000])):
        title = words
    url = page.get("canonicalurl") or page.get("fullurl")
    extract = page.get("extract")
    modified = revision.get("timestamp") or page.get("touched")
    data = {
        "title": title if isinstance(title, str) else None,
        "url": url if isinstance(url, str) else "",
        "extract": extract if isinstance(extract, str) and plain_text(extract[:1000]) else "",
        "text": shown,
        "template": _parameters(templates),
        "templates": list(dict.fromkeys(template.name for template in templates)),
        "categories": [_bare(each["title"]) for each in _values(page.get("categories")) if _titled(each)],
        "geometry": _position(page.get("coordinates")) or semantic.first_position(printouts or {}),
        "image": _source_of(page.get("original")) or _source_of(page.get("thumbnail")),
        "language": page.get("pagelanguage"),
        "modified": modified if isinstance(modified, str) else "",
        "printouts": {name: value for name, value in (printouts or {}).items() if name != "modified"},
    }
    return Item(listing.local_id(page["pageid"]), {k: v for k, v in data.items() if v}, str(data["url"]))


def _source(revision: Mapping[str, Any]) -> str:
    """The markup of a revision, where this or older versions of the API put it."""
    slots = revision.get("slots")
    main = slots.get("main") if isinstance(slots, dict) else revision
    main = main if isinstance(main, dict) else {}
    found = main.get("content", main.get("*"))
    model = main.get("contentmodel", "wikitext")
    return found if isinstance(found, str) and model == "wikitext" else ""


def _parameters(templates: list[wikitext.Template]) -> dict[str, str]:
    """The parameters of the infobox; a banner beside it (« Ébauche »), which has few, says nothing of the subject."""
    found: dict[str, str] = {}
    most = max((template.named for template in templates), default=0)
    for template in sorted((each for each in templates if 2 * each.named >= most), key=lambda each: -each.named):
        for name, said in template.parameters.items():
            if not name.isdecimal() and (words := wikitext.value(said)):
                found.setdefault(name, words)
                if address := wikitext.link(said):
                    found.setdefault(f"{name} (lien)", address)
    return found


def _titled(category: Any) -> bool:
    return isinstance(category, dict) and isinstance(category.get("title"), str)


def _bare(title: str) -> str:
    return title.partition(":")[2] or title


def _position(coordinates: Any) -> dict[str, float]:
    for each in _values(coordinates):
        if isinstance(each, dict) and each.get("globe", "earth") == "earth":
            found = listing.centre([each.get("lon"), each.get("lat")])
            if found:
                return {"lon": found[0], "lat": found[1]}
    return {}


def _source_of(image: Any) -> str:
    found = image.get("source") if isinstance(image, dict) else ""
    return found if isinstance(found, str) else ""
