"""The OAI-PMH 2.0 provider: the arguments of a request -> the bytes of its answer. Pure.

Standards: http://www.openarchives.org/OAI/openarchivesprotocol.html and the guidelines for repositories and for
oai-identifier, provenance, rights and friends. Lists are given by (datestamp, id), and never hold what is younger than
the answer: what changes during a harvest moves to its end or to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache

from bridge.instants import shifted
from bridge.oai.arguments import read
from bridge.oai.model import (
    DAYS,
    OAI,
    OAI_DC,
    SECONDS,
    XSI,
    Format,
    Header,
    Identity,
    Listed,
    Refused,
    Repository,
    Selection,
    oai_identifier,
    record_id,
    xml,
)
from bridge.oai.provenance import about
from bridge.oai.token import Cursor, seal, unseal

__all__ = [
    "DAYS",
    "OAI_DC",
    "SECONDS",
    "Format",
    "Header",
    "Identity",
    "Listed",
    "Repository",
    "Selection",
    "about",
    "header",
    "oai_identifier",
    "read",
    "record_id",
    "respond",
]

Values = Mapping[str, str]

TOKEN_LIFE = timedelta(days=7)
_DELETED = ' status="deleted"'
# Dublin Core, as the guidelines want the description of a set.
_DC = (
    f'xmlns:oai_dc="{OAI_DC.namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/" {XSI} '
    f'xsi:schemaLocation="{OAI_DC.namespace} {OAI_DC.schema}"'
)
_ROOT = f'xmlns="{OAI}" {XSI} xsi:schemaLocation="{OAI} {OAI}OAI-PMH.xsd"'


def respond(arguments: Sequence[tuple[str, str]], repository: Repository, identity: Identity, now: str) -> bytes:
    """The answer to one request, a UTF-8 XML document; protocol errors are answers too (HTTP 200).

    Args:
        arguments: the decoded query or form, repeated names kept.
        now: the responseDate (in seconds), read before the snapshot was opened; nothing stamped later is listed.
    """
    values, errors = read(arguments, identity.granularity)
    attributes, body = "", b""
    if not errors:
        attributes = "".join(f' {name}="{xml(value)}"' for name, value in values.items())
        try:
            body = _ANSWERS[values["verb"]](values, repository, identity, now)
        except Refused as refused:
            errors = [refused.error]
    told = "".join(f'<error code="{code}">{xml(message)}</error>' for code, message in errors)
    head = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH {_ROOT}><responseDate>{now}</responseDate>'
        f"<request{attributes}>{xml(identity.base_url)}</request>{told}"
    )
    return b"".join((head.encode(), body, b"</OAI-PMH>\n"))


def _identify(values: Values, repository: Repository, identity: Identity, now: str) -> bytes:
    emails = "".join(f"<adminEmail>{xml(email)}</adminEmail>" for email in identity.admin_emails)
    today = _today(now, identity)
    descriptions = [*_scheme(repository, identity, today), *_friends(identity), *identity.descriptions]
    return _tag(
        "Identify",
        (
            f"<repositoryName>{xml(identity.name)}</repositoryName><baseURL>{xml(identity.base_url)}</baseURL>"
            f"<protocolVersion>2.0</protocolVersion>{emails}"
            f"<earliestDatestamp>{min(repository.earliest() or today, today)}</earliestDatestamp>"
            f"<deletedRecord>{identity.deleted}</deletedRecord><granularity>{identity.granularity}</granularity>"
            "<compression>gzip</compression>"
            f"{''.join(f'<description>{description}</description>' for description in descriptions)}",
        ),
    )


def _scheme(repository: Repository, identity: Identity, today: str) -> Iterable[str]:
    """How identifiers are made, where they are of the oai scheme."""
    if identity.node:
        sample = oai_identifier(_sample(repository, today, identity), identity.node)
        yield _description(
            "oai-identifier",
            f"{OAI}oai-identifier",
            f"<scheme>oai</scheme><repositoryIdentifier>{xml(identity.node)}</repositoryIdentifier>"
            f"<delimiter>:</delimiter><sampleIdentifier>{xml(sample)}</sampleIdentifier>",
        )


def _friends(identity: Identity) -> Iterable[str]:
    if identity.friends:
        urls = "".join(f"<baseURL>{xml(url)}</baseURL>" for url in identity.friends)
        yield _description("friends", f"{OAI}friends/", urls)


def _sample(repository: Repository, today: str, identity: Identity) -> str:
    """The id of a live record, of the first ones; else one that is made up."""
    listed = repository.list("", "", today, "", None, identity.page_size)
    return next((one.header.id for one in listed if not one.header.deleted), identity.sample)


def _description(name: str, namespace: str, content: str) -> str:
    schema = f'xmlns="{namespace}" xsi:schemaLocation="{namespace} {OAI}{name}.xsd"'
    return f"<{name} {schema}>{content}</{name}>"


def _list_formats(values: Values, repository: Repository, identity: Identity, now: str) -> bytes:
    if "identifier" in values:
        _get(values, repository, identity, "")
    return _tag(
        "ListMetadataFormats",
        (
            f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>{xml(format.schema)}</schema>"
            f"<metadataNamespace>{xml(format.namespace)}</metadataNamespace></metadataFormat>"
            for prefix, format in identity.formats.items()
        ),
    )


def _list_sets(values: Values, repository: Repository, identity: Identity, now: str) -> bytes:
    if "resumptionToken" in values:
        raise Refused("badResumptionToken", "La liste des ensembles tient en une page : elle n'a pas de jeton.")
    sets = [_set(spec, name) for spec, name in repository.sets()]
    sets += [_set(spec, name, _described(description)) for spec, name, description in identity.selections]
    if not sets:
        raise Refused("noSetHierarchy", "Cet entrepôt n'a pas encore d'ensemble.")
    return _tag("ListSets", sets)


def _set(spec: str, name: str, description: str = "") -> str:
    return f"<set><setSpec>{xml(spec)}</setSpec><setName>{xml(name)}</setName>{description}</set>"


def _described(description: Iterable[tuple[str, str]]) -> str:
    said = "".join(f'<dc:description xml:lang="{tag}">{xml(text)}</dc:description>' for tag, text in description)
    return f"<setDescription><oai_dc:dc {_DC}>{said}</oai_dc:dc></setDescription>"


def _get_record(values: Values, repository: Repository, identity: Identity, now: str) -> bytes:
    _known_prefix(values["metadataPrefix"], identity)
    found = _get(values, repository, identity, values["metadataPrefix"])
    if not found.header.deleted and not found.metadata:
        raise Refused("cannotDisseminateFormat", "Cette fiche ne peut pas être écrite dans ce format.")
    return b"".join((b"<GetRecord>", *_record(found, identity.node), b"</GetRecord>"))


def _list_records(values: Values, repository: Repository, identity: Identity, now: str) -> bytes:
    return _list(values, repository, identity, now, _record)


def _list_identifiers(values: Values, repository: Repository, identity: Identity, now: str) -> bytes:
    return _list(values, repository, identity, now, _header)


def _list(
    values: Values,
    repository: Repository,
    identity: Identity,
    now: str,
    write: Callable[[Listed, str], tuple[bytes, ...]],
) -> bytes:
    verb, token, size = values["verb"], values.get("resumptionToken"), identity.page_size
    if token is None:
        today = _today(now, identity)
        from_, until = values.get("from", ""), values.get("until", today)
        if identity.granularity == SECONDS:
            from_ += "T00:00:00Z" if len(from_) == 10 else ""
            until += "T23:59:59Z" if len(until) == 10 else ""
        cursor = Cursor(values["metadataPrefix"], from_, min(until, today), values.get("set", ""))
    else:
        cursor = unseal(token, verb, identity)
    prefix, from_, until, set_, datestamp, last, position, total = cursor
    _known_prefix(prefix, identity)
    rows = repository.list(
        prefix if write is _record else "", from_, until, set_, None if token is None else (datestamp, last), size + 1
    )
    more = len(rows) > size
    if token is None:
        if not rows:
            raise Refused("noRecordsMatch", "Aucune fiche ne répond à cette demande.")
        total = repository.count(from_, until, set_) if more else 0
    end = ""
    if more:
        rows = rows[:size]
        stop = rows[-1].header
        following = cursor._replace(datestamp=stop.datestamp, id=stop.id, position=position + size, total=total)
        expires = shifted(now, TOKEN_LIFE)
        end = (
            f'<resumptionToken expirationDate="{expires}" completeListSize="{total}" cursor="{position}">'
            f"{seal(following, verb, identity)}</resumptionToken>"
        )
    elif token is not None:
        # Also alone, when all that remained changed since the first request: any error here would make clients drop
        # what they already hold, while the changes come with their next harvest.
        end = f'<resumptionToken completeListSize="{total}" cursor="{position}"/>'
    pieces = [piece for row in rows for piece in write(row, identity.node)]
    return b"".join((f"<{verb}>".encode(), *pieces, f"{end}</{verb}>".encode()))


def _today(now: str, identity: Identity) -> str:
    """The instant of the answer, to the granularity of the repository."""
    return now[: len(DAYS)] if identity.granularity == DAYS else now


def _known_prefix(prefix: str, identity: Identity) -> None:
    if prefix not in identity.formats:
        raise Refused("cannotDisseminateFormat", f"Formats possibles : {', '.join(identity.formats)}.")


def _get(values: Values, repository: Repository, identity: Identity, prefix: str) -> Listed:
    id = record_id(values["identifier"], identity.node)
    found = repository.get(id, prefix) if id else None
    if found is None:
        raise Refused("idDoesNotExist", "Aucune fiche ne porte cet identifiant.")
    return found


def _record(listed: Listed, node: str) -> tuple[bytes, ...]:
    head = listed.head or header(listed.header, node)
    if listed.header.deleted:
        return b"<record>", head, b"</record>"
    return b"<record>", head, b"<metadata>", listed.metadata, b"</metadata>", listed.about, b"</record>"


def _header(listed: Listed, node: str) -> tuple[bytes, ...]:
    return (listed.head or header(listed.header, node),)


def header(about: Header, node: str) -> bytes:
    """A ``header`` element in UTF-8."""
    id, datestamp, deleted, sets = about
    return (
        f"<header{_DELETED if deleted else ''}><identifier>{xml(oai_identifier(id, node))}</identifier>"
        f"<datestamp>{datestamp}</datestamp>{_specs(sets)}</header>"
    ).encode()


@lru_cache(4096)
def _specs(sets: tuple[str, ...]) -> str:
    return "".join(f"<setSpec>{xml(spec)}</setSpec>" for spec in sets)


def _tag(name: str, content: Iterable[str]) -> bytes:
    return f"<{name}>{''.join(content)}</{name}>".encode()


_ANSWERS: dict[str, Callable[[Values, Repository, Identity, str], bytes]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
