"""Drupal: one content type through the JSON:API of the core (https://www.drupal.org/docs/core-modules-and-themes).

``url`` is the address of a type, ``https://site/jsonapi/node/<type>`` (``/fr/jsonapi/…`` for a translation).

Options: ``include`` (relationships to bring along, a list; by default those that the first answers show are asked for).

``data`` of an item: its attributes under their own names and its relationships as what people read: the names of
terms, the titles of contents (lists), the address of a media or file, the text of paragraphs. Formatted texts are HTML
(``body`` keeps ``processed`` and ``summary``), links are addresses, two dates are ``start/end``, ``geometry`` is the
first position found (``lon``, ``lat``). Authors and other users are never followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from bridge.errors import ReadError
from bridge.readers import decode, drupal_fields, listing, paging
from bridge.record import Item, Page, Problem, Request, Response

# A filter on ``changed`` would not tell what is gone.
INCREMENTAL = False
REFUSALS: frozenset[int] = frozenset({400, 401, 403, 404})

_LIMIT = 50  # what Drupal gives at most, whatever is asked
_INCLUDES_MAX = 30
_KEYS = {"node": "drupal_internal__nid", "taxonomy_term": "drupal_internal__tid", "media": "drupal_internal__mid"}
_READ = frozenset({"taxonomy_term", "media", "file", "node", "paragraph"})
_FILES_OF = frozenset({"media", "paragraph"})
# Who wrote, and the icon of a media.
_NOT_FOLLOWED = frozenset({"uid", "revision_uid", "revision_user", "author", "thumbnail", "menu_link"})


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """The first page of the type, published contents only, in the order of their numbers.

    Raises:
        ReadError: the address is not that of a type.
    """
    kind = _entity(url)
    if not kind:
        raise ReadError(
            "L'adresse n'est pas celle d'un type de contenu Drupal (…/jsonapi/node/<type>).",
            "Ouvrez /jsonapi sur le site et copiez l'adresse du type voulu.",
        )
    # Numbers do not move: sorted by them, what is edited during the walk cannot push another content out of it.
    asked = {"sort": _KEYS.get(kind, "id"), "page[limit]": _LIMIT}
    if kind == "node" and not any(name.startswith("filter") and "status" in name for name in paging.query(url)):
        asked["filter[status]"] = 1
    chosen = options.get("include") or []
    include = [chosen] if isinstance(chosen, str) else [str(name) for name in chosen]
    if include:
        asked["include"] = ",".join(include)
    return Request(paging.with_query(url, **asked), {"given": url, "include": include, "fixed": bool(include)})


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The contents of one page; first, as often as needed, the same page again with what its relationships lead to.

    Raises:
        ReadError: the API is closed, the type is unknown, or this is no JSON:API.
    """
    carry = response.carry
    if response.status >= 400:
        return _refused(response)
    document = decode.json(response)
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, list):
        raise ReadError("La réponse n'est pas une liste JSON:API.", "Vérifiez l'adresse de la source.")
    resources = [_Resource.of(value) for value in data if isinstance(value, dict)]
    brought = document.get("included")
    included = {
        (one.type, one.id): one
        for value in (brought if isinstance(brought, list) else ())
        if isinstance(value, dict)
        for one in (_Resource.of(value),)
    }
    include = list(carry.get("include", ()))
    if not carry.get("fixed"):
        missing = [path for path in dict.fromkeys(_paths(resources, included)) if path not in include]
        if missing and len(include) < _INCLUDES_MAX:
            include = [*include, *missing][:_INCLUDES_MAX]
            again = paging.with_query(response.url, include=",".join(include))
            return Page(next=(Request(again, {**carry, "include": include}),))
    problems = listing.strangers(len(data) - len(resources))
    whole = not problems
    named = _Names(response.url, included)
    items = [item for one in resources if (item := _item(one, named))]
    if named.unknown:
        told = f"Le site ne donne pas le nom de {named.unknown} contenu(s) lié(s) (rubrique, fichier) : ils sont omis."
        problems.append(Problem(told))
    came = carry.get("came", 0) + len(data)
    if not came:
        problems.append(Problem("La liste est vide : ce site ne montre aucun contenu de ce type."))
        whole = False
    elif not data and "omitted" not in (document.get("meta") or {}):
        problems.append(Problem("La suite de la liste est vide : rien n'est retiré."))
        whole = False
    announced = _count(document)
    total = carry.get("total") if announced is None else announced
    if moved := paging.moved(response, announced, "contenus"):
        problems += moved
        whole = False
    following: tuple[Request, ...] = ()
    if address := _next(document):
        if there := paging.same_site(response.url, address):
            if include and "include" not in paging.query(there):
                there = paging.with_query(there, include=",".join(include))
            known = {"include": include, "came": came} | ({} if total is None else {"total": total})
            following = (Request(there, {**carry, **known, **paging.step(response, response.url, there)}),)
        else:
            problems.append(Problem("La suite de la liste est sur un autre site : elle n'est pas lue."))
            whole = False
    elif total is not None and came < total and "omitted" not in document.get("meta", {}):
        problems.append(Problem(f"Le site annonçait {total} contenus et en a livré {came}."))
        whole = False
    return listing.page(response, items, problems, whole=whole, next=following, total=announced)


