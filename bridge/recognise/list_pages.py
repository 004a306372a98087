"""Beside the linked blocks of a list page: the way to the next page, the way up, blocks without a page. No I/O."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple
from urllib.parse import urljoin

from bs4 import BeautifulSoup, Tag

from bridge.meaning.text import fold
from bridge.recognise.selectors import names, selector, walk

_PAGING = re.compile(r"paginat|pager|pages?-?(?:nav|num|links)|(?:^|[\s_-])(?:pages?|pagination)(?:$|[\s_-])|nav-links")
_NEXT = re.compile(r"(?:aller a la )?(?:pages? )?(?:suivante?s?|suiv\.?|next)(?: pages?)?(?: *[>»›→]+)?|[>»›→]+")
_MORE = re.compile(
    r"(?:charger|voir|afficher) (?:plus|la suite|davantage|les suivante?s)(?: d\S+ \S+| de \S+)?|load more|show more"
)
_NEXT_NAME = re.compile(r".*(?:next|suiv).*")
_CURRENT = re.compile(r"current|active|actif|on|selected|courante?|is-active|is-current")
_TRAIL = re.compile(r"breadcrumbs?|(?:fil-?d?-?)?ariane|arbo|hierarchie|trail")
_LINES = re.compile(r"\s*([^\W\d_][^:\n]{1,40}?)\s*:\s*(\S?)")
_RECORDS_LEAST = 3


class Following(NamedTuple):
    """The next list page: its address, and the CSS selector of the link where a selector is needed to find it."""

    url: str
    next: str


def following(soup: BeautifulSoup, url: str) -> Following:
    """The next page of a list; both are empty when the page names none.

    Args:
        url: what links are relative to.
    """
    for element in soup.select('link[rel~="next"][href], a[rel~="next"][href]'):
        return Following(_absolute(url, element), "")
    links = [link for link in soup.select("body a[href]") if not str(link["href"]).strip().startswith(("#", "java"))]
    for link in links:
        if _paging(link) and any(_NEXT.fullmatch(said) for said in _said(link)):
            return Following(_absolute(url, link), _named(soup, link))
    for link in links:
        if (zone := _paging(link)) and (found := _after_current(link)):
            within = [f".{name} " for each in reversed(zone) if each is not link for name in names(each)]
            tries = (f"{scope}{found}" for scope in (*within, ""))
            return Following(_absolute(url, link), next((each for each in tries if soup.select_one(each) is link), ""))
    for link in links:
        if any(_MORE.fullmatch(said) for said in _said(link)):
            return Following(_absolute(url, link), selector(soup, [link], lambda _: True))
    return Following("", "")


def trail(soup: BeautifulSoup, url: str) -> tuple[str, ...]:
    """The pages above this one that its breadcrumb names, the nearest first, the home page left out."""
    for zone in soup.select("nav, ol, ul, div, p"):
        label = fold(str(zone.get("aria-label") or ""))
        told = [*zone.get_attribute_list("class"), str(zone.get("id") or "")]
        if any(_TRAIL.fullmatch(fold(name)) for name in told if name) or "ariane" in label or "breadcrumb" in label:
            found = [_absolute(url, link) for link in zone.select("a[href]")]
            above = [each for each in dict.fromkeys(found) if each and each != url and urljoin(each, "/") != each]
            return tuple(reversed(above))
    return ()


def records(soup: BeautifulSoup) -> tuple[str, int]:
    """The blocks that say « Label : value » several times over, for want of pages of their own; and how many."""
    groups: dict[tuple[str, ...], list[Tag]] = {}
    for element, way in walk(soup):
        if element.name in ("div", "li", "article", "section", "tr", "dl", "table", "fieldset"):
            for name in (*names(element), ""):
                groups.setdefault((way, element.name, name), []).append(element)
    best: tuple[int, str, int] = (0, "", 0)
    for members in groups.values():
        if len(members) < _RECORDS_LEAST:
            continue
        told = Counter(label for member in members for label in set(_labels(member)))
        shared = sum(count >= 0.8 * len(members) for count in told.values())
        if shared > 1 and shared * len(members) > best[0]:
            best = (shared * len(members), selector(soup, members, lambda _: True), len(members))
    return best[1:]


def _labels(block: Tag) -> Iterator[str]:
    """What stands before a colon at the start of a line, and the terms of definition lists."""
    for term in block.select("dt, th[scope=row]"):
        yield fold(term.get_text(" ", strip=True)).rstrip(" :")
    pieces = [" ".join(piece.split()) for piece in block.stripped_strings]
    for number, piece in enumerate(pieces):
        if (found := _LINES.match(piece)) and (found[2] or piece.endswith(":")):
            yield fold(found[1])
        elif piece == ":" and number:
            yield fold(pieces[number - 1])


def _absolute(url: str, link: Tag) -> str:
    try:
        found = urljoin(url, str(link["href"]).strip()).partition("#")[0]
    except ValueError:
        return ""
    return found if found.startswith(("http://", "https://")) else ""


def _said(link: Tag) -> list[str]:
    texts = (link.get_text(" ", strip=True), link.get("aria-label") or "", link.get("title") or "")
    return [" ".join(fold(str(text)).split()) for text in texts]


def _paging(link: Tag) -> list[Tag]:
    """The elements that show that a link is one of those that lead from page to page, the link itself included."""
    return [each for each in (link, *islice(link.parents, 5)) if _PAGING.search(_told(each))]


def _told(element: Tag) -> str:
    named = [*element.get_attribute_list("class"), element.get("id"), element.get("aria-label")]
    return fold(" ".join(str(name) for name in named if name))


def _named(soup: BeautifulSoup, link: Tag) -> str:
    """A selector of the link that says « next » by itself; empty where only its text does."""
    for each in (link, *islice(link.parents, 2)):
        for name in names(each):
            if _NEXT_NAME.fullmatch(name.lower()):
                chosen = f"a.{name}" if each is link else f".{name} a"
                if soup.select_one(chosen) is link:
                    return chosen
    return ""


def _after_current(link: Tag) -> str:
    """``.current + li a`` where a link comes right after the mark of the page that is shown, else empty."""
    for step in (link, link.parent):
        before = step.find_previous_sibling() if step is not None else None
        if step is None or before is None or not link.get_text(strip=True).isdecimal():
            continue
        tail = step.name if step is link else f"{step.name} > a"
        marks = [name for name in before.get_attribute_list("class") if name and _CURRENT.fullmatch(name.lower())]
        if marks:
            return f"{before.name}.{marks[0]} + {tail}"
        if before.get("aria-current"):
            return f"{before.name}[aria-current] + {tail}"
        if before.select_one("[aria-current]"):
            return f"{before.name}:has([aria-current]) + {tail}"
        if before.name in ("strong", "b", "em") and before.get_text(strip=True).isdecimal():
            return f"{before.name} + {tail}"
    return ""
