"""uMap: the layers of one map (https://github.com/umap-project/umap, versions 1, 2 and 3), each a GeoJSON document.

``url`` is the address of the map, ``https://umap.openstreetmap.fr/fr/map/<name>_<number>``, or its short link.

Option: ``layers`` (names of the layers to read; all of them by default).

``data`` of an item: the properties of the object, uMap's markup (``{{image}}``, ``[[link|text]]``, ``**bold**``)
written as HTML, with ``layer`` (the layer's name), ``geometry`` (``lon``, ``lat``; the centre of the bounds when it is
not a point) and ``image`` (the first one that a text shows). The people who own or edit the map are never read.
"""

from __future__ import annotations

import html
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import quote

from bridge.errors import ReadError
from bridge.readers import decode, listing, paging
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset({403, 404})

MAP = re.compile(r"(?P<root>[^?#]*?/)map/[^/?#]{0,300}_(?P<number>\d{1,12})/?(?=[?#]|\Z)")
_IN_SCRIPT = re.compile(r"new (?:L\.)?U\.Map\(\s*[\"']map[\"'],\s*(?=\{)")
_IN_ATTRIBUTE = re.compile(r"id=[\"']map-settings[\"'][^>]{0,200}?data-settings=\"([^\"]*)\"")
_LAYERS_MAX = 500
_DEPTH = 10
_LEFT = frozenset(("_umap_options", "_storage", "_storage_options"))


class _Layer(NamedTuple):
    """``remote`` is the address of data that the map only shows, when it does not hold them."""

    id: str
    name: str
    version: str
    remote: str


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The settings of the map: as JSON where its number is known, else its page."""
    found = MAP.match(url)
    if not found:
        return Request(url, {"map": url})
    return Request(f"{found['root']}map/{found['number']}/geojson/", {"map": found[0], "root": found["root"]})


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The layers of the map (first answer), then the objects of each.

    Raises:
        ReadError: the map is private or gone, or this is no uMap.
    """
    if "layer" in response.carry:
        return _objects(response)
    if response.status >= 400:
        raise ReadError(
            f"Cette carte uMap n'existe pas ou n'est pas publique (réponse {response.status}).",
            "Demandez au partenaire d'en ouvrir la lecture à tout le monde.",
        )
    properties = _settings(response)
    asked = options.get("layers") or []
    chosen = [asked] if isinstance(asked, str) else [str(name) for name in asked]
    problems: list[Problem] = []
    requests: list[Request] = []
    for layer in _layers(properties["datalayers"], _DEPTH):
        if chosen and layer.name not in chosen:
            continue
        if layer.remote:
            problems.append(_elsewhere(layer.name, layer.remote))
            continue
        if len(requests) < _LAYERS_MAX and (address := _address(response, properties, layer)):
            carry = {"map": response.carry.get("map", response.url), "layer": layer.name, "key": layer.id}
            # Version 3 says which version of each layer is the last: unchanged, it is not asked again.
            requests.append(Request(address, carry, mark=layer.version))
    if not requests:
        problems.append(Problem("Cette carte n'a aucune couche à lire."))
    return Page(next=requests, whole=bool(requests), problems=problems)


def _elsewhere(layer: str, address: str) -> Problem:
    return Problem(f"La couche « {layer} » montre les données d'un autre site ({address}) : déclarez-le à part.")


def _settings(response: Response) -> dict[str, Any]:
    """The map's properties, from the JSON of its settings or from the page that holds them."""
    source = decode.text(response.body, response.charset)
    if source.lstrip()[:1] == "<":
        if found := _IN_ATTRIBUTE.search(source):
            source = html.unescape(found[1])
        elif found := _IN_SCRIPT.search(source):
            source = _one_value(source[found.end() :])
        else:
            decode.refuse_web_page(source)
    document = decode.json(replace(response, body=source.encode("utf-8", "replace"), headers={}))
    properties = document.get("properties") if isinstance(document, dict) else None
    if not isinstance(properties, dict) or not isinstance(properties.get("datalayers"), list):
        raise ReadError("La réponse n'est pas une carte uMap.", "Donnez l'adresse de la carte, comme …/fr/map/nom_123.")
    return properties


def _one_value(source: str) -> str:
    """The JSON value that a text begins with."""
    decode.refuse_swarm(source, ("{", "[", ","))
    try:
        return source[: json.JSONDecoder(strict=False).raw_decode(source)[1]]
    except (ValueError, RecursionError):
        return source  # ``decode.json`` says what is wrong with it


def _layers(values: list[Any], depth: int) -> Iterator[_Layer]:
    """The layers of a map and, since version 3.6, those inside them."""
    for value in values:
        if not isinstance(value, dict):
            continue
        own = properties if isinstance(properties := value.get("properties"), dict) else value
        remote = data if isinstance(data := own.get("remoteData"), dict) else {}
        name, address = own.get("name"), remote.get("url")
        yield _Layer(
            # Numbers became UUIDs in version 2, which remembers them: what was read before keeps its identifier.
            listing.local_id(value.get("old_id")) + "|" + listing.local_id(value.get("id")),
            html.unescape(name) if isinstance(name, str) else "",
            version if isinstance(version := value.get("referenceVersion"), str) else "",
            address if isinstance(address, str) else "",
        )
        if depth and isinstance(inner := value.get("layers"), list):
            yield from _layers(inner, depth - 1)


