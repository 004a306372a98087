"""Who may write: people with an account. What each may do is said where it is done (``allowed``).

A session is a signed cookie that lives for a working day and bears the stamp of its account: another stamp (a new
password, a closed account) ends it at once. Each form carries a token of its session against forgery. Visitors have no
cookie at all.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from hmac import compare_digest
from typing import ParamSpec, TypeVar

from flask import Blueprint, Flask, Response, abort, current_app, flash, g, redirect, render_template, request, session
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from bridge import accounts
from bridge.config import secret
from bridge.errors import BridgeError
from bridge.store.accounts import Account, Accounts
from bridge.web.current import collective, to

blueprint = Blueprint("coordination", __name__)

DAY = timedelta(hours=12)
P = ParamSpec("P")
R = TypeVar("R")


def settle(app: Flask) -> None:
    """Sessions for an application."""
    settings = app.extensions["collective"].settings
    app.config.update(
        SECRET_KEY=hashlib.blake2b(b"session\0" + secret(settings)).digest(),
        SESSION_COOKIE_NAME="partageons",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        PERMANENT_SESSION_LIFETIME=DAY,
    )
    app.after_request(_private)


def signed_in() -> Account | None:
    """The account of whoever is looking at this page; None for a visitor."""
    if "account" not in g:
        g.account = _of_session() if current_app.config["SESSION_COOKIE_NAME"] in request.cookies else None
    found: Account | None = g.account
    return found


def may(least: str, source: str | None = None) -> bool:
    """Whether whoever is looking at this page has this role, for this source if one is meant."""
    account = signed_in()
    return account is not None and accounts.may(account, least, source)


def me() -> str:
    """The name that the journal notes."""
    account = signed_in()
    return account.name if account else ""


def forgery_token() -> str:
    """What a form of this session must carry."""
    return str(session.setdefault("form", secrets.token_urlsafe(24)))


def allowed(least: str, of: str = "") -> Callable[[Callable[P, R]], Callable[P, R | Answer]]:
    """A page for accounts of a role, or of a higher one; a form that it receives must be one that it gave.

    Args:
        of: the argument of the address that names a source: a partner is let in for its own.
    """

    def guard(view: Callable[P, R]) -> Callable[P, R | Answer]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Answer:
            if signed_in() is None:
                if request.method not in ("GET", "HEAD"):
                    abort(403)
                return redirect(to("desk.desk", next=request.full_path.rstrip("?")))
            if not may(least, str(kwargs[of]) if of else None):
                abort(403)
            if request.method == "POST" and not _ours():
                abort(403)
            return view(*args, **kwargs)

        return guarded

    return guard


@blueprint.post("/coordination")
def sign_in() -> Answer | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """A name and a password, then the page that was asked for."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":  # nobody is signed in from elsewhere, as someone else
        abort(403)
    there, name = _inside(request.form.get("next", "")), request.form.get("name", "")
    try:
        account = accounts.sign_in(collective, name, request.form.get("password", ""), request.remote_addr or "")
    except accounts.TooMany:
        minutes = int(accounts.SPAN.total_seconds()) // 60
        refused = _("Trop d’essais ont échoué : réessayez dans %(minutes)s minutes.", minutes=minutes)
        return (
            render_template("door.html", next=there, name=name, refused=refused),
            429,
            {"Retry-After": str(60 * minutes)},
        )
    if account is None:
        refused = _("Ce nom et ce mot de passe ne vont pas ensemble.")
        return render_template("door.html", next=there, name=name, refused=refused), 403
    _begin(account)
    return redirect(there or to("desk.desk"))


def door() -> str:
    """The page to sign in; how to make the first account, as long as there is none."""
    with collective.store.snapshot() as snapshot:
        first = not Accounts(snapshot).any()
    there = _inside(request.args.get("next", ""))
    return render_template("door.html", next=there, first=first, left="sorti" in request.args)


@blueprint.post("/coordination/sortir")
@allowed("partner")
def leave() -> Answer:
    """Sign out."""
    session.clear()
    g.account = None
    return redirect(to("desk.desk", sorti=1))


@blueprint.route("/coordination/mot-de-passe", methods=["GET", "POST"])
@allowed("partner")
def password() -> str | Answer | tuple[str, int]:
    """One's own password. Every other session of the account ends."""
    if request.method == "GET":
        return render_template("password.html", least=accounts.PASSWORD_MIN)
    new = request.form.get("new", "")
    try:
        if not accounts.sign_in(collective, me(), request.form.get("old", ""), request.remote_addr or ""):
            problem = _("Le mot de passe actuel n’est pas le bon.")
        elif new != request.form.get("again", ""):
            problem = _("Les deux nouveaux mots de passe ne sont pas les mêmes.")
        else:
            _begin(accounts.set_password(collective, me(), new, me()))
            flash(_("Votre mot de passe est changé ; vos autres sessions sont finies."))
            return redirect(to("desk.desk"))
    except BridgeError as error:
        problem = str(error)
    return render_template("password.html", least=accounts.PASSWORD_MIN, problem=problem), 422


def _begin(account: Account) -> None:
    """A new session: nothing of the one before stays."""
    session.clear()
    session.permanent = True
    session.update(account=account.id, stamp=account.stamp, at=int(time.time()))
    g.account = account


def _of_session() -> Account | None:
    """The account that the cookie names, unless it is too old: a cookie is written again at each page, and would last
    for ever by its own date."""
    at = session.get("at")
    if not isinstance(at, int) or time.time() - at > DAY.total_seconds():
        return None
    return accounts.of_session(collective, session.get("account"), session.get("stamp"))


def _ours() -> bool:
    """Whether the form that is received is one that this session was given."""
    return compare_digest(request.form.get("form", "").encode(), forgery_token().encode())


def _inside(address: str) -> str:
    """A path of this site, or empty: nobody is sent elsewhere after signing in."""
    safe = address.startswith("/") and not address.startswith(("//", "/\\")) and address.isprintable()
    return address if safe else ""


def _private(response: Response) -> Response:
    """What an account sees is nobody else's, and is asked again; pages depend on who looks."""
    if "account" in g:
        response.vary.add("Cookie")
        if g.account:
            response.headers["Cache-Control"] = "private, no-store"
    return response
