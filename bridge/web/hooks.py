"""What sites tell the bridge: ``/ping/<source>`` (something changed), ``/push/<source>`` (here is my feed, which you
cannot reach), ``/pairing`` (I want to join). Answers are JSON.

What plugins read says in ``plugins`` which version of them is the newest: they are released with the bridge.

Pings and deliveries are signed (``bridge.signing``). What a ping says is never believed: the bridge reads again the
address that it knows. Nothing here reads or sets a cookie.
"""

from __future__ import annotations

import logging
import re
import time
from typing import Any, cast

import orjson
from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import HTTPException

from bridge import __version__, pairing
from bridge.errors import BridgeError, StoreError
from bridge.logs import event
from bridge.meaning.source import Source
from bridge.signing import ID, INSTANT, SIGNATURE, SignatureError, check, shown
from bridge.store import now
from bridge.store.pairings import Pairings, TooManyError
from bridge.store.pings import Pings
from bridge.store.pushed import PART_BYTES, PARTS_MAX, DeliveryError, Part, Pushed, WalkKind
from bridge.web.current import absolute, collective

blueprint = Blueprint("hooks", __name__)
log = logging.getLogger("partageons")

BODY_MAX = 64 << 10
RETRY = "60"
_EVERY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY")
_NEWEST = {"plugins": __version__}
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_NUMBER = re.compile(r"[1-9][0-9]{0,3}")


class _Refused(BridgeError):
    """An answer that is an error; ``told`` is said beside it."""

    def __init__(self, status: int, message: str, remedy: str = "", **told: Any) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.told = told


@blueprint.before_request
def _posts_only() -> Response | None:
    if request.method == "POST":
        return None
    refused = _error(405, "Cette adresse ne reçoit que des envois (POST).")
    refused.headers["Allow"] = "POST"
    return refused


@blueprint.route("/ping/<id>", methods=_EVERY, provide_automatic_options=False)
def ping(id: str) -> Response:
    """A source changed: it is visited at once. Without a signature it is a hint, heard once in five minutes."""
    source = _source(id)
    body = _body(BODY_MAX)
    if body:
        _object(body)
    if not _claims():
        return _hinted(source)
    message = _signed(source, body)
    with collective.store.writing() as writing:
        pings = Pings(writing)
        if pings.heard(id, message):
            pings.came(id)
    event(log, "ping", source=id)
    return _told("due", source, **_NEWEST)


def _hinted(source: Source) -> Response:
    with collective.store.snapshot() as snapshot:  # whoever insists does not take the writer's place
        news = Pings(snapshot).hinted(source.id, now())
    if news:
        with collective.store.writing() as writing:
            Pings(writing).hint(source.id)
    return _told("hint", source, **_NEWEST)


@blueprint.route("/push/<id>", methods=_EVERY, provide_automatic_options=False)
def push(id: str) -> Response:
    """One part of what a site out of reach delivers itself; the last one makes it due at once."""
    source = _source(id)
    if not _claims():
        raise SignatureError(
            "Une livraison doit être signée.", f"En-têtes {ID}, {INSTANT} et {SIGNATURE} (Standard Webhooks)."
        )
    body = _body(PART_BYTES)
    message = _signed(source, body)
    if not source.pushed:
        raise _Refused(409, "Le pont lit lui-même cette source : elle n'a rien à livrer.", "Un signal suffit : /ping.")
    part = _part(body)
    with collective.store.writing() as writing:
        pings, pushed = Pings(writing), Pushed(writing)
        if pings.heard(id, message) and pushed.take(id, source.version, part, message):
            pings.came(id)
    event(log, "push", source=id, part=part.number, of=part.of)
    if part.number == part.of:
        return _told("due", source)
    return _told("part", source, next=part.number + 1)


def _part(body: bytes) -> Part:
    given = request.args
    number, of, walk, since = (given.get(name, "") for name in ("part", "of", "walk", "since"))
    if not (_NUMBER.fullmatch(number) and _NUMBER.fullmatch(of) and int(number) <= int(of) <= PARTS_MAX):
        raise _Refused(
            400, f"« part » et « of » doivent dire quelle partie c'est, et sur combien ({PARTS_MAX} au plus)."
        )
    if walk not in ("whole", "changes"):
        raise _Refused(400, "« walk » doit être whole (toute la liste) ou changes (ce qui a changé).")
    if walk == "changes" and not _INSTANT.fullmatch(since):
        raise _Refused(400, "« since » doit dire depuis quand, comme le pont l'a demandé (2026-11-24T10:00:00Z).")
    if not body:
        raise _Refused(400, "Cette partie est vide : une réponse du flux OAI-PMH était attendue.")
    return Part(int(number), int(of), cast("WalkKind", walk), since if walk == "changes" else "", body)


