"""``/coordination/comptes``: who may write. Passwords are drawn here and shown once; each changes their own."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as Answer

from bridge import accounts
from bridge.errors import BridgeError
from bridge.store.accounts import Accounts
from bridge.web.coordination import allowed, me
from bridge.web.current import collective, to
from bridge.web.desk import ROLES

blueprint = Blueprint("accounts", __name__)


@blueprint.get("/coordination/comptes")
@allowed("administrator")
def index() -> str:
    """Every account, and a form to make one."""
    return _page()


@blueprint.post("/coordination/comptes")
@allowed("administrator")
def change() -> str | Answer | tuple[str, int]:
    """An account made, closed, opened, changed or removed."""
    form = request.form
    name, role, sources = form.get("name", "").strip(), form.get("role", ""), form.getlist("source")
    drawn = ""
    try:
        match form.get("act"):
            case "add":
                drawn = accounts.generated()
                accounts.add(collective, name, role, sources if role == "partner" else (), drawn, me())
            case "password":
                drawn = accounts.generated()
                accounts.set_password(collective, name, drawn, me())
            case "role":
                accounts.set_role(collective, name, role, sources if role == "partner" else (), me())
                flash(_("« %(name)s » a un autre rôle.", name=name))
            case "disable":
                accounts.disable(collective, name, me())
                flash(_("Le compte « %(name)s » est fermé ; ses sessions sont finies.", name=name))
            case "enable":
                accounts.enable(collective, name, me())
                flash(_("Le compte « %(name)s » est rouvert.", name=name))
            case "remove":
                accounts.remove(collective, name, me())
                flash(_("Le compte « %(name)s » est supprimé.", name=name))
            case _other:
                abort(400)
    except BridgeError as error:
        return _page(problem=str(error)), 422
    return _page(name, drawn) if drawn else redirect(to("accounts.index"))


def _page(name: str = "", drawn: str = "", problem: str = "") -> str:
    with collective.store.snapshot() as snapshot:
        found = Accounts(snapshot).all()
    titles = {id: target.title for id, target in collective.targets.items()}
    titles |= {id: source.title for id, source in collective.sources.items()}
    partners = sorted(titles.items(), key=lambda pair: pair[1].casefold())
    return render_template(
        "accounts.html", accounts=found, partners=partners, name=name, drawn=drawn, problem=problem, roles=ROLES
    )
