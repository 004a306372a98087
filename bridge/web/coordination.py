"""Who may write: coordinators, by one token until there are accounts. Without ``admin_token`` none of this exists.

A session is a signed cookie that lives for a working day; each form carries its own token against forgery.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hmac import compare_digest
from typing import ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, abort, flash, redirect, render_template, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from bridge.config import secret
from bridge.web.current import collective, to

blueprint = Blueprint("coordination", __name__)

DAY = timedelta(hours=12)
P = ParamSpec("P")
R = TypeVar("R")


def settle(app: Flask) -> None:
    """Sessions for an application whose collective has an ``admin_token``."""
    settings = app.extensions["collective"].settings
    app.config.update(
        SECRET_KEY=hashlib.blake2b(b"session\0" + secret(settings)).digest(),
        SESSION_COOKIE_NAME="partageons",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=DAY,
    )
    app.after_request(_private)


def coordinator() -> bool:
    """Whether the visitor has signed in; another token signs everyone out."""
    return bool(collective.settings.admin_token) and session.get("token") == _mark()


def forgery_token() -> str:
    """What a form of this session must carry."""
    return str(session.setdefault("form", secrets.token_urlsafe(24)))


def for_coordinators(view: Callable[P, R]) -> Callable[P, R | Answer]:
    """A page that only coordinators see; a form that it receives must be one that it gave."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Answer:
        if not collective.settings.admin_token:
            abort(404)
        if not coordinator():
            if request.method != "GET":
                abort(403)
            return redirect(to("coordination.enter", next=request.full_path.rstrip("?")))
        if request.method == "POST" and not compare_digest(request.form.get("form", ""), forgery_token()):
            abort(403)
        return view(*args, **kwargs)

    return guarded


@blueprint.route("/coordination", methods=["GET", "POST"])
def enter() -> str | Answer | tuple[str, int]:
    """The door: a token, then the page that was asked for."""
    token = collective.settings.admin_token
    if not token:
        abort(404)
    there = _inside(request.values.get("next", "")) or to("sources.index")
    if request.method == "GET":
        return render_template("coordination.html", next=there)
    if not compare_digest(request.form.get("token", "").strip().encode(), token.encode()):
        return render_template("coordination.html", next=there, refused=True), 403
    session.clear()
    session.permanent = True
    session["token"] = _mark()
    return redirect(there)


@blueprint.post("/coordination/sortir")
@for_coordinators
def leave() -> Answer:
    """Sign out."""
    session.clear()
    flash(_("Vous êtes sorti de la coordination."))
    return redirect(to("sources.index"))


def _mark() -> str:
    return hashlib.blake2b(collective.settings.admin_token.encode(), digest_size=12).hexdigest()


def _inside(address: str) -> str:
    """A path of this site, or empty: nobody is sent elsewhere after signing in."""
    parts = urlsplit(address)
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and not (parts.scheme or parts.netloc)
    return address if safe and address.isprintable() else ""


def _private(response: Response) -> Response:
    """What a coordinator sees is nobody else's, and is asked again."""
    if coordinator():
        response.headers["Cache-Control"] = "private, no-store"
    return response
