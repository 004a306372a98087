"""Probes of sites that only have web pages: SPIP, a site map, a page that lists links to others."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin, urlsplit

from bridge.errors import ReadError
from bridge.meaning.text import clean
from bridge.readers import html_page
from bridge.recognise.blocks import Blocks, blocks, soup_of
from bridge.recognise.guess import guess
from bridge.recognise.list_pages import following, records, trail
from bridge.recognise.look import Look
from bridge.recognise.proposal import Proposal, propose
from bridge.recognise.sites import is_feed, merit
from bridge.record import PAGE_PAUSE, Item, Page, Request

_HOME = re.compile(r"/?(?:index\.(?:php|html?)|accueil|home|[a-z]{2})?/?")
_OTHERS_MAX = 8

# SPIP

_SPIP_FILES = re.compile(r"(.*?/)(?:squelettes-dist|prive|plugins-dist|local/cache-(?:css|js))/")
_SPIP_ADDRESS = re.compile(r"(.*?/)spip\.php(?:$|[?#])")
_SPIP_CONFIG = re.compile(r"\+\s*(https?://\S+?/)local/config\.txt")
_ARTICLE = re.compile(r"[?/]article\d+|[?&]id_article=\d+")
_SECTION = re.compile(r"[?/]rubrique\d+|[?&]id_rubrique=\d+")


def spip(look: Look) -> Proposal | None:
    """A SPIP: the section that was given, else all articles of its site map, else its RSS."""
    root = _spip_root(look)
    if not root:
        return None
    if found := _section(look):
        return found
    rubrics = _sections(look)
    plan, addresses = _site_map(look, [f"{root}spip.php?page=sitemap.xml"])
    articles = [address for address in addresses if _ARTICLE.search(address)]
    if plan and addresses:
        groups = _groups(addresses)
        options: dict[str, Any] = {}
        if articles:
            options = {"only": ["article"]}
        elif groups:
            options = {"only": [groups[0][0]]}
        why = ["SPIP : le flux de ce site ne donne que les dix derniers articles ; le plan du site les liste tous."]
        if not options:
            why.append("Le plan liste aussi les rubriques : dites dans « only » ce que les adresses contiennent.")
        if rubrics:
            why.append("Pour ne prendre qu'une rubrique, donnez son adresse.")
        return propose(look, "html_page", plan, options=options, extends="_spip", why=tuple(why), others=tuple(rubrics))
    feed = look.ask(f"{root}spip.php?page=backend")
    if not is_feed(feed):
        return None
    why = [
        "SPIP : ce site n'a pas de plan à lire ; son flux ne donne que les dix derniers articles.",
        "Donnez plutôt l'adresse d'une rubrique : tous ses articles seront lus.",
    ]
    return propose(look, "feed", feed.url, extends="_feed", why=tuple(why), others=tuple(rubrics))


def _spip_root(look: Look) -> str:
    """The root of a SPIP, or empty when nothing tells that this is one."""
    headers: Mapping[str, str] = look.response.headers if look.response else {}
    composed = headers.get("composed-by", "")
    if found := _SPIP_CONFIG.search(composed):
        # The site may know itself under another name: only its folder is taken.
        return urljoin(look.url, urlsplit(found[1]).path)
    if found := _SPIP_ADDRESS.match(look.url):
        return found[1]
    for script in look.scripts:
        if found := _SPIP_FILES.match(script):
            return found[1]
    said = "" if look.html is None else look.html.xpath("string((//meta[@name='generator']/@content)[1])")
    return urljoin(look.url, "/") if "spip" in composed.lower() or said.startswith("SPIP") else ""


def _section(look: Look) -> Proposal | None:
    """The section that was given, or that the given article belongs to, as a list of its articles."""
    if look.html is None or _HOME.fullmatch(urlsplit(look.url).path) and not urlsplit(look.url).query:
        return None
    kinds = look.html.xpath("string(//body/@class)")
    page = look
    if _ARTICLE.search(look.url) or "page_article" in kinds:
        above = trail(soup_of(look.text), look.base)
        if not above:
            return None
        page = look.ask(above[0])
    elif not (_SECTION.search(look.url) or "page_rubrique" in kinds):
        return None
    found = _list(page)
    if found is None:
        return None
    title = clean(page.html.xpath("string((//h1)[1])"))
    given = "donnée" if page is look else "de l'article donné"
    why = f"SPIP : la rubrique {given} (« {title} ») liste {len(found[0].targets)} articles sur sa première page."
    return _propose_list(page, found, title=title, extends="_spip", why=why)


def _sections(look: Look) -> list[tuple[str, str]]:
    """(name, address) of the sections that a page links to."""
    if look.html is None:
        return []
    found: dict[str, str] = {}
    for link in look.html.xpath("//body//a[@href]"):
        address = urljoin(look.base, link.get("href")).partition("#")[0]
        if _SECTION.search(address) and (name := clean("".join(link.itertext()))):
            found.setdefault(address, f"la rubrique « {name} »")
    return [(name, address) for address, name in found.items()][:_OTHERS_MAX]


# Site maps


def sitemap(look: Look) -> Proposal | None:
    """A site map (sitemaps.org 0.9), given or named by the site of a home page; its likeliest group of pages."""
    if look.root in ("urlset", "sitemapindex"):
        plan, addresses = look.url, _addresses(look)
    elif look.html is not None and _HOME.fullmatch(urlsplit(look.url).path) and not urlsplit(look.url).query:
        plan, addresses = _site_map(look, [urljoin(look.url, each) for each in _USUAL])
    else:
        return None
    groups = _groups(addresses) or _by_map(addresses)
    if not groups:
        return None
    (only, pages), *others = groups
    sources = {addresses[page] for page in pages}
    start = sources.pop() if len(sources) == 1 else plan
    options: dict[str, Any] = {"only": [only]} if only.startswith("/") else {}
    which = f"dont l'adresse contient « {only} »" if options else f"de {only}"
    items = _details(look, look.ask(start) if start != look.url else look, options, 2)
    typed = any(item.data.get("schema") for item in items)
    why = [
        f"Plan du site : les {len(pages)} pages {which} ont été choisies, d'après leur nom et leur nombre.",
        "Ces pages décrivent leur contenu en schema.org : c'est ce qui est lu."
        if typed
        else "Ces pages ne disent rien aux machines : titre, libellés et texte y sont lus.",
    ]
    return propose(
        look,
        "html_page",
        start,
        options=options,
        extends="_schema_org" if typed else "_html",
        why=tuple(why),
        others=tuple((f"{len(each)} pages en « {name} »", urljoin(plan, name)) for name, each in others[:_OTHERS_MAX]),
        **({} if typed else _fields(look, items)),
    )


_USUAL = ("/sitemap.xml", "/wp-sitemap.xml", "/sitemap_index.xml")
_CHILDREN_MAX = 5


def _site_map(look: Look, usual: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The site map that ``robots.txt`` names, else one at a usual address; and its addresses as ``_addresses``."""
    robots = look.ask(urljoin(look.url, "/robots.txt"))
    named = re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", robots.text) if robots.html is None else []
    for address in dict.fromkeys([*(urljoin(look.url, each) for each in named[:2]), *usual]):
        found = look.ask(address)
        if found.root in ("urlset", "sitemapindex"):
            return found.url, _addresses(found)
    return "", {}


