"""The repeated blocks of a list page, each with a link to a page of its own, found by their likeness. No I/O.

Blocks are elements of one tag at one place of the page (same chain of tags above), or children of one parent. Of all
the families that a page holds, menus, side columns, words in clouds and the like score least; the family whose blocks
say most, and lead to most different pages of the site, is its list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import takewhile
from operator import is_not
from statistics import median
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag

from bridge.meaning.text import fold
from bridge.recognise.selectors import above, names, selector, walk
from bridge.recognise.sites import merit

_LEAST = 3
_TEXT_MAX = 300
_SHORT = 12
_BEST = 12
_SOME = 30
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OUTSIDE = frozenset({"nav", "footer", "aside", "head", "noscript", "template", "dialog", "select"})
_ROLES = frozenset({"navigation", "banner", "contentinfo", "complementary", "search", "menu", "menubar", "dialog"})
_ZONES = re.compile(
    r"breadcrumbs?|ariane|arbo|pagination|pager|navbar|navigation|nav|tagcloud|cloud|nuage|social|socials|share|sharing|"
    r"partage|reseaux|langs?|langues?|languages?|switcher|calendars?|calendriers?|cookies?|footer|topbar|tags?|mots"
)
_SIDES = re.compile(
    r"sidebar|widget|widgets|related|similaires?|lies|liees|comments?|commentaires?|ads?|pub|publicite|sponsors?|menu|"
    r"toolbar|filters?|filtres?|facets?|facettes?|partenaires|partners|logos"
)
_MAIN = re.compile(r"main|content|contenu|contents|principal|centre|center|results?|resultats?")
_WORD = re.compile(r"[a-z]+")
# Pages about many resources, and files: no page of one resource.
_NO_DETAIL = re.compile(
    r"/(?:tags?|category|categorie|author|auteur|etiquette|mot-cle|wp-login|wp-admin|feed)(?:/|$)|"
    r"[?/](?:mot|auteur|rubrique)\d+$|[?&]page=(?:login|backend|contact|recherche)|replytocom=|"
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|zip|docx?|xlsx?|odt|ods|pptx?|mp[34]|ics|rss|xml|csv)$"
)


_WORTH = {1: 1.5, 0: 1.0, -1: 0.8, -2: 0.4}


class Blocks(NamedTuple):
    """A family of blocks.

    Attributes:
        list: CSS selector of the blocks.
        link: CSS selector, inside a block, of the link to its page; empty for its first link.
        targets: absolute addresses of the pages, in the order of the page.
        label: the heading above, or empty.
        score: how much it looks like a list of resources, beside others of the same page.
    """

    list: str
    link: str
    targets: tuple[str, ...]
    label: str
    score: float


class _Family(NamedTuple):
    members: tuple[Tag, ...]
    link: str
    targets: tuple[str, ...]
    score: float
    named: bool


def soup_of(text: str) -> BeautifulSoup:
    """The tree of a page."""
    return BeautifulSoup(text, "lxml")


def blocks(soup: BeautifulSoup, url: str) -> tuple[Blocks, ...]:
    """The families of blocks of a page, the best first; none leads to the pages of another one.

    Args:
        url: what its links are relative to (the address, or that of ``<base>``).
    """
    site = Site(url)
    families = [family for group in _groups(soup, site) if (family := _family(group, site))]
    # Of blocks within blocks that say the same, those that have a name, then the outer ones, which hold the picture.
    families.sort(key=lambda each: (-each.score, not each.named, len(above(each.members[0]))))
    found: list[Blocks] = []
    seen: set[str] = set()
    for family in families[: 10 * _BEST]:
        if seen & set(family.targets) or len(found) == _BEST:
            continue
        text = selector(soup, family.members, partial(site.leads, family.link))
        if len(soup.select(text)) >= len(family.members):
            seen |= set(family.targets)
            found.append(Blocks(text, family.link, family.targets, _label(family.members[0]), family.score))
    return tuple(found)


class Site:
    """Which links of a page lead to a page of the same site."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._here = _key(url)

    def usable(self, link: Tag) -> str:
        """The absolute address of a page that may be about one thing, else empty."""
        href = str(link.get("href") or "").strip()
        if not href or href.startswith(("#", "mailto:", "tel:", "javascript:")):
            return ""
        try:
            address = urljoin(self.url, href).partition("#")[0]
            key = _key(address)
        except ValueError:
            return ""
        if not address.startswith(("http://", "https://")) or key[0] != self._here[0] or key == self._here:
            return ""
        if key[1:] == ("", "") or _NO_DETAIL.search(address.lower()):
            return ""
        return address

    def leads(self, chosen: str, block: Tag) -> bool:
        """Whether a block leads anywhere, by ``target``."""
        return bool(self.target(block, chosen))

    def target(self, block: Tag, chosen: str) -> str:
        """Where a block leads: by the link that a selector names, or by its first one."""
        if block.name == "a":
            return self.usable(block)
        if chosen:
            element = block.select_one(chosen)
            return self.usable(element) if element else ""
        first = next((link for link in block.select("a[href]") if not _idle(link)), None)
        return self.usable(first) if first else ""


def _idle(link: Tag) -> bool:
    return str(link["href"]).strip().lower().startswith(("#", "mailto:", "tel:", "javascript:"))


