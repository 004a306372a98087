"""OAI-PMH 2.0: Identify, then ListRecords to its last token (http://www.openarchives.org/OAI/openarchivesprotocol.html).
A walk of what changed in ``pv`` begins with the list.

Options: ``prefix`` (metadata format, ``oai_dc`` by default), ``set``, ``file`` (the address is that of one file which
holds all the records: a static repository, http://www.openarchives.org/OAI/2.0/guidelines-static-repository.htm, or the
answer to ListRecords that somebody saved).

``data`` of an item holds ``header`` (``identifier``, ``datestamp``, ``setSpec``) and, for ``oai_dc``, each element's
local name with the list of its texts (``title``, and ``title@fr`` where a language is given); for another format each
child's local name with the list of its values: texts, or objects for what is nested (attributes as ``@name``, text
beside them as ``#text``). The ``source-field`` of ``pv`` are also in ``fields``, by their names: a text each, or a list
when there are several; of what was chosen in a list, the labels; of a place, ``lat``, ``lon`` and ``label``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from xml.etree.ElementTree import Element

from bridge.errors import ReadError
from bridge.readers import decode, listing, paging
from bridge.readers.oai_record import OAI, local, record, text
from bridge.record import Item, Page, Problem, Request, Response

INCREMENTAL = True
REFUSALS: frozenset[int] = frozenset()

_STATIC = "{http://www.openarchives.org/OAI/2.0/static-repository}"
_ARGUMENTS = frozenset(("verb", "metadataPrefix", "set", "from", "until", "identifier", "resumptionToken"))

_RESTART = "La prochaine visite reprendra la liste au début."


def start(url: str, options: Mapping[str, Any], since: str = "") -> Request:
    """Identify, or what changed in ``pv``.

    ``url`` is the base URL; OAI arguments left in it are taken as options where these say nothing."""
    if options.get("file"):
        return Request(url, {"file": True, "prefix": str(options.get("prefix") or "oai_dc")})
    base, given = _split(url)
    carry = {
        "base": base,
        "prefix": str(options.get("prefix") or given.get("metadataPrefix") or "oai_dc"),
        "set": str(options.get("set") or given.get("set") or ""),
        "since": since,
    }
    if since and carry["prefix"] == "pv":
        # Whoever writes pv counts in seconds and keeps what is withdrawn: one request tells that nothing changed.
        return _records_from(_from(since, True, ""), {**carry, "keeps": True})
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
    if root.tag == f"{_STATIC}Repository":
        return _repository(root, response, problems)
    if root.tag != f"{OAI}OAI-PMH":
        raise ReadError(
            f"La réponse n'est pas de l'OAI-PMH 2.0 (élément « {local(root.tag)} »).",
            "Vérifiez l'adresse de la source.",
        )
    date = ""
    body: Element | None = None
    for child in root:
        name = local(child.tag)
        if name == "responseDate":
            date = _instant(text(child))
        elif name == "error":
            return _error(child, response.carry, date)
        elif name != "request":
            body = child
    if body is not None and body.tag == f"{OAI}Identify":
        return _identify(body, response.carry, problems)
    if body is not None and body.tag == f"{OAI}ListRecords" and response.carry.get("file"):
        return _saved([body], response, problems)
    if body is not None and body.tag == f"{OAI}ListRecords":
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
    said = f"{code} {text(element)[:200]}".strip()
    raise ReadError(f"Le serveur OAI-PMH répond une erreur ({said}).", "Vérifiez les options de la source.")


def _identify(body: Element, carry: Mapping[str, Any], problems: list[Problem]) -> Page:
    said = {local(child.tag): text(child) for child in body}
    keeps = said.get("deletedRecord", "") == "persistent"
    seconds = said.get("granularity", "").lower().endswith("ss:ssz") or "T" in said.get("granularity", "")
    # A site that delivers its walk may begin it so although only the list was asked for: no address is asked twice.
    from_ = "" if carry.get("keeps") else _from(carry.get("since", ""), seconds, said.get("earliestDatestamp", ""))
    return Page(next=(_records_from(from_, {**carry, "keeps": keeps}),), keeps_deleted=keeps, problems=problems)


def _records_from(from_: str, carry: Mapping[str, Any]) -> Request:
    prefix, chosen = carry.get("prefix", "oai_dc"), carry.get("set", "")
    arguments = {"verb": "ListRecords", "metadataPrefix": prefix, "set": chosen, "from": from_}
    return Request(_address(carry.get("base", ""), arguments), carry)


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


def _repository(root: Element, response: Response, problems: list[Problem]) -> Page:
    """A static repository has one list for each format; a set or a start date cannot be asked of it."""
    lists = [element for element in root if local(element.tag) == "ListRecords"]
    prefix = response.carry.get("prefix", "oai_dc")
    chosen = [element for element in lists if element.get("metadataPrefix", prefix) == prefix]
    if not chosen:
        there = ", ".join(filter(None, (element.get("metadataPrefix", "") for element in lists)))
        raise ReadError(
            f"Le fichier OAI-PMH ne contient pas de liste au format « {prefix} ».",
            f"Changez l'option « prefix » (formats du fichier : {there[:200] or 'aucun'}).",
        )
    return _saved(chosen, response, problems)


def _saved(lists: list[Element], response: Response, problems: list[Problem]) -> Page:
    """Lists in one file: it is read again in full each time, so that what is not in it is gone."""
    items, _, whole = _records((element for part in lists for element in part), response, problems)
    if any(local(element.tag) == "resumptionToken" and text(element) for part in lists for element in part):
        problems.append(Problem("Le fichier ne contient que le début d'une liste OAI-PMH : rien n'est retiré."))
        whole = False
    return Page(items=items, whole=whole, problems=problems)


def _records(
    elements: Iterable[Element], response: Response, problems: list[Problem]
) -> tuple[list[Item], Element | None, bool]:
    """The records among these elements, the resumption token, and whether no record had to be left out."""
    items: list[Item] = []
    token: Element | None = None
    for element in elements:
        if element.tag == f"{OAI}record":
            items.append(record(element))
        elif element.tag == f"{OAI}resumptionToken":
            token = element
    named = [item for item in items if item.id]
    whole = len(named) == len(items)
    if not whole:
        problems.append(Problem("Des notices OAI-PMH n'ont pas d'identifiant : elles sont laissées de côté."))
    if len(named) > listing.MAX_ITEMS:
        raise ReadError("Une page OAI-PMH contient trop de notices.", "Demandez au site des pages plus courtes.")
    if len(response.body) > listing.MAX_TEXT:
        named = [listing.shortened(item, problems) for item in named]
    return named, token, whole


def _list(body: Element, response: Response, date: str, problems: list[Problem]) -> Page:
    carry = response.carry
    items, token, whole = _records(body, response, problems)
    whole = whole and not carry.get("since")
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
    if token is None or not (value := text(token)):
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
