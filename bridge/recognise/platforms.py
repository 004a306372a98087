"""Probes of platforms with an API of their own: Drupal, GoGoCarto, uMap, Geotrek."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urljoin

from bridge.errors import ReadError
from bridge.meaning.text import clean
from bridge.readers import Reader, paging
from bridge.readers import drupal as drupal_reader
from bridge.readers import umap as umap_reader
from bridge.recognise.guess import guess, paths
from bridge.recognise.look import Look
from bridge.recognise.proposal import Proposal, propose
from bridge.recognise.sites import merit

_STEPS = 4  # requests before the first items of a source that names its words first
_SAMPLE = 50


def first_items(look: Look, reader: Reader, url: str, options: Mapping[str, Any]) -> list[Mapping[str, Any]] | None:
    """``data`` of the items of the first page that has some; None when the site refuses."""
    try:
        request = reader.start(url, options)
        for _ in range(_STEPS):
            answer = look.ask(request.url).response
            if answer is None:
                return None
            page = reader.read(replace(answer, carry=request.carry), options)
            if page.items or not page.next:
                return [item.data for item in page.items[:_SAMPLE]]
            request = page.next[0]
    except ReadError:
        return None
    return []


def _beyond(look: Look, rows: Sequence[Mapping[str, Any]], known: frozenset[str]) -> dict[str, Any]:
    """``fields`` and ``ignore`` guessed from a sample, beside those that a preset knows of these sites."""
    fields, ignore = guess(paths(rows), look.memory)
    return {"fields": {ours: theirs for ours, theirs in fields.items() if ours not in known}, "ignore": ignore}


# Drupal

_DRUPAL_TYPE = re.compile(r"([^?#]*?/jsonapi)/node/(\w+)/?(?:[?#]|\Z)")
_DRUPAL_CLUE = re.compile(r"data-drupal-selector|drupalSettings|/sites/default/files/|/core/misc/drupal")
_DRUPAL_KNOWN = frozenset({"title", "url", "language", "created", "modified", "published", "lat", "lon", "point"})


def drupal(look: Look) -> Proposal | None:
    """A Drupal whose JSON:API is open, from any of its pages or the address of a type; one of its types is chosen."""
    given = _DRUPAL_TYPE.match(look.url)
    if given:
        api, named = given[1], given[2]
    elif _is_drupal(look):
        api, named = urljoin(look.url, f"{_drupal_base(look)}jsonapi"), ""
    else:
        return None
    types = {} if given else _drupal_types(look.ask(api))
    if not given and not types:
        return None
    chosen = named or min(types, key=lambda name: (-_drupal_merit(name), len(name), name))
    url = look.url if given else types[chosen]
    rows = first_items(look, drupal_reader, url, {})
    if rows is None:
        return None
    if given:
        why = [f"Drupal : l'adresse est celle du type de contenu « {chosen} » dans son API JSON:API."]
    else:
        why = [f"Drupal : son API JSON:API ({api}) est ouverte.", f"Type choisi d'après son nom : « {chosen} »."]
    others = tuple((f"Drupal, type « {name} »", address) for name, address in types.items() if name != chosen)
    if others:
        why.append(f"Autres types : {', '.join(name for name in types if name != chosen)}.")
    more = _beyond(look, rows, _DRUPAL_KNOWN)
    if not rows:
        why.append("La liste est vide, ou ses contenus ne sont pas publics.")
    fields = more["fields"]
    if fields.get("abstract", ["body"])[0].startswith("body."):
        fields.pop("abstract", None)  # the preset puts the summary before the text
    return propose(look, "drupal", url, why=tuple(why), extends="_drupal", others=others, **more)


def _is_drupal(look: Look) -> bool:
    if look.response is None:
        return False
    headers = look.response.headers
    if "drupal" in headers.get("x-generator", "").lower() or any(name.startswith("x-drupal-") for name in headers):
        return True
    if look.html is None:
        return False
    named = look.html.xpath("//meta[translate(@name, 'G', 'g')='generator']/@content")
    return any(str(content).startswith("Drupal") for content in named) or bool(_DRUPAL_CLUE.search(look.text))


def _drupal_base(look: Look) -> str:
    """The path of the site, with its language: ``/``, ``/sous-dossier/``, ``/fr/``."""
    held = [] if look.html is None else look.html.xpath("//script[@data-drupal-selector='drupal-settings-json']/text()")
    try:
        path = json.loads(held[0])["path"] if held else {}
        base, prefix = path.get("baseUrl"), path.get("pathPrefix")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return "/"  # what a page says of itself in a script may be anything
    found = (base if isinstance(base, str) else "/") + (prefix if isinstance(prefix, str) else "")
    return found if re.fullmatch(r"/(?:[\w.-]+/)*", found) else "/"


def _drupal_types(look: Look) -> dict[str, str]:
    """Content type -> address of its list, as the entry point of the API tells."""
    links = look.json.get("links") if isinstance(look.json, dict) else None
    found = {}
    for name, link in links.items() if isinstance(links, dict) else ():
        href = link.get("href") if isinstance(link, dict) else link
        if name.startswith("node--") and isinstance(href, str) and (there := paging.same_site(look.url, href)):
            found[name.removeprefix("node--")] = there
    return found


def _drupal_merit(name: str) -> int:
    usual = (name == "article") - (name in ("page", "webform", "landing_page", "faq"))
    return 2 * merit(name.replace("_", " ")) + usual


# GoGoCarto

_GOGOCARTO_API = re.compile(r"([^?#]*?/)api/elements(?:\.json)?(?:\?|#|\Z)")
_GOGOCARTO_SCRIPT = re.compile(r"(.*?/)(?:js|assets|build|bundles|css)/(?:[\w-]+/){0,3}gogocarto[\w.-]*\.(?:js|css)")
_GOGOCARTO_KNOWN = frozenset(
    {"title", "abstract", "themes", "postcode", "commune", "place", "lat", "lon", "point", "url", "image", "documents"}
    | {"created", "modified", "status", "type", "region", "departement"}
)


def gogocarto(look: Look) -> Proposal | None:
    """A GoGoCarto map, from any of its pages or from its API; the elements are asked for in full."""
    given = _GOGOCARTO_API.match(look.url)
    scripts = [found[1] for script in look.scripts if (found := _GOGOCARTO_SCRIPT.match(script))]
    if given:
        root = given[1]
    elif scripts:
        root = scripts[0]
    else:
        return None
    asked = {name: value for name, value in paging.query(look.url).items() if name not in ("ontology", "limit")}
    url = f"{root}api/elements.json"
    for name, value in (asked if given else {}).items():
        url = paging.with_query(url, **{name: value})
    if given and "ontology" in paging.query(look.url):
        url = paging.with_query(url, ontology="gogofull")  # the compact one is lists without names
    rows = _elements(look) if given else []
    answer = look if rows else look.ask(paging.with_query(url, limit=_SAMPLE))
    rows = rows or _elements(answer)
    if not rows:
        if "token" in answer.text[:500].lower():
            look.tried.append(f"{url} : cette carte GoGoCarto demande un jeton, à obtenir du partenaire")
        return None
    why = [f"GoGoCarto : ses éléments sont à l'adresse {url}."]
    if any(type(category) is int for row in rows for category in _list(row.get("categories"))):
        why.append(
            'Les catégories y sont des numéros (version ancienne) : écrivez themes = "categories", et un mot pour '
            f"chacun dans [values.themes] (leurs noms sont à l'adresse {root}api/taxonomy.json)."
        )
    return propose(look, "json_api", url, why=tuple(why), extends="_gogocarto", **_beyond(look, rows, _GOGOCARTO_KNOWN))


def _elements(look: Look) -> list[dict[str, Any]]:
    data = look.json.get("data") if isinstance(look.json, dict) else None
    return [row for row in _list(data)[:_SAMPLE] if isinstance(row, dict) and "geo" in row]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


# uMap


def umap(look: Look) -> Proposal | None:
    """One uMap map, from its page; its layers are listed."""
    found = umap_reader.MAP.match(look.url)
    if look.response is None or found is None:
        return None
    try:
        page = umap_reader.read(look.response, {})
    except ReadError:
        return None
    layers = [f"« {request.carry['layer']} »" for request in page.next]
    why = ["uMap : la page est celle d'une carte.", f"Couches : {', '.join(layers) or 'aucune'}."]
    if len(layers) > 1:
        why.append('Si toutes ne sont pas des ressources, nommez les bonnes : options = { layers = ["…"] }.')
    why += [problem.message for problem in page.problems]
    return propose(look, "umap", found[0], title=_map_title(look), why=tuple(why), extends="_umap")


def _map_title(look: Look) -> str:
    """``<title>`` is « name - site - motto »; the name may hold dashes, the rest is the same on every page."""
    titled = "" if look.html is None else look.html.xpath("string((//meta[@property='og:title']/@content)[1])")
    titled = titled or ("" if look.html is None else look.html.xpath("string((//title)[1])").rpartition(" - ")[0])
    return clean(titled)


# Geotrek

_GEOTREK_API = re.compile(r"[^?#]*?/api/v2(?=/|\?|#|\Z)")
_RANDO_API = re.compile(r"[\"']apiUrl[\"']\s*:\s*[\"'](https?:[^\"'\s]{1,300}?/api/v2)/?[\"']")
_GEOTREK_KEYS = frozenset({"structure", "provider", "published", "external_id", "eid", "city_codes", "species_id"})
_GEOTREK_TYPES = {
    "trek": "itinéraires",
    "touristiccontent": "contenus touristiques",
    "touristicevent": "événements",
    "sensitivearea": "zones de sensibilité de la faune",
    "outdoor_site": "sites de pratique",
    "poi": "patrimoines",
    "signage": "signalétique",
    "infrastructure": "aménagements",
}


def geotrek(look: Look) -> Proposal | None:
    """A Geotrek: an address of its API v2, or a Geotrek-rando, whose page names the API it shows."""
    site = ""
    if given := _GEOTREK_API.match(look.url):
        base, named = given[0], look.url[given.end() :].strip("/").partition("/")[0].partition("?")[0].strip("/")
        url = look.url if named else f"{base}/"
    elif "apiUrl" in look.text and (told := _RANDO_API.search(look.text.replace("\\/", "/"))):
        base, named, site = told[1], "", urljoin(look.url, "/").rstrip("/")
        url = f"{base}/"
    else:
        return None
    kind = named if named in _GEOTREK_TYPES else "trek"
    if named and named != kind:
        return None
    said = look if named and _is_geotrek(look.json) else look.ask(f"{base}/{kind}/?page_size=1")
    if not _is_geotrek(said.json):
        return None
    options: dict[str, Any] = {"type": kind} | ({"site": site} if site else {})
    label = _GEOTREK_TYPES[kind]
    why = [
        f"Geotrek : son API v2 ({base}) est ouverte.",
        f"Type proposé : {label} ({said.json['count']}). Changez « type » pour un autre : {', '.join(_GEOTREK_TYPES)}.",
    ]
    others = tuple((f"Geotrek, {text}", f"{base}/{name}/") for name, text in _GEOTREK_TYPES.items() if name != kind)
    title = f"{look.title} : {label}" if look.title else ""
    more = {"options": options, "why": tuple(why), "extends": "_geotrek", "others": others}
    return propose(look, "geotrek", url, title=title, **more)


def _is_geotrek(value: Any) -> bool:
    if not isinstance(value, dict) or type(value.get("count")) is not int or not isinstance(value.get("results"), list):
        return False
    first = value["results"][0] if value["results"] else None
    return first is None or (isinstance(first, dict) and bool(_GEOTREK_KEYS & first.keys()))