def _addresses(look: Look) -> dict[str, str]:
    """Page -> the site map that lists it, for a site map or the likeliest ones of an index."""
    if look.xml is None:
        return {}
    named = [
        (part.text or "").strip()
        for entry in look.xml
        for part in entry
        if str(part.tag).rpartition("}")[2] == "loc" and urlsplit((part.text or "").strip()).netloc
    ]
    if look.root == "urlset":
        return dict.fromkeys(named, look.url)
    found: dict[str, str] = {}
    for address in sorted(named, key=lambda each: -merit(urlsplit(each).path))[:_CHILDREN_MAX]:
        child = look.ask(address)
        if child.root == "urlset":
            found = _addresses(child) | found
    return found


def _groups(addresses: Iterable[str]) -> list[tuple[str, list[str]]]:
    """(start of the path, pages) of the groups of three pages at least, the likeliest to be resources first.

    A page counts in the longest start that says what it is, and in one only.
    """
    counts: Counter[str] = Counter()
    starts: dict[str, list[str]] = {}
    for address in addresses:
        parts = urlsplit(address).path.rstrip("/").split("/")[1:-1]
        starts[address] = ["/" + "".join(f"{part}/" for part in parts[: n + 1]) for n in range(min(len(parts), 3))]
        counts.update(starts[address])
    groups: dict[str, list[str]] = {}
    for address, names in starts.items():
        many = [name for name in names if counts[name] > 2]
        telling = [name for name in many if merit(name)]
        if chosen := (telling or many)[:1]:
            groups.setdefault(chosen[0], []).append(address)
    return sorted(groups.items(), key=lambda pair: (-merit(pair[0]), -len(pair[1])))


def _by_map(addresses: Mapping[str, str]) -> list[tuple[str, list[str]]]:
    """(site map, pages) of a site whose addresses have no folders, the likeliest to be resources first."""
    groups: dict[str, list[str]] = {}
    for address, plan in addresses.items():
        groups.setdefault(plan, []).append(address)
    return sorted(groups.items(), key=lambda pair: (-merit(urlsplit(pair[0]).path), -len(pair[1])))


