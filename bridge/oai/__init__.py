"""The OAI-PMH 2.0 provider: the arguments of a request -> the bytes of its answer. Pure.

Standards: http://www.openarchives.org/OAI/openarchivesprotocol.html and the guidelines for repositories and for
oai-identifier, provenance and friends. Datestamps are when a record became visible here, in seconds (UTC); deletions
are kept for ever; lists are given by (datestamp, id): what changes during a harvest moves to its end or to the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from bridge.oai.arguments import read
from bridge.oai.model import (
    OAI,
    OAI_DC,
    XSI,
    Format,
    Header,
    Identity,
    Listed,
    Refused,
    Repository,
    oai_identifier,
    record_id,
    xml,
)
from bridge.oai.provenance import about
from bridge.oai.token import Cursor, seal, unseal

__all__ = [
    "OAI_DC",
    "Format",
    "Header",
    "Identity",
    "Listed",
    "Repository",
    "about",
    "oai_identifier",
    "record_id",
    "respond",
]

Values = Mapping[str, str]

TOKEN_LIFE = timedelta(days=7)
_DELETED = ' status="deleted"'
_ROOT = f'xmlns="{OAI}" {XSI} xsi:schemaLocation="{OAI} {OAI}OAI-PMH.xsd"'


def respond(arguments: Sequence[tuple[str, str]], repository: Repository, identity: Identity, now: str) -> bytes:
    """The answer to one request, a UTF-8 XML document; protocol errors are answers too (HTTP 200).

    Args:
        arguments: the decoded query or form, repeated names kept.
        now: the responseDate, read before the snapshot was opened; nothing stamped later is listed.
    """
    values, errors = read(arguments)
    attributes = body = ""
    if not errors:
        attributes = "".join(f' {name}="{xml(value)}"' for name, value in values.items())
        try:
            body = _ANSWERS[values["verb"]](values, repository, identity, now)
        except Refused as refused:
            errors = [refused.error]
    body = body or "".join(f'<error code="{code}">{xml(message)}</error>' for code, message in errors)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH {_ROOT}><responseDate>{now}</responseDate>'
        f"<request{attributes}>{xml(identity.base_url)}</request>{body}</OAI-PMH>\n"
    ).encode()


def _identify(values: Values, repository: Repository, identity: Identity, now: str) -> str:
    emails = "".join(f"<adminEmail>{xml(email)}</adminEmail>" for email in identity.admin_emails)
    friends = "".join(f"<baseURL>{xml(url)}</baseURL>" for url in identity.friends)
    return (
        f"<Identify><repositoryName>{xml(identity.name)}</repositoryName><baseURL>{xml(identity.base_url)}</baseURL>"
        f"<protocolVersion>2.0</protocolVersion>{emails}"
        f"<earliestDatestamp>{min(repository.earliest() or now, now)}</earliestDatestamp>"
        "<deletedRecord>persistent</deletedRecord><granularity>YYYY-MM-DDThh:mm:ssZ</granularity>"
        "<compression>gzip</compression>"
        + _description(
            "oai-identifier",
            f"{OAI}oai-identifier",
            f"<scheme>oai</scheme><repositoryIdentifier>{xml(identity.node)}</repositoryIdentifier>"
            "<delimiter>:</delimiter>"
            f"<sampleIdentifier>{xml(oai_identifier(identity.sample, identity.node))}</sampleIdentifier>",
        )
        + (_description("friends", f"{OAI}friends/", friends) if friends else "")
        + "</Identify>"
    )


def _description(name: str, namespace: str, content: str) -> str:
    schema = f'xmlns="{namespace}" xsi:schemaLocation="{namespace} {OAI}{name}.xsd"'
    return f"<description><{name} {schema}>{content}</{name}></description>"


def _list_formats(values: Values, repository: Repository, identity: Identity, now: str) -> str:
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


def _list_sets(values: Values, repository: Repository, identity: Identity, now: str) -> str:
    if "resumptionToken" in values:
        raise Refused("badResumptionToken", "La liste des ensembles tient en une page : elle n'a pas de jeton.")
    sets = "".join(
        f"<set><setSpec>{xml(spec)}</setSpec><setName>{xml(name)}</setName></set>" for spec, name in repository.sets()
    )
    if not sets:
        raise Refused("noSetHierarchy", "Cet entrepôt n'a pas encore d'ensemble.")
    return _tag("ListSets", (sets,))


def _get_record(values: Values, repository: Repository, identity: Identity, now: str) -> str:
    _known_prefix(values["metadataPrefix"], identity)
    found = _get(values, repository, identity, values["metadataPrefix"])
    return _tag("GetRecord", (_record(found, identity.node),))


def _list_records(values: Values, repository: Repository, identity: Identity, now: str) -> str:
    return _list(values, repository, identity, now, _record)


def _list_identifiers(values: Values, repository: Repository, identity: Identity, now: str) -> str:
    return _list(values, repository, identity, now, _header)


def _list(
    values: Values, repository: Repository, identity: Identity, now: str, write: Callable[[Listed, str], str]
) -> str:
    verb, token, size = values["verb"], values.get("resumptionToken"), identity.page_size
    if token is None:
        from_, until = values.get("from", ""), values.get("until", now)
        from_ += "T00:00:00Z" if len(from_) == 10 else ""
        until += "T23:59:59Z" if len(until) == 10 else ""
        cursor = Cursor(values["metadataPrefix"], from_, min(until, now), values.get("set", ""))
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
        expires = (datetime.fromisoformat(now) + TOKEN_LIFE).strftime("%Y-%m-%dT%H:%M:%SZ")
        end = (
            f'<resumptionToken expirationDate="{expires}" completeListSize="{total}" cursor="{position}">'
            f"{seal(following, verb, identity)}</resumptionToken>"
        )
    elif token is not None:
        # Also alone, when all that remained changed since the first request: any error here would make clients drop
        # what they already hold, while the changes come with their next harvest.
        end = f'<resumptionToken completeListSize="{total}" cursor="{position}"/>'
    node = identity.node
    return _tag(verb, [write(row, node) for row in rows], end)


def _known_prefix(prefix: str, identity: Identity) -> None:
    if prefix not in identity.formats:
        raise Refused("cannotDisseminateFormat", f"Formats possibles : {', '.join(identity.formats)}.")


def _get(values: Values, repository: Repository, identity: Identity, prefix: str) -> Listed:
    id = record_id(values["identifier"], identity.node)
    found = repository.get(id, prefix) if id else None
    if found is None:
        raise Refused("idDoesNotExist", "Aucune fiche ne porte cet identifiant.")
    return found


def _record(listed: Listed, node: str) -> str:
    header, metadata, about = listed
    if header.deleted:
        return f"<record>{_header(listed, node)}</record>"
    container = f"<about>{about}</about>" if about else ""
    return f"<record>{_header(listed, node)}<metadata>{metadata}</metadata>{container}</record>"


def _header(listed: Listed, node: str) -> str:
    id, datestamp, deleted, sets = listed.header
    return (
        f"<header{_DELETED if deleted else ''}><identifier>{oai_identifier(id, node)}</identifier>"
        f"<datestamp>{datestamp}</datestamp>{_specs(sets)}</header>"
    )


@lru_cache(4096)
def _specs(sets: tuple[str, ...]) -> str:
    return "".join(f"<setSpec>{xml(spec)}</setSpec>" for spec in sets)


def _tag(name: str, content: Iterable[str], end: str = "") -> str:
    return f"<{name}>{''.join(content)}{end}</{name}>"


_ANSWERS: dict[str, Callable[[Values, Repository, Identity, str], str]] = {
    "Identify": _identify,
    "ListMetadataFormats": _list_formats,
    "ListSets": _list_sets,
    "GetRecord": _get_record,
    "ListIdentifiers": _list_identifiers,
    "ListRecords": _list_records,
}
