"""OAI-PMH 2.0: Identify, then ListRecords to its last token (http://www.openarchives.org/OAI/openarchivesprotocol.html).

Options: ``prefix`` (metadata format, ``oai_dc`` by default), ``set``.

``data`` of an item holds ``header`` (``identifier``, ``datestamp``, ``setSpec``) and, for ``oai_dc``, each element's
local name with the list of its texts (``title``, and ``title@fr`` where a language is given); for another format each
child's local name with the list of its values: texts, or objects for what is nested (attributes as ``@name``, text
beside them as ``#text``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from bridge.errors import ReadError
from bridge.readers import decode, listing, paging
from bridge.record import Hop, Item, Page, Problem, Request, Response

INCREMENTAL = True
REFUSALS: frozenset[int] = frozenset()

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_DC_ROOT = "{http://www.openarchives.org/OAI/2.0/oai_dc/}dc"
_DC = "{http://purl.org/dc/elements/1.1/}"
_PROVENANCE = "{http://www.openarchives.org/OAI/2.0/provenance}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_IDENTIFIER, _DATESTAMP, _SET_SPEC = f"{_OAI}identifier", f"{_OAI}datestamp", f"{_OAI}setSpec"
_HEADER, _METADATA, _ABOUT = f"{_OAI}header", f"{_OAI}metadata", f"{_OAI}about"
_ARGUMENTS = frozenset(("verb", "metadataPrefix", "set", "from", "until", "identifier", "resumptionToken"))
_MAX_HOPS = 32

_RESTART = "La prochaine visite reprendra la liste au début."


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """Identify. ``url`` is the base URL; OAI arguments left in it are taken as options where these say nothing."""
    base, given = _split(url)
    carry = {
        "base": base,
        "prefix": str(options.get("prefix") or given.get("metadataPrefix") or "oai_dc"),
        "set": str(options.get("set") or given.get("set") or ""),
        "since": since,
    }
    return Request(_address(base, {"verb": "Identify"}), carry)


def read(response: Response, options: Mapping[str, Any]) -> Page:
    """The records of one answer. ``watermark`` is the responseDate of the first page, as the protocol advises.

    Raises:
        ReadError: not OAI-PMH, a protocol error other than noRecordsMatch, or a list that does not advance.
    """
    with decode.uncollected():
        return _read(response)


def _read(response: Response) -> Page:
    root, problems = decode.xml(response)
    if root.tag != f"{_OAI}OAI-PMH":
        raise ReadError(
            f"La réponse n'est pas de l'OAI-PMH 2.0 (élément « {_local(root.tag)} »).",
            "Vérifiez l'adresse de la source.",
        )
    date = ""
    body: Element | None = None
    for child in root:
        name = _local(child.tag)
        if name == "responseDate":
            date = _instant(_text(child))
        elif name == "error":
            return _error(child, response.carry, date)
        elif name != "request":
            body = child
    if body is not None and body.tag == f"{_OAI}Identify":
        return _identify(body, response.carry, problems)
    if body is not None and body.tag == f"{_OAI}ListRecords":
        return _list(body, response, date, problems)
    raise ReadError("La réponse OAI-PMH ne contient ni liste ni erreur.", "Signalez-le au site.")


def _split(url: str) -> tuple[str, dict[str, str]]:
    """The base URL, and the OAI arguments that were pasted with it."""
    base, mark, query = url.partition("#")[0].partition("?")
    kept = [part for part in query.split("&") if part.partition("=")[0] not in _ARGUMENTS]
    return base + mark * any(kept) + "&".join(kept), paging.query(url)


def _address(base: str, arguments: Mapping[str, str]) -> str:
    joined = "&".join(f"{name}={quote(value, safe='')}" for name, value in arguments.items() if value)
    return f"{base}{'&' if '?' in base else '?'}{joined}"


def _error(element: Element, carry: Mapping[str, Any], date: str) -> Page:
    code = element.get("code", "")
    if code == "noRecordsMatch" and not carry.get("token"):
        return Page(whole=not carry.get("since"), watermark=date, keeps_deleted=bool(carry.get("keeps")), total=0)
    if code == "badResumptionToken":
        raise ReadError("Le serveur OAI-PMH ne reconnaît plus la suite de la liste : elle est à relire.", _RESTART)
    if code == "cannotDisseminateFormat":
        raise ReadError(
            f"Le serveur OAI-PMH ne fournit pas le format « {carry.get('prefix', '')} ».",
            "Changez l'option « prefix » (oai_dc existe partout).",
        )
    said = f"{code} {_text(element)[:200]}".strip()
    raise ReadError(f"Le serveur OAI-PMH répond une erreur ({said}).", "Vérifiez les options de la source.")


def _identify(body: Element, carry: Mapping[str, Any], problems: list[Problem]) -> Page:
    said = {_local(child.tag): _text(child) for child in body}
    keeps = said.get("deletedRecord", "") == "persistent"
    seconds = said.get("granularity", "").lower().endswith("ss:ssz") or "T" in said.get("granularity", "")
    from_ = _from(carry.get("since", ""), seconds, said.get("earliestDatestamp", ""))
    following = {**carry, "repository": said.get("baseURL", ""), "keeps": keeps}
    base, prefix, chosen = carry.get("base", ""), carry.get("prefix", "oai_dc"), carry.get("set", "")
    address = _address(base, {"verb": "ListRecords", "metadataPrefix": prefix, "set": chosen, "from": from_})
    return Page(next=(Request(address, following),), keeps_deleted=keeps, problems=problems)


def _instant(text: str) -> str:
    """A responseDate as ``YYYY-MM-DDThh:mm:ssZ``; empty when it is none, so that the next walk is a full one."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return ""
    if found.tzinfo:
        found = found.astimezone(UTC)
    return found.strftime("%Y-%m-%dT%H:%M:%SZ") if found.year > 1970 else ""