def _address(response: Response, properties: Mapping[str, Any], layer: _Layer) -> str:
    """Where a layer is: as the settings say, which changed between versions 1.2 and 1.3."""
    number = layer.id.partition("|")[2]
    urls = properties.get("urls")
    template = urls.get("datalayer_view") if isinstance(urls, dict) else None
    if not number or not isinstance(template, str):
        return ""
    path = template.replace("{map_id}", listing.local_id(properties.get("id"))).replace("{pk}", quote(number))
    return paging.same_site(response.url, path)


def _objects(response: Response) -> Page:
    """The objects of one layer."""
    layer = response.carry.get("layer", "")
    if response.status >= 400:
        told = f"La couche « {layer} » n'a pas pu être lue (réponse {response.status}) : rien n'est retiré."
        return Page(whole=False, problems=(Problem(told),))
    document = decode.json(response)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list):
        raise ReadError(f"La couche « {layer} » n'est pas du GeoJSON.", "Ouvrez la carte et vérifiez cette couche.")
    objects = [feature for feature in features if isinstance(feature, dict)]
    problems = listing.strangers(len(features) - len(objects))
    settings = document.get("_umap_options") or document.get("_storage")
    remote = settings.get("remoteData") if isinstance(settings, dict) else None
    if not features and isinstance(remote, dict) and isinstance(address := remote.get("url"), str) and address:
        problems.append(_elsewhere(layer, address))  # before version 1.3 only the layer itself says it
    names = Counter(_name(feature) for feature in objects)
    items = [_item(feature, names, response.carry) for feature in objects]
    return listing.page(response, items, problems, whole=len(objects) == len(features))


def _name(feature: Mapping[str, Any]) -> str:
    properties = feature.get("properties")
    name = properties.get("name") if isinstance(properties, dict) else None
    return name if isinstance(name, str) else ""


def _item(feature: Mapping[str, Any], names: Counter[str], carry: Mapping[str, Any]) -> Item:
    """One object. Before version 1.3 it has no number: a name that no other one bears is then its identifier."""
    properties = feature.get("properties")
    data: dict[str, Any] = {}
    images: list[str] = []
    for key, value in properties.items() if isinstance(properties, dict) else ():
        if key not in _LEFT:
            data[key] = as_html(value, images) if isinstance(value, str) else value
    if images:
        data.setdefault("image", images[0])
    geometry = feature.get("geometry")
    if point := listing.centre(geometry.get("coordinates")) if isinstance(geometry, dict) else None:
        data["geometry"] = {"lon": point[0], "lat": point[1]}
    if carry.get("layer"):
        data["layer"] = carry["layer"]
    number = listing.local_id(feature.get("id"))
    name = _name(feature)
    local = number or (name if name and names[name] == 1 else listing.digest(data))
    old, _, new = str(carry.get("key", "")).partition("|")
    page = str(carry.get("map", ""))
    address = f"{page}?feature={quote(number or name)}" if page and (number or name) else page
    return Item(listing.local_id(f"{old or new}/{local}"), data, address)


# The markup of texts. Every repetition is bounded: no text, however made, takes longer than its length.
_WEB = r"https?://[^\s\"\[\]{}|<>]{1,2000}"
_LINK = re.compile(rf"\[\[({_WEB})(?:\|([^\[\]\n]{{0,1000}}))?\]\]")
_IMAGE = re.compile(rf"(?<!\{{)\{{\{{({_WEB})(?:\|[^{{}}\n]{{0,50}})?\}}\}}(?!\}})")
_FRAME = re.compile(rf"\{{\{{\{{({_WEB})(?:\|[^{{}}\n]{{0,50}})?\}}\}}\}}")
_LINE = re.compile(r"^(#{1,3}|\*{1,2}) (.*)$", re.M)
_BOLD = re.compile(r"\*\*([^*\n]{1,2000})\*\*")
_ITALIC = re.compile(r"(?<!\*)\*([^*\s][^*\n]{0,1000})\*(?!\*)")
_RULE = re.compile(r"^-{3,80}$", re.M)
_BREAK = re.compile(r"(?<!</ul>)(?<!</h4>)(?<!<hr>)\n")
_MARKS = ("[[", "{{", "**", "# ", "* ", "---")


def as_html(text: str, images: list[str]) -> str:
    """uMap's markup as HTML; ``images`` takes the addresses that it shows. A text that is one link is its address."""
    if not any(mark in text for mark in _MARKS):
        return text
    images += _IMAGE.findall(text)
    if alone := _LINK.fullmatch(text.strip()) or _IMAGE.fullmatch(text.strip()):
        return str(alone[1])
    text = _LINE.sub(_block, text)
    text = _RULE.sub("<hr>", text)
    text = _LINK.sub(lambda m: f'<a href="{m[1]}">{m[2] or m[1]}</a>', text)
    text = _FRAME.sub(r'<a href="\1">\1</a>', text)
    text = _IMAGE.sub(r'<img src="\1">', text)
    text = _ITALIC.sub(r"<em>\1</em>", _BOLD.sub(r"<strong>\1</strong>", text))
    return _BREAK.sub("<br>\n", text)


def _block(match: re.Match[str]) -> str:
    return f"<h4>{match[2]}</h4>" if match[1][0] == "#" else f"<ul><li>{match[2]}</li></ul>"