def _key(url: str) -> tuple[str, str, str]:
    parts = urlsplit(url)
    return (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/"), parts.query


def _groups(soup: BeautifulSoup, site: Site) -> Iterable[list[Tag]]:
    """Families of elements that hold a usable link: by parent, by class, and by class at one depth of tags."""
    walked = list(walk(soup))
    holders: set[int] = set()
    for element, _ in walked:
        if element.name == "a" and site.usable(element):
            holders |= {id(element), *map(id, above(element))}
    groups: dict[tuple[object, ...], list[Tag]] = {}
    for element, way in walked:
        if id(element) in holders:
            parent = id(element.parent)
            groups.setdefault((parent, element.name), []).append(element)
            if element.name == "article":
                groups.setdefault((way, "article"), []).append(element)
            for name in names(element):
                groups.setdefault((parent, element.name, name), []).append(element)
                groups.setdefault((way, element.name, name), []).append(element)
    distinct = {tuple(map(id, group)): group for group in groups.values() if len(group) >= _LEAST}
    return distinct.values()


def _family(group: Sequence[Tag], site: Site) -> _Family | None:
    """The blocks of a group that lead to pages of their own, and how good a list they are; None when too few do."""
    place = min(_place(group[0]), _place(group[-1]))
    if not place:
        return None
    link, targets = _link(group, site)
    parts: dict[int, list[str]] = {}
    for member, target in zip(group, targets, strict=True):
        if id(member.parent) not in parts:
            parts[id(member.parent)] = [_label(member)]
        parts[id(member.parent)].append(urlsplit(target).path)
    # News beside resources, in the same dress: two lists.
    merits = {merit(" ".join(part)) for part in parts.values()}
    if len(merits) > 1:
        return None
    kept = [(member, target) for member, target in zip(group, targets, strict=True) if target]
    leading = Counter(target for _, target in kept)
    if len(leading) < _LEAST or len(leading) < 0.8 * len(group):
        return None
    members = tuple(member for member, _ in kept)
    texts = [len(" ".join(member.stripped_strings)) for member in members]
    if median(texts) < _SHORT:
        return None
    said = sum(min(length, _TEXT_MAX) for length in texts)
    many = median(len({a for e in m.select("a[href]") if (a := site.usable(e))} | {""}) - 1 for m in members)
    rich = sum(m.find((*_HEADINGS, "img", "picture")) is not None for m in members) >= 0.8 * len(members)
    score = said * place / max(1, many - 2) * (1.3 if rich else 1) * _WORTH[merits.pop()]
    shared = set(names(members[0])).intersection(*(member.get_attribute_list("class") for member in members))
    return _Family(members, link, tuple(leading), score, bool(shared) or members[0].name == "article")


def _place(element: Tag) -> float:
    """How likely lists are where this element is: 0 in a menu, 1.5 in the main content."""
    likely = 1.0
    for each in (element, *above(element)):
        role = str(each.get("role") or "")
        if each.name in _OUTSIDE or role in _ROLES:
            return 0
        if each.name == "header" and not any(p.name in ("article", "li", "main") for p in each.parents):
            return 0
        told = set(_WORD.findall(fold(" ".join([*each.get_attribute_list("class"), str(each.get("id") or "")]))))
        if any(_ZONES.fullmatch(word) for word in told):
            likely = min(likely, 0.05)
        elif any(_SIDES.fullmatch(word) for word in told):
            likely = min(likely, 0.3)
        elif likely == 1 and (each.name == "main" or role == "main" or any(_MAIN.fullmatch(word) for word in told)):
            likely = 1.5
    return likely


def _link(group: Sequence[Tag], site: Site) -> tuple[str, list[str]]:
    """The selector of the link that leads to a page of its own in most blocks, and where it leads in each."""
    some = group[:_SOME]
    targets = {choice: [site.target(member, choice) for member in some] for choice in _choices(group)}

    def worth(choice: str) -> tuple[int, bool]:
        return len(set(targets[choice]) - {""}), choice.startswith(("h", "strong"))

    best = max(targets, key=worth)
    if targets[""] == targets[best]:
        best = ""
    return best, [site.target(member, best) for member in group]


def _choices(group: Sequence[Tag]) -> list[str]:
    """Selectors of links inside these blocks: the first link, those of headings, then those with a class or a place."""
    found = {"": 0}
    for member in group[:_LEAST]:
        for link in member.select("a[href]")[:20] if member.name != "a" else ():
            for each in takewhile(partial(is_not, member), link.parents):
                if each.name in (*_HEADINGS, "strong"):
                    found.setdefault(f"{each.name} a[href]", 0)
                for name in names(each):
                    found.setdefault(f".{name} a[href]", 0)
            for name in names(link):
                found.setdefault(f"a.{name}[href]", 0)
            if link.parent is not None and link.parent.name in ("td", "th", "dd", "dt", "p", "div"):
                before = [e for e in link.parent.previous_siblings if isinstance(e, Tag) and e.name == link.parent.name]
                found.setdefault(f"{link.parent.name}:nth-of-type({len(before) + 1}) > a[href]", 0)
    return list(found)


def _label(member: Tag) -> str:
    """The nearest heading before a block, outside of it."""
    heading = member.find_previous(_HEADINGS)
    return " ".join(heading.stripped_strings)[:100] if heading else ""