def _entity(url: str) -> str:
    """``node`` in ``https://site/jsonapi/node/article``; empty when the address is not that of a list."""
    parts = urlsplit(url).path.partition("/jsonapi/")[2].strip("/").split("/")
    return parts[0] if len(parts) == 2 else ""


def _refused(response: Response) -> Page:
    """What was refused asked otherwise, when it can be.

    Raises:
        ReadError: it cannot.
    """
    carry = response.carry
    if carry.get("came"):
        raise paging.ended(response.status)
    if response.status == 400 and carry.get("include"):
        # A relationship that may not be brought along: its words will be missing, the contents will not.
        told = "Le site refuse de joindre les contenus liés : les rubriques et les fichiers manquent."
        bare = {name: value for name, value in carry.items() if name != "include"} | {"fixed": True}
        return Page(next=(Request(_without(response.url, "include"), bare),), problems=(Problem(told),))
    if response.status == 400 and carry.get("given") and not carry.get("bare"):
        # Modules may rename the fields that ``start`` sorts and filters by.
        return Page(next=(Request(carry["given"], {**carry, "bare": True}),))
    if response.status == 404:
        raise ReadError(
            "Ce type de contenu n'existe pas, ou le site n'ouvre pas son API JSON:API (réponse 404).",
            "Ouvrez /jsonapi sur le site ; sinon demandez au partenaire d'activer le module JSON:API.",
        )
    raise ReadError(
        f"Le site refuse l'accès à son API JSON:API (réponse {response.status}).",
        "Demandez au partenaire d'ouvrir la lecture de ce type de contenu aux visiteurs anonymes.",
    )


def _without(url: str, name: str) -> str:
    parts = urlsplit(url)
    kept = [pair for pair in parts.query.split("&") if pair.partition("=")[0] != name]
    return parts._replace(query="&".join(kept)).geturl()


def _next(document: Mapping[str, Any]) -> str:
    links = document.get("links")
    link = links.get("next") if isinstance(links, dict) else None
    href = link.get("href") if isinstance(link, dict) else link
    return href if isinstance(href, str) else ""


def _count(document: dict[str, Any]) -> int | None:
    """How many contents the list holds; only sites with « JSON:API Extras » say it."""
    meta = document["meta"] = meta if isinstance(meta := document.get("meta"), dict) else {}
    return count if type(count := meta.get("count")) is int else None


