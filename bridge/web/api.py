"""``/api/v1``: records, sources, facets and words as JSON. Read only; errors are RFC 9457 problems in plain French."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for
from marshmallow import ValidationError

from bridge.errors import StoreError
from bridge.meaning import territory
from bridge.oai import oai_identifier
from bridge.record import Entry, to_json
from bridge.store.search import DEEPEST, FACETS, Query
from bridge.web import openapi, parameters
from bridge.web.current import absolute, collective
from bridge.web.selection import label

blueprint = Blueprint("api", __name__)

_ROOT = "/api/v1"
_KEPT = "public, no-cache"
_PATHS = {
    "/records": ("Les fiches qui répondent à une recherche.", parameters.RECORDS),
    "/records/{id}": ("Une fiche.", parameters.NONE),
    "/facets": ("Les valeurs de chaque filtre et leur nombre de fiches.", parameters.FACETS_OF),
    "/sources": ("Les sources, leur licence et leur dernière visite.", parameters.NONE),
    "/vocabulary": ("Les listes de concepts et les licences.", parameters.NONE),
    "/territories": ("Les territoires dont le nom commence ainsi.", parameters.TERRITORIES),
}


@blueprint.get(f"{_ROOT}/records")
def records() -> Response:
    """A page of the records that match."""
    asked = parameters.load(parameters.RECORDS, request.args)
    page, size = asked["page"], asked["per_page"]
    if page * size > DEEPEST:
        raise ValidationError({"page": [f"Au-delà de {DEEPEST} fiches, prendre un flux, comme /feed.flat.json."]})
    found = collective.index.search(_query(asked, size, (page - 1) * size))
    with collective.store.snapshot() as snapshot:
        entries = snapshot.entries(found.ids)
    pages = -(-min(found.total, DEEPEST) // size)
    turns = {"self": page, "previous": min(page - 1, pages), "next": page + 1 if page < pages else 0}
    return _json(
        {
            "total": found.total,
            "page": page,
            "per_page": size,
            "links": {name: _turned(number) for name, number in turns.items() if number > 0},
            "records": [_record(entry) for entry in entries],
        },
        _KEPT,
    )


@blueprint.get(f"{_ROOT}/records/<path:id>")
def record(id: str) -> Response:
    """One record; 410 when it was withdrawn, 404 when it was never here."""
    parameters.load(parameters.NONE, request.args)
    with collective.store.snapshot() as snapshot:
        entry = snapshot.entry(id)
    if entry is None:
        return _problem(404, "Fiche inconnue", "Aucune fiche ne porte cet identifiant.")
    if entry.record is None:
        return _problem(410, "Fiche retirée", f"Cette fiche a été retirée par sa source ({entry.datestamp}).")
    return _json(_record(entry), _KEPT)


@blueprint.get(f"{_ROOT}/facets")
def facets() -> Response:
    """The values of each filter, as if nothing were selected in it."""
    asked = parameters.load(parameters.FACETS_OF, request.args)
    found = collective.index.search(_query(asked, limit=0, facets=True))
    return _json(
        {
            "total": found.total,
            "facets": {
                key: [{"value": value, "label": label(key, value), "count": count} for value, count in counts]
                for key, counts in found.facets.items()
            },
        },
        _KEPT,
    )


@blueprint.get(f"{_ROOT}/sources")
def sources() -> Response:
    """Every source of the collective."""
    parameters.load(parameters.NONE, request.args)
    with collective.store.snapshot() as snapshot:
        states = snapshot.states()
    listed = []
    for source in collective.sources.values():
        shown = {name: getattr(source, name) for name in ("id", "title", "partner", "kind", "url", "licence")}
        if state := states.get(source.id):
            names = ("live", "withdrawn", "last_visit", "last_success", "complete")
            shown |= {name: getattr(state, name) for name in names}
        listed.append(shown)
    return _json({"sources": listed})


@blueprint.get(f"{_ROOT}/vocabulary")
def vocabulary() -> Response:
    """The concepts of each scheme, and the licences."""
    parameters.load(parameters.NONE, request.args)
    words = collective.vocabulary
    shown = ("id", "fr", "en", "alt", "broader", "match")
    schemes = [
        {
            "id": scheme.id,
            "fr": scheme.fr,
            "en": scheme.en,
            "concepts": [{name: getattr(c, name) for name in shown} for c in words.concepts(scheme.id)],
        }
        for scheme in words.schemes
    ]
    return _json({"schemes": schemes, "licences": [licence._asdict() for licence in words.licences]}, _KEPT)


@blueprint.get(f"{_ROOT}/territories")
def territories() -> Response:
    """The territories whose name starts as ``q``, in no need of accents."""
    asked = parameters.load(parameters.TERRITORIES, request.args)
    codes = territory.search(asked["q"], asked["n"])
    return _json({"territories": [{"code": code, "name": territory.name(code)} for code in codes]}, _KEPT)


@blueprint.get(f"{_ROOT}/openapi.json")
def description() -> Response:
    """This API in OpenAPI 3.1."""
    settings = collective.settings
    return _json(openapi.document(settings.name, _address(""), settings.admin_email, _PATHS), _KEPT)


@blueprint.get(f"{_ROOT}/<path:rest>")
def nowhere(rest: str) -> Response:
    """Errors of the API are problems, not pages."""
    return _problem(404, "Adresse inconnue", f"Les adresses de l'API sont décrites à {_address('/openapi.json')}.")


@blueprint.get("/healthz")
def health() -> Response:
    """Whether the store can be read, for what watches over the service."""
    with collective.store.snapshot() as snapshot:
        live, shared = snapshot.counts()
        return _json({"status": "ok", "records": live, "sources": shared, "seq": snapshot.seq}, "no-store")


@blueprint.errorhandler(ValidationError)
def _refused(error: ValidationError) -> Response:
    errors = parameters.explain(error)
    detail = " ".join(f"« {each['parameter']} » : {each['detail']}" for each in errors)
    return _problem(400, "Paramètres refusés", detail, errors=errors)


@blueprint.errorhandler(StoreError)
def _broken(error: StoreError) -> Response:
    return _problem(503, "Indisponible", str(error))


@blueprint.after_request
def _open(response: Response) -> Response:
    """Pages of other sites may read these answers: they hold nothing that is not public."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _query(asked: Mapping[str, Any], limit: int, offset: int = 0, facets: bool = False) -> Query:
    filters = {key: tuple(asked[key]) for key in FACETS if asked.get(key)}
    sort = asked.get("sort", parameters.SORTS[0])
    return Query(asked["q"], filters, asked["bbox"], sort, limit, offset, facets)


def _record(entry: Entry) -> dict[str, Any]:
    shown = to_json(entry.record) if entry.record else {}
    links = {
        "self": absolute(url_for("api.record", id=entry.id)),
        "page": absolute(url_for("showcase.resource", id=entry.id)),
    }
    identifier = oai_identifier(entry.id, collective.settings.node)
    return {**shown, "datestamp": entry.datestamp, "oai_identifier": identifier, "links": links}


def _turned(page: int) -> str:
    """The address of another page of the same list."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if value and name != "page"]
    return f"{_address('/records')}?{urlencode([*kept, ('page', page)])}"


def _address(path: str) -> str:
    return absolute(f"{request.script_root}{_ROOT}{path}")


def _json(body: Mapping[str, Any], cache_control: str = "no-cache", status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=dict)
    return Response(text, status, {"Cache-Control": cache_control}, content_type="application/json")


def _problem(status: int, title: str, detail: str, **more: Any) -> Response:
    told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
    response = _json(told, status=status)
    response.content_type = openapi.PROBLEM
    return response
