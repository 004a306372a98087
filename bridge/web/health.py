"""For what watches over the service: whether it lives, whether it is ready, its figures."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, request

from bridge.errors import BridgeError, StoreError
from bridge.web import metrics
from bridge.web.current import collective
from bridge.web.openapi import PROBLEM

blueprint = Blueprint("health", __name__)

BEHIND = 200
"""Commits that the index may be late: more than a refresh leaves to be caught up."""
SILENT = 60.0
"""Seconds since the last heartbeat of a refresher that is taken for dead."""


def settle(app: Flask) -> None:
    """Add these addresses to the application."""
    app.extensions["figures"] = metrics.Kept(time.monotonic)
    app.register_blueprint(blueprint)


def expect_refresher(app: Flask) -> None:
    """A refresher runs beside this application: it is not ready without."""
    app.extensions["refresher"] = True


@blueprint.get("/healthz")
def health() -> Response:
    """Whether the store can be read, and what it holds."""
    with collective.store.snapshot() as snapshot:
        live, shared = snapshot.counts()
        return _json({"status": "ok", "records": live, "sources": shared, "seq": snapshot.seq})


@blueprint.get("/healthz/live")
def alive() -> Response:
    """That this process answers; nothing else is touched."""
    return _json({"status": "alive"})


@blueprint.get("/healthz/ready")
def ready() -> Response:
    """Whether visitors can be served and sources visited: what each check found; 503 when one fails."""
    checks = {"database": _database, "index": _index, "folder": _folder}
    if current_app.extensions.get("refresher"):
        checks["refresher"] = _refresher
    found = {name: _found(check) for name, check in checks.items()}
    whole = all(told == "ok" for told in found.values())
    return _json({"status": "ready" if whole else "not ready", "checks": found}, 200 if whole else 503)


@blueprint.get("/metrics")
def figures() -> Response:
    """The figures of this service in the text format of Prometheus (0.0.4), for this machine and its private network:
    404 elsewhere."""
    if not _near(request.remote_addr or ""):
        abort(404)
    kept: metrics.Kept = current_app.extensions["figures"]
    text = kept.text(lambda: metrics.text(collective))
    return Response(text, content_type=metrics.MEDIA_TYPE, headers={"Cache-Control": "no-store"})


@blueprint.errorhandler(StoreError)
def _broken(error: StoreError) -> Response:
    problem = _json({"title": "Le service ne peut pas répondre", "status": 503, "detail": str(error)}, 503)
    problem.content_type = PROBLEM
    return problem


def _found(check: Callable[[], str]) -> str:
    try:
        return check() or "ok"
    except BridgeError as error:
        return str(error)


def _database() -> str:
    with collective.store.snapshot():
        return ""


def _index() -> str:
    committed, indexed = collective.store.seq, collective.index.seq
    if committed and not indexed:
        return "L'index de recherche est en train d'être refait."
    if committed - indexed > BEHIND:
        return f"L'index de recherche ignore les {committed - indexed} derniers changements."
    return ""


def _folder() -> str:
    if os.access(collective.settings.data, os.R_OK | os.W_OK | os.X_OK):
        return ""
    return "Le dossier des données ne peut pas être écrit."


def _refresher() -> str:
    age = metrics.heartbeat_age(collective.settings.data)
    if age is not None and age <= SILENT:
        return ""
    return "Le processus qui visite les sources ne donne plus signe de vie."


def _near(address: str) -> bool:
    """Whether a client is on this machine or its private network."""
    try:
        return ip_address(address).is_private  # loopback too
    except ValueError:
        return False


def _json(body: Mapping[str, Any], status: int = 200) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    headers = {"Cache-Control": "no-store", "Access-Control-Allow-Origin": "*"}  # as the rest of what is public
    return Response(text, status, headers, content_type="application/json")