class _Resource(NamedTuple):
    """A resource object: attributes, and relationships as (type, id) of what they lead to, users left out."""

    type: str
    id: str
    attributes: dict[str, Any]
    relations: dict[str, list[tuple[str, str]]]
    single: frozenset[str]

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> _Resource:
        attributes, relations = value.get("attributes"), value.get("relationships")
        targets: dict[str, list[tuple[str, str]]] = {}
        single = set()
        for name, relation in relations.items() if isinstance(relations, dict) else ():
            data = relation.get("data") if isinstance(relation, dict) else None
            if not isinstance(data, list):
                single.add(name)
            found = [
                (str(one.get("type")), listing.local_id(one.get("id")))
                for one in (data if isinstance(data, list) else [data])
                if isinstance(one, dict)
            ]
            if name not in _NOT_FOLLOWED and (kept := [target for target in found if _kind(target[0])]):
                targets[name] = kept
        return cls(
            str(value.get("type") or ""),
            listing.local_id(value.get("id")),
            attributes if isinstance(attributes, dict) else {},
            targets,
            frozenset(single),
        )


def _kind(type_: str) -> str:
    """What a resource is (``node``), empty when it is none of those that are read: users, types, settings."""
    kind = type_.partition("--")[0]
    return kind if kind in _READ else ""


def _paths(resources: list[_Resource], included: Mapping[tuple[str, str], _Resource]) -> Iterator[str]:
    """What ``include`` must name for these relationships to be resolved, two steps deep."""
    for one in resources:
        for name, targets in one.relations.items():
            for target in targets:
                found = included.get(target)
                if found is None:
                    yield name
                elif _kind(found.type) in _FILES_OF:
                    for inner, files in found.relations.items():
                        if any(_kind(file[0]) == "file" and file not in included for file in files):
                            yield f"{name}.{inner}"


class _Names:
    """What people read of the resources that relationships lead to. ``unknown`` counts those the site keeps silent."""

    def __init__(self, base: str, included: Mapping[tuple[str, str], _Resource]) -> None:
        self.root = base.partition("/jsonapi/")[0]
        self.base = base
        self.included = included
        self.unknown = 0

    def of(self, targets: list[tuple[str, str]]) -> list[str]:
        found = []
        for target in targets:
            # « virtual » and « missing » stand for what was deleted since, or for the root of a vocabulary.
            if target[1] in ("virtual", "missing"):
                continue
            resource = self.included.get(target)
            words = self._words(resource) if resource else ""
            self.unknown += not words
            found += [words] * bool(words)
        return found

    def _words(self, resource: _Resource) -> str:
        attributes = resource.attributes
        kind = _kind(resource.type)
        if kind == "file":
            uri = attributes.get("uri")
            address = uri.get("url") if isinstance(uri, dict) else attributes.get("url")
            return self._absolute(address)
        if kind == "media":
            files = [file for targets in resource.relations.values() for file in targets if _kind(file[0]) == "file"]
            found = next((self._words(self.included[file]) for file in files if file in self.included), "")
            return found or self._absolute(attributes.get("field_media_oembed_video"))
        if kind == "paragraph":
            return "\n".join(drupal_fields.texts(attributes))
        name = attributes.get("name") or attributes.get("title")
        return name if isinstance(name, str) else ""

    def _absolute(self, address: Any) -> str:
        try:
            return urljoin(self.base, address) if isinstance(address, str) and address else ""
        except ValueError:
            return ""


def _item(one: _Resource, named: _Names) -> Item | None:
    if one.attributes.get("status") is False:
        return None
    data = drupal_fields.plain(one.attributes, named.root)
    for name, targets in one.relations.items():
        words = named.of(targets)
        if words:
            data[name] = words[0] if name in one.single and _kind(targets[0][0]) in ("media", "file") else words
    path = one.attributes.get("path")
    alias = path.get("alias") if isinstance(path, dict) else None
    number = listing.local_id(one.attributes.get("drupal_internal__nid"))
    page = alias if isinstance(alias, str) and alias.startswith("/") else number and f"/node/{number}"
    return Item(one.id, data, f"{named.root}{page}" if page else "")
