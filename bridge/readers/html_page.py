"""Web pages made for people: a list of pages, or a sitemap (https://www.sitemaps.org/protocol.html), then each page.

Options: ``list`` (CSS selector of the repeated blocks of a list page), ``link`` (inside a block, the link to its page),
``next`` (the link to the next list page), ``only`` (a text or texts, one of which is in the path of the addresses of
the sitemap that are wanted), ``select`` (table name -> CSS selector, or ``selector::attr(name)``), ``content`` (the
selector of the main content), ``detail = false`` (the blocks are the items).

``data`` of an item: ``url``, ``title``, ``place``, ``lat``, ``lon``, ``list`` (what its block says: ``title``,
``text``, ``date``, ``image``), ``meta``, ``schema`` (the main schema.org object), ``fields`` (label -> value or
values), ``sections`` (heading -> HTML), ``text`` (HTML), ``image``, ``documents``, ``language``, ``modified``,
``select``. What has no value is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bridge.errors import ReadError
from bridge.meaning.text import clean, fold, scrub
from bridge.readers import decode, listing, markup, page_lines, page_list, page_parts, page_text, paging, sitemap
from bridge.record import PAGE_PAUSE, Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset()

LIST_PAGES = 1_000
_CHOSEN_MAX = 50
_PARTS_MAX = 5_000
_POOR = 300
_FEW_LINKS = 10
_ATTRIBUTE = re.compile(r"(.*?)::attr\(\s*([\w:-]{1,50})\s*\)\s*", re.S)
_SEPARATOR = re.compile(r"\s[|–—·•«:-]\s")
_MARGINS = frozenset(("header", "nav", "aside", "footer", "dialog"))
_MARGIN = re.compile("modal|popup|sidebar|dropdown|menu|comment|forum|respond", re.I)
_SAID_ELSEWHERE = re.compile("og:(?:site_name|url|image|locale|type|video|audio)|twitter|article:(?:mod|section_color)")
_MODIFIED = ("article:modified_time", "og:updated_time", "dcterms.modified", "dc.date.modified", "last-modified")


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The list page or the sitemap."""
    return Request(url, pause=sitemap.pause(url))


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The pages that a list or sitemap names, or the resource that one page tells.

    Raises:
        ReadError: something else than a page, a page of login or maintenance, no block where some were expected, an
            option that cannot be used.
    """
    if response.carry.get("item"):
        with decode.uncollected():
            return _detail(response, options)
    if found := sitemap.read(response, _words(options)):
        return found
    return _list(response, options)


def _words(options: Mapping[str, Any]) -> tuple[str, ...]:
    only = options.get("only") or []
    return tuple(filter(None, map(str, only if isinstance(only, list) else [only])))


def _list(response: Response, options: Mapping[str, Any]) -> Page:
    root = markup.parse(response)
    at = markup.base(root, response.url)
    if not options.get("list"):
        _refuse_obstacle(root, page_text.read(page_parts.main(root), at))
        raise ReadError(
            "Le site répond une page web : il manque l'option « list », qui dit où y sont les fiches.",
            'Donnez le sélecteur CSS des blocs répétés (options = { list = "article" }) ou l\'adresse du sitemap.',
        )
    blocks = page_parts.innermost(page_parts.chosen(root, options["list"], "list"))
    steps = response.carry.get("steps", 0)
    problems: list[Problem] = []
    if not blocks:
        _refuse_obstacle(root, page_text.read(page_parts.main(root), at))
        if not steps:
            raise ReadError(
                f"Aucun bloc de la page ne correspond à l'option list = « {options['list']} ».",
                "Vérifiez le sélecteur CSS, ou l'adresse de la liste.",
            )
        problems.append(Problem(f"La page {steps + 1} de la liste ne contient aucune fiche."))
    following = page_list.following(root, at, response, options)
    whole = bool(blocks)
    if following and steps >= LIST_PAGES:
        problems.append(Problem(f"La liste dépasse {LIST_PAGES} pages : les suivantes ne sont pas lues."))
        following, whole = [], False
    if options.get("detail") is False:
        items = [_block(block, at, response, options) for block in blocks]
        return listing.page(response, items, problems, whole=whole, next=following)
    pages: dict[str, Request] = {}
    strange = 0
    for block in blocks:
        link = page_list.link(block, options)
        href = page_list.href(link, at)
        address = href and paging.same_site(response.url, href)
        if not address:
            strange += 1
        elif address not in pages and address != response.url:
            carry = {"item": address, "list": page_list.told(block, link, at)}
            pages[address] = Request(address, carry, mark="list", single=True, pause=PAGE_PAUSE)
    if strange:
        problems.append(
            Problem(f"Blocs de la liste sans lien vers une page du même site, laissés de côté : {strange}.")
        )
        whole = whole and strange < len(blocks)
    return listing.page(response, (), problems, whole=whole, next=[*following, *pages.values()])


def _block(block: Any, at: str, response: Response, options: Mapping[str, Any]) -> Item:
    """An item made of a block alone."""
    link = page_list.link(block, options)
    address = page_list.href(link, at)
    told = page_list.told(block, link, at)
    said = page_text.read(block, at, told.get("title", ""))
    data = {"url": address, "title": said.heading or said.place, **_said(said)}
    if "date" in told:
        data["list"] = {"date": told["date"]}
    data["select"] = _select(block, options, at)
    return Item(listing.local_id(address), _filled(data), address or response.url)


def _said(said: page_text.Said) -> dict[str, Any]:
    names = ("place", "lat", "lon", "fields", "sections", "text", "image", "documents")
    return {name: getattr(said, name) for name in names}


def _filled(data: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value}


def _select(element: Any, options: Mapping[str, Any], at: str) -> dict[str, Any]:
    wanted = options.get("select") or {}
    if not isinstance(wanted, Mapping):
        raise ReadError('L\'option « select » doit être une table : nom = "sélecteur CSS".')
    out: dict[str, Any] = {}
    for name, css in wanted.items():
        found = _ATTRIBUTE.fullmatch(css) if isinstance(css, str) else None
        elements = page_parts.chosen(element, found[1] if found else css, f"select.{name}")[:_CHOSEN_MAX]
        values = [value for each in elements if (value := _value(each, found[2] if found else "", at))]
        if values:
            out[name] = values[0] if len(values) == 1 else values
    return out


def _value(element: Any, attribute: str, at: str) -> str:
    if attribute:
        value = clean(element.get(attribute) or "")
        return markup.address(value, at) if attribute in ("href", "src") else scrub(value)
    return "\n".join(line.text for line in page_lines.read(element, at, _PARTS_MAX).lines if line.text)


def _detail(response: Response, options: Mapping[str, Any]) -> Page:
    asked = str(response.carry["item"])
    if _is_home(response.url) and not _is_home(asked):
        raise ReadError("La page n'existe plus : le site renvoie à son accueil.", "Le site devrait répondre 404.")
    root = markup.parse(response)
    at = markup.base(root, response.url)
    meta, schema = markup.meta(root), markup.schema(root, at)
    selected = _select(root, options, at)
    chosen = page_parts.chosen(root, options["content"], "content") if options.get("content") else []
    heading = next((text for each in root.iter("h1") if (text := clean(markup.said(each, 1000)))), "")
    said = page_text.read(chosen[0] if chosen else page_parts.main(root), at, heading)
    if not schema or _of_page(schema):
        _refuse_obstacle(root, said)
    told = response.carry.get("list") or {}
    address = paging.same_site(response.url, markup.canonical(root, at))
    if _is_home(address):
        address = ""  # Many a site says that all its pages are its home page.
    data = {
        "url": address or response.url,
        "title": _title(root, said, meta, schema) or told.get("title") or said.place,
        "list": told,
        "meta": {name: value for name, value in meta.items() if not _SAID_ELSEWHERE.match(name)},
        "schema": schema,
        **_said(said),
        "language": markup.language(root),
        "modified": _modified(root, meta, schema),
        "select": selected,
    }
    data["image"] = _picture(schema.get("image"), at) or _first(meta.get("og:image")) or said.image
    return listing.page(response, [Item(listing.local_id(asked), _filled(data), response.url)], [])


def _title(root: Any, said: page_text.Said, meta: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """The name of the resource; that of the site, which some themes put in the first heading, is none."""
    site = fold(_first(meta.get("og:site_name")))
    title = clean(root.xpath("string((//title)[1])")[:1000])
    parts = [part for part in _SEPARATOR.split(title) if fold(part) != site]
    own = {} if _of_page(schema) else schema
    names = (own.get("name"), own.get("headline"), said.heading, meta.get("og:title"), parts[0] if parts else "")
    return next((name for each in names if (name := clean(_first(each))) and fold(name) != site), "")[:500]


def _is_home(url: str) -> bool:
    parts = urlsplit(url)
    return parts.path in ("", "/") and not parts.query


def _of_page(schema: Mapping[str, Any]) -> bool:
    """Whether what schema.org tells is only that this is a page."""
    return str(schema.get("@type", "")).endswith("Page")


def _first(value: Any) -> str:
    value = value[0] if isinstance(value, list) and value else value
    return value if isinstance(value, str) else ""


def _picture(value: Any, at: str) -> str:
    value = value[0] if isinstance(value, list) and value else value
    if isinstance(value, Mapping):
        value = value.get("contentUrl") or value.get("url") or value.get("@id")
    return markup.address(value, at) if isinstance(value, str) else ""


def _modified(root: Any, meta: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    said = (schema.get("dateModified"), *(meta.get(name) for name in _MODIFIED))
    times = root.xpath("//time[contains(concat(' ', @class, ' '), ' updated ')]/@datetime")
    return next((found for each in (*said, *times) if (found := clean(_first(each))[:100])), "")


def _refuse_obstacle(root: Any, said: page_text.Said) -> None:
    """Raises ``ReadError`` for a page of login, maintenance or firewall.

    A page with a text of some length, or with labels, is none, whatever its menu offers. One without is when it asks
    for a password in its midst, or when its titles say so and it has hardly a link.
    """
    if said.fields or said.length >= _POOR:
        return
    words = []
    if any(not _in_margin(each) for each in root.iter("input") if (each.get("type") or "").lower() == "password"):
        words.append("type=password")
    if sum(1 for _ in root.iter("a")) <= _FEW_LINKS:
        words += [markup.said(each, 500) for each in root.iter("title", "h1")]
    decode.refuse_obstacle(" ".join(words).lower(), "la page attendue")


def _in_margin(element: Any) -> bool:
    above = element.iterancestors()
    return any(each.tag in _MARGINS or _MARGIN.search(f"{each.get('class')} {each.get('id')}") for each in above)
