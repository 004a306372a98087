"""WebSub (https://www.w3.org/TR/websub/): ``/hub``, where our feeds are followed, and ``/websub/…``, where the hubs of
sources tell us that theirs have changed. What is asked here is done by ``bridge.hub``.
"""

from __future__ import annotations

import hmac
import logging
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict

from bridge.errors import BridgeError
from bridge.hub.asking import Refused, ask
from bridge.hub.listening import AGAIN, begun, secret_of, token_of
from bridge.hub.telling import after
from bridge.store.pings import Pings
from bridge.store.subscriptions import Subscription, Subscriptions
from bridge.web.current import collective, home
from bridge.web.feeds import FOLLOWED, address, part

if TYPE_CHECKING:
    from flask import Flask

    from bridge.hub import Render

blueprint = Blueprint("hub", __name__)
log = logging.getLogger("partageons")

LARGEST = 64 << 20
"""Bytes of a notification, which is a whole feed: signed, it is read to its end and not kept."""
CHALLENGE_MAX = 1000
_CHUNK = 1 << 16
_FEED = re.compile(r"(?:pour/([^/?#]+)/)?feed\.([^/?#]+)")
_METHODS = frozenset({"sha1", "sha256", "sha384", "sha512"})


def renderer(app: Flask) -> Render:
    """What writes our feeds for those who follow them: the application, asked as a visitor would."""
    here = app.extensions["collective"]

    def render(topic: str) -> tuple[str, bytes]:
        answer = app.test_client().get("/" + topic.removeprefix(here.settings.base_url))
        if answer.status_code == 404:
            raise LookupError(topic)
        if answer.status_code != 200:
            raise BridgeError(f"Le flux {topic} n'a pas pu être écrit (réponse {answer.status_code}).")
        return answer.headers["Content-Type"], answer.get_data()

    return render


@blueprint.post("/hub")
def hub() -> Response:
    """A subscriber asks to be told of a feed of ours, or no longer to be (WebSub, 5.1)."""
    try:
        ask(collective.store, request.form, topic_of, home())
    except Refused as error:
        return _say(str(error), error.status)
    return _say("Demande reçue : une question va être posée à l'adresse donnée, pour la confirmer.", 202)


def topic_of(asked: str) -> str:
    """The address of a feed of ours as the feed itself writes it (``rel=self``); empty for any other address."""
    path, _, query = asked.removeprefix(home()).partition("?")
    found = _FEED.fullmatch(unquote(path))
    if not found or not asked.startswith(home()) or "#" in query:
        return ""
    id, extension = found[1], found[2]
    target = collective.targets.get(id) if id else None
    if extension not in FOLLOWED or (id and not target):
        return ""
    return address(extension, target, part(MultiDict(parse_qsl(query))))


@blueprint.get("/websub/<source>/<token>")
def confirm(source: str, token: str) -> Response:
    """A hub asks whether we want what was asked in our name (WebSub, 5.3), or says that we may not have it (5.2)."""
    one = _subscription(source, token)
    asked = request.args.get
    mode, challenge = asked("hub.mode", ""), asked("hub.challenge", "")
    if one is None or asked("hub.topic") != one.topic:
        return _say("Ce pont n'a pas demandé cet abonnement.", 404)
    if mode == "denied":
        log.warning("WebSub : le hub de la source « %s » refuse de la suivre.", source)
        with collective.store.writing() as writing:
            Subscriptions(writing).refused(one, after(AGAIN))
        return _say("")
    if mode != "subscribe" or one.state not in ("asked", "active") or not 0 < len(challenge) <= CHALLENGE_MAX:
        return _say("Ce pont n'a pas demandé cela.", 404)
    with collective.store.writing() as writing:
        Subscriptions(writing).active(one, *begun(one, asked("hub.lease_seconds", "")))
        if one.state == "asked":
            writing.hurry(source)  # what changed before the hub began to tell
    return _say(challenge)


@blueprint.post("/websub/<source>/<token>")
def notified(source: str, token: str) -> Response:
    """A hub tells us that a feed has changed (WebSub, 7): a ping, whose content is not used.

    A wrong signature is answered as a good one, and does nothing: whoever guesses learns nothing.
    """
    if not _is_ours(source, token):
        return _say("Ce pont n'a pas demandé cet abonnement.", 404)
    one = _subscription(source, token)
    if one is None:
        return _say("Ce pont ne suit plus cette source.", 410)
    if _signed(secret_of(collective.secret, one)):
        with collective.store.writing() as writing:
            Pings(writing).came(source)
    return _say("", 202)


def _signed(secret: str) -> bool:
    """Whether the body, read to its end, bears the signature of our hub (WebSub, 7.1)."""
    method, _, signature = request.headers.get("X-Hub-Signature", "").partition("=")
    if method not in _METHODS:
        return False
    request.max_content_length = LARGEST
    found = hmac.new(secret.encode(), digestmod=method)
    while chunk := request.stream.read(_CHUNK):
        found.update(chunk)
    return hmac.compare_digest(found.hexdigest().encode(), signature.strip().lower().encode())


def _subscription(source: str, token: str) -> Subscription | None:
    """What was asked for a source, for whoever knows the address that its hub was given."""
    if not _is_ours(source, token) or source not in collective.sources:
        return None
    with collective.store.snapshot() as snapshot:
        return Subscriptions(snapshot).of(source)


def _is_ours(source: str, token: str) -> bool:
    return hmac.compare_digest(token.encode(), token_of(collective.secret, source).encode())


def _say(sentence: str, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(sentence, status, headers, content_type="text/plain; charset=utf-8")
