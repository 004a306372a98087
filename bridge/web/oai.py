"""``/oai``: the query or the form as it came, to the provider and back; and the schema of the ``pv`` format."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from urllib.parse import unquote_plus

from flask import Blueprint, Response, request, url_for

from bridge.config import secret
from bridge.oai import OAI_DC, Format, Identity, respond
from bridge.web.current import absolute, collective
from bridge.writers.pv_xml import PV_NAMESPACE

blueprint = Blueprint("oai", __name__)

LARGEST_FORM = 64 << 10
# Any legal request has fewer: what is cut away could only be one error more.
MOST_ARGUMENTS = 32
# A commit stamped a second ago may not be visible yet: what is that young belongs to the next answer.
SETTLED = timedelta(seconds=2)


@blueprint.route("/oai", methods=["GET", "POST"])
def provider() -> Response:
    """OAI-PMH 2.0. Protocol errors are answers (200); a form over 64 KiB is refused (413)."""
    now = (datetime.now(UTC) - SETTLED).strftime("%Y-%m-%dT%H:%M:%SZ")
    with collective.store.snapshot() as snapshot:
        body = respond(_arguments(), snapshot.oai, _identity(), now)
    return Response(body, content_type="text/xml; charset=utf-8", headers={"Cache-Control": "no-cache"})


@blueprint.get("/schemas/pv.xsd")
def pv_schema() -> Response:
    """The schema of the ``pv`` format."""
    return Response(schema(), content_type="text/xml; charset=utf-8", headers={"Cache-Control": "public, no-cache"})


@cache
def schema() -> bytes:
    """``pv.xsd``: from the wheel, or beside the package in a clone."""
    inside = files("bridge") / "data" / "pv.xsd"
    return (inside if inside.is_file() else Path(__file__).parents[2] / "plugins" / "pv.xsd").read_bytes()


def _arguments() -> list[tuple[str, str]]:
    """The arguments in order, repeated ones kept. A form of another type has none."""
    raw = request.query_string
    if request.method == "POST":
        request.max_content_length = LARGEST_FORM
        raw = request.get_data() if request.mimetype == "application/x-www-form-urlencoded" else b""
    pieces = raw.decode("utf-8", "replace").split("&", MOST_ARGUMENTS)[:MOST_ARGUMENTS]
    pairs = (piece.partition("=") for piece in pieces if piece)
    return [(unquote_plus(name), unquote_plus(value)) for name, _, value in pairs]


def _identity() -> Identity:
    settings = collective.settings
    pv = Format(absolute(url_for("oai.pv_schema")), PV_NAMESPACE)
    return Identity(
        name=settings.name,
        base_url=absolute(url_for("oai.provider")),
        admin_emails=(settings.admin_email,),
        node=settings.node,
        secret=secret(settings),
        formats={"oai_dc": OAI_DC, "pv": pv},
        friends=tuple(source.url for source in collective.sources.values() if source.kind == "oai"),
    )
