"""Parts of a web page: those that a CSS selector chooses, the main one, those that are about the site. No I/O."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import cssselect
from lxml import etree
from lxml.cssselect import CSSSelector

from bridge.errors import ReadError

_SKIPPED = frozenset(
    ("nav", "aside", "footer", "form", "script", "style", "noscript", "template", "iframe", "svg", "math", "object")
    + ("embed", "canvas", "video", "audio", "map", "select", "button", "input", "textarea", "dialog", "head", "menu")
    + ("img", "picture")
)
_MAKER = re.compile(r"(?:\w+:)?(?:author|creator|editor|contributor|performer)")
_AROUND = "(?:site|main|page|block|region|wp-block|post|entry|article|sub|l|c|js|the)[-_]{1,2}"
_PARTS = "[-_]{1,2}(?:wrapper|container|list|area|section|block|links?|bar|box|inner|content|nav|menu|info|items?)"
_JUNK = re.compile(
    rf"(?:{_AROUND})?(?:nav(?:igation|bar|sub)?|menus?|breadcrumbs?|fil-?d?-?ariane|ariane|arbo|sidebar|aside|footer|pied"
    r"|pied-?de-?page|comments?|commentaires?|respond|forum|repondre|cookies?(?:-?(?:banner|consent|notice|bar|law-info))?|rgpd"
    r"|gdpr|tarteaucitron\w*|axeptio|consent|didomi\S*|share|sharing|sharedaddy|addtoany\w*|partager?|social|reseaux-?sociaux"
    r"|related|similaires|lire-aussi|voir-aussi|pagination|pager|widgets?|newsletter|skip-?links?|screen-reader-text|sr-only"
    r"|modal|popup|login|connexion|search|recherche|formulaire\w*|toolbar|byline|entry-meta|post-meta|info-publi|vcard|authors?|auteurs?|actions|BAZ_actions)"
    rf"(?:{_PARTS}){{0,2}}",
    re.I,
)


@lru_cache(128)
def _selector(css: str, option: str) -> Any:
    try:
        return CSSSelector(css, translator="html")
    except (cssselect.SelectorError, etree.XPathError, ValueError, RecursionError) as error:
        raise ReadError(
            f"L'option « {option} » n'est pas un sélecteur CSS : « {css[:100]} ».", "Corrigez-la dans la table."
        ) from error


def chosen(element: Any, css: Any, option: str) -> list[Any]:
    """The elements that a selector of the options finds."""
    if not isinstance(css, str) or not css.strip():
        raise ReadError(f"L'option « {option} » doit être un sélecteur CSS entre guillemets.")
    try:
        return list(_selector(css, option)(element))
    except etree.XPathError as error:
        raise ReadError(f"L'option « {option} » ne s'applique pas à cette page : « {css[:100]} ».") from error


def innermost(elements: list[Any]) -> list[Any]:
    """Those that hold no other one of them."""
    holders = {above for each in elements for above in each.iterancestors()}
    return [each for each in elements if each not in holders]


def junk(element: Any, within: bool = True) -> bool:
    """Whether an element is about the site or its visitors, not about the resource; ``within``: inside the content."""
    tag = element.tag
    if tag in _SKIPPED:
        # Some old sites put the whole page inside one form.
        return not (tag == "form" and (parent := element.getparent()) is not None and parent.tag == "body")
    if tag == "header" and not within:
        return True
    if not element.keys():
        return False
    maker = element.get("itemprop") or element.get("property") or element.get("rel")
    if maker and _MAKER.fullmatch(maker):
        return True
    names = element.get("class"), element.get("id")
    if tag in ("main", "article", "body") or not any(names):
        return False
    return any(_junk_name(name) for name in names if name) and next(element.iter("main", "article", "h1"), None) is None


@lru_cache(1 << 12)
def _junk_name(names: str) -> bool:
    return any(_JUNK.fullmatch(name) for name in names[:500].split())


def main(root: Any) -> Any:
    """The element that holds what the page is for: declared by HTML or ARIA, else the densest."""
    body = root.find("body")
    body = root if body is None else body
    weights = _weights(body)
    total = weights[body]
    declared = [each for each in body.iter("main", "article", "div", "section")
                if each.tag in ("main", "article") or each.get("role") == "main"]  # fmt: skip
    for tags in (("main", "div", "section"), ("article",)):
        best = max((each for each in declared if each.tag in tags), key=weights.__getitem__, default=None)
        if best is not None and weights[best] * 3 > total:
            return best
    return _densest(body, weights)


def _weights(body: Any) -> dict[Any, int]:
    """Characters that each element holds, those of links, menus and the like left out."""
    weights: dict[Any, int] = {}
    for element in reversed(list(body.iter(etree.Element))):
        if element.tag == "a" or (element is not body and junk(element, within=False)):
            weights[element] = 0
            continue
        weight = len(element.text.strip()) if element.text else 0
        for child in element:
            weight += weights[child]
            if child.tail:
                weight += len(child.tail.strip())
        weights[element] = weight
    return weights


def _densest(body: Any, weights: dict[Any, int]) -> Any:
    heading = next((each for each in body.iter("h1") if weights[each]), None)
    above = set(heading.iterancestors()) if heading is not None else set()
    current = body
    while len(current):
        heaviest = max(current, key=lambda child: weights[child])
        if weights[heaviest] < 0.85 * weights[current] or (current in above and heaviest not in above):
            break
        if heaviest.tag not in ("div", "section", "article", "main", "table", "tbody", "tr", "td", "form", "center"):
            break
        current = heaviest
    return current
