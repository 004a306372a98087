"""The public face of a collective: pages, feeds, OAI-PMH, API. Flask is used here only."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from flask import Flask, Response, render_template, request, url_for
from flask_babel import Babel, format_decimal
from markupsafe import escape
from werkzeug.exceptions import HTTPException, InternalServerError
from werkzeug.middleware.proxy_fix import ProxyFix

from bridge.web import (
    accounts,
    api,
    arrivals,
    coordination,
    desk,
    documentation,
    feeds,
    gateway,
    health,
    hooks,
    hub,
    oai,
    showcase,
    sources,
    targets,
    vocabulary,
)
from bridge.web.current import absolute, collective, home, language, to
from bridge.web.selection import EMPTY, listing
from bridge.web.typography import Verbatim, typeset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from bridge.collective import Collective

_PAGES = (accounts, arrivals, coordination, desk, documentation, showcase, sources, targets, vocabulary)
_IN_TWO_LANGUAGES = {module.blueprint.name for module in _PAGES}
STATIC = Path(__file__).parent / "static"
YEAR = 365 * 24 * 3600


def create_app(here: Collective) -> Flask:
    """The WSGI application of a running collective. It calls no third party, and sets no cookie but an account's."""
    settings = here.settings
    app = Flask(__name__)
    app.config.update(BABEL_DEFAULT_LOCALE="fr", BABEL_DEFAULT_TIMEZONE="Europe/Paris", MAX_CONTENT_LENGTH=1 << 20)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True, "finalize": typeset}
    app.extensions["collective"] = here
    Babel(app, locale_selector=language)
    for module in _PAGES:
        app.register_blueprint(module.blueprint)
        app.register_blueprint(module.blueprint, name=f"{module.blueprint.name}_en", url_prefix="/en")
    for blueprint in (oai.blueprint, gateway.blueprint, feeds.blueprint, api.blueprint, hub.blueprint, hooks.blueprint):
        app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, _error_page)
    coordination.settle(app)
    health.settle(app)

    app.before_request(_look)
    app.after_request(_security(settings.tiles))
    app.after_request(_keep)
    app.jinja_env.globals.update(
        absolute=absolute,
        asset=_asset,
        forgery_token=coordination.forgery_token,
        home=home,
        language=language,
        listing=listing,
        may=coordination.may,
        settings=settings,
        signed_in=coordination.signed_in,
        switch=_switch,
        to=to,
        verbatim=lambda text: Verbatim(str(escape(text))),
        vendored=(STATIC / "vendor" / "leaflet" / "leaflet.js").exists(),
        words=here.words,
    )
    app.jinja_env.filters["number"] = format_decimal
    if settings.url_prefix:
        app.wsgi_app = _under(settings.url_prefix, app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's own way
    if count := settings.trusted_proxies:
        # Never a prefix: proxies hand on what a visitor claims of it, and kept pages would tell it to others.
        app.wsgi_app = ProxyFix(app.wsgi_app, count, count, count, 0, 0)  # type: ignore[method-assign]  # Flask's own way
    return app


def _look() -> None:
    """Notice mapping files that changed: sources and their titles follow them."""
    _ = collective.sources


def _under(prefix: str, inner: WSGIApplication) -> WSGIApplication:
    """The application served under a path, whether or not the web server in front removes it."""

    def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path == prefix or path.startswith(f"{prefix}/"):
            environ["PATH_INFO"] = path[len(prefix) :] or "/"
        environ["SCRIPT_NAME"] = prefix
        return inner(environ, start_response)

    return application


def _asset(name: str) -> str:
    """The path of a static file, with a mark of its content, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_mark(name))


@cache
def _mark(name: str) -> str:
    return hashlib.blake2b((STATIC / name).read_bytes(), digest_size=6).hexdigest()


def _switch(other: str) -> str:
    """The page being read, with its query, in another language; the home page where it has none."""
    blueprint, _, view = (request.endpoint or "").removesuffix("_en").partition(".")
    if blueprint.removesuffix("_en") not in _IN_TWO_LANGUAGES or request.method != "GET":
        return to("showcase.resources", other)
    path = to(f"{blueprint.removesuffix('_en')}.{view}", other, **(request.view_args or {}))
    # Not through ``url_for``, which takes some names (« _external », « _scheme ») for options of its own.
    query = urlencode([*request.args.items(multi=True)], safe="!$'()*,/:;?@")
    return f"{path}?{query}" if query else path


def _error_page(error: HTTPException) -> tuple[str, int]:
    """Errors in plain words, in the page's clothes."""
    code = error.code or InternalServerError.code
    return render_template("error.html", code=code, chosen=EMPTY), code


def _security(tiles: str) -> Callable[[Response], Response]:
    """Headers that close what these pages do not need; map tiles are the one third party an operator may allow."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(tiles)).replace("{s}", "*") if tiles else ""
    headers = {
        "Content-Security-Policy": (
            f"default-src 'self'; img-src 'self' data: {origin}".rstrip()
            + "; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "SAMEORIGIN",
        "Referrer-Policy": "strict-origin-when-cross-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }

    def add(response: Response) -> Response:
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        return response

    return add


def _keep(response: Response) -> Response:
    """A static file under the mark of its content never changes: browsers may keep it."""
    if request.endpoint == "static" and "v" in request.args:
        response.cache_control.no_cache = None
        response.cache_control.public = response.cache_control.immutable = True
        response.cache_control.max_age = YEAR
    return response
