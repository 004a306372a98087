"""Short CSS selectors for elements of a page, that still hold when the page is written anew. No I/O."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import takewhile

from bs4 import BeautifulSoup, Tag

# A name that needs no escape.
_PLAIN = re.compile(r"-?[A-Za-z_][A-Za-z0-9_-]*")
# Names that tell one element from its likes, or that a machine made: they change with the content or with the next
# release of the site.
_FLEETING = re.compile(
    r".*[-_]?\d{2,}.*|.*[-_]\d+|\d.*|(?:css|sc|jsx|svelte|astro|emotion|ng|js|ember)-.*|.*__[A-Za-z0-9]*[A-Z0-9]{2,}[A-Za-z0-9]*|"
    r"first|last|odd|even|on|off|active|current|selected|open|closed|hover|focus|sticky|new|nouveau|une|clearfix|"
    r"(?:category|cat|tag|status|format|has|is|theme|thematique|rubrique|views-row)-.*",
    re.S,
)
# Names that say how an element is laid out rather than what it is: used when there is no better.
_LAYOUT = re.compile(
    r"(?:col|cols|row|container|wrapper|inner|outer|d|m|p|mt|mb|ml|mr|mx|my|pt|pb|pl|pr|px|py|w|h|g|gap|flex|grid|float|"
    r"align|justify|text|font|bg|border|rounded|shadow|xs|sm|md|lg|xl|left|right|small|large|block|inline|ltr|rtl)"
    r"(?:-.*)?"
)
_STEPS_MAX = 12
_NAMES_MAX = 10
_DEPTH_MAX = 100


def names(element: Tag) -> list[str]:
    """The classes of an element that are worth naming, best first."""
    given = [name for name in element.get_attribute_list("class") if name and _PLAIN.fullmatch(name)]
    kept = [name for name in dict.fromkeys(given) if not _FLEETING.fullmatch(name)]
    return sorted(kept, key=lambda name: _LAYOUT.fullmatch(name) is not None)[:_NAMES_MAX]


def identity(element: Tag) -> str:
    """The ``id`` of an element where it is worth naming, else empty."""
    name = str(element.get("id") or "")
    return name if _PLAIN.fullmatch(name) and not _FLEETING.fullmatch(name) else ""


def selector(soup: BeautifulSoup, members: Sequence[Tag], counts: Callable[[Tag], bool]) -> str:
    """The CSS selector of these elements and of no other, or at least of no other for which ``counts`` is true.

    Args:
        members: elements of one tag name, in the order of the page.
        counts: what else it may not match; where names do not suffice, it is the place of the first one's parent.
    """
    wanted = {id(member) for member in members}
    loose = ""
    for text in _tries(members):
        found = soup.select(text)
        others = [element for element in found if id(element) not in wanted]
        if len(found) - len(others) == len(members) and not any(map(counts, others)):
            if not others:
                return text
            loose = loose or text
    return loose or _path(members[0])


def _tries(members: Sequence[Tag]) -> Iterator[str]:
    """Selectors to try, those that say most in the fewest words first."""
    tag = members[0].name
    shared = [name for name in names(members[0]) if all(name in m.get_attribute_list("class") for m in members)]
    own = [f"{tag}.{name}" for name in shared]
    yield from own
    if tag == "article":
        yield tag
    for steps, anchor in _anchors(members):
        for last in (*own, tag):
            if steps == 0:
                yield f"{anchor} > {last}"
            yield f"{anchor} {last}"
        if steps:
            between = [parent.name for parent in above(members[0])[:steps]]
            yield " > ".join([anchor, *reversed(between), tag])


def _anchors(members: Sequence[Tag]) -> Iterator[tuple[int, str]]:
    """(steps above the parent, selector) of the ancestors that all have in common, nearest first."""
    common = {id(parent) for parent in above(members[0])}
    for member in members[1:]:
        common &= {id(parent) for parent in above(member)}
    for steps, parent in enumerate(above(members[0])[:_STEPS_MAX]):
        if id(parent) not in common:
            continue
        if name := identity(parent):
            yield steps, f"#{name}"
        yield from ((steps, f"{parent.name}.{name}") for name in names(parent))
        if parent.name in ("main", "article", "table", "tbody", "dl", "ul", "ol"):
            yield steps, parent.name


def _path(member: Tag) -> str:
    """The way down to the parent of an element, one step after another, then its tag."""
    steps = []
    for parent in above(member):
        before = [e for e in parent.previous_siblings if isinstance(e, Tag) and e.name == parent.name]
        after = [e for e in parent.next_siblings if isinstance(e, Tag) and e.name == parent.name]
        steps.append(f"{parent.name}:nth-of-type({len(before) + 1})" if before or after else parent.name)
    return " > ".join(["body", *reversed(steps), member.name])


def above(element: Tag) -> list[Tag]:
    """The elements around one, nearest first, below ``<body>``."""
    return list(takewhile(lambda parent: parent.name != "body", element.parents))


def walk(soup: BeautifulSoup) -> Iterator[tuple[Tag, str]]:
    """Each element of the body in order, with the chain of tags above it; what is nested too deep is left out."""
    waiting = [(child, "", 0) for body in soup.find_all("body", limit=1) for child in reversed(body.contents)]
    while waiting:
        element, way, depth = waiting.pop()
        if isinstance(element, Tag):
            yield element, way
            if depth < _DEPTH_MAX:
                waiting += [(child, f"{way}>{element.name}", depth + 1) for child in reversed(element.contents)]
