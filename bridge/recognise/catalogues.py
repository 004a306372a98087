"""Probes of wikis and catalogues: MediaWiki (with or without Semantic MediaWiki), CKAN, udata, DCAT."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

from bridge.errors import ReadError
from bridge.meaning.text import clean, fold
from bridge.readers import dcat as dcat_reader
from bridge.readers import mediawiki as wiki_reader
from bridge.readers import paging
from bridge.recognise.guess import guess, quoted
from bridge.recognise.look import Look
from bridge.recognise.platforms import first_items
from bridge.recognise.proposal import Proposal, propose, proposed_id
from bridge.recognise.sites import merit

_SAMPLE = 20
_SHOWN = 10

# MediaWiki

_WIKI_API = re.compile(r"([^?#]*/)api\.php(?:[?#]|\Z)")
_WIKI_INDEX = re.compile(r"([^?#]*/)index\.php(?:[/?#]|\Z)")
_WIKI_CATEGORY = re.compile(r"(?:[/=]|%2F)(?:cat(?:é|e|%C3%A9)gorie|category)(?::|%3A)([^&#?/]+)", re.I)
# Categories about the wiki itself.
_UPKEEP = re.compile(
    r"^(?:pages?|articles?|modeles?|templates?|aide|help|maintenance|utilisateurs?|users?|portails?|projets? wiki|"
    r"ebauches?|bons? articles?|wiki|homonymie|redirections?|suppression|fichiers?|images?|tracking)\b"
)
# What the preset knows better: where the page is, when it was edited, its picture.
_WIKI_KNOWN = frozenset({"title", "url", "image", "created", "modified", "language", "lat", "lon", "documents"})
_LEAST = 3


def mediawiki(look: Look) -> Proposal | None:
    """A MediaWiki, from any of its pages or its API; the category that looks like resources is chosen."""
    api = next(filter(None, _doors(look)), "")
    if not api:
        return None
    asked: dict[str, object] = {"action": "query", "format": "json", "formatversion": 2, "meta": "siteinfo"}
    asked |= {"siprop": "general|extensions", "list": "allcategories", "acprop": "size|hidden", "aclimit": 500}
    said = look.ask(paging.with_query(api, **asked)).json
    query = said.get("query") if isinstance(said, dict) else None
    general = query.get("general") if isinstance(query, dict) else None
    if not isinstance(general, dict) or not isinstance(query, dict):
        return None
    sizes = _categories(query.get("allcategories"))
    given = _WIKI_CATEGORY.search(look.url)
    chosen = unquote(given[1]).replace("_", " ") if given else _best(sizes)
    why = [f"MediaWiki : son API ({api}) est ouverte."]
    if given:
        why.append(f"Catégorie de l'adresse donnée : « {chosen} ».")
    elif chosen:
        why.append(f"Catégorie choisie d'après son nom : « {chosen} » ({sizes[chosen]} pages).")
    else:
        why.append("Aucune catégorie ne semble être celle des ressources : toutes les pages du wiki sont proposées.")
    more = [name for name in sorted(sizes, key=lambda each: -sizes[each]) if name != chosen][:_SHOWN]
    if more:
        why.append(f"Autres catégories : {', '.join(f'{name} ({sizes[name]})' for name in more)}.")
    options: dict[str, Any] = {"category": chosen} if chosen else {}
    if chosen and _is_semantic(query.get("extensions")) and (properties := _properties(look, api, chosen)):
        options = {"ask": "|".join([f"[[Category:{chosen}]]", *(f"?{name}" for name in properties)])}
        why.append(f"Semantic MediaWiki : {len(properties)} propriétés sont demandées avec chaque page.")
    rows = first_items(look, wiki_reader, api, options)
    if rows is None:
        return None
    name = clean(str(general.get("sitename") or ""))
    proposal = propose(
        look,
        "mediawiki",
        api,
        title=f"{name} : {chosen}" if name and chosen else name,
        options=options,
        why=tuple(why),
        extends="_mediawiki",
        others=tuple((f"Catégorie « {each} »", _category_page(api, general, each)) for each in more),
        **_named_fields(look, rows),
    )
    return proposal._replace(id=proposed_id(urljoin(api, "/")))


def _doors(look: Look) -> list[str]:
    """Addresses where the API of a MediaWiki may be, the surest first; empty when nothing tells that this is one."""
    if found := _WIKI_API.match(look.url):
        return [f"{found[1]}api.php"]
    if look.html is None:
        return []
    edit = [link.url.partition("?")[0] for link in look.links if "edituri" in link.rel and "api.php" in link.url]
    named = look.html.xpath("//meta[@name='generator']/@content")
    if edit or not any(str(each).startswith("MediaWiki") for each in named):
        return [there for url in edit if (there := paging.same_site(look.url, url))]
    index = _WIKI_INDEX.match(look.url)
    return [f"{index[1]}api.php" if index else urljoin(look.url, "/w/api.php")]


def _category_page(api: str, general: Mapping[str, Any], name: str) -> str:
    script = general.get("script")
    page = urljoin(api, script if isinstance(script, str) else "index.php")
    return paging.with_query(page, title=f"Category:{name.replace(' ', '_')}")


def _categories(listed: Any) -> dict[str, int]:
    """Category -> number of its pages, without those that are hidden, small or about the wiki."""
    found: dict[str, int] = {}
    for each in listed if isinstance(listed, list) else []:
        name, pages = (each.get("category"), each.get("pages")) if isinstance(each, dict) else (None, None)
        if isinstance(name, str) and type(pages) is int and pages >= _LEAST and not each.get("hidden"):
            label = name.replace("_", " ")
            if not _UPKEEP.search(fold(label)):
                found[label] = pages
    return found


def _best(sizes: Mapping[str, int]) -> str:
    likely = [name for name in sizes if merit(name) > 0]
    return max(likely, key=lambda name: sizes[name], default="")


def _is_semantic(extensions: Any) -> bool:
    names = [each.get("name") for each in extensions if isinstance(each, dict)] if isinstance(extensions, list) else []
    return any(isinstance(name, str) and name.replace(" ", "") == "SemanticMediaWiki" for name in names)


def _properties(look: Look, api: str, category: str) -> list[str]:
    """The properties that the first pages of a category have, special ones left out."""
    asked = {"action": "ask", "format": "json", "api_version": 3, "query": f"[[Category:{category}]]|limit=3"}
    said = look.ask(paging.with_query(api, **asked)).json
    query = said.get("query") if isinstance(said, dict) else None
    results = query.get("results") if isinstance(query, dict) else None
    titles = [
        name for each in (results if isinstance(results, list) else []) if isinstance(each, dict) for name in each
    ]
    found: dict[str, None] = {}
    for title in titles[:2]:
        asked = {"action": "browsebysubject", "format": "json", "subject": title}
        told = look.ask(paging.with_query(api, **asked)).json
        query = told.get("query") if isinstance(told, dict) else None
        data = query.get("data") if isinstance(query, dict) else None
        for each in data if isinstance(data, list) else []:
            name = each.get("property") if isinstance(each, dict) else None
            if isinstance(name, str) and name and not name.startswith("_") and "|" not in name:
                found[name.replace("_", " ")] = None
    return list(found)


def _named_fields(look: Look, rows: list[Mapping[str, Any]]) -> dict[str, Any]:
    """``fields`` and ``ignore`` guessed from the names of properties, then of the parameters of templates."""
    fields: dict[str, list[str]] = {}
    ignored: list[str] = []
    for holder in ("printouts", "template"):
        names = dict.fromkeys(
            str(name) for row in rows if isinstance(held := row.get(holder), Mapping) for name in held
        )
        guessed, personal = guess(names, look.memory)
        ignored += [f"{holder}.{quoted(name)}" for name in personal]
        for ours, theirs in guessed.items():
            if ours not in _WIKI_KNOWN:
                fields.setdefault(ours, []).extend(f"{holder}.{quoted(name)}" for name in theirs)
    if "abstract" in fields:
        fields["abstract"] += ["extract", "text"]
    return {"fields": fields, "ignore": tuple(ignored)}


# CKAN

_CKAN_API = re.compile(r"([^?#]*?/)api/(?:3/)?action/([a-z_]+)")
_CKAN_PAGE = re.compile(
    r"([^?#]*?/)(?:[a-z]{2}(?:_[A-Z]{2})?/)?(dataset|organization|group)(?:/([\w-]+))?/?(?:[?#]|\Z)"
)
_FACETS = {"organization": "organization", "group": "groups"}
_NO_SLUG = frozenset({"about", "activity", "edit", "new", "followers"})


def ckan(look: Look) -> Proposal | None:
    """A CKAN portal, one of its organisations, groups or searches, from its pages or its API."""
    given = _CKAN_API.match(look.url)
    page = _CKAN_PAGE.match(look.url)
    if given:
        root = given[1]
        if given[2] != "package_search":
            page = None
    elif _is_ckan(look):
        root = page[1] if page else urljoin(look.url, "/")
    else:
        return None
    asked = paging.query(look.url)
    search = {name: asked[name] for name in ("q", "fq") if asked.get(name)}
    why = f"CKAN : le catalogue {root} est ouvert."
    if not given and page and page[3] and page[2] in _FACETS and page[3] not in _NO_SLUG:
        search = {"fq": f"{_FACETS[page[2]]}:{page[3]}"}
        why = f"CKAN : la page est celle de « {page[3]} » dans le catalogue {root}."
    elif not given and (facets := [f'{n}:"{asked[n]}"' for n in ("organization", "groups", "tags") if asked.get(n)]):
        search["fq"] = " ".join(facets)
    # In an order that nothing moves, so that what is edited during the walk does not slip through.
    url = paging.with_query(f"{root}api/3/action/package_search", **search, sort="id asc", rows=100, start=0)
    found = look.ask(paging.with_query(url, rows=_SAMPLE))
    result = found.json.get("result") if isinstance(found.json, dict) else None
    count = result.get("count") if isinstance(result, dict) else None
    if type(count) is not int:
        return None
    whys = (why, f"Jeux de données : {count}.")
    pages = f"{root}dataset/".replace("'", "%27")
    fields = {"url": [f"name && join('', ['{pages}', name])"]}
    proposal = propose(look, "json_api", url, why=whys, extends="_ckan", fields=fields)
    return proposal._replace(id=proposed_id(root if given else look.url))


def _is_ckan(look: Look) -> bool:
    if look.html is None:
        return False
    named = look.html.xpath("//meta[@name='generator']/@content")
    return any(str(each).lower().startswith("ckan") for each in named)


# udata

_UDATA_API = re.compile(r"([^?#]*?/)api/[12]/datasets/?(?:search/?)?(?:[?#]|\Z)")
_UDATA_PAGE = re.compile(r"([^?#]*?/)(?:[a-z]{2}/)?(organizations|topics|datasets|search)(?:/([\w-]+))?/?(?:[?#]|\Z)")
_UDATA_CLUE = re.compile(r"\budata\b|data\.gouv\.fr", re.I)
_UDATA_SEARCH = ("q", "organization", "topic", "tag", "license", "format", "geozone", "granularity", "schema", "badge")


def udata(look: Look) -> Proposal | None:
    """A udata portal (data.gouv.fr): a search, an organisation or a topic of it, from its pages or its API."""
    given = _UDATA_API.match(look.url)
    page = _UDATA_PAGE.match(look.url)
    if given:
        root = given[1]
    elif look.html is not None and page and _UDATA_CLUE.search(f"{look.url} {look.text[:200_000]}"):
        root = page[1]
    else:
        return None
    search = {name: value for name, value in paging.query(look.url).items() if name in _UDATA_SEARCH and value}
    why = f"udata : le catalogue {root} est ouvert."
    title = ""
    if not given and page and page[3]:
        if page[2] not in ("organizations", "topics"):
            return None  # the page of one dataset
        held = look.ask(f"{root}api/1/{page[2]}/{page[3]}/").json
        number = held.get("id") if isinstance(held, dict) else None
        if not isinstance(number, str):
            return None
        title = clean(str(held.get("name") or ""))
        search = {page[2].removesuffix("s"): number}
        why = f"udata : la page est celle de « {title or page[3]} » dans le catalogue {root}."
    if not search:
        return None  # all of a national catalogue is nobody's list of resources
    url = paging.with_query(f"{root}api/1/datasets/", **search, page_size=100)
    said = look.ask(paging.with_query(url, page_size=_SAMPLE)).json
    if not isinstance(said, dict) or "next_page" not in said or type(said.get("total")) is not int:
        return None
    whys = (why, f"Jeux de données : {said['total']}.")
    proposal = propose(look, "json_api", url, title=title, why=whys, extends="_udata")
    return proposal._replace(id=proposed_id(root if given else look.url))


# DCAT

_RDF_TYPES = ("application/ld+json", "application/rdf+xml")
_DCAT = re.compile(r"w3\.org/ns/dcat|[\"']dcat:")


def dcat(look: Look) -> Proposal | None:
    """A DCAT catalogue in JSON-LD or RDF/XML: at the address itself, or announced by the page."""
    count = _datasets(look)
    if count is not None:
        return _dcat_proposal(look, look, count, "l'adresse est celle d'un catalogue")
    if look.html is None:
        return None
    named = [link for link in look.links if "alternate" in link.rel and link.type in _RDF_TYPES]
    for link in named[:2]:
        found = look.ask(link.url)
        if (count := _datasets(found)) is not None:
            return _dcat_proposal(look, found, count, "la page annonce un catalogue")
    return None


def _dcat_proposal(look: Look, found: Look, count: int, why: str) -> Proposal:
    whys = (f"DCAT : {why}.", f"Jeux de données de la première page : {count}.")
    return propose(look, "dcat", found.url, why=whys, extends="_dcat", title=_host_title(look))


def _host_title(look: Look) -> str:
    return look.title or unquote(urlsplit(look.url).hostname or "")


def _datasets(look: Look) -> int | None:
    """How many datasets an answer holds; None when it is no DCAT."""
    if look.response is None or look.html is not None or not _DCAT.search(look.text):
        return None
    try:
        page = dcat_reader.read(replace(look.response, carry={}), {})
    except ReadError as error:
        look.tried.append(f"{look.url} : {error.message}")
        return None
    return len(page.items) or None