def _from(since: str, seconds: bool, earliest: str) -> str:
    """``since`` at the repository's granularity, one granule earlier: what changes while one reads is not missed."""
    if not since:
        return ""
    instant = datetime.strptime(since, "%Y-%m-%dT%H:%M:%SZ")
    if seconds:
        asked = (instant - timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    else:
        asked = (instant - timedelta(days=1)).strftime("%Y-%m-%d")
    return max(asked, earliest) if len(earliest) == len(asked) else asked


def _list(body: Element, response: Response, date: str, problems: list[Problem]) -> Page:
    carry = response.carry
    items: list[Item] = []
    whole = not carry.get("since")
    token: Element | None = None
    for element in body:
        if element.tag == f"{_OAI}record":
            items.append(_record(element))
        elif element.tag == f"{_OAI}resumptionToken":
            token = element
    named = [item for item in items if item.id]
    if len(named) < len(items):
        problems.append(Problem("Des notices OAI-PMH n'ont pas d'identifiant : elles sont laissées de côté."))
        items, whole = named, False
    if len(items) > listing.MAX_ITEMS:
        raise ReadError("Une page OAI-PMH contient trop de notices.", "Demandez au site des pages plus courtes.")
    if len(response.body) > listing.MAX_TEXT:
        items = [listing.shortened(item, problems) for item in items]
    watermark = carry.get("date") or date
    came = carry.get("came", 0) + len(items)
    said = "" if token is None else token.get("completeListSize", "")
    total = carry.get("total") if (announced := listing.count(said)) is None else announced
    following = _following(token, response, len(items), {"date": watermark, "came": came, "total": total})
    if not following and total is not None and came < total:
        problems.append(Problem(f"Le serveur annonçait {total} notices et en a livré {came}."))
        whole = False
    return Page(
        items=items,
        next=following,
        whole=whole,
        watermark=watermark,
        keeps_deleted=bool(carry.get("keeps")),
        total=total,
        problems=problems,
    )


def _following(token: Element | None, response: Response, count: int, known: Mapping[str, Any]) -> tuple[Request, ...]:
    if token is None or not (value := _text(token)):
        return ()
    carry = response.carry
    said = token.get("cursor", "")
    cursor = listing.count(said)
    before = carry.get("cursor")
    if cursor is not None and before is not None and carry.get("count") and cursor <= before:
        raise ReadError("La liste OAI-PMH n'avance pas : le curseur reste au même endroit.", "Signalez-le au serveur.")
    guard = paging.step(response, carry.get("token", ""), value)
    address = _address(carry.get("base", ""), {"verb": "ListRecords", "resumptionToken": value})
    return (Request(address, {**carry, **known, **guard, "token": value, "cursor": cursor, "count": count}),)


def _record(element: Element) -> Item:
    deleted = False
    sets: list[str] = []
    header: dict[str, Any] = {"identifier": "", "datestamp": "", "setSpec": sets}
    data: dict[str, Any] = {}
    path: tuple[Hop, ...] = ()
    for part in element:
        tag = part.tag
        if tag == _HEADER:
            deleted = part.get("status") == "deleted"
            for child in part:
                tag = child.tag
                if tag == _IDENTIFIER:
                    header["identifier"] = _text(child)
                elif tag == _DATESTAMP:
                    header["datestamp"] = _text(child)
                elif tag == _SET_SPEC:
                    sets.append(_text(child))
        elif tag == _METADATA:
            for root in part:
                data = _dublin_core(root) if root.tag == _DC_ROOT else _generic(root)
        elif tag == _ABOUT:
            path = path or _provenance(part)
    data["header"] = header
    url = ""
    for value in data.get("identifier", ()):
        if type(value) is str and value.startswith(("https://", "http://")):
            url = value
            break
    return Item(header["identifier"], data, url, path, deleted)


def _dublin_core(root: Element) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for child in root:
        value = child.text if not len(child) else "".join(child.itertext())
        if value and (value := value.strip()):
            name = _local(child.tag)
            texts = data.get(name)
            if texts is None:
                data[name] = [value]
            else:
                texts.append(value)
            if lang := child.get(_LANG):
                data.setdefault(f"{name}@{lang}", []).append(value)
    return data


def _generic(element: Element, depth: int = 0) -> dict[str, Any]:
    """Any element as an object: attributes ``@name``, children by local name as lists."""
    if depth > decode.MAX_DEPTH:
        raise decode.too_deep()
    data: dict[str, Any] = {f"@{_local(name)}": value for name, value in element.items()}
    for child in element:
        name = _local(child.tag)
        value: Any = _text(child)
        attributes = child.keys()
        if len(child) or (attributes and attributes != [_LANG]):
            value = _generic(child, depth + 1) | ({"#text": value} if value else {})
        elif value and attributes:
            data.setdefault(f"{name}@{child.get(_LANG)}", []).append(value)
        if value:
            data.setdefault(name, []).append(value)
    return data


def _provenance(about: Element) -> tuple[Hop, ...]:
    """The nodes a record went through, nearest first (guidelines-provenance: ``originDescription``, nested)."""
    hops: list[Hop] = []
    origin = about.find(f"{_PROVENANCE}provenance/{_PROVENANCE}originDescription")
    while origin is not None and len(hops) < _MAX_HOPS:
        said = {_local(child.tag): _text(child) for child in origin}
        hops.append(
            Hop(
                node=said.get("baseURL", ""),
                id=said.get("identifier", ""),
                datestamp=said.get("datestamp", ""),
                namespace=said.get("metadataNamespace", ""),
                altered=origin.get("altered") == "true",
            )
        )
        origin = origin.find(f"{_PROVENANCE}originDescription")
    return tuple(hops)


@lru_cache(maxsize=1024)
def _local(tag: str) -> str:
    """The name of an element without its namespace; remembered, because lists repeat the same few."""
    return tag.rpartition("}")[2]


def _text(element: Element) -> str:
    return (element.text or "").strip()
