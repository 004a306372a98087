"""``/oai``, and ``/pour/<target>/oai`` for what a target receives: requests as they came, to the provider and back."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, unquote_plus, urlencode

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from bridge.errors import StoreError
from bridge.instants import from_now
from bridge.oai import Format, Identity, Repository, Selection, read, respond
from bridge.record import Record
from bridge.store.members import Members
from bridge.store.search import Query
from bridge.web import selection
from bridge.web.current import absolute, collective, target_of
from bridge.writers import dcat_xml, marc21_xml, oai_dc, oai_qdc, pv_xml, unimarc_xml
from bridge.writers.feed import Words

if TYPE_CHECKING:
    from bridge.meaning.target import Target
    from bridge.store import Snapshot

blueprint = Blueprint("oai", __name__)
log = logging.getLogger("partageons")

LARGEST_FORM = 64 << 10
# Any legal request has fewer: what is cut away could only be one error more.
MOST_ARGUMENTS = 32
# A worker has four threads: however many harvesters there are, one is left to visitors.
SLOTS = BoundedSemaphore(3)
SOON, LATER = 3, 60
"""Seconds after which a harvester is asked to come back: when others are being answered, when something is broken."""


class Kind(NamedTuple):
    """A metadata format: where its schema is (empty: here), and what writes a record in it."""

    schema: str
    namespace: str
    fragment: Callable[[Record, Words], str]
    stored: bool = False


FORMATS = {
    "oai_dc": Kind(oai_dc.OAI_DC_SCHEMA, oai_dc.OAI_DC_NAMESPACE, oai_dc.fragment, stored=True),
    "oai_qdc": Kind(oai_qdc.SCHEMA, oai_qdc.NAMESPACE, oai_qdc.fragment),
    "pv": Kind("", pv_xml.PV_NAMESPACE, pv_xml.fragment, stored=True),
    "unimarc": Kind(unimarc_xml.SCHEMA, unimarc_xml.NAMESPACE, unimarc_xml.fragment),
    "marc21": Kind(marc21_xml.SCHEMA, marc21_xml.NAMESPACE, marc21_xml.fragment),
    "dcat": Kind(dcat_xml.SCHEMA, dcat_xml.NAMESPACE, dcat_xml.fragment),
}

_LIMITS = (
    "Cette sélection est refaite à chaque demande. Une fiche qui la quitte y est annoncée comme supprimée quand ses "
    "ensembles permettent de le savoir, sans promesse : de temps en temps, moissonnez-la entière.",
    "This selection is made again at each request. A record that leaves it is told to be deleted when its sets let us "
    "know, without any promise: from time to time, harvest the whole of it.",
)
_SEARCH = Selection(
    "search",
    "Recherches de la vitrine",
    (
        (
            "fr",
            "Toute recherche de la vitrine est un ensemble : « search: », puis les paramètres de son adresse en "
            f"base64url sans « = ». La page des formats donne celui de la recherche que l'on fait. {_LIMITS[0]}",
        ),
        (
            "en",
            "Any search of the showcase is a set: “search:”, then the parameters of its address in base64url without "
            f"“=”. The page of formats gives the one of the search being made. {_LIMITS[1]}",
        ),
    ),
)


@blueprint.route("/oai", methods=["GET", "POST"])
def provider() -> Response:
    """OAI-PMH 2.0. Protocol errors are answers (200); a form over 64 KiB is refused (413); too many requests at once,
    or a store that cannot be read, make it come later (503)."""
    return _answer(None)


@blueprint.route("/pour/<id>/oai", methods=["GET", "POST"])
def target_provider(id: str) -> Response:
    """The same for a target: only what it receives, in its own words."""
    return _answer(target_of(id))


@blueprint.get("/schemas/pv.xsd")
@blueprint.get("/pour/<id>/schemas/pv.xsd")
def pv_schema(id: str = "") -> Response:
    """The schema of the ``pv`` format, beside each repository: its documents name it by a relative address."""
    return Response(schema(), content_type="text/xml; charset=utf-8", headers={"Cache-Control": "public, no-cache"})


@blueprint.after_request
def _open(response: Response) -> Response:
    """Public data: pages of other sites may read them."""
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


@cache
def schema() -> bytes:
    """``pv.xsd``: from the wheel, or beside the package in a clone."""
    inside = files("bridge") / "data" / "pv.xsd"
    return (inside if inside.is_file() else Path(__file__).parents[2] / "plugins" / "pv.xsd").read_bytes()


def search_set(pairs: selection.Pairs) -> str:
    """The setSpec of a search of the showcase, from the parameters of its address."""
    return "search:" + base64.urlsafe_b64encode(urlencode(pairs).encode()).rstrip(b"=").decode()


def _answer(target: Target | None) -> Response:
    arguments = _arguments()
    if not SLOTS.acquire(blocking=False):
        return _come_back(SOON, "L'entrepôt répond à d'autres moissonneurs")
    # Looked at before what is visible: what comes later is stamped with this second, or with a later one.
    now = "" if collective.store.writes() else from_now(timedelta(0))
    try:
        with collective.store.snapshot() as snapshot:
            now = max(now, snapshot.updated)  # datestamps never go backwards: no commit to come is older
            if target or _asks_the_index(arguments):
                if snapshot.seq and not collective.index.seq:
                    return _come_back(SOON, "L'index est en train d'être refait")
                now = min(now, snapshot.complete_until(collective.index.seq))
            whole = {("verb", "Identify"), ("verb", "ListSets")} & set(arguments)
            body = respond(arguments, _repository(snapshot, target), _identity(target, bool(whole)), now)
            # A page that is kept until the next commit must hold all there is before it: the index may be late.
            settled = snapshot.updated <= now
    except StoreError as error:
        log.error("%s", error)
        return _come_back(LATER, "L'entrepôt ne peut pas être lu")
    finally:
        SLOTS.release()
    wrong = bool(read(arguments)[1])
    kept = request.method != "POST" and (settled or wrong)
    headers = {"Cache-Control": "public, no-cache" if kept else "no-cache"}
    return Response(body, content_type="text/xml; charset=utf-8", headers=headers)


def _come_back(seconds: int, why: str) -> Response:
    text = f"{why} : revenez dans {seconds} secondes.\n"
    return Response(text, 503, {"Retry-After": str(seconds)}, content_type="text/plain; charset=utf-8")


def _arguments() -> list[tuple[str, str]]:
    """The arguments in order, repeated ones kept. A form of another type has none."""
    raw = request.query_string
    if request.method == "POST":
        request.max_content_length = LARGEST_FORM
        raw = request.get_data() if request.mimetype == "application/x-www-form-urlencoded" else b""
    pieces = raw.decode("utf-8", "replace").split("&", MOST_ARGUMENTS)[:MOST_ARGUMENTS]
    pairs = (piece.partition("=") for piece in pieces if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def _asks_the_index(arguments: list[tuple[str, str]]) -> bool:
    """Whether a list begins that a search decides. Its later pages hold nothing younger than the first."""
    return any(name == "set" and value.startswith(("target:", "search:")) for name, value in arguments)


def _repository(snapshot: Snapshot, target: Target | None) -> Repository:
    if target is None:
        ours = {prefix: _writer(kind, collective.words) for prefix, kind in FORMATS.items() if not kind.stored}
        return snapshot.repository(ours, selections=partial(_selection, snapshot))
    words = collective.words_of(target)
    theirs = {prefix: _writer(kind, words) for prefix, kind in FORMATS.items()}
    return snapshot.repository(theirs, members=collective.members(snapshot, collective.query_of(target)))


def _writer(kind: Kind, words: Words) -> Callable[[Record], str]:
    return lambda record: kind.fragment(record, words)


def _selection(snapshot: Snapshot, set_: str) -> Members | None:
    """The members of a target or of a search, none when there is no such thing; None for another set."""
    name, _, value = set_.partition(":")
    if name not in ("target", "search"):
        return None
    target = collective.targets.get(value) if name == "target" else None
    query = collective.query_of(target) if target else _search(value) if name == "search" else None
    return collective.members(snapshot, query) if query else Members(())


def _search(coded: str) -> Query | None:
    """The search that a set names, None when it names none."""
    try:
        text = base64.urlsafe_b64decode(coded + "=" * (-len(coded) % 4)).decode()
        chosen = selection.read(MultiDict(parse_qsl(text, errors="strict")))
    except ValueError:
        return None
    if not (chosen.narrowed or chosen.box):
        return None
    return Query(chosen.text, chosen.filters, chosen.box, "recent", facets=False)


def _identity(target: Target | None, whole: bool) -> Identity:
    """What a repository says of itself; not ``whole``: what the pages of a list need of it."""
    settings = collective.settings
    path = url_for("oai.target_provider", id=target.id) if target else url_for("oai.provider")
    pv_schema = absolute(url_for("oai.pv_schema"))
    friends = (s.url for s in collective.sources.values() if s.kind == "oai" and not s.options.get("file"))
    return Identity(
        name=f"{settings.name} : {target.title}" if target else settings.name,
        base_url=absolute(path),
        admin_emails=(settings.admin_email,),
        node=settings.node,
        secret=collective.secret,
        formats={prefix: Format(kind.schema or pv_schema, kind.namespace) for prefix, kind in FORMATS.items()},
        friends=tuple(friends) if whole else (),
        # What leaves a target's selection is told as far as sets tell: that is no promise.
        deleted="transient" if target else "persistent",
        selections=(*map(_listed, collective.targets.values()), _SEARCH) if whole and not target else (),
    )


def _listed(target: Target) -> Selection:
    """The set of a target."""
    french, english = _LIMITS
    description = (
        ("fr", f"Ce que reçoit « {target.title} ». {french}"),
        ("en", f"What “{target.title}” receives. {english}"),
    )
    return Selection(f"target:{target.id}", f"Destination : {target.title}", description)
