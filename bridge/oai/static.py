"""A static repository, one file that a partner puts on its site: its bytes -> a repository that harvesters can ask.

Standards: http://www.openarchives.org/OAI/2.0/guidelines-static-repository.htm and guidelines-gateway.htm. What the
file says of itself and of its records is given back as it stands: names, identifiers, datestamps, metadata. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import NoReturn

from lxml import etree

from bridge.errors import ReadError
from bridge.oai import respond
from bridge.oai.arguments import is_date
from bridge.oai.arguments import read as read_arguments
from bridge.oai.model import DAYS, OAI, XSI, Format, Header, Identity, Listed, Refused, xml
from bridge.oai.token import unseal

LARGEST = 32 << 20
"""Bytes of a file."""
MOST_RECORDS = 5000
"""In one format: the guidelines keep static repositories to small collections."""
MOST_TAGS = 1_000_000
"""A hundred for each record: what is beyond would only be there to fill the memory."""
MOST_NAMES = 4096
"""Characters of the namespaces around a piece of the file, which are written again with each."""
_MOST_PIECES = 10
"""Descriptions of a repository, ``about`` of a record."""

_GUIDELINES = f"{OAI}guidelines-static-repository.htm"
_STATIC, _OAI, _GATEWAY = f"{{{OAI}static-repository}}", f"{{{OAI}}}", f"{OAI}gateway/"
_FIXED = {"protocolVersion": "2.0", "deletedRecord": "no", "granularity": DAYS}


@dataclass(frozen=True)
class Holding:
    """What a static repository has in one format; satisfies ``bridge.oai.Repository``.

    ``rows`` are in the order of lists, ``found`` the same by identifier; ``known`` are the identifiers of all formats;
    ``first`` is the oldest datestamp.
    """

    rows: Sequence[Listed]
    found: Mapping[str, Listed]
    known: frozenset[str]
    first: str

    def earliest(self) -> str:
        return self.first

    def sets(self) -> Iterable[tuple[str, str]]:
        return ()

    def get(self, id: str, prefix: str) -> Listed | None:
        """A record that only another format has is known, and has no metadata here."""
        elsewhere = Listed(Header(id, "", False, ())) if id in self.known else None
        return self.found.get(id, elsewhere)

    def list(
        self, prefix: str, from_: str, until: str, set_: str, after: tuple[str, str] | None, limit: int
    ) -> Sequence[Listed]:
        start, end = self._between(from_, until, set_)
        if after is not None:
            start = max(start, bisect_right(self.rows, after, key=_place))
        return self.rows[start : min(end, start + limit)]

    def count(self, from_: str, until: str, set_: str) -> int:
        start, end = self._between(from_, until, set_)
        return max(end - start, 0)

    def _between(self, from_: str, until: str, set_: str) -> tuple[int, int]:
        if set_:
            raise Refused("noSetHierarchy", "Cet entrepôt n'a pas d'ensemble.")
        return bisect_left(self.rows, from_, key=_day), bisect_right(self.rows, until, key=_day)


@dataclass(frozen=True)
class StaticRepository:
    """A file, read. ``base_url`` is where it says that it is served; ``descriptions`` are XML elements."""

    name: str
    base_url: str
    admin_emails: tuple[str, ...]
    descriptions: tuple[str, ...]
    formats: Mapping[str, Format]
    holdings: Mapping[str, Holding]

    def identity(self, base_url: str, secret: bytes, description: str) -> Identity:
        """What it says of itself, served at ``base_url`` by the gateway of this description."""
        return Identity(
            name=self.name,
            base_url=base_url,
            admin_emails=self.admin_emails,
            node="",
            secret=secret,
            formats=self.formats,
            deleted="no",
            granularity=DAYS,
            descriptions=(description, *self.descriptions),
        )

    def respond(self, arguments: Sequence[tuple[str, str]], identity: Identity, now: str) -> bytes:
        """The answer of ``bridge.oai.respond``, in the format that the request names or that its token goes on in: here
        each format has records and datestamps of its own."""
        asked = dict(arguments)
        verb, prefix = asked.get("verb", ""), asked.get("metadataPrefix", "")
        if "resumptionToken" in asked:
            with suppress(Refused):  # told by the answer
                prefix = unseal(asked["resumptionToken"], verb, identity).prefix
        if verb == "ListMetadataFormats" and (only := self._formats_of(asked.get("identifier", ""))):
            identity = replace(identity, formats=only)
        holding = self.holdings.get(prefix) or next(iter(self.holdings.values()))
        return respond(arguments, holding, identity, now)

    def _formats_of(self, id: str) -> dict[str, Format]:
        return {prefix: format for prefix, format in self.formats.items() if id in self.holdings[prefix].found}


def gateway(source: str, url: str, admin: str) -> str:
    """The description of a gateway (guidelines-gateway): ``source`` is the file, ``url`` the gateway itself."""
    said = {"source": source, "gatewayDescription": _GUIDELINES, "gatewayAdmin": admin, "gatewayURL": url}
    content = "".join(f"<{name}>{xml(text)}</{name}>" for name, text in said.items())
    return f'<gateway xmlns="{_GATEWAY}" {XSI} xsi:schemaLocation="{_GATEWAY} {OAI}gateway.xsd">{content}</gateway>'


def read(body: bytes) -> StaticRepository:
    """The repository that a file holds.

    Raises:
        ReadError: what breaks the guidelines or goes beyond what they foresee, and its line.
    """
    root = _parse(body)
    if root.tag != f"{_STATIC}Repository":
        _refuse(root, f"l'élément « Repository » d'un dépôt statique était attendu, non « {_local(root)} »")
    identify = _one(root, f"{_STATIC}Identify")
    for name, expected in _FIXED.items():
        if (said := _text(identify, name)) != expected:
            _refuse(identify, f"« {name} » doit valoir « {expected} », non « {said[:40]} »")
    formats = dict(map(_format, _one(root, f"{_STATIC}ListMetadataFormats").iterfind(f"{_OAI}metadataFormat")))
    if not formats:
        _refuse(root, "aucun format de métadonnées n'est annoncé")
    found = _found(root, formats)
    known = frozenset[str]().union(*found.values())
    days = [_date(identify, "earliestDatestamp")]
    days += [_day(one) for records in found.values() for one in records.values()]
    return StaticRepository(
        name=_text(identify, "repositoryName"),
        base_url=_text(identify, "baseURL"),
        admin_emails=(_text(identify, "adminEmail"), *map(_said, identify.findall(f"{_OAI}adminEmail")[1:])),
        descriptions=tuple(_pieces(identify, "description")),
        formats=formats,
        holdings={
            prefix: Holding(sorted(records.values(), key=_place), records, known, min(days))
            for prefix, records in found.items()
        },
    )


def _parse(body: bytes) -> etree._Element:
    """The root; nothing that a document type could bring is read."""
    if len(body) > LARGEST or body.count(b"<") > MOST_TAGS:
        raise _error(f"il dépasse {LARGEST >> 20} Mio ou {MOST_TAGS} balises")
    # The encoding is imposed, as the guidelines do: in another one, tags could not be counted.
    parser = etree.XMLParser(encoding="utf-8", resolve_entities=False, load_dtd=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise _error(f"ligne {error.lineno or 1}, ce n'est pas du XML complet en UTF-8") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise _error("il déclare un type de document (DOCTYPE), qui peut cacher une attaque")
    return root


def _format(element: etree._Element) -> tuple[str, Format]:
    prefix = _text(element, "metadataPrefix")
    if read_arguments([("verb", "ListIdentifiers"), ("metadataPrefix", prefix)])[1]:
        _refuse(element, f"« {prefix[:40]} » n'est pas un nom de format")
    return prefix, Format(_text(element, "schema"), _text(element, "metadataNamespace"))


def _found(root: etree._Element, formats: Mapping[str, Format]) -> dict[str, dict[str, Listed]]:
    """The records of each format, by identifier."""
    found: dict[str, dict[str, Listed]] = {prefix: {} for prefix in formats}
    size = 0
    for part in root.iterfind(f"{_STATIC}ListRecords"):
        prefix = part.get("metadataPrefix", "")
        if prefix not in found:
            _refuse(part, f"le format « {prefix[:40]} » n'est pas annoncé dans « ListMetadataFormats »")
        records = found[prefix]
        for element in part.iterchildren("{*}*"):
            one = _record(element)
            if one.header.id in records:
                _refuse(element, f"l'identifiant « {one.header.id[:200]} » est deux fois dans le même format")
            records[one.header.id] = one
            size += len(one.metadata) + len(one.about)
            if len(records) > MOST_RECORDS or size > 2 * LARGEST:
                _refuse(element, f"un format a plus de {MOST_RECORDS} notices, ou toutes sont trop grandes")
    return found


def _record(element: etree._Element) -> Listed:
    if element.tag != f"{_OAI}record":
        _refuse(element, f"une notice (« record ») était attendue, non « {_local(element)} »")
    header = _one(element, f"{_OAI}header")
    if header.attrib or [_local(child) for child in header.iterchildren("{*}*")] != ["identifier", "datestamp"]:
        _refuse(header, "un en-tête n'a qu'un identifiant et une date : ni suppression, ni ensemble")
    metadata = _pieces(element, "metadata")
    if len(metadata) != 1:
        _refuse(element, "une notice a un élément, et un seul, dans « metadata »")
    about = "".join(f"<about>{piece}</about>" for piece in _pieces(element, "about"))
    return Listed(
        Header(_text(header, "identifier"), _date(header, "datestamp"), False, ()), metadata[0].encode(), about.encode()
    )


def _pieces(parent: etree._Element, name: str) -> list[str]:
    """What the children of this name hold, each an element that can be put anywhere. The description of a gateway is
    left out: an answer has one, and it is ours."""
    found = parent.findall(f"{_OAI}{name}/{{*}}*")
    if len(found) > _MOST_PIECES:
        _refuse(parent, f"« {name} » contient plus de {_MOST_PIECES} éléments")
    return [_alone(element) for element in found if not element.tag.startswith(f"{{{_GATEWAY}}}")]


def _alone(element: etree._Element) -> str:
    """An element with all the namespaces it had around it: names may be in its values too. Where there was no default
    one, that is said: around it there will be one."""
    names = element.nsmap
    if sum(len(prefix or "") + len(address) for prefix, address in names.items()) > MOST_NAMES:
        _refuse(element, f"les espaces de noms déclarés dépassent {MOST_NAMES} caractères")
    text = etree.tostring(element, encoding="unicode", with_tail=False)
    if None in names:
        return text
    name = f"<{element.prefix}:{_local(element)}" if element.prefix else f"<{_local(element)}"
    return f'{name} xmlns=""{text[len(name) :]}'


def _one(parent: etree._Element, tag: str) -> etree._Element:
    found = parent.findall(tag)
    if len(found) != 1:
        _refuse(parent, f"un élément « {tag.rpartition('}')[2]} », et un seul, était attendu ici")
    return found[0]


def _text(parent: etree._Element, name: str) -> str:
    """The text of a child that must have one."""
    found = parent.find(f"{_OAI}{name}")
    if found is None or not _said(found):
        _refuse(parent, f"« {name} » manque")
    return _said(found)


def _date(parent: etree._Element, name: str) -> str:
    said = _text(parent, name)
    if len(said) != len(DAYS) or not is_date(said):
        _refuse(parent, f"« {name} » doit être une date AAAA-MM-JJ, non « {said[:40]} »")
    return said


def _said(element: etree._Element) -> str:
    return (element.text or "").strip()


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]


def _day(one: Listed) -> str:
    return one.header.datestamp


def _place(one: Listed) -> tuple[str, str]:
    return one.header.datestamp, one.header.id


def _refuse(element: etree._Element, message: str) -> NoReturn:
    raise _error(f"ligne {element.sourceline}, {message}")


def _error(message: str) -> ReadError:
    return ReadError(f"Ce fichier n'est pas un dépôt statique OAI-PMH : {message}.", f"Le guide : {_GUIDELINES}")
