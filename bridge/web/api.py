"""``/api/v1``: records, sources, targets, facets and words as JSON. Read only; errors are RFC 9457 problems in plain
French. What each address takes and answers is written in ``operations``, ``parameters`` and ``answers``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, request, url_for
from marshmallow import ValidationError
from werkzeug.exceptions import InternalServerError, NotFound
from werkzeug.wrappers import Response as AnyResponse

from bridge import contributing
from bridge.errors import StoreError
from bridge.meaning import territory
from bridge.meaning.similarity import Draft
from bridge.meaning.words import Words
from bridge.store.pairings import Plugins
from bridge.store.search import DEEPEST, FACETS, Query
from bridge.web import answers, openapi, parameters, shown, walk
from bridge.web.current import absolute, collective, target_of
from bridge.web.selection import label
from bridge.web.shown import ROOT, address, examples

blueprint = Blueprint("api", __name__)

_KEPT = "public, no-cache"
_CHANGED = "no-cache"
_READING = "GET, HEAD, OPTIONS"
_REFUSED = ("POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY")


@blueprint.get(f"{ROOT}/records")
def records() -> Response:
    """A page of the records that match, or the next step of a walk through all of them."""
    asked = parameters.load(parameters.RECORDS, request.args)
    return _json(_walked(asked) if asked["cursor"] or asked["since"] else _page(asked), _KEPT)


def _page(asked: Mapping[str, Any]) -> answers.RecordsPage:
    page, size = asked["page"], asked["per_page"]
    if page * size > DEEPEST:
        raise ValidationError({"page": [f"Au-delà de {DEEPEST} fiches, parcourir avec cursor=*, ou prendre un flux."]})
    found = collective.index.search(replace(_query(asked), limit=size, offset=(page - 1) * size))
    with collective.store.snapshot() as snapshot:
        entries = snapshot.entries(found.ids)
    words = _words(asked)
    pages = -(-min(found.total, DEEPEST) // size)
    turns = {"self": page, "previous": min(page - 1, pages), "next": page + 1 if page < pages else 0}
    links = {name: _turned(page=str(number)) for name, number in turns.items() if number > 0}
    return {
        "total": found.total,
        "page": page,
        "per_page": size,
        "links": cast("answers.PageLinks", links),
        "records": [shown.record(entry, words) for entry in entries],
    }


def _walked(asked: Mapping[str, Any]) -> answers.RecordsWalk:
    if ranked := [name for name in ("page", "sort") if request.args.get(name)]:
        told = "Ne se donne pas avec cursor ou since : un parcours suit l'ordre des changements."
        raise ValidationError({name: [told] for name in ranked})
    since, size, key = asked["since"], asked["per_page"], collective.secret
    # Not the query, which moves with the date for a target that wants nothing old.
    scope = repr([(name, asked.get(name)) for name in ("q", "bbox", "target", "since", *FACETS)])
    with collective.store.snapshot() as snapshot:
        if asked["cursor"] in ("", parameters.START):
            cursor: walk.Cursor | None = walk.Cursor(snapshot.updated)
        else:
            cursor = walk.unseal(asked["cursor"], scope, key)
        if cursor is None:
            raise ValidationError(
                {"cursor": ["Ce curseur n'est pas de ce parcours : suivre links.next, ou recommencer avec cursor=*."]}
            )
        members = collective.members(snapshot, _query(asked))
        rows, following = walk.step(members, cursor, size, since)
        entries = {entry.id: entry for entry in snapshot.entries(row.id for row in rows if not row.gone)}
    links: answers.PageLinks = {"self": _turned()}
    if following:
        links["next"] = _turned(cursor=walk.seal(following, scope, key))
    words = _words(asked)
    given: list[dict[str, Any] | answers.Withdrawn] = []
    for row in rows:
        if row.gone:
            given.append({"id": row.id, "status": "withdrawn", "datestamp": row.datestamp})
        elif row.id in entries:
            given.append(shown.record(entries[row.id], words))
    total = members.count(since) if since else members.live
    return {"total": total, "per_page": size, "until": cursor.until, "links": links, "records": given}


@blueprint.get(f"{ROOT}/records/<path:id>", merge_slashes=False)
def record(id: str) -> Response:
    """One record; 410 when it was withdrawn, 404 when it was never here."""
    parameters.load(parameters.NONE, request.args)
    with collective.store.snapshot() as snapshot:
        entry = snapshot.entry(id)
    if entry is None:
        return _problem("fiche-inconnue", "Aucune fiche ne porte cet identifiant.")
    if entry.record is None:
        return _problem("fiche-retiree", f"Cette fiche a été retirée par sa source ({entry.datestamp}).")
    return _json(shown.record(entry), _KEPT)


@blueprint.get(f"{ROOT}/similar")
def similar() -> Response:
    """The records that resemble what somebody is writing, and why."""
    asked = parameters.load(parameters.SIMILAR, request.args)
    draft = Draft(asked["title"], asked["text"], tuple(asked.get("territory", ())), tuple(asked.get("theme", ())))
    with collective.store.snapshot() as snapshot:
        found = collective.index.similar(draft, snapshot.entries, asked["n"], asked.get("exclude", ()))
    given: list[answers.SimilarRecord] = [
        {"score": score, "reasons": [shown.reason(reason) for reason in reasons], "record": shown.record(entry)}
        for entry, (score, reasons) in found
    ]
    return _json(answers.SimilarRecords(similar=given), _KEPT)


@blueprint.get(f"{ROOT}/facets")
def facets() -> Response:
    """The values of each filter, as if nothing were selected in it."""
    asked = parameters.load(parameters.FACETS_OF, request.args)
    found = collective.index.search(replace(_query(asked), limit=0, facets=True))
    counted: dict[str, list[answers.FacetValue]] = {
        key: [{"value": value, "label": label(key, value), "count": count} for value, count in counts]
        for key, counts in found.facets.items()
    }
    return _json(answers.Facets(total=found.total, facets=counted), _KEPT)


@blueprint.get(f"{ROOT}/sources")
def sources() -> Response:
    """Every source of the collective."""
    parameters.load(parameters.NONE, request.args)
    with collective.store.snapshot() as snapshot:
        states, plugins = snapshot.states(), Plugins(snapshot).all()
    listed: list[answers.Source] = []
    for source in collective.sources.values():
        told = {name: getattr(source, name) for name in ("id", "title", "partner", "kind", "url", "licence")}
        if where := contributing.address(source, plugins.get(source.id)):
            told["contribute"] = where
        if state := states.get(source.id):
            names = ("live", "withdrawn", "last_visit", "last_success", "complete")
            told |= {name: getattr(state, name) for name in names}
        listed.append(cast("answers.Source", told))
    return _json(answers.Sources(sources=listed), _CHANGED)


@blueprint.get(f"{ROOT}/targets")
def targets() -> Response:
    """What each partner receives, and where."""
    parameters.load(parameters.NONE, request.args)
    return _json(answers.Targets(targets=[shown.target(each) for each in collective.targets.values()]), _KEPT)


@blueprint.get(f"{ROOT}/targets/<id>")
def target(id: str) -> Response:
    """One target, with its names and words."""
    parameters.load(parameters.NONE, request.args)
    found = target_of(id)
    whole: answers.WholeTarget = {**shown.target(found), "names": {**found.names}, "labels": {**found.labels}}
    return _json(whole, _KEPT)


@blueprint.get(f"{ROOT}/vocabulary")
def vocabulary() -> Response:
    """The concepts of each scheme, and the licences."""
    parameters.load(parameters.NONE, request.args)
    words = collective.vocabulary
    names = ("id", "fr", "en", "alt", "broader", "match")
    schemes: list[answers.Scheme] = [
        {
            "id": scheme.id,
            "fr": scheme.fr,
            "en": scheme.en,
            "concepts": [
                cast("answers.Concept", {name: getattr(concept, name) for name in names})
                for concept in words.concepts(scheme.id)
            ],
        }
        for scheme in words.schemes
    ]
    return _json({"schemes": schemes, "licences": [licence._asdict() for licence in words.licences]}, _KEPT)


@blueprint.get(f"{ROOT}/territories")
def territories() -> Response:
    """The territories whose name starts as ``q``, in no need of accents."""
    asked = parameters.load(parameters.TERRITORIES, request.args)
    codes = territory.search(asked["q"], asked["n"])
    return _json({"territories": [{"code": code, "name": territory.name(code)} for code in codes]}, _KEPT)


@blueprint.get(f"{ROOT}/openapi.json")
def description() -> Response:
    """This API in OpenAPI 3.1."""
    settings = collective.settings
    return _json(openapi.document(settings.name, address(""), settings.admin_email, examples()), _KEPT)


@blueprint.get(f"{ROOT}/")
def root() -> AnyResponse:
    """Whoever asks for the API itself wants to know what it has."""
    return redirect(absolute(url_for("documentation.documentation")))


@blueprint.route(f"{ROOT}/<path:rest>", methods=["GET", *_REFUSED])
def nowhere(rest: str) -> Response:
    """Errors of the API are problems, not pages: an address that is none, a method that nothing here answers."""
    if request.method not in ("GET", "HEAD"):
        refused = _problem("methode-refusee", "Cette API se lit seulement : GET et HEAD.")
        refused.headers["Allow"] = _READING
        return refused
    return _problem("adresse-inconnue", f"Les adresses de l'API sont décrites à {address('/openapi.json')}.")


@blueprint.errorhandler(ValidationError)
def _refused(error: ValidationError) -> Response:
    errors = parameters.explain(error)
    detail = " ".join(f"« {each['parameter']} » : {each['detail']}" for each in errors)
    return _problem("parametres-refuses", detail, errors=errors)


@blueprint.errorhandler(NotFound)
def _unknown(error: NotFound) -> Response:
    return _problem("destination-inconnue", f"{error.description} Elles sont données à {address('/targets')}.")


@blueprint.errorhandler(StoreError)
def _broken(error: StoreError) -> Response:
    return _problem("indisponible", str(error))


@blueprint.errorhandler(InternalServerError)
def _fault(error: InternalServerError) -> Response:
    return _problem("erreur-interne", "Une erreur inattendue est survenue ; elle est au journal du service.")


@blueprint.after_request
def _open(response: Response) -> Response:
    """Pages of other sites may read these answers: they hold nothing that is not public."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, Last-Modified"
    if request.method == "OPTIONS":
        response = Response(status=204, headers={**response.headers, "Allow": _READING})
        response.headers["Access-Control-Allow-Methods"] = _READING
        response.headers["Access-Control-Allow-Headers"] = "*"
        response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _query(asked: Mapping[str, Any]) -> Query:
    """What is searched, of everything or of what a target receives."""
    filters = {key: tuple(asked[key]) for key in FACETS if asked.get(key)}
    base = collective.query_of(target_of(asked["target"])) if asked["target"] else Query(facets=False)
    sort = asked.get("sort", parameters.SORTS[0])
    return replace(base, text=asked["q"], filters=filters, bbox=asked["bbox"], sort=sort)


def _words(asked: Mapping[str, Any]) -> Words | None:
    return collective.words_of(target_of(asked["target"])) if asked["target"] else None


def _turned(**changes: str) -> str:
    """The address that was asked for, with other values of some parameters."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if value and name not in changes]
    return f"{address('/records')}?{urlencode([*kept, *changes.items()])}"


def _json(body: Mapping[str, Any], cache_control: str, status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), default=dict)
    return Response(text, status, {"Cache-Control": cache_control}, content_type="application/json")


def _problem(trouble: str, detail: str, **more: Any) -> Response:
    status, title, _ = answers.TROUBLES[trouble]
    kind = absolute(f"{request.script_root}/api/#{trouble}")
    told = {"type": kind, "title": title, "status": status, "detail": detail, **more}
    response = _json(told, _CHANGED, status)
    response.content_type = openapi.PROBLEM
    return response
