"""What a web page says of itself to machines: schema.org (JSON-LD, microdata, RDFa), ``<meta>``, addresses, language.

Persons are left out, but for the authors of published works; so are e-mail addresses and telephone numbers. No I/O.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree

from bridge.errors import ReadError
from bridge.meaning.text import clean, scrub
from bridge.readers import decode
from bridge.record import Response

MAX_TAGS = 300_000
MAX_ATTRIBUTES = 1_000
_SCRIPT_MAX = 1 << 20
_SCRIPTS = 50
_NODES = 3_000
_DEPTH = 12
_TEXT_MAX = 50_000
_LETTERS = 500_000

_ADDRESS_MAX = 2048
# Of these it is sure that they can be taken apart again.
_ABSOLUTE = re.compile(r"https?://[\w.:-]+(?:[/?#]|$)", re.I | re.A)
_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w.-]{2,20})", re.I)
_XML_CHARSET = re.compile(rb"\A\s*<\?xml[^>]{0,80}?encoding\s*=\s*[\"']([\w.-]{2,20})")
_ATTRIBUTE = r"""[\s/]++|[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>"'][^\s>]*+)?+)?+"""
_TAG = re.compile(rf"<([a-zA-Z][^\s/>]*+)(?:{_ATTRIBUTE})*+")
_ATTRIBUTES = re.compile(_ATTRIBUTE)
_LONG_TAG = 5_000
_RAW = re.compile("</(?:script|style)", re.I)
_BEGUN = re.compile(r"<(?:html|body)[\s>]", re.I)
_ENDED = re.compile(r"</(?:html|body)\s*>", re.I)
_BLOCKS = "(?:main|article|section|header|footer|nav|div|ul|ol|table|script|style)"
_OPENED = re.compile(rf"<{_BLOCKS}[\s>]", re.I)
_CLOSED = re.compile(rf"</{_BLOCKS}\s*>", re.I)

_META = re.compile(
    r"description|keywords|(?:og|article|twitter|dc|dcterms|citation|geo)[:.][\w:.-]+|icbm|license|rights|last-modified"
)
_PRIVATE_META = re.compile(r"mail|phone|fax|author|creator|contributor|twitter[:.](?:site|creator)|article:publisher")
_PRIVATE = frozenset(
    ("email", "telephone", "faxNumber", "contactPoint", "comment", "review", "@context", "interactionStatistic")
)
_MAKERS = frozenset(("author", "creator", "editor", "contributor", "translator", "illustrator"))
_PUBLISHED = re.compile(r"Book|Report|Thesis|ScholarlyArticle|Publication(?:Issue|Volume)|Chapter|Manuscript|Dataset")
_ASIDE = re.compile(
    r"WebSite|BreadcrumbList|ItemList|ListItem|Person|ImageObject|SiteNavigationElement|WP\w+|\w*Action|Comment|Rating"
    r"|AggregateRating|\w*Organization|Corporation|\w*Business|PostalAddress|Brand|CollectionPage|ProfilePage"
    r"|SearchResultsPage|EntryPoint|PropertyValue|Place|GeoCoordinates|ContactPoint|Question|Answer"
)
_PAGES = re.compile(r"\w*Page")
_SCOPES = "//*[@itemscope or @typeof]"
_PROPERTIES = "//*[@itemprop or (@property and not(self::meta[ancestor::head]))]"
_ADDRESSES = {"a": "href", "link": "href", "area": "href", "object": "data", "time": "datetime", "data": "value"}
_ADDRESSES |= dict.fromkeys(("img", "audio", "video", "source", "iframe", "embed"), "src")


def parse(response: Response) -> Any:
    """The root element of a web page, however it is written; nesting and size are bounded.

    Raises:
        ReadError: empty, no web page, or made to be heavy.
    """
    declared = _CHARSET.search(response.body, 0, 4096) or _XML_CHARSET.match(response.body[:200])
    source = decode.text(response.body, response.charset or (declared[1].decode().lower() if declared else ""))
    source = decode.ILLEGAL.sub("", source).strip("\ufeff \t\r\n")
    if not source:
        raise ReadError("La réponse est vide : une page web était attendue.", "Ouvrez l'adresse dans un navigateur.")
    if "<" not in source[:1000] or source[0] in "{[%":
        raise ReadError("La réponse n'est pas une page web (HTML).", "Vérifiez l'adresse ou le « kind » de la source.")
    decode.refuse_swarm(source, ("<",), MAX_TAGS)
    _refuse_attributes(source)
    _refuse_cut(source)
    parser = etree.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except etree.LxmlError:
        root = None
    if root is None:
        raise ReadError("La page web est illisible.", "Ouvrez l'adresse dans un navigateur et signalez-le au site.")
    return root


def _refuse_cut(source: str) -> None:
    """A page that began like one and stops in the middle: what is missing would look like deletions and edits.

    The tags that end a page may be left out (HTML, 13.1.2.4), those that end its blocks may not.
    """
    if not _BEGUN.search(source) or _ENDED.search(source):
        return
    if len(_OPENED.findall(source)) > len(_CLOSED.findall(source)):
        raise ReadError(
            "La page web est coupée : sa fin n'est pas arrivée.",
            "La prochaine visite suffira ; si cela dure, signalez-le au site.",
        )


def _refuse_attributes(source: str) -> None:
    """A tag of very many attributes costs the parser their number squared."""
    at = 0
    while tag := _TAG.search(source, at):
        at = tag.end()
        if at - tag.start() > _LONG_TAG:
            count = sum(not each[0][:1].isspace() for each in _ATTRIBUTES.finditer(source, tag.end(1), at))
            if count > MAX_ATTRIBUTES:
                raise ReadError("La page web est refusée : une de ses balises a trop d'attributs.")
        if tag[1].lower() in ("script", "style"):
            end = _RAW.search(source, at)
            at = end.end() if end else len(source)


def base(root: Any, url: str) -> str:
    """What relative links are relative to."""
    for href in root.xpath("(//base/@href)[1]"):
        return address(href, url) or url
    return url


def address(href: str, at: str) -> str:
    """An absolute http(s) address, or empty."""
    href = href.strip()
    if not _ABSOLUTE.match(href):
        href = _joined(at, href)
    return href[:_ADDRESS_MAX] if href[:8].lower().startswith(("http://", "https://")) else ""


@lru_cache(1 << 12)
def _joined(at: str, href: str) -> str:
    try:
        found = urljoin(at, href)
        urlsplit(found[:_ADDRESS_MAX])
    except ValueError:
        return ""
    return found


def canonical(root: Any, at: str) -> str:
    """The address that the page says it has (RFC 6596), or empty."""
    for href in root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"):
        return address(href, at)
    return ""


def language(root: Any) -> str:
    """The language that the page declares (BCP 47), or empty."""
    told = root.xpath("//meta[@http-equiv='content-language' or @property='og:locale']/@content")
    for said in (root.get("lang"), root.get("xml:lang"), *told):
        if found := clean(said or "")[:20].replace("_", "-"):
            return str(found)
    return ""


def meta(root: Any) -> dict[str, Any]:
    """``<meta>`` by name, those that describe the resource; a list where a name comes back."""
    found: dict[str, Any] = {}
    for element in islice(root.iter("meta"), 500):
        name = (element.get("property") or element.get("name") or element.get("http-equiv") or "").strip().lower()
        content = scrub(clean(element.get("content") or ""))[:_TEXT_MAX]
        if content and _META.fullmatch(name) and not _PRIVATE_META.search(name):
            before = found.get(name)
            if before is None:
                found[name] = content
            elif isinstance(before, list):
                before.append(content)
            elif before != content:
                found[name] = [before, content]
    return found


def schema(root: Any, at: str) -> dict[str, Any]:
    """The resource that the page is about, as schema.org describes it; empty when it does not say."""
    nodes = [*_json_ld(root), *_scoped(root, at)]
    named = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str) and len(node) > 2}
    nodes += [inner for node in nodes if isinstance(inner := node.get("mainEntity"), dict)]
    main = max(nodes, key=_merit, default=None)
    if main is None or _merit(main)[0] < 1:
        return {}
    published = any(_PUBLISHED.fullmatch(name) for name in _types(main))
    told = _Telling(named, published).of(main, 0)
    return told if isinstance(told, dict) else {}


