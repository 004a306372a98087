"""An OAI-PMH 2.0 repository, in ``oai_dc`` and others, paged by tokens; its content file says if it keeps deletions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from xml.sax.saxutils import escape, quoteattr

from bridge.demo.site import Answer, Asked, Fiche, Site, State, utc

ROBOTS = "User-agent: *\nDisallow: /admin/\n"
PATH = "/oai"

_DC = ("title", "creator", "subject", "description", "publisher", "date", "type", "identifier", "language", "coverage")
_SCHEMA = "http://www.openarchives.org/OAI/2.0/oai_dc.xsd"
_NAMESPACE = "http://www.openarchives.org/OAI/2.0/oai_dc/"
_ALLOWED = {
    "Identify": (set(), set()),
    "ListMetadataFormats": (set(), {"identifier"}),
    "ListSets": (set(), {"resumptionToken"}),
    "GetRecord": ({"identifier", "metadataPrefix"}, set()),
    "ListIdentifiers": ({"metadataPrefix"}, {"from", "until", "set"}),
    "ListRecords": ({"metadataPrefix"}, {"from", "until", "set"}),
}


class Format(NamedTuple):
    """A metadata format; ``write`` gives the element of one resource."""

    schema: str
    namespace: str
    write: Callable[[Site, Fiche], str]


class _Refused(Exception):
    """A protocol error: its code and a sentence."""


def head(site: Site) -> str:
    return f'<link rel="alternate" type="text/xml" title="OAI-PMH" href="{site.base}{PATH}">'


def page(site: Site, fiche: Fiche) -> str:
    return f"/notice/{fiche.number}"


def answer(site: Site, asked: Asked) -> Answer | None:
    return respond(site, asked, {"oai_dc": DUBLIN_CORE})


def respond(site: Site, asked: Asked, formats: Mapping[str, Format]) -> Answer | None:
    """The answer of a repository that knows these formats, by prefix."""
    if asked.path != PATH:
        return None
    arguments = dict(asked.arguments)
    verb = arguments.pop("verb", "")
    shown = {"verb": verb, **arguments}
    try:
        if verb not in _ALLOWED or len(asked.arguments) != len(shown):
            raise _Refused("badVerb", "Le verbe manque ou n'existe pas.")
        body = f"<{verb}>{_body(site, verb, arguments, formats)}</{verb}>"
    except _Refused as refusal:
        code, message = refusal.args
        body = f'<error code="{code}">{escape(message)}</error>'
        shown = {} if code in ("badVerb", "badArgument") else shown
    request = "".join(f" {name}={quoteattr(value)}" for name, value in shown.items())
    document = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/'
        ' http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">'
        f"<responseDate>{utc(datetime.now(UTC))}</responseDate>"
        f"<request{request}>{site.base}{PATH}</request>{body}</OAI-PMH>\n"
    )
    return Answer(document.encode(), headers={"Content-Type": "text/xml; charset=utf-8"})


def _body(site: Site, verb: str, arguments: Mapping[str, str], formats: Mapping[str, Format]) -> str:
    required, optional = _ALLOWED[verb]
    token = arguments.get("resumptionToken")
    listing = verb in ("ListRecords", "ListIdentifiers")
    wrong = set(arguments) != {"resumptionToken"} if listing and token else set(arguments) - required - optional
    if wrong or (not (listing and token) and required - set(arguments)):
        raise _Refused("badArgument", "Un argument manque ou est de trop.")
    if arguments.get("metadataPrefix", "oai_dc") not in formats:
        raise _Refused("cannotDisseminateFormat", f"Sont fournis : {', '.join(formats)}.")
    if verb == "Identify":
        return _identify(site)
    if verb == "ListMetadataFormats":
        return "".join(
            f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix><schema>{each.schema}</schema>"
            f"<metadataNamespace>{each.namespace}</metadataNamespace></metadataFormat>"
            for prefix, each in formats.items()
        )
    if verb == "ListSets":
        sets = site.content["repository"]["sets"].items()
        return "".join(f"<set><setSpec>{spec}</setSpec><setName>{escape(name)}</setName></set>" for spec, name in sets)
    if verb == "GetRecord":
        found = [fiche for fiche in _known(site) if _identifier(site, fiche) == arguments["identifier"]]
        if not found:
            raise _Refused("idDoesNotExist", "Cette notice n'existe pas.")
        return _record(site, found[0], formats[arguments["metadataPrefix"]])
    return _list(site, verb, arguments, formats)


def _identify(site: Site) -> str:
    repository = site.content["repository"]
    earliest = min((_stamp(site, fiche) for fiche in _known(site)), default="2000-01-01")
    return (
        f"<repositoryName>{escape(site.name)}</repositoryName><baseURL>{site.base}{PATH}</baseURL>"
        f"<protocolVersion>2.0</protocolVersion><adminEmail>entrepot@{site.id}.example</adminEmail>"
        f"<earliestDatestamp>{earliest}</earliestDatestamp><deletedRecord>{repository['deleted']}</deletedRecord>"
        f"<granularity>{repository['granularity']}</granularity>"
    )


def _list(site: Site, verb: str, arguments: Mapping[str, str], formats: Mapping[str, Format]) -> str:
    start = 0
    if token := arguments.get("resumptionToken"):
        parts = token.split("!")
        if len(parts) != 5 or parts[0] not in formats or not parts[4].isdecimal():
            raise _Refused("badResumptionToken", "Ce jeton n'est pas de cet entrepôt.")
        prefix, since, until, chosen, start = *parts[:4], int(parts[4])
    else:
        prefix, since, until, chosen = (arguments.get(name, "") for name in ("metadataPrefix", "from", "until", "set"))
    fiches = [
        fiche
        for fiche in sorted(_known(site), key=lambda fiche: (fiche.modified, fiche.number))
        if (not since or _stamp(site, fiche) >= since)
        and (not until or _stamp(site, fiche) <= until)
        and chosen in ("", fiche.values["_set"])
    ]
    size = site.content["repository"]["page"]
    shown = fiches[start : start + size]
    if not shown:
        raise _Refused("noRecordsMatch", "Rien de tel dans cet entrepôt.")
    whole = verb == "ListRecords"
    written = (_record(site, each, formats[prefix]) if whole else _header(site, each) for each in shown)
    return "".join(written) + _token(fiches, start, size, (prefix, since, until, chosen))


def _token(fiches: Sequence[Fiche], start: int, size: int, asked: Sequence[str]) -> str:
    """Empty on the last page of a list that was split, none when it was not."""
    if len(fiches) <= size:
        return ""
    following = start + size
    text = "!".join((*asked, str(following))) if following < len(fiches) else ""
    return f'<resumptionToken completeListSize="{len(fiches)}" cursor="{start}">{escape(text)}</resumptionToken>'


def _known(site: Site) -> list[Fiche]:
    keeps = site.content["repository"]["deleted"] == "persistent"
    return site.fiches(State.PUBLISHED, *([State.DELETED] if keeps else []))


def _identifier(site: Site, fiche: Fiche) -> str:
    return f"oai:{site.id}.example:{fiche.number}"


def _stamp(site: Site, fiche: Fiche) -> str:
    stamp = utc(fiche.modified)
    return stamp if "T" in site.content["repository"]["granularity"] else stamp[:10]


def _header(site: Site, fiche: Fiche) -> str:
    status = ' status="deleted"' if fiche.state is State.DELETED else ""
    return (
        f"<header{status}><identifier>{_identifier(site, fiche)}</identifier>"
        f"<datestamp>{_stamp(site, fiche)}</datestamp><setSpec>{fiche.values['_set']}</setSpec></header>"
    )


def _record(site: Site, fiche: Fiche, format: Format) -> str:
    header = _header(site, fiche)
    if fiche.state is State.DELETED:
        return f"<record>{header}</record>"
    return f"<record>{header}<metadata>{format.write(site, fiche)}</metadata></record>"


def _dublin_core(site: Site, fiche: Fiche) -> str:
    values: dict[str, Any] = {**fiche.values, "identifier": [site.url(fiche), *fiche.values.get("identifier", [])]}
    elements = []
    for name in (*_DC, "rights"):
        value = values.get(name, [])
        for text in value if isinstance(value, list) else [value]:
            elements.append(f"<dc:{name}>{escape(text)}</dc:{name}>")
    return (
        f'<oai_dc:dc xmlns:oai_dc="{_NAMESPACE}" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="{_NAMESPACE} {_SCHEMA}">'
        f"{''.join(elements)}</oai_dc:dc>"
    )


DUBLIN_CORE = Format(_SCHEMA, _NAMESPACE, _dublin_core)