# List pages


def html_list(look: Look) -> Proposal | None:
    """A page that lists links to pages, or blocks that say all by themselves; the list above a page that was given."""
    if look.html is None:
        return None
    found = _list(look)
    if above := _above(look, found):
        page, found = above
        why = f"La page donnée est une seule fiche : la liste dont elle fait partie a été trouvée ({page.url})."
        return _propose_list(page, found, why=why)
    if found:
        why = f"La page liste {len(found[0].targets)} liens vers d'autres pages du site (blocs « {found[0].list} »)."
        return _propose_list(look, found, why=why)
    chosen, number = records(soup_of(look.text))
    if chosen:
        why = f"La page contient {number} blocs « libellé : valeur », sans page à eux (blocs « {chosen} »)."
        options = {"list": chosen, "detail": False}
        items = _details(look, look, options, 0)
        more = _fields(look, items)
        return propose(look, "html_page", look.url, options=options, extends="_html", why=(why,), **more)
    look.tried.append("cette page ne contient pas de liste : donnez l'adresse de celle qui mène à toutes les fiches")
    return None


def _list(look: Look) -> tuple[Blocks, ...] | None:
    return blocks(soup_of(look.text), look.base) or None if look.html is not None else None


def _above(look: Look, found: tuple[Blocks, ...] | None) -> tuple[Look, tuple[Blocks, ...]] | None:
    """The list page that the breadcrumb of one resource's page leads to, when that list holds the page."""
    soup = soup_of(look.text)
    for address in trail(soup, look.base)[:1]:
        if found and found[0].score > 1_000:
            break
        page = look.ask(address)
        for number, each in enumerate(lists := _list(page) or ()):
            if any(_same(target, look.url) for target in each.targets):
                return page, (each, *lists[:number], *lists[number + 1 :])
    return None


def _same(one: str, other: str) -> bool:
    return one.partition("://")[2].rstrip("/") == other.partition("://")[2].rstrip("/")


def _propose_list(look: Look, found: Sequence[Blocks], *, why: str, **more: Any) -> Proposal:
    best, *others = found
    options: dict[str, Any] = {"list": best.list} | ({"link": best.link} if best.link else {})
    whys = [why]
    after = following(soup_of(look.text), look.base)
    if after.next and after.url not in _followed(look, options):
        options["next"] = after.next
    if not _followed(look, options):
        whys.append("Aucune page suivante n'a été vue : si la liste continue, dites dans « next » le lien qui y mène.")
    items = _details(look, look, options, 3)
    if not items:
        whys.append("Aucune des pages de la liste n'a pu être lue.")
    typed = any(item.data.get("schema") for item in items)
    more = {"extends": "_schema_org" if typed else "_html", **more}
    if others:
        shown = ", ".join(f"« {each.list} » ({len(each.targets)} liens)" for each in others[:3])
        whys.append(f"Autres blocs de la page : {shown}.")
    return propose(look, "html_page", look.url, options=options, why=tuple(whys), **more, **_fields(look, items))


def _fields(look: Look, items: Sequence[Item]) -> dict[str, Any]:
    """What the labels of these pages are guessed to be; the presets know better where title, text and picture are."""
    labels = {label: None for item in items for label in item.data.get("fields", {}) if '"' not in label}
    fields, ignore = guess(labels, look.memory)
    named = {ours: [_named(label) for label in theirs] for ours, theirs in fields.items() if ours not in _KNOWN}
    return {"fields": named, "ignore": tuple(_named(label) for label in ignore)}


_KNOWN = frozenset({"title", "abstract", "url", "documents", "image", "language", "created", "modified"})


def _named(label: str) -> str:
    return 'fields."' + label.replace("\\", "\\\\") + '"'


def _followed(look: Look, options: Mapping[str, Any]) -> list[str]:
    """The next list pages that the reader finds with these options."""
    page = _read(look, html_page.start(look.url, options), options)
    return [request.url for request in page.next if not request.single]


def _details(look: Look, start: Look, options: Mapping[str, Any], wanted: int) -> list[Item]:
    """The first items of a list as the reader reads them, from that many pages of their own."""
    page = _read(start, html_page.start(start.url, options), options)
    items = list(page.items)
    for request in [each for each in page.next if each.single][:wanted]:
        items += _read(look.ask(request.url, PAGE_PAUSE), request, options).items
    return items


def _read(look: Look, request: Request, options: Mapping[str, Any]) -> Page:
    """What the reader finds in an answer; nothing where it cannot read it, which is told to people."""
    if look.response is None:
        return Page()
    try:
        return html_page.read(replace(look.response, carry=request.carry), options)
    except ReadError as error:
        look.tried.append(f"{look.url} : {error.message}")
        return Page()