def _types(node: Mapping[str, Any]) -> list[str]:
    said = node.get("@type")
    return [_short(name) for name in (said if isinstance(said, list) else [said]) if isinstance(name, str)]


def _short(name: str) -> str:
    return re.split(r"[/#:]", name.strip())[-1]


def _merit(node: Mapping[str, Any]) -> tuple[int, int]:
    names = _types(node)
    if not names or any(_ASIDE.fullmatch(name) for name in names):
        return 0, 0
    return (1 if all(_PAGES.fullmatch(name) for name in names) else 2), len(node)


class _Telling:
    """One object made ours: references followed, persons left out, size and depth bounded."""

    def __init__(self, named: Mapping[str, Mapping[str, Any]], published: bool) -> None:
        self.named, self.published, self.left, self.letters = named, published, _NODES, _LETTERS

    def of(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > _DEPTH:
            return None
        if isinstance(value, str):
            self.letters -= len(value)
            if self.letters < 0:
                return None
            return scrub(decode.ILLEGAL.sub("", value[:_TEXT_MAX])).strip() or None
        if isinstance(value, list):
            return [told for each in value if (told := self.of(each, depth + 1)) is not None] or None
        if not isinstance(value, dict):
            return value
        for key in ("@value", "@list", "@set"):
            if key in value:
                return self.of(value[key], depth + 1)
        if "@id" in value and len(value) <= 2 and value["@id"] in self.named:
            value = self.named[value["@id"]]
        if depth and "Person" in _types(value):
            return None
        return self._object(value, depth) or None

    def _object(self, value: Mapping[str, Any], depth: int) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, inner in value.items():
            name = key if key.startswith("@") else _short(key)
            if name in _PRIVATE:
                continue
            told = self._makers(inner) if name in _MAKERS else self.of(inner, depth + 1)
            if name == "@type":
                names = _types(value)
                told = names[0] if len(names) == 1 else names or None
            if told is not None:
                out[name] = told
        return out

    def _makers(self, value: Any) -> Any:
        """Names of the authors of a published work; organisations only, of a page."""
        kept = []
        for each in value[:50] if isinstance(value, list) else [value]:
            if isinstance(each, dict) and each.get("@id") in self.named:
                each = self.named[each["@id"]]
            types = _types(each) if isinstance(each, dict) else []
            name = each.get("name") if isinstance(each, dict) else each
            if (
                isinstance(name, str)
                and name.strip()
                and (self.published or any(t.endswith(("Organization", "Corporation")) for t in types))
            ):
                told: dict[str, Any] = {"name": scrub(clean(decode.ILLEGAL.sub("", name)))[:300]}
                kept.append({"@type": types[0], **told} if types else told)
        return kept or None


def _json_ld(root: Any) -> Iterator[dict[str, Any]]:
    """The objects of the page's JSON-LD, those of ``@graph`` taken out; what is broken is left out."""
    scripts = (
        each for each in root.iter("script") if (each.get("type") or "").strip().lower()[:19] == "application/ld+json"
    )
    for script in islice(scripts, _SCRIPTS):
        source = (script.text or "").strip()
        source = re.sub(r"\A(?:<!--|/[/*]<!\[CDATA\[\*?/?|<!\[CDATA\[)|(?:-->|/[/*]\]\]>(?:\*/)?|\]\]>)\Z", "", source)
        if len(source) > _SCRIPT_MAX:
            continue
        try:
            waiting = [json.loads(source, strict=False, parse_constant=lambda _: None)]
        except (ValueError, RecursionError):
            continue  # Many sites write it by hand; the page still says the rest.
        count = 0
        while waiting and count < _NODES:
            value = waiting.pop(0)
            count += 1
            if isinstance(value, list):
                waiting[:0] = value[:_NODES]
            elif isinstance(value, dict):
                if isinstance(graph := value.get("@graph"), list):
                    waiting[:0] = graph[:_NODES]
                else:
                    yield value


def _scoped(root: Any, at: str) -> Iterator[dict[str, Any]]:
    """The objects of microdata (HTML, « Microdata ») and of RDFa Lite that no other one holds."""
    nodes: dict[Any, dict[str, Any]] = {}
    for element in islice(root.xpath(_SCOPES), _NODES):
        said = (element.get("itemtype") or element.get("typeof") or "").split()
        nodes[element] = {"@type": said} if said else {}
    if not nodes:
        return
    held: set[Any] = set()
    letters = 0
    for element in islice(root.xpath(_PROPERTIES), _NODES):
        owner = next((above for above in element.iterancestors() if above in nodes), None)
        if owner is None:
            continue
        inner = nodes.get(element)
        if inner is not None:
            held.add(element)
        value = inner if inner is not None else _property(element, at)
        letters += len(value)
        if letters > _LETTERS:
            break
        for name in (element.get("itemprop") or element.get("property") or "").split():
            if (value or inner is not None) and (
                ":" not in name or name.startswith(("schema:", "http://schema.org/", "https://schema.org/"))
            ):
                before = nodes[owner].setdefault(_short(name), value)
                if before is not value:
                    nodes[owner][_short(name)] = [*before, value] if isinstance(before, list) else [before, value]
    yield from (node for element, node in nodes.items() if element not in held and node)


def _property(element: Any, at: str) -> str:
    content = element.get("content")
    if content is not None:
        return str(content).strip()
    name = _ADDRESSES.get(element.tag, "")
    if name and (value := element.get(name)):
        return value.strip() if name in ("datetime", "value") else address(value, at)
    return clean(said(element))


def said(element: Any, limit: int = _TEXT_MAX) -> str:
    """The text of an element, cut at ``limit``."""
    found: list[str] = []
    length = 0
    for piece in element.itertext():
        found.append(piece)
        length += len(piece)
        if length > limit:
            break
    return "".join(found)[:limit]