@blueprint.route("/pairing", methods=_EVERY, provide_automatic_options=False)
def ask() -> Response:
    """A site asks to join: its feed will be looked at, then a person decides."""
    said = _said()
    try:
        asked = pairing.ask(collective, _text(said, "feed"), _text(said, "challenge"))
    except (TooManyError, StoreError):
        raise
    except BridgeError as error:
        raise _Refused(400, error.message, error.remedy) from error
    return _json({"pairing": asked.id, "state": asked.state, **_NEWEST}, 202)


@blueprint.route("/pairing/<id>", methods=_EVERY, provide_automatic_options=False)
def state(id: str) -> Response:
    """What became of it, and the key once a person has accepted: for whoever knows the nonce, and for nobody else."""
    said = _said()
    with collective.store.snapshot() as snapshot:
        found = Pairings(snapshot).one(id)
    if found is None:
        raise _Refused(404, "Cette demande n'existe pas, ou plus.", "Recommencez : « Rejoindre le réseau ».")
    if not pairing.proves(found, _text(said, "nonce")):
        raise _Refused(403, "Cette demande est celle d'un autre site.", "Recommencez : « Rejoindre le réseau ».")
    told: dict[str, Any] = {"pairing": found.id, "state": found.state, **_NEWEST}
    if found.state == "refused":
        told["message"] = found.said
    elif found.state == "accepted":
        keys = collective.keys(found.source)
        told |= {"source": found.source, "ping": absolute(url_for("hooks.ping", id=found.source))}
        told |= {"key": shown(keys[0])} if keys else {"state": "revoked"}
    return _json(told)


@blueprint.errorhandler(BridgeError)
def _refused(error: BridgeError) -> Response:
    told: dict[str, Any] = {}
    if isinstance(error, _Refused):
        status, told = error.status, error.told
    elif isinstance(error, SignatureError):
        status = 401
    elif isinstance(error, DeliveryError):
        status, told = 409, {"next": error.next} | _wanted(_source((request.view_args or {}).get("id", "")))
    elif isinstance(error, TooManyError):
        status = 429
    else:
        status = 503
    response = _error(status, error.message, error.remedy, **told)
    if status in (429, 503):
        response.headers["Retry-After"] = RETRY
    return response


@blueprint.errorhandler(HTTPException)
def _unreadable(error: HTTPException) -> Response:
    if error.code == 413:
        return _error(413, "Cet envoi est trop gros.", "Envoyez-le en parties plus petites.")
    return _error(error.code or 500, "Cet envoi n'a pas pu être lu.", "Réessayez.")


def _source(id: str) -> Source:
    source = collective.sources.get(id)
    if source is None:
        raise _Refused(404, "Aucune source ne porte ce nom ici.", "Vérifiez l'adresse donnée par l'équipe du pont.")
    return source


def _claims() -> bool:
    """Whether the sender says that it is signed."""
    return any(name in request.headers for name in (ID, INSTANT, SIGNATURE))


def _signed(source: Source, body: bytes) -> str:
    """The identifier of a message that the source signed."""
    keys = collective.keys(source.id)
    if not keys:
        raise SignatureError("La clé de cette source a été révoquée.", "Demandez-en une autre à l'équipe du pont.")
    return check(keys, dict(request.headers), body, int(time.time()))


def _body(limit: int) -> bytes:
    request.max_content_length = limit
    return request.get_data(cache=False)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise _Refused(400, "Un objet JSON était attendu.")
    return found


def _said() -> dict[str, Any]:
    """The JSON object that was sent. Under its own media type only: pages of other sites cannot send that for their
    visitors."""
    if request.mimetype != "application/json":
        raise _Refused(415, "Un objet JSON était attendu (Content-Type: application/json).")
    return _object(_body(BODY_MAX))


def _text(said: dict[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        raise _Refused(400, f"« {name} » est attendu.")
    return value


def _wanted(source: Source) -> dict[str, str]:
    """What a source that delivers itself is to deliver next."""
    if not source.pushed:
        return {}
    with collective.store.snapshot() as snapshot:
        wanted = Pushed(snapshot).wanted(source.id, source.version)
    return {"wanted": wanted.walk} | ({"since": wanted.since} if wanted.since else {})


def _told(state: str, source: Source, **more: Any) -> Response:
    return _json({"state": state, **more, **_wanted(source)}, 202)


def _error(status: int, message: str, remedy: str = "", **more: Any) -> Response:
    return _json({"error": {"message": message, "remedy": remedy}, **more}, status)


def _json(told: dict[str, Any], status: int = 200) -> Response:
    body = orjson.dumps(told)
    return Response(body, status, {"Cache-Control": "no-store"}, content_type="application/json")
