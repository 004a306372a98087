"""``/passerelle/<address of a file>``: an OAI-PMH repository for a partner that can only put one file on its site.

The gateway of http://www.openarchives.org/OAI/2.0/guidelines-static-repository.htm. It serves the static repositories
that are sources of the collective, and asks nothing of any other address. A file says itself by which gateway it is
served (its ``baseURL``): there is one only, so that no record is in two repositories.
"""

from __future__ import annotations

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask.blueprints import BlueprintSetupState

from bridge.errors import FetchError, ReadError
from bridge.fetch import Fetcher
from bridge.fetch.trouble import Passing
from bridge.oai import static
from bridge.oai.static import StaticRepository
from bridge.record import Request
from bridge.store import now
from bridge.web.current import absolute, collective
from bridge.web.oai import SLOTS, SOON

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as Answer

    from bridge.meaning.source import Source

blueprint = Blueprint("gateway", __name__)
log = logging.getLogger("partageons")

EVERY = 600
"""Seconds before a file is asked again."""
LONGEST = 24 * 3600
"""Seconds that a file is served without having been seen again."""
TIMEOUT = 20
"""Seconds: somebody is waiting."""


class Trouble(NamedTuple):
    """Why a file cannot be served: what a person reads, and the HTTP status."""

    message: str
    status: int = 502


@dataclass(slots=True)
class _Copy:
    """A file: when it was asked last, when it last answered, its validators, what it held or what is wrong."""

    turn: Lock = field(default_factory=Lock)
    asked: float = float("-inf")
    seen: float = float("-inf")
    etag: str = ""
    last_modified: str = ""
    held: StaticRepository | Trouble = Trouble("Ce fichier n'a pas encore été lu.")


class Files:
    """Static repositories, each asked once every ``EVERY`` seconds at most and kept as it was read. Thread-safe.

    Args:
        fetcher: gives the door outwards when the first file is asked.
        clock: seconds, monotonic.
    """

    def __init__(self, fetcher: Callable[[], Fetcher], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetcher = cache(fetcher)
        self._clock = clock
        self._copies: defaultdict[str, _Copy] = defaultdict(_Copy)
        self._lock = Lock()

    def get(self, url: str) -> StaticRepository | Trouble:
        """The repository at an address. While it is being asked, others are given what it held, or wait for it."""
        with self._lock:
            copy = self._copies[url]
        if copy.turn.acquire(blocking=isinstance(copy.held, Trouble)):
            try:
                if self._clock() >= copy.asked + EVERY:
                    self._ask(url, copy)
            finally:
                copy.turn.release()
        return copy.held

    def _ask(self, url: str, copy: _Copy) -> None:
        copy.asked = self._clock()
        try:
            answer = self._fetcher().get(Request(url), etag=copy.etag, last_modified=copy.last_modified)
        except FetchError as error:
            log.warning("%s", error)
            if self._clock() >= copy.seen + LONGEST:
                copy.held = Trouble(str(error), 504 if isinstance(error, Passing) else 502)
                copy.etag = copy.last_modified = ""
            return
        copy.seen = self._clock()
        if answer.status == 304:
            return
        copy.etag, copy.last_modified = (answer.headers.get(name, "") for name in ("etag", "last-modified"))
        try:
            copy.held = static.read(answer.body)
        except ReadError as error:
            copy.held = Trouble(str(error))


@blueprint.record
def _settle(state: BlueprintSetupState) -> None:
    settings = state.app.extensions["collective"].settings

    def fetcher() -> Fetcher:
        return Fetcher(
            settings.allow_hosts, settings.user_agent, settings.admin_email, max_bytes=static.LARGEST, timeout=TIMEOUT
        )

    state.app.extensions["gateway"] = Files(fetcher)


@blueprint.after_request
def _open(response: Response) -> Response:
    """Public data, of which the partner has the last word: pages of other sites may read them, none may keep them."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/passerelle", strict_slashes=False)
def desk() -> Response | Answer:
    """``initiate`` and ``terminate`` (guidelines, 3.3 and 3.4), both decided by people; else what is served here."""
    admin = collective.settings.admin_email
    if url := request.args.get("initiate", ""):
        source = _source(_bare(url))
        if source is None:
            return _say(404, f"Ce fichier n'est pas une source de ce collectif : demandez-lui de l'ajouter ({admin}).")
        return redirect(f"{_base_url(source)}?verb=Identify")
    if "terminate" in request.args:
        return _say(
            403,
            "Cette passerelle ne s'arrête pas sur demande : changez le « baseURL » du fichier, qui ne sera plus servi, "
            f"ou écrivez au collectif ({admin}).",
        )
    served = "".join(f"{_base_url(source)}\n" for source in collective.sources.values() if _is_file(source))
    return _say(200, f"Passerelle OAI-PMH des fichiers du collectif. Les entrepôts servis ici :\n{served}")


@blueprint.route("/passerelle/<path:file>", methods=["GET", "POST"])
def provider(file: str) -> Response:
    """OAI-PMH 2.0, on behalf of a file. 404: it is no source; 502 and 504: what is wrong with it; 503: come back."""
    source = _source(file)
    if source is None:
        return _say(404, "Ce fichier n'est pas une source de ce collectif : cette passerelle ne le sert pas.")
    if not SLOTS.acquire(blocking=False):
        busy = _say(503, f"La passerelle répond à d'autres moissonneurs : revenez dans {SOON} secondes.")
        busy.headers["Retry-After"] = str(SOON)
        return busy
    try:
        return _answer(source)
    finally:
        SLOTS.release()


def _answer(source: Source) -> Response:
    files: Files = current_app.extensions["gateway"]
    found = files.get(source.url)
    if isinstance(found, Trouble):
        return _say(found.status, found.message)
    base_url = _base_url(source)
    if unquote(found.base_url) != unquote(base_url):
        return _say(502, f"Pour être servi ici, le « baseURL » du fichier doit être {base_url}, non {found.base_url}.")
    description = static.gateway(source.url, _url(), collective.settings.admin_email)
    identity = found.identity(base_url, collective.secret, description)
    arguments = list((request.form if request.method == "POST" else request.args).items(multi=True))
    return Response(found.respond(arguments, identity, now()), content_type="text/xml; charset=utf-8")


def _source(file: str) -> Source | None:
    """The source whose file this is: its address without scheme."""
    return next((one for one in collective.sources.values() if _is_file(one) and _bare(one.url) == file), None)


def _is_file(source: Source) -> bool:
    return source.kind == "oai" and bool(source.options.get("file"))


def _bare(url: str) -> str:
    """An address as it is in the path of a request: without scheme, decoded."""
    host, slash, path = url.partition("://")[2].partition("/")
    return host.lower() + slash + unquote(path)


def _base_url(source: Source) -> str:
    """Where a file is served; the colon of a port is escaped, as the guidelines want it."""
    host, slash, path = _bare(source.url).partition("/")
    return f"{_url()}/{quote(host)}{slash}{quote(path)}"


def _url() -> str:
    return absolute(url_for("gateway.desk"))


def _say(status: int, sentence: str) -> Response:
    return Response(f"{sentence.rstrip()}\n", status, content_type="text/plain; charset=utf-8")
