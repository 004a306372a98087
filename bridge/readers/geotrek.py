"""Geotrek-admin: one kind of object of its API v2 (https://geotrek.readthedocs.io), with the words of its small lists.

``url`` is the address of the API (``https://admin/api/v2/``) or of one list in it (``…/api/v2/trek/?portals=2``).

Options: ``type`` (``trek``, ``touristiccontent``, ``touristicevent``, ``sensitivearea``, ``outdoor_site``,
``outdoor_course``, ``poi``, ``infrastructure``, ``signage``, ``service``; ``trek`` by default), ``language`` (``fr``),
``site`` (address of the Geotrek-rando that shows these objects: items then lead to its pages).

``data`` of an item: the object's fields, each text in one language, each number that stands for a word (theme,
practice, difficulty, structure…) replaced by it; ``insee`` (codes of its communes), ``geometry`` (``lon``, ``lat`` of
the centre), ``image`` (``url``, ``caption``), ``documents`` (``url``, ``title``), ``months`` of sensitive areas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from bridge.errors import ReadError
from bridge.meaning.text import fold
from bridge.readers import decode, lambert93, listing, paging
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset({400, 401, 403, 404})

_PER_PAGE = 100
_API = re.compile(r"(?P<base>[^?#]*?/api/v2)(?:/(?P<type>[a-z_]+))?/?(?:\?(?P<query>[^#]*))?(?:#|\Z)")
_ALIASES = {"site": "outdoor_site", "course": "outdoor_course", "outdoorcourse": "outdoor_course"}
_OWN_QUERY = ("page", "page_size", "format", "fields", "omit", "language", "no_page")

_OWNERS = {"structure": "structure", "portal": "portal", "source": "source"}
_TOURISM = {**_OWNERS, "themes": "theme", "districts": "district", "label_accessibility": "label_accessibility"}
# Of each kind: field -> the list that says what its numbers mean.
_LISTS: Mapping[str, Mapping[str, str]] = {
    "trek": {
        **_OWNERS,
        "themes": "theme",
        "practice": "trek_practice",
        "difficulty": "trek_difficulty",
        "networks": "trek_network",
        "route": "trek_route",
        "labels": "label",
        "accessibilities": "trek_accessibility",
        "districts": "district",
    },
    "touristiccontent": {**_TOURISM, "category": "touristiccontent_category"},
    "touristicevent": {**_TOURISM, "type": "touristicevent_type"},
    "sensitivearea": {"structure": "structure", "practices": "sensitivearea_practice"},
    "outdoor_site": {
        **_OWNERS,
        "themes": "theme",
        "practice": "outdoor_practice",
        "type": "outdoor_sitetype",
        "sector": "outdoor_sector",
        "managers": "organism",
        "labels": "label",
        "districts": "district",
    },
    "outdoor_course": {"structure": "structure", "type": "outdoor_coursetype", "districts": "district"},
    "poi": {"structure": "structure", "type": "poi_type"},
    "infrastructure": {
        "structure": "structure",
        "type": "infrastructure_type",
        "condition": "infrastructure_condition",
        "conditions": "infrastructure_condition",
    },
    "signage": {
        "structure": "structure",
        "type": "signage_type",
        "conditions": "signage_condition",
        "sealing": "signage_sealing",
    },
    "service": {"structure": "structure", "type": "service_type"},
}
_NAMED = ("label", "name", "title", "type", "route")
# People, addresses of drawings, other objects by their numbers, what is written otherwise below.
_LEFT = re.compile(
    r"contact|email|speaker|information_desks|reservation_.*|organizers_id|published|attachments.*|view_points|blades|"
    r"cit(?:y_codes|ies)|departure_city(?:_code)?|.*_geom|points_reference|parking_location|elevation_.*_url|"
    r"altimetric_profile|.*_?uuids?|id|url|children|parents?|previous|next|courses|sites|ratings|condition|species_id|"
    r"type_pictogram|geometry|bbox|external_id|second_external_id|eid|web_links|meeting_time|participant_number|organizer|"
    r"approved|type_label|openair_url|kml_url|orientation|wind"
)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[-_][a-zA-Z]{2,4})?")
_INSEE = re.compile(r"\d[\dAB]\d{3}")
_MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre")
_PAGES = {  # in Geotrek-rando 3
    "trek": "trek",
    "touristiccontent": "service",
    "touristicevent": "event",
    "outdoor_site": "outdoor-site",
    "outdoor_course": "outdoor-course",
}


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The first of the small lists; then the objects.

    Raises:
        ReadError: the address is not that of an API v2.
    """
    found = _API.match(url)
    if not found:
        raise ReadError(
            "L'adresse n'est pas celle d'une API Geotrek (…/api/v2/).",
            "Donnez l'adresse de Geotrek-admin, avec /api/v2/.",
        )
    named = str(options.get("type") or found["type"] or "trek")
    kind = _ALIASES.get(named, named)
    pairs = [pair for pair in (found["query"] or "").split("&") if pair and pair.partition("=")[0] not in _OWN_QUERY]
    lists = list(dict.fromkeys(_lists(kind).values()))
    return _request({"base": found["base"], "type": kind, "query": "&".join(pairs), "lists": lists, "labels": {}})


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The words of one small list, or the objects of one page.

    Raises:
        ReadError: the API is closed, or this is not its answer.
    """
    carry = response.carry
    language = str(options.get("language") or "fr")
    if lists := carry.get("lists"):
        return _words(response, lists, language)
    if response.status >= 400:
        raise paging.ended(response.status) if carry.get("came") else _refused(response)
    document = decode.json(response)
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list):
        raise _stranger()
    objects = [value for value in results if isinstance(value, dict)]
    problems = listing.strangers(len(results) - len(objects))
    reading = _Reading(carry, language, str(options.get("site") or ""))
    items = [reading.item(value) for value in objects if _published(value.get("published"))]
    if reading.unnamed:
        problems.append(Problem(f"{reading.unnamed} code(s) absents des listes de ce Geotrek : ils sont omis."))
    if reading.misplaced:
        problems.append(Problem(f"Position illisible ou hors du monde : {reading.misplaced} objet(s)."))
    whole = len(objects) == len(results)
    came = carry.get("came", 0) + len(results)
    announced = count if type(count := document.get("count")) is int else None
    total = carry.get("total") if announced is None else announced
    if moved := paging.moved(response, announced, "objets"):
        problems += moved
        whole = False
    following: tuple[Request, ...] = ()
    if results and isinstance(address := document.get("next"), str):
        there = paging.same_site(response.url, address)
        if there:
            known = {"came": came, "total": total} if total is not None else {"came": came}
            following = (Request(there, {**carry, **known, **paging.step(response, response.url, there)}),)
        else:
            problems.append(Problem("La suite de la liste est sur un autre site : elle n'est pas lue."))
            whole = False
    elif whole and total is not None and came < total:
        problems.append(Problem(f"Ce Geotrek annonçait {total} objets et en a livré {came}."))
        whole = False
    return listing.page(response, items, problems, whole=whole, next=following, total=announced)


def _lists(kind: str) -> Mapping[str, str]:
    return _LISTS.get(kind, {"structure": "structure"})


def _request(carry: Mapping[str, Any]) -> Request:
    base, lists = carry["base"], carry["lists"]
    if lists:
        return Request(f"{base}/{quote(lists[0])}/?page_size=1000", carry)
    asked = f"page_size={_PER_PAGE}" + (f"&{carry['query']}" if carry["query"] else "")
    if carry["type"] == "sensitivearea" and "period=" not in carry["query"]:
        asked += "&period=ignore"  # else only those of the current month are given
    return Request(f"{base}/{quote(carry['type'])}/?{asked}", carry)


def _words(response: Response, lists: list[str], language: str) -> Page:
    """Reads one small list and goes on; a Geotrek without the module that a list belongs to refuses it."""
    carry = response.carry
    if response.status in (401, 403):
        raise _refused(response)
    document = decode.json(response) if response.status < 400 else {"results": []}
    results = document.get("results") if isinstance(document, dict) else None
    if not isinstance(results, list):  # its words would be missing from every record
        raise _stranger()
    labels = dict(carry["labels"])
    known = dict(labels.get(lists[0], {}))
    for value in results:
        if isinstance(value, dict):
            known |= _named(value, language)
    labels[lists[0]] = known
    after = document.get("next")
    there = paging.same_site(response.url, after) if isinstance(after, str) and results else ""
    if there:
        return Page(next=(Request(there, {**carry, "labels": labels, **paging.step(response, response.url, there)}),))
    kept = {name: value for name, value in carry.items() if name not in ("steps", "mark")}
    return Page(next=(_request({**kept, "labels": labels, "lists": lists[1:]}),))


def _named(value: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """Number -> word of an entry of a list, and of the two levels of types inside a category of touristic contents."""
    words = (text for key in _NAMED if isinstance(text := _translated(value.get(key), language), str) and text)
    if word := next(words, ""):
        yield listing.local_id(value.get("id")), word
    for group in types if isinstance(types := value.get("types"), list) else ():
        for inner in values if isinstance(group, dict) and isinstance(values := group.get("values"), list) else ():
            text = _translated(inner.get("label"), language) if isinstance(inner, dict) else ""
            if isinstance(text, str) and text:
                yield f"type {listing.local_id(inner.get('id'))}", text


def _stranger() -> ReadError:
    return ReadError("La réponse n'est pas une liste de l'API Geotrek.", "Vérifiez l'adresse de la source.")


def _refused(response: Response) -> ReadError:
    if response.status == 404:
        named = response.carry.get("type", "")
        return ReadError(f"Ce Geotrek n'a pas de liste « {named} » (réponse 404).", "Vérifiez l'option « type ».")
    return ReadError(
        f"Ce Geotrek refuse l'accès à son API (réponse {response.status}).",
        "Demandez au partenaire de la rendre publique (API_IS_PUBLIC).",
    )


def _published(value: Any) -> bool:
    """Published in one language at least, or of a kind that does not say."""
    return any(value.values()) if isinstance(value, dict) and value else value is not False


def _translated(value: Any, language: str) -> Any:
    """One language of ``{"fr": …, "en": …}``: the one asked for, else the first that says something."""
    if not isinstance(value, dict) or not value or not all(map(_LANGUAGE.fullmatch, value)):
        return value
    return value.get(language) or next((each for each in value.values() if each), "")


class _Reading:
    """Objects of one page. ``unnamed`` counts the numbers no list explains, ``misplaced`` the unreadable positions."""

    def __init__(self, carry: Mapping[str, Any], language: str, site: str) -> None:
        self.kind = carry.get("type", "")
        self.labels = carry.get("labels", {})
        self.language = language
        self.site = site.rstrip("/")
        self.unnamed = 0
        self.misplaced = 0

    def item(self, value: Mapping[str, Any]) -> Item:
        lists = _lists(self.kind)
        data: dict[str, Any] = {}
        for key, raw in value.items():
            if key in lists:
                found = self._word(raw, lists[key])
            elif key == "types":
                found = self._types(raw)
            elif key == "rules":
                rules = [_translated(rule.get("name"), self.language) for rule in _objects(raw)]
                found = [rule for rule in rules if rule]
            elif key == "period" and isinstance(raw, list):
                key, found = "months", [m for m, on in zip((*_MONTHS, "décembre"), raw, strict=False) if on is True]
            elif _LEFT.fullmatch(key):
                continue
            else:
                found = _translated(raw, self.language)
            if found not in (None, "", [], {}):
                data[key] = found
        if "name" not in data and "type" in data:
            data["name"] = data["type"]  # equipment has no name
        self._place(value, data)
        data |= _files(value)
        number = listing.local_id(value.get("id"))
        address = value.get("url")
        return Item(number, data, self._page(number, data.get("name")) or (address if isinstance(address, str) else ""))

    def _word(self, raw: Any, named: str, prefix: str = "") -> Any:
        """The word of a number, the words of a list of numbers; what is a text already stays."""
        if isinstance(raw, list):
            return [word for each in raw if (word := self._word(each, named, prefix))]
        if type(raw) is not int:
            return _translated(raw, self.language) if isinstance(raw, (str, dict)) else None
        word = self.labels.get(named, {}).get(f"{prefix}{raw}", "")
        self.unnamed += not word
        return word

    def _types(self, raw: Any) -> list[str]:
        """``{"101": [3, 4], "102": []}``: the two lists of types of a touristic content."""
        groups = raw.values() if isinstance(raw, dict) else ()
        words = [self._word(group, "touristiccontent_category", "type ") for group in groups if isinstance(group, list)]
        return [word for group in words for word in group]

    def _place(self, value: Mapping[str, Any], data: dict[str, Any]) -> None:
        # Until 2.117 a commune's own number was its code INSEE.
        codes = value.get("city_codes") or value.get("cities")
        given = codes if isinstance(codes, list) else []
        if insee := [code for code in given if isinstance(code, str) and _INSEE.fullmatch(code)]:
            data["insee"] = insee
        geometry = value.get("geometry")
        shape = lambert93.coordinates(geometry) if isinstance(geometry, dict) else None
        if point := lambert93.centre(shape):
            data["geometry"] = {"lon": point[0], "lat": point[1]}
        elif shape:
            self.misplaced += 1

    def _page(self, number: str, name: Any) -> str:
        if not self.site or self.kind not in _PAGES or not number:
            return ""
        slug = "-".join(fold(name).split())[:100] if isinstance(name, str) else ""
        return f"{self.site}/{_PAGES[self.kind]}/{number}-{quote(slug)}"


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _files(value: Mapping[str, Any]) -> dict[str, Any]:
    """``image`` and ``documents`` from the attachments, without who made them."""
    data: dict[str, Any] = {}
    documents = []
    for each in _objects(value.get("attachments")):
        if not isinstance(url := each.get("url"), str) or not url:
            continue
        if each.get("type") == "image":
            data.setdefault("image", {"url": url, "caption": each.get("legend") or each.get("title") or ""})
        elif each.get("type") == "file":
            documents.append({"url": url, "title": each.get("title") or each.get("legend") or ""})
    if isinstance(pdf := value.get("pdf"), str) and pdf:
        documents.append({"url": pdf, "title": "Fiche à imprimer", "type": "application/pdf"})
    return data | ({"documents": documents} if documents else {})
