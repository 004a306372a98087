"""A web page that lists others: what each of its blocks says, and where the list continues. No I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import islice
from typing import Any

from bridge.meaning.text import clean, fold, scrub
from bridge.readers import markup, page_lines, page_parts, page_text, paging
from bridge.record import PAGE_PAUSE, Request, Response

CARRIED = 300
"""Characters of each thing that a list says of a page."""
_LOOKED_AT = 300  # elements of a block
_TITLES = ("h1", "h2", "h3", "h4", "h5", "h6")
_NEXT_WORDS = frozenset(
    ("suivant", "suivante", "suivants", "suivantes", "page suivante", "pages suivantes", "next", "next page")
    + ("suivant >", "suivant ›", 'suivant "', "page suivante >", 'page suivante "', "next >", 'next "', "suivant →")
    + ("plus ancien", "plus anciens", "articles plus anciens", ">", "›", '"', ">>", "→")
)
_PAGINATION = re.compile(r"pag(?:e|in|er)|nav|suiv|next", re.I)
_VAGUE = re.compile(
    r"(?:en savoir|lire|voir|decouvrir|consulter|acceder|plus d'infos?|suite|read|more|details?|\+|>|\.\.\.).{0,40}|"
)
_DATE = re.compile(r"(?:\S{0,40}[-_])?(?:date|published|time|publi)(?:[-_]\S{0,40})?", re.I)
_NOT_PAGE = ("#", "mailto:", "tel:", "javascript:", "data:")


def link(block: Any, options: Mapping[str, Any]) -> Any:
    """The link of a block to its page, or None."""
    if options.get("link"):
        return next(iter(page_parts.chosen(block, options["link"], "link")), None)
    inside, around = block.iter("a"), block.iterancestors("a")
    return next((each for each in (*inside, *around) if _is_page(each.get("href"))), None)


def href(to: Any, at: str) -> str:
    """The absolute address that a link leads to; empty when there is none."""
    return markup.address(to.get("href") or "", at) if to is not None else ""


def _is_page(href: str | None) -> bool:
    return bool(href and href.strip() and not href.strip().lower().startswith(_NOT_PAGE))


def told(block: Any, to: Any, at: str) -> dict[str, str]:
    """What a block of a list says of its resource."""
    named = clean(markup.said(to, 1000)) if to is not None else ""
    headings = (clean(markup.said(each, 1000)) for each in block.iter(*_TITLES))
    heading = next(filter(None, headings), "")
    if not heading and _VAGUE.fullmatch(fold(named)):
        named = clean(to.get("title") or "") if to is not None else ""
    lines = page_lines.read(block, at, _LOOKED_AT).lines
    moment = next(block.iter("time"), None)
    if moment is None:
        named_so = (each for each in block.iter("span", "p", "div", "abbr", "small") if _names_date(each.get("class")))
        moment = next(named_so, None)
    dated = clean(markup.said(moment, 100)) if moment is not None else ""
    date = moment.get("datetime") or dated if moment is not None else ""
    texts = (line.text for line in lines if line.text not in (heading, named, dated) and line.tag not in _TITLES)
    facts = {
        "title": heading or named,
        "text": max((each for each in texts if not _VAGUE.fullmatch(fold(each[:60]))), key=len, default=""),
        "date": date,
        "image": page_text.image(block, at),
    }
    return {key: value for key, text in facts.items() if (value := scrub(text)[:CARRIED])}


def _names_date(names: str | None) -> bool:
    return bool(names and any(_DATE.fullmatch(name) for name in names[:300].split()))


def following(root: Any, at: str, response: Response, options: Mapping[str, Any]) -> list[Request]:
    """The request of the next list page, if there is one."""
    if options.get("next"):
        hrefs = [each.get("href") or "" for each in page_parts.chosen(root, options["next"], "next")]
    else:
        hrefs = root.xpath("//*[self::link or self::a][contains(concat(' ', @rel, ' '), ' next ')]/@href")
        hrefs = hrefs or [each.get("href") for each in root.iter("a") if _is_next(each)]
    for each in hrefs:
        address = paging.same_site(response.url, markup.address(each, at))
        if address and address != response.url and _is_page(each):
            return [Request(address, paging.step(response, response.url, address), pause=PAGE_PAUSE)]
    return []


def _is_next(link: Any) -> bool:
    if not _is_page(link.get("href")):
        return False
    said = (markup.said(link, 60), link.get("aria-label") or "", link.get("title") or "")
    if not any(fold(each) in _NEXT_WORDS for each in said):
        return False
    names = " ".join(
        f"{each.tag} {each.get('class') or ''} {each.get('id') or ''} {each.get('aria-label') or ''}"
        for each in (link, *islice(link.iterancestors(), 4))
    )
    return bool(_PAGINATION.search(names))
